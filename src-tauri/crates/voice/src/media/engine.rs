//! The clock of a telephone's or an exchange's sound: every 20 ms it hears the microphone, plays what the calls say, and
//! says to the calls what they should hear. One thread for all calls, which sleeps while there is none; one task for each
//! call's socket.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::{net::UdpSocket, runtime::Handle, sync::mpsc::UnboundedSender, task::AbortHandle};

use super::{
    digits::Digit,
    leg::{Format, Group, Leg, Says},
    mix::Mix,
    quality::Quality,
    remote::Named,
};
use crate::{
    audio::{Frame, Microphone, SILENCE, Sound, Speaker},
    call::CallId,
    trouble::Trouble,
};

/// How often a frame is due.
const TICK: Duration = Duration::from_millis(20);
/// When the clock is that far behind, it goes on from now instead of catching up.
const BEHIND: Duration = Duration::from_millis(200);
/// Ticks after which it is told how calls sound.
const TELL: u32 = 100;
/// The largest datagram that is read; sound has 172 bytes.
const LARGEST: usize = 1_500;

/// What happens in the sound of a call.
#[derive(Debug)]
pub(crate) enum Noticed {
    /// The other side pressed a key.
    Digit(Digit),
    /// How the call sounds.
    Quality(Quality),
}

/// A socket that waits to know with whom it speaks.
#[derive(Debug, Clone)]
pub(crate) struct Port {
    socket: Arc<UdpSocket>,
    address: SocketAddr,
}

impl Port {
    /// A free port of this computer's address.
    pub(crate) async fn open(ip: IpAddr) -> Result<Self, Trouble> {
        let socket = UdpSocket::bind((ip, 0)).await.map_err(|_| Trouble::Unreachable)?;
        let address = socket.local_addr().map_err(|_| Trouble::Unreachable)?;
        Ok(Self { socket: Arc::new(socket), address })
    }

    /// Where the other side should send.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A call's sound with its socket.
struct Running {
    leg: Leg,
    socket: Arc<UdpSocket>,
    reader: AbortHandle,
    /// What the other side said in this tick.
    said: Option<Frame>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// What is around a call, whether it sounds yet or not.
#[derive(Default)]
struct Around {
    /// What it hears while nobody speaks to it.
    source: Option<Box<dyn Microphone>>,
    /// What hears all of it.
    tap: Option<Box<dyn Speaker>>,
}

#[derive(Default)]
struct State {
    legs: HashMap<CallId, Running>,
    around: HashMap<CallId, Around>,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    epoch: Instant,
    notices: UnboundedSender<(CallId, Noticed)>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notice(&self, call: &CallId, noticed: Noticed) {
        // Nobody listens any more when the telephone is being closed.
        let _ = self.notices.send((call.clone(), noticed));
    }
}

/// The sound of all calls. It ends when it is dropped.
pub(crate) struct Engine {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Where sockets are read, whoever begins a call.
    runtime: Handle,
}

impl Engine {
    /// Begins, with what somebody speaks into and hears from, if there is anybody; what happens is said to `notices`.
    pub(crate) fn start(
        sound: Option<Sound>,
        notices: UnboundedSender<(CallId, Noticed)>,
    ) -> Result<Self, Trouble> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            epoch: Instant::now(),
            notices,
        });
        let its = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("voice".into())
            .spawn(move || run(&its, sound))
            .map_err(|_| Trouble::Sound)?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)), runtime: Handle::current() })
    }

    /// A call begins to sound: with this address, on this port. One that sounds already goes on as was agreed anew.
    pub(crate) fn begin(&self, call: &CallId, port: &Port, format: Format, named: Named) {
        let mut state = self.shared.lock();
        if let Some(running) = state.legs.get_mut(call) {
            running.leg.renegotiated(format, named);
            return;
        }
        let socket = Arc::clone(&port.socket);
        let reading = read(Arc::clone(&self.shared), call.clone(), Arc::clone(&socket));
        let reader = self.runtime.spawn(reading).abort_handle();
        let running = Running { leg: Leg::new(format, named), socket, reader, said: None };
        state.legs.insert(call.clone(), running);
        self.shared.changed.notify_all();
    }

    /// Does something with a call's sound, if it sounds.
    pub(crate) fn with<T>(&self, call: &CallId, f: impl FnOnce(&mut Leg) -> T) -> Option<T> {
        self.shared.lock().legs.get_mut(call).map(|running| f(&mut running.leg))
    }

    /// What a call hears while nobody speaks to it. Until it ends, it is remembered for when the call sounds.
    pub(crate) fn play(&self, call: &CallId, source: Option<Box<dyn Microphone>>) {
        self.shared.lock().around.entry(call.clone()).or_default().source = source;
    }

    /// What hears all that a call says and hears. Until it ends, it is remembered for when the call sounds.
    pub(crate) fn tap(&self, call: &CallId, tap: Option<Box<dyn Speaker>>) {
        self.shared.lock().around.entry(call.clone()).or_default().tap = tap;
    }

    /// A key that was pressed in a call is pressed in those that are joined with it.
    pub(crate) fn pass(&self, call: &CallId, digit: Digit) {
        let mut state = self.shared.lock();
        let Some(group) = state.legs.get(call).and_then(|running| running.leg.group) else { return };
        let others = state.legs.iter_mut().filter(|(other, _)| *other != call);
        for (_, running) in others.filter(|(_, running)| running.leg.group == Some(group)) {
            running.leg.pass(digit);
        }
    }

    /// A call does not sound any more. How it sounded.
    pub(crate) fn end(&self, call: &CallId) -> Option<Quality> {
        let (running, around) = {
            let mut state = self.shared.lock();
            (state.legs.remove(call), state.around.remove(call))
        };
        // Whoever taps may have something to finish, for which the clock should not wait.
        drop(around);
        Some(running?.leg.quality())
    }
}

impl Engine {
    /// Ends: no call sounds any more, and the clock stops within a tick.
    pub(crate) fn close(&self) {
        {
            let mut state = self.shared.lock();
            state.closed = true;
            state.legs.clear();
            state.around.clear();
        }
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

/// Reads a call's datagrams, the moment they come: how evenly they do is measured.
async fn read(shared: Arc<Shared>, call: CallId, socket: Arc<UdpSocket>) {
    let mut datagram = [0; LARGEST];
    loop {
        // An error is one datagram's: a port over there that is closed at the moment.
        let Ok((length, from)) = socket.recv_from(&mut datagram).await else {
            tokio::time::sleep(TICK).await;
            continue;
        };
        let now = shared.epoch.elapsed();
        let bytes = datagram.get(..length).unwrap_or_default();
        let digit = match shared.lock().legs.get_mut(&call) {
            Some(running) => running.leg.receive(bytes, from, now),
            None => return,
        };
        if let Some(digit) = digit {
            shared.notice(&call, Noticed::Digit(digit));
        }
    }
}

/// The clock.
fn run(shared: &Shared, mut sound: Option<Sound>) {
    #[cfg(feature = "devices")]
    crate::audio::devices::priority::first();
    let mut due = Instant::now();
    for tick in 1_u32.. {
        {
            let mut state = shared.lock();
            while state.legs.is_empty() && !state.closed {
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.closed {
                return;
            }
        }
        due += TICK;
        let now = Instant::now();
        match due.checked_duration_since(now) {
            Some(early) => thread::sleep(early),
            None if now.duration_since(due) > BEHIND => due = now,
            None => {}
        }
        let mut voice = SILENCE;
        if let Some(sound) = &mut sound {
            sound.microphone.hear(&mut voice);
        }
        let heard = exchange(shared, &voice, tick % TELL == 0);
        if let Some(sound) = &mut sound {
            sound.speaker.play(&heard);
        }
    }
}

/// One frame to and from every call. What the advisor hears.
fn exchange(shared: &Shared, voice: &Frame, tell: bool) -> Frame {
    let now = shared.epoch.elapsed();
    let mut state = shared.lock();
    let State { legs, around, .. } = &mut *state;
    let mut all = Mix::default();
    let mut groups: HashMap<Group, Mix> = HashMap::new();
    for running in legs.values_mut() {
        running.said = running.leg.take(now);
        all.add(running.said.as_ref());
        if let Some(group) = running.leg.group.filter(|_| !running.leg.away) {
            groups.entry(group).or_default().add(running.said.as_ref());
        }
    }
    for (call, running) in legs.iter_mut() {
        let around = around.get_mut(call);
        let (source, tap) = around.map_or((None, None), |it| (it.source.as_mut(), it.tap.as_mut()));
        let group = running.leg.group.and_then(|group| groups.get(&group));
        let own = running.said.as_ref().filter(|_| !running.leg.away);
        let others = group.and_then(|group| group.others(!running.leg.away, own));
        let hears = running.leg.says == Says::Voice;
        let mut frame = *voice;
        match (others, source) {
            (Some(others), _) => others.add_to(&mut frame),
            (None, Some(source)) if hears => source.hear(&mut frame),
            (None, _) => {}
        }
        if let Some(tap) = tap {
            let mut both = Mix::default();
            both.add(running.said.as_ref());
            both.add(Some(&frame).filter(|_| hears));
            tap.play(&both.frame());
        }
        if let Some((datagram, to)) = running.leg.say(&frame) {
            // A full or unreachable network loses packets, here as anywhere on the way.
            let _ = running.socket.try_send_to(&datagram, to);
        }
        if tell {
            shared.notice(call, Noticed::Quality(running.leg.quality()));
        }
    }
    all.frame()
}
