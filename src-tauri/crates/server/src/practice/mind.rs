//! What goes on in a practice customer: pure, with time as an argument. It hears what the advisor writes, answers from
//! its script, loses and finds its patience, goes away and comes back, says goodbye and scores.
//!
//! Times are milliseconds of the customer's own day; how fast that day runs is the business of whoever calls.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use model::{Personal, ScoreKind, Slug};

use super::{
    ear,
    script::{Answer, MOODS, Script},
};

/// Something that happens to a customer.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Time passed.
    Tick,
    /// The place in the queue is known or changed.
    Position(Option<u32>),
    /// An advisor has taken the conversation.
    Joined,
    /// The advisor is writing.
    Typing,
    /// The advisor wrote a line.
    Line(Personal),
    /// The line is back, and everything written meanwhile was told.
    Back,
    /// The advisor ended the chat, or our own end was taken.
    Ended,
    /// The question at the end is asked.
    ScoreAsked(ScoreKind),
}

/// Something that a customer does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Is seen writing.
    Type,
    /// Says a line.
    Say(Personal),
    /// Is cut off.
    Disconnect,
    /// Comes back.
    Reconnect,
    /// Ends the chat.
    End,
    /// Answers the question at the end.
    Score {
        /// Which question.
        kind: ScoreKind,
        /// The answer.
        value: u8,
        /// In their words.
        comment: Option<Personal>,
    },
    /// Is gone for good.
    Leave,
}

/// How long the customer waits for the advisor's next line before answering, so that two lines get one answer.
const LISTEN: i64 = 2_500;
/// From thought to key.
const THINK: i64 = 1_800;
/// Typing: per letter, at least, at most.
const PER_LETTER: i64 = 45;
const TYPE_AT_LEAST: i64 = 900;
const TYPE_AT_MOST: i64 = 9_000;
/// How often somebody who types is seen typing.
const TYPE_EVERY: i64 = 3_000;
/// In the queue one expects to wait: so many times the usual patience.
const QUEUE_PATIENCE: i64 = 4;
/// After goodbye: time for the advisor's last words, then the customer ends the chat.
const AFTER_GOODBYE: i64 = 40_000;
/// After the end: how long the page stays open for the question.
const AFTER_END: i64 = 60_000;
/// From the question to the answer.
const SCORE_AFTER: i64 = 4_000;
/// From the last act to being gone.
const LEAVE_AFTER: i64 = 1_500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Talking,
    Away,
    /// Solved, goodbye is said or about to be.
    Closing,
    /// The chat is over.
    Over,
    Gone,
}

/// The mind of one practice customer.
#[derive(Debug, Clone)]
pub struct Mind {
    script: Arc<Script>,
    phase: Phase,
    mood: u8,
    given: BTreeSet<Slug>,
    fallbacks: usize,
    complaints: usize,
    /// What will be done, in order of time.
    plan: VecDeque<(i64, Act)>,
    /// What the advisor wrote and was not answered yet, and when it will be.
    heard: Vec<Personal>,
    react_at: Option<i64>,
    /// Since when nothing came from the other side.
    quiet_since: i64,
    joined: bool,
    own_lines: u32,
    was_away: bool,
    came_again: bool,
    scored: bool,
}

impl Mind {
    /// Somebody who has just opened the chat page.
    pub fn new(script: Arc<Script>, now: i64) -> Self {
        let mut mind = Self {
            phase: Phase::Talking,
            mood: script.mood,
            given: BTreeSet::new(),
            fallbacks: 0,
            complaints: 0,
            plan: VecDeque::new(),
            heard: Vec::new(),
            react_at: None,
            quiet_since: now,
            joined: false,
            own_lines: 0,
            was_away: false,
            came_again: false,
            scored: false,
            script,
        };
        for line in &mind.script.clone().opening {
            // Scripts think in seconds; a fraction of a millisecond is nobody's business.
            #[allow(clippy::cast_possible_truncation)]
            let think = (line.think_s * 1_000.0) as i64;
            mind.speak(line.text.clone(), think, now);
        }
        mind
    }

    /// 0 calm to 4 furious.
    pub fn mood(&self) -> u8 {
        self.mood
    }

    /// Whether the problem counts as solved.
    pub fn is_solved(&self) -> bool {
        self.script.solved_by.iter().any(|set| set.iter().all(|id| self.given.contains(id)))
    }

    /// Whether there is nothing more to come.
    pub fn is_gone(&self) -> bool {
        self.phase == Phase::Gone
    }

    /// When to say [`Event::Tick`] next, at the latest.
    pub fn next_at(&self) -> Option<i64> {
        let planned = self.plan.front().map(|(at, _)| *at);
        [planned, self.react_at, self.impatient_at()].into_iter().flatten().min()
    }

    /// Takes what happened and says what is done now.
    pub fn step(&mut self, event: Event, now: i64) -> Vec<Act> {
        if self.phase == Phase::Gone {
            return Vec::new();
        }
        self.take(event, now);
        let mut acts = Vec::new();
        loop {
            if let Some((_, act)) = self.plan.pop_front_if(|(at, _)| *at <= now) {
                self.did(&act, now);
                acts.push(act);
                if self.phase == Phase::Gone {
                    return acts;
                }
            } else if self.react_at.is_some_and(|at| at <= now) {
                self.react(now);
            } else if self.impatient_at().is_some_and(|at| at <= now) {
                self.lose_patience(now);
            } else {
                return acts;
            }
        }
    }

    fn take(&mut self, event: Event, now: i64) {
        match event {
            Event::Tick => {}
            // Knowing one's place makes waiting easier.
            Event::Position(_) => self.quiet_since = now,
            Event::Joined => {
                self.joined = true;
                self.quiet_since = now;
            }
            Event::Typing => {
                self.quiet_since = now;
                self.react_at = self.react_at.map(|at| at.max(now + LISTEN));
            }
            Event::Line(text) => {
                self.joined = true;
                self.quiet_since = now;
                if matches!(self.phase, Phase::Talking | Phase::Away) {
                    self.heard.push(text);
                    self.react_at = Some(now + LISTEN);
                }
            }
            Event::Back => self.back(now),
            Event::Ended => self.ended(now),
            Event::ScoreAsked(kind) => self.asked(kind, now),
        }
    }

    /// What an act means for the customer who does it.
    fn did(&mut self, act: &Act, now: i64) {
        match act {
            Act::Say(_) => {
                self.own_lines += 1;
                self.quiet_since = now;
                self.perhaps_go_away(now);
            }
            Act::Disconnect => self.phase = Phase::Away,
            Act::Leave => self.phase = Phase::Gone,
            Act::End | Act::Reconnect | Act::Score { .. } | Act::Type => {}
        }
    }

    fn perhaps_go_away(&mut self, now: i64) {
        let Some(away) = &self.script.away else { return };
        if self.was_away || self.own_lines < away.after_lines || self.phase != Phase::Talking {
            return;
        }
        self.was_away = true;
        let gone = now + 1_000;
        let back = gone + i64::from(away.for_s) * 1_000;
        // What they were about to write has to wait until they are back.
        self.plan.clear();
        self.plan.extend([(gone, Act::Disconnect), (back, Act::Reconnect)]);
    }

    fn back(&mut self, now: i64) {
        if self.phase != Phase::Away {
            return;
        }
        self.phase = Phase::Talking;
        self.quiet_since = now;
        if self.heard.is_empty() {
            let lines = self.script.away.as_ref().map(|away| away.back.clone()).unwrap_or_default();
            for line in lines {
                self.speak(line, THINK, now);
            }
        } else {
            self.react_at = Some(now + LISTEN);
        }
    }

    fn ended(&mut self, now: i64) {
        if matches!(self.phase, Phase::Over | Phase::Gone) {
            return;
        }
        self.heard.clear();
        self.react_at = None;
        let unheard = self.phase == Phase::Talking && !self.is_solved() && !self.came_again;
        if let Some(words) = self.script.not_done.clone().filter(|_| unheard) {
            self.came_again = true;
            self.worse(1);
            self.plan.clear();
            self.speak(words, THINK, now);
            return;
        }
        self.phase = Phase::Over;
        self.plan.clear();
        self.plan.push_back((now + AFTER_END, Act::Leave));
    }

    fn asked(&mut self, kind: ScoreKind, now: i64) {
        if self.scored || self.phase != Phase::Over {
            return;
        }
        self.scored = true;
        let band = self.script.scores.iter().find(|band| self.mood <= band.mood_up_to);
        self.plan.clear();
        let mut at = now + SCORE_AFTER;
        if let Some(band) = band {
            let comment = band.comment.clone();
            at += comment.as_ref().map_or(0, |text| typing_time(text));
            self.plan.push_back((at, Act::Score { kind, value: band.value(kind), comment }));
        }
        self.plan.push_back((at + LEAVE_AFTER, Act::Leave));
    }

    /// Answers everything that was written since the last answer.
    fn react(&mut self, now: i64) {
        self.react_at = None;
        if self.phase != Phase::Talking {
            return;
        }
        let said: Vec<String> = self.heard.drain(..).flat_map(|line| ear::words(&line)).collect();
        let script = self.script.clone();
        let any = |patterns: &[String]| patterns.iter().any(|pattern| ear::hears(&said, pattern));
        if any(&script.calms) {
            self.better(1);
        }
        if any(&script.upsets) {
            self.worse(1);
        }
        let mut fitting: Vec<&Answer> = Vec::new();
        for answer in &script.answers {
            let again = answer.repeat || !self.given.contains(&answer.id);
            let may = answer.after.iter().all(|id| self.given.contains(id));
            if again && may && ear::hears_all(&said, &answer.when) {
                self.given.insert(answer.id.clone());
                self.shift(answer.mood);
                fitting.push(answer);
            }
        }
        if self.is_solved() {
            return self.say_goodbye(now);
        }
        // The answer to the most particular thing that was said; the later one when two are alike.
        match fitting.iter().max_by_key(|answer| answer.when.len()) {
            Some(answer) => {
                for line in answer.say.clone() {
                    self.speak(line, THINK, now);
                }
            }
            None => self.fall_back(now),
        }
    }

    fn say_goodbye(&mut self, now: i64) {
        self.phase = Phase::Closing;
        self.better(1);
        self.plan.clear();
        self.speak(self.script.goodbye.clone(), THINK, now);
        let said = self.plan.back().map_or(now, |(at, _)| *at);
        self.plan.push_back((said + AFTER_GOODBYE, Act::End));
    }

    fn fall_back(&mut self, now: i64) {
        let place = self.fallbacks.min(self.script.fallbacks.len().saturating_sub(1));
        self.fallbacks += 1;
        // Not being understood twice in a row annoys.
        if self.fallbacks.is_multiple_of(2) {
            self.worse(1);
        }
        if let Some(line) = self.script.fallbacks.get(place).cloned() {
            self.speak(line, THINK, now);
        }
    }

    fn impatient_at(&self) -> Option<i64> {
        let idle = self.phase == Phase::Talking && self.plan.is_empty() && self.react_at.is_none();
        let left = self.complaints < self.script.impatient.len()
            || (self.complaints == self.script.impatient.len() && self.script.gives_up.is_some());
        let patience = i64::from(self.script.patience_s) * 1_000;
        let patience = if self.joined { patience } else { patience * QUEUE_PATIENCE };
        (idle && left && self.own_lines > 0).then_some(self.quiet_since + patience)
    }

    fn lose_patience(&mut self, now: i64) {
        self.worse(1);
        let complaint = self.script.impatient.get(self.complaints).cloned();
        self.complaints += 1;
        // Counts as heard from here on, also when there is nothing left to say.
        self.quiet_since = now;
        if let Some(line) = complaint {
            return self.speak(line, THINK, now);
        }
        if let Some(line) = self.script.gives_up.clone() {
            self.speak(line, THINK, now);
            self.phase = Phase::Closing;
            let said = self.plan.back().map_or(now, |(at, _)| *at);
            self.plan.push_back((said + LEAVE_AFTER, Act::End));
        }
    }

    /// Plans a line after everything that is planned already: think, type, say.
    fn speak(&mut self, line: Personal, think: i64, now: i64) {
        let free = self.plan.back().map_or(now, |(at, _)| *at).max(now);
        let begin = free + think;
        let done = begin + typing_time(&line);
        let mut at = begin;
        while at < done {
            self.plan.push_back((at, Act::Type));
            at += TYPE_EVERY;
        }
        self.plan.push_back((done, Act::Say(line)));
    }

    fn shift(&mut self, by: i8) {
        if by < 0 {
            self.better(by.unsigned_abs());
        } else {
            self.worse(by.unsigned_abs());
        }
    }

    fn better(&mut self, by: u8) {
        self.mood = self.mood.saturating_sub(by).max(MOODS.0);
    }

    fn worse(&mut self, by: u8) {
        self.mood = self.mood.saturating_add(by).min(MOODS.1);
    }
}

fn typing_time(text: &str) -> i64 {
    let letters = i64::try_from(text.chars().count()).unwrap_or(i64::MAX / PER_LETTER);
    (letters * PER_LETTER).clamp(TYPE_AT_LEAST, TYPE_AT_MOST)
}

#[cfg(test)]
mod tests;
