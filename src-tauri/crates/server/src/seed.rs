//! Fills a demo workspace: a team, customers with what happened to them, past conversations, loops, knowledge. The words
//! are in `seed/*.toml`; here they become rows, by the same functions that everything else uses.

pub mod content;
pub mod measuring;

use std::collections::BTreeMap;

use model::{
    Activity, At, Author, Conversation, ConversationId, ConversationState, Customer, CustomerId, FollowUpId,
    FollowUpStatus, MessageId, MessageKind, Person, PersonId, Personal, Score, ScoreId, Slug, TenantId,
    customer::Money,
    follow_up::{FollowUpChange, ScoreBrief},
    library::{Article, Macro},
    wire::reads::{PostFact, PostedFact, PostedIdentity, PostedProfile},
};
use uuid::Uuid;

use crate::{
    admin::NewPerson,
    company,
    conversations::{self, Line, add_activity, add_line},
    customers,
    error::{Error, Result},
    follow_ups::{self, NewFollowUp},
    library, people, scores,
    service::Service,
    tx::Tx,
};
use content::{
    AnswerSeed, Content, ConversationSeed, CustomerSeed, FactSeed, FollowUpSeed, LineSeed, PersonSeed,
    days_before, hours_after,
};

/// What the demo workspace has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The workspace's short name.
    pub workspace: Slug,
    /// Who signs in at the first start.
    pub first: PersonId,
    /// Colleagues who take transfers and answer by script.
    pub scripted: Vec<PersonId>,
    /// False when it was all there already.
    pub made: bool,
}

/// Fills the demo workspace, if it is not there yet.
///
/// # Errors
/// When the database refuses.
pub async fn demo(service: &Service) -> Result<Demo> {
    let content = content::content().map_err(|fault| Error::Open(fault.to_string()))?;
    let workspace = content.workspace.id.clone();
    let made = service.apply(content.workspace.clone(), false).await?.made;
    let known = service.people_by_email(&workspace).await?;
    let mut ids = BTreeMap::new();
    for person in &content.people {
        let id = match known.get(&person.email) {
            Some(id) => *id,
            None => service.add_person(&workspace, new_person(person)).await?,
        };
        ids.insert(person.key.clone(), id);
    }
    let of = |wanted: fn(&PersonSeed) -> bool| -> Vec<PersonId> {
        content.people.iter().filter(|p| wanted(p)).filter_map(|p| ids.get(&p.key).copied()).collect()
    };
    let first = of(|person| person.first).first().copied();
    let first = first.ok_or_else(|| Error::Open("The demo content has no first user.".into()))?;
    let demo = Demo { first, scripted: of(|person| person.scripted), made, workspace };
    if made {
        let tenant = service.tenant(&demo.workspace).await?;
        fill(service, tenant, content, ids).await?;
    }
    Ok(demo)
}

fn new_person(person: &PersonSeed) -> NewPerson {
    NewPerson {
        email: person.email.clone(),
        name: person.name.clone(),
        role: person.role,
        team: person.team.clone(),
        skills: person.skills.clone(),
        queues: person.queues.clone(),
        password: None,
    }
}

async fn fill(
    service: &Service,
    tenant: TenantId,
    content: Content,
    ids: BTreeMap<Slug, PersonId>,
) -> Result<()> {
    service
        .write(tenant, move |tx| {
            let everybody = people::everybody(&tx.sql, tx.tenant)?;
            let team: BTreeMap<Slug, Person> = ids
                .into_iter()
                .filter_map(|(key, id)| Some((key, everybody.iter().find(|p| p.id == id)?.clone())))
                .collect();
            for article in content.articles {
                let mut row = Article {
                    id: Uuid::now_v7().into(),
                    title: article.title,
                    body: article.body,
                    language: article.language,
                    tags: article.tags,
                    changed_at: tx.now,
                    changed_by: String::new(),
                    version: 0,
                };
                library::save_article(tx, &mut row, "Loopdesk")?;
            }
            for prepared in content.macros {
                let mut row = Macro {
                    id: Uuid::now_v7().into(),
                    name: prepared.name,
                    title: prepared.title,
                    text: prepared.text,
                    language: prepared.language,
                    actions: prepared.actions,
                    changed_at: tx.now,
                    changed_by: String::new(),
                    version: 0,
                };
                library::save_macro(tx, &mut row, "Loopdesk")?;
            }
            let now = tx.now;
            for customer in content.customers {
                fill_customer(tx, now, &team, &customer)?;
                tx.now = now;
            }
            Ok::<_, Error>(())
        })
        .await
}

fn fill_customer(tx: &mut Tx<'_>, now: At, team: &BTreeMap<Slug, Person>, seed: &CustomerSeed) -> Result<()> {
    let Some(id) = profile(tx, now, seed)? else { return Ok(()) };
    for fact in &seed.facts {
        post(tx, now, seed, fact.days_ago, &fact.source, &fact.key, fact_of(now, fact))?;
    }
    for score in &seed.scores {
        let Some(customer) = customers::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
        let answer = AnswerSeed { kind: score.kind, value: score.value, comment: score.comment.clone() };
        write_score(tx, &customer, None, &answer, days_before(now, score.days_ago))?;
    }
    let mut made = BTreeMap::new();
    for conversation in &seed.conversations {
        let Some(owner) = team.get(&conversation.owner) else { continue };
        let conversation_id = fill_conversation(tx, now, id, owner, team, seed, conversation)?;
        made.insert(conversation.key.clone(), conversation_id);
    }
    for follow_up in &seed.follow_ups {
        let Some(owner) = team.get(&follow_up.owner) else { continue };
        let conversation = follow_up.conversation.as_ref().and_then(|key| made.get(key)).copied();
        fill_follow_up(tx, now, id, owner, conversation, follow_up)?;
    }
    Ok(())
}

/// The customer with their identities and attributes, as the company's own systems would post them.
fn profile(tx: &mut Tx<'_>, now: At, seed: &CustomerSeed) -> Result<Option<CustomerId>> {
    let Some(account) = seed.account() else { return Ok(None) };
    let others = seed.identities.iter().filter(|i| i.trust == model::Trust::Verified);
    let post = PostFact {
        source: source("crm")?,
        key: seed.key.to_string(),
        customer: PostedIdentity { kind: model::IdentityKind::Account, value: account.clone() },
        profile: PostedProfile {
            name: Some(seed.name.clone()),
            language: Some(seed.language.clone()),
            tier: seed.tier.clone(),
            since: Some(days_before(now, seed.since_days_ago)),
            identities: others.map(|i| PostedIdentity { kind: i.kind, value: i.value.clone() }).collect(),
            attributes: seed.attributes.clone(),
            consent: seed.consent.iter().map(|c| (c.purpose.clone(), c.given)).collect(),
        },
        at: now,
        fact: PostedFact::Profile,
    };
    Ok(Some(company::take(tx, &post)?.customer))
}

fn source(name: &str) -> Result<Slug> {
    name.parse().map_err(|fault: model::ids::NotASlug| Error::Open(fault.to_string()))
}

fn post(
    tx: &mut Tx<'_>,
    now: At,
    seed: &CustomerSeed,
    days_ago: f64,
    source: &Slug,
    key: &str,
    fact: PostedFact,
) -> Result<()> {
    let Some(account) = seed.account() else { return Ok(()) };
    let post = PostFact {
        source: source.clone(),
        key: key.to_owned(),
        customer: PostedIdentity { kind: model::IdentityKind::Account, value: account.clone() },
        profile: PostedProfile::default(),
        at: days_before(now, days_ago),
        fact,
    };
    company::take(tx, &post).map(|_| ())
}

fn fact_of(now: At, seed: &FactSeed) -> PostedFact {
    PostedFact::Fact {
        kind: seed.kind,
        title: seed.title.clone(),
        state: seed.state.clone(),
        tone: seed.tone,
        amount: seed.cents.map(|cents| Money { cents, currency: seed.currency.clone() }),
        department: seed.department.clone(),
        until: seed.until_in_days.map(|days| days_before(now, -days)),
        details: seed.details.clone(),
    }
}

/// A score that no rule answers: its loop, if there was one, is part of the content.
fn write_score(
    tx: &mut Tx<'_>,
    customer: &Customer,
    conversation: Option<ConversationId>,
    answer: &AnswerSeed,
    at: At,
) -> Result<()> {
    let mut score = Score {
        id: ScoreId(Uuid::now_v7()),
        customer: customer.id,
        conversation,
        kind: answer.kind,
        value: answer.value,
        comment: answer.comment.clone(),
        at,
        version: 0,
    };
    scores::write(tx, &mut score)
}

fn fill_conversation(
    tx: &mut Tx<'_>,
    now: At,
    customer: CustomerId,
    owner: &Person,
    team: &BTreeMap<Slug, Person>,
    seed: &CustomerSeed,
    conversation_seed: &ConversationSeed,
) -> Result<ConversationId> {
    let begun = days_before(now, conversation_seed.days_ago);
    let gap = i64::from(conversation_seed.gap_s) * 1_000;
    tx.now = begun;
    let first = conversation_seed.lines.iter().find_map(|line| match line {
        LineSeed::Customer(text) => Some(text.clone()),
        _ => None,
    });
    let mut conversation = conversations::fresh(
        customer,
        conversation_seed.channel,
        conversation_seed.queue.clone(),
        &first.unwrap_or_default(),
        begun,
    );
    conversation.language = Some(seed.language.clone());
    conversation.reason = Some(conversation_seed.reason.clone());
    for line in &conversation_seed.lines {
        if matches!(line, LineSeed::Advisor(_)) && conversation.owner.is_none() {
            take(tx, &mut conversation, owner)?;
        }
        add_line(tx, &mut conversation, line_of(line, owner, team))?;
        tx.now = tx.now + gap;
    }
    if conversation.owner.is_none() {
        take(tx, &mut conversation, owner)?;
    }
    conversation.answered_at = Some(begun + gap);
    conversation.read_by_owner = conversation.lines;
    conversation.seen_by_customer = conversation.lines;
    add_activity(tx, &mut conversation, Activity::Resolved { by: owner.name.clone() })?;
    conversation.disposition = Some(conversation_seed.disposition.clone());
    let name = tx.workspace.disposition(&conversation_seed.disposition).map(|d| d.name.clone());
    add_activity(tx, &mut conversation, Activity::WrappedUp { disposition: name })?;
    conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
    if let Some(answer) = &conversation_seed.score
        && let Some(customer) = customers::load(&tx.sql, customer, tx.tenant)?
    {
        add_activity(tx, &mut conversation, Activity::Scored { kind: answer.kind, value: answer.value })?;
        let at = tx.now;
        write_score(tx, &customer, Some(conversation.id), answer, at)?;
    }
    conversations::save(tx, &mut conversation)?;
    Ok(conversation.id)
}

/// Makes a conversation somebody's, with the line that tells so.
fn take(tx: &mut Tx<'_>, conversation: &mut Conversation, owner: &Person) -> Result<()> {
    conversations::own(tx, conversation, owner.id)?;
    add_activity(tx, conversation, Activity::Accepted { by: owner.name.clone() })
}

fn line_of(line: &LineSeed, owner: &Person, team: &BTreeMap<Slug, Person>) -> Line {
    let advisor = || Author::Advisor { id: owner.id, name: owner.name.clone() };
    let (kind, author, text) = match line {
        LineSeed::Customer(text) => (MessageKind::Message, Author::Customer, text),
        LineSeed::Advisor(text) => (MessageKind::Message, advisor(), text),
        LineSeed::Bot(text) => (MessageKind::Message, Author::Bot, text),
        LineSeed::Note(text) => (MessageKind::Note, advisor(), text),
    };
    let called = |person: &&Person| {
        let first = person.name.split(' ').next().unwrap_or(&person.name);
        kind == MessageKind::Note && text.contains(&format!("@{first}"))
    };
    // Colleagues are called by their whole name, as the composer writes it.
    let mentions: Vec<&Person> = team.values().filter(called).collect();
    let mut words = text.to_string();
    for person in &mentions {
        let first = person.name.split(' ').next().unwrap_or(&person.name);
        if !words.contains(&format!("@{}", person.name)) {
            words = words.replace(&format!("@{first}"), &format!("@{}", person.name));
        }
    }
    Line {
        id: MessageId(Uuid::now_v7()),
        kind,
        author,
        text: Personal::from(words),
        attachments: Vec::new(),
        mentions: mentions.into_iter().map(|person| person.id).collect(),
        activity: None,
    }
}

fn fill_follow_up(
    tx: &mut Tx<'_>,
    now: At,
    customer: CustomerId,
    owner: &Person,
    conversation: Option<ConversationId>,
    seed: &FollowUpSeed,
) -> Result<()> {
    let id = FollowUpId(Uuid::now_v7());
    tx.now = days_before(now, seed.made_days_ago);
    let customer_name = customers::load(&tx.sql, customer, tx.tenant)?.map(|c| c.name).unwrap_or_default();
    follow_ups::make(
        tx,
        NewFollowUp {
            id,
            customer,
            customer_name,
            conversation,
            title: seed.title.clone(),
            owner: owner.clone(),
            due: hours_after(now, seed.due_in_hours),
            priority: seed.priority,
            cause: seed.cause.clone(),
            policy: seed.policy.clone(),
            score: seed.score.as_ref().map(|s| ScoreBrief { kind: s.kind, value: s.value }),
            by: seed.policy.clone().unwrap_or_else(|| owner.name.clone()),
        },
    )?;
    let Some(mut follow_up) = follow_ups::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    tx.now = now;
    let mut changes = Vec::new();
    if !seed.note.is_empty() {
        changes.push(FollowUpChange::Note(seed.note.clone()));
    }
    if let Some(outcome) = &seed.outcome {
        changes.push(FollowUpChange::Outcome(Some(outcome.clone())));
    }
    if seed.status != FollowUpStatus::Open {
        changes.push(FollowUpChange::Status(seed.status));
    }
    if changes.is_empty() {
        return Ok(());
    }
    // Between when it was made and now.
    let at = days_before(now, seed.made_days_ago / 2.0);
    for change in changes {
        follow_up.apply(change, &owner.name, at);
    }
    follow_ups::save(tx, &mut follow_up)
}
