//! What the customer's words say: how they feel, what annoys them, why they wrote. Each line is read once.

use std::{collections::HashMap, sync::OnceLock};

use model::{
    At, MessageId, Slug,
    at::{DAY, HOUR},
    library::MacroAction,
};
use store::{Rows, cache};
use suggest::{
    reading::{Emotion, Guess, Reader, Reading, Reasons, Taught, Trend},
    summary::{self, Due, Line, Speaker},
};

use super::Wanted;
use crate::view::{
    ConversationReading, LineReading, ProposedFollowUp, SummaryItem, SummaryKind, WrapUpProposal,
};

/// Conversations of the past from whose words reasons are learned, the newest ones.
const TAUGHT: u32 = 2_000;
/// Readings that are kept.
const KEPT: usize = 4_000;

/// What is read with; unpacked once.
fn reader() -> Option<&'static Reader> {
    static READER: OnceLock<Option<Reader>> = OnceLock::new();
    READER
        .get_or_init(|| {
            Reader::new().inspect_err(|error| tracing::error!(%error, "customers are not read")).ok()
        })
        .as_ref()
}

/// Reads and remembers.
#[derive(Default)]
pub(super) struct Ears {
    reasons: Option<Reasons>,
    read: HashMap<MessageId, Reading>,
}

impl Ears {
    /// Learns what the workspace's reasons sound like: from their names and from what customers wrote before them.
    pub(super) fn learn(&mut self, rows: &Rows, reasons: &[(Slug, String)]) {
        let taught = taught(rows, reasons).unwrap_or_else(|error| {
            tracing::warn!(%error, "contact reasons are not learned");
            Vec::new()
        });
        self.reasons = (!taught.is_empty()).then(|| Reasons::learned(&taught));
        self.read.clear();
    }

    /// What a conversation's lines say; nothing while nothing was said.
    pub(super) fn read(&mut self, wanted: &Wanted) -> Option<ConversationReading> {
        let reader = reader()?;
        if self.read.len() > KEPT {
            self.read.clear();
        }
        let language = wanted.language.as_deref();
        let customers = || wanted.lines.iter().filter(|(_, _, customer)| *customer);
        for (id, text, _) in customers() {
            if !self.read.contains_key(id) {
                self.read.insert(*id, reader.read(text, language, self.reasons.as_ref()));
            }
        }
        let readings: Vec<(&MessageId, &Reading)> =
            customers().filter_map(|(id, _, _)| Some((id, self.read.get(id)?))).collect();
        let trend = Trend::of(readings.iter().map(|(_, reading)| *reading));
        let felt = readings.iter().rev().map(|(_, reading)| &reading.emotion);
        let lines = readings
            .iter()
            .filter(|(_, reading)| !reading.irritants.is_empty() || reading.urgency.is_some())
            .map(|(id, reading)| LineReading {
                id: id.to_string(),
                irritants: reading.irritants.clone(),
                urgency: reading.urgency.clone(),
            })
            .collect();
        // The last words tell best why they write; while those tell nothing, what they began with.
        let reasons =
            readings.iter().map(|(_, reading)| &reading.reasons).find(|reasons| !reasons.is_empty());
        let reasons = reasons.cloned().unwrap_or_default();
        let (items, wrap_up) = told(wanted, reasons.first());
        Some(ConversationReading {
            felt: felt.clone().find(|felt| felt.emotion != Emotion::Neutral).cloned(),
            urgency: readings.iter().rev().find_map(|(_, reading)| reading.urgency.clone()),
            reasons,
            lines,
            trend,
            hint: None,
            summary: items,
            wrap_up,
        })
    }
}

/// What was said that counts, and how it may be wrapped up.
fn told(wanted: &Wanted, reason: Option<&Guess>) -> (Vec<SummaryItem>, WrapUpProposal) {
    let ids: Vec<String> = wanted.lines.iter().map(|(id, _, _)| id.to_string()).collect();
    let lines: Vec<Line<'_>> = wanted
        .lines
        .iter()
        .zip(&ids)
        .map(|((_, text, customer), id)| Line {
            id,
            by: if *customer { Speaker::Customer } else { Speaker::Advisor },
            text,
        })
        .collect();
    let items = summary::summary(&lines, None).items.into_iter().filter_map(|item| {
        let kind = match item.kind {
            summary::Kind::Wants => SummaryKind::Wants,
            summary::Kind::Tried => SummaryKind::Tried,
            summary::Kind::Promised => SummaryKind::Promised,
            summary::Kind::Open => SummaryKind::Open,
            summary::Kind::Mood => return None,
        };
        Some(SummaryItem { kind, text: item.text.into(), line: item.line })
    });
    let words = reason.map(|guess| guess.words.join(", ")).unwrap_or_default();
    let dispositions: Vec<&str> = wanted.dispositions.iter().map(Slug::as_str).collect();
    let proposed =
        summary::proposal(&lines, reason.map(|guess| (guess.reason.as_str(), words.as_str())), &dispositions);
    let disposition = proposed.disposition;
    let wrap_up = WrapUpProposal {
        because: disposition.as_ref().map(|one| one.because.clone()).unwrap_or_default().into(),
        disposition: disposition.and_then(|one| one.what.parse().ok()),
        follow_ups: proposed
            .follow_ups
            .into_iter()
            .map(|one| ProposedFollowUp {
                title: one.what.title.into(),
                due: one.what.due.map(|due| when(due, wanted.now)),
            })
            .collect(),
    };
    (items.collect(), wrap_up)
}

/// When that is, from now on; days as the service counts them.
fn when(due: Due, now: At) -> At {
    let weekday = |at: At| (at.0.div_euclid(DAY) + 3).rem_euclid(7);
    match due {
        Due::Hours(hours) => now + i64::from(hours) * HOUR,
        Due::Days(days) => now + i64::from(days) * DAY,
        Due::WorkingDays(days) => {
            let (mut at, mut left) = (now, days);
            while left > 0 {
                at = at + DAY;
                left -= u32::from(weekday(at) < 5);
            }
            at
        }
        Due::Weekday(day) => {
            let ahead = (i64::from(day) - 1 - weekday(now)).rem_euclid(7);
            now + if ahead == 0 { 7 } else { ahead } * DAY
        }
    }
}

fn taught(rows: &Rows, reasons: &[(Slug, String)]) -> store::Result<Vec<Taught>> {
    let named = reasons.iter().map(|(reason, name)| (reason.clone(), name.clone()));
    let mut told = cache::conversation::first_words(rows, TAUGHT)?;
    // A macro that sets a reason says in its title and text what it is about.
    for prepared in cache::library::macros(rows)? {
        for action in &prepared.actions {
            if let MacroAction::SetReason { reason } = action {
                told.push((reason.clone(), format!("{} {}", prepared.title, prepared.text)));
            }
        }
    }
    Ok(named.chain(told).map(|(reason, text)| Taught { text, reason: Some(reason) }).collect())
}
