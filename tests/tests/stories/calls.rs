//! Customers who call: they wait like those who write, and speak with whoever takes them. The exchange is one in memory;
//! the distributor, the database and the desks are real.

mod ends;
mod line;
mod offered;
mod recorded;
mod spoken;
mod transfers;
mod waiting;

use std::sync::Arc;

use loopdesk_tests::{Seat, Stage, Switchboard, stage::with_numbers, switchboard::line_of};
use model::{Activity, Conversation, ConversationId, Role, call::Leg};

/// The same with something else said about the calls of delivery.
pub fn with(more: &str) -> String {
    with_numbers().replacen("number = \"100\"\n", &format!("number = \"100\"\n{more}\n"), 1)
}

/// A company that can be called.
pub struct Calls {
    pub stage: Stage,
    pub telephone: Arc<Switchboard>,
}

impl Calls {
    pub async fn open() -> Self {
        Self::of(&with_numbers()).await
    }

    pub async fn of(workspace: &str) -> Self {
        let (stage, telephone) = Stage::with_telephone(workspace).await;
        Self { stage, telephone }
    }

    /// Everything that follows from what was done is done.
    pub async fn calm(&self) {
        self.stage.service.settle_calls().await;
    }

    /// An advisor of delivery with a telephone, who is available.
    pub async fn advisor(&self, name: &str) -> Seat {
        self.person(name, &["delivery"]).await
    }

    /// An advisor of some queues with a telephone, who is available.
    pub async fn person(&self, name: &str, queues: &[&str]) -> Seat {
        let seat = self.stage.person(name, Role::Advisor, &["en", "bank"], queues).await;
        self.stage.registers("alba", seat.id).await;
        let seat = seat.available().await;
        self.calm().await;
        seat
    }

    /// Somebody calls.
    pub async fn calls(&self, number: &str, to: &str) -> Leg {
        let leg = self.telephone.calls(number, None, to);
        self.calm().await;
        leg
    }

    /// Somebody picks their telephone up.
    pub async fn picks_up(&self, seat: &Seat) -> Leg {
        let leg = self.telephone.picks_up(seat.id);
        self.calm().await;
        leg
    }

    pub async fn hangs_up(&self, leg: &Leg) {
        self.telephone.hangs_up(leg);
        self.calm().await;
    }

    /// Whoever calls is offered to the only one who is there, who takes it. Answers the conversation and both legs.
    pub async fn speaks(&self, seat: &mut Seat, number: &str) -> (ConversationId, Leg, Leg) {
        let caller = self.calls(number, "100").await;
        let id = seat.offered().await;
        let desk = self.picks_up(seat).await;
        assert_eq!(self.telephone.with(&caller), Some(desk.clone()), "they hear each other");
        seat.catch_up().await;
        (id, caller, desk)
    }

    /// Whether something rings at somebody's.
    pub fn rings(&self, seat: &Seat) -> bool {
        self.telephone.rings(seat.id).is_some()
    }

    pub fn line(&self, seat: &Seat) -> String {
        line_of(seat.id)
    }
}

/// A conversation as somebody sees it now.
pub async fn seen(seat: &mut Seat, id: ConversationId) -> Conversation {
    seat.catch_up().await;
    seat.world.conversations[&id].clone()
}

/// What happened in it, as somebody sees it now.
pub async fn happened(seat: &mut Seat, id: ConversationId) -> Vec<Activity> {
    seat.catch_up().await;
    seat.world.activities(id)
}
