//! A break stays a break, whatever the line does.

use loopdesk_tests::{Advisor, Stage, seat::PATIENCE, stage::slug};
use model::{PersonId, PresenceState, at::MINUTE};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_went_to_lunch_comes_back_at_lunch() {
    let stage = Stage::open().await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let home = ines.ready().await;
    let id: PersonId = serde_json::from_value(home["me"]["id"].clone()).expect("her id");
    ines.call("presence.set", json!({ "state": "away", "reason": "lunch" })).await;

    // The computer is off for a while: the service counts her as gone.
    ines.crashes();
    stage.sockets(1).await;
    stage.pass(2 * MINUTE).await;
    assert_eq!(amir.presence(id).await.state, PresenceState::Offline);
    ines.starts();
    ines.ready().await;
    ines.live().await;
    let back = async {
        loop {
            let presence = amir.presence(id).await;
            if presence.state != PresenceState::Offline {
                return presence;
            }
        }
    };
    let presence = tokio::time::timeout(PATIENCE, back).await.expect("she is back");
    assert_eq!((presence.state, presence.reason), (PresenceState::Away, Some(slug("lunch"))));
}
