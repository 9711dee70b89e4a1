//! Calls as the screen shows them.

use std::collections::BTreeMap;

use model::{
    ConversationId, Person, PersonId, Personal,
    call::{Consult, Held, Outcome, Party, Stage, Transfer},
};
use store::cache;
use uuid::Uuid;

use super::calls::{Calls, Known};
use crate::{
    live::Scene,
    view::{CallRow, CallStage, ConsultRow, TransferRow},
};

/// Every call, oldest first.
pub(crate) fn rows(
    calls: &Calls,
    scene: Option<&Scene<'_>>,
    people: &BTreeMap<PersonId, Person>,
) -> Vec<CallRow> {
    calls.all().iter().map(|known| row(known, scene, people)).collect()
}

fn row(known: &Known, scene: Option<&Scene<'_>>, people: &BTreeMap<PersonId, Person>) -> CallRow {
    let call = &known.call;
    let (held, consult) = match &call.stage {
        Stage::Connected { held, consult } => (*held, consult.as_ref()),
        _ => (Held::default(), None),
    };
    let with = call.parties.first().or(known.with.as_ref());
    let kept = scene.zip(call.conversation).and_then(|(scene, id)| scene.conversation_of_call(id));
    let spoken = with.map(|with| named(with, people)).unwrap_or_default();
    CallRow {
        id: known.key.clone(),
        conversation: call.conversation,
        direction: call.direction,
        name: kept.as_ref().map(|(name, _)| name.clone()).filter(|name| !name.is_empty()).unwrap_or(spoken),
        number: with
            .map(|with| with.number.clone())
            .filter(|number| colleague(number, people).is_none())
            .unwrap_or_default(),
        stage: stage(&call.stage),
        since: known.since,
        answered_at: call.answered_at,
        times: call.times,
        held,
        muted: call.muted,
        consult: consult.map(|consult| consult_row(consult, people)),
        transfer: call.transfer.as_ref().and_then(|transfer| transfer_row(transfer, people)),
        digits: known.digits.clone(),
        sound: known.sound.map(|(recent, _)| recent),
        bad_line: known.bad,
        recorded: kept.is_some_and(|(_, recorded)| recorded),
        ended: call.ended,
    }
}

fn stage(stage: &Stage) -> CallStage {
    match stage {
        Stage::Queued | Stage::Offered { .. } | Stage::Ringing { .. } | Stage::Stopped { .. } => {
            CallStage::Ringing
        }
        Stage::Dialling => CallStage::Dialling,
        Stage::Accepted { .. } => CallStage::Accepted,
        Stage::Connected { .. } => CallStage::Connected,
        Stage::Ended | Stage::WrapUp { .. } | Stage::Closed { .. } => CallStage::Ended,
    }
}

fn consult_row(consult: &Consult, people: &BTreeMap<PersonId, Person>) -> ConsultRow {
    ConsultRow { name: named(&consult.with, people), stage: consult.stage }
}

/// What is still tried, or came to nothing: what is done is over with its call.
fn transfer_row(transfer: &Transfer, people: &BTreeMap<PersonId, Person>) -> Option<TransferRow> {
    let failed = match transfer.outcome {
        Outcome::Trying { .. } => false,
        Outcome::Failed { .. } => true,
        Outcome::Done => return None,
    };
    let to = Party { number: transfer.to.clone(), name: None };
    Some(TransferRow { kind: transfer.kind, name: named(&to, people), failed })
}

impl Scene<'_> {
    /// The customer of a call's conversation by name, and whether the call is recorded.
    fn conversation_of_call(&self, id: ConversationId) -> Option<(Personal, bool)> {
        if let Some(offer) = self.moment.offers.get(&id) {
            return Some((offer.item.customer_name.clone(), false));
        }
        let conversation = cache::conversation::load(self.cache, id).ok().flatten()?;
        let customer = self.customer(conversation.customer).ok().flatten()?;
        Some((customer.name, conversation.call.is_some_and(|call| call.recorded)))
    }
}

/// A colleague's line is named by their id.
pub(crate) fn line_of(person: PersonId) -> String {
    person.0.simple().to_string()
}

fn colleague<'a>(number: &Personal, people: &'a BTreeMap<PersonId, Person>) -> Option<&'a Person> {
    Uuid::try_parse(number).ok().and_then(|id| people.get(&PersonId(id)))
}

fn named(party: &Party, people: &BTreeMap<PersonId, Person>) -> Personal {
    match (colleague(&party.number, people), &party.name) {
        (Some(person), _) => person.name.clone().into(),
        (None, Some(name)) if !name.is_empty() => name.clone(),
        _ => party.number.clone(),
    }
}
