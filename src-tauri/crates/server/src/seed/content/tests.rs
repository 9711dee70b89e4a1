//! Every file can be read, and what one names stands in another.

use std::collections::BTreeSet;

use model::library;

use super::*;

fn read_all() -> Content {
    content().unwrap_or_else(|fault| panic!("{fault}"))
}

fn unique<'a, T: Ord + std::fmt::Debug + 'a>(what: &str, all: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    for one in all {
        let text = format!("{one:?}");
        assert!(seen.insert(one), "{what} {text} stands there twice");
    }
    seen
}

fn conversations(content: &Content) -> impl Iterator<Item = &ConversationSeed> {
    content.customers.iter().flat_map(|customer| &customer.conversations)
}

#[test]
fn every_file_can_be_read_and_the_workspace_can_be_used() {
    let content = read_all();
    assert_eq!(content.workspace.faults(), Vec::<String>::new());
    assert!(content.workspace.queues.iter().all(|queue| queue.hours.is_none()), "practice is always open");
    assert_eq!(content.customers.len(), 24);
    assert!(content.articles.len() >= 45);
    assert!(content.macros.len() >= 20);
}

#[test]
fn a_fault_says_in_which_file_it_is() {
    let fault = read::<People>("people.toml", "[[person]]\nkey = \"A b\"").err().unwrap();
    assert_eq!(fault.file, "people.toml");
    assert!(fault.to_string().starts_with("seed/people.toml: "));
}

#[test]
fn names_are_given_once() {
    let content = read_all();
    unique("person", content.people.iter().map(|p| &p.key));
    unique("e-mail", content.people.iter().map(|p| &p.email));
    unique("customer", content.customers.iter().map(|c| &c.key));
    unique("conversation", conversations(&content).map(|c| &c.key));
    unique("macro", content.macros.iter().map(|m| &m.name));
    unique("article", content.articles.iter().map(|a| (&a.key, &a.language)));
    unique("fact", content.customers.iter().flat_map(|c| &c.facts).map(|f| (&f.source, &f.key)));
    let identities = content.customers.iter().flat_map(|c| &c.identities);
    let identities = identities.map(|i| format!("{} {}", i.kind.as_str(), &*i.value));
    unique("identity", identities);
}

#[test]
fn everything_that_is_named_exists() {
    let content = read_all();
    let workspace = &content.workspace;
    let people: BTreeSet<_> = content.people.iter().map(|p| &p.key).collect();
    for person in &content.people {
        for queue in &person.queues {
            let queue = workspace.queue(queue).unwrap_or_else(|| panic!("{}: no queue {queue}", person.key));
            assert!(
                queue.skills.iter().all(|skill| person.skills.contains(skill)),
                "{} serves {} without its skills",
                person.key,
                queue.id
            );
        }
    }
    for conversation in conversations(&content) {
        let key = &conversation.key;
        assert!(workspace.queue(&conversation.queue).is_some(), "{key}: queue");
        assert!(workspace.reason(&conversation.reason).is_some(), "{key}: reason");
        assert!(workspace.disposition(&conversation.disposition).is_some(), "{key}: disposition");
        assert!(people.contains(&conversation.owner), "{key}: owner");
        let asked = workspace.asks(&conversation.queue, Some(&conversation.reason));
        if let Some(score) = &conversation.score {
            assert_eq!(asked, Some(score.kind), "{key}: this queue asks another question");
        }
    }
    for customer in &content.customers {
        let own: BTreeSet<_> = customer.conversations.iter().map(|c| &c.key).collect();
        for follow_up in &customer.follow_ups {
            let who = &customer.key;
            assert!(people.contains(&follow_up.owner), "{who}: owner of a follow-up");
            assert!(follow_up.conversation.as_ref().is_none_or(|c| own.contains(c)), "{who}: conversation");
            let causes = &workspace.causes;
            assert!(
                follow_up.cause.as_ref().is_none_or(|c| causes.iter().any(|n| n.id == *c)),
                "{who}: cause"
            );
            if let Some(policy) = &follow_up.policy {
                let rule = workspace.follow_up_rules.iter().find(|r| r.name == *policy);
                let rule = rule.unwrap_or_else(|| panic!("{who}: no rule {policy}"));
                let score =
                    follow_up.score.as_ref().unwrap_or_else(|| panic!("{who}: a rule answers a score"));
                assert!(score.kind == rule.score && score.value <= rule.at_most, "{who}: {policy}");
            }
            let closed = follow_up.status == FollowUpStatus::Done;
            assert_eq!(closed, follow_up.outcome.is_some(), "{who}: done with an outcome, or neither");
        }
    }
    for prepared in &content.macros {
        for action in &prepared.actions {
            if let MacroAction::SetReason { reason } = action {
                assert!(workspace.reason(reason).is_some(), "{}: reason", prepared.name);
            }
        }
    }
}

#[test]
fn one_person_is_first_and_two_work_by_script() {
    let content = read_all();
    let first: Vec<_> = content.people.iter().filter(|p| p.first).collect();
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].name.as_str(), first[0].role), ("Inès Keller", Role::Supervisor));
    assert_eq!(first[0].queues.len(), content.workspace.queues.len(), "serves every queue");
    assert_eq!(content.people.iter().filter(|p| p.scripted).count(), 2);
}

#[test]
fn a_paragraph_can_be_sent_as_it_stands() {
    for article in read_all().articles {
        let paragraphs: Vec<_> = article.body.split("\n\n").collect();
        assert!((2..=5).contains(&paragraphs.len()), "{}: {} paragraphs", article.key, paragraphs.len());
        for paragraph in paragraphs {
            let letters = paragraph.chars().count();
            assert!((40..=600).contains(&letters), "{}: a paragraph of {letters} letters", article.key);
            assert!(!paragraph.contains('\n'), "{}: a line break inside a paragraph", article.key);
            assert!(paragraph.ends_with(['.', '?', '!']), "{}: ends in the middle", article.key);
        }
    }
}

#[test]
fn every_variable_of_a_macro_is_known() {
    const KNOWN: [&str; 6] =
        ["customer.name", "customer.first_name", "advisor.name", "advisor.first_name", "order", "workspace"];
    for prepared in read_all().macros {
        let filled = library::fill(&prepared.text, |name| KNOWN.contains(&name).then(|| "x".to_owned()));
        assert!(!filled.contains("{{"), "{}: an unknown variable", prepared.name);
    }
}

#[test]
fn both_languages_are_there() {
    let content = read_all();
    for language in ["en", "fr"] {
        let is = |slug: &Slug| slug.as_str() == language;
        assert!(content.articles.iter().filter(|a| is(&a.language)).count() >= 20);
        assert!(content.macros.iter().filter(|m| is(&m.language)).count() >= 8);
        assert!(content.customers.iter().filter(|c| is(&c.language)).count() >= 8);
    }
}

#[test]
fn the_past_is_past_and_some_loops_are_late() {
    let content = read_all();
    let now = At(1_800_000_000_000);
    assert_eq!(days_before(now, 1.5).0, now.0 - 129_600_000);
    assert_eq!(hours_after(now, -2.0).0, now.0 - 7_200_000);
    for customer in &content.customers {
        for fact in &customer.facts {
            assert!(fact.days_ago >= 0.0, "{}: {} has not happened yet", customer.key, fact.key);
        }
        for conversation in &customer.conversations {
            assert!(conversation.days_ago <= customer.since_days_ago, "{}", conversation.key);
            assert!(
                matches!(conversation.lines.first(), Some(LineSeed::Customer(_))),
                "{}",
                conversation.key
            );
        }
    }
    let open = content.customers.iter().flat_map(|c| &c.follow_ups).filter(|f| f.outcome.is_none());
    let (late, coming): (Vec<_>, Vec<_>) = open.partition(|f| f.due_in_hours < 0.0);
    assert!(late.len() >= 2 && coming.len() >= 4, "some are late, most are not");
}

#[test]
fn a_score_is_on_its_scale() {
    let content = read_all();
    for customer in &content.customers {
        let asked = customer.scores.iter().map(|s| (s.kind, s.value));
        let ended = customer.conversations.iter().filter_map(|c| c.score.as_ref()).map(|s| (s.kind, s.value));
        for (kind, value) in asked.chain(ended) {
            let (low, high) = kind.range();
            assert!((low..=high).contains(&value), "{}: {kind:?} {value}", customer.key);
        }
    }
}
