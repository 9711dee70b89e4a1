//! Processes of this machine, by their id: what they started, and the memory that they hold.

use std::{collections::BTreeMap, fs};

/// The processes that a process started itself.
pub fn children(of: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{of}/task")).expect("the process runs");
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// The share of memory of a process, in MiB, and its name.
fn share(process: u32) -> Option<(String, f64)> {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let kib = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kib: f64 = kib.trim().trim_end_matches(" kB").parse().ok()?;
    Some((name.trim().to_owned(), kib / 1_024.0))
}

/// The shares of memory of a process and of everything that it started, in MiB, by name. What processes share is counted
/// once.
pub fn shares(root: u32) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    let mut processes = vec![root];
    while let Some(process) = processes.pop() {
        if let Some((name, mib)) = share(process) {
            *shares.entry(name).or_default() += mib;
            processes.extend(children(process));
        }
    }
    shares
}

/// What a process of the app's window is for, by the name that it has.
pub fn part(name: &str) -> &'static str {
    match name {
        name if name.starts_with("WebKitWeb") => "page",
        name if name.starts_with("WebKitNetwork") => "network",
        _ => "app",
    }
}
