//! What did not go through and waits for a decision.

use model::Intent;
use store::cache;

use super::{Scene, timeline};
use crate::{
    Failure,
    view::{AttentionRow, AttentionWhat},
};

pub(crate) fn rows(scene: &Scene<'_>) -> Result<Vec<AttentionRow>, Failure> {
    scene
        .pending
        .iter()
        .filter(|row| row.state.needs_attention())
        .map(|row| {
            let mut out = AttentionRow {
                id: row.command.id.to_string(),
                what: AttentionWhat::Read,
                customer_name: None,
                customer: None,
                conversation: None,
                follow_up: None,
                text: model::Personal::default(),
                at: row.made_at,
                why: timeline::why_not(row),
            };
            match &row.command.intent {
                Intent::Reply { conversation, text, .. } => {
                    out.what = AttentionWhat::Reply;
                    out.conversation = Some(*conversation);
                    out.text = text.clone();
                }
                Intent::Note { conversation, text, .. } => {
                    out.what = AttentionWhat::Note;
                    out.conversation = Some(*conversation);
                    out.text = text.clone();
                }
                Intent::SetReason { conversation, .. } => {
                    out.what = AttentionWhat::Reason;
                    out.conversation = Some(*conversation);
                }
                Intent::AddFollowUp { id, customer, title, .. } => {
                    out.what = AttentionWhat::NewFollowUp;
                    out.follow_up = Some(*id);
                    out.customer = Some(*customer);
                    out.text = title.clone();
                }
                Intent::ChangeFollowUp { id, change, .. } => {
                    out.what = AttentionWhat::FollowUp;
                    out.follow_up = Some(*id);
                    let value = serde_json::to_value(change).unwrap_or_default();
                    out.text = value.get("value").and_then(|v| v.as_str()).unwrap_or_default().into();
                    if let Some(known) = cache::follow_up::load(scene.cache, *id)? {
                        out.customer = Some(known.customer);
                        out.conversation = known.conversation;
                    }
                }
                Intent::Read { conversation, .. } => out.conversation = Some(*conversation),
                _ => {}
            }
            if let Some(conversation) = out.conversation
                && out.customer.is_none()
            {
                out.customer = cache::conversation::load(scene.cache, conversation)?.map(|c| c.customer);
            }
            if let Some(customer) = out.customer {
                out.customer_name = scene.customer(customer)?.map(|c| c.name);
            }
            Ok(out)
        })
        .collect()
}
