//! The world in which every schedule begins: a small team with customers, conversations and loops. Made once by the real
//! service, then copied.

use std::{cell::RefCell, path::Path, sync::Arc};

use loopdesk_tests::stage::{WORKSPACE, new_person, slug};
use model::{
    At, CommandId, DeviceId, Intent, Person, PersonId, Role,
    follow_up::Priority,
    wire::{Command, Entity},
};
use server::{
    Options, Service,
    clock::ManualClock,
    seed::measuring::{self, Many},
    still::{Copy, Still},
};
use uuid::Uuid;

/// Who is there: two advisors of one team, one of another team, and a supervisor who moves work about.
pub const ADVISORS: usize = 3;

/// When every schedule begins.
pub const BEGIN: At = At(1_790_000_000_000);

/// A service as it is at the beginning, and its people.
pub struct Template {
    copy: Copy,
    /// The advisors, then the supervisor.
    pub people: Vec<Person>,
}

thread_local! {
    static TEMPLATE: RefCell<Option<Template>> = const { RefCell::new(None) };
}

/// A fresh service and who works there.
pub fn fresh() -> (Still, Vec<Person>) {
    TEMPLATE.with(|kept| {
        let mut kept = kept.borrow_mut();
        let template = kept.get_or_insert_with(make);
        (Still::of_copy(&template.copy).expect("memory for a service"), template.people.clone())
    })
}

fn make() -> Template {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("service.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(fill(&path));
    let mut service = Still::of_file(&path).expect("the service's file");
    let mut people = service.people().expect("people");
    people.sort_by_key(|person| (person.role == Role::Supervisor, person.name.clone()));
    add_loops(&mut service, &people);
    Template { copy: service.copy().expect("a copy"), people }
}

async fn fill(path: &Path) {
    let options = Options { clock: Arc::new(ManualClock::at(BEGIN)), ..Options::at(path.to_owned()) };
    let service = Service::open(options).await.expect("the service opens");
    service.apply(toml::from_str(WORKSPACE).expect("a workspace"), false).await.expect("no faults in it");
    let workplace = slug("alba");
    for (name, role, team) in [
        ("Ada", Role::Advisor, "care"),
        ("Bo", Role::Advisor, "care"),
        ("Cy", Role::Advisor, "bank"),
        ("Di", Role::Supervisor, "care"),
    ] {
        let new = server::admin::NewPerson { role, team: slug(team), ..new_person("alba", name) };
        let person = service.add_person(&workplace, new).await.expect("a person");
        if role == Role::Advisor {
            let much = Many { conversations: 4, open: 3, lines: 3, per_customer: 2 };
            measuring::many(&service, &workplace, person, much).await.expect("conversations");
        }
    }
}

/// Every advisor has a loop with each of their customers.
fn add_loops(service: &mut Still, people: &[Person]) {
    for person in people.iter().filter(|person| person.role == Role::Advisor) {
        let mut after = None;
        let mut customers = Vec::new();
        loop {
            let page = service.page(person.id, after.as_deref()).expect("a page").expect("a known page");
            customers.extend(page.entities.into_iter().filter_map(|entity| match entity {
                Entity::Customer(customer) => Some(customer.id),
                _ => None,
            }));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        for customer in customers {
            let intent = Intent::AddFollowUp {
                id: Uuid::now_v7().into(),
                customer,
                conversation: None,
                title: "Ask how it went".into(),
                owner: person.id,
                due: BEGIN + 3_600_000,
                priority: Priority::Normal,
                cause: None,
            };
            does(service, person.id, intent, BEGIN);
        }
    }
}

/// Somebody does something at a desk that is not simulated.
pub fn does(service: &mut Still, by: PersonId, intent: Intent, now: At) -> model::wire::Outcome {
    let command = Command::new(CommandId(Uuid::now_v7()), DeviceId(by.0), intent, now);
    let answer = service.submit(by, vec![command], now).expect("the service works");
    answer.receipts.into_iter().next().expect("one receipt").outcome
}
