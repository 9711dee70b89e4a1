//! An advisor's telephone hands its call over: to a queue or a colleague without asking there, which is the command of the
//! same name; or to a colleague with whom they spoke first.

use model::{ConversationId, Intent, PersonId, TenantId, call::Leg, intent::Receiver};

use super::{Desk, Direct, Distributor, unless_gone};
use crate::{
    calls::{legs::Part, lines, port::HandedOver, rows},
    error::Result,
    people,
};

impl Distributor {
    pub(super) async fn referred(&mut self, leg: Leg, to: String, replaces: Option<Leg>) -> Result<()> {
        match replaces {
            None => {
                let outcome = self.blind(&leg, &to).await?;
                // What the transfer does to the legs follows from what it did to the conversation, after this.
                unless_gone(self.exchange.handed_over(&leg, outcome).await);
                Ok(())
            }
            Some(other) => self.attended(&leg, &other).await,
        }
    }

    /// The call that a leg at a desk has, and whose it is.
    fn call_of(&self, leg: &Leg) -> Option<(ConversationId, TenantId, PersonId)> {
        let Some(Part::Desk(id)) = self.parts.get(leg) else { return None };
        let live = self.calls.get(id).filter(|live| live.joined)?;
        let desk = live.desk.as_ref().filter(|desk| desk.leg == *leg)?;
        Some((*id, live.tenant, desk.person))
    }

    async fn blind(&mut self, leg: &Leg, to: &str) -> Result<HandedOver> {
        let Some((id, tenant, person)) = self.call_of(leg) else { return Ok(HandedOver::NotNow) };
        let Some(receiver) = self.receiver(tenant, to).await? else { return Ok(HandedOver::NoSuchNumber) };
        let transfer = Intent::Transfer { conversation: id, receiver, note: None };
        let done = self.wants(tenant, person, transfer).await?;
        Ok(if done { HandedOver::Done } else { HandedOver::NotNow })
    }

    /// Who is meant by what was dialled.
    async fn receiver(&self, tenant: TenantId, to: &str) -> Result<Option<Receiver>> {
        let to = to.to_owned();
        self.service
            .read(move |sql| {
                if let Some(id) = lines::named(&to) {
                    return Ok(people::person(sql, id, tenant)?.map(|person| Receiver::Person(person.id)));
                }
                let called = people::called(sql, &to)?.filter(|(of, _)| *of == tenant);
                Ok(called.map(|(_, queue)| Receiver::Queue(queue)))
            })
            .await
    }

    /// The caller gets the colleague with whom the advisor spoke. Either of the advisor's two legs may be the one that asks.
    async fn attended(&mut self, leg: &Leg, other: &Leg) -> Result<()> {
        let taken = self.taken_over(leg, other).await?;
        let outcome = if taken.is_some() { HandedOver::Done } else { HandedOver::NotNow };
        unless_gone(self.exchange.handed_over(leg, outcome).await);
        match taken {
            Some((id, nth, their_leg, them)) => self.replace_desk(id, nth, their_leg, them).await,
            None => Ok(()),
        }
    }

    /// The colleague has the conversation now: which it is, the call between colleagues, their leg of it, and who they are.
    async fn taken_over(
        &mut self,
        leg: &Leg,
        other: &Leg,
    ) -> Result<Option<(ConversationId, u64, Leg, PersonId)>> {
        let (call, asked) = match self.call_of(leg) {
            Some(call) => (Some(call), other),
            None => (self.call_of(other), leg),
        };
        let (Some((id, tenant, person)), Some(Part::Direct(nth))) = (call, self.parts.get(asked).cloned())
        else {
            return Ok(None);
        };
        let colleague = self.directs.get(&nth).filter(|direct| direct.joined && direct.tenant == tenant);
        let Some(Direct { caller, from, called, to, .. }) = colleague else { return Ok(None) };
        // Both legs must be the same advisor's: nobody hands over what others speak about.
        let (their_leg, them) = match () {
            () if *from == person && asked == caller => (called.clone(), *to),
            () if *to == person && asked == called => (caller.clone(), *from),
            () => return Ok(None),
        };
        let given = self.service.write(tenant, move |tx| rows::give(tx, id, person, them)).await?;
        Ok(given.then_some((id, nth, their_leg, them)))
    }

    /// The colleague's leg takes the place of the advisor's two.
    async fn replace_desk(
        &mut self,
        id: ConversationId,
        nth: u64,
        their_leg: Leg,
        them: PersonId,
    ) -> Result<()> {
        let Some(direct) = self.directs.remove(&nth) else { return Ok(()) };
        let asked = direct.other(&their_leg).clone();
        self.busy(direct.tenant, [direct.from, direct.to], false).await?;
        unless_gone(self.exchange.part(&their_leg).await);
        self.parts.insert(their_leg.clone(), Part::Desk(id));
        let desk = Desk { leg: their_leg, person: them, there: true };
        let Some(live) = self.calls.get_mut(&id) else { return Ok(()) };
        let before = live.desk.replace(desk);
        live.joined = false;
        live.holding.1 = false;
        live.waits_since = self.service.now();
        let caller = live.caller.clone();
        unless_gone(self.exchange.part(&caller).await);
        self.settle(id).await?;
        self.let_go(&asked).await;
        if let Some(before) = before {
            self.let_go(&before.leg).await;
        }
        Ok(())
    }
}
