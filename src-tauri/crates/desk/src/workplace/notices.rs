//! What the advisor is told while they look elsewhere. Nothing while they look; nothing twice; nothing that was handled;
//! after a silence one summary instead of many.

use model::{
    Author, ConversationId, MessageKind, PresenceState,
    wire::{
        Event,
        frames::{Change, Entity},
        now::Notice,
    },
};
use store::cache;

use super::{Workplace, person::Chosen};
use crate::{
    core::Core,
    ports::{About, Notification, Tray},
    sync::LineState,
    view::{Push, Toast},
    words::{counted, words},
};

/// Characters of a customer's words in a notification.
const EXCERPT: usize = 120;

impl Workplace {
    /// An offer came or went.
    pub(super) fn notice_offer(&mut self, core: &Core, conversation: ConversationId, came: bool) {
        if !came {
            self.notified_offers.remove(&conversation);
            core.shell.clear(&About::Offer(conversation));
            return;
        }
        if core.focused || !core.settings.notifications.offers || !self.notified_offers.insert(conversation) {
            return;
        }
        let words = words(core.settings.language);
        let offer = self.moment.offers.get(&conversation);
        let body = match offer.filter(|_| !core.settings.notifications.hide_content) {
            Some(offer) => excerpt(&format!("{} · {}", &*offer.item.customer_name, &*offer.subject)),
            None => words.offer_hidden.to_owned(),
        };
        core.shell.notify(&Notification {
            about: About::Offer(conversation),
            title: words.offer.to_owned(),
            body,
            urgent: true,
        });
    }

    /// New lines of customers, and notes that call the reader.
    pub(super) fn notice_events(&mut self, core: &mut Core, events: &[Event]) {
        // As it was before these: the last of what was missed makes it live.
        let was_live = self.line_shown == LineState::Live;
        for event in events {
            let Change::Put { entity: Entity::Message(line) } = &event.change else { continue };
            if line.author == Author::Customer {
                self.moment.stopped_typing(line.conversation, None);
            }
            let Some(me) = self.replica.me().map(|me| me.id) else { continue };
            let said = line.kind == MessageKind::Message && line.author == Author::Customer;
            let called = line.kind == MessageKind::Note && line.mentions.contains(&me);
            let about = if said && self.is_news(line, me) {
                About::Message(line.conversation)
            } else if called && event.actor != Some(me) {
                About::Mention(line.conversation)
            } else {
                continue;
            };
            if was_live {
                self.notify_line(core, about, line);
            } else {
                self.missed += 1;
            }
        }
    }

    /// Whether a line stands in a conversation of the reader's that they have not read so far.
    fn is_news(&self, line: &model::Message, me: model::PersonId) -> bool {
        let conversation = cache::conversation::load(self.replica.cache.rows(), line.conversation);
        let mine = conversation.ok().flatten().filter(|conversation| conversation.owner == Some(me));
        mine.is_some_and(|conversation| line.n > conversation.read_by_owner)
    }

    fn notify_line(&self, core: &Core, about: About, line: &model::Message) {
        let wanted = match about {
            About::Mention(_) => core.settings.notifications.mentions,
            _ => core.settings.notifications.messages,
        };
        // Heard also by whoever looks at another conversation.
        let in_sight = core.focused && self.shown.conversation == Some(line.conversation);
        if wanted && !in_sight {
            core.telephony.chime();
        }
        if core.focused || !wanted {
            return;
        }
        let words = words(core.settings.language);
        let (title, hidden) = match about {
            About::Mention(_) => (words.mention, words.mention_hidden),
            _ => (words.message, words.message_hidden),
        };
        let body = if core.settings.notifications.hide_content {
            hidden.to_owned()
        } else {
            let name = match &line.author {
                Author::Advisor { name, .. } => name.clone(),
                _ => cache::conversation::load(self.replica.cache.rows(), line.conversation)
                    .ok()
                    .flatten()
                    .and_then(|c| cache::customer::load(self.replica.cache.rows(), c.customer).ok().flatten())
                    .map(|customer| customer.name.to_string())
                    .unwrap_or_default(),
            };
            excerpt(&format!("{name}: {}", &*line.text))
        };
        core.shell.notify(&Notification { about, title: title.to_owned(), body, urgent: false });
    }

    /// What came while the line was not live: told once, together.
    pub(super) fn tell_missed(&mut self, core: &Core) {
        let missed = std::mem::take(&mut self.missed);
        if missed == 0 || core.focused || !core.settings.notifications.messages {
            return;
        }
        let words = words(core.settings.language);
        core.shell.notify(&Notification {
            about: About::Summary,
            title: words.summary.to_owned(),
            body: counted(words.summary_one, words.summary_many, missed),
            urgent: false,
        });
    }

    /// The reader looks: what is in front of them needs no notification any more.
    pub(crate) fn looked_at(&mut self, core: &Core) {
        core.shell.clear(&About::Summary);
        if let Some(id) = self.shown.conversation {
            core.shell.clear(&About::Message(id));
            core.shell.clear(&About::Mention(id));
        }
        for id in std::mem::take(&mut self.notified_offers) {
            core.shell.clear(&About::Offer(id));
        }
    }

    /// Something that the service wants the reader to know once.
    pub(super) fn notice(&mut self, core: &mut Core, notice: Notice) {
        let name_of = |place: &Self, id: ConversationId| {
            cache::conversation::load(place.replica.cache.rows(), id)
                .ok()
                .flatten()
                .and_then(|c| cache::customer::load(place.replica.cache.rows(), c.customer).ok().flatten())
                .map(|customer| customer.name)
                .unwrap_or_default()
        };
        let toast = match notice {
            Notice::MissedOffer { customer_name, .. } => {
                // Whoever missed an offer chose to be away by it: the app does not set them back by itself.
                self.keep_presence(Chosen { state: PresenceState::Away, reason: None });
                Toast::MissedOffer { customer_name }
            }
            Notice::Silent { conversation } => {
                Toast::Silent { customer_name: name_of(self, conversation), conversation }
            }
            Notice::Requeued { conversation } => {
                Toast::Requeued { customer_name: name_of(self, conversation) }
            }
        };
        core.push(Push::Toast { toast });
    }

    /// The tray shows presence, and how many conversations need the reader.
    pub(super) fn show_tray(&mut self, core: &Core) {
        let words = words(core.settings.language);
        let presence = match self.replica.line() {
            LineState::Live => self
                .replica
                .me()
                .and_then(|me| self.moment.presence.get(&me.id))
                .map(|presence| presence.state),
            _ => None,
        };
        let unread = self.painted.yours.iter().filter(|row| row.unread > 0).count();
        let waiting = u32::try_from(unread + self.moment.offers.len()).unwrap_or(u32::MAX);
        let state = match presence {
            Some(PresenceState::Available) => words.available,
            Some(PresenceState::Busy) => words.busy,
            Some(PresenceState::Away) => words.away,
            Some(PresenceState::Offline) | None => words.offline,
        };
        let tooltip = match waiting {
            0 => format!("Loopdesk · {state}"),
            n => format!("Loopdesk · {state} · {}", counted(words.waiting_one, words.waiting_many, n)),
        };
        let tray = Tray { presence, waiting, tooltip };
        if self.tray.as_ref() != Some(&tray) {
            core.shell.tray(&tray);
            self.tray = Some(tray);
        }
    }
}

/// One line, not longer than a notification should be, with what hides made visible.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = crate::text::visible(&line);
    if line.chars().count() <= EXCERPT {
        return line;
    }
    let mut short: String = line.chars().take(EXCERPT - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn a_notification_is_one_short_line() {
        assert_eq!(excerpt("a\nb\t c"), "a b c");
        assert_eq!(excerpt(&"x".repeat(500)).chars().count(), 120);
        assert_eq!(excerpt("a\u{202e}b"), "a[U+202E]b");
    }
}
