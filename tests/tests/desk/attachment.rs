//! Files that go with a message: sent once and whole, whatever happens on the way.

use base64::{Engine, engine::general_purpose::STANDARD};
use loopdesk_tests::{
    Advisor, Stage,
    advisor::email,
    app::PASSWORD,
    chaos::{Answers, Chaos, Cut},
    eventually,
    page::sha256,
    stage::{new_person, slug},
};
use model::{Intent, PersonId, at::SECOND};
use rusqlite::Connection;
use serde_json::{Value, json};

/// What a desk sends of a file at once.
const PIECE: u32 = 512 * 1024;
/// In the request for the second of them.
const SECOND_PIECE: &str = "offset=524288";
/// What the screen hands over at once.
const CHUNK: usize = 180_000;

/// Puts a file into the draft.
async fn puts(ines: &Advisor, id: &str, name: &str, bytes: &[u8]) -> String {
    let mut file = Value::Null;
    let chunks: Vec<_> = bytes.chunks(CHUNK).collect();
    for (place, chunk) in chunks.iter().enumerate() {
        let last = place + 1 == chunks.len();
        let input =
            json!({ "id": id, "upload": name, "name": name, "bytes": STANDARD.encode(chunk), "last": last });
        file = ines.call("draft.file", input).await;
    }
    file["sha256"].as_str().expect("the file is taken").to_owned()
}

async fn sends(ines: &Advisor, id: &str, text: &str, files: &[&str]) {
    let reply = json!({ "id": id, "mode": "reply", "text": text, "attachments": files, "from_macro": null });
    ines.call("message.send", reply).await;
}

fn database(stage: &Stage) -> Connection {
    Connection::open(stage.database()).expect("the database opens")
}

/// Where the pieces begin that the service has, each with when it was written, in order.
fn pieces(stage: &Stage) -> Vec<(i64, u32)> {
    let sql = database(stage);
    let mut statement = sql.prepare("SELECT rowid, start FROM blob_piece ORDER BY start").expect("pieces");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("pieces");
    rows.collect::<Result<_, _>>().expect("pieces")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_cut_goes_on_where_it_was() {
    let stage = Stage::open().await;
    let chaos = Chaos::before(&stage.address).await;
    let mut new = new_person("alba", "Inès Keller");
    (new.email, new.password) = (email("Inès Keller"), Some(PASSWORD.into()));
    stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
    let mut ines = Advisor::sits_behind(&chaos.address, "Inès Keller").await;
    ines.sends_at_once().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    let bytes: Vec<u8> =
        (0..4 * PIECE - 1_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let file = puts(&ines, &id, "scan.bin", &bytes).await;

    // The desk is killed while it waits for the answer to a piece in the middle.
    chaos.answers(Answers::Hold(SECOND_PIECE));
    sends(&ines, &id, "Here it is.", &[&file]).await;
    chaos.until(|counts| counts.held == 1).await;
    ines.crashes();
    chaos.cut(Cut::Reset);
    let before = pieces(&stage);
    assert_eq!(before.len(), 2, "it is in the middle of it: {before:?}");
    chaos.answers(Answers::Pass);
    ines.starts();
    ines.has_sent_all().await;
    let after = pieces(&stage);
    assert_eq!(after.iter().map(|(_, start)| *start).collect::<Vec<_>>(), [0, PIECE, 2 * PIECE, 3 * PIECE]);
    assert_eq!(after[..before.len()], before[..], "what was there is not sent again");
    let received =
        lea.request(reqwest::Method::GET, &format!("/chat/v1/blobs/{file}")).send().await.expect("it");
    assert_eq!(received.bytes().await.expect("bytes").to_vec(), bytes, "every byte of it");
    assert_eq!(sha256(&bytes), file);
    let lines = ines.shows(&id).await["timeline"]["items"].clone();
    let with_file =
        lines.as_array().expect("lines").iter().filter(|line| line.to_string().contains("scan.bin"));
    assert_eq!(with_file.count(), 1, "once");
}

/// A desk whose file is with the service and whose message is not: the service takes no more commands of hers now.
async fn has_uploaded(stage: &Stage) -> (Advisor, String, String) {
    let mut ines = Advisor::sits(stage, "Inès Keller").await;
    ines.sends_at_once().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    let file = puts(&ines, &id, "invoice.pdf", b"%PDF-1.7 an invoice").await;
    let me: PersonId = serde_json::from_value(ines.ready().await["me"]["id"].clone()).expect("her id");
    let other = stage.another_desk("alba", me, "Inès Keller").await;
    while let Ok(receipts) = other.submit_all(vec![other.command(Intent::Finish { on: false })]).await {
        assert_eq!(receipts.len(), 1);
    }
    sends(&ines, &id, "Here it is.", &[&file]).await;
    let whole = "SELECT count(*) FROM blob WHERE whole = 1";
    let uploaded = async || {
        let count = database(stage).query_row(whole, [], |row| row.get::<_, i64>(0));
        (count.expect("the database answers") == 1).then_some(())
    };
    eventually("the file to be uploaded", uploaded).await;
    // Its files were swept, or it was restored from a backup that had none of them.
    database(stage).execute_batch("DELETE FROM blob; DELETE FROM blob_piece;").expect("it has lost them");
    (ines, id, file)
}

/// The service takes commands again, and the desk tries again.
async fn goes_on(stage: &Stage, ines: &Advisor) {
    stage.clock.advance(SECOND);
    ines.clock.pass(5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_service_lost_is_sent_again() {
    let stage = Stage::open().await;
    let (mut ines, id, file) = has_uploaded(&stage).await;
    goes_on(&stage, &ines).await;
    while !ines.shows(&id).await["timeline"].to_string().contains("\"state\":\"sent\"") {
        goes_on(&stage, &ines).await;
        ines.until(|push| (push["view"] == "timeline").then_some(())).await;
    }
    ines.has_sent_all().await;
    let start: i64 = database(&stage)
        .query_row("SELECT count(*) FROM blob_use WHERE sha256 = ?", [&file], |row| row.get(0))
        .expect("the database answers");
    assert_eq!(start, 1, "the message is there with its file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_nobody_has_any_more_is_said_to_be_lost() {
    let stage = Stage::open().await;
    let (mut ines, _, _) = has_uploaded(&stage).await;
    let (_, work) = ines.leaves().await;
    work.rows().execute("DELETE FROM file", []).expect("it is gone here, too");
    drop(work);
    stage.clock.advance(SECOND);
    ines.clock.pass(5_000);
    ines.starts();
    let row = ines
        .until(|push| {
            let items = [&push["patch"]["item"], &push["patch"]["items"][0]];
            let lost = items.into_iter().find(|item| item["delivery"]["state"] == "not_sent")?;
            Some(lost.clone())
        })
        .await;
    assert_eq!(row["delivery"]["why"]["why"], "file_lost");
}
