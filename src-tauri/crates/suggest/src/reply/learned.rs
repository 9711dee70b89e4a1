//! What this workspace's advisors took, edited or refused, in which context: counts that fade.
//!
//! The counts are one workspace's own: they are kept where its rows are kept and reach a ranking only as an argument.
//! A favourite does not grow without end: what counts is the share of takes among what was shown, held towards an even
//! opinion while there is little, and never worth more than a bounded step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{features::Marks, talk::Talk};

/// Days after which a count is worth half.
const HALF_LIFE_DAYS: f32 = 60.0;
/// Shown so often before an opinion weighs as much as the doubt about it.
const DOUBT: f32 = 4.0;
/// The most that an opinion moves a candidate, in the ranking's own measure.
const MOST: f32 = 2.5;
/// Contexts that are kept of one candidate; the palest goes first.
const CONTEXTS: usize = 64;

/// What became of a reply that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Sent as it was.
    Taken,
    /// Put into the composer and changed before it was sent.
    Edited,
    /// Waved away.
    Refused,
    /// Seen, while something else was sent.
    PassedOver,
}

impl Fate {
    /// What it says for the candidate, of one time shown.
    fn worth(self) -> f32 {
        match self {
            Self::Taken => 1.0,
            Self::Edited => 0.6,
            Self::PassedOver => 0.15,
            Self::Refused => -0.6,
        }
    }
}

/// Where a candidate was shown: the reason or queue, and what was said before. Coarse, so that ten times are enough.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    /// The place of a talk.
    pub fn of(talk: &Talk) -> Self {
        let reason = talk.standing.iter().find(|mark| mark.starts_with("reason:")).or_else(|| {
            talk.standing.iter().find(|mark| mark.starts_with("queue:") || mark.starts_with("task:"))
        });
        let mut marks = Marks::default();
        marks.note(reason.map_or("", String::as_str));
        let last = talk.answers().next();
        marks.note(last.unwrap_or("first"));
        let parts: Vec<String> = marks.as_slice().iter().map(|mark| format!("{mark:08x}")).collect();
        Self(parts.concat())
    }
}

/// Counts that fade.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Count {
    shown: f32,
    worth: f32,
    taken: f32,
    /// The day of the last change, from any fixed day on.
    day: u32,
}

impl Count {
    fn faded(&self, day: u32) -> Self {
        let part = 0.5_f32.powf(day.saturating_sub(self.day) as f32 / HALF_LIFE_DAYS);
        Self {
            shown: self.shown * part,
            worth: self.worth * part,
            taken: self.taken * part,
            day: day.max(self.day),
        }
    }

    fn note(&mut self, fate: Fate, day: u32) {
        *self = self.faded(day);
        self.shown += 1.0;
        self.worth += fate.worth();
        self.taken += f32::from(u8::from(matches!(fate, Fate::Taken | Fate::Edited)));
    }

    /// From -1 (always refused) to 1 (always taken); 0 where nothing is known.
    fn opinion(&self) -> f32 {
        // One time in four is what a candidate in a list of three is taken without any merit.
        (self.worth - 0.25 * self.shown) / (0.75 * (self.shown + DOUBT))
    }
}

/// What one workspace has learned from its advisors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    candidates: BTreeMap<String, BTreeMap<Place, Count>>,
}

impl Learned {
    /// A reply was shown in this talk, and this became of it.
    pub fn note(&mut self, key: &str, talk: &Talk, fate: Fate, day: u32) {
        let places = self.candidates.entry(key.to_owned()).or_default();
        places.entry(Place::of(talk)).or_default().note(fate, day);
        if places.len() > CONTEXTS {
            let palest = places
                .iter()
                .min_by(|a, b| a.1.faded(day).shown.total_cmp(&b.1.faded(day).shown))
                .map(|(place, _)| place.clone());
            if let Some(palest) = palest {
                places.remove(&palest);
            }
        }
    }

    /// What a candidate was removed for is forgotten with it.
    pub fn forget(&mut self, key: &str) {
        self.candidates.remove(key);
    }

    /// How often it was taken, in any context, faded; for the screen.
    pub fn taken(&self, key: &str, day: u32) -> u32 {
        let places = self.candidates.get(key);
        places.into_iter().flatten().map(|(_, count)| count.faded(day).taken).sum::<f32>().round() as u32
    }

    /// What it adds to a candidate's rank here: within ± 2.5, nothing where nothing is known.
    pub(crate) fn push(&self, key: &str, place: &Place, day: u32) -> f32 {
        let Some(places) = self.candidates.get(key) else { return 0.0 };
        let here = places.get(place).map_or(0.0, |count| count.faded(day).opinion());
        (here * MOST).clamp(-MOST, MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(reason: &str) -> Talk {
        Talk { standing: vec![format!("reason:{reason}")], ..Talk::saying("where is it?") }
    }

    fn push(learned: &Learned, reason: &str, day: u32) -> f32 {
        learned.push("macro:late", &Place::of(&talk(reason)), day)
    }

    fn noted(times: u32, fate: Fate) -> Learned {
        let mut learned = Learned::default();
        for _ in 0..times {
            learned.note("macro:late", &talk("late"), fate, 10);
        }
        learned
    }

    #[test]
    fn what_is_taken_rises_what_is_refused_falls_and_only_there() {
        assert!(push(&noted(10, Fate::Taken), "late", 10) > 1.0);
        assert!(push(&noted(10, Fate::Refused), "late", 10) < -1.0);
        assert!(push(&noted(10, Fate::Edited), "late", 10) < push(&noted(10, Fate::Taken), "late", 10));
        assert_eq!(push(&noted(10, Fate::Taken), "refund", 10), 0.0);
        assert_eq!(push(&Learned::default(), "late", 10), 0.0);
    }

    #[test]
    fn one_take_says_little_and_a_thousand_no_more_than_the_bound() {
        assert!(push(&noted(1, Fate::Taken), "late", 10) < 0.6);
        let much = push(&noted(1000, Fate::Taken), "late", 10);
        assert!(much <= MOST && much - push(&noted(30, Fate::Taken), "late", 10) < 0.4);
        // Seen a hundred times and passed over: it must not live on being shown.
        assert!(push(&noted(100, Fate::PassedOver), "late", 10) < 0.0);
    }

    #[test]
    fn habits_of_long_ago_fade() {
        let learned = noted(10, Fate::Taken);
        assert!(push(&learned, "late", 370) < push(&learned, "late", 10) / 3.0);
        assert_eq!((learned.taken("macro:late", 10), learned.taken("macro:late", 70)), (10, 5));
    }

    #[test]
    fn it_is_kept_as_plain_data_and_without_words() {
        let learned = noted(3, Fate::Taken);
        let text = serde_json::to_string(&learned).unwrap();
        assert!(!text.contains("where is it") && !text.contains("reason"), "{text}");
        assert_eq!(serde_json::from_str::<Learned>(&text).unwrap(), learned);
        let mut forgotten = learned;
        forgotten.forget("macro:late");
        assert_eq!(forgotten, Learned::default());
    }

    #[test]
    fn a_candidate_keeps_a_bounded_number_of_contexts() {
        let mut learned = Learned::default();
        for turn in 0..500 {
            learned.note("macro:late", &talk(&format!("reason-{turn}")), Fate::Taken, 10);
        }
        assert_eq!(learned.candidates["macro:late"].len(), CONTEXTS);
    }
}
