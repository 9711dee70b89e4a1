//! The open sockets, and who is told what. The hub only rings bells: what a socket says about the log it reads from
//! the log. What may be forgotten ([`Now`], typing) is handed over directly, as much as a socket may have waiting.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use axum::extract::ws::Utf8Bytes;
use model::{
    At, ConversationId, DeviceId, Person, PersonId, Role, Slug, TenantId,
    limits::SOCKETS,
    wire::{Now, ServerFrame, chat::ChatFrame, frames::close},
};
use tokio::sync::{Notify, mpsc, watch};
use uuid::Uuid;

use crate::tx::Committed;

/// Bytes that may wait for one socket before it counts as too slow.
const BACKLOG: usize = 1024 * 1024;
/// What a frame that waits costs beside its text.
const FRAME: usize = 64;

/// Who is told.
#[derive(Debug, Clone)]
pub(crate) enum To {
    /// Every desk of the tenant.
    Everybody,
    /// One person, at all their desks.
    Person(PersonId),
    /// Some people, at all their desks.
    People(Vec<PersonId>),
    /// Those who serve a queue, and supervisors.
    Queue(Slug),
    /// Supervisors.
    Supervisors,
}

/// What a socket is handed directly.
#[derive(Debug, Clone)]
pub(crate) enum Direct {
    /// A frame, as it is said. The same text for all who are told.
    Say(Utf8Bytes),
    /// For a desk: something happened behind the service's back. It looks at everything again.
    Again,
}

impl Direct {
    fn bytes(&self) -> usize {
        match self {
            Direct::Say(text) => text.len() + FRAME,
            Direct::Again => FRAME,
        }
    }
}

/// Who sits at a socket.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// An advisor's desk.
    Desk { person: Person, device: DeviceId, family: Uuid },
    /// A customer's page.
    Page { visitor: Uuid, conversation: Option<ConversationId> },
}

/// One open socket.
pub(crate) struct Seat {
    id: u64,
    tenant: TenantId,
    who: Mutex<Who>,
    viewing: Mutex<Option<ConversationId>>,
    bell: Notify,
    direct: mpsc::UnboundedSender<Direct>,
    /// Bytes of what was handed over and not said yet.
    waiting: AtomicUsize,
    closing: watch::Sender<Option<u16>>,
}

impl Seat {
    /// Ends once there is something in the log to look at.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Ends once the socket is to be closed; with which code. It goes before everything that waits to be said, so that a
    /// socket that takes nothing any more is closed as fast as any other.
    pub(crate) fn closing(&self) -> watch::Receiver<Option<u16>> {
        self.closing.subscribe()
    }

    /// Closes the socket. What it was told first counts.
    pub(crate) fn close(&self, code: u16) {
        self.closing.send_if_modified(|closing| {
            let first = closing.is_none();
            closing.get_or_insert(code);
            first
        });
    }

    /// Something that was handed over is said.
    pub(crate) fn said(&self, direct: &Direct) {
        self.waiting.fetch_sub(direct.bytes(), Ordering::Relaxed);
    }

    /// Asks the person at this desk something, as the hub knows them; nothing at a page.
    fn at_desk<T>(&self, ask: impl FnOnce(&Person) -> T) -> Option<T> {
        match &*lock(&self.who) {
            Who::Desk { person, .. } => Some(ask(person)),
            Who::Page { .. } => None,
        }
    }

    /// Whether it is a desk of that person.
    fn is_of(&self, id: PersonId) -> bool {
        self.at_desk(|person| person.id == id) == Some(true)
    }

    fn hand(&self, direct: Direct) {
        let bytes = direct.bytes();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > BACKLOG {
            // It is given no more: what waits already is all that it will ever take.
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.close(close::SLOW);
        } else {
            // Nobody listens: the socket is about to leave.
            let _ = self.direct.send(direct);
        }
    }
}

/// A frame as it is said.
fn frame(frame: &impl serde::Serialize) -> Direct {
    // Frames are plain data: writing them as JSON does not fail.
    Direct::Say(serde_json::to_string(frame).unwrap_or_default().into())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many sockets are open, in all and of each person or visitor.
#[derive(Default)]
struct Open {
    of: Mutex<BTreeMap<(TenantId, Uuid), usize>>,
    all: watch::Sender<usize>,
}

/// A socket that was let in. It counts until this is dropped, after everything that follows from its end is noted.
pub(crate) struct Admitted {
    open: Arc<Open>,
    whose: (TenantId, Uuid),
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut of = lock(&self.open.of);
        if let Some(count) = of.get_mut(&self.whose) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                of.remove(&self.whose);
            }
        }
        drop(of);
        self.open.all.send_modify(|all| *all = all.saturating_sub(1));
    }
}

/// All open sockets.
#[derive(Default)]
pub(crate) struct Hub {
    next: AtomicU64,
    open: Arc<Open>,
    /// The service stops: whoever sits down is sent away.
    closing: Mutex<Option<u16>>,
    seats: Mutex<BTreeMap<u64, Arc<Seat>>>,
    /// Rung when supervisors' figures changed.
    pub(crate) figures: Notify,
    dirty: Mutex<std::collections::BTreeSet<TenantId>>,
}

impl Hub {
    /// Lets a person or visitor have one more socket, unless they have as many as they may.
    pub(crate) fn admit(&self, tenant: TenantId, who: Uuid) -> Option<Admitted> {
        let whose = (tenant, who);
        let mut of = lock(&self.open.of);
        let count = of.entry(whose).or_default();
        if *count >= SOCKETS {
            return None;
        }
        *count += 1;
        drop(of);
        self.open.all.send_modify(|all| *all += 1);
        Some(Admitted { open: self.open.clone(), whose })
    }

    /// How many sockets are open.
    pub(crate) fn open(&self) -> watch::Receiver<usize> {
        self.open.all.subscribe()
    }

    /// Takes a seat. It is given up with [`Hub::leave`].
    pub(crate) fn sit(&self, tenant: TenantId, who: Who) -> (Arc<Seat>, mpsc::UnboundedReceiver<Direct>) {
        let (direct, received) = mpsc::unbounded_channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        if let Who::Desk { person, device, .. } = &who {
            // One socket per desk: an older one of the same device is a ghost of a broken line.
            for seat in self.of_tenant(tenant) {
                let ghost = matches!(&*lock(&seat.who),
                    Who::Desk { person: other, device: its, .. } if other.id == person.id && its == device);
                if ghost {
                    seat.close(close::SUPERSEDED);
                }
            }
        }
        let seat = Arc::new(Seat {
            id,
            tenant,
            who: Mutex::new(who),
            viewing: Mutex::new(None),
            bell: Notify::new(),
            direct,
            waiting: AtomicUsize::new(0),
            closing: watch::Sender::new(None),
        });
        lock(&self.seats).insert(id, seat.clone());
        if let Some(code) = *lock(&self.closing) {
            seat.close(code);
        }
        (seat, received)
    }

    /// Gives a seat up.
    pub(crate) fn leave(&self, seat: &Seat) {
        lock(&self.seats).remove(&seat.id);
    }

    fn of_tenant(&self, tenant: TenantId) -> Vec<Arc<Seat>> {
        lock(&self.seats).values().filter(|seat| seat.tenant == tenant).cloned().collect()
    }

    /// How many desks a person has open.
    pub(crate) fn desks_of(&self, tenant: TenantId, person: PersonId) -> usize {
        self.of_tenant(tenant).iter().filter(|seat| seat.is_of(person)).count()
    }

    /// How many pages a visitor has open.
    pub(crate) fn pages_of(&self, tenant: TenantId, visitor: Uuid) -> usize {
        let is_theirs =
            |seat: &&Arc<Seat>| matches!(&*lock(&seat.who), Who::Page { visitor: v, .. } if *v == visitor);
        self.of_tenant(tenant).iter().filter(is_theirs).count()
    }

    /// The page now shows this conversation.
    pub(crate) fn page_shows(&self, seat: &Seat, now_showing: ConversationId) {
        if let Who::Page { conversation, .. } = &mut *lock(&seat.who) {
            *conversation = Some(now_showing);
        }
    }

    /// All pages of a visitor show this conversation from now on, and look into the log.
    pub(crate) fn visitor_shows(&self, tenant: TenantId, whose: Uuid, now_showing: ConversationId) {
        for seat in self.of_tenant(tenant) {
            if let Who::Page { visitor, conversation } = &mut *lock(&seat.who)
                && *visitor == whose
            {
                *conversation = Some(now_showing);
                seat.bell.notify_one();
            }
        }
    }

    /// Somebody was changed: what their desks are told from now on follows from what they are now.
    pub(crate) fn renew(&self, tenant: TenantId, renewed: &Person) {
        for seat in self.of_tenant(tenant) {
            if let Who::Desk { person, .. } = &mut *lock(&seat.who)
                && person.id == renewed.id
            {
                person.clone_from(renewed);
            }
        }
    }

    /// Closes all desks of a person.
    pub(crate) fn close_desks(&self, tenant: TenantId, person: PersonId, code: u16) {
        for seat in self.of_tenant(tenant) {
            if seat.is_of(person) {
                seat.close(code);
            }
        }
    }

    /// Closes the desks of a sign-in.
    pub(crate) fn close_family(&self, tenant: TenantId, ended: Uuid, code: u16) {
        for seat in self.of_tenant(tenant) {
            if matches!(&*lock(&seat.who), Who::Desk { family, .. } if *family == ended) {
                seat.close(code);
            }
        }
    }

    /// Closes every socket, and those that come later at once.
    pub(crate) fn close_all(&self, code: u16) {
        *lock(&self.closing) = Some(code);
        for seat in lock(&self.seats).values() {
            seat.close(code);
        }
    }

    /// Closes the desks of those who are not allowed in any more, as `code` has it for a person and their sign-in.
    pub(crate) fn close_where(&self, code: impl Fn(&Person, Uuid) -> Option<u16>) {
        for seat in lock(&self.seats).values() {
            if let Who::Desk { person, family, .. } = &*lock(&seat.who)
                && let Some(code) = code(person, *family)
            {
                seat.close(code);
            }
        }
    }

    /// Everybody who sits at a desk, with their sign-in.
    pub(crate) fn desks(&self) -> Vec<(TenantId, PersonId, Uuid)> {
        let seats = lock(&self.seats);
        let desks = seats.values().filter_map(|seat| match &*lock(&seat.who) {
            Who::Desk { person, family, .. } => Some((seat.tenant, person.id, *family)),
            Who::Page { .. } => None,
        });
        desks.collect()
    }

    /// Lets every socket look at everything again: another process changed the database.
    pub(crate) fn look_again(&self) {
        for seat in lock(&self.seats).values() {
            if seat.at_desk(|_| ()).is_some() {
                seat.hand(Direct::Again);
            } else {
                seat.bell.notify_one();
            }
        }
    }

    /// Tells everybody concerned about finished work.
    pub(crate) fn deliver(&self, tenant: TenantId, committed: Committed) {
        for person in &committed.renewed {
            self.renew(tenant, person);
        }
        let seats = self.of_tenant(tenant);
        for seat in &seats {
            let concerned = match &*lock(&seat.who) {
                Who::Desk { person, .. } => committed.wake_all || committed.wake.contains(&person.id.0),
                Who::Page { conversation, .. } => conversation.is_some_and(|c| committed.wake.contains(&c.0)),
            };
            if concerned {
                seat.bell.notify_one();
            }
        }
        for (to, now) in committed.nows {
            tell(&seats, &to, &now);
        }
        if committed.supervise {
            lock(&self.dirty).insert(tenant);
            self.figures.notify_one();
        }
    }

    /// Tells something to desks that needs no log and no database.
    pub(crate) fn tell(&self, tenant: TenantId, to: &To, now: &Now) {
        tell(&self.of_tenant(tenant), to, now);
    }

    /// The tenants whose supervisors should get new figures.
    pub(crate) fn take_dirty(&self) -> Vec<TenantId> {
        std::mem::take(&mut *lock(&self.dirty)).into_iter().collect()
    }

    /// Whether anybody would look at figures.
    pub(crate) fn has_supervisors(&self, tenant: TenantId) -> bool {
        let supervises = |person: &Person| person.role == Role::Supervisor;
        self.of_tenant(tenant).iter().any(|seat| seat.at_desk(supervises) == Some(true))
    }

    /// The advisor of a conversation is writing: its customer's pages are told.
    pub(crate) fn tell_page(&self, tenant: TenantId, id: ConversationId, until: At) {
        for seat in self.of_tenant(tenant) {
            let shows =
                matches!(&*lock(&seat.who), Who::Page { conversation, .. } if *conversation == Some(id));
            if shows {
                seat.hand(frame(&ChatFrame::Typing { until }));
            }
        }
    }

    /// A desk looks at a conversation; all desks that look at the same one are told who does.
    pub(crate) fn views(&self, seat: &Seat, conversation: Option<ConversationId>) {
        let before = std::mem::replace(&mut *lock(&seat.viewing), conversation);
        if before == conversation {
            return;
        }
        let seats = self.of_tenant(seat.tenant);
        for id in [before, conversation].into_iter().flatten() {
            let here: Vec<_> = seats.iter().filter(|s| *lock(&s.viewing) == Some(id)).collect();
            let mut people: Vec<PersonId> =
                here.iter().filter_map(|s| s.at_desk(|person| person.id)).collect();
            people.sort();
            people.dedup();
            let told = frame(&ServerFrame::Now(Now::Viewing { conversation: id, people }));
            for other in here {
                other.hand(told.clone());
            }
        }
    }
}

fn tell(seats: &[Arc<Seat>], to: &To, now: &Now) {
    let told = std::cell::LazyCell::new(|| frame(&ServerFrame::Now(now.clone())));
    for seat in seats {
        let meant = seat.at_desk(|person| match to {
            To::Everybody => true,
            To::Person(id) => person.id == *id,
            To::People(ids) => ids.contains(&person.id),
            To::Queue(queue) => person.sees_queue(queue),
            To::Supervisors => person.role == Role::Supervisor,
        });
        if meant == Some(true) {
            seat.hand((*told).clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_waits_for_a_socket_than_it_may_have() {
        let hub = Hub::default();
        let page = || Who::Page { visitor: Uuid::now_v7(), conversation: None };
        let (stuck, mut unread) = hub.sit(TenantId(Uuid::nil()), page());
        let (other, _) = hub.sit(TenantId(Uuid::nil()), page());
        let text = Direct::Say("x".repeat(1_000).into());
        while stuck.closing().borrow().is_none() {
            stuck.hand(text.clone());
            assert!(stuck.waiting.load(Ordering::Relaxed) <= BACKLOG, "never more than that");
        }
        assert_eq!(*stuck.closing().borrow(), Some(close::SLOW));
        stuck.hand(text.clone());
        let mut held = 0;
        while let Ok(direct) = unread.try_recv() {
            held += direct.bytes();
            stuck.said(&direct);
        }
        assert!(held <= BACKLOG && held > BACKLOG - 2 * text.bytes(), "all of its room was used: {held}");
        assert_eq!(stuck.waiting.load(Ordering::Relaxed), 0);
        stuck.close(close::FORBIDDEN);
        assert_eq!(*stuck.closing().borrow(), Some(close::SLOW), "what it was told first counts");
        assert_eq!(*other.closing().borrow(), None, "and nobody else is concerned");
    }
}
