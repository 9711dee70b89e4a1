//! Calls between colleagues: no queue knows of them, and nothing is kept of them. Whoever is on one is offered no other.

use model::{
    PersonId, TenantId,
    at::SECOND,
    call::{Leg, Party},
};

use super::{Distributor, unless_gone};
use crate::{
    calls::{
        legs::{Direct, Part},
        lines,
        port::{Ending, Refusal},
        timers::Timer,
    },
    error::Result,
    people, phones,
};

/// How long a colleague's telephone rings.
const RINGS: i64 = 30 * SECOND;

impl Distributor {
    /// Somebody calls a colleague.
    pub(super) async fn direct(
        &mut self,
        leg: Leg,
        tenant: TenantId,
        from: PersonId,
        to: PersonId,
        party: Party,
    ) -> Result<()> {
        let (them, me, there) = self
            .service
            .read(move |sql| {
                let person = |id| people::person(sql, id, tenant);
                let them = person(to)?.filter(|them| them.active && them.id != from);
                Ok((them, person(from)?, phones::is_there(sql, to)?))
            })
            .await?;
        let refused = match them {
            None => Some(Refusal::NoSuchNumber),
            Some(_) if !there => Some(Refusal::NobodyThere),
            Some(_) if self.is_speaking(to) => Some(Refusal::Busy),
            Some(_) => None,
        };
        if let Some(refused) = refused {
            unless_gone(self.exchange.refuse(&leg, refused).await);
            return Ok(());
        }
        // Colleagues are shown by their name, whatever a telephone says of itself.
        let from_them =
            Party { number: lines::name_of(from).into(), name: me.map(|me| me.name.into()).or(party.name) };
        let Ok(called) = self.exchange.ring(&lines::name_of(to), &from_them, None).await else {
            unless_gone(self.exchange.refuse(&leg, Refusal::NobodyThere).await);
            return Ok(());
        };
        unless_gone(self.exchange.ringing(&leg).await);
        self.count += 1;
        let nth = self.count;
        self.parts.insert(leg.clone(), Part::Direct(nth));
        self.parts.insert(called.clone(), Part::Direct(nth));
        self.directs.insert(nth, Direct { tenant, caller: leg, from, called, to, joined: false });
        self.timers.set(self.now() + RINGS, Timer::Direct(nth));
        self.busy(tenant, [from, to], true).await
    }

    /// Whether somebody's telephone is in use.
    fn is_speaking(&self, person: PersonId) -> bool {
        self.calls.values().any(|live| live.is_with(person))
            || self.directs.values().any(|direct| direct.from == person || direct.to == person)
    }

    /// They are on the telephone, or are not any more.
    pub(super) async fn busy(&mut self, tenant: TenantId, who: [PersonId; 2], busy: bool) -> Result<()> {
        let who = who.into_iter().filter(|person| {
            // Somebody may have called two.
            busy || !self.directs.values().any(|direct| direct.from == *person || direct.to == *person)
        });
        let who = who.collect::<Vec<_>>();
        self.service
            .write(tenant, move |tx| {
                who.into_iter().try_for_each(|person| phones::set_busy(tx, person, busy))
            })
            .await
    }

    pub(super) async fn direct_connected(&mut self, nth: u64, leg: &Leg) -> Result<()> {
        let Some(direct) = self.directs.get_mut(&nth).filter(|direct| !direct.joined) else { return Ok(()) };
        let (caller, called) = (direct.caller.clone(), direct.called.clone());
        if *leg == called {
            unless_gone(self.exchange.answer(&caller).await);
        }
        // Where the caller's end is not through yet, it says so when it is.
        direct.joined = self.exchange.bridge(&caller, &called).await.is_ok();
        Ok(())
    }

    pub(super) async fn direct_not_answered(&mut self, nth: u64) -> Result<()> {
        let Some(direct) = self.directs.get(&nth).filter(|direct| !direct.joined) else { return Ok(()) };
        let called = direct.called.clone();
        self.let_go(&called).await;
        self.direct_ended(nth, &called, Ending::NoAnswer).await
    }

    pub(super) async fn direct_ended(&mut self, nth: u64, leg: &Leg, why: Ending) -> Result<()> {
        let Some(direct) = self.directs.remove(&nth) else { return Ok(()) };
        let other = direct.other(leg).clone();
        if !direct.joined && *leg == direct.called {
            self.parts.remove(&other);
            let refusal = if why == Ending::Declined { Refusal::Busy } else { Refusal::NobodyThere };
            // Where it was answered meanwhile, there is nothing to refuse any more.
            if self.exchange.refuse(&other, refusal).await.is_err() {
                unless_gone(self.exchange.hang_up(&other).await);
            }
        } else {
            self.let_go(&other).await;
        }
        self.busy(direct.tenant, [direct.from, direct.to], false).await
    }
}
