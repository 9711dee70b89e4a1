//! What a waiting customer's words say about how soon a person should be there: strong feelings, an assistant that failed, a
//! matter of minutes. Such a conversation goes before others of its queue, and whoever sees it there sees why; the words
//! themselves stay in the conversation.

use std::sync::OnceLock;

use model::{Conversation, ConversationState, wire::now::FirstBecause};
use suggest::reading::{Emotion, IrritantKind, Level, Reader, Reading};

use crate::{conversations, error::Result, routing, tx::Tx};

/// From here on a feeling is strong, of 1.
const STRONG: f32 = 0.6;

fn reader() -> Option<&'static Reader> {
    static READER: OnceLock<Option<Reader>> = OnceLock::new();
    READER
        .get_or_init(|| {
            Reader::new().inspect_err(|error| tracing::error!(%error, "customers are not read")).ok()
        })
        .as_ref()
}

/// A customer wrote. What is said once holds until somebody takes the conversation.
pub(crate) fn heard(tx: &mut Tx<'_>, conversation: &Conversation, text: &str) -> Result<()> {
    if conversation.state != ConversationState::Waiting {
        return Ok(());
    }
    let mut waiting = conversations::waiting(&tx.sql, conversation.id)?;
    if waiting.first_because.is_some() {
        return Ok(());
    }
    let language = conversation.language.as_ref().map(model::Slug::as_str);
    let read = reader().and_then(|reader| because(&reader.read(text, language, None)));
    let failed = conversation.hand_over.is_some().then_some(FirstBecause::FailedBot);
    let Some(because) = read.or(failed) else { return Ok(()) };
    waiting.first_because = Some(because);
    waiting.boost = true;
    conversations::set_waiting(tx, conversation.id, &waiting)?;
    tx.queued.insert(conversation.id);
    tx.route = true;
    routing::tell_offer(tx, conversation)
}

/// The most pressing thing that it says.
fn because(reading: &Reading) -> Option<FirstBecause> {
    let says = |kinds: &[IrritantKind]| reading.irritants.iter().any(|one| kinds.contains(&one.kind));
    let strong = reading.emotion.strength >= STRONG;
    if reading.urgency.as_ref().is_some_and(|urgency| urgency.level == Level::Now) {
        Some(FirstBecause::Urgent)
    } else if says(&[IrritantKind::LegalThreat, IrritantKind::ThreatToLeave]) {
        Some(FirstBecause::MayLeave)
    } else if says(&[IrritantKind::FailedBot]) {
        Some(FirstBecause::FailedBot)
    } else if says(&[IrritantKind::WantsManager]) || strong && reading.emotion.emotion == Emotion::Irritation
    {
        Some(FirstBecause::Upset)
    } else {
        (strong && reading.emotion.emotion == Emotion::Anxiety).then_some(FirstBecause::Worried)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<FirstBecause> {
        because(&reader().unwrap().read(text, None, None))
    }

    #[test]
    fn strong_words_and_matters_of_minutes_go_first_and_say_why() {
        for (text, why) in [
            (
                "My card was stolen this morning and somebody is paying with it right now!",
                FirstBecause::Urgent,
            ),
            ("On m’a volé ma carte, bloquez-la tout de suite !", FirstBecause::Urgent),
            (
                "If this is not solved today I will cancel my account and go elsewhere.",
                FirstBecause::MayLeave,
            ),
            ("Let me talk to a real person, not a bot.", FirstBecause::FailedBot),
            ("This is an absolute disgrace, I am furious with you.", FirstBecause::Upset),
        ] {
            assert_eq!(first(text), Some(why), "{text}");
        }
    }

    #[test]
    fn everybody_else_waits_their_turn() {
        for text in [
            "Hello, can I still change the size of my order?",
            "Bonjour, quand arrive mon colis s’il vous plaît ?",
            "Thank you so much, that was quick!",
            "Do you have the blue one in the shop?",
            "48-2291",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
