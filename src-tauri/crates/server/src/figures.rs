//! Supervisors' figures: how the queues and the advisors are, told again a moment after something changed.

use std::time::Duration;

use model::{
    Channel, ConversationState, PresenceState, TenantId,
    wire::{
        Now,
        now::{AdvisorNow, OwnedItem, QueueNow},
    },
};
use rusqlite::Connection;

use crate::{conversations, customers, error::Result, hub::To, people, presence, routing, service::Service};

/// Changes within this time are told together.
const TOGETHER: Duration = Duration::from_millis(200);

/// Tells supervisors, as long as the service runs.
pub(crate) async fn keep(service: &Service) {
    loop {
        service.hub().figures.notified().await;
        tokio::time::sleep(TOGETHER).await;
        for tenant in service.hub().take_dirty() {
            if !service.hub().has_supervisors(tenant) {
                continue;
            }
            match service.read(move |sql| now(sql, tenant)).await {
                Ok(figures) => {
                    for now in figures {
                        service.hub().tell(tenant, &To::Supervisors, &now);
                    }
                }
                Err(error) => tracing::error!(%error, "figures could not be read"),
            }
        }
    }
}

/// Queues and advisors, as they are.
pub(crate) fn now(sql: &Connection, tenant: TenantId) -> Result<[Now; 2]> {
    let workspace = people::workspace(sql, tenant)?;
    let everybody = presence::everybody(sql, tenant)?;
    let line = routing::line(sql, tenant)?;
    let queues = workspace
        .queues
        .iter()
        .map(|queue| {
            let waiting: Vec<_> = line.iter().filter(|(c, _)| c.queue == queue.id).collect();
            let there = |state| matches!(state, PresenceState::Available | PresenceState::Busy);
            let serving: Vec<_> = everybody
                .iter()
                .filter(|(person, presence)| person.queues.contains(&queue.id) && there(presence.state))
                .collect();
            let free = serving.iter().filter(|(_, presence)| {
                presence.state == PresenceState::Available
                    && !presence.finishing
                    && presence
                        .channels
                        .iter()
                        .any(|c| c.channel == Channel::Chat && c.open && c.load < c.capacity)
            });
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            QueueNow {
                queue: queue.id.clone(),
                waiting: count(waiting.len()),
                longest: waiting.iter().filter_map(|(c, _)| c.waiting_since).min(),
                on_line: count(serving.len()),
                free: count(free.count()),
            }
        })
        .collect();
    let advisors = everybody
        .into_iter()
        .map(|(person, presence)| {
            let conversations = conversations::owned(sql, person.id, tenant)?
                .into_iter()
                .filter(|c| c.state != ConversationState::WrapUp)
                .map(|c| {
                    let customer_name =
                        customers::load(sql, c.customer, tenant)?.map(|c| c.name).unwrap_or_default();
                    Ok(OwnedItem {
                        conversation: c.id,
                        customer_name,
                        queue: c.queue,
                        unanswered_since: c.promise.map(|promise| promise.from),
                    })
                })
                .collect::<Result<Vec<_>>>()?;
            Ok(AdvisorNow { presence, conversations })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok([Now::Queues { queues }, Now::Advisors { advisors }])
}
