//! What is looked up: customers, orders, words; older lines; a whole desk, page by page; how the queues are.

use backend::{Backend, Trouble};
use loopdesk_tests::{
    Stage,
    stage::{OTHER_WORKSPACE, slug},
};
use model::{
    ConversationState, Intent, PresenceState, Role,
    at::{MINUTE, SECOND},
    wire::Entity,
};
use serde_json::json;

#[tokio::test]
async fn words_names_and_orders_are_found() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.advisor("Amir Saidi").await;
    let key = stage.integration_key().await;
    let order = json!({
        "source": "shop", "key": "48-2291", "customer": { "kind": "account", "value": "C-77" }, "at": 5_000,
        "profile": { "name": "Léa Bernard", "identities": [{ "kind": "phone", "value": "+33 6 12 34 56 78" }] },
        "fact": { "type": "fact", "kind": "order", "title": "Lampe de bureau" },
    });
    let customer = stage.posts(&key, &order).await.customer;
    let noe = stage.customer("Noé Petit").await;
    noe.says("The garçon promised a new kettle on Friday.").await;
    let id = ines.takes_offer().await;
    ines.notes(id, "He means the espresso machine.", &[]).await;

    for (words, who, why) in [
        ("lea bern", "Léa Bernard", "a name without its accents"),
        ("LÉA", "Léa Bernard", "in capitals"),
        ("+33612", "Léa Bernard", "a telephone number"),
        ("c-77", "Léa Bernard", "an account"),
        ("48-2291", "Léa Bernard", "an order's number"),
        ("lampe", "Léa Bernard", "an order's title"),
        ("kettle garcon", "Noé Petit", "words of a line, in any order"),
        ("kett", "Noé Petit", "the beginning of a word"),
        ("espresso", "Noé Petit", "words of a note"),
    ] {
        // Also for somebody who does not have the customer: they look them up before they open them.
        for seat in [&ines, &amir] {
            let hits = seat.backend.search(words).await.unwrap();
            assert_eq!(hits.len(), 1, "{words}: {why}");
            assert_eq!(&*hits[0].customer_name, who, "{words}: {why}");
        }
    }
    let hit = ines.backend.search("lampe").await.unwrap().remove(0);
    assert_eq!((hit.customer, &*hit.text, hit.at.0), (customer, "Lampe de bureau", 5_000));
    let hit = ines.backend.search("kettle").await.unwrap().remove(0);
    assert_eq!(hit.conversation, Some(id));
    assert!(ines.backend.search("nothing of the kind").await.unwrap().is_empty());
}

#[tokio::test]
async fn whatever_is_typed_is_words() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa").await;
    lea.says("100% of tenant text: NEAR(x) \"quoted\" it's").await;
    ines.takes_offer().await;
    let long = "kettle ".repeat(2_000);
    for words in [
        "",
        " ",
        "\"",
        "\"\"",
        "*",
        "%",
        "_",
        "\\",
        "%%%",
        "(",
        ")",
        "AND",
        "NEAR(",
        "tenant:",
        "text : x",
        "-x",
        "^x",
        "a\u{0}b",
        "'; DROP TABLE customer; --",
        "🚚",
        "\u{202e}",
        "NOT",
        "\"a\" OR \"b",
        "{x y}",
        "+",
        &long,
    ] {
        let hits = ines.backend.search(words).await.unwrap_or_else(|trouble| panic!("{words:?}: {trouble}"));
        assert!(hits.len() <= 1, "{words:?} finds everybody");
    }
    for words in ["100%", "\"quoted\"", "NEAR(x)", "it's", "tenant"] {
        assert_eq!(ines.backend.search(words).await.unwrap().len(), 1, "{words:?}");
    }
}

#[tokio::test]
async fn a_talkative_neighbour_hides_nothing() {
    let stage = Stage::open().await;
    stage.applies(OTHER_WORKSPACE).await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa").await;
    lea.says("My parcel is lost.").await;
    ines.takes_offer().await;
    let lars = stage.visitor("Lars", json!({ "workspace": "borea", "name": "Lars" })).await;
    for _ in 0..28 {
        stage.pass(SECOND).await;
        let many: Vec<_> = (0..20)
            .map(|n| {
                let text = format!("parcel {n}").as_str().into();
                (uuid::Uuid::now_v7(), model::wire::chat::ChatIntent::Say { text, attachments: Vec::new() })
            })
            .collect();
        lars.sends_all(&many).await;
    }
    let hits = ines.backend.search("parcel").await.unwrap();
    assert_eq!(hits.len(), 1, "five hundred newer lines of another company are not looked at");
    assert_eq!(&*hits[0].customer_name, "Léa");
}

#[tokio::test]
async fn older_lines_come_when_somebody_scrolls_up() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    for batch in 0..9 {
        stage.pass(SECOND).await;
        let reply = |n: usize| Intent::Reply {
            conversation: id,
            text: format!("{batch}.{n}").as_str().into(),
            attachments: Vec::new(),
        };
        ines.submit_all((0..20).map(|n| ines.command(reply(n))).collect()).await.unwrap();
    }
    ines.catch_up().await;
    assert_eq!(ines.world.lines(id).len(), 182);
    let fresh = stage.another_desk("alba", ines.id, "Inès Keller").await.connected().await;
    let mut ns: Vec<u32> = fresh.world.lines(id).iter().map(|line| line.n).collect();
    assert_eq!(ns, (133..=182).collect::<Vec<_>>(), "a desk begins with the newest fifty");
    while ns[0] > 1 {
        let page = fresh.backend.lines_before(id, ns[0]).await.unwrap();
        let mut older: Vec<u32> = page
            .into_iter()
            .map(|entity| match entity {
                Entity::Message(line) => line.n,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(older.len() <= 100);
        older.extend(&ns);
        ns = older;
    }
    assert_eq!(ns, (1..=182).collect::<Vec<_>>(), "page by page, none twice");
    let amir = stage.advisor("Amir Saidi").await;
    assert_eq!(amir.backend.lines_before(id, 10).await, Err(Trouble::NotFound));
}

#[tokio::test]
async fn a_full_desk_comes_page_by_page() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    let key = stage.integration_key().await;
    for n in 0..45 {
        stage.clock.advance(100);
        let fact = json!({
            "source": "shop", "key": format!("{n}"), "customer": { "kind": "account", "value": format!("C-{n}") },
            "at": n, "fact": { "type": "fact", "kind": "order", "title": format!("Order {n}") },
        });
        let customer = stage.posts(&key, &fact).await.customer;
        ines.wants(Intent::WatchCustomer { customer }).await;
    }
    ines.agrees().await;
    assert_eq!((ines.world.customers.len(), ines.world.facts.len()), (45, 45));
    for bad in ["team", "customers-x", "nonsense", "macros-00"] {
        let refused = ines.backend.snapshot_page(Some(bad.to_owned())).await;
        assert!(matches!(refused, Err(Trouble::Refused(_))), "{bad}");
    }
}

#[tokio::test]
async fn a_supervisor_sees_how_the_queues_are() {
    let stage = Stage::open().await;
    let mut sara = stage.supervisor("Sara Lind").await.connected().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.person("Amir Saidi", Role::Advisor, &["en"], &["delivery"]).await.connected().await;
    amir.becomes(PresenceState::Busy).await;
    let lea = stage.customer("Léa").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    let asked = stage.now();
    ines.wants(Intent::Finish { on: true }).await;
    stage.pass(MINUTE).await;
    let noe = stage.customer("Noé").await.connected().await;
    noe.says("Hello?").await;
    let since = stage.now();

    let delivery = slug("delivery");
    let queue = sara
        .until(|_, nows| {
            nows.iter().rev().find_map(|now| match now {
                model::wire::Now::Queues { queues } => {
                    // Léa waited before, too.
                    queues
                        .iter()
                        .find(|queue| queue.queue == delivery && queue.longest == Some(since))
                        .cloned()
                }
                _ => None,
            })
        })
        .await;
    assert_eq!((queue.waiting, queue.on_line, queue.free), (1, 2, 0), "one takes no more, one is busy");
    sara.catch_up().await;
    let of_ines = sara.present.advisors.iter().find(|advisor| advisor.presence.person == ines.id).unwrap();
    let owned: Vec<_> = of_ines.conversations.iter().map(|c| (c.conversation, c.unanswered_since)).collect();
    assert_eq!(owned, [(id, Some(asked))]);
    assert!(
        ines.present.queues.is_empty() && ines.present.advisors.is_empty(),
        "figures are for supervisors"
    );
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
}
