//! The same over the wire: a real exchange, real telephones, and what they hear of each other.

use std::{net::SocketAddr, time::Duration};

use loopdesk_tests::{Seat, Stage, seat::PATIENCE, stage::slug};
use model::{ConversationState, Intent, Role, at::SECOND};
use server::practice::{Pace, callers::Callers};
use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};
use voice::{
    Account, CallId, Happening, Heard, Phone, Registration, Sip,
    audio::{
        RATE, Sound,
        memory::{Recording, Tone},
    },
};

use super::{seen, with_numbers};

/// Somebody with a telephone, who says one note.
struct Speaker {
    phone: Sip,
    ear: Recording,
    heard: UnboundedReceiver<Heard>,
}

impl Speaker {
    async fn open(mut account: Account, hertz: f64) -> Self {
        account.bind = [127, 0, 0, 1].into();
        let ear = Recording::default();
        let (phone, heard) =
            Sip::open(account, Sound::new(Tone::new(hertz), ear.clone())).await.expect("a line");
        Self { phone, ear, heard }
    }

    /// Somebody outside.
    async fn outside(exchange: SocketAddr, number: &str, hertz: f64) -> Self {
        Self::open(Account::new(number, String::new().into(), exchange.to_string()), hertz).await
    }

    /// Somebody's own telephone.
    async fn of(stage: &Stage, seat: &Seat, hertz: f64) -> Self {
        let line = stage.line("alba", seat.id).await;
        let password = line.password.into_inner().into();
        let mut speaker = Self::open(Account::new(line.user, password, line.exchange), hertz).await;
        speaker.phone.register().await;
        speaker.until(|heard| (*heard == Heard::Registration(Registration::Registered)).then_some(())).await;
        speaker
    }

    async fn until<T>(&mut self, mut seen: impl FnMut(&Heard) -> Option<T>) -> T {
        let waits = async {
            loop {
                let heard = self.heard.recv().await.expect("the line is open");
                if let Some(found) = seen(&heard) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, waits).await.expect("a telephone waited in vain")
    }

    async fn rung(&mut self) -> (CallId, Option<String>) {
        self.until(|heard| match heard {
            Heard::Call(call, Happening::Incoming { correlation, .. }) => {
                Some((call.clone(), correlation.clone()))
            }
            _ => None,
        })
        .await
    }

    async fn happens(&mut self, wanted: Happening) {
        self.until(|heard| matches!(heard, Heard::Call(_, happening) if *happening == wanted).then_some(()))
            .await;
    }

    async fn ended(&mut self) {
        self.until(|heard| matches!(heard, Heard::Call(_, Happening::Ended(_))).then_some(())).await;
    }

    /// Waits until they hear a note.
    async fn hears(&self, hertz: f64) {
        let mut length = self.ear.length();
        let waits = async {
            loop {
                let so_far = *length.borrow();
                let last = self.ear.since(so_far.saturating_sub(RATE as usize / 5));
                if last.len() >= RATE as usize / 5 && share(&last, hertz) > 0.5 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
                length.mark_unchanged();
            }
        };
        timeout(PATIENCE, waits).await.unwrap_or_else(|_| panic!("nobody hears {hertz} Hz"));
    }

    /// Waits until they hear anything.
    async fn hears_something(&self) {
        let from = *self.ear.length().borrow();
        let waits = async {
            while !self.ear.since(from).iter().any(|sample| sample.unsigned_abs() > 500) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, waits).await.expect("something is heard");
    }
}

/// How much of a sound is one note.
fn share(sound: &[i16], hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(RATE);
    let (mut real, mut imaginary, mut all) = (0.0, 0.0, 1.0);
    for (nth, sample) in sound.iter().enumerate() {
        let (sample, angle) = (f64::from(*sample), step * nth as f64);
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
        all += sample * sample;
    }
    2.0 * (real * real + imaginary * imaginary) / (all * sound.len() as f64)
}

async fn advisor(stage: &Stage, name: &str, hertz: f64) -> (Seat, Speaker) {
    let seat = stage.person(name, Role::Advisor, &["en"], &["delivery"]).await;
    let speaker = Speaker::of(stage, &seat, hertz).await;
    let mut seat = seat.available().await;
    let me = seat.id;
    seat.until(|_, nows| {
        nows.iter().rev().find_map(|now| match now {
            model::wire::Now::Presence { presence } if presence.person == me => presence
                .channels
                .iter()
                .any(|load| load.channel == model::Channel::Voice && load.open)
                .then_some(()),
            _ => None,
        })
    })
    .await;
    (seat, speaker)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_and_an_advisor_hear_each_other() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let (mut ines, mut desk) = advisor(&stage, "Inès Keller", 1_000.0).await;
    let mut lea = Speaker::outside(exchange, "+33612345678", 440.0).await;
    lea.phone.dial("100", None).await.expect("it is dialled");
    lea.happens(Happening::Connected).await;
    lea.hears_something().await;

    let id = ines.offered().await;
    let (call, correlation) = desk.rung().await;
    let offered = ines.present.offers[&id].call.clone().expect("a call");
    assert_eq!(correlation, Some(offered.correlation.0), "the telephone names the offer");
    assert_eq!(&*offered.from.number, "+33612345678");
    desk.phone.answer(&call).await.expect("it is taken");
    ines.until(|world, _| world.conversations.get(&id).filter(|row| row.answered_at.is_some()).map(drop))
        .await;
    lea.hears(1_000.0).await;
    desk.hears(440.0).await;

    desk.phone.hold(&call).await.expect("she waits");
    lea.hears_something().await;
    stage.service.settle_calls().await;
    stage.pass(5 * SECOND).await;
    desk.phone.resume(&call).await.expect("it goes on");
    lea.hears(1_000.0).await;
    stage.service.settle_calls().await;
    lea.phone.close().await;
    desk.ended().await;
    let row = ines
        .until(|world, _| {
            let row = world.conversations.get(&id)?;
            (row.state == ConversationState::WrapUp).then(|| row.clone())
        })
        .await;
    let call = row.call.expect("a call");
    assert_eq!((call.holds, call.times.hold), (1, 5_000));
    desk.phone.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telephone_declines_and_a_colleague_who_was_asked_gets_the_caller() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let (mut ines, mut desk) = advisor(&stage, "Inès Keller", 1_000.0).await;
    let mut lea = Speaker::outside(exchange, "+33612345678", 440.0).await;
    lea.phone.dial("100", None).await.expect("it is dialled");
    lea.happens(Happening::Connected).await;
    let id = ines.offered().await;
    let (call, _) = desk.rung().await;
    desk.phone.reject(&call).await.expect("it is declined");
    desk.ended().await;
    ines.until(|_, nows| {
        nows.iter().any(|now| matches!(now, model::wire::Now::Offer { offer: None, .. })).then_some(())
    })
    .await;
    stage.pass(60 * SECOND).await;
    let (call, _) = desk.rung().await;
    ines.wants(Intent::Accept { conversation: id }).await;
    desk.phone.answer(&call).await.expect("it is taken");
    lea.hears(1_000.0).await;

    let (mut amir, mut other) = advisor(&stage, "Amir Saidi", 1_500.0).await;
    desk.phone.hold(&call).await.expect("she waits");
    let line = amir.id.0.simple().to_string();
    let asking = desk.phone.dial(&line, None).await.expect("he is dialled");
    let (theirs, correlation) = other.rung().await;
    assert_eq!(correlation, None);
    other.phone.answer(&theirs).await.expect("he answers");
    other.hears(1_000.0).await;
    desk.phone.complete(&call, &asking).await.expect("it is handed over");
    other.hears(440.0).await;
    lea.hears(1_500.0).await;
    let row = amir.until(|world, _| world.conversations.get(&id).cloned()).await;
    assert_eq!((row.state, row.owner), (ConversationState::Active, Some(amir.id)));
    other.phone.hang_up(&theirs).await.expect("he hangs up");
    lea.ended().await;
    seen(&mut amir, id).await;
    for speaker in [desk, other, lea] {
        speaker.phone.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn practice_callers_call_speak_and_hang_up() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let (mut ines, mut desk) = advisor(&stage, "Inès Keller", 1_000.0).await;
    let callers = Callers::new(stage.service.clone(), slug("alba"), exchange, Pace::LIFE).expect("callers");
    let odile = slug("odile-sofa");
    callers.start(&odile).expect("she calls");
    assert!(callers.start(&odile).is_err(), "once at a time");
    let id = ines.offered().await;
    assert_eq!(&*ines.present.offers[&id].subject, "Odile Garnier");
    let (call, _) = desk.rung().await;
    desk.phone.answer(&call).await.expect("it is taken");
    ines.until(|world, _| world.conversations.get(&id).filter(|row| row.answered_at.is_some()).map(drop))
        .await;
    stage.pass(SECOND).await;
    desk.hears_something().await;
    let mut changes = callers.changes();
    // She talks for a minute and a quarter of her own time, in which the clock is moved under her.
    let hangs_up = async {
        while !callers.running().is_empty() {
            stage.pass(SECOND).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, hangs_up).await.expect("she has talked enough");
    assert!(changes.has_changed().expect("they are there"));
    changes.mark_unchanged();
    desk.ended().await;
    let row = ines
        .until(|world, _| world.conversations.get(&id).filter(|row| row.wrap_up_until.is_some()).cloned())
        .await;
    assert!(row.call.expect("a call").times.talk >= 75 * SECOND);

    // Nobody takes it: the impatient one gives up.
    let tomas = slug("tomas-card-abroad");
    callers.start(&tomas).expect("he calls");
    let gives_up = async {
        while !callers.running().is_empty() {
            stage.pass(SECOND).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, gives_up).await.expect("he does not wait for ever");
    desk.phone.close().await;
}
