//! An Asterisk as the telephone exchange: the adapter of the port to its REST interface (ARI). Its dialplan gives calls to
//! us with `Stasis(loopdesk)`; who waits and who is offered what is decided here and nowhere there. Written for Asterisk 20
//! and newer.
//!
//! # What Asterisk has to be told
//! - `ari.conf`: a user of our own, with a password that nobody else has: it commands the whole exchange.
//! - `extensions.conf`: `exten => 0800123,1,Stasis(loopdesk)` for what customers call, with `to` being the extension; the same
//!   for what advisors dial, in the context of their telephones.
//! - Either `sorcery.conf`, so that we can tell it of the telephones (see `telephones`); or `pjsip.conf`: an endpoint for each
//!   line, named as `endpoint` in our settings says, which lets telephones in by something else than the password that the
//!   service made: [`CallQueue::admit`] only makes sure then that it exists.
//!
//! `settings` says what we have to be told.
//!
//! # How it does what the port says
//! - Every event of that Asterisk comes to us, because only so the end of every leg does; those of calls that are not ours are
//!   passed over at once.
//! - A leg is a channel, under its id. We choose the ids of channels that we make, so that a leg is known before anything is
//!   told of it; the rest of what is ours (bridges, playbacks, recordings) begins with our name, too.
//! - A telephone that rings is told the correlation in the header `X-Loopdesk-Interaction`, which the channel driver PJSIP
//!   sets from a variable; other drivers leave it out.
//! - A leg is [`Told::Ended`] once: when its channel is destroyed, or leaves the application. What the dialplan does with it
//!   after that is no business of ours.
//! - A recording is that of a second channel which listens (see `tapes`). It comes when it is over, not while it is made.
//! - Music while the other end makes somebody wait is Asterisk's own; our tunes sound where a leg is joined with nobody.
//! - A tone of Asterisk's never ends, so it is ended when the tune is over. A sound file is played to its end: one that is
//!   longer than [`Tune::ms`] is cut off where the distributor goes on.
//! - With Asterisk 20.13, 21.8, 22.3 or newer a telephone that wants its call handed over asks us ([`Told::Referred`]), and
//!   is told 200, 503 for not now, or 603 where nobody has that number: ARI knows no 404. Older ones do it by themselves, in
//!   their dialplan: the legs leave the application and are over for us.
//! - When the WebSocket breaks, verbs are [`Trouble::Refused`] until it is back. Nothing is told twice by Asterisk, so then
//!   all channels are looked at ([`Told::Still`]); callers who came meanwhile, or were left behind by a service before us,
//!   come in as if they had just called, and what telephones of ours were left behind are hung up.
//! - One program may have the application's name. If another one takes it, that is said and not fought over
//!   ([`Standing::Replaced`]): every call is over for us, and no line is there, until the service starts again.
//!
//! What is known of verbs, channels and events was measured on an Asterisk 23. That tones never end, that a channel in a
//! bridge cannot be recorded, what snooping hears, and how a handing over is asked and answered is read in Asterisk's own
//! documents and sources, and not tried by us.
//!
//! The manager interface (AMI) is not needed: it would tell of Asterisk's own queues, and we have none there.

mod ari;
mod causes;
mod ears;
mod events;
mod follow;
pub mod settings;
mod sounds;
mod state;
mod tapes;
mod telephones;
mod tells;
mod verbs;
mod wav;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use model::{
    at::SECOND,
    call::{Correlation, Party},
};
use secrecy::SecretString;
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};

use self::{
    ari::{Ari, Fault},
    state::State,
};
use super::port::{CallQueue, HandedOver, Leg, Place, Refusal, Tape, Told, Trouble, Tune};
use crate::{
    clock::Clock,
    error::{Error, Result},
};
pub use settings::Settings;

/// What channels that we make are told, so that they are known as ours.
const OWN: &str = "loopdesk-own";
/// How long the end of recordings is waited for when everything ends.
const LAST_TAPES: i64 = 5 * SECOND;

/// How it stands with the line to Asterisk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is up, and everything is known.
    Up,
    /// It broke, and is tried again.
    Down {
        /// How often was waited since: with 0 it was not up yet, and the first try is under way.
        tries: u32,
    },
    /// Another program has our name at Asterisk. Nothing is tried any more.
    Replaced,
    /// We ended it.
    Closed,
}

/// An Asterisk.
pub struct Asterisk {
    shared: Arc<Shared>,
    follows: AbortHandle,
}

/// What the tasks of an adapter share.
struct Shared {
    ari: Ari,
    settings: Settings,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    tells: mpsc::UnboundedSender<Told>,
    standing: watch::Sender<Standing>,
    /// Tapes that are not let go yet.
    tapes: watch::Sender<usize>,
}

impl Shared {
    /// Never held while something is waited for.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, told: Told) {
        // Nobody listens any more when the service ends.
        let _ = self.tells.send(told);
    }

    fn stands(&self) -> Standing {
        *self.standing.borrow()
    }

    /// What is asked while nothing is known would be done blindly.
    fn is_up(&self) -> Result<(), Trouble> {
        if self.stands() == Standing::Up { Ok(()) } else { Err(Trouble::Refused) }
    }
}

/// Connects with an Asterisk. One that is not there yet is tried again until it is.
///
/// # Errors
/// When it does not take our user and password, or what answers is no Asterisk with ARI.
pub async fn open(
    settings: Settings,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<Asterisk>, mpsc::UnboundedReceiver<Told>)> {
    let ari = Ari::new(&settings)?;
    let address = settings.address.clone();
    let socket = match ari.listen(&settings.application).await {
        Ok(socket) => Some(socket),
        Err(Fault::NoLine | Fault::Refused(503)) => {
            tracing::warn!(%address, "no Asterisk answers yet: there are no calls until it does");
            None
        }
        Err(Fault::Password) => {
            return Err(Error::Open(format!(
                "Asterisk at {address} does not take the user and password: they must be those of a user in its ari.conf."
            )));
        }
        Err(Fault::Refused(403)) => {
            return Err(Error::Open(format!(
                "Asterisk at {address} does not let this user in from here: look at acl and read_only in its ari.conf."
            )));
        }
        Err(Fault::Gone) => {
            return Err(Error::Open(format!(
                "There is no ARI at {address}: look at enabled in its http.conf and ari.conf, and at the address."
            )));
        }
        Err(Fault::Refused(status)) => {
            return Err(Error::Open(format!(
                "What is at {address} answered with {status}, not as Asterisk does."
            )));
        }
    };
    let (tells, told) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        ari,
        settings,
        clock,
        state: Mutex::default(),
        tells,
        standing: watch::Sender::new(Standing::Down { tries: 0 }),
        tapes: watch::Sender::new(0),
    });
    let follows = tokio::spawn(follow::follow(shared.clone(), socket)).abort_handle();
    Ok((Arc::new(Asterisk { shared, follows }), told))
}

impl Asterisk {
    /// How the line to it stands, and every change of that.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.shared.standing.subscribe()
    }
}

impl Drop for Asterisk {
    fn drop(&mut self) {
        self.follows.abort();
    }
}

#[async_trait]
impl CallQueue for Asterisk {
    fn place(&self) -> Place {
        self.shared.settings.place.clone()
    }

    async fn admit(&self, line: &str, password: &SecretString) -> Result<(), Trouble> {
        self.shared.admit(line, password).await
    }

    async fn dismiss(&self, line: &str) {
        self.shared.dismiss(line).await;
    }

    async fn answer(&self, leg: &Leg) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.answer(leg).await
    }

    async fn ringing(&self, leg: &Leg) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.known(leg)?;
        Ok(self.shared.ari.post(&["channels", &leg.0, "ring"]).await.map(drop)?)
    }

    async fn refuse(&self, leg: &Leg, why: Refusal) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.known(leg)?;
        Ok(self.shared.ari.hang_up(&leg.0, Some(causes::refusal(why))).await?)
    }

    async fn ring(
        &self,
        line: &str,
        from: &Party,
        correlation: Option<&Correlation>,
    ) -> Result<Leg, Trouble> {
        self.shared.is_up()?;
        self.shared.ring(line, from, correlation).await
    }

    async fn play(&self, leg: &Leg, tunes: &[Tune]) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.play(leg, tunes).await
    }

    async fn bridge(&self, one: &Leg, other: &Leg) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.bridge(one, other).await
    }

    async fn part(&self, leg: &Leg) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.part(leg).await
    }

    async fn record(&self, leg: &Leg, tape: Option<Tape>) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.record(leg, tape).await
    }

    async fn handed_over(&self, leg: &Leg, outcome: HandedOver) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.known(leg)?;
        Ok(self.shared.transfer_says(&leg.0, outcome).await?)
    }

    async fn hang_up(&self, leg: &Leg) -> Result<(), Trouble> {
        self.shared.is_up()?;
        self.shared.known(leg)?;
        Ok(self.shared.ari.hang_up(&leg.0, None).await?)
    }

    async fn close(&self) {
        self.shared.close().await;
        self.follows.abort();
    }
}
