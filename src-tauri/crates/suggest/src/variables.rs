//! Filling a reply's variables, or refusing to. A reply that would state a wrong or unknown order, name, amount or day is
//! worth less than none: it is not offered.
//!
//! Three things are refused: a variable that has no value for this customer; an order while the customer is not
//! verified, or while it is open which order is meant; and words that state somebody's own as they stand (another
//! customer's order, another name after the greeting), wherever they came from.

use model::library::fill;

use crate::personal::{Own, owned};

/// An order of this customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub number: String,
    /// Whether something about it is still to come.
    pub open: bool,
}

/// What is known of the two people and what they talk about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The customer's name.
    pub customer_name: String,
    /// The advisor's name.
    pub advisor_name: String,
    /// The workspace's name.
    pub workspace: String,
    /// Whether the customer is who they say; orders are nobody else's business.
    pub verified: bool,
    /// The customer's orders, newest first.
    pub orders: Vec<Order>,
    /// Other values that hold for this conversation, by name of variable: `amount`, `date`, `path.amount`.
    pub others: std::collections::BTreeMap<String, String>,
}

/// Who wrote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Articles, macros, paths: somebody answers for the sums and times in it.
    Approved,
    /// Past answers: a sum or a day in it was another customer's.
    Mined,
}

/// A reply that may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The text as it would be sent.
    pub text: String,
    /// The variables and what they stand for, in order: the advisor can look at each.
    pub used: Vec<(String, String)>,
}

/// Why a reply is not offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The variable has no value here.
    #[error("nothing is known for {{{{{0}}}}}")]
    Unknown(String),
    /// Orders are only told to a verified customer.
    #[error("the customer is not verified, so no order is named")]
    Unverified,
    /// The customer has several orders and named none.
    #[error("it is open which order is meant")]
    WhichOrder,
    /// The customer names an order that is not theirs.
    #[error("the customer names an order that is not on their profile")]
    OtherOrder,
    /// The words state something that is not this customer's.
    #[error("it states “{0}”, which is not known of this customer")]
    States(String),
}

/// The text with its variables filled and its statements checked. `said` is what the customer said: an order that they
/// name is the one that is meant.
pub fn filled(text: &str, origin: Origin, profile: &Profile, said: &str) -> Result<Filled, Refusal> {
    let mut used: Vec<(String, String)> = Vec::new();
    let mut refusal = None;
    let order = order(profile, said);
    let cell = std::cell::RefCell::new((&mut used, &mut refusal));
    let text = fill(text, |name| {
        let value = match name {
            "customer.name" => known(&profile.customer_name, name),
            "customer.first_name" => known(first(&profile.customer_name), name),
            "advisor.name" => known(&profile.advisor_name, name),
            "advisor.first_name" => known(first(&profile.advisor_name), name),
            "workspace" => known(&profile.workspace, name),
            "order" => order.clone(),
            other => known(profile.others.get(other).map_or("", String::as_str), other),
        };
        let (used, refusal) = &mut *cell.borrow_mut();
        match value {
            Ok(value) => {
                used.push((name.to_owned(), value.clone()));
                Some(value)
            }
            Err(why) => {
                refusal.get_or_insert(why);
                None
            }
        }
    });
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    // A brace that is left would be sent as it stands.
    if text.contains("{{") {
        return Err(Refusal::Unknown(text.split("{{").nth(1).unwrap_or_default().chars().take(20).collect()));
    }
    let filled = Filled { text, used };
    states(&filled, origin, profile)?;
    Ok(filled)
}

fn known(value: &str, name: &str) -> Result<String, Refusal> {
    let value = value.trim();
    // A value with braces would be filled again, or look like a hole.
    if value.is_empty() || value.contains("{{") {
        Err(Refusal::Unknown(name.to_owned()))
    } else {
        Ok(value.to_owned())
    }
}

fn first(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

/// The order that is meant.
fn order(profile: &Profile, said: &str) -> Result<String, Refusal> {
    if !profile.verified {
        return Err(Refusal::Unverified);
    }
    let named: Vec<&str> = owned(said)
        .into_iter()
        .filter(|(_, own)| *own == Own::Order)
        .filter_map(|(place, _)| said.get(place))
        .filter(|number| profile.orders.iter().any(|order| like(&order.number, number)))
        .collect();
    let mut theirs = profile.orders.iter().filter(|order| {
        named.iter().any(|number| same(number, &order.number)) || said.contains(&order.number)
    });
    if let Some(meant) = theirs.next() {
        return if theirs.next().is_some() { Err(Refusal::WhichOrder) } else { Ok(meant.number.clone()) };
    }
    if !named.is_empty() {
        return Err(Refusal::OtherOrder);
    }
    let mut open = profile.orders.iter().filter(|order| order.open);
    match (open.next(), open.next(), profile.orders.as_slice()) {
        (Some(only), None, _) | (None, _, [only]) => Ok(only.number.clone()),
        (None, _, []) => Err(Refusal::Unknown("order".into())),
        _ => Err(Refusal::WhichOrder),
    }
}

/// Whether two numbers are of the same make: `48-2291` and `48-1650`.
fn like(a: &str, b: &str) -> bool {
    let make = |text: &str| -> String {
        text.trim_start_matches('#')
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c.to_ascii_uppercase() })
            .collect()
    };
    make(a) == make(b)
}

fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
    };
    plain(a) == plain(b)
}

/// Refuses what the words themselves state of somebody.
fn states(filled: &Filled, origin: Origin, profile: &Profile) -> Result<(), Refusal> {
    let own = |text: &str| {
        filled.used.iter().any(|(_, value)| value.contains(text))
            || (profile.verified && profile.orders.iter().any(|order| same(&order.number, text)))
    };
    let mut before = 0;
    for (place, kind) in owned(&filled.text) {
        let Some(stated) = filled.text.get(place.clone()) else { continue };
        let greeted = filled.text.get(before..place.start).is_some_and(greets);
        before = place.end;
        let wrong = match (kind, origin) {
            (Own::Order, _) => {
                profile.orders.iter().any(|order| like(&order.number, stated)) || origin == Origin::Mined
            }
            (Own::Name, _) => greeted && !profile.workspace.contains(stated),
            // What the workspace itself publishes is meant to be told; what stood in an answer was one customer's.
            (
                Own::Link | Own::Email | Own::Number | Own::Amount | Own::Date | Own::Time,
                Origin::Approved,
            ) => false,
            (_, Origin::Mined) => true,
        };
        if wrong && !own(stated) {
            return Err(Refusal::States(stated.to_owned()));
        }
    }
    Ok(())
}

/// Whether a text ends in a greeting, so that a name follows.
fn greets(text: &str) -> bool {
    let last = text
        .split(|c: char| !c.is_alphanumeric())
        .rfind(|word| !word.is_empty())
        .unwrap_or_default()
        .to_lowercase();
    let near = text.trim_end_matches(' ').chars().next_back().is_some_and(char::is_alphanumeric);
    near && matches!(
        last.as_str(),
        "hello" | "hi" | "dear" | "bonjour" | "bonsoir" | "cher" | "chère" | "madame" | "monsieur"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lea() -> Profile {
        Profile {
            customer_name: "Léa Bernard".into(),
            advisor_name: "Inès Keller".into(),
            workspace: "Maison Alba".into(),
            verified: true,
            orders: vec![
                Order { number: "48-2291".into(), open: true },
                Order { number: "48-1650".into(), open: false },
            ],
            others: Default::default(),
        }
    }

    fn try_it(text: &str, profile: &Profile, said: &str) -> Result<String, Refusal> {
        filled(text, Origin::Approved, profile, said).map(|filled| filled.text)
    }

    const LATE: &str = "I am sorry, {{customer.first_name}}: order {{order}} is late.";

    #[test]
    fn what_is_known_is_filled_and_shown() {
        let filled = filled(LATE, Origin::Approved, &lea(), "where is it?").unwrap();
        assert_eq!(filled.text, "I am sorry, Léa: order 48-2291 is late.");
        assert_eq!(
            filled.used,
            [
                ("customer.first_name".to_owned(), "Léa".to_owned()),
                ("order".to_owned(), "48-2291".to_owned())
            ]
        );
    }

    #[test]
    fn the_order_that_the_customer_names_is_the_one_that_is_meant() {
        assert_eq!(try_it("{{order}}?", &lea(), "about 48-1650 please").as_deref(), Ok("48-1650?"));
        assert_eq!(try_it("{{order}}?", &lea(), "about order 48-9999"), Err(Refusal::OtherOrder));
        assert_eq!(try_it("{{order}}?", &lea(), "48-1650 or 48-2291?"), Err(Refusal::WhichOrder));
        // A number of another make is no order.
        assert_eq!(try_it("{{order}}?", &lea(), "my code is 7731").as_deref(), Ok("48-2291?"));
    }

    #[test]
    fn with_two_open_orders_none_is_guessed() {
        let mut profile = lea();
        profile.orders[1].open = true;
        assert_eq!(try_it(LATE, &profile, "where is it?"), Err(Refusal::WhichOrder));
    }

    #[test]
    fn an_order_is_not_told_to_somebody_unverified() {
        let mut profile = lea();
        profile.verified = false;
        assert_eq!(try_it(LATE, &profile, "48-2291"), Err(Refusal::Unverified));
        assert_eq!(
            try_it("Your order 48-2291 is here.", &profile, ""),
            Err(Refusal::States("48-2291".into()))
        );
        assert_eq!(try_it("Hello {{customer.first_name}}.", &profile, "").as_deref(), Ok("Hello Léa."));
    }

    #[test]
    fn a_hole_is_never_offered() {
        let mut profile = lea();
        profile.customer_name = String::new();
        assert_eq!(try_it(LATE, &profile, ""), Err(Refusal::Unknown("customer.first_name".into())));
        assert_eq!(try_it("Refund of {{amount}}", &lea(), ""), Err(Refusal::Unknown("amount".into())));
        assert!(try_it("open {{ end", &lea(), "").is_err());
        let mut profile = lea();
        profile.customer_name = "{{order}} x".into();
        assert!(try_it("Hello {{customer.first_name}}", &profile, "").is_err());
    }

    #[test]
    fn another_name_or_order_as_it_stands_is_never_offered() {
        assert_eq!(try_it("Hello Omar, it is on its way.", &lea(), ""), Err(Refusal::States("Omar".into())));
        assert_eq!(try_it("Order 48-7777 has left.", &lea(), ""), Err(Refusal::States("48-7777".into())));
        assert_eq!(try_it("Order 48-2291 has left.", &lea(), "").as_deref(), Ok("Order 48-2291 has left."));
        let mined = |text| filled(text, Origin::Mined, &lea(), "").is_ok();
        assert!(!mined("You get 34.90 € back."));
        assert!(!mined("It comes on Friday."));
        assert!(mined("It comes within 5 working days."));
    }

    #[test]
    fn what_the_workspace_publishes_may_be_told() {
        let text = "Standard delivery costs €4.90; order before 14:00.";
        assert_eq!(try_it(text, &lea(), "").as_deref(), Ok(text));
    }
}
