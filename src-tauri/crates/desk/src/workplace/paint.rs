//! From what changed to what is pushed: each view that may have changed is read again, compared with what was pushed last,
//! and only the difference goes to the window.

use std::collections::BTreeSet;

use model::{ConversationId, MessageId, Patch, Presence, at::DAY};
use store::{Touched, cache};

use super::Workplace;
use crate::{
    Failure,
    clock::Now,
    core::Core,
    live::{self, diff::patches},
    phone,
    sync::LineState as SyncLine,
    view::{
        AttentionRow, CallRow, Colleague, Connection, ConversationRow, CustomerCard, FollowUpCounts,
        FollowUpRow, Header, LineState, OfferRow, Opened, Push, Suggestion, WaitingRow,
    },
};

/// How long views rest that could not be read, in ms.
const UNREADABLE: i64 = 1_000;
/// How long the slower views may lag behind: nobody reads a customer's card in sixteen milliseconds.
const SLOW: i64 = 150;

/// What may have changed since it was painted.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    pub(super) connection: bool,
    pub(super) me: bool,
    pub(super) workspace: bool,
    pub(super) colleagues: bool,
    pub(super) offers: bool,
    pub(super) waiting: bool,
    /// All of them; one of them is among `conversations`.
    pub(super) yours: bool,
    pub(super) conversations: BTreeSet<ConversationId>,
    pub(super) lines: BTreeSet<(ConversationId, MessageId)>,
    pub(super) card: bool,
    pub(super) suggestions: bool,
    pub(super) follow_ups: bool,
    pub(super) attention: bool,
    pub(super) supervise: bool,
    pub(super) phone: bool,
    pub(super) calls: bool,
    pub(super) everything: bool,
}

impl Dirty {
    pub(super) fn any(&self) -> bool {
        self.fast() || self.slow()
    }

    fn fast(&self) -> bool {
        self.connection
            || self.me
            || self.workspace
            || self.colleagues
            || self.offers
            || self.waiting
            || self.yours
            || self.attention
            || self.supervise
            || self.phone
            || self.calls
            || self.everything
            || !self.conversations.is_empty()
            || !self.lines.is_empty()
    }

    fn slow(&self) -> bool {
        self.card || self.suggestions || self.follow_ups
    }

    pub(super) fn conversation(&mut self, id: ConversationId) {
        self.conversations.insert(id);
    }

    pub(super) fn line(&mut self, conversation: ConversationId, line: MessageId) {
        self.lines.insert((conversation, line));
        self.conversation(conversation);
    }
}

/// What was pushed last.
#[derive(Default)]
pub(super) struct Painted {
    pub(super) connection: Option<Connection>,
    pub(super) me: Option<(model::Person, Option<Presence>)>,
    pub(super) colleagues: Vec<Colleague>,
    pub(super) offers: Vec<OfferRow>,
    pub(super) waiting: Vec<WaitingRow>,
    pub(super) yours: Vec<ConversationRow>,
    pub(super) header: Option<Header>,
    pub(super) seen: u32,
    pub(super) card: Option<CustomerCard>,
    pub(super) suggestions: Option<Vec<Suggestion>>,
    pub(super) follow_ups: Vec<FollowUpRow>,
    pub(super) counts: Option<FollowUpCounts>,
    pub(super) attention: Vec<AttentionRow>,
    pub(super) calls: Vec<CallRow>,
    slow_at: i64,
    /// After a view could not be read, nothing is painted before.
    rests_until: i64,
}

impl Painted {
    pub(super) fn forget(&mut self) {
        let header = self.header.take();
        let (card, seen) = (self.card.take(), self.seen);
        *self = Self { header, card, seen, slow_at: i64::MIN, ..Self::default() };
    }
}

impl Workplace {
    /// Whether calls arrive may be otherwise now.
    pub(crate) fn dirty_phone(&mut self) {
        self.dirty.phone = true;
    }

    /// Calls may stand otherwise now.
    pub(crate) fn dirty_calls(&mut self) {
        self.dirty.calls = true;
    }

    fn call_rows(&self, now: Now) -> Vec<CallRow> {
        phone::rows(&self.telephone.calls, self.scene(now).as_ref(), &self.people)
    }

    /// When something that waits should be painted, if the frame before was painted at `painted_at`.
    pub(crate) fn paint_at(&self, painted_at: i64, frame: i64) -> Option<i64> {
        let fast = self.dirty.fast().then(|| painted_at.saturating_add(frame));
        let slow = self.dirty.slow().then(|| self.painted.slow_at.saturating_add(SLOW));
        [fast, slow].into_iter().flatten().min().map(|at| at.max(self.painted.rests_until))
    }

    /// What an applied frame changed is to be painted again.
    pub(super) fn touched(&mut self, touched: &Touched) {
        let dirty = &mut self.dirty;
        dirty.everything |= touched.everything;
        dirty.workspace |= touched.workspace;
        dirty.colleagues |= touched.people;
        dirty.me |= touched.people;
        for id in &touched.conversations {
            dirty.conversation(*id);
            dirty.calls |= self.telephone.calls.of(*id).is_some();
        }
        for (conversation, line) in &touched.messages {
            dirty.line(*conversation, *line);
        }
        if !touched.left.is_empty() || !touched.entered.is_empty() {
            dirty.yours = true;
        }
        let shown = self.shown.customer;
        dirty.card |= shown.is_some_and(|customer| touched.customers.contains(&customer));
        dirty.follow_ups |=
            !touched.follow_ups.is_empty() || !touched.left.is_empty() || !touched.entered.is_empty();
        dirty.suggestions |= touched.library;
        if touched.library {
            self.helper.library_changed();
        }
        if !touched.follow_ups.is_empty() {
            dirty.card = true;
        }
    }

    /// Paints what changed. The slower views wait for their time.
    pub(crate) fn paint(&mut self, core: &mut Core, now: Now) {
        if !self.dirty.any() || now.mono < self.painted.rests_until {
            return;
        }
        if let Err(failure) = self.paint_changes(core, now) {
            // What is shown stays what it was; all of it is read again in a moment.
            tracing::error!(%failure, "a view cannot be read");
            core.cache_is_damaged |= self.cache_is_damaged();
            self.dirty = Dirty { everything: true, ..Dirty::default() };
            self.painted.rests_until = now.mono + UNREADABLE;
        }
    }

    /// Whether the cache has something that cannot be read: looked at whole, because what failed may have been anything.
    pub(crate) fn cache_is_damaged(&self) -> bool {
        matches!(cache::everything(self.replica.cache.rows()), Err(store::Error::Row))
    }

    fn paint_changes(&mut self, core: &mut Core, now: Now) -> Result<(), Failure> {
        if self.dirty.everything || self.dirty.workspace || self.dirty.colleagues {
            self.read_people()?;
        }
        if std::mem::take(&mut self.dirty.everything) {
            self.dirty = Dirty::default();
            core.push_gate_of(self, now)?;
            self.helper.library_changed();
            return Ok(());
        }
        if self.scene(now).is_none() {
            self.dirty = Dirty::default();
            return Ok(());
        }
        self.paint_around(core, now)?;
        self.paint_lists(core, now)?;
        self.paint_conversation(core, now)?;
        if now.mono >= self.painted.slow_at.saturating_add(SLOW) {
            self.painted.slow_at = now.mono;
            self.paint_slow(core, now)?;
        }
        Ok(())
    }

    /// The line, the reader, the team.
    fn paint_around(&mut self, core: &mut Core, now: Now) -> Result<(), Failure> {
        // What is counted beside the line is listed too: what waits, and what needs a decision.
        self.dirty.attention |= std::mem::take(&mut self.dirty.connection);
        let connection = self.connection(now);
        if self.painted.connection.as_ref() != Some(&connection) {
            self.painted.connection = Some(connection.clone());
            core.push(Push::Connection { connection });
        }
        if std::mem::take(&mut self.dirty.workspace)
            && let Some(workspace) = self.workspace.clone()
        {
            core.push(Push::Workspace { workspace });
            self.want_phone(core);
            self.dirty.offers = true;
            self.dirty.waiting = true;
            self.dirty.supervise = true;
        }
        if std::mem::take(&mut self.dirty.me)
            && let Some(person) = self.replica.me().cloned()
        {
            let presence = self.moment.presence.get(&person.id).cloned();
            let me = (person, presence);
            if self.painted.me.as_ref() != Some(&me) {
                self.painted.me = Some(me.clone());
                core.push(Push::Me { person: me.0, presence: me.1 });
            }
        }
        if std::mem::take(&mut self.dirty.phone) {
            core.push(Push::Phone { phone: self.telephone.state });
        }
        if std::mem::take(&mut self.dirty.colleagues) {
            let rows = self.colleagues();
            for patch in patches(&mut self.painted.colleagues, rows) {
                core.push(Push::Colleagues { patch });
            }
        }
        Ok(())
    }

    fn paint_lists(&mut self, core: &mut Core, now: Now) -> Result<(), Failure> {
        if std::mem::take(&mut self.dirty.offers) {
            self.dirty.waiting = true;
            let rows = live::queue::offers(&self.scene_or(now)?);
            for patch in patches(&mut self.painted.offers, rows) {
                core.push(Push::Offers { patch });
            }
        }
        if std::mem::take(&mut self.dirty.calls) {
            let rows = self.call_rows(now);
            for patch in patches(&mut self.painted.calls, rows) {
                core.push(Push::Calls { patch });
            }
        }
        if std::mem::take(&mut self.dirty.waiting) {
            let rows = live::queue::waiting(&self.scene_or(now)?);
            for patch in patches(&mut self.painted.waiting, rows) {
                core.push(Push::Waiting { patch });
            }
        }
        let all = std::mem::take(&mut self.dirty.yours);
        if all || !self.dirty.conversations.is_empty() {
            let scene = self.scene_or(now)?;
            let rows = if all {
                live::yours::rows(&scene)?
            } else {
                live::yours::rows_after(&scene, &self.painted.yours, &self.dirty.conversations)?
            };
            for patch in patches(&mut self.painted.yours, rows) {
                core.push(Push::Yours { patch });
            }
        }
        if std::mem::take(&mut self.dirty.attention) {
            let rows = live::attention::rows(&self.scene_or(now)?)?;
            for patch in patches(&mut self.painted.attention, rows) {
                core.push(Push::Attention { patch });
            }
        }
        if std::mem::take(&mut self.dirty.supervise) && self.shown.supervise {
            let supervise = live::supervise::supervise(&self.scene_or(now)?);
            core.push(Push::Supervise { supervise });
        }
        self.show_tray(core);
        Ok(())
    }

    fn paint_conversation(&mut self, core: &mut Core, now: Now) -> Result<(), Failure> {
        let conversations = std::mem::take(&mut self.dirty.conversations);
        let lines = std::mem::take(&mut self.dirty.lines);
        let Some(id) = self.shown.conversation else { return Ok(()) };
        let Some(conversation) = cache::conversation::load(self.replica.cache.rows(), id)? else {
            self.shown.conversation = None;
            self.shown.customer = None;
            self.painted.header = None;
            core.push(Push::Closed { conversation: id });
            return Ok(());
        };
        let mut again: BTreeSet<MessageId> =
            lines.into_iter().filter(|(where_, _)| *where_ == id).map(|(_, line)| line).collect();
        if conversations.contains(&id) {
            let header = live::header::header(&self.scene_or(now)?, id)?;
            if self.painted.header != header {
                self.painted.header.clone_from(&header);
                if let Some(header) = header {
                    if self.shown.customer != Some(header.customer) {
                        self.shown.customer = Some(header.customer);
                        self.dirty.card = true;
                    }
                    core.push(Push::Header { header });
                }
            }
            // The customer saw more: what was "sent" is "seen" now.
            let seen = conversation.seen_by_customer;
            if seen > self.painted.seen {
                let after = self.painted.seen;
                let newly =
                    cache::message::before(self.replica.cache.rows(), id, Some(seen + 1), seen - after)?;
                again.extend(newly.into_iter().filter(|line| line.n > after).map(|line| line.id));
                self.painted.seen = seen;
            }
        }
        for line in again {
            let item = live::timeline::one(&self.scene_or(now)?, &conversation, line)?;
            let patch = match item {
                Some(item) => {
                    self.dirty.suggestions |= item.n.is_some();
                    Patch::Upsert { item }
                }
                None => Patch::Remove { id: line.to_string() },
            };
            core.push(Push::Timeline { conversation: id, patch });
        }
        Ok(())
    }

    fn paint_slow(&mut self, core: &mut Core, now: Now) -> Result<(), Failure> {
        if std::mem::take(&mut self.dirty.card)
            && let (Some(conversation), Some(customer)) = (self.shown.conversation, self.shown.customer)
        {
            let card = live::card::card(&self.scene_or(now)?, customer, Some(conversation))?;
            if let Some(card) = card.filter(|card| self.painted.card.as_ref() != Some(card)) {
                self.painted.card = Some(card.clone());
                core.push(Push::Customer { conversation, card });
            }
        }
        if std::mem::take(&mut self.dirty.follow_ups) {
            let counts = live::follow_ups::counts(&self.scene_or(now)?, self.midnight(now))?;
            if self.painted.counts != Some(counts) {
                self.painted.counts = Some(counts);
                core.push(Push::FollowUpCounts { counts });
            }
            if let Some(scope) = self.shown.follow_ups {
                let rows = live::follow_ups::rows(&self.scene_or(now)?, scope)?;
                for patch in patches(&mut self.painted.follow_ups, rows) {
                    core.push(Push::FollowUps { patch });
                }
            }
        }
        if std::mem::take(&mut self.dirty.suggestions) {
            self.ask_for_suggestions(core)?;
        }
        Ok(())
    }

    /// Reads everything that is always shown, as a first picture.
    pub(super) fn fill(&mut self, now: Now) -> Result<(), Failure> {
        let midnight = self.midnight(now);
        let scene = self.scene_or(now)?;
        let (offers, waiting) = (live::queue::offers(&scene), live::queue::waiting(&scene));
        let yours = live::yours::rows(&scene)?;
        let counts = live::follow_ups::counts(&scene, midnight)?;
        let connection = self.connection(now);
        let colleagues = self.colleagues();
        let calls = self.call_rows(now);
        let painted = &mut self.painted;
        painted.calls = calls;
        painted.offers = offers;
        painted.waiting = waiting;
        painted.yours = yours;
        // The window starts without these rows: they are pushed right after, all of them.
        painted.attention.clear();
        self.dirty.attention = true;
        painted.counts = Some(counts);
        painted.connection = Some(connection);
        painted.colleagues = colleagues;
        Ok(())
    }

    /// Everything about a conversation, for the window; from now on its changes are pushed. Nothing when it is not in
    /// sight.
    pub(crate) fn show(&mut self, now: Now, id: ConversationId) -> Result<Option<Opened>, Failure> {
        let scene = self.scene_or(now)?;
        let Some(header) = live::header::header(&scene, id)? else { return Ok(None) };
        let Some(customer) = live::card::card(&scene, header.customer, Some(id))? else { return Ok(None) };
        let timeline = live::timeline::stretch(&scene, id, None)?;
        let draft = store::work::draft::load(self.replica.work.rows(), id)?.unwrap_or_default();
        let reading_at = store::work::kept::load(self.replica.work.rows(), &format!("reading:{id}"))?;
        let seen =
            cache::conversation::load(self.replica.cache.rows(), id)?.map_or(0, |c| c.seen_by_customer);
        self.shown.conversation = Some(id);
        self.shown.customer = Some(header.customer);
        self.painted.header = Some(header.clone());
        self.painted.card = Some(customer.clone());
        self.painted.seen = seen;
        self.painted.suggestions = None;
        self.dirty.suggestions = true;
        self.unread();
        Ok(Some(Opened { header, timeline, draft, customer, suggestions: Vec::new(), reading_at }))
    }

    pub(super) fn connection(&self, now: Now) -> Connection {
        let state = match self.replica.line() {
            SyncLine::Live => LineState::Live,
            SyncLine::Connecting => LineState::Reconnecting,
            SyncLine::Down => LineState::Offline,
            SyncLine::SignInNeeded => LineState::SignInNeeded,
            SyncLine::UpdateNeeded => LineState::UpdateNeeded,
        };
        // What is counted is what is listed.
        let listed = || self.replica.pending().iter().filter(|row| live::attention::is_listed(row));
        let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
        let ahead = self.service_time(now).since(now.wall);
        // Two clocks that are read one after the other differ by a hair each time: that is no news.
        let known = self.painted.connection.as_ref().map(|known| known.ahead);
        let ahead = known.filter(|known| (known - ahead).abs() < crate::sync::SAME_TIME).unwrap_or(ahead);
        Connection {
            state,
            complete_up_to: self.complete_at(),
            unsent: count(listed().filter(|row| row.state.waits()).count()),
            attention: count(listed().filter(|row| row.state.needs_attention()).count())
                + self.only_to_read(),
            ahead,
            quota: self.waiting(now).warning(),
        }
    }

    /// What is on the list and can only be read and let go.
    fn only_to_read(&self) -> u32 {
        let damaged = u32::from(self.salvaged.is_some());
        u32::try_from(self.replica.unreadable().len()).unwrap_or(u32::MAX).saturating_add(damaged)
    }

    /// While the line is live, "complete up to" is now and nobody needs it: it would only change all the time.
    fn complete_at(&self) -> Option<model::At> {
        match self.replica.line() {
            SyncLine::Live => None,
            _ => self.replica.cache.position().ok().and_then(|position| position.complete_at),
        }
    }

    fn colleagues(&self) -> Vec<Colleague> {
        let mut rows: Vec<Colleague> = self
            .people
            .values()
            .filter(|person| person.active && Some(person.id) != self.replica.me().map(|me| me.id))
            .map(|person| Colleague {
                presence: self.moment.presence.get(&person.id).cloned(),
                person: person.clone(),
            })
            .collect();
        rows.sort_by(|a, b| a.person.name.cmp(&b.person.name));
        rows
    }

    /// The end of the reader's day, in the zone of this computer.
    fn midnight(&self, now: Now) -> model::At {
        let here = jiff::Timestamp::from_millisecond(now.wall.0)
            .ok()
            .map(|stamp| stamp.to_zoned(jiff::tz::TimeZone::system()))
            .and_then(|here| here.tomorrow().ok())
            .and_then(|tomorrow| tomorrow.start_of_day().ok());
        here.map_or(now.wall + DAY, |midnight| model::At(midnight.timestamp().as_millisecond()))
    }
}

impl Core {
    /// The gate of a workplace that is out of its place at the moment.
    fn push_gate_of(&mut self, place: &mut Workplace, now: Now) -> Result<(), Failure> {
        let gate = place.gate(now, self.sign_in.is_some())?;
        self.push(Push::Gate { gate });
        Ok(())
    }
}
