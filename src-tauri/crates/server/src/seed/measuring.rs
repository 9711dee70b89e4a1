//! Large workspaces, for measuring: past the routes and their limits, by the same functions that everything else uses.

use model::{
    At, Author, ConversationId, ConversationState, CustomerId, MessageId, MessageKind, Person, PersonId, Slug,
};
use uuid::Uuid;

use super::take;
use crate::{
    conversations::{self, Line, add_line},
    customers,
    error::{Error, Result},
    people,
    service::Service,
    tx::Tx,
};

/// How much to fill a workspace with, for measuring.
#[derive(Debug, Clone, Copy)]
pub struct Many {
    /// Conversations, all owned by one person.
    pub conversations: u32,
    /// How many of them are open; the others are resolved.
    pub open: u32,
    /// Lines in each.
    pub lines: u32,
    /// Conversations of one customer.
    pub per_customer: u32,
}

/// Fills a workspace with many conversations of one person. Their words are made of a small vocabulary, so that a search
/// has rare and common ones. Answers the open conversations.
///
/// # Errors
/// When the database refuses.
pub async fn many(
    service: &Service,
    workspace: &Slug,
    owner: PersonId,
    much: Many,
) -> Result<Vec<ConversationId>> {
    const TOGETHER: u32 = 200;
    let tenant = service.tenant(workspace).await?;
    let mut open = Vec::new();
    let mut customer = None;
    for begin in (0..much.conversations).step_by(usize::try_from(TOGETHER).unwrap_or(1)) {
        let made = service
            .write(tenant, move |tx| {
                let end = (begin + TOGETHER).min(much.conversations);
                let Some(owner) = people::person(&tx.sql, owner, tx.tenant)? else { return Ok(Vec::new()) };
                let mut open = Vec::new();
                let now = tx.now;
                for n in begin..end {
                    if n % much.per_customer.max(1) == 0 || customer.is_none() {
                        let mut row = customers::unknown(format!("Customer {n} {}", word(n)).into(), now);
                        customers::save(tx, &mut row)?;
                        customer = Some(row.id);
                    }
                    let Some(customer) = customer else { continue };
                    let is_open = n < much.open;
                    let id = one_of_many(tx, now, customer, &owner, n, much, is_open)?;
                    if is_open {
                        open.push(id);
                    }
                    tx.now = now;
                }
                Ok::<_, Error>(open)
            })
            .await?;
        open.extend(made);
    }
    Ok(open)
}

fn one_of_many(
    tx: &mut Tx<'_>,
    now: At,
    customer: CustomerId,
    owner: &Person,
    n: u32,
    much: Many,
    is_open: bool,
) -> Result<ConversationId> {
    let queue = tx.workspace.default_queue().map(|queue| queue.id.clone());
    let queue = queue.ok_or_else(|| Error::Open("This workspace has no queue.".into()))?;
    // Spread over the last three weeks, so that all of them are in sight.
    tx.now = now - i64::from(n % 500 + 1) * 3_600_000;
    let mut conversation = conversations::fresh(
        customer,
        model::Channel::Chat,
        queue,
        &format!("{} {}", word(n), word(n / 7)),
        tx.now,
    );
    take(tx, &mut conversation, owner)?;
    for line in 1..much.lines {
        let mine = line % 2 == 0;
        let author =
            if mine { Author::Advisor { id: owner.id, name: owner.name.clone() } } else { Author::Customer };
        let text: Vec<&str> = (0..12).map(|place| word(n.wrapping_mul(31) + line * 7 + place * 13)).collect();
        let text =
            format!("{} {}", text.join(" "), if line == 3 { format!("ref{n}x") } else { String::new() });
        add_line(
            tx,
            &mut conversation,
            Line {
                id: MessageId(Uuid::now_v7()),
                kind: MessageKind::Message,
                author,
                text: text.trim().into(),
                attachments: Vec::new(),
                mentions: Vec::new(),
                activity: None,
            },
        )?;
        tx.now = tx.now + 30_000;
    }
    conversation.read_by_owner = conversation.lines;
    if !is_open {
        conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
    }
    conversations::save(tx, &mut conversation)?;
    Ok(conversation.id)
}

/// A customer says something in a conversation, past the routes and their limits, for measuring.
///
/// # Errors
/// When the database refuses.
pub async fn says(
    service: &Service,
    workspace: &Slug,
    conversation: ConversationId,
    text: String,
) -> Result<()> {
    let tenant = service.tenant(workspace).await?;
    service.write(tenant, move |tx| customer_says(tx, conversation, text)).await
}

/// The same in a unit of work.
pub(crate) fn customer_says(tx: &mut Tx<'_>, conversation: ConversationId, text: String) -> Result<()> {
    let Some(mut row) = conversations::load(&tx.sql, conversation, tx.tenant)? else { return Ok(()) };
    let line = Line {
        id: MessageId(Uuid::now_v7()),
        kind: MessageKind::Message,
        author: Author::Customer,
        text: text.into(),
        attachments: Vec::new(),
        mentions: Vec::new(),
        activity: None,
    };
    add_line(tx, &mut row, line)?;
    row.unread += 1;
    conversations::save(tx, &mut row)
}

const WORDS: [&str; 40] = [
    "parcel",
    "delivery",
    "refund",
    "order",
    "shop",
    "card",
    "size",
    "return",
    "carrier",
    "label",
    "invoice",
    "payment",
    "account",
    "password",
    "voucher",
    "address",
    "neighbour",
    "depot",
    "coat",
    "boots",
    "plate",
    "lamp",
    "table",
    "chair",
    "colis",
    "livraison",
    "remboursement",
    "commande",
    "magasin",
    "carte",
    "taille",
    "retour",
    "étiquette",
    "facture",
    "paiement",
    "compte",
    "adresse",
    "voisin",
    "manteau",
    "assiette",
];

fn word(n: u32) -> &'static str {
    let place = usize::try_from(n).unwrap_or(0) % WORDS.len();
    WORDS.get(place).copied().unwrap_or("parcel")
}
