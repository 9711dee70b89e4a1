//! F14: a desk that reads too slowly costs a bounded amount of memory, and nobody else anything.

use loopdesk_tests::Stage;
use model::{
    Intent,
    at::SECOND,
    wire::{ClientFrame, frames::SCHEMA},
};
use tokio::net::TcpSocket;
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest};

/// More than any socket keeps in the system's own buffers.
const FLOOD: usize = 24 * 1024 * 1024;
const WORDS: usize = 32_000;

#[tokio::test(flavor = "multi_thread")]
async fn f14_a_desk_that_does_not_read_is_cut_off_and_resumes() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    let mut sara = stage.supervisor("Sara Lind").await;
    sara.wants(Intent::Watch { conversation: id }).await;
    let (epoch, world) = sara.snapshot().await;
    sara.follows(epoch, world);

    // Her desk says hello and then reads nothing at all.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let tcp = socket.connect(stage.address.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let mut request =
        format!("{}/v1/stream", stage.address.replacen("http", "ws", 1)).into_client_request().unwrap();
    let bearer = format!("Bearer {}", stage.token("alba", sara.id).await);
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    let (mut stuck, _) = client_async(request, tcp).await.unwrap();
    let hello = ClientFrame::Hello {
        epoch: Some(epoch),
        cursor: sara.world.cursor,
        device: sara.device,
        schema: SCHEMA,
    };
    let text = serde_json::to_string(&hello).unwrap();
    futures_util::SinkExt::send(&mut stuck, text.into()).await.unwrap();
    stage.sockets(2).await;

    // As much is said as no socket keeps; it hangs on the service's clock alone how long the desk may take.
    let words = "x".repeat(WORDS);
    let mut said = 0;
    while said < FLOOD && *stage.service.sockets().borrow() == 2 {
        ines.notes(id, &words, &[]).await;
        said += WORDS;
        stage.clock.advance(SECOND / 16);
    }
    ines.catch_up().await;
    assert_eq!(
        ines.world.lines(id).len(),
        said / WORDS + 1 + ines.world.activities(id).len(),
        "nobody else waits"
    );
    stage.clock.advance(10 * SECOND);
    stage.sockets(1).await;

    // It dials again and has everything.
    drop(stuck);
    sara.resume().await;
    sara.catch_up().await;
    assert_eq!(sara.world.lines(id).len(), ines.world.lines(id).len());
}
