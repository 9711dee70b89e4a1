//! A team's set-up: queues, reasons, rules, hours. Written as `workspace.toml`, applied by `loopdesk-server apply`,
//! and known to every desk of the workspace.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{Channel, ScoreKind, Slug, hours::Hours, message::Reason};

/// A queue: where conversations wait for an advisor with the right skill. Times are seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its short name.
    pub id: Slug,
    /// As people read it.
    pub name: String,
    /// What an advisor must be able to do.
    #[serde(default)]
    pub skills: Vec<Slug>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// How long an offer rings.
    #[serde(default = "defaults::ring")]
    pub ring_s: u32,
    /// Target for the first answer.
    #[serde(default = "defaults::first_reply")]
    pub first_reply_s: u32,
    /// Target for each later answer.
    #[serde(default = "defaults::next_reply")]
    pub next_reply_s: u32,
    /// Time for wrap-up.
    #[serde(default = "defaults::wrap_up")]
    pub wrap_up_s: u32,
    /// Customer silent this long: the advisor is reminded.
    #[serde(default = "defaults::nudge")]
    pub nudge_s: u32,
    /// Customer silent this long: it leaves the advisor's capacity.
    #[serde(default = "defaults::park")]
    pub park_s: u32,
    /// Customer out of reach this long while waiting: abandoned.
    #[serde(default = "defaults::abandon")]
    pub abandon_s: u32,
    /// A customer who writes within this time after the end reopens the same conversation.
    #[serde(default = "defaults::reopen")]
    pub reopen_s: u32,
    /// When somebody is there. Nothing: always.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// How it is called. Nothing: it takes no calls.
    #[serde(default)]
    pub calls: Option<QueueCalls>,
}

/// How a queue is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueCalls {
    /// The number, or what stands before the `@` of its address.
    pub number: String,
    /// Callers may leave a message while nobody is there; it becomes a follow-up.
    #[serde(default = "defaults::yes")]
    pub voicemail: bool,
    /// After this many seconds a caller may ask to be called back instead of waiting. 0: never.
    #[serde(default = "defaults::call_back")]
    pub call_back_s: u32,
    /// Calls are recorded. The caller is told first.
    #[serde(default)]
    pub record: bool,
}

mod defaults {
    pub(super) fn yes() -> bool {
        true
    }
    pub(super) fn call_back() -> u32 {
        60
    }
    pub(super) fn ring() -> u32 {
        30
    }
    pub(super) fn first_reply() -> u32 {
        120
    }
    pub(super) fn next_reply() -> u32 {
        180
    }
    pub(super) fn wrap_up() -> u32 {
        60
    }
    pub(super) fn nudge() -> u32 {
        5 * 60
    }
    pub(super) fn park() -> u32 {
        15 * 60
    }
    pub(super) fn abandon() -> u32 {
        120
    }
    pub(super) fn reopen() -> u32 {
        24 * 3600
    }
    pub(super) fn capacity() -> u32 {
        3
    }
    pub(super) fn due_in_hours() -> u32 {
        24
    }
}

/// A name with a short name: a disposition, a root cause, a break reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its short name.
    pub id: Slug,
    /// As people read it.
    pub name: String,
}

/// How many conversations of a channel one advisor has at once, unless their account says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Which channel.
    pub channel: Channel,
    /// How many.
    #[serde(default = "defaults::capacity")]
    pub at_once: u32,
}

/// Which score question is asked at the end of which conversation. The first rule that fits is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreRule {
    /// Only in this queue.
    #[serde(default)]
    pub queue: Option<Slug>,
    /// Only for this contact reason.
    #[serde(default)]
    pub reason: Option<Slug>,
    /// What is asked; nothing asks nothing.
    #[serde(default)]
    pub ask: Option<ScoreKind>,
}

/// A low score makes a follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpRule {
    /// The rule's name, shown on the follow-up as its policy.
    pub name: String,
    /// Which question.
    pub score: ScoreKind,
    /// This answer or a lower one.
    pub at_most: u8,
    /// What is to be done.
    pub title: String,
    /// Hours until it is due.
    #[serde(default = "defaults::due_in_hours")]
    pub due_in_hours: u32,
}

/// Puts customers together. Every condition that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonaRule {
    /// The persona's name.
    pub name: String,
    /// The rule in words, shown with the persona.
    pub rule: String,
    /// An attribute of the customer with one of `values`.
    #[serde(default)]
    pub attribute: Option<String>,
    /// The values that fit.
    #[serde(default)]
    pub values: BTreeSet<String>,
    /// The loyalty tier.
    #[serde(default)]
    pub tier: Option<String>,
    /// At least so many orders.
    #[serde(default)]
    pub orders_at_least: Option<u32>,
}

/// The set-up of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Its short name, in addresses.
    pub id: Slug,
    /// As people and customers read it.
    pub name: String,
    /// Sites whose pages may embed the chat: `https://www.example.com`.
    #[serde(default)]
    pub sites: Vec<String>,
    /// The queue of a chat that names none: the first one when not given.
    #[serde(default)]
    pub default_queue: Option<Slug>,
    /// The queues.
    #[serde(rename = "queue", default)]
    pub queues: Vec<Queue>,
    /// Capacity per channel.
    #[serde(rename = "capacity", default)]
    pub capacities: Vec<Capacity>,
    /// Contact reasons.
    #[serde(rename = "reason", default)]
    pub reasons: Vec<Reason>,
    /// Outcomes at wrap-up.
    #[serde(rename = "disposition", default)]
    pub dispositions: Vec<Named>,
    /// Root causes of follow-ups.
    #[serde(rename = "cause", default)]
    pub causes: Vec<Named>,
    /// Why people are away.
    #[serde(rename = "break", default)]
    pub breaks: Vec<Named>,
    /// Which score is asked.
    #[serde(rename = "score_rule", default)]
    pub score_rules: Vec<ScoreRule>,
    /// What a low score makes.
    #[serde(rename = "follow_up_rule", default)]
    pub follow_up_rules: Vec<FollowUpRule>,
    /// Personas, first fit wins.
    #[serde(rename = "persona", default)]
    pub personas: Vec<PersonaRule>,
}

impl Workspace {
    /// The queue of that name.
    pub fn queue(&self, id: &Slug) -> Option<&Queue> {
        self.queues.iter().find(|q| q.id == *id)
    }

    /// The queue for a chat that names none.
    pub fn default_queue(&self) -> Option<&Queue> {
        self.default_queue.as_ref().and_then(|id| self.queue(id)).or_else(|| self.queues.first())
    }

    /// The contact reason of that name.
    pub fn reason(&self, id: &Slug) -> Option<&Reason> {
        self.reasons.iter().find(|r| r.id == *id)
    }

    /// The disposition of that name.
    pub fn disposition(&self, id: &Slug) -> Option<&Named> {
        self.dispositions.iter().find(|d| d.id == *id)
    }

    /// How many conversations of `channel` an advisor has at once. Nobody speaks with two callers.
    pub fn capacity(&self, channel: Channel) -> u32 {
        let usual = || if channel == Channel::Voice { 1 } else { defaults::capacity() };
        self.capacities.iter().find(|c| c.channel == channel).map_or_else(usual, |c| c.at_once)
    }

    /// The queue that is called by that number.
    pub fn called(&self, number: &str) -> Option<&Queue> {
        self.queues.iter().find(|q| q.calls.as_ref().is_some_and(|calls| calls.number == number))
    }

    /// The score to ask at the end of a conversation: the first rule that fits, CSAT when there are no rules.
    pub fn asks(&self, queue: &Slug, reason: Option<&Slug>) -> Option<ScoreKind> {
        if self.score_rules.is_empty() {
            return Some(ScoreKind::Csat);
        }
        self.score_rules
            .iter()
            .find(|r| {
                r.queue.as_ref().is_none_or(|q| q == queue)
                    && r.reason.as_ref().is_none_or(|wanted| Some(wanted) == reason)
            })
            .and_then(|r| r.ask)
    }

    /// Everything wrong with it, each in a sentence that says what to change. Empty: it can be used.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults
                .push("`name` is empty: give the workspace the name that customers should read.".to_owned());
        }
        if self.queues.is_empty() {
            faults.push("There is no [[queue]]: at least one is needed for customers to wait in.".to_owned());
        }
        twice("queue", self.queues.iter().map(|q| &q.id), &mut faults);
        twice("reason", self.reasons.iter().map(|r| &r.id), &mut faults);
        twice("disposition", self.dispositions.iter().map(|d| &d.id), &mut faults);
        twice("cause", self.causes.iter().map(|c| &c.id), &mut faults);
        twice("break", self.breaks.iter().map(|b| &b.id), &mut faults);
        if let Some(id) = &self.default_queue
            && self.queue(id).is_none()
        {
            faults.push(format!("`default_queue` is \"{id}\", but there is no [[queue]] with that id."));
        }
        let mut numbers = BTreeSet::new();
        for queue in &self.queues {
            if queue.ring_s == 0 {
                faults
                    .push(format!("Queue \"{}\": `ring_s` is 0, so nobody could answer in time.", queue.id));
            }
            if queue.park_s < queue.nudge_s {
                faults.push(format!(
                    "Queue \"{}\": `park_s` ({}) is shorter than `nudge_s` ({}); the reminder must come first.",
                    queue.id, queue.park_s, queue.nudge_s
                ));
            }
            if let Some(calls) = &queue.calls {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "+*#._-".contains(c);
                if calls.number.is_empty() || !calls.number.chars().all(is_plain) {
                    faults.push(format!(
                        "Queue \"{}\": `number` \"{}\" is no number: digits, letters and + * # . _ - only.",
                        queue.id, calls.number
                    ));
                }
                if numbers.contains(&calls.number) {
                    faults.push(format!(
                        "Two queues have the number \"{}\": a caller can only wait in one.",
                        calls.number
                    ));
                }
                numbers.insert(&calls.number);
            }
            if let Some(hours) = &queue.hours {
                faults.extend(hours.faults().into_iter().map(|f| format!("Queue \"{}\": {f}", queue.id)));
            }
        }
        for rule in &self.score_rules {
            if let Some(id) = &rule.queue
                && self.queue(id).is_none()
            {
                faults.push(format!("A [[score_rule]] names the queue \"{id}\", which does not exist."));
            }
            if let Some(id) = &rule.reason
                && self.reason(id).is_none()
            {
                faults.push(format!("A [[score_rule]] names the reason \"{id}\", which does not exist."));
            }
        }
        for rule in &self.follow_up_rules {
            let (low, high) = rule.score.range();
            if rule.at_most < low || rule.at_most > high {
                faults.push(format!(
                    "[[follow_up_rule]] \"{}\": `at_most` is {}, but this score runs from {low} to {high}.",
                    rule.name, rule.at_most
                ));
            }
        }
        for site in &self.sites {
            let local = site.starts_with("http://127.0.0.1") || site.starts_with("http://localhost");
            if !(site.starts_with("https://") || local)
                || site.trim_end_matches('/').matches('/').count() != 2
            {
                faults.push(format!("Site \"{site}\": write it as https://www.example.com, without a path."));
            }
        }
        faults
    }
}

fn twice<'a>(what: &str, ids: impl Iterator<Item = &'a Slug>, faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            faults.push(format!("There are two [[{what}]] with the id \"{id}\"; each needs its own."));
        }
    }
}
