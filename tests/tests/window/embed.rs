//! The chat on a company's own site: one tag in a plain page of another origin.

use loopdesk_tests::{
    app::Browser,
    stage::{Stage, WORKSPACE},
};
use thirtyfour::Key;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A site with one plain page; its origin.
async fn site(service: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let tag = format!("<script src=\"{service}/chat/embed.js\" data-workspace=\"alba\" async></script>");
    let page = format!("<!doctype html><html lang=en><title>Shop</title><h1>Teapots</h1>{tag}");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length:";
            let _ = socket.write_all(format!("{head} {}\r\n\r\n{page}", page.len()).as_bytes()).await;
        }
    });
    origin
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_of_a_shop_writes_without_leaving_it() {
    let stage = Stage::open().await;
    let origin = site(&stage.address).await;
    stage.applies(&WORKSPACE.replace("https://shop.example.com", &origin)).await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;

    let browser = Browser::start().await;
    browser.goes_to(&origin).await;
    browser.until("the tag has run", "return typeof window.Loopdesk === 'object'").await;
    // Its parts are out of reach for the site's own styles and scripts, so it is used as a customer does: by mouse and keys.
    let size = browser.run("return [innerWidth, innerHeight]").await;
    let corner = |at: usize| size[at].as_i64().expect("a size") - 44;
    let hand = browser.page.action_chain();
    hand.move_to(corner(0), corner(1)).click().perform().await.expect("a click");
    browser.click_inside("name").await;
    browser.types("Agathe Morel").await;
    browser.picture("embed").await;
    browser.click_inside("message").await;
    browser.types("Does the blue teapot come with a lid?" + Key::Enter).await;

    let id = ines.takes_offer().await;
    assert_eq!(ines.world.words(id), ["Does the blue teapot come with a lid?"]);
    ines.replies(id, "It does.").await;
    browser.picture("embed-answered").await;
    browser.quit().await;
}
