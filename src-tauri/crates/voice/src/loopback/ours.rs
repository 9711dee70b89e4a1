//! What the advisor does.

use async_trait::async_trait;

use super::{Loopback, Stage};
use crate::{CallId, Digit, Ended, Happening, Phone, Reason, Registration, Side, Trouble};

#[async_trait]
impl Phone for Loopback {
    async fn register(&self) {
        if !std::mem::replace(&mut self.lock().registered, true) {
            self.exchange_says(Registration::Registered);
        }
    }

    async fn unregister(&self) {
        if std::mem::replace(&mut self.lock().registered, false) {
            self.exchange_says(Registration::None);
        }
    }

    async fn network_changed(&self) {}

    async fn dial(&self, to: &str, _: Option<&str>) -> Result<CallId, Trouble> {
        if to.is_empty() {
            return Err(Trouble::BadAddress);
        }
        let id = self.make(Stage::Dialled);
        self.tell(&id, Happening::Dialling);
        Ok(id)
    }

    async fn answer(&self, call: &CallId) -> Result<(), Trouble> {
        self.change(call, Stage::Offered, |call| {
            call.stage = Stage::Connected;
            Some(Happening::Connected)
        })
    }

    async fn reject(&self, call: &CallId) -> Result<(), Trouble> {
        match self.call(call)?.stage {
            Stage::Offered => self.hang_up(call).await,
            Stage::Dialled | Stage::Connected => Err(Trouble::NotNow),
        }
    }

    async fn hold(&self, call: &CallId) -> Result<(), Trouble> {
        self.hold_it(call, true)
    }

    async fn resume(&self, call: &CallId) -> Result<(), Trouble> {
        self.hold_it(call, false)
    }

    async fn mute(&self, call: &CallId, muted: bool) -> Result<(), Trouble> {
        let stage = self.call(call)?.stage;
        self.change(call, stage, |call| {
            (std::mem::replace(&mut call.muted, muted) != muted).then_some(Happening::Muted(muted))
        })
    }

    async fn press(&self, call: &CallId, _: &[Digit]) -> Result<(), Trouble> {
        self.change(call, Stage::Connected, |_| None)
    }

    async fn transfer(&self, call: &CallId, to: &str) -> Result<(), Trouble> {
        if to.is_empty() {
            return Err(Trouble::BadAddress);
        }
        self.transfer_it(call, None)
    }

    async fn complete(&self, call: &CallId, consulted: &CallId) -> Result<(), Trouble> {
        if self.call(consulted)?.stage != Stage::Connected {
            return Err(Trouble::NotNow);
        }
        self.transfer_it(call, Some(consulted))
    }

    async fn join(&self, one: &CallId, other: &CallId) -> Result<(), Trouble> {
        for call in [one, other] {
            self.hold_it(call, false)?;
        }
        [one, other].into_iter().try_for_each(|call| self.join_it(call, true))
    }

    async fn part(&self, one: &CallId, other: &CallId) -> Result<(), Trouble> {
        [one, other].into_iter().try_for_each(|call| self.join_it(call, false))
    }

    async fn hang_up(&self, call: &CallId) -> Result<(), Trouble> {
        let (reason, code) = match self.call(call)?.stage {
            Stage::Offered => (Reason::Rejected, Some(486)),
            Stage::Dialled => (Reason::Cancelled, None),
            Stage::Connected => (Reason::HungUp, None),
        };
        self.end(call, Ended { by: Side::Us, reason, code })
    }

    async fn close(&self) {
        let calls: Vec<_> = self.lock().calls.keys().cloned().collect();
        for call in calls {
            // It is there: nobody else ends calls meanwhile.
            let _ = self.hang_up(&call).await;
        }
        self.unregister().await;
    }
}
