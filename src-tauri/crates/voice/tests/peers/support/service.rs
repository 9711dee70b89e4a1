//! Our own exchange, with somebody who decides where its calls go, as the help desk's service does.

use std::net::{Ipv4Addr, SocketAddr};

use voice::{
    Account, CallId, Ended, Exchange, ExchangeSettings, ExchangeTls, Happening, Party, Said, Transport,
    audio::{
        Microphone,
        memory::{Recording, Tone},
    },
};

use super::{advisor::Advisor, told::Told};

pub(crate) struct Service {
    pub(crate) exchange: Exchange,
    /// What it shows where it speaks TLS.
    pub(crate) certificate: Option<String>,
    told: Told<Said>,
}

/// A call that came in.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) call: CallId,
    pub(crate) from: Party,
    pub(crate) to: String,
    pub(crate) line: Option<String>,
}

/// The usual settings, here.
pub(crate) fn settings() -> ExchangeSettings {
    ExchangeSettings::new(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), "desk.example")
}

impl Service {
    /// With lines 1001 to 1003.
    pub(crate) async fn open() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: ExchangeSettings) -> Self {
        let (exchange, said) = Exchange::open(settings).await.expect("an exchange");
        for user in ["1001", "1002", "1003"] {
            exchange.admit(user, format!("pw{user}").into());
        }
        let told = Told::new(said, |said| !matches!(said, Said::Call(_, Happening::Quality(_))));
        Self { exchange, certificate: None, told }
    }

    /// One that speaks TLS too, with a certificate for this name.
    pub(crate) async fn secured(name: &str) -> Self {
        let bind = settings().bind;
        let tls = ExchangeTls::own(bind, &[name]).expect("a certificate");
        let certificate = tls.certificate.clone();
        let mut service = Self::with(ExchangeSettings { tls: Some(tls), ..settings() }).await;
        service.certificate = Some(certificate);
        service
    }

    /// A line of this number, or somebody outside who says to have it, so that nobody on the way can listen.
    pub(crate) fn locked(&self, number: &str) -> Account {
        let address = self.exchange.tls_address().expect("it speaks TLS");
        Account {
            registrar: address.to_string(),
            transport: Transport::Tls,
            trusted: self.certificate.clone(),
            locks_sound: true,
            ..self.account(number)
        }
    }

    /// A line of this number, or somebody outside who says to have it.
    pub(crate) fn account(&self, number: &str) -> Account {
        let address = self.exchange.address().to_string();
        let mut account = Account::new(number, format!("pw{number}").into(), address);
        account.bind = Ipv4Addr::LOCALHOST.into();
        account
    }

    /// An advisor at their line, who says this note.
    pub(crate) async fn advisor(&mut self, number: &str, hertz: f64) -> Advisor {
        let advisor = Advisor::registered(self.account(number), hertz).await;
        self.line(number, true).await;
        advisor
    }

    /// Somebody outside who says this note and calls.
    pub(crate) async fn customer(&mut self, number: &str, hertz: f64) -> (Advisor, CallId, CallId) {
        self.caller(self.account(number), hertz).await
    }

    /// Somebody outside who calls from there.
    pub(crate) async fn caller(&mut self, account: Account, hertz: f64) -> (Advisor, CallId, CallId) {
        let number = account.user.clone();
        let customer = Advisor::open(account, hertz).await;
        let theirs = customer.dial("100").await;
        let Incoming { call, from, to, line } = self.incoming().await;
        assert_eq!((from.number.as_str(), to.as_str(), line), (number.as_str(), "100", None));
        (customer, theirs, call)
    }

    /// Somebody outside who was answered.
    pub(crate) async fn waiting(&mut self, number: &str, hertz: f64) -> (Advisor, CallId, CallId) {
        let (customer, theirs, call) = self.customer(number, hertz).await;
        self.exchange.answer(&call).expect("it is taken");
        self.happens(&call, Happening::Connected).await;
        (customer, theirs, call)
    }

    /// Lets a call ring at an advisor's, who takes it, and joins both. The exchange's call and the advisor's.
    pub(crate) async fn connect(
        &mut self,
        caller: &CallId,
        number: &str,
        advisor: &mut Advisor,
    ) -> (CallId, CallId) {
        let from = Party { number: "2001".into(), name: None };
        let ringing = self.exchange.ring(number, &from, Some("0192-7f")).await.expect("it rings");
        let theirs = advisor.takes().await;
        self.happens(&ringing, Happening::Connected).await;
        self.exchange.bridge(caller, &ringing).expect("they are joined");
        (ringing, theirs)
    }

    /// A call hears this note while nobody speaks to it.
    pub(crate) fn plays(&self, call: &CallId, hertz: f64) {
        let tone: Box<dyn Microphone> = Box::new(Tone::new(hertz));
        self.exchange.play(call, Some(tone)).expect("it hears");
    }

    /// What a call says and hears from now on.
    pub(crate) fn taps(&self, call: &CallId) -> Recording {
        let recording = Recording::default();
        self.exchange.tap(call, Some(Box::new(recording.clone()))).expect("it is tapped");
        recording
    }

    /// Waits until something is told; what was told before it stays for others to ask for.
    pub(crate) async fn until<T>(&mut self, what: &str, is_it: impl FnMut(&Said) -> Option<T>) -> T {
        self.told.until(what, is_it).await
    }

    /// Whether something like this was told and not asked for.
    pub(crate) fn was_told(&mut self, is_it: impl Fn(&Said) -> bool) -> bool {
        self.told.has(is_it)
    }

    pub(crate) async fn line(&mut self, number: &str, wanted: bool) {
        let what = format!("{number} to be there: {wanted}");
        self.until(&what, |said| match said {
            Said::Line { user, there } if user == number && *there == wanted => Some(()),
            _ => None,
        })
        .await;
        assert_eq!(self.exchange.is_registered(number), wanted);
    }

    pub(crate) async fn incoming(&mut self) -> Incoming {
        self.until("a call", |said| match said.clone() {
            Said::Incoming { call, from, to, line } => Some(Incoming { call, from, to, line }),
            _ => None,
        })
        .await
    }

    pub(crate) async fn happens(&mut self, call: &CallId, wanted: Happening) {
        self.until(&format!("{wanted:?}"), |said| {
            matches!(said, Said::Call(id, it) if id == call && *it == wanted).then_some(())
        })
        .await;
    }

    pub(crate) async fn ended(&mut self, call: &CallId) -> Ended {
        self.until("the end", |said| match said {
            Said::Call(id, Happening::Ended(ended)) if id == call => Some(*ended),
            _ => None,
        })
        .await
    }

    pub(crate) async fn referred(&mut self) -> (CallId, String, Option<CallId>) {
        self.until("a transfer", |said| match said.clone() {
            Said::Referred { call, to, replaces } => Some((call, to, replaces)),
            _ => None,
        })
        .await
    }
}
