//! Two telephones at our own exchange.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::mpsc::UnboundedReceiver;
use voice::{
    Account, CallId, Exchange, ExchangeSettings, Happening, Heard, Party, Phone, Registration, Said, Side,
    Sip,
    audio::{
        Sound,
        memory::{Nobody, Recording, Tone},
    },
};

use crate::{
    burst::{Ear, Moments, Mouth},
    spread::Spread,
    table::{Goal, Line, Table, Unit},
};

/// How often each thing is done.
const TIMES: usize = 30;
/// How long sound is listened to.
const LISTENED: Duration = Duration::from_secs(30);

/// A line of the table that other desks have no figure for.
pub fn line(what: &str, measures: Vec<f64>, unit: Unit, goal: Goal) -> Line {
    Line { what: what.to_owned(), spread: Spread::of(measures), unit, goal, others: ["", ""] }
}

/// An exchange with an advisor's telephone.
pub struct Desk {
    pub exchange: Exchange,
    pub said: UnboundedReceiver<Said>,
    pub advisor: Sip,
    pub hears: UnboundedReceiver<Heard>,
}

impl Desk {
    pub async fn open(sound: Sound) -> Self {
        let bind = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        let (exchange, said) =
            Exchange::open(ExchangeSettings::new(bind, "desk.example")).await.expect("an exchange");
        exchange.admit("1001", "secret".into());
        let (advisor, mut hears) = Sip::open(account(&exchange, "1001"), sound).await.expect("a telephone");
        advisor.register().await;
        until(&mut hears, |heard| {
            matches!(heard, Heard::Registration(Registration::Registered)).then_some(())
        })
        .await;
        Self { exchange, said, advisor, hears }
    }

    /// Somebody outside calls and hears nothing yet; the exchange's call, and theirs.
    pub async fn called_by(&mut self, caller: &Sip) -> (CallId, CallId) {
        let theirs = caller.dial("100", None).await.expect("they call");
        let incoming = loop {
            match self.said.recv().await.expect("the exchange is open") {
                Said::Incoming { call, .. } => break call,
                _ => continue,
            }
        };
        self.exchange.answer(&incoming).expect("it is taken");
        self.connected(&incoming).await;
        (incoming, theirs)
    }

    /// Rings at the advisor's; their call.
    pub async fn rings(&mut self) -> (CallId, CallId) {
        let from = Party { number: "2001".into(), name: None };
        let ringing = self.exchange.ring("1001", &from, Some("bench")).await.expect("it rings");
        let theirs = until(&mut self.hears, |heard| match heard {
            Heard::Call(call, Happening::Incoming { .. }) => Some(call.clone()),
            _ => None,
        })
        .await;
        (ringing, theirs)
    }

    pub async fn connected(&mut self, call: &CallId) {
        loop {
            match self.said.recv().await.expect("the exchange is open") {
                Said::Call(of, Happening::Connected) if of == *call => return,
                _ => {}
            }
        }
    }

    pub async fn closes(self) {
        self.advisor.close().await;
        self.exchange.close().await;
    }
}

pub fn account(exchange: &Exchange, number: &str) -> Account {
    let mut account = Account::new(number, "secret".into(), exchange.address().to_string());
    account.bind = Ipv4Addr::LOCALHOST.into();
    account
}

pub async fn until<T>(hears: &mut UnboundedReceiver<Heard>, mut is_it: impl FnMut(&Heard) -> Option<T>) -> T {
    loop {
        let heard = hears.recv().await.expect("the telephone is open");
        if let Some(found) = is_it(&heard) {
            return found;
        }
    }
}

/// A caller who says a note.
pub async fn caller(exchange: &Exchange, sound: Sound) -> (Sip, UnboundedReceiver<Heard>) {
    Sip::open(account(exchange, "2001"), sound).await.expect("a caller")
}

/// Waits until a frame with something in it was played.
async fn first_sound(ear: &Recording) -> Instant {
    let mut length = ear.length();
    let mut from = *length.borrow_and_update();
    loop {
        length.changed().await.expect("the telephone plays");
        let now = *length.borrow_and_update();
        if ear.since(from).iter().any(|sample| sample.unsigned_abs() > 1_000) {
            return Instant::now();
        }
        from = now;
    }
}

/// Answering, making wait, not being heard.
pub async fn measure(table: &mut Table) {
    let ear = Recording::default();
    let mut desk = Desk::open(Sound::new(Nobody, ear.clone())).await;
    let (caller, mut caller_hears) = caller(&desk.exchange, Sound::new(Tone::new(440.0), Nobody)).await;
    let (mut answers, mut holds, mut resumes, mut mutes) = (vec![], vec![], vec![], vec![]);
    for _ in 0..TIMES {
        let (waiting, theirs) = desk.called_by(&caller).await;
        let (ringing, ours) = desk.rings().await;
        let begun = Instant::now();
        desk.advisor.answer(&ours).await.expect("it is answered");
        // As the service does: both are joined as soon as the advisor is there.
        desk.connected(&ringing).await;
        desk.exchange.bridge(&waiting, &ringing).expect("they are joined");
        answers.push((first_sound(&ear).await - begun).as_secs_f64() * 1_000.0);

        let begun = Instant::now();
        desk.advisor.hold(&ours).await.expect("it waits");
        holds.push(begun.elapsed().as_secs_f64() * 1_000.0);
        let begun = Instant::now();
        desk.advisor.resume(&ours).await.expect("it goes on");
        resumes.push(begun.elapsed().as_secs_f64() * 1_000.0);
        let begun = Instant::now();
        desk.advisor.mute(&ours, true).await.expect("it is not heard");
        mutes.push(begun.elapsed().as_secs_f64() * 1_000.0);

        desk.advisor.hang_up(&ours).await.expect("it ends");
        desk.exchange.hang_up(&waiting).expect("it ends");
        until(&mut caller_hears, |heard| match heard {
            Heard::Call(call, Happening::Ended(ended)) if *call == theirs => Some(ended.by == Side::Them),
            _ => None,
        })
        .await;
    }
    caller.close().await;
    desk.closes().await;
    table.add(line("telephone: answer to first sound", answers, Unit::Ms, Goal::P95AtMost(300.0)));
    table.add(line("telephone: make wait, acknowledged", holds, Unit::Ms, Goal::P95AtMost(100.0)));
    table.add(line("telephone: go on, acknowledged", resumes, Unit::Ms, Goal::P95AtMost(100.0)));
    table.add(line("telephone: mute", mutes, Unit::Ms, Goal::P95AtMost(100.0)));
}

/// A call that is spoken.
pub struct Room {
    desk: Desk,
    caller: Arc<Sip>,
    moments: Moments,
}

impl Room {
    /// A caller who says bursts, and an advisor who hears them.
    pub async fn open() -> Self {
        let moments = Moments::default();
        let mut desk = Desk::open(Sound::new(Nobody, Ear::new(&moments))).await;
        let (caller, _) = caller(&desk.exchange, Sound::new(Mouth::new(&moments), Nobody)).await;
        let (waiting, _) = desk.called_by(&caller).await;
        let (ringing, ours) = desk.rings().await;
        desk.advisor.answer(&ours).await.expect("it is answered");
        desk.connected(&ringing).await;
        desk.exchange.bridge(&waiting, &ringing).expect("they are joined");
        Self { desk, caller: Arc::new(caller), moments }
    }

    /// From the caller's mouth to the advisor's ear, without sound devices: two telephones and the exchange between them.
    pub async fn mouth_to_ear(&mut self, table: &mut Table) {
        let before = self.moments.delays().len();
        tokio::time::sleep(LISTENED).await;
        let delays = self.moments.delays().split_off(before);
        println!("  {} of {} bursts were heard", self.moments.delays().len(), self.moments.said());
        table.add(line(
            "telephone: mouth to ear, two telephones and the exchange",
            delays,
            Unit::Ms,
            Goal::None,
        ));
    }

    /// What a call costs, with both telephones and the exchange in this process.
    pub async fn cost(&mut self, table: &mut Table) {
        let mut shares = Vec::new();
        for _ in 0..5 {
            let (before, begun) = (cpu(), Instant::now());
            tokio::time::sleep(Duration::from_secs(2)).await;
            shares.push((cpu() - before) / begun.elapsed().as_secs_f64() * 100.0);
        }
        let what = "telephone: CPU of a call, both ends and the exchange (percent of a core)";
        table.add(line(what, shares, Unit::Pieces, Goal::None));
    }

    pub async fn closes(self) {
        self.caller.close().await;
        self.desk.closes().await;
    }
}

/// Seconds of processor that this process has used.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |field: usize| fields.get(field).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    // User and system time, in hundredths of a second on every Linux that we know.
    (ticks(11) + ticks(12)) / 100.0
}
