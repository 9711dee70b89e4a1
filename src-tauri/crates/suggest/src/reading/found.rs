//! What is found in a message: the words of the advisor's world for it, as they go to the screen and over the wire.

use model::Slug;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Guess;

/// What a customer may feel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Emotion {
    /// Thankful.
    Gratitude,
    /// Happy, pleased, relieved.
    Joy,
    /// Worried, afraid.
    Anxiety,
    /// Sad, let down.
    Disappointment,
    /// Annoyed to furious.
    Irritation,
    /// Does not understand.
    Confusion,
    /// None of these.
    Neutral,
}

impl Emotion {
    /// All that can be felt, without neutral.
    pub const FELT: [Emotion; 6] = [
        Emotion::Gratitude,
        Emotion::Joy,
        Emotion::Anxiety,
        Emotion::Disappointment,
        Emotion::Irritation,
        Emotion::Confusion,
    ];

    /// The name used in files and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Emotion::Gratitude => "gratitude",
            Emotion::Joy => "joy",
            Emotion::Anxiety => "anxiety",
            Emotion::Disappointment => "disappointment",
            Emotion::Irritation => "irritation",
            Emotion::Confusion => "confusion",
            Emotion::Neutral => "neutral",
        }
    }

    /// What it does to the mood, −1 to 1.
    pub(super) fn mood(self) -> f32 {
        match self {
            Emotion::Gratitude => 0.8,
            Emotion::Joy => 1.0,
            Emotion::Neutral => 0.0,
            Emotion::Confusion => -0.35,
            Emotion::Anxiety => -0.6,
            Emotion::Disappointment => -0.7,
            Emotion::Irritation => -1.0,
        }
    }
}

/// An avoidable cause of a contact, or of a worse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IrritantKind {
    /// "I have written three times already."
    RepeatContact,
    /// "Still no refund."
    Waiting,
    /// "Marked delivered, but …"
    Contradiction,
    /// "It should have arrived on Monday."
    BrokenPromise,
    /// "That is the second time it comes broken."
    RepeatProblem,
    /// "The shop told me to call you."
    ChannelHop,
    /// "Let me speak to your supervisor."
    WantsManager,
    /// "I close my account."
    ThreatToLeave,
    /// "My solicitor will write to you."
    LegalThreat,
    /// "One star on every site I find."
    PublicThreat,
    /// "I want to talk to a person."
    FailedBot,
    /// "I took a day off for this."
    Effort,
    /// WORDS IN CAPITALS.
    Shouting,
}

impl IrritantKind {
    /// What it alone says about irritation: who asks for a manager is annoyed, who waits may be patient.
    pub(super) fn annoys(self) -> f32 {
        match self {
            IrritantKind::LegalThreat | IrritantKind::PublicThreat => 0.6,
            IrritantKind::ThreatToLeave | IrritantKind::WantsManager | IrritantKind::Shouting => 0.5,
            IrritantKind::RepeatContact
            | IrritantKind::ChannelHop
            | IrritantKind::FailedBot
            | IrritantKind::Contradiction
            | IrritantKind::RepeatProblem
            | IrritantKind::Effort => 0.43,
            IrritantKind::BrokenPromise => 0.3,
            IrritantKind::Waiting => 0.2,
        }
    }
}

/// An irritant and the words that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Irritant {
    /// Which.
    pub kind: IrritantKind,
    /// As they were written.
    pub words: Vec<String>,
}

/// A feeling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Felt {
    /// Which.
    pub emotion: Emotion,
    /// How strong, 0 to 1; 0 when neutral.
    pub strength: f32,
    /// The words that show it, as they were written.
    pub words: Vec<String>,
}

/// How pressing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A date is near.
    Soon,
    /// Every minute counts: a stolen card, a flight tonight.
    Now,
}

/// Urgency and the words that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Urgency {
    /// How pressing.
    pub level: Level,
    /// As they were written.
    pub words: Vec<String>,
}

/// What one message says about its writer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Reading {
    /// `en` or `fr`; nothing when it could be either and nobody said.
    pub language: Option<Slug>,
    /// What they may want, likeliest first; empty when it is not clear.
    pub reasons: Vec<Guess>,
    /// How they feel.
    pub emotion: Felt,
    /// What annoys them.
    pub irritants: Vec<Irritant>,
    /// How pressing it is; nothing when it is not.
    pub urgency: Option<Urgency>,
    /// −1 furious to 1 delighted.
    pub mood: f32,
}
