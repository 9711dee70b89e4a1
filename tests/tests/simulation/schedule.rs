//! One schedule: a service, some desks, people who work, a network and machines that fail, all of it made from one seed.
//! The same seed always gives the same schedule.

mod acts;
mod ends;
mod mistaken;
mod network;
mod trouble;

use std::collections::BTreeMap;

use backend::Trouble;
use desk::{replica::Deed, sync::Input};
use model::{
    At, ConversationId, FollowUpId, Person,
    follow_up::FollowUpChange,
    wire::{ClientFrame, Command, ServerFrame, reads::SnapshotPage},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use server::still::{Copy, Still};

use crate::{
    device::{Device, State},
    ledger::Ledger,
    mistakes::Mistake,
    template::{self, ADVISORS, BEGIN},
};

/// After this time nothing fails any more, and everything has to drain.
const QUIET: i64 = 60_000;
/// One schedule in so many has its desks' files on the disk.
const ON_DISK: u64 = 50;
/// A desk that stays away for so long comes back to live chats that are over.
const AWAY: i64 = 50_000;

/// What went against a promise.
#[derive(Debug)]
pub struct Broken(pub String);

/// What a schedule was like.
#[derive(Debug, Default, Clone, Copy)]
pub struct Story {
    /// Things that advisors did.
    pub commands: usize,
    /// Failures of machines and network.
    pub faults: usize,
    /// Steps of all desks.
    pub steps: usize,
}

/// What happens at a time.
enum Happening {
    Tick { device: usize, life: u64 },
    Acts { device: usize },
    Office,
    Fault,
    Restart { device: usize },
    Dialled { device: usize, life: u64, line: u64, ok: bool },
    Says { device: usize, life: u64, line: u64, frame: ClientFrame },
    Hears { device: usize, life: u64, line: u64, frame: Box<ServerFrame> },
    Closed { device: usize, life: u64, line: u64 },
    Asked { device: usize, life: u64, what: Box<Question>, answered: bool },
    Answered { device: usize, life: u64, answer: Box<Answer> },
    NetworkBack { device: usize },
    DiskBack { device: usize },
    SignedIn { device: usize },
}

/// A request.
#[derive(Clone)]
enum Question {
    Begin(u64),
    Page(u64, Option<String>),
    /// Commands, each with what its advisor saw in the field and whether it is too late from a time on.
    Commands(Vec<Sent>),
}

/// A command as it leaves a desk.
#[derive(Clone)]
pub struct Sent {
    /// The command.
    pub command: Command,
    /// What its advisor saw in the field before.
    pub base: Option<FollowUpChange>,
    /// When it becomes harm: a reply in a live chat.
    pub harm_from: Option<At>,
}

/// What comes back.
enum Answer {
    Input(Input),
    Page(u64, Result<SnapshotPage, Trouble>),
}

/// An open line, as the service sees it.
struct Seat {
    device: usize,
    life: u64,
    line: u64,
    cursor: u64,
    greeted: bool,
    /// Nothing gets through any more, and nobody is told.
    hole: bool,
    /// The last frame is heard then: later ones come later.
    last: i64,
}

/// One run.
pub struct Schedule {
    random: StdRng,
    time: i64,
    number: u64,
    /// What happens when, in order.
    plan: BTreeMap<(i64, u64), Happening>,
    service: Still,
    backups: Vec<Copy>,
    office: Person,
    devices: Vec<Device>,
    seats: Vec<Seat>,
    conversations: Vec<ConversationId>,
    follow_ups: Vec<FollowUpId>,
    /// How likely something goes wrong with one message, in percent.
    trouble: u32,
    ledger: Ledger,
    mistake: Option<Mistake>,
    story: Story,
    _folder: Option<tempfile::TempDir>,
}

/// Runs the schedule of a seed to its end and checks every promise on the way and there.
pub fn run(seed: u64, mistake: Option<Mistake>) -> Result<Story, Broken> {
    let mut schedule = Schedule::new(seed, mistake);
    schedule.play()?;
    schedule.ends()?;
    schedule.story.commands = schedule.ledger.len();
    Ok(schedule.story)
}

impl Schedule {
    fn new(seed: u64, mistake: Option<Mistake>) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let (service, mut people) = template::fresh();
        let office = people.pop().expect("a supervisor");
        let count = random.random_range(2..=ADVISORS + 1);
        // The last one may be a second desk of the first person.
        let folder = seed.is_multiple_of(ON_DISK).then(|| tempfile::tempdir().expect("a folder"));
        let at = folder.as_ref().map(tempfile::TempDir::path);
        let devices = (0..count)
            .map(|no| Device::new(no, people.get(no).unwrap_or(&people[0]).clone(), at))
            .collect::<Vec<_>>();
        let trouble = *[0, 3, 10, 25].choose(&mut random).expect("a choice");
        let mut schedule = Self {
            random,
            time: 0,
            number: 0,
            plan: BTreeMap::new(),
            service,
            backups: Vec::new(),
            office,
            devices,
            seats: Vec::new(),
            conversations: Vec::new(),
            follow_ups: Vec::new(),
            trouble,
            ledger: Ledger::default(),
            mistake,
            story: Story::default(),
            _folder: folder,
        };
        schedule.look_around();
        schedule.begin();
        schedule
    }

    /// What there is to work on.
    fn look_around(&mut self) {
        for device in 0..self.devices.len() {
            for entity in self.projection(device) {
                match entity {
                    model::wire::Entity::Conversation(row) => self.conversations.push(row.id),
                    model::wire::Entity::FollowUp(row) => self.follow_ups.push(row.id),
                    _ => {}
                }
            }
        }
        // Ids are made anew with every template, and rise: in their order they are always the same ones.
        self.conversations.sort_unstable();
        self.conversations.dedup();
        self.follow_ups.sort_unstable();
        self.follow_ups.dedup();
        self.backups.push(self.service.copy().expect("memory for a backup"));
    }

    fn begin(&mut self) {
        for device in 0..self.devices.len() {
            self.at(0, Happening::Restart { device });
            for _ in 0..self.random.random_range(5..30) {
                let when = self.random.random_range(500..QUIET - 2_000);
                self.at(when, Happening::Acts { device });
            }
        }
        for _ in 0..self.random.random_range(0..25) {
            let when = self.random.random_range(500..QUIET);
            self.at(when, Happening::Office);
        }
        if self.trouble > 0 {
            for _ in 0..self.random.random_range(0..12) {
                let when = self.random.random_range(500..QUIET - 2_000);
                self.at(when, Happening::Fault);
            }
        }
    }

    fn at(&mut self, time: i64, what: Happening) {
        self.number += 1;
        self.plan.insert((time.max(self.time), self.number), what);
    }

    fn after(&mut self, ms: i64, what: Happening) {
        self.at(self.time + ms, what);
    }

    fn service_now(&self) -> At {
        At(BEGIN.0 + self.time)
    }

    fn calm(&self) -> bool {
        self.time >= QUIET
    }

    /// Whether something goes wrong now.
    fn goes_wrong(&mut self) -> bool {
        let percent = if self.calm() { 0 } else { self.trouble };
        self.random.random_range(0..100) < percent
    }

    fn play(&mut self) -> Result<(), Broken> {
        // Half a minute to notice a dead line, and a minute to drain; then one more ping for the cursor.
        self.play_until(QUIET)?;
        self.heal()?;
        self.play_until(QUIET + 100_000)?;
        self.ledger.drained(&mut self.devices)?;
        self.play_until(QUIET + 140_000)
    }

    fn play_until(&mut self, end: i64) -> Result<(), Broken> {
        while let Some(next) = self.plan.first_entry().filter(|next| next.key().0 < end) {
            let ((time, _), what) = next.remove_entry();
            self.time = self.time.max(time);
            self.happens(what)?;
        }
        self.time = end;
        Ok(())
    }

    /// Everything works again.
    fn heal(&mut self) -> Result<(), Broken> {
        for device in 0..self.devices.len() {
            let desk = &mut self.devices[device];
            desk.online = true;
            desk.disk_refuses(false);
            desk.dies_in(-1, false);
            desk.signed_in = true;
            desk.asleep_until = None;
            if !matches!(desk.state, State::Up(_)) {
                self.restart(device)?;
            } else {
                self.step(device, Input::SignedIn)?;
            }
        }
        Ok(())
    }

    fn happens(&mut self, what: Happening) -> Result<(), Broken> {
        match what {
            Happening::Tick { device, life } if self.listens(device, life) => {
                if self.devices[device].wakes_at <= self.time {
                    self.step(device, Input::Tick)
                } else {
                    Ok(())
                }
            }
            Happening::Acts { device } if self.awake(device) => self.acts(device),
            Happening::Office => {
                self.office();
                Ok(())
            }
            Happening::Fault => self.fault(),
            Happening::Restart { device } => self.restart(device),
            Happening::NetworkBack { device } => {
                self.devices[device].online = true;
                if self.awake(device) { self.step(device, Input::TryNow) } else { Ok(()) }
            }
            Happening::DiskBack { device } => {
                self.devices[device].disk_refuses(false);
                Ok(())
            }
            Happening::SignedIn { device } => {
                self.devices[device].signed_in = true;
                if self.awake(device) { self.step(device, Input::SignedIn) } else { Ok(()) }
            }
            Happening::Dialled { device, life, line, ok } if self.hears(device, life, line) => {
                let answer = if ok { Ok(()) } else { Err(Trouble::Unreachable) };
                self.step(device, Input::Dialled(answer))
            }
            Happening::Says { device, life, line, frame } => self.said(device, life, line, &frame),
            Happening::Hears { device, life, line, frame } if self.hears(device, life, line) => {
                let frame = self.mistaken_frame(device, *frame);
                self.step(device, Input::Heard(Box::new(frame)))
            }
            Happening::Closed { device, life, line } if self.hears(device, life, line) => {
                self.step(device, Input::Closed(None))
            }
            Happening::Asked { device, life, what, answered } => self.asked(device, life, *what, answered),
            // A request that a sleeping computer waits for ends when it wakes.
            Happening::Answered { device, life, answer } if self.sleeps_on(device, life) => {
                let until = self.devices[device].asleep_until.unwrap_or(self.time);
                self.at(until + 5, Happening::Answered { device, life, answer });
                Ok(())
            }
            Happening::Answered { device, life, answer } if self.listens(device, life) => match *answer {
                Answer::Input(input) => self.step(device, input),
                Answer::Page(no, page) => self.page(device, no, page),
            },
            _ => Ok(()),
        }
    }

    fn awake(&self, device: usize) -> bool {
        let desk = &self.devices[device];
        matches!(desk.state, State::Up(_)) && desk.asleep_until.is_none_or(|until| until <= self.time)
    }

    /// What arrives while the computer sleeps is gone with its sockets.
    fn listens(&self, device: usize, life: u64) -> bool {
        self.awake(device) && self.devices[device].life == life
    }

    fn sleeps_on(&self, device: usize, life: u64) -> bool {
        let desk = &self.devices[device];
        desk.life == life && desk.asleep_until.is_some_and(|until| until > self.time)
    }

    fn hears(&self, device: usize, life: u64, line: u64) -> bool {
        self.listens(device, life) && self.devices[device].line == line
    }

    fn restart(&mut self, device: usize) -> Result<(), Broken> {
        if matches!(self.devices[device].state, State::Up(_)) {
            return Ok(());
        }
        self.mistaken_restart(device);
        self.devices[device].start();
        let now = self.devices[device].now(self.time);
        let Some(replica) = self.devices[device].replica() else { return Ok(()) };
        match replica.start(now) {
            Ok(deeds) => self.follow(device, deeds),
            Err(_) if self.devices[device].died() => self.follow(device, Vec::new()),
            // The disk refuses: the person tries again.
            Err(_) => {
                self.devices[device].crash();
                self.after(3_000, Happening::Restart { device });
                Ok(())
            }
        }
    }

    fn step(&mut self, device: usize, input: Input) -> Result<(), Broken> {
        let now = self.devices[device].now(self.time);
        self.mistaken_input(device, &input);
        let Some(replica) = self.devices[device].replica() else { return Ok(()) };
        let deeds = replica.step(input, now);
        self.follow(device, deeds)
    }

    fn page(&mut self, device: usize, no: u64, page: Result<SnapshotPage, Trouble>) -> Result<(), Broken> {
        let now = self.devices[device].now(self.time);
        let Some(replica) = self.devices[device].replica() else { return Ok(()) };
        let deeds = replica.page(no, page, now);
        self.follow(device, deeds)
    }

    /// Does what the desk wants done, unless it died meanwhile.
    fn follow(&mut self, device: usize, deeds: Vec<Deed>) -> Result<(), Broken> {
        self.story.steps += 1;
        if self.devices[device].died() {
            self.devices[device].crash();
            let ms = if self.random.random_bool(0.2) { AWAY } else { self.random.random_range(10..8_000) };
            self.after(ms, Happening::Restart { device });
            return Ok(());
        }
        for deed in deeds {
            self.does(device, deed)?;
        }
        self.ledger.looks(device, &mut self.devices[device])?;
        let now = self.devices[device].now(self.time);
        let life = self.devices[device].life;
        if let Some(replica) = self.devices[device].replica() {
            let when = self.time + (replica.next_wake(now) - now.mono).max(1);
            let planned = &mut self.devices[device].wakes_at;
            // One alarm is enough: an earlier one sets the next.
            if *planned <= self.time || when < *planned {
                *planned = when;
                self.at(when, Happening::Tick { device, life });
            }
        }
        Ok(())
    }

    fn does(&mut self, device: usize, deed: Deed) -> Result<(), Broken> {
        let life = self.devices[device].life;
        match deed {
            Deed::Dial => {
                self.devices[device].line += 1;
                let line = self.devices[device].line;
                let ok = self.devices[device].online && !self.goes_wrong();
                if self.devices[device].online && self.goes_wrong() {
                    // Nobody ever answers.
                    return Ok(());
                }
                if !self.devices[device].signed_in {
                    self.after(
                        20,
                        Happening::Answered {
                            device,
                            life,
                            answer: Box::new(Answer::Input(Input::Dialled(Err(Trouble::SignIn)))),
                        },
                    );
                    return Ok(());
                }
                if ok {
                    self.seats.push(Seat {
                        device,
                        life,
                        line,
                        cursor: 0,
                        greeted: false,
                        hole: false,
                        last: 0,
                    });
                }
                let ms = self.random.random_range(5..200);
                self.after(ms, Happening::Dialled { device, life, line, ok });
            }
            Deed::HangUp => {
                self.devices[device].line += 1;
                self.seats.retain(|seat| seat.device != device);
            }
            Deed::Say(frame) => {
                let line = self.devices[device].line;
                let ms = self.random.random_range(1..60);
                self.after(ms, Happening::Says { device, life, line, frame });
            }
            Deed::BeginSnapshot(no) => self.asks(device, Question::Begin(no)),
            Deed::TakePage(no, after) => self.asks(device, Question::Page(no, after)),
            Deed::Upload(id) => {
                let answer = Box::new(Answer::Input(Input::Uploaded(id, Ok(()))));
                self.after(20, Happening::Answered { device, life, answer });
            }
            Deed::Submit(commands) => {
                let sent = commands.into_iter().map(|command| self.sent(device, command)).collect();
                self.asks(device, Question::Commands(sent));
            }
            Deed::Now(_) | Deed::Settled(..) | Deed::Changed(_) | Deed::Damaged | Deed::Forget => {}
            Deed::Applied { to, touched, .. } => {
                self.ledger.applied(device, &mut self.devices[device], to, &touched)?
            }
            Deed::Replaced => self.ledger.replaced(device),
            Deed::Done(rows) => self.ledger.done(&mut self.devices[device], &rows)?,
        }
        Ok(())
    }

    /// An advisor does something, on line or not.
    fn acts(&mut self, device: usize) -> Result<(), Broken> {
        let wish = self.wish(device);
        let now = self.devices[device].now(self.time);
        let Some(replica) = self.devices[device].replica() else { return Ok(()) };
        let (saved, deeds) = wish.done(replica, now);
        if !self.devices[device].died() {
            // What is shown as saved is noted: from here on it may not be lost.
            for id in saved {
                self.ledger.saves(device, &mut self.devices[device], id);
            }
        }
        self.follow(device, deeds)
    }
}
