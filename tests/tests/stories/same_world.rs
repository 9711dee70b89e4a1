//! Whatever is done: a desk that followed every change, one that was away since the beginning, and one that begins now
//! know the very same.

use std::{collections::BTreeSet, sync::Arc};

use loopdesk_tests::{
    Page, Seat, Stage, Switchboard, World,
    stage::{new_person, slug, with_numbers},
};
use model::{
    ArticleId, Channel, ConversationId, CustomerId, FollowUpId, FollowUpStatus, Intent, MacroId, PersonId,
    PresenceState, ScoreKind,
    at::{HOUR, MINUTE, SECOND},
    follow_up::{FollowUpChange, Priority},
    intent::{Receiver, Target},
    wire::{Outcome, chat::ChatIntent},
};
use serde_json::json;
use uuid::Uuid;

use crate::kinds::{SOUND, article, kinds_of, prepared};

/// A company at work, and everybody who follows it.
struct Company {
    stage: Stage,
    telephone: Arc<Switchboard>,
    key: String,
    seats: Vec<Seat>,
    /// Their other desks, which are away, with the worlds as they were at the beginning.
    away: Vec<(Seat, World)>,
    done: BTreeSet<String>,
    turn: usize,
}

const OWNER: usize = 0;
const SUPERVISOR: usize = 1;
const COLLEAGUE: usize = 2;
const WATCHER: usize = 3;
const OTHER_TEAM: usize = 4;

impl Company {
    async fn opens() -> Self {
        let (stage, telephone) = Stage::with_telephone(&with_numbers()).await;
        let key = stage.integration_key().await;
        let mut claims = new_person("alba", "Bea Novak");
        claims.team = slug("claims");
        let seats = vec![
            stage.advisor("Inès Keller").await.available().await,
            stage.supervisor("Sara Lind").await.connected().await,
            stage.advisor("Amir Saidi").await.connected().await,
            stage.advisor("Zoé Roux").await.connected().await,
            stage.hires("alba", claims).await.connected().await,
        ];
        let mut company =
            Self { stage, telephone, key, seats, away: Vec::new(), done: BTreeSet::new(), turn: 0 };
        for seat in &mut company.seats {
            seat.agrees().await;
            let away = company.stage.another_desk("alba", seat.id, &seat.name).await;
            company.away.push((away, seat.world.clone()));
        }
        company
    }

    /// Everybody looks at their desk; in turn, one of them comes back who was away since the beginning.
    async fn all_agree(&mut self, after: &str) {
        self.stage.pass(SECOND).await;
        self.turn = (self.turn + 1) % self.seats.len();
        for place in 0..self.seats.len() {
            self.agrees(place, place == self.turn, after).await;
        }
    }

    async fn agrees(&mut self, place: usize, also_away: bool, after: &str) {
        let (seat, (away, beginning)) = (&mut self.seats[place], &mut self.away[place]);
        seat.catch_up().await;
        let (_, fresh) = seat.snapshot().await;
        let mut worlds = vec![(&seat.world, "followed it")];
        if also_away {
            away.follows(seat.epoch(), beginning.clone());
            away.resume().await;
            worlds.push((&away.world, "was away"));
        }
        for (world, who) in worlds {
            let differences = world.differences(&fresh);
            assert!(
                differences.is_empty(),
                "after {after}, {}'s desk that {who} differs from a fresh one:\n{}",
                seat.name,
                differences.join("\n")
            );
        }
    }

    /// Somebody does something that changes the world.
    async fn does(&mut self, who: usize, intent: Intent) {
        let kind = intent.kind().to_owned();
        let outcome = self.seats[who].tries(intent).await;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{kind} is done: {outcome:?}");
        self.all_agree(&kind).await;
        self.done.insert(kind);
    }

    fn id(&self, who: usize) -> PersonId {
        self.seats[who].id
    }

    async fn offered(&mut self, who: usize) -> ConversationId {
        self.seats[who].offered().await
    }

    fn customer_of(&self, who: usize, id: ConversationId) -> CustomerId {
        self.seats[who].world.conversations[&id].customer
    }

    async fn page_does(&mut self, page: &Page, intent: ChatIntent) {
        let kind = serde_json::to_value(&intent).unwrap()["kind"].as_str().unwrap().to_owned();
        page.wants(intent).await;
        self.all_agree(&format!("the customer's {kind}")).await;
        self.done.insert(format!("chat {kind}"));
    }

    async fn posts(&mut self, fact: serde_json::Value) -> CustomerId {
        let customer = self.stage.posts(&self.key, &fact).await.customer;
        self.all_agree("a posted fact").await;
        customer
    }
}

fn say(text: &str) -> ChatIntent {
    ChatIntent::Say { text: text.into(), attachments: Vec::new() }
}

#[tokio::test]
async fn every_kind_of_change_leads_to_the_same_world() {
    let mut company = Company::opens().await;
    let known = company
        .posts(json!({
            "source": "shop", "key": "48-1", "customer": { "kind": "account", "value": "C-77" }, "at": 1_000,
            "profile": { "name": "Léa Bernard", "attributes": { "shop": "Lyon" } },
            "fact": { "type": "fact", "kind": "order", "title": "Order 48-1" },
        }))
        .await;
    let start = json!({ "workspace": "alba", "name": "Léa", "email": "lea@example.com" });
    let mut lea = company.stage.visitor("Léa", start).await.connected().await;
    company.page_does(&lea, say("Where is my parcel?")).await;
    let id = company.offered(OWNER).await;
    company.does(OWNER, Intent::Decline { conversation: id }).await;
    company.does(OWNER, Intent::Accept { conversation: id }).await;
    let visitor = company.customer_of(OWNER, id);
    company.does(OWNER, Intent::Read { conversation: id, upto: 1 }).await;
    company
        .does(OWNER, Intent::Reply { conversation: id, text: "One moment.".into(), attachments: vec![] })
        .await;
    lea.catch_up().await;
    let n = lea.lines.last().unwrap().n;
    company.page_does(&lea, ChatIntent::Seen { upto: n }).await;
    company.does(OWNER, Intent::SetReason { conversation: id, reason: Some(slug("late")) }).await;
    company.does(WATCHER, Intent::Watch { conversation: id }).await;
    company.does(WATCHER, Intent::WatchCustomer { customer: known }).await;
    let note = Intent::Note {
        conversation: id,
        text: "@Bea do you know her?".into(),
        attachments: vec![],
        mentions: vec![company.id(OTHER_TEAM)],
    };
    company.does(OWNER, note).await;

    // Loops: of the colleague, of another team, from this conversation.
    let follow_up = FollowUpId(Uuid::now_v7());
    company
        .does(
            OWNER,
            Intent::AddFollowUp {
                id: follow_up,
                customer: visitor,
                conversation: Some(id),
                title: "Call the carrier".into(),
                owner: company.id(COLLEAGUE),
                due: company.stage.now() + HOUR,
                priority: Priority::Normal,
                cause: None,
            },
        )
        .await;
    for change in [
        FollowUpChange::Note("Twice, nobody there.".into()),
        FollowUpChange::Owner(company.id(OTHER_TEAM)),
        FollowUpChange::Status(FollowUpStatus::Waiting),
    ] {
        company.does(COLLEAGUE, Intent::ChangeFollowUp { id: follow_up, change, base: 0 }).await;
        if company.seats[COLLEAGUE].world.follow_ups.is_empty() {
            break;
        }
    }
    let done = FollowUpChange::Status(FollowUpStatus::Done);
    company.does(OTHER_TEAM, Intent::ChangeFollowUp { id: follow_up, change: done, base: 0 }).await;

    // Who she is.
    let identity = company.seats[OWNER].world.customers[&visitor].identities[0].id;
    company.does(OWNER, Intent::Confirm { customer: visitor, identity, verified: true }).await;
    company.does(OWNER, Intent::Link { conversation: id, customer: known }).await;
    company.does(OWNER, Intent::Unlink { conversation: id }).await;
    company.does(OWNER, Intent::Link { conversation: id, customer: known }).await;
    company
        .posts(json!({
            "source": "carrier", "key": "p-1", "customer": { "kind": "account", "value": "C-77" }, "at": 2_000,
            "fact": { "type": "fact", "kind": "delivery", "title": "Parcel 1", "state": "lost", "tone": "bad" },
        }))
        .await;

    // Aside, and to others.
    let until = company.stage.now() + HOUR;
    company.does(OWNER, Intent::Snooze { conversation: id, until }).await;
    company.does(OWNER, Intent::Wake { conversation: id }).await;
    company.does(COLLEAGUE, Intent::SetPresence { state: PresenceState::Available, reason: None }).await;
    let to_colleague = Receiver::Person(company.id(COLLEAGUE));
    company
        .does(
            OWNER,
            Intent::Transfer { conversation: id, receiver: to_colleague, note: Some("Yours".into()) },
        )
        .await;
    company.does(COLLEAGUE, Intent::Accept { conversation: id }).await;
    let written_late = Intent::HandOver {
        target: Target::Conversation(id),
        text: "I had begun to answer: it is at the neighbour's.".into(),
    };
    company.does(OWNER, written_late).await;
    let to_bank = Receiver::Queue(slug("bank"));
    company.does(COLLEAGUE, Intent::Transfer { conversation: id, receiver: to_bank, note: None }).await;
    company.does(SUPERVISOR, Intent::Assign { conversation: id, person: company.id(OWNER) }).await;
    company.does(OWNER, Intent::Finish { on: true }).await;
    company.does(OWNER, Intent::OpenChannel { channel: Channel::Form, open: false }).await;

    // The end, and what comes after it.
    company.does(OWNER, Intent::Resolve { conversation: id }).await;
    company.does(OWNER, Intent::Reopen { conversation: id }).await;
    company.page_does(&lea, ChatIntent::End).await;
    company.does(OWNER, Intent::WrapUp { conversation: id, disposition: slug("solved") }).await;
    lea.catch_up().await;
    let asks = lea.state.as_ref().unwrap().asks.expect("a question");
    assert_eq!(asks, ScoreKind::Nps, "the bank asks for a recommendation");
    company.page_does(&lea, ChatIntent::Score { kind: asks, value: 2, comment: Some("Slow".into()) }).await;
    company.does(OWNER, Intent::Unlink { conversation: id }).await;
    company.page_does(&lea, say("I am back.")).await;
    company.does(SUPERVISOR, Intent::Accept { conversation: id }).await;
    company.does(SUPERVISOR, Intent::End { conversation: id, block: true, why: "Insults".into() }).await;
    company.does(SUPERVISOR, Intent::Unblock { customer: visitor }).await;

    // A call.
    let me = company.id(OWNER);
    company.does(OWNER, Intent::Finish { on: false }).await;
    company.stage.registers("alba", me).await;
    let leg = company.telephone.calls("+33612345678", Some("Noé"), "100");
    company.stage.service.settle_calls().await;
    let call = company.offered(OWNER).await;
    company.telephone.picks_up(me);
    company.stage.service.settle_calls().await;
    company.all_agree("a call that was picked up").await;
    company.telephone.hangs_up(&leg);
    company.stage.service.settle_calls().await;
    company.all_agree("the end of a call").await;
    company.does(OWNER, Intent::Sounded { conversation: call, sound: SOUND }).await;

    // What the team knows.
    let page = ArticleId(Uuid::now_v7());
    company.does(SUPERVISOR, Intent::PutArticle { article: article(page, "Late parcels", 0) }).await;
    company.does(SUPERVISOR, Intent::PutArticle { article: article(page, "Very late parcels", 1) }).await;
    assert_eq!(company.seats[COLLEAGUE].world.articles[&page].title, "Very late parcels");
    assert_eq!(company.seats[COLLEAGUE].world.articles[&page].changed_by, "Sara Lind");
    company.does(SUPERVISOR, Intent::RemoveArticle { id: page }).await;
    let text = MacroId(Uuid::now_v7());
    company.does(SUPERVISOR, Intent::PutMacro { prepared: prepared(text, "Late parcel", 0) }).await;
    company.does(SUPERVISOR, Intent::RemoveMacro { id: text }).await;

    // What happens by itself, and to the team.
    company.stage.pass(MINUTE).await;
    company.all_agree("the end of wrap-up").await;
    company.stage.pass(HOUR).await;
    company.all_agree("the end of every look").await;
    company.stage.applies(&with_numbers().replace("Maison Alba", "Maison Alba & Fils")).await;
    company.all_agree("another set-up").await;
    let mut moved = new_person("alba", "Amir Saidi");
    moved.team = slug("claims");
    company.stage.service.add_person(&slug("alba"), moved).await.unwrap();
    company.all_agree("another team").await;
    company.stage.service.close_person(&slug("alba"), "zoé.roux@alba.example.com").await.unwrap();
    company.seats.remove(WATCHER);
    company.away.remove(WATCHER);
    for place in 0..company.seats.len() {
        company.agrees(place, true, "a closed account").await;
    }

    let mut all = kinds_of("Intent");
    all.extend(kinds_of("ChatIntent").into_iter().map(|kind| format!("chat {kind}")));
    assert_eq!(company.done, all, "every kind has its place in this story");
}
