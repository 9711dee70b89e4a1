//! The few words that this side says itself: notifications, the tray, and what is handed over. The screen has its own, one file per language.

use model::At;

use crate::view::Language;

/// Words in one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) offer: &'static str,
    pub(crate) offer_hidden: &'static str,
    pub(crate) message: &'static str,
    pub(crate) message_hidden: &'static str,
    pub(crate) mention: &'static str,
    pub(crate) mention_hidden: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) summary_one: &'static str,
    pub(crate) summary_many: &'static str,
    pub(crate) tray: &'static str,
    pub(crate) tray_body: &'static str,
    pub(crate) available: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) away: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) waiting_one: &'static str,
    pub(crate) waiting_many: &'static str,
    pub(crate) months: [&'static str; 12],
    /// The fields of a follow-up, and their values.
    pub(crate) fields: Fields,
    pub(crate) open: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) done: &'static str,
    pub(crate) low: &'static str,
    pub(crate) normal: &'static str,
    pub(crate) high: &'static str,
    /// In the place of a value that was taken away.
    pub(crate) emptied: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) follow_up: &'static str,
    pub(crate) colon: &'static str,
}

/// The names of a follow-up's fields.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(crate) title: &'static str,
    pub(crate) due: &'static str,
    pub(crate) status: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) priority: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) note: &'static str,
}

static EN: Words = Words {
    offer: "A customer is waiting for you",
    offer_hidden: "Open Loopdesk to take the conversation.",
    message: "New message",
    message_hidden: "A customer wrote to you.",
    mention: "You were mentioned",
    mention_hidden: "A colleague needs you in a conversation.",
    summary: "While you were away",
    summary_one: "1 new message",
    summary_many: "{n} new messages",
    tray: "Loopdesk is still running",
    tray_body: "Your chats go on. Open it again from the tray; Quit ends it.",
    available: "Available",
    busy: "Busy",
    away: "Away",
    offline: "Offline",
    waiting_one: "1 conversation needs you",
    waiting_many: "{n} conversations need you",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    fields: Fields {
        title: "title",
        due: "due",
        status: "state",
        owner: "owner",
        priority: "priority",
        cause: "cause",
        outcome: "outcome",
        note: "note",
    },
    open: "open",
    waiting: "waiting on others",
    done: "done",
    low: "low",
    normal: "normal",
    high: "high",
    emptied: "nothing",
    reason: "contact reason",
    follow_up: "follow-up",
    colon: ": ",
};

static FR: Words = Words {
    offer: "Un client vous attend",
    offer_hidden: "Ouvrez Loopdesk pour prendre la conversation.",
    message: "Nouveau message",
    message_hidden: "Un client vous a écrit.",
    mention: "On vous a mentionné",
    mention_hidden: "Un collègue a besoin de vous dans une conversation.",
    summary: "Pendant votre absence",
    summary_one: "1 nouveau message",
    summary_many: "{n} nouveaux messages",
    tray: "Loopdesk reste actif",
    tray_body: "Vos conversations continuent. Rouvrez-le depuis la zone de notification ; Quitter y met fin.",
    available: "Disponible",
    busy: "Occupé",
    away: "Absent",
    offline: "Hors ligne",
    waiting_one: "1 conversation vous attend",
    waiting_many: "{n} conversations vous attendent",
    months: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ],
    fields: Fields {
        title: "intitulé",
        due: "échéance",
        status: "état",
        owner: "responsable",
        priority: "priorité",
        cause: "cause",
        outcome: "issue",
        note: "note",
    },
    open: "ouvert",
    waiting: "en attente d’autrui",
    done: "fait",
    low: "basse",
    normal: "normale",
    high: "haute",
    emptied: "rien",
    reason: "motif de contact",
    follow_up: "suivi",
    colon: "\u{a0}: ",
};

impl Words {
    /// "12 May", in the zone of this computer.
    pub(crate) fn day(&self, at: At) -> String {
        here(at).map_or_else(String::new, |here| self.day_of(&here))
    }

    /// "12 May 14:00", in the zone of this computer.
    pub(crate) fn moment(&self, at: At) -> String {
        here(at).map_or_else(String::new, |here| {
            format!("{} {:02}:{:02}", self.day_of(&here), here.hour(), here.minute())
        })
    }

    fn day_of(&self, here: &jiff::Zoned) -> String {
        let month = usize::from(here.month().unsigned_abs()).saturating_sub(1);
        format!("{} {}", here.day(), self.months.get(month).copied().unwrap_or_default())
    }
}

fn here(at: At) -> Option<jiff::Zoned> {
    let stamp = jiff::Timestamp::from_millisecond(at.0).ok()?;
    Some(stamp.to_zoned(jiff::tz::TimeZone::system()))
}

/// `en` or `fr`: the chosen language, else the system's, else English.
pub(crate) fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
        Language::System => {
            let system = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            if system.is_some_and(|system| system.starts_with("fr")) { "fr" } else { "en" }
        }
    }
}

/// The words of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    if code(language) == "fr" { &FR } else { &EN }
}

/// "1 new message", "2 new messages".
pub(crate) fn counted(one: &str, many: &str, n: u32) -> String {
    if n == 1 { one.to_owned() } else { many.replace("{n}", &n.to_string()) }
}
