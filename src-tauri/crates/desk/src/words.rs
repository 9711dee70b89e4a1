//! The few words that this side says itself: notifications and the tray. The screen has its own, one file per language.

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
};

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
