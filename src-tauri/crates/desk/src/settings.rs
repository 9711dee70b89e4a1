//! What is kept about this computer beside the encrypted files: how the reader likes the desk, and which workspaces there
//! are. Nothing personal: no names, no addresses of people, no tokens.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::view::{Settings, WorkspaceRow};

/// The name of the practice workspace on this computer.
pub const PRACTICE: &str = "practice";

/// A workspace on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// Its name here: also its folder's.
    pub(crate) id: String,
    /// As people read it.
    pub(crate) name: String,
    /// The service's address; nothing for practice.
    pub(crate) address: Option<String>,
}

/// The workspaces on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Workspaces {
    pub(crate) known: Vec<Known>,
    pub(crate) current: String,
}

impl Default for Workspaces {
    fn default() -> Self {
        let practice = Known { id: PRACTICE.into(), name: "Maison Alba".into(), address: None };
        Self { known: vec![practice], current: PRACTICE.into() }
    }
}

impl Workspaces {
    pub(crate) fn current(&self) -> Option<&Known> {
        self.known.iter().find(|known| known.id == self.current)
    }

    pub(crate) fn rows(&self) -> Vec<WorkspaceRow> {
        self.known
            .iter()
            .map(|known| WorkspaceRow {
                id: known.id.clone(),
                name: known.name.clone(),
                address: known.address.clone(),
                current: known.id == self.current,
            })
            .collect()
    }
}

/// The two small files.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn settings(&self) -> Settings {
        self.read::<Settings>("settings.json").unwrap_or_default().bounded()
    }

    pub(crate) fn workspaces(&self) -> Workspaces {
        self.read("workspaces.json").unwrap_or_default()
    }

    pub(crate) fn save_settings(&self, settings: &Settings) -> io::Result<()> {
        self.write("settings.json", settings)
    }

    pub(crate) fn save_workspaces(&self, workspaces: &Workspaces) -> io::Result<()> {
        self.write("workspaces.json", workspaces)
    }

    /// What cannot be read counts as not there. It is put aside before another takes its place: which folder is whose stands
    /// in one of these files.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let path = self.folder.join(name);
        let read = serde_json::from_slice(&fs::read(&path).ok()?);
        if read.is_err() {
            tracing::error!(name, "cannot be read and is put aside");
            let _ = fs::rename(&path, path.with_extension("unreadable.json"));
        }
        read.ok()
    }

    fn write<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        store::open::replace(&self.folder.join(name), &serde_json::to_vec_pretty(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_kept_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::in_folder(folder.path());
        fs::write(folder.path().join("workspaces.json"), "{ half of").expect("the disk takes it");
        assert_eq!(files.workspaces(), Workspaces::default());
        files.save_workspaces(&Workspaces::default()).expect("the disk takes it");
        let kept = fs::read_to_string(folder.path().join("workspaces.unreadable.json"));
        assert_eq!(kept.expect("it is kept"), "{ half of");
    }

    #[test]
    fn what_was_kept_before_there_was_more_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::in_folder(folder.path());
        let kept = r#"{ "audio": { "microphone": "headset", "volume": 30 } }"#;
        fs::write(folder.path().join("settings.json"), kept).expect("the disk takes it");
        let audio = files.settings().audio;
        assert_eq!((audio.microphone.as_deref(), audio.volume), (Some("headset"), 30));
        assert!(audio.without_noise && !audio.without_echo);
    }
}
