//! The calls of a desk, as far as nothing is done: which offer and which line belong together, what the advisor asked for,
//! what is to be done about it. No clock, no telephone, no queue.

mod known;

use model::{
    At, ConversationId,
    at::SECOND,
    call::{
        Ask, Call, Correlation, Deed, Event, Fact, Invite, Join, Leg, LineSound, Offer, Pair, Party, Refused,
        Stage, Withdrawal,
    },
};
use voice::{CallId, Happening};

use super::facts;
pub(crate) use known::Known;

/// How long a call that is over stays in sight.
const SEEN_OUT: i64 = 4 * SECOND;
/// Facts of lines that are not known yet: those that we dialled a moment ago. No more than this many are kept.
const STRAYS: usize = 64;

/// Which call of this desk.
pub(crate) type Key = String;

/// What is to be done about a call.
pub(crate) type ToDo = Vec<(Key, Deed)>;

/// The calls of a desk.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    join: Join,
    known: Vec<Known>,
    strays: Vec<(Leg, Fact)>,
    made: u64,
}

impl Calls {
    /// Oldest first.
    pub(crate) fn all(&self) -> &[Known] {
        &self.known
    }

    /// The call of that key.
    pub(crate) fn get(&self, key: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.key == key)
    }

    /// The call of a conversation.
    pub(crate) fn of(&self, conversation: ConversationId) -> Option<&Known> {
        let live = self.known.iter().filter(|known| known.call.ended.is_none());
        live.rev().find(|known| known.call.conversation == Some(conversation))
    }

    /// Whether somebody is spoken with, or about to be.
    pub(crate) fn any_spoken(&self) -> bool {
        self.known.iter().any(|known| {
            matches!(known.call.stage, Stage::Accepted { .. } | Stage::Connected { .. } | Stage::Dialling)
        })
    }

    /// Whether any call is not over.
    pub(crate) fn any_live(&self) -> bool {
        self.known.iter().any(Known::is_live)
    }

    /// Whether somebody calls who was not answered yet.
    pub(crate) fn any_rings(&self) -> bool {
        self.known.iter().any(Known::rings_here)
    }

    /// The queue holds out a call.
    pub(crate) fn offer(&mut self, offer: Offer, from: &Party, now: At) -> ToDo {
        let correlation = offer.correlation.clone();
        let pair = self.join.offer(offer);
        let todo = self.pair(pair, now);
        let named = self.known.iter_mut().find(|known| known.call.correlation.as_ref() == Some(&correlation));
        if let Some(known) = named {
            known.with.get_or_insert_with(|| from.clone());
        }
        self.tidy(todo, now)
    }

    /// The queue does not hold out the call of a conversation any more. That it was taken here is no withdrawal.
    pub(crate) fn offer_gone(&mut self, conversation: ConversationId, now: At) -> ToDo {
        let waits = |known: &&mut Known| {
            let open = matches!(
                known.call.stage,
                Stage::Offered { .. } | Stage::Ringing { .. } | Stage::Stopped { .. }
            );
            open && known.call.conversation == Some(conversation)
        };
        let Some(known) = self.known.iter_mut().find(waits) else { return Vec::new() };
        let ran_out = known.call.next_deadline().is_some_and(|until| until <= now + SECOND);
        let why = if ran_out { Withdrawal::TimedOut } else { Withdrawal::Rescinded };
        let todo = known.hears(Event::Withdrawn(why), now);
        self.tidy(todo, now)
    }

    /// Whether somebody is here whose conversation is not known.
    pub(crate) fn any_strange(&self) -> bool {
        self.known.iter().any(Known::is_strange)
    }

    /// A conversation of the advisor's own has a call: the one that `rings` and names it; or else the one that a colleague
    /// gave them, who called before, if it is clear which.
    pub(crate) fn belongs(&mut self, owned: Offer, with: &Party, rings: bool, now: At) -> ToDo {
        if self.of(owned.conversation).is_some() {
            return Vec::new();
        }
        if rings {
            return self.offer(owned, with, now);
        }
        let mut strange = self.known.iter_mut().filter(|known| known.is_strange() && known.is_spoken());
        let (Some(known), None) = (strange.next(), strange.next()) else { return Vec::new() };
        known.with = Some(with.clone());
        let todo = known.hears(Event::Offered(owned), now);
        self.tidy(todo, now)
    }

    /// The queue did not let the advisor have it.
    pub(crate) fn not_given(&mut self, key: &str, now: At) -> ToDo {
        self.hear(key, Event::Withdrawn(Withdrawal::Rescinded), now)
    }

    /// The telephone tells of a line.
    pub(crate) fn heard(&mut self, line: &CallId, happening: &Happening, now: At) -> ToDo {
        let leg = facts::leg(line);
        match happening {
            Happening::Incoming { from, correlation } => {
                let correlation = correlation.clone().map(Correlation);
                let from = facts::party(from.clone());
                let pair = self.join.invite(Invite { leg, correlation, from }, now);
                let todo = self.pair(pair, now);
                return self.tidy(todo, now);
            }
            Happening::Quality(quality) => {
                if let Some(known) = self.on_line(&leg) {
                    known.sounds(quality);
                }
                return Vec::new();
            }
            Happening::Digit(digit) => {
                if let Some(known) = self.on_line(&leg) {
                    known.pressed(&digit.key().to_string());
                }
                return Vec::new();
            }
            _ => {}
        }
        let Some(fact) = facts::fact(happening) else { return Vec::new() };
        let over = matches!(fact, Fact::Ended { .. });
        let todo = match self.known.iter_mut().find(|known| known.has_line(&leg)) {
            Some(known) => known.hears(Event::Heard(leg.clone(), fact), now),
            None => {
                if self.strays.len() == STRAYS {
                    self.strays.remove(0);
                }
                self.strays.push((leg.clone(), fact));
                Vec::new()
            }
        };
        if over {
            self.join.line_over(&leg);
        }
        self.tidy(todo, now)
    }

    /// We called somebody.
    pub(crate) fn dialled(&mut self, line: &CallId, to: Party, now: At) -> ToDo {
        let leg = facts::leg(line);
        self.add(Call::dialled(leg.clone(), to.clone(), now), Some(to), now);
        let todo = self.catch_up(&leg, now);
        self.tidy(todo, now)
    }

    /// The telephone called a colleague, as was to be done for that call; or could not.
    pub(crate) fn dialled_colleague(&mut self, key: &str, line: Option<&CallId>, now: At) -> ToDo {
        let Some(line) = line else { return self.hear(key, Event::NotDialled, now) };
        let leg = facts::leg(line);
        let mut todo = self.hear(key, Event::Dialled(leg.clone()), now);
        todo.extend(self.catch_up(&leg, now));
        todo
    }

    /// The telephone could not do what was to be done with a line.
    pub(crate) fn failed(&mut self, key: &str, leg: &Leg, fact: Fact, now: At) -> ToDo {
        self.hear(key, Event::Heard(leg.clone(), fact), now)
    }

    /// The advisor wants something of a call. Whoever takes one makes the others wait.
    ///
    /// # Errors
    /// As [`Call::ask`]; nothing has changed then.
    pub(crate) fn ask(&mut self, key: &str, ask: Ask, now: At) -> Result<ToDo, Refused> {
        let place = self.known.iter().position(|known| known.key == key).ok_or(Refused::Over)?;
        let takes = matches!(ask, Ask::Accept | Ask::Resume | Ask::Back);
        let known = self.known.get_mut(place).ok_or(Refused::Over)?;
        let mut todo = known.asks(ask, now)?;
        if takes {
            for other in self.known.iter_mut().filter(|known| known.key != key) {
                // One that cannot wait goes on.
                if let Ok(held) = other.asks(Ask::Hold, now) {
                    todo.splice(0..0, held);
                }
            }
        }
        Ok(self.tidy(todo, now))
    }

    /// Keys that the advisor pressed in a call, to be shown; its line, to press them on.
    pub(crate) fn press(&mut self, key: &str, digits: &str) -> Option<Leg> {
        let known = self.known.iter_mut().find(|known| known.key == key)?;
        let leg = known.call.leg.clone()?;
        known.pressed(digits);
        Some(leg)
    }

    /// Time passed.
    pub(crate) fn time(&mut self, now: At) -> ToDo {
        let mut todo = Vec::new();
        for pair in self.join.run_out(now) {
            todo.extend(self.pair(pair, now));
        }
        for known in &mut self.known {
            todo.extend(known.hears(Event::Time, now));
        }
        self.tidy(todo, now)
    }

    /// When [`Calls::time`] has something to do.
    pub(crate) fn next_deadline(&self) -> Option<At> {
        let calls = self.known.iter().filter_map(|known| match known.call.ended {
            Some(ended) => Some(ended.at + SEEN_OUT),
            None => known.call.next_deadline(),
        });
        calls.chain(self.join.next_deadline()).min()
    }

    /// The telephone is gone, and its lines with it.
    pub(crate) fn lost(&mut self) {
        *self = Self { made: self.made, ..Self::default() };
    }

    /// Those whose end nobody looked after yet: each is named once.
    pub(crate) fn just_ended(&mut self) -> Vec<(Option<ConversationId>, Option<LineSound>)> {
        let ended = self.known.iter_mut().filter(|known| known.call.ended.is_some() && !known.seen_out);
        ended
            .map(|known| {
                known.seen_out = true;
                let heard = known.call.answered_at.and(known.sound).map(|(_, whole)| whole);
                (known.call.conversation, heard)
            })
            .collect()
    }

    fn hear(&mut self, key: &str, event: Event, now: At) -> ToDo {
        let known = self.known.iter_mut().find(|known| known.key == key);
        let todo = known.map(|known| known.hears(event, now)).unwrap_or_default();
        self.tidy(todo, now)
    }

    fn on_line(&mut self, leg: &Leg) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.call.leg.as_ref() == Some(leg))
    }

    /// What was heard of a line before it was known whose it is.
    fn catch_up(&mut self, leg: &Leg, now: At) -> ToDo {
        let (theirs, others) = std::mem::take(&mut self.strays).into_iter().partition(|(of, _)| of == leg);
        self.strays = others;
        let theirs: Vec<(Leg, Fact)> = theirs;
        let mut todo = Vec::new();
        if let Some(known) = self.known.iter_mut().find(|known| known.has_line(leg)) {
            for (leg, fact) in theirs {
                todo.extend(known.hears(Event::Heard(leg, fact), now));
            }
        }
        todo
    }

    fn pair(&mut self, pair: Pair, now: At) -> ToDo {
        match pair {
            Pair::Nothing => Vec::new(),
            Pair::Offered(offer) => {
                self.add(Call::offered(&offer, now), None, now);
                Vec::new()
            }
            Pair::Both(offer, invite) => {
                let with = invite.from.clone();
                let key = self.add(Call::offered(&offer, now), Some(with), now);
                self.hear(&key, Event::Invited(invite), now)
            }
            Pair::Rings(correlation, invite) => {
                let named = |known: &&mut Known| {
                    known.call.correlation.as_ref() == Some(&correlation) && known.call.ended.is_none()
                };
                match self.known.iter_mut().find(named) {
                    Some(known) => {
                        known.leg = Some(invite.leg.clone());
                        known.with.get_or_insert_with(|| invite.from.clone());
                        known.hears(Event::Invited(invite), now)
                    }
                    None => Vec::new(),
                }
            }
            Pair::Direct(invite) => {
                let with = invite.from.clone();
                self.add(Call::direct(&invite, now), Some(with), now);
                self.catch_up(&invite.leg, now)
            }
            Pair::Belongs(leg, offer) => match self.on_line(&leg) {
                Some(known) => known.hears(Event::Offered(offer), now),
                None => Vec::new(),
            },
        }
    }

    fn add(&mut self, call: Call, with: Option<Party>, now: At) -> Key {
        self.made += 1;
        let key = format!("call-{}", self.made);
        self.known.push(Known::new(key.clone(), call, with, now));
        key
    }

    /// What is over is not joined with anything any more, and leaves after a while.
    fn tidy(&mut self, todo: ToDo, now: At) -> ToDo {
        for known in self.known.iter().filter(|known| known.call.ended.is_some()) {
            if let Some(correlation) = &known.call.correlation {
                self.join.offer_over(correlation);
            }
            if let Some(leg) = &known.leg {
                self.join.line_over(leg);
            }
        }
        self.known.retain(|known| match known.call.ended {
            // Whoever never spoke here leaves at once, when their end was looked after.
            Some(_) if known.seen_out && known.call.answered_at.is_none() && known.is_inbound() => false,
            Some(ended) => !known.seen_out || now < ended.at + SEEN_OUT,
            None => true,
        });
        todo
    }
}

#[cfg(test)]
mod tests;
