//! Tells Tauri which commands exist, so that no window may call anything else.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["call", "listen"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the app's configuration is whole");
}
