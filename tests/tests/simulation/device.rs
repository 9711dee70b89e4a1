//! One desk: the real files and the real machine, a disk that may refuse, clocks that may jump, a computer that may sleep,
//! and a process that may die at any write.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use desk::{clock::Now, replica::Replica};
use model::{At, DeviceId, Person};
use store::{Cache, Key, Work};
use uuid::Uuid;

use crate::template::BEGIN;

/// What the device's disk does with writes. Shared with both files.
#[derive(Default)]
pub struct Disk {
    refuses: AtomicBool,
    /// Writes until the process dies; negative: it lives.
    dies_in: AtomicI64,
    /// Whether the write at which it dies is on the disk.
    last_is_kept: AtomicBool,
    dead: AtomicBool,
}

impl Disk {
    /// Asked before every write for good.
    fn refuses(&self) -> bool {
        if self.dead.load(Ordering::Relaxed) || self.refuses.load(Ordering::Relaxed) {
            return true;
        }
        match self.dies_in.load(Ordering::Relaxed) {
            left if left < 0 => false,
            0 => {
                self.dead.store(true, Ordering::Relaxed);
                !self.last_is_kept.load(Ordering::Relaxed)
            }
            left => {
                self.dies_in.store(left - 1, Ordering::Relaxed);
                false
            }
        }
    }
}

/// One desk.
pub struct Device {
    /// Who sits there.
    pub me: Person,
    /// The running desk, or what a crash left of it.
    pub state: State,
    disk: Arc<Disk>,
    id: DeviceId,
    chance: u64,
    /// The clock on its wall less the true time.
    pub wall: i64,
    /// How long it slept so far.
    pub slept: i64,
    /// Asleep until then.
    pub asleep_until: Option<i64>,
    /// Counts starts: what belongs to an earlier life is not heard.
    pub life: u64,
    /// Counts lines: what is heard on an older one is not taken.
    pub line: u64,
    /// When its alarm goes.
    pub wakes_at: i64,
    /// Whether the network is there.
    pub online: bool,
    /// Whether the service takes its sign-in.
    pub signed_in: bool,
}

/// Running or not.
pub enum State {
    /// Running.
    Up(Box<Replica>),
    /// Its files.
    Down(Box<(Cache, Work)>),
    /// For a moment, while it goes from one to the other.
    Between,
}

impl Device {
    /// A desk with empty files that was not started yet; in a folder the files are real ones, encrypted.
    pub fn new(no: usize, me: Person, folder: Option<&Path>) -> Self {
        let disk = Arc::new(Disk { dies_in: AtomicI64::new(-1), ..Disk::default() });
        let (mut cache, mut work) = match folder {
            None => (
                Cache::in_memory().expect("memory for a cache"),
                Work::in_memory().expect("memory for the work file"),
            ),
            Some(folder) => {
                let key = Key::random();
                (
                    Cache::open(&folder.join(format!("cache-{no}.db")), &key).expect("a cache"),
                    Work::open(&folder.join(format!("work-{no}.db")), &key).expect("a work file"),
                )
            }
        };
        let (one, two) = (disk.clone(), disk.clone());
        cache.refuse_when(move || one.refuses());
        work.refuse_when(move || two.refuses());
        Self {
            me,
            state: State::Down(Box::new((cache, work))),
            disk,
            id: DeviceId(Uuid::from_u128(no as u128 + 1)),
            chance: no as u64 * 77 + 5,
            wall: 0,
            slept: 0,
            asleep_until: None,
            life: 0,
            line: 0,
            wakes_at: 0,
            online: true,
            signed_in: true,
        }
    }

    /// Both of its clocks at a true time.
    pub fn now(&self, time: i64) -> Now {
        Now { mono: time - self.slept, wall: At(BEGIN.0 + time + self.wall) }
    }

    /// Starts the desk on its files. The first thing it does is to get a line.
    pub fn start(&mut self) {
        if !matches!(self.state, State::Down(_)) {
            return;
        }
        let State::Down(files) = std::mem::replace(&mut self.state, State::Between) else { return };
        self.disk.dead.store(false, Ordering::Relaxed);
        self.disk.dies_in.store(-1, Ordering::Relaxed);
        self.life += 1;
        self.line += 1;
        self.wakes_at = 0;
        let (cache, work) = *files;
        self.chance = self.chance.wrapping_mul(31).wrapping_add(self.life);
        // A desk that cannot read its files at the start is opened again by its person; here the disk works at that moment.
        let refused = self.disk.refuses.swap(false, Ordering::Relaxed);
        let replica = Replica::open(cache, work, self.id, Some(self.me.clone()), self.chance);
        self.disk.refuses.store(refused, Ordering::Relaxed);
        self.state = State::Up(Box::new(replica.expect("the files can be read")));
    }

    /// Ends it as a power cut does.
    pub fn crash(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Between) {
            State::Up(replica) => State::Down(Box::new(replica.into_files())),
            other => other,
        };
        self.life += 1;
        self.line += 1;
    }

    /// The running desk.
    pub fn replica(&mut self) -> Option<&mut Replica> {
        match &mut self.state {
            State::Up(replica) => Some(replica),
            _ => None,
        }
    }

    /// Whether its process died at a write.
    pub fn died(&self) -> bool {
        self.disk.dead.load(Ordering::Relaxed)
    }

    /// Lets it die at a write to come.
    pub fn dies_in(&self, writes: i64, last_is_kept: bool) {
        self.disk.last_is_kept.store(last_is_kept, Ordering::Relaxed);
        self.disk.dies_in.store(writes, Ordering::Relaxed);
    }

    /// Lets its disk refuse from now on, or not any more.
    pub fn disk_refuses(&self, refuses: bool) {
        self.disk.refuses.store(refuses, Ordering::Relaxed);
    }
}
