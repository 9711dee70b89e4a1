//! Fifty advisors reach for one customer.

use std::sync::Arc;

use loopdesk_tests::{Seat, Stage};
use model::{
    Activity, ConversationState, Intent, PresenceState,
    at::SECOND,
    wire::{Outcome, Rejection},
};
use tokio::sync::Barrier;

const ADVISORS: usize = 50;
const ROUNDS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_advisors_reach_for_one_customer_and_exactly_one_has_them() {
    let stage = Stage::open().await;
    let mut seats: Vec<Seat> = Vec::with_capacity(ADVISORS);
    for number in 0..ADVISORS {
        let seat = stage.advisor(&format!("Advisor {number:02}")).await.connected().await;
        // Busy: nothing is offered to anybody, everybody may take what waits.
        seat.becomes(PresenceState::Busy).await;
        stage.pass(SECOND).await;
        seats.push(seat);
    }
    stage.sockets(ADVISORS).await;

    let mut winners = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        // The clock gives everybody their rate of commands, and this address its rate of chats, back.
        stage.pass(3 * SECOND).await;
        let customer = stage.customer("Léa").await;
        customer.says(&format!("Round {round}")).await;
        let id = waiting(&mut seats[round % ADVISORS]).await;

        let barrier = Arc::new(Barrier::new(ADVISORS));
        let reaching = seats.iter().map(|seat| {
            let (command, barrier) = (seat.command(Intent::Accept { conversation: id }), barrier.clone());
            async move {
                barrier.wait().await;
                seat.submit(command).await.outcome
            }
        });
        let outcomes = futures_util::future::join_all(reaching).await;
        let applied: Vec<usize> =
            (0..ADVISORS).filter(|n| matches!(outcomes[*n], Outcome::Applied { .. })).collect();
        assert_eq!(applied.len(), 1, "exactly one has the customer of round {round}: {applied:?}");
        for (number, outcome) in outcomes.iter().enumerate().filter(|(number, _)| *number != applied[0]) {
            assert!(
                matches!(outcome, Outcome::Rejected { code: Rejection::NotOffered, .. }),
                "advisor {number} of round {round} is told that somebody else was first: {outcome:?}"
            );
        }
        winners.push((id, applied[0]));
    }

    for seat in &mut seats {
        seat.catch_up().await;
    }
    for (round, (id, winner)) in winners.iter().enumerate() {
        let sees: Vec<usize> =
            (0..ADVISORS).filter(|number| seats[*number].world.conversations.contains_key(id)).collect();
        assert_eq!(sees, [*winner], "only whoever has the customer of round {round} has them on the desk");
        let (seat, world) = (&seats[*winner], &seats[*winner].world);
        let conversation = &world.conversations[id];
        assert_eq!(conversation.owner, Some(seat.id));
        assert_eq!(conversation.state, ConversationState::Active);
        let accepted: Vec<_> =
            world.activities(*id).into_iter().filter(|a| matches!(a, Activity::Accepted { .. })).collect();
        assert_eq!(accepted, [Activity::Accepted { by: seat.name.clone() }], "taken once in round {round}");
    }
}

/// What waits for anybody.
async fn waiting(seat: &mut Seat) -> model::ConversationId {
    seat.catch_up().await;
    let ids: Vec<_> = seat.present.waiting.keys().copied().collect();
    assert_eq!(ids.len(), 1, "the customers of earlier rounds wait no longer");
    ids[0]
}
