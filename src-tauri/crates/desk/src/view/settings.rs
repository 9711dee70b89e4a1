//! How a person likes their desk. Kept on this computer, nothing personal in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Light, dark, or as the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The language of the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// As the system; English when it is neither.
    #[default]
    System,
    /// English.
    En,
    /// French.
    Fr,
}

/// What the advisor is told while they look elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct NotificationSettings {
    /// Offers.
    pub offers: bool,
    /// New messages in own conversations.
    pub messages: bool,
    /// Mentions in notes.
    pub mentions: bool,
    /// Names and words are left out.
    pub hide_content: bool,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self { offers: true, messages: true, mentions: true, hide_content: true }
    }
}

/// What an advisor speaks into and hears from. A device that is not there is replaced by the system's own choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AudioSettings {
    /// The microphone; nothing: the system's choice.
    pub microphone: Option<String>,
    /// What callers are heard from; nothing: the system's choice.
    pub speaker: Option<String>,
    /// What rings; nothing: the system's choice. A loudspeaker is heard while the headset lies on the table.
    pub ringer: Option<String>,
    /// How loud it rings and chimes, 0 to 100.
    pub volume: u8,
    /// Callers hear the advisor without the noise of the room.
    pub without_noise: bool,
    /// Callers do not hear themselves, where the microphone hears the speaker.
    pub without_echo: bool,
}

impl Default for AudioSettings {
    /// As one with a headset wants it. Its microphone hears colleagues and fans, too, which no caller should; but it does
    /// not hear the speaker, and looking for an echo that is not there would only cost some of the voice.
    fn default() -> Self {
        Self {
            microphone: None,
            speaker: None,
            ringer: None,
            volume: 70,
            without_noise: true,
            without_echo: false,
        }
    }
}

/// How a person likes their desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// Which language.
    pub language: Language,
    /// Percent, 70 to 200.
    pub zoom: u16,
    /// Seconds in which a sent message can be taken back, 0 to 10.
    pub undo_send_s: u8,
    /// Width of the left side in pixels.
    pub left_width: u16,
    /// Width of the right side in pixels.
    pub right_width: u16,
    /// What to be told.
    pub notifications: NotificationSettings,
    /// What to speak into and hear from.
    pub audio: AudioSettings,
    /// Shortcuts that differ from the built-in ones: action → keys.
    pub shortcuts: BTreeMap<String, String>,
    /// Hints that were shown once and are not shown again.
    pub hints_seen: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            language: Language::default(),
            zoom: 100,
            undo_send_s: 3,
            left_width: 300,
            right_width: 360,
            notifications: NotificationSettings::default(),
            audio: AudioSettings::default(),
            shortcuts: BTreeMap::new(),
            hints_seen: Vec::new(),
        }
    }
}

impl Settings {
    /// The same, with everything inside its bounds.
    pub fn bounded(mut self) -> Self {
        self.zoom = self.zoom.clamp(70, 200);
        self.undo_send_s = self.undo_send_s.min(10);
        self.audio.volume = self.audio.volume.min(100);
        self.left_width = self.left_width.clamp(220, 480);
        self.right_width = self.right_width.clamp(260, 560);
        self
    }
}
