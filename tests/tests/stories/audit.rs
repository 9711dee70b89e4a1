//! Who did what is written down once, and whoever changes it later is found out.

use std::collections::BTreeMap;

use loopdesk_tests::{Seat, Stage, stage::slug};
use model::{ArticleId, FollowUpId, IdentityId, Intent, MacroId, at::SECOND};
use server::audit::{Entry, Verdict};
use uuid::Uuid;

use crate::kinds::{Things, kinds_of, one_of_each};

async fn entries(stage: &Stage) -> Vec<Entry> {
    stage.service.audit(&slug("alba"), 10_000).await.unwrap()
}

async fn verdict(stage: &Stage) -> Verdict {
    stage.service.audit_verify(&slug("alba")).await.unwrap()
}

async fn at_work(stage: &Stage) -> (Seat, Seat, Things) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.supervisor("Amir Saidi").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let conversation = ines.takes_offer().await;
    let customer = ines.world.conversations[&conversation].customer;
    let things = Things {
        conversation,
        customer,
        identity: IdentityId(Uuid::now_v7()),
        follow_up: FollowUpId(Uuid::now_v7()),
        colleague: amir.id,
        article: ArticleId(Uuid::now_v7()),
        prepared: MacroId(Uuid::now_v7()),
        now: stage.now(),
    };
    (ines, amir, things)
}

#[tokio::test]
async fn every_kind_of_command_leaves_one_entry() {
    let stage = Stage::open().await;
    let (ines, amir, things) = at_work(&stage).await;
    let before = entries(&stage).await.len();
    let mut wanted: BTreeMap<(Uuid, String), usize> = BTreeMap::new();
    for intent in one_of_each(things) {
        for seat in [&ines, &amir] {
            stage.pass(SECOND).await;
            let command = seat.command(intent.clone());
            let first = seat.submit(command.clone()).await;
            // A second time it is the same thing, and leaves nothing more.
            assert!(seat.submit(command).await.duplicate, "{first:?}");
            *wanted.entry((seat.id.0, intent.kind().to_owned())).or_default() += 1;
        }
    }
    let mut found: BTreeMap<(Uuid, String), usize> = BTreeMap::new();
    let all = entries(&stage).await;
    let commands = kinds_of("Intent");
    for entry in &all[before..] {
        assert!(commands.contains(&entry.act), "{entry:?}");
        *found.entry((entry.who.unwrap(), entry.act.clone())).or_default() += 1;
    }
    assert_eq!(found, wanted);
    for result in ["applied", "noop", "forbidden", "not_assigned"] {
        assert!(all.iter().any(|entry| entry.result == result), "{result} is told apart");
    }
    let Verdict::Whole { entries: count, last } = verdict(&stage).await else { panic!("it is whole") };
    assert_eq!((count, last.len()), (u64::try_from(all.len()).unwrap(), 64));
}

#[tokio::test]
async fn what_is_refused_and_what_is_read_out_is_written_down_too() {
    let stage = Stage::open().await;
    let (ines, _, things) = at_work(&stage).await;
    let bea = stage.advisor("Bea Novak").await;
    let refused = backend::Backend::lines_before(&bea.backend, things.conversation, u32::MAX).await;
    assert!(refused.is_err());
    let lea = stage.customer("Léa").await;
    lea.says("My own words").await;
    lea.transcript().await;
    stage.integration_key().await;
    stage.service.end_sign_ins(&slug("alba"), "bea.novak@alba.example.com").await.unwrap();
    stage.service.close_person(&slug("alba"), "inès.keller@alba.example.com").await.unwrap();
    let all = entries(&stage).await;
    let has = |who: Option<Uuid>, act: &str, object: Option<Uuid>, result: &str| {
        let found =
            all.iter().any(|e| e.who == who && e.act == act && e.object == object && e.result == result);
        assert!(found, "{act}: {all:#?}");
    };
    has(Some(bea.id.0), "read_lines", Some(things.conversation.0), "refused");
    assert!(all.iter().any(|e| e.act == "read_transcript" && e.who.is_some() && e.result == "done"));
    has(None, "new_integration_key", None, "done");
    has(None, "end_sign_ins", Some(bea.id.0), "done");
    has(None, "close_account", Some(ines.id.0), "done");
    has(None, "put_account", Some(ines.id.0), "done");
    assert!(all.iter().any(|e| e.act == "sign_in" && e.who == Some(ines.id.0)));
    let text = format!("{all:?}");
    for word in ["parcel", "own words", "Inès", "Léa", "alba.example"] {
        assert!(!text.contains(word), "it quotes nobody: {word}");
    }
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let stage = Stage::open().await;
    let (ines, ..) = at_work(&stage).await;
    for on in [true, false, true, false] {
        ines.wants(Intent::Finish { on }).await;
    }
    let Verdict::Whole { entries: count, .. } = verdict(&stage).await else { panic!("it is whole") };
    let changes = [
        "UPDATE audit SET act = 'accepu' WHERE no = 5",
        "UPDATE audit SET at = at + 1 WHERE no = 5",
        "UPDATE audit SET who = NULL WHERE no = 5",
        "UPDATE audit SET result = 'noop', link = zeroblob(32) WHERE no = 5",
        "DELETE FROM audit WHERE no = 5",
    ];
    for change in changes {
        let copy = stage.folder().join(format!("{}.db", Uuid::now_v7()));
        stage.service.db().backup(copy.clone()).await.unwrap();
        let sql = rusqlite::Connection::open(&copy).unwrap();
        assert!(sql.execute(change, []).is_err(), "not by mistake: {change}");
        sql.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened").unwrap();
        sql.execute(change, []).unwrap();
        drop(sql);
        let service = server::Service::open(server::Options::at(copy)).await.unwrap();
        let found = service.audit_verify(&slug("alba")).await.unwrap();
        assert_eq!(found, Verdict::Broken { at: 5 }, "{change} of {count}");
    }
}
