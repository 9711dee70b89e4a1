//! Without a graphics card WebKit's path through software GL costs 50 to 400 ms from frame to paint; its plain path about
//! one. Which of the two is known before the first window only by whether a render node can be opened.

use std::process::ExitCode;

/// Starts the program again with WebKit's plain renderer, where that is the better one and nobody chose otherwise. Comes
/// back with nothing when all is well as it is.
pub(crate) fn choose() -> Option<ExitCode> {
    #[cfg(target_os = "linux")]
    {
        const NAME: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
        if std::env::var_os(NAME).is_some() || can_render() {
            return None;
        }
        use std::os::unix::process::CommandExt;
        let program = std::env::current_exe().ok()?;
        // Takes the place of this process: same id, same arguments, one variable more.
        let error =
            std::process::Command::new(program).args(std::env::args_os().skip(1)).env(NAME, "1").exec();
        tracing::warn!(%error, "the plain renderer could not be chosen");
    }
    None
}

#[cfg(target_os = "linux")]
fn can_render() -> bool {
    let Ok(nodes) = std::fs::read_dir("/dev/dri") else { return false };
    nodes
        .flatten()
        .filter(|node| node.file_name().to_string_lossy().starts_with("renderD"))
        .any(|node| std::fs::OpenOptions::new().read(true).write(true).open(node.path()).is_ok())
}
