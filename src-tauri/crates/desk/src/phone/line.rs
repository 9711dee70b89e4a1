//! The line at the telephone exchange: opened with the sign-in, kept while it lasts, closed with the workspace.

use std::{collections::BTreeSet, sync::Arc};

use backend::Backend;
use model::{
    Conversation, ConversationId,
    call::{Deed, INVITE_WITHIN, Offer},
    wire::{
        now::OfferItem,
        reads::{PhoneLine, PhoneTransport},
    },
};
use secrecy::SecretString;
use store::cache;
use tokio::runtime::Handle;
use voice::{Account, Happening, Heard, Phone, Registration, Transport, Trouble};

use super::{Calls, Opened, Telephony};
use crate::{
    clock::Now,
    core::Core,
    sync::{LineState, Redial},
    view::PhoneState,
    workplace::Workplace,
};

/// How long the desk waits at least before it asks for a line again, in ms.
const AGAIN: i64 = 4_000;

/// The telephone of an open workspace.
pub(crate) struct Telephone {
    pub(crate) calls: Calls,
    pub(crate) state: PhoneState,
    phone: Option<Arc<dyn Phone>>,
    /// Counts lines: what an older one tells is not taken.
    no: u64,
    /// A line is being asked for.
    asking: bool,
    /// When one is asked for again.
    again_at: Option<i64>,
    /// How long until then: longer each time, so that a desk without a headset does not ask all day.
    redial: Redial,
    telephony: Arc<dyn Telephony>,
    io: Handle,
}

impl Telephone {
    /// None yet.
    pub(crate) fn new(telephony: Arc<dyn Telephony>, io: Handle, chance: u64) -> Self {
        Self {
            calls: Calls::default(),
            state: PhoneState::None,
            phone: None,
            no: 0,
            asking: false,
            again_at: None,
            redial: Redial::new(chance),
            telephony,
            io,
        }
    }

    /// The telephone, if there is a line.
    pub(crate) fn phone(&self) -> Option<Arc<dyn Phone>> {
        self.phone.clone()
    }

    /// Gives the telephone away, to be closed; nothing that it still tells is taken.
    pub(crate) fn give_up(&mut self) -> Option<Arc<dyn Phone>> {
        self.no += 1;
        self.asking = false;
        self.calls.lost();
        let phone = self.phone.take()?;
        // Nobody is recorded who does not call.
        self.telephony.put_down();
        Some(phone)
    }

    /// Asks again after a while.
    fn again(&mut self, now: Now) {
        self.again_at = Some(now.mono + AGAIN + self.redial.next_delay());
    }

    /// Says goodbye in the background: nobody waits for it.
    fn hang_up(&mut self) {
        if let Some(phone) = self.give_up() {
            self.io.spawn(async move { phone.close().await });
        }
    }
}

impl Drop for Telephone {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl Workplace {
    /// When the telephone has something to do by itself, by the steady clock.
    pub(crate) fn phone_wakes(&self, now: Now) -> Option<i64> {
        let until = self.telephone.calls.next_deadline();
        let calls = until.map(|until| now.mono + until.since(self.service_time(now)).max(1));
        [calls, self.telephone.again_at].into_iter().flatten().min()
    }

    /// Time passed.
    pub(crate) fn phone_tick(&mut self, core: &mut Core, now: Now) {
        let time = self.service_time(now);
        if self.telephone.calls.next_deadline().is_some_and(|until| until <= time) {
            let todo = self.telephone.calls.time(time);
            self.follow_calls(core, todo);
        }
        if self.telephone.again_at.is_some_and(|at| at <= now.mono) {
            self.telephone.again_at = None;
            self.want_phone(core);
        }
    }

    /// The workspace takes calls and there is a line to the service: asks for one to the exchange. Without queues that are
    /// called, there is none.
    pub(crate) fn want_phone(&mut self, core: &Core) {
        let takes_calls =
            |workspace: &model::Workspace| workspace.queues.iter().any(|queue| queue.calls.is_some());
        if !self.workspace.as_ref().is_some_and(takes_calls) {
            self.telephone.hang_up();
            self.dirty_calls();
            return self.phone_is(PhoneState::None);
        }
        let live = self.replica.line() == LineState::Live;
        let Some(backend) = self.backend.clone().filter(|_| live) else { return };
        if self.telephone.phone.is_some() && self.telephone.state == PhoneState::Refused {
            if self.telephone.calls.any_spoken() {
                return self.telephone.again(core.now());
            }
            self.telephone.hang_up();
            self.dirty_calls();
        }
        if let Some(phone) = self.telephone.phone() {
            // The line was away, and perhaps the network with it.
            core.io.spawn(async move { phone.network_changed().await });
            return;
        }
        if std::mem::replace(&mut self.telephone.asking, true) {
            return;
        }
        if self.telephone.state == PhoneState::None {
            self.phone_is(PhoneState::Connecting);
        }
        self.telephone.no += 1;
        let (back, opening, no) = (core.back.clone(), self.opening, self.telephone.no);
        let telephony = core.telephony.clone();
        let name = self.replica.me().map(|me| me.name.clone());
        core.io.spawn(async move {
            let opened = open(&*backend, &*telephony, name).await;
            back.job(move |core| {
                core.at_phone(opening, no, |core, place| place.phone_opened(core, opened));
            });
        });
    }

    fn phone_opened(&mut self, core: &Core, opened: Result<Opened, PhoneState>) {
        self.telephone.asking = false;
        let (phone, mut hears) = match opened {
            Ok(opened) => opened,
            Err(state) => {
                self.phone_is(state);
                // A service without an exchange has none in five seconds either: asked again with the next line.
                if state != PhoneState::None {
                    self.telephone.again(core.now());
                }
                return;
            }
        };
        self.telephone.phone = Some(phone.clone());
        let (back, opening, no) = (core.back.clone(), self.opening, self.telephone.no);
        core.io.spawn(async move {
            phone.register().await;
            drop(phone);
            while let Some(heard) = hears.recv().await {
                back.job(move |core| {
                    core.at_phone(opening, no, |core, place| place.phone_says(core, heard));
                });
            }
        });
    }

    fn phone_says(&mut self, core: &mut Core, heard: Heard) {
        match heard {
            Heard::Registration(registration) => self.registration_is(core, registration),
            Heard::Call(line, happening) => {
                if let Happening::Incoming { correlation: Some(correlation), .. } = &happening {
                    self.own_call_rings(core, correlation);
                }
                let now = self.service_time(core.now());
                let todo = self.telephone.calls.heard(&line, &happening, now);
                self.follow_calls(core, todo);
            }
        }
    }

    fn registration_is(&mut self, core: &Core, registration: Registration) {
        match registration {
            Registration::None => {}
            Registration::Registered => {
                self.telephone.redial.reset();
                self.phone_is(PhoneState::Ready);
            }
            Registration::Lost => self.phone_is(PhoneState::Unreachable),
            Registration::Refused(_) | Registration::Untrusted => {
                self.phone_is(PhoneState::Refused);
                // The service was started anew and gives another password. Whoever speaks goes on first.
                self.telephone.again(core.now());
            }
        }
    }

    fn phone_is(&mut self, state: PhoneState) {
        if std::mem::replace(&mut self.telephone.state, state) != state {
            tracing::info!(?state, "the telephone");
            self.dirty_phone();
        }
    }

    /// The queue holds out a conversation, or no longer does.
    pub(crate) fn call_offered(&mut self, core: &mut Core, conversation: model::ConversationId, came: bool) {
        let now = self.service_time(core.now());
        let offer = self.moment.offers.get(&conversation).filter(|_| came);
        let todo = match offer.and_then(|offer| Some((offer, offer.call.clone()?))) {
            Some((offer, call)) => {
                let offered = offered(offer, call.correlation);
                self.telephone.calls.offer(offered, &call.from, now)
            }
            None if came => return,
            None => self.telephone.calls.offer_gone(conversation, now),
        };
        self.follow_calls(core, todo);
    }
}

impl Workplace {
    /// A call arrives that the queue does not hold out: a supervisor may have given its conversation to the reader.
    fn own_call_rings(&mut self, core: &mut Core, correlation: &str) {
        let Some(me) = self.replica.me().map(|me| me.id) else { return };
        let open = cache::conversation::open_of(self.replica.cache.rows(), me).unwrap_or_default();
        let named =
            |one: &Conversation| one.call.as_ref().is_some_and(|call| call.correlation.0 == correlation);
        if let Some(conversation) = open.into_iter().find(named) {
            self.call_belongs(core, &conversation, true);
        }
    }

    /// Conversations changed: a call that is here already may belong to one that became the reader's, given by a
    /// colleague who asked first.
    pub(crate) fn calls_may_belong(&mut self, core: &mut Core, conversations: &BTreeSet<ConversationId>) {
        if !self.telephone.calls.any_strange() {
            return;
        }
        let me = self.replica.me().map(|me| me.id);
        for id in conversations {
            let kept = cache::conversation::load(self.replica.cache.rows(), *id).ok().flatten();
            if let Some(conversation) = kept.filter(|conversation| conversation.owner == me) {
                self.call_belongs(core, &conversation, false);
            }
        }
    }

    fn call_belongs(&mut self, core: &mut Core, conversation: &Conversation, rings: bool) {
        let Some(call) = conversation.call.as_ref().filter(|call| call.ended.is_none()) else { return };
        let now = self.service_time(core.now());
        let owned = Offer {
            conversation: conversation.id,
            correlation: call.correlation.clone(),
            queued_at: call.times.began,
            until: now + INVITE_WITHIN,
        };
        let mut todo = self.telephone.calls.belongs(owned, &call.with, rings, now);
        // The service knows whose it is.
        todo.retain(|(_, deed)| *deed != Deed::Accept);
        self.follow_calls(core, todo);
    }
}

fn offered(offer: &OfferItem, correlation: model::call::Correlation) -> Offer {
    Offer {
        conversation: offer.item.conversation,
        correlation,
        queued_at: offer.item.waiting_since,
        until: offer.until,
    }
}

/// Asks the service for a line, and opens it.
async fn open(
    backend: &dyn Backend,
    telephony: &dyn Telephony,
    name: Option<String>,
) -> Result<Opened, PhoneState> {
    let line = match backend.phone().await {
        Ok(line) => line,
        Err(backend::Trouble::NotFound) => return Err(PhoneState::None),
        Err(_) => return Err(PhoneState::Unreachable),
    };
    telephony.open(account(line, name)).await.map_err(|trouble| {
        tracing::debug!(%trouble, "the telephone cannot be opened");
        match trouble {
            Trouble::Sound => PhoneState::NoSound,
            Trouble::Refused(_) | Trouble::BadAddress => PhoneState::Refused,
            _ => PhoneState::Unreachable,
        }
    })
}

fn account(line: PhoneLine, name: Option<String>) -> Account {
    let password = SecretString::from(line.password.to_string());
    Account {
        name,
        transport: match line.transport {
            PhoneTransport::Udp => Transport::Udp,
            PhoneTransport::Tcp => Transport::Tcp,
            PhoneTransport::Tls => Transport::Tls,
        },
        trusted: line.certificate,
        locks_sound: line.transport == PhoneTransport::Tls,
        ..Account::new(line.user, password, line.exchange)
    }
}

impl Core {
    /// What belongs to a line at the exchange, if it is still the one that is used.
    fn at_phone(&mut self, opening: u64, no: u64, work: impl FnOnce(&mut Self, &mut Workplace)) {
        self.in_place(|core, place| {
            if place.opening == opening && place.telephone.no == no {
                work(core, place);
            }
        });
    }
}
