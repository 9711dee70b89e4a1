//! `loopdesk-server apply` and its like run beside the service, on the same database.

use loopdesk_tests::{
    Seat, Stage,
    stage::{WORKSPACE, new_person, slug},
};
use model::{
    ConversationState, Intent, PresenceState,
    at::{MINUTE, SECOND},
    wire::chat::ChatPhase,
};
use server::{Options, Service};

/// As many as one person may send at once.
const COMMANDS: usize = 16;

/// The same database, opened by somebody else.
async fn another_process(stage: &Stage) -> Service {
    let mut options = Options::at(stage.database());
    options.clock = stage.clock.clone();
    Service::open(options).await.unwrap()
}

/// The service has a look around every second.
async fn looks_around(stage: &Stage, seat: &mut Seat) {
    stage.pass(SECOND).await;
    seat.until(|world, _| (world.workspace.as_ref()?.name == "Maison Alba & Fils").then_some(())).await;
}

#[tokio::test]
async fn nobody_is_sent_away_by_it() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    let other = another_process(&stage).await;
    other.db().backup(stage.folder().join("backup.db")).await.unwrap();
    stage.pass(10 * MINUTE).await;
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Available, "she has been there all the time");
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
    assert_eq!(ines.present.there.get(&id), Some(&true));
    lea.catch_up().await;
    assert_eq!(lea.state.as_ref().unwrap().phase, ChatPhase::Open);
}

#[tokio::test]
async fn what_it_changes_reaches_every_desk() {
    let stage = Stage::open().await;
    let mut bruno = stage.hires("alba", new_person("alba", "Bruno Marchal")).await.available().await;
    let lea = stage.customer("Léa").await.connected().await;
    lea.says("Hello?").await;
    let id = bruno.takes_offer().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let other = another_process(&stage).await;
    let workspace = WORKSPACE.replace("Maison Alba", "Maison Alba & Fils");
    other.apply(toml::from_str(&workspace).unwrap(), false).await.unwrap();
    looks_around(&stage, &mut ines).await;
    ines.agrees().await;

    // The other process gives his customer back, and offers them to her.
    other.close_person(&slug("alba"), "bruno.marchal@alba.example.com").await.unwrap();
    stage.pass(SECOND).await;
    assert_eq!(bruno.closed().await, Some(4003), "whoever is out is out within a moment");
    assert_eq!(ines.offered().await, id, "it rings here, too");
    ines.takes(id).await;
    ines.agrees().await;
}

#[tokio::test]
async fn nobody_is_turned_away_while_it_writes() {
    let stage = Stage::open().await;
    let ines = stage.advisor("Inès Keller").await.available().await;
    let other = another_process(&stage).await;
    let writes = async {
        for _ in 0..COMMANDS {
            other.one_use_secret(&slug("alba"), ines.id).await.unwrap();
        }
    };
    let works = async {
        for on in [true, false].into_iter().cycle().take(COMMANDS) {
            ines.wants(Intent::Finish { on }).await;
        }
    };
    tokio::join!(writes, works);
}
