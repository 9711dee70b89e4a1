//! The customer, whole: who they are, what they said of us, what happened with them, what is still to be done.

use model::{
    At, Channel, Conversation, CustomerId, Fact, FactKind, Score, ScoreKind,
    at::DAY,
    customer::{Money, Tone},
    follow_up::ScoreBrief,
    measures,
    message::ReasonMark,
};
use store::cache;

use super::{Scene, follow_ups};
use crate::{
    Failure,
    view::{Alert, AlertKind, Answer, Answers, CustomerCard, Figures, Moment, MomentPlace, PastContact},
};

/// Moments of the journey that are shown.
const MOMENTS: usize = 40;
/// Orders that are shown.
const ORDERS: usize = 20;
/// "In the last 12 months."
const YEAR: i64 = 365 * DAY;
/// "In the last 30 days."
const MONTH: i64 = 30 * DAY;

/// A customer's card; nothing when they are not in sight. `open` is the conversation beside which it stands.
pub(crate) fn card(
    scene: &Scene<'_>,
    id: CustomerId,
    open: Option<model::ConversationId>,
) -> Result<Option<CustomerCard>, Failure> {
    let Some(customer) = scene.customer(id)? else { return Ok(None) };
    let verified = customer.is_verified();
    let facts = cache::fact::of(scene.cache, id)?;
    let scores = cache::score::of(scene.cache, id)?;
    let conversations = cache::conversation::of(scene.cache, id)?;
    // What other systems know is shown only to whom it belongs for sure.
    let shown: &[Fact] = if verified { &facts } else { &[] };
    let orders = shown
        .iter()
        .filter(|fact| {
            matches!(fact.kind, FactKind::Order | FactKind::Delivery | FactKind::Return | FactKind::Contract)
        })
        .take(ORDERS)
        .cloned()
        .collect();
    let past = conversations
        .iter()
        .filter(|conversation| Some(conversation.id) != open)
        .map(|conversation| PastContact {
            id: conversation.id,
            channel: conversation.channel,
            state: conversation.state,
            subject: conversation.subject.clone(),
            reason: scene.reason(conversation.id, conversation.reason.clone()),
            disposition: conversation.disposition.clone(),
            at: conversation.opened_at,
            owner: conversation.owner.map(|owner| scene.name_of(owner)),
        })
        .collect();
    Ok(Some(CustomerCard {
        alerts: alerts(scene, shown, customer.blocked),
        answers: Answers {
            nps: answer(&scores, ScoreKind::Nps),
            csat: answer(&scores, ScoreKind::Csat),
            ces: answer(&scores, ScoreKind::Ces),
        },
        figures: figures(scene, verified, shown, &conversations),
        orders,
        journey: journey(scene, shown, &scores, &conversations),
        past,
        follow_ups: follow_ups::of_customer(scene, id)?,
        verified,
        customer,
    }))
}

fn alerts(scene: &Scene<'_>, facts: &[Fact], blocked: bool) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = facts
        .iter()
        .filter(|fact| matches!(fact.kind, FactKind::Problem | FactKind::Notice))
        .filter(|fact| fact.state.as_deref() != Some("closed"))
        .filter(|fact| fact.until.is_none_or(|until| until > scene.now))
        .map(|fact| Alert {
            id: fact.id.to_string(),
            tone: fact.tone,
            kind: if fact.kind == FactKind::Problem { AlertKind::OpenProblem } else { AlertKind::Notice },
            text: fact.title.clone(),
            department: fact.department.clone(),
            until: fact.until,
        })
        .collect();
    alerts.sort_by_key(|alert| (alert.kind != AlertKind::OpenProblem, std::cmp::Reverse(alert.tone)));
    if blocked {
        alerts.insert(
            0,
            Alert {
                id: "blocked".into(),
                tone: Tone::Bad,
                kind: AlertKind::Blocked,
                text: model::Personal::default(),
                department: None,
                until: None,
            },
        );
    }
    alerts
}

fn answer(scores: &[Score], kind: ScoreKind) -> Option<Answer> {
    let mut of_kind = scores.iter().filter(|score| score.kind == kind);
    let last = of_kind.next()?;
    let before = of_kind.next();
    let values: Vec<u8> = scores.iter().filter(|s| s.kind == kind).map(|s| s.value).collect();
    Some(Answer {
        last: last.value,
        at: last.at,
        before: before.map(|score| score.value),
        low: measures::is_low(kind, last.value),
        mean: measures::score(kind, &values)?,
    })
}

fn figures(scene: &Scene<'_>, verified: bool, facts: &[Fact], conversations: &[Conversation]) -> Figures {
    let lately = |at: At, span: i64| scene.now.since(at) < span;
    let orders: Vec<&Fact> =
        facts.iter().filter(|fact| fact.kind == FactKind::Order && lately(fact.at, YEAR)).collect();
    let mut spent: Option<Money> = None;
    for amount in orders.iter().filter_map(|order| order.amount.as_ref()) {
        match &mut spent {
            None => spent = Some(amount.clone()),
            // Amounts of another currency are not added up.
            Some(sum) if sum.currency == amount.currency => {
                sum.cents = sum.cents.saturating_add(amount.cents)
            }
            Some(_) => {}
        }
    }
    let contacts = conversations.iter().filter(|conversation| lately(conversation.opened_at, MONTH)).count();
    Figures {
        spent,
        orders: verified.then(|| u32::try_from(orders.len()).unwrap_or(u32::MAX)),
        contacts_30_days: u32::try_from(contacts).unwrap_or(u32::MAX),
    }
}

fn journey(
    scene: &Scene<'_>,
    facts: &[Fact],
    scores: &[Score],
    conversations: &[Conversation],
) -> Vec<Moment> {
    let from_facts = facts.iter().filter(|fact| fact.kind != FactKind::Notice).map(|fact| Moment {
        id: fact.id.to_string(),
        at: fact.at,
        tone: fact.tone,
        place: match fact.kind {
            FactKind::Order | FactKind::Contract | FactKind::Notice => MomentPlace::Web,
            FactKind::Delivery => MomentPlace::Delivery,
            FactKind::Return | FactKind::Visit => MomentPlace::Store,
            FactKind::Problem => MomentPlace::Office,
        },
        text: fact.title.clone(),
        answer: None,
        conversation: None,
    });
    let from_scores = scores.iter().map(|score| Moment {
        id: score.id.to_string(),
        at: score.at,
        tone: if measures::is_low(score.kind, score.value) { Tone::Bad } else { Tone::Good },
        place: MomentPlace::Survey,
        text: score.comment.clone().unwrap_or_default(),
        answer: Some(ScoreBrief { kind: score.kind, value: score.value }),
        conversation: score.conversation,
    });
    let from_conversations = conversations.iter().map(|conversation| {
        let reason = scene.reason(conversation.id, conversation.reason.clone());
        let mark = reason.as_ref().and_then(|id| scene.workspace.reason(id)).and_then(|reason| reason.mark);
        Moment {
            id: conversation.id.to_string(),
            at: conversation.opened_at,
            tone: match mark {
                Some(ReasonMark::Irritant) => Tone::Bad,
                Some(ReasonMark::Satisfaction) => Tone::Good,
                Some(ReasonMark::Opportunity) | None => Tone::Neutral,
            },
            place: match conversation.channel {
                Channel::Chat => MomentPlace::Chat,
                Channel::Form => MomentPlace::Form,
                Channel::Voice => MomentPlace::Phone,
            },
            text: reason.map_or_else(|| conversation.subject.clone(), |id| scene.reason_name(&id).into()),
            answer: None,
            conversation: Some(conversation.id),
        }
    });
    let mut moments: Vec<Moment> = from_facts.chain(from_scores).chain(from_conversations).collect();
    moments.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
    moments.truncate(MOMENTS);
    moments
}
