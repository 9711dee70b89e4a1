//! The window may call the desk, listen to it and say what it has painted. Everything else that the toolkit could do for a page is refused.

use loopdesk_tests::{app::App, desktop::Desktop};
use serde_json::json;

/// What a page could ask of the toolkit and its plugins, were it allowed to.
const FORBIDDEN: &[&str] = &[
    "plugin:app|version",
    "plugin:event|emit",
    "plugin:event|listen",
    "plugin:image|from_path",
    "plugin:menu|new",
    "plugin:path|resolve_directory",
    "plugin:resources|close",
    "plugin:tray|new",
    "plugin:webview|create_webview",
    "plugin:webview|create_webview_window",
    "plugin:webview|internal_toggle_devtools",
    "plugin:window|create",
    "plugin:window|close",
    "plugin:window|destroy",
    "plugin:window|set_title",
    "plugin:window-state|filename",
    "plugin:window-state|restore_state",
    "plugin:window-state|save_window_state",
    "plugin:shell|execute",
    "plugin:shell|open",
    "plugin:fs|read_file",
    "plugin:http|fetch",
    "plugin:opener|open_url",
    "no_such_command",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_page_may_call_the_desk_and_nothing_else() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    app.until("the desk is ready", "return document.querySelector('.chip.live') !== null").await;
    let ask = "const [commands, done] = arguments;
        Promise.all(commands.map((command) =>
            window.__TAURI_INTERNALS__.invoke(command, {}).then(() => command, (refused) => String(refused).match(/not allowed|not found/) ? null : `${command}: ${refused}`),
        )).then((allowed) => done(allowed.filter(Boolean)));";
    assert_eq!(app.run_async(ask, vec![json!(FORBIDDEN)]).await, json!([]), "all of these are refused");
    assert_eq!(app.run("return typeof window.__TAURI__").await, json!("undefined"));
    // And the calls of the desk are those of its table.
    let ask = "const [done] = arguments;
        window.__TAURI_INTERNALS__.invoke('call', { name: 'workspace.token', input: {} }).then(done, (failure) => done(failure.code ?? 'refused'));";
    assert_eq!(app.run_async(ask, Vec::new()).await, json!("fault"), "there is no such call");
    app.quit().await;
}
