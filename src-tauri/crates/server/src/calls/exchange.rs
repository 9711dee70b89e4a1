//! The telephone exchange of our own, in this process: the adapter of the port to `voice`. What SIP and sound are ends
//! here; no number is ever called outside.

mod sounds;

use std::{
    net::{Ipv6Addr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use model::{
    Personal,
    call::{Correlation, Party},
    wire::reads::PhoneTransport,
};
use secrecy::SecretString;
use tokio::sync::mpsc;
use voice::{
    CallId, Exchange, ExchangeSettings, ExchangeTls, Happening, Reason, Said, Side,
    audio::{Frame, Microphone, Speaker},
};

use super::port::{CallQueue, Ending, HandedOver, Leg, Place, Refusal, Tape, Told, Trouble, Tune};
use crate::error::{Error, Result};

/// What stands after the `@` of its addresses, and what passwords are for.
const REALM: &str = "loopdesk";

/// Where telephones reach an exchange so that nobody else hears them.
#[derive(Debug, Clone)]
pub struct Encrypted {
    /// The address; port 0 is any that is free.
    pub bind: SocketAddr,
    /// What telephones call it: a name, or an address.
    pub name: String,
}

/// Opens an exchange at an address; port 0 is any that is free. Where it is `encrypted`, the desks' telephones register
/// there, and trust the certificate that is made for it now.
///
/// # Errors
/// When an address cannot be had.
pub async fn open(
    bind: SocketAddr,
    encrypted: Option<Encrypted>,
) -> Result<(Arc<Embedded>, mpsc::UnboundedReceiver<Told>)> {
    let not =
        |error| Error::Open(format!("No telephone exchange at {bind}: {error}. Choose another address."));
    let mut settings = ExchangeSettings::new(bind, REALM);
    if let Some(Encrypted { bind, name }) = &encrypted {
        settings.tls = Some(ExchangeTls::own(*bind, &[name]).map_err(not)?);
    }
    let certificate = settings.tls.as_ref().map(|tls| tls.certificate.clone());
    let (exchange, mut says) = Exchange::open(settings).await.map_err(not)?;
    let place = match (encrypted, exchange.tls_address()) {
        (Some(Encrypted { name, .. }), Some(address)) => {
            // An IPv6 address stands in brackets before a port.
            let name = if name.parse::<Ipv6Addr>().is_ok() { format!("[{name}]") } else { name };
            let exchange = format!("{name}:{}", address.port());
            Place { exchange, transport: PhoneTransport::Tls, certificate }
        }
        _ => Place {
            exchange: exchange.address().to_string(),
            transport: PhoneTransport::Udp,
            certificate: None,
        },
    };
    let (tells, told) = mpsc::unbounded_channel();
    // Ends with the exchange.
    tokio::spawn(async move {
        while let Some(said) = says.recv().await {
            if let Some(told) = in_our_words(said)
                && tells.send(told).is_err()
            {
                return;
            }
        }
    });
    Ok((Arc::new(Embedded { exchange, place }), told))
}

/// The exchange in this process.
pub struct Embedded {
    exchange: Exchange,
    place: Place,
}

impl Embedded {
    /// Where it is called.
    pub fn address(&self) -> SocketAddr {
        self.exchange.address()
    }
}

fn leg(call: &CallId) -> Leg {
    Leg(call.as_str().to_owned())
}

fn call(leg: &Leg) -> CallId {
    CallId::new(leg.0.as_str())
}

fn in_our_words(said: Said) -> Option<Told> {
    Some(match said {
        Said::Line { user, there } => Told::Line { line: user, there },
        Said::Incoming { call, from, to, line } => {
            let from = Party { number: from.number.into(), name: from.name.map(Personal::from) };
            Told::Incoming { leg: leg(&call), from, to, line }
        }
        Said::Referred { call, to, replaces } => {
            Told::Referred { leg: leg(&call), to, replaces: replaces.as_ref().map(leg) }
        }
        Said::Call(call, happening) => {
            let leg = leg(&call);
            match happening {
                Happening::Connected => Told::Connected { leg },
                Happening::Held(Side::Them) => Told::Held { leg },
                Happening::Resumed(Side::Them) => Told::Resumed { leg },
                Happening::Digit(digit) => Told::Pressed { leg, key: digit.key() },
                Happening::Ended(ended) => Told::Ended { leg, why: why(ended.reason), code: ended.code },
                _ => return None,
            }
        }
    })
}

fn why(reason: Reason) -> Ending {
    match reason {
        Reason::HungUp | Reason::Cancelled | Reason::Transferred => Ending::Left,
        Reason::Rejected => Ending::Declined,
        Reason::NoAnswer => Ending::NoAnswer,
        Reason::Failed => Ending::Failed,
    }
}

impl From<voice::Trouble> for Trouble {
    fn from(trouble: voice::Trouble) -> Self {
        match trouble {
            voice::Trouble::Over => Trouble::Gone,
            voice::Trouble::Unreachable => Trouble::NobodyThere,
            _ => Trouble::Refused,
        }
    }
}

impl Speaker for Tape {
    fn play(&mut self, frame: &Frame) {
        self.add(frame);
    }
}

#[async_trait]
impl CallQueue for Embedded {
    fn place(&self) -> Place {
        self.place.clone()
    }

    async fn admit(&self, line: &str, password: &SecretString) -> Result<(), Trouble> {
        self.exchange.admit(line, password.clone());
        Ok(())
    }

    async fn dismiss(&self, line: &str) {
        self.exchange.dismiss(line);
    }

    async fn answer(&self, leg: &Leg) -> Result<(), Trouble> {
        Ok(self.exchange.answer(&call(leg))?)
    }

    async fn ringing(&self, leg: &Leg) -> Result<(), Trouble> {
        Ok(self.exchange.ringing(&call(leg))?)
    }

    async fn refuse(&self, leg: &Leg, why: Refusal) -> Result<(), Trouble> {
        let code = match why {
            Refusal::NoSuchNumber => 404,
            Refusal::NobodyThere => 480,
            Refusal::Busy => 486,
            Refusal::Unwanted => 603,
            Refusal::Fault => 500,
        };
        Ok(self.exchange.reject(&call(leg), code)?)
    }

    async fn ring(
        &self,
        line: &str,
        from: &Party,
        correlation: Option<&Correlation>,
    ) -> Result<Leg, Trouble> {
        let from = voice::Party {
            number: from.number.clone().into_inner(),
            name: from.name.clone().map(Personal::into_inner),
        };
        let correlation = correlation.map(|correlation| correlation.0.as_str());
        Ok(leg(&self.exchange.ring(line, &from, correlation).await?))
    }

    async fn play(&self, leg: &Leg, tunes: &[Tune]) -> Result<(), Trouble> {
        let sound = sounds::in_turn(tunes).map(|sound| Box::new(sound) as Box<dyn Microphone>);
        Ok(self.exchange.play(&call(leg), sound)?)
    }

    async fn bridge(&self, one: &Leg, other: &Leg) -> Result<(), Trouble> {
        Ok(self.exchange.bridge(&call(one), &call(other))?)
    }

    async fn part(&self, leg: &Leg) -> Result<(), Trouble> {
        Ok(self.exchange.part(&call(leg))?)
    }

    async fn record(&self, leg: &Leg, tape: Option<Tape>) -> Result<(), Trouble> {
        Ok(self.exchange.tap(&call(leg), tape.map(|tape| Box::new(tape) as Box<dyn Speaker>))?)
    }

    async fn handed_over(&self, leg: &Leg, outcome: HandedOver) -> Result<(), Trouble> {
        let code = match outcome {
            HandedOver::Done => 200,
            HandedOver::NoSuchNumber => 404,
            HandedOver::NotNow => 480,
        };
        Ok(self.exchange.transfer_says(&call(leg), code)?)
    }

    async fn hang_up(&self, leg: &Leg) -> Result<(), Trouble> {
        Ok(self.exchange.hang_up(&call(leg))?)
    }

    async fn close(&self) {
        self.exchange.close().await;
    }
}
