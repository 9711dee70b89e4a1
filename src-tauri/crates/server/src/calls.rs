//! The telephone: callers wait in the queues that they called, are offered to advisors like everything else that waits,
//! and are joined with whoever takes them. The exchange itself is behind a port ([`port`]).
//!
//! The database is the truth about conversations, offers and owners; what is kept in memory is only which leg of the
//! exchange belongs to which conversation, and is gone with the legs when the service stops. Whatever changes a
//! conversation (a command, a deadline, another telephone) leads here afterwards, and its call is brought to where it
//! then belongs.
//!
//! A caller hears tones instead of words: four that rise when they are taken, the same one twice where they are
//! recorded, a short one for each caller up to their own place when they are fifth or better, two high ones when a `1`
//! asks to be called back.

pub mod asterisk;
mod distributor;
#[cfg(feature = "calls")]
pub mod exchange;
mod legs;
mod lines;
pub mod port;
mod recording;
mod rows;
mod timers;
mod working;

use std::{collections::BTreeSet, sync::Arc};

use model::{ConversationId, PersonId, TenantId};
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use self::port::{CallQueue, Place, Told};
pub(crate) use self::rows::{after_restart, cut_off, no_phone};

/// What the rest of the service asks for.
enum Asked {
    /// These conversations changed.
    Changed { tenant: TenantId, conversations: BTreeSet<ConversationId> },
    /// Somebody who is signed in wants to register their telephone.
    Line { tenant: TenantId, person: PersonId, sign_in: Uuid, answer: oneshot::Sender<Option<Line>> },
    /// Sign-ins ended: lines may have to go.
    SignInsEnded,
    /// Another process changed the database: any call may have to go another way.
    LookAgain,
    /// To know when everything that was told and asked is done.
    Done { answer: oneshot::Sender<()> },
}

/// Somebody's line at the exchange.
pub(crate) struct Line {
    pub(crate) user: String,
    pub(crate) password: SecretString,
}

/// The telephone as the rest of the service knows it.
pub(crate) struct Calls {
    exchange: Arc<dyn CallQueue>,
    asks: mpsc::UnboundedSender<Asked>,
    waits: std::sync::Mutex<Option<Waits>>,
}

/// What the distributor begins with.
struct Waits {
    told: mpsc::UnboundedReceiver<Told>,
    asked: mpsc::UnboundedReceiver<Asked>,
}

impl Calls {
    pub(crate) fn new(exchange: Arc<dyn CallQueue>, told: mpsc::UnboundedReceiver<Told>) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        Self { exchange, asks, waits: std::sync::Mutex::new(Some(Waits { told, asked })) }
    }

    /// Distributes calls for as long as the service runs.
    pub(crate) async fn distribute(&self, service: crate::Service) {
        let waits = self.waits.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(Waits { told, asked }) = waits {
            distributor::Distributor::new(service, self.exchange.clone()).run(told, asked).await;
        }
    }

    /// Where telephones register.
    pub(crate) fn place(&self) -> Place {
        self.exchange.place()
    }

    /// These conversations changed: their calls may have to go another way.
    pub(crate) fn changed(&self, tenant: TenantId, conversations: BTreeSet<ConversationId>) {
        if !conversations.is_empty() {
            let _ = self.asks.send(Asked::Changed { tenant, conversations });
        }
    }

    /// The line of somebody who is signed in. Nothing if the exchange cannot give one now.
    pub(crate) async fn line(&self, tenant: TenantId, person: PersonId, sign_in: Uuid) -> Option<Line> {
        let (answer, answered) = oneshot::channel();
        let _ = self.asks.send(Asked::Line { tenant, person, sign_in, answer });
        answered.await.ok().flatten()
    }

    /// Sign-ins ended: lines may have to go.
    pub(crate) fn sign_ins_ended(&self) {
        let _ = self.asks.send(Asked::SignInsEnded);
    }

    /// Another process changed the database.
    pub(crate) fn look_again(&self) {
        let _ = self.asks.send(Asked::LookAgain);
    }

    /// Ends once everything that was told and asked so far, and is due by now, is done.
    pub(crate) async fn done(&self) {
        let (answer, answered) = oneshot::channel();
        let _ = self.asks.send(Asked::Done { answer });
        let _ = answered.await;
    }

    /// Ends every call.
    pub(crate) async fn close(&self) {
        self.exchange.close().await;
    }
}
