//! One open workspace of one person: its files, its line, and what is shown of it.

mod after;
mod decide;
pub(crate) mod help;
pub(crate) mod keys;
mod lease;
mod line;
mod notices;
pub(crate) mod open;
mod outbox;
mod paint;
pub(crate) mod person;
mod session;

use std::{collections::BTreeMap, sync::Arc};

use backend::Backend;
use model::{
    At, CommandId, ConversationId, CustomerId, Intent, Person, PersonId, Workspace, wire::ClientFrame,
};
use store::{
    cache,
    work::{kept, salvage::Salvaged},
};
use tokio::sync::{mpsc, watch};

use crate::{
    Failure, FailureCode,
    clock::Now,
    core::Core,
    helper::Helper,
    live::{self, Scene, moment::Moment},
    phone::Telephone,
    replica::Replica,
    sync::{Input, LineState},
    view::{FollowUpRow, FollowUpScope, Gate, Home, Keys, Opened},
};
use after::After;
use paint::{Dirty, Painted};
use person::Chosen;

/// What the window shows besides the lists that are always there.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) follow_ups: Option<FollowUpScope>,
    pub(crate) supervise: bool,
}

/// One open workspace of one person.
pub(crate) struct Workplace {
    /// Which opening this is.
    pub(crate) opening: u64,
    /// The workspace's name on this computer.
    pub(crate) id: String,
    pub(crate) practice: bool,
    /// The files and the line's machine.
    pub(crate) replica: Replica,
    /// The keys of its files.
    pub(crate) file_keys: keys::FileKeys,
    /// What opens its files, for the screen.
    pub(crate) keys: Keys,
    /// For how long it may be shown without contact.
    lease: Option<lease::Watched>,
    /// Bytes of files that wait, those of drafts among them.
    waiting_bytes: i64,
    pub(crate) workspace: Option<Workspace>,
    pub(crate) people: BTreeMap<PersonId, Person>,
    pub(crate) backend: Option<Arc<dyn Backend>>,
    pub(crate) moment: Moment,
    pub(crate) shown: Shown,
    /// What follows once a command is with the service: the other actions of a macro.
    pub(crate) after: BTreeMap<CommandId, After>,
    /// What took the place of conflicts that were settled since the start, if anything did: so that a choice can be undone.
    pub(crate) settled_by: BTreeMap<CommandId, Option<CommandId>>,
    /// What was saved from a damaged work file, until it was read.
    pub(crate) salvaged: Option<Salvaged>,
    /// The presence that the reader chose.
    pub(crate) chosen: Option<Chosen>,
    /// The presence that the service told first on this line was compared with the chosen one.
    pub(crate) presence_asked: bool,
    pub(crate) helper: Helper,
    help: help::Help,
    /// Its telephone.
    pub(crate) telephone: Telephone,
    line: Option<mpsc::Sender<ClientFrame>>,
    /// How the line was when it was looked at last.
    line_shown: LineState,
    /// Counts lines: what is heard on an older one is not taken.
    line_no: u64,
    /// The last number applied, for calls that wait until their effect can be shown.
    applied: watch::Sender<u64>,
    dirty: Dirty,
    painted: Painted,
    /// Messages that came while the line was not live: told together.
    missed: u32,
    /// Offers that the system's notifications show.
    notified_offers: std::collections::BTreeSet<ConversationId>,
    /// What the tray shows.
    tray: Option<crate::ports::Tray>,
}

impl Workplace {
    pub(crate) fn service_time(&self, now: Now) -> At {
        self.replica.service_time(now)
    }

    pub(crate) fn next_wake(&self, now: Now) -> i64 {
        let mut next = self.replica.next_wake(now);
        next = next.min(self.phone_wakes(now).unwrap_or(next));
        if let Some(until) = self.moment.typing.values().min() {
            next = next.min(now.mono + until.since(self.service_time(now)).max(1));
        }
        next
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, core: &mut Core, now: Now) {
        let over = self.moment.typing_over(self.service_time(now));
        for conversation in over {
            self.dirty.conversation(conversation);
        }
        self.phone_tick(core, now);
        self.step(core, Input::Tick);
    }

    /// What views are made of, once it is known who sits here.
    pub(crate) fn scene(&self, now: Now) -> Option<Scene<'_>> {
        Some(Scene {
            cache: self.replica.cache.rows(),
            work: self.replica.work.rows(),
            pending: self.replica.pending(),
            unreadable: self.replica.unreadable(),
            salvaged: self.salvaged.as_ref(),
            me: self.replica.me()?,
            workspace: self.workspace.as_ref()?,
            people: &self.people,
            moment: &self.moment,
            now: self.service_time(now),
            wall: now.wall,
        })
    }

    /// The scene, or `SignedOut` when it is not known yet who sits here.
    pub(crate) fn scene_or(&self, now: Now) -> Result<Scene<'_>, Failure> {
        self.scene(now).ok_or_else(|| FailureCode::SignedOut.into())
    }

    /// Whether this desk can be shown, and all of it.
    pub(crate) fn gate(&mut self, now: Now, signing_in: bool) -> Result<Gate, Failure> {
        // With what was told before, it is shown, and says itself that a sign-in is needed.
        let nothing_to_show = self.replica.me().is_none() || self.workspace.is_none();
        let nobody = self.backend.is_none() || self.replica.line() == LineState::SignInNeeded;
        if nothing_to_show && nobody && !self.practice {
            return Ok(Gate::SignedOut { waiting: signing_in });
        }
        let Some(home) = self.home(now)? else { return Ok(Gate::Opening) };
        Ok(Gate::Ready { home })
    }

    fn home(&mut self, now: Now) -> Result<Option<Home>, Failure> {
        let open: Option<ConversationId> = match self.shown.conversation {
            Some(id) => Some(id),
            None => store::work::kept::load(self.replica.work.rows(), "open")?,
        };
        if self.scene(now).is_none() {
            return Ok(None);
        }
        let open = match open {
            Some(id) => self.show(now, id)?,
            None => None,
        };
        self.painted.forget();
        self.fill(now)?;
        let (Some(me), Some(workspace)) = (self.replica.me().cloned(), self.workspace.clone()) else {
            return Ok(None);
        };
        Ok(Some(Home {
            presence: self.moment.presence.get(&me.id).cloned(),
            chat_link: self.chat_link(&workspace),
            workspace,
            colleagues: self.painted.colleagues.clone(),
            connection: self.painted.connection.clone().unwrap_or_else(|| self.connection(now)),
            offers: self.painted.offers.clone(),
            phone: self.telephone.state,
            calls: self.painted.calls.clone(),
            yours: self.painted.yours.clone(),
            waiting: self.painted.waiting.clone(),
            follow_ups: self.painted.counts.unwrap_or_default(),
            open,
            practice: self.practice,
            keys: self.keys,
            me,
        }))
    }

    fn chat_link(&self, workspace: &Workspace) -> String {
        self.backend.as_ref().map(|backend| backend.chat_link(&workspace.id)).unwrap_or_default()
    }

    /// Reads who sits here and with whom from the cache.
    pub(crate) fn read_people(&mut self) -> Result<(), Failure> {
        let rows = self.replica.cache.rows();
        self.people = cache::person::everybody(rows)?.into_iter().map(|person| (person.id, person)).collect();
        self.workspace = cache::meta::workspace(rows)?;
        if let Some(me) = self.replica.me().and_then(|me| self.people.get(&me.id)) {
            self.replica.set_me(me.clone());
        }
        Ok(())
    }
}

impl Workplace {
    /// Whether a command would find nobody.
    pub(crate) fn connection_is_down(&self) -> bool {
        !matches!(self.replica.line(), LineState::Live | LineState::Connecting)
    }

    /// Whether there are changes that the service does not know.
    pub(crate) fn has_unsent(&self, now: Now) -> bool {
        let connection = self.connection(now);
        connection.unsent + connection.attention > 0
    }

    /// Where a customer can write, once the service is known.
    pub(crate) fn chat_page(&self) -> Option<String> {
        self.workspace.as_ref().map(|workspace| self.chat_link(workspace)).filter(|link| !link.is_empty())
    }

    /// Shows a conversation, or none, and remembers which.
    pub(crate) fn open_conversation(
        &mut self,
        core: &mut Core,
        now: Now,
        id: Option<ConversationId>,
    ) -> Result<Option<Opened>, Failure> {
        let opened = match id {
            Some(id) => self.show(now, id)?,
            None => {
                self.shown.conversation = None;
                self.shown.customer = None;
                None
            }
        };
        if opened.is_some() || id.is_none() {
            kept::save(self.replica.work.rows(), "open", &id)?;
            self.say_viewing();
            if core.focused {
                self.looked_at(core);
            }
        }
        Ok(opened)
    }

    /// The reader has read up to a line of their own conversation.
    pub(crate) fn read_upto(
        &mut self,
        core: &mut Core,
        id: ConversationId,
        upto: u32,
    ) -> Result<(), Failure> {
        let Some(conversation) = cache::conversation::load(self.replica.cache.rows(), id)? else {
            return Ok(());
        };
        let mine = conversation.owner == self.replica.me().map(|me| me.id);
        let known = self.replica.pending().iter().fold(conversation.read_by_owner, |known, row| {
            match &row.command.intent {
                Intent::Read { conversation, upto } if *conversation == id => known.max(*upto),
                _ => known,
            }
        });
        if mine && upto > known {
            match self.enqueue_now(core, Intent::Read { conversation: id, upto }) {
                // A mark that something was read is nothing that the reader would miss.
                Err(failure) if failure.code == FailureCode::Full => return Ok(()),
                marked => marked?,
            }
            core.shell.clear(&crate::ports::About::Message(id));
        }
        Ok(())
    }

    /// Shows a list of loops, or none.
    pub(crate) fn show_follow_ups(
        &mut self,
        now: Now,
        scope: Option<FollowUpScope>,
    ) -> Result<Vec<FollowUpRow>, Failure> {
        self.shown.follow_ups = scope;
        let Some(scope) = scope else { return Ok(Vec::new()) };
        let rows = live::follow_ups::rows(&self.scene_or(now)?, scope)?;
        self.painted.follow_ups.clone_from(&rows);
        Ok(rows)
    }
}
