//! An advisor with a telephone of ours, who says one note and remembers everything they hear.

use std::net::Ipv4Addr;

use tokio::time::timeout;
use voice::{
    Account, CallId, Ended, Happening, Heard, Party, Phone, Registration, Sip,
    audio::{
        FRAME, Microphone, Sound,
        memory::{Recording, Tone},
    },
};

use super::{PATIENCE, ear, exchange::Exchange, told::Told};

pub(crate) struct Advisor {
    pub(crate) phone: Sip,
    pub(crate) ear: Recording,
    /// Where others call them.
    pub(crate) number: String,
    told: Told<Heard>,
}

/// A line of this number.
pub(crate) fn account(exchange: &Exchange, number: &str) -> Account {
    let mut account = Account::new(number, format!("pw{number}").into(), exchange.address.to_string());
    account.bind = Ipv4Addr::LOCALHOST.into();
    account
}

impl Advisor {
    pub(crate) async fn open(account: Account, hertz: f64) -> Self {
        Self::saying(account, Tone::new(hertz)).await
    }

    /// One who says something else than a note.
    pub(crate) async fn saying(account: Account, voice: impl Microphone + 'static) -> Self {
        let (ear, number) = (Recording::default(), account.user.clone());
        let sound = Sound::new(voice, ear.clone());
        let (phone, heard) = Sip::open(account, sound).await.expect("a line");
        let told = Told::new(heard, |heard| !matches!(heard, Heard::Call(_, Happening::Quality(_))));
        Self { phone, ear, number, told }
    }

    /// One who is registered.
    pub(crate) async fn registered(account: Account, hertz: f64) -> Self {
        let mut advisor = Self::open(account, hertz).await;
        advisor.phone.register().await;
        advisor.registration(Registration::Registered).await;
        advisor
    }

    /// Calls a number.
    pub(crate) async fn dial(&self, number: &str) -> CallId {
        self.phone.dial(number, None).await.expect("it is dialled")
    }

    /// Calls an advisor, who takes it, until both know. The call at this side and at the advisor's.
    pub(crate) async fn reaches(&mut self, advisor: &mut Advisor) -> (CallId, CallId) {
        let ours = self.dial(&advisor.number).await;
        let theirs = advisor.takes().await;
        self.happens(&ours, Happening::Connected).await;
        (ours, theirs)
    }

    /// Waits until something is told; what was told before it stays for others to ask for.
    pub(crate) async fn until<T>(&mut self, what: &str, is_it: impl FnMut(&Heard) -> Option<T>) -> T {
        self.told.until(what, is_it).await
    }

    pub(crate) async fn registration(&mut self, wanted: Registration) {
        self.until(&format!("{wanted:?}"), |heard| (*heard == Heard::Registration(wanted)).then_some(()))
            .await;
    }

    /// Waits until this happens in a call.
    pub(crate) async fn happens(&mut self, call: &CallId, wanted: Happening) {
        let what = format!("{wanted:?}");
        self.until(&what, |heard| {
            matches!(heard, Heard::Call(id, it) if id == call && *it == wanted).then_some(())
        })
        .await;
    }

    /// Waits for somebody to call.
    pub(crate) async fn called(&mut self) -> (CallId, Party, Option<String>) {
        self.until("a call", |heard| match heard {
            Heard::Call(id, Happening::Incoming { from, correlation }) => {
                Some((id.clone(), from.clone(), correlation.clone()))
            }
            _ => None,
        })
        .await
    }

    /// Takes the next call.
    pub(crate) async fn takes(&mut self) -> CallId {
        let (call, ..) = self.called().await;
        self.phone.answer(&call).await.expect("it is taken");
        self.happens(&call, Happening::Connected).await;
        call
    }

    pub(crate) async fn ended(&mut self, call: &CallId) -> Ended {
        self.until("the end", |heard| match heard {
            Heard::Call(id, Happening::Ended(ended)) if id == call => Some(*ended),
            _ => None,
        })
        .await
    }

    /// Whether something like this was told and not asked for.
    pub(crate) fn was_told(&mut self, is_it: impl Fn(&Heard) -> bool) -> bool {
        self.told.has(is_it)
    }

    /// Listens until half a second of only this note was heard, however long it takes.
    pub(crate) async fn hears(&mut self, hertz: f64) {
        self.listens(&format!("{hertz} Hz"), |sound| ear::share(sound, hertz) > 0.9).await;
    }

    /// Listens until half a second of these notes together was heard.
    pub(crate) async fn hears_both(&mut self, hertz: [f64; 2]) {
        listens_to_both(&self.ear, hertz).await;
    }

    /// Listens until half a second of silence was heard.
    pub(crate) async fn hears_nothing(&mut self) {
        self.listens("silence", ear::is_silent).await;
    }

    async fn listens(&mut self, what: &str, is_it: impl Fn(&[i16]) -> bool) {
        listens(&self.ear, what, is_it).await;
    }
}

/// Listens until half a second of these notes together is in a recording.
pub(crate) async fn listens_to_both(ear: &Recording, hertz: [f64; 2]) {
    listens(ear, "both", |sound| hertz.iter().all(|hertz| ear::share(sound, *hertz) > 0.3)).await;
}

/// Listens until half a second of a recording sounds so.
async fn listens(ear: &Recording, what: &str, is_it: impl Fn(&[i16]) -> bool) {
    let mut length = ear.length();
    let mut from = *length.borrow();
    let listening = async {
        loop {
            let until = from + 25 * FRAME;
            length.wait_for(|length| *length >= until).await.expect("the ear is there");
            if is_it(&ear.since(from)[..25 * FRAME]) {
                return;
            }
            from += 5 * FRAME;
        }
    };
    if timeout(PATIENCE, listening).await.is_err() {
        let sound = ear.since(from);
        let loudest = sound.iter().map(|sample| sample.unsigned_abs()).max();
        panic!("waited to hear {what}; {} samples, the loudest {loudest:?}", sound.len());
    }
}
