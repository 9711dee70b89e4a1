//! A shift on a bad line.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use loopdesk_tests::{
    Advisor, Page, Stage,
    app::PASSWORD,
    chaos::{Answers, Chaos, Counts, Cut, Path, Weather},
    patient::Patient,
    stage::new_person,
};
use model::{
    ConversationId, Message, MessageKind,
    at::{DAY, SECOND},
};
use serde_json::{Value, json};
use store::{cache::message, work::outbox};
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::{
    machine::Machine,
    plan::{Disconnect, Fault, plan},
};

/// The desk asks whether the service is there after so long.
const PING: i64 = 15 * SECOND;
/// A line on which nothing was heard for so long counts as dead.
const SILENCE: i64 = 35 * SECOND;
/// How often the service's clock is moved.
const TICK: Duration = Duration::from_millis(10);

/// What came of it.
pub struct Shift {
    /// How many disconnects of each kind there were.
    pub faults: BTreeMap<Fault, u64>,
    /// From the moment the path was good again to the moment a desk was live.
    pub resumed: Vec<Duration>,
    /// Words said by all.
    pub said: usize,
    /// What the line did.
    pub counts: Counts,
    /// The most that the process held of the machine.
    pub most: Machine,
}

/// Everybody, while it lasts.
struct Floor {
    stage: Stage,
    chaos: Chaos,
    ines: Advisor,
    bruno: Advisor,
    lea: Patient,
    /// Writes to a queue that neither desk sees: the newest in the log is often hers.
    ola: Page,
    /// Léa's conversation, which Inès answers and Bruno comments.
    talk: String,
    /// What was said, by the first letter: in order.
    said: BTreeMap<char, Vec<String>>,
    /// Moves the service's clock as the machine's goes.
    time: AbortHandle,
}

impl Shift {
    /// A shift with so many disconnects, from the first sign-in to the last file closed.
    pub async fn worked(seed: u64, count: u64) -> Self {
        let mut floor = Floor::opens().await;
        let mut shift = Self {
            faults: BTreeMap::new(),
            resumed: Vec::new(),
            said: 0,
            counts: Counts::default(),
            most: Machine::default(),
        };
        for disconnect in plan(seed, count) {
            *shift.faults.entry(disconnect.fault).or_default() += 1;
            shift.resumed.extend(floor.breaks(disconnect).await);
            shift.most = shift.most.most(Machine::now());
        }
        shift.counts = floor.chaos.counts();
        shift.said = floor.ends().await;
        shift
    }
}

impl Floor {
    async fn opens() -> Self {
        let stage = Stage::open().await;
        let clock = stage.clock.clone();
        let time = tokio::spawn(async move {
            let (begun, mut gone) = (Instant::now(), 0);
            let mut ticks = tokio::time::interval(TICK);
            loop {
                ticks.tick().await;
                let now = i64::try_from(begun.elapsed().as_millis()).expect("a shift ends");
                clock.advance(now - gone);
                gone = now;
            }
        })
        .abort_handle();
        let chaos = Chaos::before(&stage.address).await;
        for name in ["Inès Keller", "Bruno Marchal"] {
            let mut new = new_person("alba", name);
            new.password = Some(PASSWORD.into());
            stage.service.add_person(&"alba".parse().expect("a name"), new).await.expect("a person");
        }
        let mut ines = Advisor::sits_behind(&chaos.address, "Inès Keller").await;
        let lea = stage.customer("Léa Bernard").await;
        lea.says("c").await;
        let talk = ines.takes_offer().await;
        let bruno = Advisor::sits_behind(&chaos.address, "Bruno Marchal").await;
        let lea = Patient::writes(&chaos, &lea);
        let start = json!({ "workspace": "alba", "name": "Ola Lind", "queue": "bank" });
        let ola = stage.visitor("Ola Lind", start).await;
        let mut floor = Self { stage, chaos, ines, bruno, lea, ola, talk, said: BTreeMap::new(), time };
        floor.said.insert('c', vec!["c".to_owned()]);
        floor.prepares().await;
        floor
    }

    /// Nothing waits to be taken back, and Bruno keeps the conversation in sight: a loop of his hangs on it.
    async fn prepares(&mut self) {
        for desk in [&self.ines, &self.bruno] {
            desk.sends_at_once().await;
        }
        let opened = self.bruno.shows(&self.talk).await;
        let due = self.stage.now() + DAY;
        self.bruno
            .call(
                "follow_up.add",
                json!({ "customer": opened["header"]["customer"], "conversation": self.talk, "title": "Call back",
                        "owner": null, "due": due, "priority": "normal", "cause": null }),
            )
            .await;
    }

    /// Everybody says something: the desks know it is saved, the customer does not wait for an answer.
    async fn talks(&mut self) {
        for (letter, mode) in [('a', "reply"), ('b', "note"), ('c', "")] {
            let said = self.said.entry(letter).or_default();
            let text = format!("{letter}{}", said.len());
            said.push(text.clone());
            let desk = match letter {
                'a' => &self.ines,
                'b' => &self.bruno,
                _ => {
                    self.lea.says(text);
                    continue;
                }
            };
            desk.call(
                "message.send",
                json!({ "id": self.talk, "mode": mode, "text": text, "attachments": [], "from_macro": null }),
            )
            .await;
        }
    }

    /// One disconnect, with work before it, while it lasts, and after it. Answers how long each desk took to come back.
    async fn breaks(&mut self, disconnect: Disconnect) -> Vec<Duration> {
        let Disconnect { fault, weather, in_vain } = disconnect;
        if fault == Fault::BlackHole {
            // Time is about to be skipped, and a reply in a live chat may wait for two minutes only.
            self.ines.has_sent_all().await;
        }
        self.chaos.weather(weather);
        self.talks().await;
        let path = if fault == Fault::BlackHole { Path::Silent } else { Path::Refused };
        if fault == Fault::LostAnswer {
            let lost = self.chaos.counts().lost;
            self.chaos.answers(Answers::Cut("POST /v1/commands"));
            self.talks().await;
            self.chaos.until(|counts| counts.lost > lost).await;
            self.chaos.path(path);
        } else {
            self.chaos.path(path);
            self.chaos.cut(fault.cut());
        }
        let before = self.chaos.counts().in_vain;
        self.talks().await;
        if fault == Fault::BlackHole {
            // Nothing tells the desks: they ask, and hear nothing for as long as they wait at most.
            for desk in [&self.ines, &self.bruno] {
                passes(desk, PING);
                passes(desk, SILENCE - PING);
            }
        }
        self.notice().await;
        // Whoever waits for a silent path dials once; others knock as often as they like.
        let in_vain = if fault == Fault::BlackHole { in_vain.min(1) } else { in_vain };
        self.chaos.until(|counts| counts.in_vain >= before + 2 * in_vain).await;
        self.talks().await;
        self.ola.says("Anybody there?").await;

        self.chaos.weather(Weather::Fair);
        let resumed = self.resume().await;
        self.chaos.forgets();
        // One person may have a few lines only, and the service notes the end of each in its own time.
        self.stage.sockets(2).await;
        resumed
    }

    /// Both desks notice that the line is gone.
    async fn notice(&mut self) {
        for desk in [&mut self.ines, &mut self.bruno] {
            desk.until(|push| line(push).filter(|state| state != "live")).await;
        }
    }

    /// The path is good again. Answers how long each desk took to come back.
    async fn resume(&mut self) -> Vec<Duration> {
        let healed = Instant::now();
        self.chaos.heals();
        let back = async |desk: &mut Advisor| {
            desk.until(|push| line(push).filter(|state| state == "live")).await;
            healed.elapsed()
        };
        let resumed = tokio::join!(back(&mut self.ines), back(&mut self.bruno));
        self.ines.connection().await;
        vec![resumed.0, resumed.1]
    }

    /// Everything has arrived everywhere, exactly once and in order; everybody goes home. Answers how much was said.
    async fn ends(mut self) -> usize {
        self.lea.is_done().await;
        for desk in [&mut self.ines, &mut self.bruno] {
            desk.has_sent_all().await;
        }
        let supervisor = self.stage.supervisor("Nora Blum").await;
        let talk: ConversationId = self.talk.parse::<Uuid>().expect("an id").into();
        let (here, head) = (supervisor.every_line(talk).await, supervisor.snapshot().await.1.cursor);
        self.agree("the service", &here);
        // A desk that is live again has everything up to the log's head, also over what it may not see.
        self.chaos.path(Path::Refused);
        self.chaos.cut(Cut::Reset);
        self.notice().await;
        self.resume().await;
        for desk in [&mut self.ines, &mut self.bruno] {
            let (cache, work) = desk.leaves().await;
            let lines = message::before(cache.rows(), talk, None, u32::MAX).expect("the cache can be read");
            assert_eq!(lines, here, "{} has what the service has", desk.name);
            assert_eq!(cache.position().expect("a place").cursor, head, "{} is where the log is", desk.name);
            let (waiting, unreadable) = outbox::open_rows(work.rows()).expect("the outbox can be read");
            assert_eq!((waiting.len(), unreadable.len()), (0, 0), "{}: {waiting:?}", desk.name);
        }
        self.time.abort();
        self.stage.stop().await;
        self.said.values().map(Vec::len).sum()
    }

    /// Each said what they said, once, in their order.
    fn agree(&self, who: &str, lines: &[Message]) {
        for (letter, said) in &self.said {
            let there: Vec<&str> = lines
                .iter()
                .filter(|line| line.kind != MessageKind::Activity && line.text.starts_with(*letter))
                .map(|line| &*line.text)
                .collect();
            assert_eq!(&there, said, "what {who} has of {letter}");
        }
    }
}

/// How the line is, if that is what is pushed.
fn line(push: &Value) -> Option<String> {
    let state = (push["view"] == "connection").then(|| &push["connection"]["state"])?;
    state.as_str().map(str::to_owned)
}

/// Time passes at a desk, and it notices.
fn passes(desk: &Advisor, ms: i64) {
    desk.clock.pass(ms);
    desk.desk.as_ref().expect("the desk runs").painted();
}
