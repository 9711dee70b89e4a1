//! A picture on the clipboard. WebKitGTK tells a page that something was pasted, but keeps pictures to itself, so it is
//! fetched past the engine; other engines hand it to the page.

use tauri::AppHandle;

/// The picture on the clipboard, as PNG.
#[cfg(target_os = "linux")]
pub(crate) async fn picture(app: &AppHandle) -> Option<Vec<u8>> {
    let (to, picture) = tokio::sync::oneshot::channel();
    // The clipboard belongs to the main thread; its owner may take its time, and nobody waits there for it.
    app.run_on_main_thread(move || {
        let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
        clipboard.request_contents(&gtk::gdk::Atom::intern("image/png"), move |_, data| {
            let _ = to.send(data.data());
        });
    })
    .ok()?;
    picture.await.ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(not(target_os = "linux"))]
pub(crate) async fn picture(_: &AppHandle) -> Option<Vec<u8>> {
    None
}
