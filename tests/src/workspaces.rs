//! The folders of the workspaces on a computer.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folders of workspaces of real services in a desk's folder. The one for practice stands beside them and has files of
/// the same names.
pub fn workspaces(desk: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(desk.join("workspaces")).expect("workspaces").flatten();
    folders.map(|folder| folder.path()).filter(|path| !path.ends_with("practice")).collect()
}

/// The folder of the only workspace of a real service.
pub fn workspace(desk: &Path) -> PathBuf {
    let mut folders = workspaces(desk);
    assert_eq!(folders.len(), 1, "one that is not for practice: {folders:?}");
    folders.remove(0)
}
