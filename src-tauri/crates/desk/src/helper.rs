//! A second thread with a second view of the cache: searches, suggestions and the reading of what customers say, which must
//! not keep the desk waiting.

mod reading;
mod replies;
mod search;

use std::{sync::Arc, sync::mpsc, thread};

use model::{At, ConversationId, MessageId, Personal, Slug};
use store::{Cache, cache::Reader};
use suggest::{
    reply::{Learned, Talk},
    variables::Profile,
};
use tokio::sync::oneshot;

use crate::{
    Failure,
    core::Back,
    view::{Push, SearchResults, Suggestion},
    words::Words,
};
use reading::Ears;
use replies::Known;
pub(crate) use search::snippet;

/// What there is to suggest for.
pub(crate) struct Wanted {
    pub(crate) conversation: ConversationId,
    /// What happened up to now.
    pub(crate) talk: Talk,
    /// The lines that were said, oldest first: which, the words, and whether the customer said them.
    pub(crate) lines: Vec<(MessageId, Personal, bool)>,
    /// The workspace's contact reasons, with their names.
    pub(crate) reasons: Vec<(Slug, String)>,
    /// How a conversation may end.
    pub(crate) dispositions: Vec<Slug>,
    pub(crate) now: At,
    pub(crate) typed: String,
    /// The language when the words do not tell.
    pub(crate) language: Option<String>,
    /// What variables stand for.
    pub(crate) profile: Profile,
    /// What this workspace's advisors took and refused on this computer.
    pub(crate) learned: Arc<Learned>,
    /// What was waved away in this conversation.
    pub(crate) refused: Vec<String>,
    pub(crate) day: u32,
    pub(crate) words: &'static Words,
}

enum Ask {
    LibraryChanged,
    Suggest(Box<Wanted>, Option<oneshot::Sender<Vec<Suggestion>>>),
    Search(Personal, oneshot::Sender<Result<SearchResults, Failure>>),
}

/// The second thread.
pub(crate) struct Helper {
    ask: mpsc::Sender<Ask>,
}

impl Helper {
    /// Starts it on a second view of the cache. It ends with its owner.
    pub(crate) fn start(cache: &Cache, back: Back, opening: u64) -> Self {
        let (ask, asked) = mpsc::channel();
        match cache.reader() {
            Ok(reader) => {
                let work = Work { reader, back, opening, known: None, ears: Ears::default() };
                if let Err(error) =
                    thread::Builder::new().name("helper".into()).spawn(move || work.run(&asked))
                {
                    tracing::error!(%error, "no thread for searches and suggestions");
                }
            }
            Err(error) => tracing::error!(%error, "no second view of the cache"),
        }
        Self { ask }
    }

    /// Articles, macros or answers are others than before.
    pub(crate) fn library_changed(&self) {
        let _ = self.ask.send(Ask::LibraryChanged);
    }

    /// Suggestions that are pushed to the window when they are there.
    pub(crate) fn suggest(&self, wanted: Wanted) {
        let _ = self.ask.send(Ask::Suggest(Box::new(wanted), None));
    }

    /// Suggestions that somebody waits for.
    pub(crate) fn suggest_now(&self, wanted: Wanted) -> oneshot::Receiver<Vec<Suggestion>> {
        let (reply, replied) = oneshot::channel();
        let _ = self.ask.send(Ask::Suggest(Box::new(wanted), Some(reply)));
        replied
    }

    /// Finds customers, orders and lines.
    pub(crate) fn search(&self, text: Personal) -> oneshot::Receiver<Result<SearchResults, Failure>> {
        let (reply, replied) = oneshot::channel();
        let _ = self.ask.send(Ask::Search(text, reply));
        replied
    }
}

struct Work {
    reader: Reader,
    back: Back,
    opening: u64,
    known: Option<Known>,
    ears: Ears,
}

impl Work {
    fn run(mut self, asked: &mpsc::Receiver<Ask>) {
        let mut waiting = std::collections::VecDeque::new();
        loop {
            let Some(next) = waiting.pop_front().or_else(|| asked.recv().ok()) else { return };
            // Searches go first: somebody is typing them.
            waiting.extend(asked.try_iter());
            let urgent = waiting.iter().position(|ask| matches!(ask, Ask::Search(..)));
            let next = match (&next, urgent) {
                (Ask::Search(..), _) | (_, None) => next,
                (_, Some(place)) => match waiting.remove(place) {
                    Some(search) => {
                        waiting.push_front(next);
                        search
                    }
                    None => next,
                },
            };
            match next {
                Ask::LibraryChanged => self.known = None,
                Ask::Search(text, reply) => {
                    let _ = reply.send(search::search(self.reader.rows(), text));
                }
                Ask::Suggest(wanted, reply) => self.help(&wanted, reply, &waiting),
            }
        }
    }

    /// What may help, and what the customer's words say. Whoever typed on meanwhile has asked again: what they asked before
    /// is not looked for.
    fn help(
        &mut self,
        wanted: &Wanted,
        reply: Option<oneshot::Sender<Vec<Suggestion>>>,
        waiting: &std::collections::VecDeque<Ask>,
    ) {
        let newer = |ask: &Ask| match ask {
            Ask::Suggest(other, newer) => {
                other.conversation == wanted.conversation && newer.is_some() == reply.is_some()
            }
            _ => false,
        };
        if waiting.iter().any(newer) {
            return;
        }
        if self.known.is_none() {
            match Known::of(self.reader.rows(), wanted.words) {
                Ok(known) => {
                    self.ears.learn(self.reader.rows(), &wanted.reasons);
                    self.known = Some(known);
                }
                Err(failure) => return tracing::error!(%failure, "nothing can be suggested"),
            }
        }
        let Some(known) = &self.known else { return };
        let items = known.suggest(wanted);
        if let Some(reply) = reply {
            let _ = reply.send(items);
            return;
        }
        let (opening, conversation) = (self.opening, wanted.conversation);
        self.back.job(move |core| {
            let news =
                core.in_place(|_, place| place.opening == opening && place.suggested(conversation, &items));
            if news == Some(true) {
                core.push(Push::Suggestions { conversation, items });
            }
        });
        let Some(reading) = self.ears.read(wanted) else { return };
        self.back.job(move |core| {
            let news = core.in_place(|_, place| {
                if place.opening == opening { place.read(conversation, reading) } else { None }
            });
            if let Some(reading) = news.flatten() {
                core.push(Push::Reading { conversation, reading });
            }
        });
    }
}
