//! A shift in the real window, pressed into minutes: customers write and are answered without a pause, while the line breaks,
//! the computer falls asleep, the sign-in runs out and the service is replaced. Everything said is there once and in order, at
//! the service and on the screen, and it is printed what the window's processes hold.
//!
//! `SHIFT` says for how many seconds; 90 are usual, and count only. Of 1,500 (`make test-long`) the slopes of memory from the
//! fifth minute on mean something.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use loopdesk_tests::{
    Stage,
    app::App,
    asked,
    chaos::{Chaos, Cut, Path},
    desktop::Desktop,
    eventually,
    patient::Patient,
    processes::{children, part, shares},
};
use model::{ConversationId, MessageKind, Role, at::HOUR};
use serde_json::{Value, json};
use tokio::task::AbortHandle;
use uuid::Uuid;

/// Seconds of `make test`.
const USUAL: u64 = 90;
/// A round of talk in every so many milliseconds.
const ROUND: Duration = Duration::from_millis(500);
/// Something happens to the line in every so many rounds.
const TROUBLE: u64 = 16;
/// How long the line stays bad, or the computer asleep.
const BAD: Duration = Duration::from_secs(2);
/// Memory is looked at in every so many rounds.
const LOOK: u64 = 20;
/// How often the service's clock is moved.
const TICK: Duration = Duration::from_millis(10);
/// As many as an advisor may have at once.
const CUSTOMERS: [&str; 3] = ["Léa Bernard", "Omar Khan", "Sofia Jansen"];
/// From here on memory should stay where it is.
const WARM: Duration = Duration::from_secs(300);

/// One customer's conversation.
struct Talk {
    id: String,
    customer: Patient,
    /// What was said, by its first letter, in order.
    said: BTreeMap<char, Vec<String>>,
}

struct Shift {
    stage: Stage,
    chaos: Chaos,
    app: App,
    /// The process of the app itself.
    core: u32,
    talks: Vec<Talk>,
    begun: Instant,
    /// When, and how much each part held, in MiB.
    looks: Vec<(Duration, BTreeMap<&'static str, f64>)>,
    troubles: BTreeMap<&'static str, u32>,
    time: AbortHandle,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_in_the_real_window_loses_nothing() {
    let seconds = asked("SHIFT").unwrap_or(USUAL);
    let desktop = Desktop::start();
    let mut shift = Shift::begins(&desktop).await;
    let rounds = Duration::from_secs(seconds).as_millis() / ROUND.as_millis();
    let rounds = u64::try_from(rounds).expect("a number");
    let mut pace = tokio::time::interval(ROUND);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0..rounds {
        pace.tick().await;
        shift.talks(round).await;
        if round % TROUBLE == TROUBLE / 2 {
            shift.has_trouble(round / TROUBLE).await;
        }
        if round.is_multiple_of(LOOK) {
            shift.looks();
        }
        if round == rounds / 3 {
            shift.sign_in_runs_out().await;
        }
        if round == rounds * 2 / 3 {
            shift.service_is_replaced().await;
        }
    }
    shift.ends().await;
}

impl Shift {
    async fn begins(desktop: &Desktop) -> Self {
        let stage = Stage::open().await;
        let time = as_time_goes(&stage);
        let chaos = Chaos::before(&stage.address).await;
        let (app, _) = App::start_behind(desktop, &stage, &chaos.address, "Inès Keller", Role::Advisor).await;
        let core = children(app.driver()).pop().expect("the app runs");
        let mut settings = app.call("app.start", json!({})).await["settings"].clone();
        settings["undo_send_s"] = json!(0);
        app.call("app.settings", settings).await;
        app.call("presence.set", json!({ "state": "available", "reason": null })).await;
        let mut talks = Vec::new();
        for name in CUSTOMERS {
            let mut page = stage.customer(name).await.connected().await;
            page.says("c0").await;
            app.find_text(".offer", name).await;
            app.press(thirtyfour::Key::F9).await;
            app.find_text("[data-pane=conversation] h1", name).await;
            let id = page.until(|page| page.state.as_ref().map(|state| state.conversation)).await.to_string();
            let said = BTreeMap::from([('c', vec!["c0".to_owned()])]);
            talks.push(Talk { id, customer: Patient::writes(&chaos, &page), said });
        }
        let begun = Instant::now();
        Self { stage, chaos, app, core, talks, begun, looks: Vec::new(), troubles: BTreeMap::new(), time }
    }

    /// Everybody says something, and the advisor turns to the next customer.
    async fn talks(&mut self, round: u64) {
        for talk in &mut self.talks {
            for (letter, mode) in [('c', ""), ('a', "reply"), ('b', "note")] {
                // Customers write in every round, the advisor answers in every other, and notes something now and then.
                let turn = match letter {
                    'c' => true,
                    'a' => round.is_multiple_of(2),
                    _ => round.is_multiple_of(10),
                };
                if !turn {
                    continue;
                }
                let said = talk.said.entry(letter).or_default();
                let text = format!("{letter}{}", said.len());
                said.push(text.clone());
                if letter == 'c' {
                    talk.customer.says(text);
                } else {
                    let message = json!({ "id": talk.id, "mode": mode, "text": text, "attachments": [], "from_macro": null });
                    self.app.call("message.send", message).await;
                }
            }
        }
        if round.is_multiple_of(4) {
            let turn = usize::try_from(round / 4).expect("a number") % self.talks.len();
            let name = CUSTOMERS.get(turn).expect("a customer");
            let row = format!(
                "[...document.querySelectorAll('main [data-row]')].find((row) => row.textContent.includes('{name}'))?.click()"
            );
            self.app.run(&row).await;
        }
    }

    /// The line breaks in one of several ways, or the computer falls asleep.
    async fn has_trouble(&mut self, no: u64) {
        let (name, cut) = match no % 6 {
            0 => ("reset", Some(Cut::Reset)),
            1 => ("closed", Some(Cut::Close)),
            2 => ("half to the desk", Some(Cut::HalfToDesk)),
            3 => ("half to the service", Some(Cut::HalfToService)),
            4 => ("silent", Some(Cut::BlackHole)),
            _ => ("asleep", None),
        };
        *self.troubles.entry(name).or_default() += 1;
        let Some(cut) = cut else {
            self.signal("STOP");
            tokio::time::sleep(BAD).await;
            return self.signal("CONT");
        };
        self.chaos.path(if cut == Cut::BlackHole { Path::Silent } else { Path::Refused });
        self.chaos.cut(cut);
        tokio::time::sleep(BAD).await;
        self.chaos.heals();
        self.chaos.buries();
    }

    /// The program itself is stopped, as in a computer that sleeps, or goes on.
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.core.to_string()]).status();
        assert!(sent.expect("a signal").success());
    }

    /// Eight hours go by in which nobody does anything.
    async fn sign_in_runs_out(&mut self) {
        *self.troubles.entry("signed in anew").or_default() += 1;
        self.has_sent_all().await;
        self.stage.clock.advance(8 * HOUR + 60_000);
    }

    /// Another version of the service takes over.
    async fn service_is_replaced(&mut self) {
        *self.troubles.entry("another service").or_default() += 1;
        self.stage.restart().await;
    }

    fn looks(&mut self) {
        let mut parts: BTreeMap<&'static str, f64> = BTreeMap::new();
        for (name, mib) in shares(self.core) {
            *parts.entry(part(&name)).or_default() += mib;
        }
        self.looks.push((self.begun.elapsed(), parts));
    }

    /// Waits until the screen says so.
    async fn has_sent_all(&self) {
        let rest = "const top = document.querySelector('.top');
            return top.querySelector('.chip.live') !== null && !/saved here|a decision/.test(top.textContent)";
        self.app.until("everything is with the service", rest).await;
    }

    /// Everything has arrived everywhere, once and in order.
    async fn ends(mut self) {
        for talk in &mut self.talks {
            talk.customer.is_done().await;
        }
        self.has_sent_all().await;
        self.looks();
        let took = self.begun.elapsed();
        let nora = self.stage.supervisor("Nora Blum").await;
        let mut said = 0;
        for talk in &self.talks {
            let id: ConversationId = talk.id.parse::<Uuid>().expect("an id").into();
            let here: Vec<(u32, String)> = nora
                .every_line(id)
                .await
                .into_iter()
                .filter(|line| line.kind != MessageKind::Activity)
                .map(|line| (line.n, line.text.to_string()))
                .collect();
            for (letter, words) in &talk.said {
                let there: Vec<&String> =
                    here.iter().map(|(_, text)| text).filter(|text| text.starts_with(*letter)).collect();
                assert!(there.iter().copied().eq(words), "what the service has of {letter} in {}", talk.id);
                said += words.len();
            }
            // What was sent last may still be on its way back.
            let shown = async || Some(self.shown(&talk.id).await).filter(|shown| shown.len() >= here.len());
            let shown = eventually("every line on the screen", shown).await;
            assert_eq!(shown, here, "the screen has what the service has");
        }
        self.time.abort();
        println!(
            "a shift of {took:.0?}: {said} things said, each once and in order at the service and on the screen"
        );
        println!("what happened to it: {:?}", self.troubles);
        self.prints_memory();
        self.app.quit().await;
        self.stage.stop().await;
    }

    /// All lines of a conversation that the screen can show, without what the service noted.
    async fn shown(&self, id: &str) -> Vec<(u32, String)> {
        let opened = self.app.call("conversation.show", json!({ "id": id })).await;
        let mut stretch = opened["timeline"].clone();
        let mut lines: Vec<Value> = stretch["items"].as_array().expect("lines").clone();
        while stretch["earlier"] == true {
            let before = lines.iter().find_map(|line| line["n"].as_u64()).expect("a line with a number");
            stretch = self.app.call("conversation.earlier", json!({ "id": id, "before": before })).await;
            lines.splice(0..0, stretch["items"].as_array().expect("lines").clone());
        }
        let words = |line: &Value| {
            let n = u32::try_from(line["n"].as_u64()?).ok()?;
            (line["kind"] != "activity").then(|| (n, loopdesk_tests::advisor::words(line)))
        };
        lines.iter().filter_map(words).collect()
    }

    /// What each part held at the end, and how it grew from the fifth minute on.
    fn prints_memory(&self) {
        for name in ["app", "page", "network"] {
            let all: Vec<(f64, f64)> = self
                .looks
                .iter()
                .filter_map(|(at, parts)| Some((at.as_secs_f64() / 60.0, *parts.get(name)?)))
                .collect();
            let Some((_, last)) = all.last() else { continue };
            let warm: Vec<_> =
                all.iter().copied().filter(|(minute, _)| *minute >= WARM.as_secs_f64() / 60.0).collect();
            match (warm.first(), warm.last(), slope(&warm)) {
                (Some((from, _)), Some((to, _)), Some(slope)) => println!(
                    "{name}: {last:.0} MiB at the end, {:+.1} MiB from minute {from:.0} to {to:.0}",
                    slope * (to - from)
                ),
                _ => println!("{name}: {last:.0} MiB at the end"),
            }
        }
    }
}

/// What is gained in a unit, by the straight line that is nearest to all points.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let middle = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (middle(|point| point.0), middle(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let both: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    (spread > 0.0).then(|| both / spread)
}

/// Moves the service's clock as the machine's goes.
fn as_time_goes(stage: &Stage) -> AbortHandle {
    let clock = stage.clock.clone();
    tokio::spawn(async move {
        let (begun, mut gone) = (Instant::now(), 0);
        let mut ticks = tokio::time::interval(TICK);
        loop {
            ticks.tick().await;
            let now = i64::try_from(begun.elapsed().as_millis()).expect("a shift ends");
            clock.advance(now - gone);
            gone = now;
        }
    })
    .abort_handle()
}
