//! A proposal for wrap-up. Each part carries the words that caused it and their line; none is applied by itself.

use super::{
    Line, Speaker,
    cues::{Cue, plain, sentences},
};

/// Something proposed, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Proposed<T> {
    /// What.
    pub what: T,
    /// The words that caused it.
    pub because: String,
    /// The line that they stand in; nothing when the words are a reading of several.
    pub line: Option<String>,
}

/// When something is due, as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// So many hours from now.
    Hours(u32),
    /// So many days from now.
    Days(u32),
    /// So many working days from now.
    WorkingDays(u32),
    /// On the next such day; 1 is Monday.
    Weekday(u8),
}

/// A loop to close.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FollowUp {
    /// What was promised, in the advisor's words.
    pub title: String,
    /// When, as far as it was said.
    pub due: Option<Due>,
}

/// A proposal, each part to be confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WrapUp {
    /// The contact reason.
    pub reason: Option<Proposed<String>>,
    /// The disposition.
    pub disposition: Option<Proposed<String>>,
    /// Follow-ups.
    pub follow_ups: Vec<Proposed<FollowUp>>,
}

/// Follow-ups that are proposed.
const MOST: usize = 3;

/// What a conversation proposes for its wrap-up.
///
/// `reason` is the reading of the contact reason with its words, if there is one. `dispositions` are the workspace's
/// own, by id; one is only proposed that it has.
pub fn proposal(lines: &[Line<'_>], reason: Option<(&str, &str)>, dispositions: &[&str]) -> WrapUp {
    let mut follow_ups: Vec<Proposed<FollowUp>> = Vec::new();
    for line in lines.iter().filter(|line| line.by == Speaker::Advisor) {
        for sentence in sentences(line.text).filter(|sentence| ours(sentence)) {
            let title = super::cut(sentence);
            let due = due(sentence);
            let proposed = Proposed {
                what: FollowUp { title: title.clone(), due },
                because: title,
                line: Some(line.id.to_owned()),
            };
            // The same promise again is the newer one.
            follow_ups.retain(|one| plain(&one.what.title) != plain(&proposed.what.title));
            follow_ups.push(proposed);
        }
    }
    let from = follow_ups.len().saturating_sub(MOST);
    let follow_ups: Vec<_> = follow_ups.into_iter().skip(from).collect();
    WrapUp {
        reason: reason.map(|(reason, because)| Proposed {
            what: reason.to_owned(),
            because: because.to_owned(),
            line: None,
        }),
        disposition: disposition(lines, !follow_ups.is_empty(), dispositions),
        follow_ups,
    }
}

/// What we said that we do, at a later time: no offer, no question, nothing that the customer is to do.
fn ours(sentence: &str) -> bool {
    const DO: &[&str] = &[
        "i will ",
        "i'll ",
        "we will ",
        "we'll ",
        "i call you",
        "i am going to",
        "i'm going to",
        "i write to you",
        "i am asking",
        "i'm asking",
        "i am opening",
        "i'm opening",
        "i have asked",
        "i have opened",
        "i ask the",
        "i open ",
        "je vais ",
        "je vous ecris",
        "je vous rappelle",
        "je vous appelle",
        "nous allons",
        "j'ouvre ",
        "je demande ",
        "je vous tiens",
        "rappellerons",
        "rappellerai",
        "appellerons",
        "appellerai",
        "je reviens vers",
        "je vous confirme",
        "j'ai ouvert",
        "j'ai demande",
        "j'interroge",
    ];
    const NOT: &[&str] = &[
        "i will be happy",
        "i'll be happy",
        "i will stay",
        "i'll stay",
        "i will look now",
        "shall ",
        "if you",
        "would you",
        "si vous",
        "voulez-vous",
    ];
    let plain = plain(sentence);
    let has = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    has(DO) && !has(NOT) && !plain.ends_with('?') && !Cue::Waiting.is_in(sentence)
}

/// When a sentence says that it will be.
pub(super) fn due(sentence: &str) -> Option<Due> {
    let plain = plain(sentence);
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    const NUMBERS: &[(&str, u32)] = &[
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("ten", 10),
        ("an", 1),
        ("a", 1),
        ("un", 1),
        ("une", 1),
        ("deux", 2),
        ("trois", 3),
        ("quatre", 4),
        ("cinq", 5),
        ("dix", 10),
    ];
    let number = |word: &str| {
        word.parse::<u32>()
            .ok()
            .filter(|n| *n <= 60)
            .or_else(|| NUMBERS.iter().find(|(one, _)| *one == word).map(|(_, n)| *n))
    };
    for window in words.windows(2) {
        let [count, unit] = window else { continue };
        let Some(count) = number(count) else { continue };
        match *unit {
            "hour" | "hours" | "heure" | "heures" | "h" => return Some(Due::Hours(count)),
            "working" | "business" => return Some(Due::WorkingDays(count)),
            "jour" | "jours" => {
                let working = plain.contains("ouvre");
                return Some(if working { Due::WorkingDays(count) } else { Due::Days(count) });
            }
            "day" | "days" => return Some(Due::Days(count)),
            "week" | "weeks" | "semaine" | "semaines" => return Some(Due::Days(count * 7)),
            _ => {}
        }
    }
    const DAYS: &[(&str, &str)] = &[
        ("monday", "lundi"),
        ("tuesday", "mardi"),
        ("wednesday", "mercredi"),
        ("thursday", "jeudi"),
        ("friday", "vendredi"),
        ("saturday", "samedi"),
        ("sunday", "dimanche"),
    ];
    for word in &words {
        match *word {
            "tomorrow" | "demain" => return Some(Due::Days(1)),
            "today" | "tonight" | "aujourd" | "soir" => return Some(Due::Hours(4)),
            _ => {}
        }
        if let Some(day) = DAYS.iter().position(|(en, fr)| en == word || fr == word) {
            return u8::try_from(day + 1).ok().map(Due::Weekday);
        }
    }
    None
}

/// The disposition that the end of the conversation speaks for.
fn disposition(lines: &[Line<'_>], promised: bool, dispositions: &[&str]) -> Option<Proposed<String>> {
    let has = |wanted: &[&str]| {
        wanted.iter().find_map(|one| dispositions.iter().find(|id| *id == one)).map(|id| (*id).to_owned())
    };
    let last = lines.iter().rev().find(|line| line.by == Speaker::Customer)?;
    let closes = sentences(last.text).find(|sentence| Cue::Closes.is_in(sentence));
    let (what, because, line) = match (promised, closes) {
        (true, _) => {
            let line = lines
                .iter()
                .rev()
                .find(|line| line.by == Speaker::Advisor && sentences(line.text).any(ours))?;
            (
                has(&["follow-up", "promised", "pending"])?,
                sentences(line.text).find(|one| ours(one))?,
                line.id,
            )
        }
        (false, Some(sentence)) => {
            let done = lines
                .iter()
                .filter(|line| line.by == Speaker::Advisor)
                .flat_map(|line| sentences(line.text))
                .any(|sentence| Cue::Tried.is_in(sentence));
            (has(if done { &["solved"] } else { &["explained", "solved"] })?, sentence, last.id)
        }
        (false, None) => return None,
    };
    Some(Proposed { what, because: super::cut(because), line: Some(line.to_owned()) })
}
