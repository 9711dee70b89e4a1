//! How a customer's mood went over a conversation: the line of the sparkline, where it turned, whether it has lasted.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Emotion, Irritant, Reading};

/// What a message without feeling leaves of the mood before it.
const FADES: f32 = 0.7;
/// How far the mood must move to have turned.
const TURN: f32 = 0.5;
/// From here down a customer is upset.
const UPSET: f32 = -0.25;

/// A conversation's mood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Trend {
    /// After each message of the customer, −1 to 1. An order number alone does not calm anybody: what was felt fades slowly.
    pub moods: Vec<f32>,
    /// The last message at which the mood turned.
    pub turned: Option<Turn>,
    /// What was felt most strongly, neutral apart.
    pub strongest: Option<Strongest>,
    /// For how many messages, up to the last, the customer has been upset.
    pub upset_for: u32,
    /// Every irritant once, in the order they came.
    pub irritants: Vec<Irritant>,
}

/// A turn of the mood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Turn {
    /// At which message, from 0.
    pub at: u32,
    /// For the better.
    pub better: bool,
}

/// The strongest feeling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Strongest {
    /// Which.
    pub emotion: Emotion,
    /// At which message, from 0.
    pub at: u32,
    /// How strong, 0 to 1.
    pub strength: f32,
    /// The words.
    pub words: Vec<String>,
}

impl Trend {
    /// The trend of the customer's messages, oldest first.
    pub fn of<'r>(readings: impl IntoIterator<Item = &'r Reading>) -> Self {
        let mut trend = Self::default();
        // The mood since the last turn that was furthest the other way.
        let (mut highest, mut lowest) = (0.0_f32, 0.0_f32);
        for (at, reading) in (0_u32..).zip(readings) {
            let before = trend.moods.last().copied().unwrap_or(0.0);
            let mood = if reading.mood == 0.0 { before * FADES } else { before * 0.25 + reading.mood * 0.75 };
            trend.moods.push(mood);
            (highest, lowest) = (highest.max(mood), lowest.min(mood));
            if highest - mood >= TURN {
                trend.turned = Some(Turn { at, better: false });
                (highest, lowest) = (mood, mood);
            } else if mood - lowest >= TURN {
                trend.turned = Some(Turn { at, better: true });
                (highest, lowest) = (mood, mood);
            }
            trend.upset_for = if mood <= UPSET { trend.upset_for + 1 } else { 0 };
            let felt = &reading.emotion;
            let stronger = trend.strongest.as_ref().is_none_or(|before| felt.strength > before.strength);
            if felt.emotion != Emotion::Neutral && stronger {
                trend.strongest = Some(Strongest {
                    emotion: felt.emotion,
                    at,
                    strength: felt.strength,
                    words: felt.words.clone(),
                });
            }
            for irritant in &reading.irritants {
                if !trend.irritants.iter().any(|known| known.kind == irritant.kind) {
                    trend.irritants.push(irritant.clone());
                }
            }
        }
        trend
    }
}
