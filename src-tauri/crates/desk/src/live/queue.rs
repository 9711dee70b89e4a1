//! Offers and what waits.

use super::Scene;
use crate::view::{OfferRow, WaitingRow};

pub(crate) fn offers(scene: &Scene<'_>) -> Vec<OfferRow> {
    let mut rows: Vec<OfferRow> = scene
        .moment
        .offers
        .values()
        .map(|offer| OfferRow {
            id: offer.item.conversation,
            customer_name: offer.item.customer_name.clone(),
            tier: offer.item.tier.clone(),
            channel: offer.item.channel,
            queue: scene.queue_name(&offer.item.queue),
            reason: offer.item.reason.as_ref().map(|reason| scene.reason_name(reason)),
            language: offer.item.language.clone(),
            subject: offer.subject.clone(),
            waiting_since: offer.item.waiting_since,
            from: offer.from,
            until: offer.until,
            by: offer.by.clone(),
            handed_over: offer.item.handed_over.clone(),
            first_because: offer.item.first_because,
            number: offer.call.as_ref().map(|call| call.from.number.clone()),
        })
        .collect();
    rows.sort_by_key(|row| row.from);
    rows
}

/// What waits, without what is offered to the reader: that stands above.
pub(crate) fn waiting(scene: &Scene<'_>) -> Vec<WaitingRow> {
    let mut rows: Vec<WaitingRow> = scene
        .moment
        .waiting
        .values()
        .filter(|item| !scene.moment.offers.contains_key(&item.conversation))
        .map(|item| WaitingRow {
            id: item.conversation,
            customer_name: item.customer_name.clone(),
            tier: item.tier.clone(),
            channel: item.channel,
            queue: scene.queue_name(&item.queue),
            reason: item.reason.as_ref().map(|reason| scene.reason_name(reason)),
            language: item.language.clone(),
            waiting_since: item.waiting_since,
            due: item.due,
            priority: item.priority,
            handed_over: item.handed_over.clone(),
            first_because: item.first_because,
            offered: item.offered,
        })
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.priority), row.waiting_since));
    rows
}
