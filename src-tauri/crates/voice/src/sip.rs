//! The telephone of an exchange, and an exchange: SIP (RFC 3261) for the calls, RTP for what is said in them.

mod account;
mod call;
mod dialogs;
mod exchange;
mod incoming;
mod line;
mod referral;
mod registration;
mod session;
mod station;
mod verbs;

use std::sync::Arc;

use async_trait::async_trait;
use rsipstack::sip::StatusCode;
use tokio::sync::mpsc::UnboundedReceiver;

pub use account::{Account, Transport};
pub use exchange::{Exchange, ExchangeSettings, ExchangeTls, Said};
use line::Line;

use crate::{CallId, Digit, Heard, Phone, Trouble, audio::Sound, media::leg::Group};

/// A line at a telephone exchange. Dropping it hangs up without a word; [`Phone::close`] says goodbye first.
pub struct Sip {
    line: Arc<Line>,
}

impl Sip {
    /// Opens the line and what it tells. Nothing is registered yet.
    ///
    /// # Errors
    /// `BadAddress` where the account names no exchange, `Unreachable` where the exchange or our own port cannot be
    /// opened, `Sound` where there is none.
    pub async fn open(account: Account, sound: Sound) -> Result<(Self, UnboundedReceiver<Heard>), Trouble> {
        let (line, heard) = Line::open(account, sound).await?;
        Ok((Self { line }, heard))
    }
}

impl Drop for Sip {
    fn drop(&mut self) {
        self.line.stop();
    }
}

#[async_trait]
impl Phone for Sip {
    async fn register(&self) {
        self.line.want_registration(true);
    }

    async fn unregister(&self) {
        self.line.want_registration(false);
    }

    async fn network_changed(&self) {
        self.line.network_changed().await;
    }

    async fn dial(&self, to: &str, correlation: Option<&str>) -> Result<CallId, Trouble> {
        let to = self.line.account.address(to)?;
        self.line.dial(to, correlation, None).await
    }

    async fn answer(&self, call: &CallId) -> Result<(), Trouble> {
        self.line.call(call)?.answer(&self.line)
    }

    async fn reject(&self, call: &CallId) -> Result<(), Trouble> {
        self.line.call(call)?.reject(&self.line, StatusCode::BusyHere)
    }

    async fn hold(&self, call: &CallId) -> Result<(), Trouble> {
        self.line.call(call)?.hold(&self.line, true).await
    }

    async fn resume(&self, call: &CallId) -> Result<(), Trouble> {
        self.line.call(call)?.hold(&self.line, false).await
    }

    async fn mute(&self, call: &CallId, muted: bool) -> Result<(), Trouble> {
        self.line.call(call)?.mute(&self.line, muted)
    }

    async fn press(&self, call: &CallId, digits: &[Digit]) -> Result<(), Trouble> {
        self.line.call(call)?.press(&self.line, digits)
    }

    async fn transfer(&self, call: &CallId, to: &str) -> Result<(), Trouble> {
        let to = self.line.account.address(to)?;
        self.line.call(call)?.refer(&self.line, &to, None).await
    }

    async fn complete(&self, call: &CallId, consulted: &CallId) -> Result<(), Trouble> {
        let consulted = self.line.call(consulted)?;
        self.line.call(call)?.refer(&self.line, &consulted.other(), Some(&consulted)).await
    }

    async fn join(&self, one: &CallId, other: &CallId) -> Result<(), Trouble> {
        let calls = [self.line.call(one)?, self.line.call(other)?];
        for call in &calls {
            call.hold(&self.line, false).await?;
        }
        calls.iter().try_for_each(|call| call.join(&self.line, Some(Group::DESK)))
    }

    async fn part(&self, one: &CallId, other: &CallId) -> Result<(), Trouble> {
        let calls = [self.line.call(one)?, self.line.call(other)?];
        calls.iter().try_for_each(|call| call.join(&self.line, None))
    }

    async fn hang_up(&self, call: &CallId) -> Result<(), Trouble> {
        self.line.call(call)?.hang_up(&self.line);
        Ok(())
    }

    async fn close(&self) {
        self.line.close().await;
    }
}
