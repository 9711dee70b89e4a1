//! Queues and advisors, for supervisors.

use model::{PresenceState, wire::now::AdvisorNow};

use super::Scene;
use crate::view::{Supervise, SuperviseAdvisor, SuperviseQueue};

pub(crate) fn supervise(scene: &Scene<'_>) -> Supervise {
    let queues = scene
        .workspace
        .queues
        .iter()
        .filter_map(|queue| {
            let now = scene.moment.queues.iter().find(|now| now.queue == queue.id)?;
            Some(SuperviseQueue {
                id: queue.id.clone(),
                name: queue.name.clone(),
                waiting: now.waiting,
                longest: now.longest,
                target_s: queue.first_reply_s,
                on_line: now.on_line,
                free: now.free,
            })
        })
        .collect();
    let mut advisors: Vec<SuperviseAdvisor> = scene
        .moment
        .advisors
        .iter()
        .map(|AdvisorNow { presence, conversations }| SuperviseAdvisor {
            id: presence.person,
            name: scene.name_of(presence.person),
            presence: presence.clone(),
            conversations: conversations.clone(),
        })
        .collect();
    // Who is there first; within that by name.
    advisors.sort_by(|a, b| {
        let absent = |advisor: &SuperviseAdvisor| advisor.presence.state == PresenceState::Offline;
        absent(a).cmp(&absent(b)).then_with(|| a.name.cmp(&b.name))
    });
    Supervise { at: scene.moment.figures_at, queues, advisors }
}
