//! One schedule: a service, some desks, people who work, a network and machines that fail, all of it made from one seed.
//! The same seed always gives the same schedule.

use std::{cmp::Reverse, collections::BinaryHeap};

use backend::Trouble;
use desk::{replica::Deed, sync::Input};
use model::{
    At, CommandId, ConversationId, FollowUpId, Intent, Person,
    follow_up::{FollowUpChange, FollowUpStatus},
    wire::{
        ClientFrame, Command, Outcome, ServerFrame,
        commands::Receipts,
        reads::{SnapshotPage, SnapshotStart},
    },
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use server::still::{Copy, Still};
use store::work::outbox::Policy;

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
/// How long a request is waited for.
const PATIENCE: i64 = 30_000;

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

struct Planned(i64, u64, Happening);
impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}
impl Eq for Planned {}
impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Planned {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// One run.
pub struct Schedule {
    random: StdRng,
    time: i64,
    number: u64,
    plan: BinaryHeap<Reverse<Planned>>,
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
            plan: BinaryHeap::new(),
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
        self.conversations.sort_unstable();
        self.conversations.dedup();
        self.follow_ups.sort_unstable();
        self.follow_ups.dedup();
        // Ids are made anew with every template: the order must not depend on them.
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
        self.plan.push(Reverse(Planned(time.max(self.time), self.number, what)));
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
        while self.plan.peek().is_some_and(|Reverse(next)| next.0 < end) {
            let Some(Reverse(Planned(time, _, what))) = self.plan.pop() else { break };
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
            Happening::Office => self.office(),
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

    fn sent(&mut self, device: usize, mut command: Command) -> Sent {
        let row = self.devices[device].replica().and_then(|replica| replica.row(command.id).cloned());
        let base = row.as_ref().and_then(|row| row.base.clone());
        let live = row.as_ref().is_some_and(|row| row.policy == Policy::Live);
        let harm_from = row.and_then(|row| row.expires_at).filter(|_| live);
        let again = self.ledger.sends(command.id);
        match self.mistake {
            Some(Mistake::NoEndForLiveReplies) => command.until = None,
            Some(Mistake::NewNameForEveryTry) if again => command.id = CommandId(uuid::Uuid::now_v7()),
            _ => {}
        }
        Sent { command, base, harm_from }
    }

    /// A request goes out; it may arrive, and its answer too.
    fn asks(&mut self, device: usize, what: Question) {
        let life = self.devices[device].life;
        let ms = self.random.random_range(2..150);
        if !self.devices[device].online {
            return self.fails(device, &what, ms, &Trouble::Unreachable);
        }
        if !self.devices[device].signed_in {
            return self.fails(device, &what, ms, &Trouble::SignIn);
        }
        if self.goes_wrong() {
            match self.random.random_range(0..6) {
                // Lost on the way there.
                0 => return self.fails(device, &what, PATIENCE, &Trouble::Unreachable),
                1 => return self.fails(device, &what, ms, &Trouble::Unreachable),
                2 => return self.fails(device, &what, ms, &Trouble::Wait { after_ms: 700 }),
                3 => return self.fails(device, &what, ms, &Trouble::Fault),
                // Done, and the answer is lost.
                4 => {
                    let lost = Trouble::Unreachable;
                    self.fails(device, &what, PATIENCE, &lost);
                    self.after(ms, Happening::Asked { device, life, what: Box::new(what), answered: false });
                    return;
                }
                // Arrives twice, the second time late.
                _ => {
                    let late = self.random.random_range(200..20_000);
                    let again = Box::new(what.clone());
                    self.after(ms + late, Happening::Asked { device, life, what: again, answered: false });
                }
            }
        }
        self.after(ms, Happening::Asked { device, life, what: Box::new(what), answered: true });
    }

    fn fails(&mut self, device: usize, what: &Question, ms: i64, trouble: &Trouble) {
        let life = self.devices[device].life;
        let answer = match what {
            Question::Begin(no) => Answer::Input(Input::SnapshotBegan(*no, Err(trouble.clone()))),
            Question::Page(no, _) => Answer::Page(*no, Err(trouble.clone())),
            Question::Commands(sent) => {
                let ids = sent.iter().map(|sent| sent.command.id).collect();
                Answer::Input(Input::NoReceipts(ids, trouble.clone()))
            }
        };
        self.after(ms, Happening::Answered { device, life, answer: Box::new(answer) });
    }

    /// A request arrives.
    fn asked(&mut self, device: usize, life: u64, what: Question, answered: bool) -> Result<(), Broken> {
        let me = self.devices[device].me.id;
        let answer = match what {
            Question::Begin(no) => {
                let start: SnapshotStart = self.service.begin().expect("the service works");
                Answer::Input(Input::SnapshotBegan(no, Ok(start)))
            }
            Question::Page(no, after) => {
                let page = self.service.page(me, after.as_deref()).expect("the service works");
                Answer::Page(no, Ok(page.expect("a page that was named")))
            }
            Question::Commands(sent) => Answer::Input(self.takes(device, sent, answered)?),
        };
        self.everybody_looks();
        if answered {
            let ms = self.random.random_range(2..150);
            self.after(ms, Happening::Answered { device, life, answer: Box::new(answer) });
        }
        Ok(())
    }

    /// Commands arrive. What changes a field must have seen what it writes over.
    fn takes(&mut self, device: usize, sent: Vec<Sent>, answered: bool) -> Result<Input, Broken> {
        let (me, now) = (self.devices[device].me.id, self.service_now());
        let mut all: Option<Receipts> = None;
        for Sent { mut command, base, harm_from } in sent {
            let id = command.id;
            let before = match &mut command.intent {
                Intent::ChangeFollowUp { id, change, base } => {
                    let row = self.service.follow_up(*id).expect("the service works");
                    if self.mistake == Some(Mistake::NoCompareAndSet) {
                        command.seen = None;
                        *base = row.as_ref().map_or(0, |row| row.fields.of(change));
                    }
                    row.map(|row| row.current(change))
                }
                _ => None,
            };
            let receipts = self.service.submit(me, vec![command], now).expect("the service works");
            for receipt in &receipts.receipts {
                if receipt.duplicate || !matches!(receipt.outcome, Outcome::Applied { .. }) {
                    continue;
                }
                if before.is_some() && base != before {
                    return Err(Broken(format!(
                        "I9: a change wrote over {before:?}, its advisor saw {base:?}"
                    )));
                }
                if harm_from.is_some_and(|from| now.since(from) > 1_000) {
                    return Err(Broken(format!("harm: a live reply was sent {harm_from:?}, at {now:?}")));
                }
            }
            if self.mistake == Some(Mistake::ReceiptOutsideTheTransaction) && !answered {
                self.service.lose_receipt(id).expect("the service works");
            }
            match &mut all {
                Some(all) => all.receipts.extend(receipts.receipts),
                None => all = Some(receipts),
            }
        }
        let all = all.expect("a command at least");
        let epoch = match (self.mistake, self.devices[device].replica()) {
            (Some(Mistake::ReceiptOfAnotherLog), Some(replica)) => {
                replica.cache().position().ok().and_then(|position| position.epoch).unwrap_or(all.epoch)
            }
            _ => all.epoch,
        };
        Ok(Input::Receipts(epoch, all.receipts))
    }

    /// A frame of a desk arrives.
    fn said(&mut self, device: usize, life: u64, line: u64, frame: &ClientFrame) -> Result<(), Broken> {
        let now = self.service_now();
        let me = self.devices[device].me.id;
        let mine =
            |seat: &&mut Seat| seat.device == device && seat.life == life && seat.line == line && !seat.hole;
        let Some(seat) = self.seats.iter_mut().find(mine) else { return Ok(()) };
        match frame {
            ClientFrame::Hello { cursor, .. } => {
                seat.cursor = *cursor;
                let answer = self.service.greet(frame, now).expect("the service works").expect("an answer");
                seat.greeted = matches!(answer, ServerFrame::Resumed { .. });
                self.tells(device, line, answer);
            }
            ClientFrame::Ping { .. } if seat.greeted => {
                let from = seat.cursor;
                let (to, events) = self.service.range(me, from).expect("the service works");
                seat.cursor = to;
                if to > from {
                    self.tells(device, line, ServerFrame::Range { from, to, events });
                }
                self.tells(device, line, ServerFrame::Pong { head: to, now });
            }
            _ => {}
        }
        self.everybody_looks();
        Ok(())
    }

    /// Every open line is told what is new in the log.
    fn everybody_looks(&mut self) {
        let seats: Vec<(usize, u64)> =
            self.seats.iter().filter(|s| s.greeted).map(|s| (s.device, s.line)).collect();
        for (device, line) in seats {
            loop {
                let me = self.devices[device].me.id;
                let Some(seat) = self.seats.iter_mut().find(|s| s.device == device && s.line == line) else {
                    break;
                };
                let from = seat.cursor;
                let (to, events) = self.service.range(me, from).expect("the service works");
                if to == from || events.is_empty() {
                    break;
                }
                seat.cursor = to;
                self.tells(device, line, ServerFrame::Range { from, to, events });
            }
        }
    }

    /// A frame goes to a desk: in order, unless something goes wrong.
    fn tells(&mut self, device: usize, line: u64, frame: ServerFrame) {
        let wrong = self.goes_wrong().then(|| self.random.random_range(0..5));
        let ms = self.random.random_range(1..80);
        let Some(seat) = self.seats.iter_mut().find(|s| s.device == device && s.line == line) else { return };
        if seat.hole {
            return;
        }
        let life = seat.life;
        let mut when = seat.last.max(self.time + ms);
        seat.last = when;
        let again = (wrong == Some(1)).then(|| frame.clone());
        match wrong {
            // Lost, and the line goes on: what follows does not fit.
            Some(0) => return,
            Some(2) => when += 500,
            Some(3) => {
                seat.hole = true;
                return;
            }
            Some(4) => return self.cut(device),
            _ => {}
        }
        self.at(when, Happening::Hears { device, life, line, frame: Box::new(frame) });
        if let Some(frame) = again {
            self.at(when + 1, Happening::Hears { device, life, line, frame: Box::new(frame) });
        }
    }

    fn cut(&mut self, device: usize) {
        let lines: Vec<(u64, u64)> =
            self.seats.iter().filter(|s| s.device == device).map(|s| (s.life, s.line)).collect();
        self.seats.retain(|seat| seat.device != device);
        for (life, line) in lines {
            let ms = self.random.random_range(1..50);
            self.after(ms, Happening::Closed { device, life, line });
        }
    }

    /// A machine or the network fails.
    fn fault(&mut self) -> Result<(), Broken> {
        self.story.faults += 1;
        let device = self.random.random_range(0..self.devices.len());
        let long = self.random.random_range(100..25_000);
        match self.random.random_range(0..14) {
            0 | 1 => self.cut(device),
            2 | 3 => {
                self.devices[device].online = false;
                self.cut(device);
                self.after(long, Happening::NetworkBack { device });
            }
            4 => self.seats.iter_mut().filter(|s| s.device == device).for_each(|s| s.hole = true),
            5 if self.awake(device) => {
                self.devices[device].crash();
                self.after(long / 3, Happening::Restart { device });
            }
            6 | 7 => {
                let (writes, kept) = (self.random.random_range(0..12), self.random.random_bool(0.5));
                self.devices[device].dies_in(writes, kept);
            }
            8 => {
                self.devices[device].disk_refuses(true);
                self.after(long / 2, Happening::DiskBack { device });
            }
            9 if self.awake(device) => self.sleeps(device, long)?,
            10 => {
                let years = [-315_360_000_000, -86_400_000, -5_000, 5_000, 86_400_000, 315_360_000_000];
                self.devices[device].wall += years.choose(&mut self.random).copied().unwrap_or(0);
            }
            11 => {
                self.devices[device].signed_in = false;
                self.cut(device);
                self.after(long / 2, Happening::SignedIn { device });
            }
            // The service starts again: every line is gone.
            12 => (0..self.devices.len()).for_each(|device| self.cut(device)),
            13 => self.restored(),
            _ => {}
        }
        Ok(())
    }

    fn sleeps(&mut self, device: usize, ms: i64) -> Result<(), Broken> {
        let life = self.devices[device].life;
        self.devices[device].asleep_until = Some(self.time + ms);
        self.devices[device].slept += ms;
        // Its sockets do not survive, and nobody tells it so.
        self.seats.iter_mut().filter(|s| s.device == device).for_each(|s| s.hole = true);
        self.after(ms + 1, Happening::Tick { device, life });
        Ok(())
    }

    /// The service is restored from a backup: everything since then is gone, and it begins a new log.
    fn restored(&mut self) {
        let which = self.random.random_range(0..self.backups.len());
        self.service.restore(&self.backups[which]).expect("memory for the service");
        // Later backups are of a time that never was.
        self.backups.truncate(which + 1);
        self.ledger.restored();
        (0..self.devices.len()).for_each(|device| self.cut(device));
    }

    /// Others at work: customers write, a supervisor moves things about, somebody else changes a loop.
    fn office(&mut self) -> Result<(), Broken> {
        let now = self.service_now();
        let conversation = *self.conversations.choose(&mut self.random).expect("a conversation");
        let follow_up = *self.follow_ups.choose(&mut self.random).expect("a loop");
        let person = self.devices.choose(&mut self.random).expect("a device").me.id;
        let office = self.office.id;
        match self.random.random_range(0..8) {
            0 | 1 => self.service.says(conversation, "And now?".into(), now).expect("the service works"),
            2 | 3 => {
                let intent = Intent::Assign { conversation, person };
                template::does(&mut self.service, office, intent, now);
            }
            4 => self.backups.push(self.service.copy().expect("memory for a backup")),
            kind => {
                let change = if kind == 5 { FollowUpChange::Owner(person) } else { self.some_change() };
                let row = self.service.follow_up(follow_up).expect("the service works");
                if let Some(row) = row {
                    let base = row.fields.of(&change);
                    let intent = Intent::ChangeFollowUp { id: follow_up, change, base };
                    template::does(&mut self.service, office, intent, now);
                }
            }
        }
        self.everybody_looks();
        Ok(())
    }

    /// Few values, so that two people often mean the same field, and sometimes the same value.
    fn some_change(&mut self) -> FollowUpChange {
        let n = self.random.random_range(0..3);
        match self.random.random_range(0..5) {
            0 => FollowUpChange::Title(format!("Ask again {n}").into()),
            1 => FollowUpChange::Status(
                [FollowUpStatus::Open, FollowUpStatus::Waiting, FollowUpStatus::Done][n as usize],
            ),
            2 => FollowUpChange::Outcome(Some(format!("Refunded {n}").into())),
            3 => FollowUpChange::Note(format!("Note {n}").into()),
            _ => FollowUpChange::Due(BEGIN + n * 1_000),
        }
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

mod acts;
mod ends;
mod mistaken;
