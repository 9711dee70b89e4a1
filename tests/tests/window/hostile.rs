//! Customers write whatever they like. In the window it is text: nothing runs, nothing is fetched, nothing is hidden.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use loopdesk_tests::{
    app::App,
    desktop::Desktop,
    stage::{Stage, slug},
};
use model::Role;
use serde_json::json;
use thirtyfour::Key;
use tokio::net::TcpListener;

/// A server that nobody has a reason to ask. Counts who does.
struct Canary {
    address: String,
    hits: Arc<AtomicUsize>,
}

impl Canary {
    async fn sings() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let hits = Arc::new(AtomicUsize::new(0));
        let counted = hits.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, hits }
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// How the desk shows a character: one that hides or turns others is named.
fn shown(c: char) -> String {
    match c {
        '\n' => c.to_string(),
        '\u{202e}' | '\u{2066}' | '\u{2069}' | '\u{200b}' | '\u{feff}' => format!("U+{:04X}", u32::from(c)),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        c => c.to_string(),
    }
}

fn hostile(canary: &str) -> Vec<String> {
    let mut lines: Vec<String> = [
        "<script>fetch('http://CANARY/script')</script>",
        "<img src=http://CANARY/img onerror=\"window.hacked=1\">",
        "<svg/onload=\"window.hacked=1\"><use href='http://CANARY/use'/></svg>",
        "<iframe srcdoc='<script>top.hacked=1</script>' src=http://CANARY/frame></iframe>",
        "<style>@import url(http://CANARY/css); * { display: none }</style>",
        "<a href=\"javascript:window.hacked=1\">your parcel</a>",
        "javascript:window.hacked=1 and data:text/html,<script>window.hacked=1</script>",
        "[your parcel](javascript:window.hacked=1) ![](http://CANARY/markdown.png)",
        "<form action=http://CANARY/form><button>Pay</button></form><meta http-equiv=refresh content='0;url=http://CANARY/meta'>",
        "<link rel=stylesheet href=http://CANARY/sheet><object data=http://CANARY/object></object>",
        "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1} {@html '<b>'}",
        "' OR 1=1; DROP TABLE message; --",
        "Your invoice: invoice\u{202e}fdp.exe \u{2066}hidden\u{2069} \u{200b}\u{feff}",
        "Z\u{0351}\u{036b}\u{0343}\u{036a}\u{0302}\u{036b}\u{033d}\u{034f}\u{0334}\u{0319}\u{0324}\u{031e}\u{0349}a\u{0353}\u{031e}\u{0349}l\u{0320}\u{0317}go",
        "مرحبا، أين طردي؟ שלום, איפה החבילה שלי?",
        "👩‍👩‍👧‍👦🏳️‍🌈👍🏽 ok 한국어 日本語 ไทย",
        "line one\r\nline two\n\n\n\nline seven \u{0007}\u{0000}",
    ]
    .iter()
    .map(|line| line.replace("CANARY", canary).replace('\u{0}', ""))
    .collect();
    // Longer than the service takes from anybody today, as an import or an older version may have left it.
    lines.push("a".repeat(100_000));
    lines.push("<b>".repeat(10_000));
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_customer_writes_is_text() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let canary = Canary::sings().await;
    let (app, _) = App::start_at(&desktop, &stage, "Inès Keller", Role::Advisor).await;
    app.size(1440, 900).await;
    app.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let name = format!("<img src=http://{}/name onerror=hacked=1> \u{202e}eman", canary.address);
    let mut eve = stage.customer(&name).await.connected().await;
    eve.says("<b>Hello</b>").await;
    eve.catch_up().await;
    app.find_text(".offer", "<b>Hello</b>").await;
    app.press(Key::F9).await;
    app.find_text(".lines", "<b>Hello</b>").await;

    // Each line is shown with every letter that was written: what hides is named in its place.
    for text in hostile(&canary.address) {
        server::seed::measuring::says(&stage.service, &slug("alba"), eve.conversation(), text.clone())
            .await
            .expect("it is kept");
        let wanted: String =
            text.chars().flat_map(|c| shown(c).chars().collect::<Vec<_>>()).take(2_000).collect();
        let shown = format!(
            "const words = [...document.querySelectorAll('.lines .line .words')].at(-1);
             return words !== undefined && words.textContent.startsWith({})",
            json!(wanted)
        );
        app.until(&format!("the words {:?}", &wanted.chars().take(60).collect::<String>()), &shown).await;
    }
    app.picture("hostile").await;
    let strange = "const known = new Set(['DIV', 'SPAN', 'A', 'BDI', 'P', 'BUTTON', 'TIME', 'SVG', 'PATH', 'CIRCLE', 'RECT', 'LINE', 'POLYLINE', 'IMG']);
        return [...document.querySelectorAll('[data-pane=conversation] .lines *')].map((e) => e.tagName.toUpperCase()).filter((tag) => !known.has(tag)).join()";
    assert_eq!(app.run(strange).await, json!(""));
    let links = "return [...document.querySelectorAll('.lines a')].map((a) => a.protocol).filter((p) => !['https:', 'http:', 'mailto:', 'tel:'].includes(p)).join()";
    assert_eq!(app.run(links).await, json!(""), "no link leads into the page");
    assert_eq!(app.run("return window.hacked === undefined").await, json!(true));
    assert_eq!(app.run("return location.href.startsWith('tauri:')").await, json!(true));
    assert_eq!(canary.hits(), 0, "the window asked for something that a customer named");
    assert_eq!(desktop.opened().len(), 1, "and opened nothing by itself: only the sign-in page was");
    app.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_s_policy_stops_what_would_get_in() {
    let desktop = Desktop::start();
    let canary = Canary::sings().await;
    let app = App::start(&desktop).await;
    app.until("the desk is ready", "return document.querySelector('.chip.live') !== null").await;
    let tries = "
        const [canary, done] = arguments;
        const refused = [];
        document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
        const add = (tag, set) => { const e = document.createElement(tag); set(e); document.body.append(e); };
        add('script', (e) => { e.textContent = 'window.hacked = 1'; });
        add('script', (e) => { e.src = `http://${canary}/script.js`; });
        add('img', (e) => { e.src = `http://${canary}/a.png`; });
        add('img', (e) => { e.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='; });
        add('link', (e) => { e.rel = 'stylesheet'; e.href = `http://${canary}/a.css`; });
        add('iframe', (e) => { e.src = `http://${canary}/frame`; });
        add('object', (e) => { e.data = `http://${canary}/object`; });
        add('form', (e) => { e.action = `http://${canary}/form`; e.submit?.(); e.requestSubmit?.(); });
        const outcomes = {};
        const attempt = async (name, doing) => { try { await doing(); outcomes[name] = 'worked'; } catch { outcomes[name] = 'refused'; } };
        (async () => {
            await attempt('eval', () => window.eval('1'));
            await attempt('fetch', () => fetch(`http://${canary}/fetch`));
            await attempt('socket', () => new Promise((yes, no) => {
                const socket = new WebSocket(`ws://${canary}/socket`);
                socket.onopen = yes; socket.onerror = no; socket.onclose = no;
            }));
            await attempt('worker', () => new Promise((yes, no) => {
                const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
                worker.onmessage = yes; worker.onerror = no;
            }));
            window.open(`http://${canary}/window`);
            requestAnimationFrame(() => requestAnimationFrame(() => done({ outcomes, refused: [...new Set(refused)].sort() })));
        })();";
    let answer = app.run_async(tries, vec![json!(canary.address)]).await;
    assert_eq!(
        answer["outcomes"],
        json!({ "eval": "refused", "fetch": "refused", "socket": "refused", "worker": "refused" }),
        "{answer}"
    );
    assert_eq!(app.run("return window.hacked === undefined").await, json!(true), "{answer}");
    assert_eq!(canary.hits(), 0, "{answer}");
    app.quit().await;
}
