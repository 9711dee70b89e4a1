//! A disk that refuses, and a process that dies, at the n-th write: by a library that is loaded before the C library.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command as Process, Output},
    sync::OnceLock,
};

use secrecy::ExposeSecret;
use store::Key;

/// What the child is told: its folder, and the key of both files.
const FOLDER: &str = "DISK_FOLDER";
const KEY: &str = "DISK_KEY";
/// How a process ends that was to die.
pub(crate) const DIED: i32 = 86;

/// In a child: the folder and the key.
pub(crate) fn given() -> Option<(PathBuf, Key)> {
    let (folder, key) = (env::var_os(FOLDER)?, env::var(KEY).ok()?);
    Some((folder.into(), Key::read(key.into())?))
}

/// The library that stands between.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/disk/disk.c");
        let built = Process::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&path, &source])
            .arg("-ldl")
            .status()
            .unwrap();
        assert!(built.success(), "a C compiler is needed (package build-essential)");
        (folder, path)
    });
    path
}

/// Lets the child, which is one of the tests of this program, work in a folder on a disk that does that at the n-th write.
pub(crate) fn on_disk(child: &str, folder: &Path, key: &Key, how: &str, n: u32) -> Output {
    Process::new(env::current_exe().unwrap())
        .args(["--exact", child, "--nocapture", "--test-threads=1"])
        .env("LD_PRELOAD", library())
        .env("DISK", format!("{how}:{n}"))
        .env(FOLDER, folder)
        .env(KEY, key.hex().expose_secret())
        .output()
        .unwrap()
}

/// How many writes a child counted.
pub(crate) fn writes(output: &Output) -> u32 {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = text.lines().find_map(|line| line.strip_prefix("writes=")?.parse().ok());
    count.unwrap_or_else(|| panic!("{text}"))
}

/// The writes at which something is to happen, and one more at which nothing does: one of seven, all of them in the long run
/// (`EVERY_WRITE=1`).
pub(crate) fn tried(writes: u32) -> impl Iterator<Item = u32> {
    let all = env::var_os("EVERY_WRITE").is_some();
    (1..=writes + 1).filter(move |n| all || n % 7 == 3 || *n > writes)
}
