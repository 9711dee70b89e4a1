//! What may help an advisor in a conversation: what there is to suggest for, what they took or waved away, what the customer's
//! words say, and the macros that can be typed.

use std::{collections::BTreeSet, sync::Arc};

use model::{
    Author, Conversation, ConversationId, FactKind, MessageId, MessageKind, Personal, at::DAY, library::fill,
};
use store::{cache, work::kept};
use suggest::{
    reading::{Emotion, IrritantKind},
    reply::{Fate, Learned, Step, Talk},
    variables::{Order, Profile},
};

use super::Workplace;
use crate::{
    Failure,
    clock::Now,
    core::Core,
    helper::Wanted,
    view::{Alert, AlertKind, ConversationReading, Draft, Hint, MacroRow, Suggested, Suggestion},
    words::{self, Words},
};

/// Lines that are listened to, the newest ones.
const LISTENED: u32 = 40;
/// Under this name is kept what was taken and refused.
const LEARNED: &str = "learned";
/// What is most worth knowing before one answers comes first.
const HINTED: [IrritantKind; 10] = [
    IrritantKind::LegalThreat,
    IrritantKind::ThreatToLeave,
    IrritantKind::PublicThreat,
    IrritantKind::WantsManager,
    IrritantKind::RepeatContact,
    IrritantKind::ChannelHop,
    IrritantKind::Contradiction,
    IrritantKind::BrokenPromise,
    IrritantKind::RepeatProblem,
    IrritantKind::Waiting,
];

/// What helps, besides the files.
#[derive(Default)]
pub(crate) struct Help {
    /// What this workspace's advisors took and refused on this computer; read when it is first needed.
    learned: Option<Arc<Learned>>,
    /// Waved away until the workspace is closed.
    refused: BTreeSet<(ConversationId, String)>,
    reading: Option<(ConversationId, ConversationReading)>,
}

impl Workplace {
    /// What there is to suggest for in a conversation.
    pub(crate) fn wanted(
        &mut self,
        now: Now,
        id: ConversationId,
        typed: &str,
        words: &'static Words,
    ) -> Result<Option<Wanted>, Failure> {
        let learned = self.learned()?;
        let rows = self.replica.cache.rows();
        let Some(conversation) = cache::conversation::load(rows, id)? else { return Ok(None) };
        let Some(profile) = self.profile(&conversation)? else { return Ok(None) };
        let lines = said(rows, id)?;
        let reasons = self.workspace.iter().flat_map(|workspace| &workspace.reasons);
        Ok(Some(Wanted {
            conversation: id,
            talk: talk(&conversation, &profile, &lines),
            lines,
            reasons: reasons.map(|reason| (reason.id.clone(), reason.name.clone())).collect(),
            dispositions: self
                .workspace
                .iter()
                .flat_map(|w| &w.dispositions)
                .map(|one| one.id.clone())
                .collect(),
            now: self.service_time(now),
            typed: typed.to_owned(),
            language: conversation.language.as_ref().map(ToString::to_string),
            profile,
            learned,
            refused: self
                .help
                .refused
                .iter()
                .filter(|(of, _)| *of == id)
                .map(|(_, key)| key.clone())
                .collect(),
            day: self.day(now),
            words,
        }))
    }

    /// What variables stand for in a conversation.
    fn profile(&self, conversation: &Conversation) -> Result<Option<Profile>, Failure> {
        let rows = self.replica.cache.rows();
        let (Some(me), Some(workspace)) = (self.replica.me(), &self.workspace) else { return Ok(None) };
        let Some(customer) = cache::customer::load(rows, conversation.customer)? else { return Ok(None) };
        let facts = cache::fact::of(rows, conversation.customer)?;
        let orders = facts.iter().filter(|fact| fact.kind == FactKind::Order);
        Ok(Some(Profile {
            customer_name: customer.name.to_string(),
            advisor_name: me.name.clone(),
            workspace: workspace.name.clone(),
            verified: customer.is_verified(),
            orders: orders
                .map(|fact| Order {
                    number: fact.key.clone(),
                    open: fact.state.as_deref().is_none_or(|state| !matches!(state, "delivered" | "closed")),
                })
                .collect(),
            ..Profile::default()
        }))
    }

    fn learned(&mut self) -> Result<Arc<Learned>, Failure> {
        if let Some(learned) = &self.help.learned {
            return Ok(learned.clone());
        }
        let learned: Learned = kept::load(self.replica.work.rows(), LEARNED)?.unwrap_or_default();
        Ok(self.help.learned.insert(Arc::new(learned)).clone())
    }

    /// The day, for what fades.
    fn day(&self, now: Now) -> u32 {
        u32::try_from(self.service_time(now).0 / DAY).unwrap_or_default()
    }

    /// Remembers what became of suggestions that were to be seen.
    fn note(&mut self, now: Now, id: ConversationId, fates: &[(&str, Fate)]) -> Result<(), Failure> {
        let mut learned = self.learned()?;
        let rows = self.replica.cache.rows();
        let Some(conversation) = cache::conversation::load(rows, id)? else { return Ok(()) };
        let Some(profile) = self.profile(&conversation)? else { return Ok(()) };
        let talk = talk(&conversation, &profile, &said(rows, id)?);
        let day = self.day(now);
        for (key, fate) in fates {
            Arc::make_mut(&mut learned).note(key, &talk, *fate, day);
        }
        kept::save(self.replica.work.rows(), LEARNED, &*learned)?;
        self.help.learned = Some(learned);
        Ok(())
    }

    /// An answer is sent: what was suggested is learned from.
    pub(crate) fn learn(
        &mut self,
        now: Now,
        id: ConversationId,
        suggested: &Suggested,
    ) -> Result<(), Failure> {
        let taken = suggested.taken.as_deref();
        let fate = if suggested.changed { Fate::Edited } else { Fate::Taken };
        let passed = suggested.shown.iter().map(String::as_str).filter(|key| Some(*key) != taken);
        let fates: Vec<(&str, Fate)> =
            passed.map(|key| (key, Fate::PassedOver)).chain(taken.map(|key| (key, fate))).collect();
        self.note(now, id, &fates)
    }

    /// A suggestion is of no use here.
    pub(crate) fn refuse_suggestion(
        &mut self,
        core: &mut Core,
        id: ConversationId,
        key: String,
    ) -> Result<(), Failure> {
        self.note(core.now(), id, &[(&key, Fate::Refused)])?;
        self.help.refused.insert((id, key));
        self.ask_for_suggestions(core)
    }

    /// Lets the helper look for suggestions for what is shown; they are pushed when they are there.
    pub(super) fn ask_for_suggestions(&mut self, core: &Core) -> Result<(), Failure> {
        let Some(id) = self.shown.conversation else { return Ok(()) };
        let draft: Draft = store::work::draft::load(self.replica.work.rows(), id)?.unwrap_or_default();
        let words = words::words(core.settings.language);
        if let Some(wanted) = self.wanted(core.now(), id, &draft.reply, words)? {
            self.helper.suggest(wanted);
        }
        Ok(())
    }

    /// What may help in a conversation was found; whether that is shown and differs from what the window has.
    pub(crate) fn suggested(&mut self, id: ConversationId, items: &[Suggestion]) -> bool {
        let news = self.shown.conversation == Some(id) && self.painted.suggestions.as_deref() != Some(items);
        if news {
            self.painted.suggestions = Some(items.to_vec());
        }
        news
    }

    /// What a customer's words say was read; what of it the window has not got yet.
    pub(crate) fn read(
        &mut self,
        id: ConversationId,
        mut reading: ConversationReading,
    ) -> Option<ConversationReading> {
        let card = self.painted.card.as_ref().filter(|_| self.shown.conversation == Some(id))?;
        reading.hint = hint(&reading, &card.alerts);
        let news = self.help.reading.as_ref().is_none_or(|(of, before)| *of != id || *before != reading);
        news.then(|| self.help.reading.insert((id, reading)).1.clone())
    }

    /// The window shows a conversation anew: what was read of it goes there again.
    pub(super) fn unread(&mut self) {
        self.help.reading = None;
    }

    /// Macros whose name or title has what was typed after `/`, those in the customer's language first.
    pub(crate) fn macros(&self, id: ConversationId, typed: &str) -> Result<Vec<MacroRow>, Failure> {
        let rows = self.replica.cache.rows();
        let Some(conversation) = cache::conversation::load(rows, id)? else { return Ok(Vec::new()) };
        let Some(profile) = self.profile(&conversation)? else { return Ok(Vec::new()) };
        let typed = typed.trim().to_lowercase();
        let mut found: Vec<_> = cache::library::macros(rows)?
            .into_iter()
            .filter(|known| {
                known.name.as_str().contains(&typed) || known.title.to_lowercase().contains(&typed)
            })
            .collect();
        found.sort_by_key(|known| {
            let other = Some(&known.language) != conversation.language.as_ref();
            (other, !known.name.as_str().starts_with(&typed), known.name.clone())
        });
        Ok(found
            .into_iter()
            .map(|known| MacroRow {
                id: known.id,
                text: filled(&known.text, &profile).into(),
                name: known.name,
                title: known.title,
                language: known.language,
                actions: known.actions,
            })
            .collect())
    }
}

/// The lines that were said: which, the words, and whether the customer said them.
type Said = Vec<(MessageId, Personal, bool)>;

fn said(rows: &store::Rows, id: ConversationId) -> Result<Said, Failure> {
    let lines = cache::message::before(rows, id, None, LISTENED)?;
    Ok(lines
        .into_iter()
        .filter(|line| line.kind == MessageKind::Message)
        .filter_map(|line| match line.author {
            Author::Customer => Some((line.id, line.text, true)),
            Author::Advisor { .. } => Some((line.id, line.text, false)),
            Author::Bot | Author::System => None,
        })
        .collect())
}

/// A conversation as far as it tells what is said next.
fn talk(conversation: &Conversation, profile: &Profile, lines: &Said) -> Talk {
    let mut standing = vec![format!("queue:{}", conversation.queue)];
    standing.extend(conversation.reason.as_ref().map(|reason| format!("reason:{reason}")));
    standing.extend(profile.verified.then(|| "verified".to_owned()));
    let steps = lines.iter().map(|(_, words, customer)| {
        if *customer { Step::Said(words.to_string()) } else { Step::Wrote(words.to_string()) }
    });
    Talk { standing, advisor: None, steps: steps.collect() }
}

/// What the advisor should know before they answer.
fn hint(reading: &ConversationReading, alerts: &[Alert]) -> Option<Hint> {
    let felt = reading.felt.as_ref();
    let upset = felt.is_some_and(|felt| {
        matches!(felt.emotion, Emotion::Irritation | Emotion::Disappointment | Emotion::Anxiety)
    });
    let open = alerts.iter().find(|alert| alert.kind == AlertKind::OpenProblem);
    if let Some(open) = open.filter(|_| upset || !reading.trend.irritants.is_empty()) {
        return Some(Hint::OpenProblem { problem: open.text.clone(), department: open.department.clone() });
    }
    let said = |kind: &IrritantKind| reading.trend.irritants.iter().find(|one| one.kind == *kind);
    if let Some(irritant) = HINTED.iter().find_map(said) {
        return Some(Hint::Irritant { kind: irritant.kind, words: irritant.words.clone() });
    }
    let felt = felt?;
    match felt.emotion {
        Emotion::Anxiety => Some(Hint::Anxiety { words: felt.words.clone() }),
        Emotion::Confusion => Some(Hint::Confusion { words: felt.words.clone() }),
        _ => None,
    }
}

/// A macro's text with its variables filled, as far as they are known: the advisor looks at it before it goes out.
fn filled(text: &str, profile: &Profile) -> String {
    let first = |name: &str| name.split_whitespace().next().unwrap_or_default().to_owned();
    fill(text, |name| match name {
        "customer.name" => Some(profile.customer_name.clone()),
        "customer.first_name" => Some(first(&profile.customer_name)),
        "advisor.name" => Some(profile.advisor_name.clone()),
        "advisor.first_name" => Some(first(&profile.advisor_name)),
        "order" => profile.orders.first().filter(|_| profile.verified).map(|order| order.number.clone()),
        "workspace" => Some(profile.workspace.clone()),
        _ => None,
    })
}
