//! Files: in pieces, by their hash, for those whom they concern.

use backend::{Backend, Trouble};
use loopdesk_tests::{Page, Seat, Stage, page::sha256};
use model::{
    Attachment, ConversationId, Intent, Personal,
    at::{DAY, HOUR},
    wire::{
        Rejection,
        chat::{ChatIntent, ChatPhase},
        reads::{BlobStored, Problem},
    },
};
use reqwest::Method;

/// A picture of 3 by 2 pixels with a script behind it.
fn picture() -> Vec<u8> {
    let png = concat!(
        "89504e470d0a1a0a0000000d49484452000000030000000208060000009d74661a0000001149444154789c63",
        "f8cfc0d000c30cc81c00794308fb59dc27680000000049454e44ae426082"
    );
    let mut bytes = hex::decode(png).unwrap();
    bytes.extend(b"<script>alert(1)</script>");
    bytes
}

async fn is_helped(stage: &Stage) -> (Seat, Page, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    lea.phase(ChatPhase::Open).await;
    (ines, lea, id)
}

fn with(attachment: Attachment) -> ChatIntent {
    ChatIntent::Say { text: Personal::default(), attachments: vec![attachment] }
}

async fn status(page: &Page, path: &str) -> u16 {
    page.request(Method::GET, path).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_file_goes_up_in_pieces_and_on_where_it_was_cut() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = is_helped(&stage).await;
    let bytes: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
    let name = sha256(&bytes);
    let size = bytes.len();
    let put =
        async |offset: usize, piece: &[u8]| lea.puts_piece(&name, "photo.bin", size, offset, piece).await;
    let first: BlobStored = put(0, &bytes[..40_000]).await.json().await.unwrap();
    assert_eq!((first.received, first.attachment), (40_000, None));
    for wrong in [0, 39_999, 40_001] {
        let answer = put(wrong, &bytes[40_000..]).await;
        assert_eq!(answer.status(), 409, "at {wrong}");
        let problem: Problem = answer.json().await.unwrap();
        assert_eq!(problem.received, Some(40_000), "it is told where to go on");
    }
    let halfway = Attachment { sha256: name.clone(), ..attachment("photo.bin", size) };
    assert_eq!(lea.may_not(with(halfway.clone())).await, Rejection::BlobMissing, "half a file is none");
    let nothing: BlobStored = put(40_000, &[]).await.json().await.unwrap();
    assert_eq!(nothing.received, 40_000, "an empty piece asks how far it is");
    let whole: BlobStored = put(40_000, &bytes[40_000..]).await.json().await.unwrap();
    let attachment = whole.attachment.expect("the file is whole");
    assert_eq!((attachment.size as usize, attachment.mime.as_str()), (size, "application/octet-stream"));
    let again: BlobStored = put(0, &bytes).await.json().await.unwrap();
    assert_eq!(again.attachment.as_ref(), Some(&attachment), "sent again, it is known");

    lea.wants(with(halfway)).await;
    ines.catch_up().await;
    let line = ines.world.lines(id).into_iter().last().unwrap();
    assert_eq!(line.attachments, [attachment], "what the service found it to be, not what the sender says");
    assert_eq!(
        ines.world.conversations[&id].last.as_ref().map(|last| last.text.to_string()),
        Some("photo.bin".into())
    );
    assert_eq!(ines.backend.blob(&name).await.unwrap(), bytes, "the advisor gets every byte");
    lea.catch_up().await;
    assert_eq!(lea.lines.last().unwrap().attachments.len(), 1);
}

fn attachment(name: &str, size: usize) -> Attachment {
    Attachment {
        sha256: String::new(),
        name: name.into(),
        mime: "text/html".into(),
        size: u32::try_from(size).unwrap(),
        preview: None,
    }
}

#[tokio::test]
async fn a_file_that_was_changed_on_its_way_is_refused() {
    let stage = Stage::open().await;
    let lea = stage.customer("Léa").await;
    let name = sha256(b"what was meant");
    let answer = lea.puts_piece(&name, "a.txt", 14, 0, b"what was mean!").await;
    assert_eq!(answer.status(), 422);
    let answer = lea.puts_piece(&name, "a.txt", 14, 0, b"what was meant").await;
    assert_eq!(answer.status(), 200, "and can be sent again from its beginning");
    for (bad, why) in [("abc", "no hash"), (&name.to_uppercase(), "upper case"), (&"g".repeat(64), "no hex")]
    {
        assert_eq!(lea.puts_piece(bad, "a.txt", 3, 0, b"abc").await.status(), 422, "{why}");
    }
    assert_eq!(lea.puts_piece(&name, "", 3, 0, b"abc").await.status(), 422, "no name");
    assert_eq!(
        lea.puts_piece(&sha256(b"abc"), "a.txt", 2, 0, b"abc").await.status(),
        413,
        "more than announced"
    );
    assert_eq!(lea.puts_piece(&sha256(b""), "a.txt", 0, 0, b"").await.status(), 413, "nothing at all");
}

/// How much of a file that is not whole is there, by asking to go on at a wrong place.
async fn is_there(page: &Page, name: &str, size: usize) -> u32 {
    let answer = page.puts_piece(name, "half.txt", size, size, b"").await;
    assert_eq!(answer.status(), 409);
    answer.json::<Problem>().await.unwrap().received.unwrap()
}

#[tokio::test]
async fn what_nobody_sent_is_thrown_away_after_a_day() {
    let stage = Stage::open().await;
    let (_, lea, _) = is_helped(&stage).await;
    let sent = lea.uploads("invoice.pdf", b"%PDF-1.7 of Lea").await;
    lea.wants(with(sent.clone())).await;
    let unsent = lea.uploads("cat.png", &picture()).await;
    let half = sha256(b"two halves");
    assert_eq!(lea.puts_piece(&half, "half.txt", 10, 0, b"two h").await.status(), 200);
    // Begun with the name of a file that is in use, which keeps only those that are whole.
    let noe = stage.customer("Noé").await;
    assert_eq!(noe.puts_piece(&sent.sha256, "a.pdf", 100, 0, b"nothing").await.status(), 200);
    stage.pass(HOUR).await;
    let later = lea.uploads("later.txt", b"an hour later").await;
    let path = |sha256: &str| format!("/chat/v1/blobs/{sha256}");
    let has = async || {
        let mut has = Vec::new();
        for file in [&sent, &unsent, &later] {
            has.push(status(&lea, &path(&file.sha256)).await == 200);
        }
        has
    };

    stage.pass(23 * HOUR - 1).await;
    assert_eq!(has().await, [true, true, true], "a day is not over");
    assert_eq!((is_there(&lea, &half, 10).await, is_there(&noe, &sent.sha256, 100).await), (5, 7));
    stage.pass(1).await;
    assert_eq!(has().await, [true, false, true], "not what was sent, nor what is not a day old");
    assert_eq!((is_there(&lea, &half, 10).await, is_there(&noe, &sent.sha256, 100).await), (0, 0));
    assert_eq!(lea.may_not(with(unsent.clone())).await, Rejection::BlobMissing);

    stage.pass(HOUR).await;
    assert_eq!(has().await, [true, false, false]);
    let again = lea.uploads("cat.png", &picture()).await;
    assert_eq!(again, unsent, "what was thrown away may come again");
    lea.wants(with(again)).await;
    stage.pass(2 * DAY).await;
    assert_eq!(has().await, [true, true, false]);
    assert_eq!(status(&lea, &format!("{}/preview", path(&unsent.sha256))).await, 200);
}

#[tokio::test]
async fn a_picture_is_shown_as_one_of_ours() {
    let stage = Stage::open().await;
    let (mut ines, lea, id) = is_helped(&stage).await;
    let bytes = picture();
    let attachment = lea.uploads("cat.png\u{202e}gnp.exe", &bytes).await;
    assert_eq!(attachment.mime, "image/png");
    let size = attachment.preview.expect("a preview");
    assert_eq!((size.width, size.height), (3, 2));
    lea.wants(with(attachment.clone())).await;
    ines.catch_up().await;
    assert_eq!(ines.world.lines(id).last().unwrap().attachments, std::slice::from_ref(&attachment));
    let (mime, preview) = ines.backend.preview(&attachment.sha256).await.unwrap();
    assert_eq!(mime, "image/png");
    assert!(!preview.windows(7).any(|w| w == b"<script"), "nothing that hid behind it is left");
    let download =
        lea.request(Method::GET, &format!("/chat/v1/blobs/{}", attachment.sha256)).send().await.unwrap();
    let header = |name: &str| download.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment", "the file itself is saved, never shown");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
}

#[tokio::test]
async fn what_could_run_is_never_a_picture() {
    let stage = Stage::open().await;
    let lea = stage.customer("Léa").await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let html = b"<!doctype html><script>alert(1)</script>";
    let mut gif = b"GIF89a".to_vec();
    gif.extend([0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x3b]);
    for (name, bytes, mime) in [
        ("a.svg", svg.as_slice(), "application/octet-stream"),
        ("a.png", html.as_slice(), "application/octet-stream"),
        ("bomb.gif", &gif, "image/gif"),
        ("a.pdf", b"%PDF-1.7 ...".as_slice(), "application/pdf"),
    ] {
        let attachment = lea.uploads(name, bytes).await;
        assert_eq!((attachment.mime.as_str(), attachment.preview), (mime, None), "{name}");
        let preview = format!("/chat/v1/blobs/{}/preview", attachment.sha256);
        assert_eq!(status(&lea, &preview).await, 404, "{name}");
    }
}

#[tokio::test]
async fn a_file_is_for_those_whom_it_concerns() {
    let stage = Stage::open().await;
    let (mut ines, lea, id) = is_helped(&stage).await;
    let amir = stage.advisor("Amir Saidi").await;
    let noe = stage.customer("Noé").await.connected().await;
    noe.says("Hello?").await;
    let of_lea = lea.uploads("invoice.pdf", b"%PDF-1.7 of Lea").await;
    let path = format!("/chat/v1/blobs/{}", of_lea.sha256);
    assert_eq!(ines.backend.blob(&of_lea.sha256).await, Err(Trouble::NotFound), "not before it was sent");
    lea.wants(with(of_lea.clone())).await;
    assert_eq!(status(&lea, &path).await, 200);
    assert_eq!(status(&noe, &path).await, 404, "another visitor");
    assert_eq!(noe.may_not(with(of_lea.clone())).await, Rejection::BlobMissing, "nor can they send it on");
    assert!(ines.backend.blob(&of_lea.sha256).await.is_ok());
    assert_eq!(
        amir.backend.blob(&of_lea.sha256).await,
        Err(Trouble::NotFound),
        "an advisor without the customer"
    );

    // A file of a private note.
    let secret = b"what we know of her";
    let stored =
        ines.backend.put_blob(&sha256(secret), "secret.txt", secret.len() as u32, 0, secret.to_vec()).await;
    let attachment = stored.unwrap().attachment.unwrap();
    ines.wants(Intent::Note {
        conversation: id,
        text: "For us only".into(),
        attachments: vec![attachment.clone()],
        mentions: Vec::new(),
    })
    .await;
    assert_eq!(status(&lea, &format!("/chat/v1/blobs/{}", attachment.sha256)).await, 404);
    // What is sent to the customer as well is theirs as well.
    ines.wants(Intent::Reply { conversation: id, text: "".into(), attachments: vec![attachment.clone()] })
        .await;
    assert_eq!(status(&lea, &format!("/chat/v1/blobs/{}", attachment.sha256)).await, 200);
    // Whoever gives the conversation away loses its files.
    ines.gives_to_queue(id, "delivery", None).await;
    ines.catch_up().await;
    assert_eq!(ines.backend.blob(&of_lea.sha256).await, Err(Trouble::NotFound));
    assert!(ines.backend.blob(&attachment.sha256).await.is_ok(), "her own she has in any case");
}
