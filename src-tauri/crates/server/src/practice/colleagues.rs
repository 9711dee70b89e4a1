//! Scripted colleagues, so that an advisor who practises alone has somebody to transfer to. They take only what is
//! transferred to them by name, answer a few times in the customer's language, and close the conversation.

use model::{
    Author, CommandId, Conversation, ConversationState, Intent, MessageKind, Person, PersonId, PresenceState,
    Slug, TenantId, at::SECOND, wire::Command,
};
use uuid::Uuid;

use crate::{
    clock::Clock, commands, conversations, error::Result, messages, people, presence, routing,
    service::Service,
};

/// How often they look up.
const LOOK: i64 = 2 * SECOND;
/// How long they let an offer ring.
const RING: i64 = 3 * SECOND;
/// How long they think before an answer.
const THINK: i64 = 6 * SECOND;

/// Lines of a conversation that they look at.
const LOOKED_AT: usize = 200;

/// What they say, one after the other; after the last one they close.
const ENGLISH: [&str; 3] = [
    "Hello, I am {name}. I have read everything my colleague noted, so you do not have to repeat it. Give me a moment.",
    "I have what I need. I take care of this myself and write to you here as soon as it is done.",
    "All set on my side. Thank you for your patience, and have a good day.",
];
const FRENCH: [&str; 3] = [
    "Bonjour, je suis {name}. J’ai lu tout ce que ma collègue a noté, vous n’avez rien à répéter. Un instant.",
    "J’ai ce qu’il me faut. Je m’en occupe moi-même et je vous écris ici dès que c’est fait.",
    "Tout est réglé de mon côté. Merci de votre patience, et bonne journée.",
];

/// Lets scripted colleagues work for as long as the service runs.
pub async fn work(service: Service, workspace: Slug, colleagues: Vec<PersonId>) {
    let Ok(tenant) = service.tenant(&workspace).await else { return };
    for person in &colleagues {
        let person = *person;
        let there =
            service.write(tenant, move |tx| presence::set(tx, person, PresenceState::Busy, None)).await;
        if let Err(error) = there {
            tracing::error!(%error, "a scripted colleague cannot come");
        }
    }
    let clock = service.clock().clone();
    loop {
        for person in &colleagues {
            if let Err(error) = look(&service, &*clock, tenant, *person).await {
                tracing::error!(%error, "a scripted colleague stumbles");
            }
        }
        clock.wait_until(clock.now() + LOOK).await;
    }
}

/// What one of them does now.
async fn look(service: &Service, clock: &dyn Clock, tenant: TenantId, id: PersonId) -> Result<()> {
    let now = clock.now();
    let (person, wanted) = service
        .read(move |sql| {
            let Some(person) = people::person(sql, id, tenant)? else { return Ok((None, Vec::new())) };
            let mut wanted = Vec::new();
            for offer in routing::offers_to(sql, id)? {
                if now.since(offer.since) >= RING {
                    wanted.push(Intent::Accept { conversation: offer.conversation });
                }
            }
            for conversation in conversations::owned(sql, id, tenant)? {
                let said = said_by(sql, id, &conversation, tenant)?;
                wanted.extend(next(&person, &conversation, said, now));
            }
            Ok((Some(person), wanted))
        })
        .await?;
    let Some(person) = person else { return Ok(()) };
    for intent in wanted {
        let person = person.clone();
        let command = Command::new(CommandId(Uuid::now_v7()), person.id.0.into(), intent, now);
        service.write_with(tenant, move |sql| commands::handle(sql, tenant, &person, now, command)).await?;
    }
    Ok(())
}

/// What they do next in one of their conversations, after so many answers of theirs.
fn next(person: &Person, conversation: &Conversation, said: usize, now: model::At) -> Vec<Intent> {
    let id = conversation.id;
    let last = conversation.last.as_ref().map_or(conversation.opened_at, |last| last.at);
    // An answer is owed, or they have not said hello yet.
    let turn = conversation.promise.is_some() || said == 0;
    if conversation.state != ConversationState::Active || !turn || now.since(last) < THINK {
        return Vec::new();
    }
    let french = conversation.language.as_ref().is_some_and(|language| language.as_str() == "fr");
    let lines = if french { FRENCH } else { ENGLISH };
    let line = lines.get(said).or(lines.last()).copied().unwrap_or_default();
    let first = person.name.split(' ').next().unwrap_or(&person.name);
    let text = line.replace("{name}", first);
    let mut intents = vec![Intent::Reply { conversation: id, text: text.into(), attachments: Vec::new() }];
    if said + 1 >= lines.len() {
        intents.push(Intent::Resolve { conversation: id });
    }
    intents
}

/// How many lines of a conversation are theirs.
fn said_by(
    sql: &rusqlite::Connection,
    person: PersonId,
    conversation: &Conversation,
    tenant: TenantId,
) -> Result<usize> {
    let lines = messages::before(sql, conversation.id, tenant, None, LOOKED_AT)?;
    Ok(lines
        .iter()
        .filter(|line| matches!(&line.author, Author::Advisor { id, .. } if *id == person))
        .filter(|line| line.kind == MessageKind::Message)
        .count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{At, Channel, Role};

    #[test]
    fn they_say_hello_then_answer_when_it_is_their_turn_and_close_at_the_end() {
        let amir = Person {
            id: PersonId(Uuid::now_v7()),
            name: "Amir Saidi".into(),
            role: Role::Advisor,
            team: "care".parse().unwrap(),
            skills: vec![],
            queues: vec![],
            active: true,
            version: 1,
        };
        let mut conversation = conversations::fresh(
            Uuid::now_v7().into(),
            Channel::Chat,
            "delivery".parse().unwrap(),
            "Bonjour",
            At(0),
        );
        conversation.state = ConversationState::Active;
        conversation.language = "fr".parse().ok();
        let later = At(0) + THINK;
        assert!(next(&amir, &conversation, 0, At(0)).is_empty(), "they read first");
        let hello = next(&amir, &conversation, 0, later);
        assert!(
            matches!(&hello[..], [Intent::Reply { text, .. }] if text.contains("je suis Amir")),
            "{hello:?}"
        );
        assert!(next(&amir, &conversation, 1, later).is_empty(), "it is the customer's turn");
        conversation.promise = Some(model::conversation::Promise { from: At(0), due: At(1) });
        assert_eq!(next(&amir, &conversation, 1, later).len(), 1);
        assert!(matches!(next(&amir, &conversation, 2, later)[..], [_, Intent::Resolve { .. }]));
    }
}
