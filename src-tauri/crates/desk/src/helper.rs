//! A second thread with a second view of the cache: searches and suggestions, which must not keep the desk waiting.

use std::{collections::BTreeMap, sync::mpsc, thread};

use model::{Author, ConversationId, Customer, Fact, FactKind, MessageKind, Personal, Slug, library::fill};
use store::{
    Cache, Rows,
    cache::{self, Reader},
};
use suggest::{Candidate, Exchange, Index, Situation};
use tokio::sync::oneshot;

use crate::{
    Failure,
    core::Back,
    view::{Push, SearchKind, SearchResults, SearchRow, SnippetPart, Suggestion, SuggestionSource},
    words::Words,
};

/// Suggestions that are shown.
const SHOWN: usize = 3;
/// Rows of each kind that a search shows.
const ROWS: u32 = 20;
/// Answers given before that are remembered, the newest ones.
const REMEMBERED: u32 = 4_000;
/// Characters of a line around what matched.
const SNIPPET: usize = 120;

/// What there is to suggest for.
pub(crate) struct Wanted {
    pub(crate) conversation: ConversationId,
    /// What the customer said since they were last answered, or last.
    pub(crate) said: String,
    pub(crate) typed: String,
    /// The language when the words do not tell.
    pub(crate) language: Option<Slug>,
    pub(crate) values: Values,
    pub(crate) words: &'static Words,
}

/// What variables stand for.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    pub(crate) customer_name: Personal,
    pub(crate) advisor_name: String,
    pub(crate) order: Option<String>,
    pub(crate) workspace: String,
}

impl Values {
    /// The values for a customer in a workspace.
    pub(crate) fn of(customer: &Customer, facts: &[Fact], advisor: &str, workspace: &str) -> Self {
        let newest = facts.iter().find(|fact| fact.kind == FactKind::Order);
        Self {
            customer_name: customer.name.clone(),
            advisor_name: advisor.to_owned(),
            order: newest.filter(|_| customer.is_verified()).map(|fact| fact.key.clone()),
            workspace: workspace.to_owned(),
        }
    }

    /// A text with its variables filled.
    pub(crate) fn fill(&self, text: &str) -> String {
        let first = |name: &str| name.split_whitespace().next().unwrap_or_default().to_owned();
        fill(text, |name| match name {
            "customer.name" => Some(self.customer_name.to_string()),
            "customer.first_name" => Some(first(&self.customer_name)),
            "advisor.name" => Some(self.advisor_name.clone()),
            "advisor.first_name" => Some(first(&self.advisor_name)),
            "order" => self.order.clone(),
            "workspace" => Some(self.workspace.clone()),
            _ => None,
        })
    }
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
                let work = Work { reader, back, opening, index: None };
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
    index: Option<Known>,
}

/// What can be suggested.
struct Known {
    index: Index,
    sources: BTreeMap<String, SuggestionSource>,
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
                Ask::LibraryChanged => self.index = None,
                Ask::Search(text, reply) => {
                    let _ = reply.send(search(self.reader.rows(), text));
                }
                Ask::Suggest(wanted, reply) => self.suggest(&wanted, reply),
            }
        }
    }

    fn suggest(&mut self, wanted: &Wanted, reply: Option<oneshot::Sender<Vec<Suggestion>>>) {
        if self.index.is_none() {
            match known(self.reader.rows(), wanted.words) {
                Ok(known) => self.index = Some(known),
                Err(failure) => return tracing::error!(%failure, "nothing can be suggested"),
            }
        }
        let Some(known) = &self.index else { return };
        let items = rank(known, wanted);
        match reply {
            Some(reply) => {
                let _ = reply.send(items);
            }
            None => {
                let (opening, conversation) = (self.opening, wanted.conversation);
                self.back.job(move |core| {
                    let news = core.in_place(|_, place| {
                        place.opening == opening && place.suggested(conversation, &items)
                    });
                    if news == Some(true) {
                        core.push(Push::Suggestions { conversation, items });
                    }
                });
            }
        }
    }
}

fn rank(known: &Known, wanted: &Wanted) -> Vec<Suggestion> {
    let told = suggest::language_of(&wanted.said).or_else(|| suggest::language_of(&wanted.typed));
    let language = told.or_else(|| wanted.language.as_ref().map(Slug::as_str)).unwrap_or("en");
    let situation = Situation { said: &wanted.said, typed: &wanted.typed, language };
    known
        .index
        .rank(situation, SHOWN)
        .into_iter()
        .map(|ranked| {
            let candidate = ranked.candidate;
            let source = known.sources.get(&candidate.key).copied();
            Suggestion {
                id: candidate.key.clone(),
                text: wanted.values.fill(&candidate.text).into(),
                source: source.unwrap_or(SuggestionSource::Article),
                title: candidate.title.clone(),
                because: ranked.because,
            }
        })
        .collect()
}

/// Everything that can be suggested: paragraphs of articles, macros, and answers given before.
fn known(rows: &Rows, words: &Words) -> Result<Known, Failure> {
    let mut candidates = Vec::new();
    let mut sources = BTreeMap::new();
    for article in cache::library::articles(rows)? {
        let cue = format!("{} {}", article.title, article.tags.join(" "));
        for (place, paragraph) in article.body.split("\n\n").enumerate() {
            let text = paragraph.trim();
            if text.is_empty() {
                continue;
            }
            let key = format!("article:{}:{place}", article.id);
            sources.insert(key.clone(), SuggestionSource::Article);
            candidates.push(Candidate {
                key,
                title: article.title.clone(),
                cue: cue.clone(),
                text: text.to_owned(),
                language: article.language.clone(),
            });
        }
    }
    for prepared in cache::library::macros(rows)?.into_iter().filter(|m| !m.text.trim().is_empty()) {
        let key = format!("macro:{}", prepared.id);
        sources.insert(key.clone(), SuggestionSource::Macro);
        candidates.push(Candidate {
            key,
            cue: format!("{} {}", prepared.title, prepared.name),
            title: prepared.title,
            text: prepared.text,
            language: prepared.language,
        });
    }
    for candidate in answers(rows, words)? {
        sources.insert(candidate.key.clone(), SuggestionSource::Answer);
        candidates.push(candidate);
    }
    Ok(Known { index: Index::of(candidates), sources })
}

/// Answers given before, each with what the customer had said.
fn answers(rows: &Rows, words: &Words) -> Result<Vec<Candidate>, Failure> {
    let mut out = Vec::new();
    for (said, answered, customer) in cache::message::exchanges(rows, REMEMBERED)? {
        let Author::Advisor { name, .. } = &answered.author else { continue };
        let exchange = Exchange {
            key: &answered.id.to_string(),
            said: &said.text,
            answered: &answered.text,
            customer_name: &customer.name,
            advisor_name: name,
            title: &words.day(answered.at),
        };
        out.extend(suggest::remembered(exchange));
    }
    Ok(out)
}

fn search(rows: &Rows, text: Personal) -> Result<SearchResults, Failure> {
    let mut found = Vec::new();
    for customer in cache::search::customers(rows, &text, ROWS)? {
        let identities: Vec<&str> = customer.identities.iter().map(|i| &*i.value).collect();
        let line = [&*customer.name].into_iter().chain(identities).collect::<Vec<_>>().join(" · ");
        found.push(SearchRow {
            id: format!("customer:{}", customer.id),
            kind: SearchKind::Customer,
            customer_name: customer.name,
            snippet: snippet(&line, &text),
            customer: customer.id,
            conversation: None,
            message: None,
            at: customer.since,
        });
    }
    for fact in cache::search::facts(rows, &text, ROWS)? {
        let Some(customer) = cache::customer::load(rows, fact.customer)?.filter(Customer::is_verified) else {
            continue;
        };
        found.push(SearchRow {
            id: format!("fact:{}", fact.id),
            kind: SearchKind::Order,
            customer_name: customer.name,
            snippet: snippet(&format!("{} · {}", fact.key, &*fact.title), &text),
            customer: fact.customer,
            conversation: None,
            message: None,
            at: fact.at,
        });
    }
    for (line, conversation) in cache::search::messages(rows, &text, ROWS)? {
        let name = cache::customer::load(rows, conversation.customer)?.map(|c| c.name).unwrap_or_default();
        debug_assert!(line.kind != MessageKind::Activity, "activities are not in the index");
        found.push(SearchRow {
            id: format!("message:{}", line.id),
            kind: SearchKind::Message,
            customer_name: name,
            snippet: snippet(&line.text, &text),
            customer: conversation.customer,
            conversation: Some(conversation.id),
            message: Some(line.id.to_string()),
            at: line.at,
        });
    }
    Ok(SearchResults { text, rows: found })
}

/// A text around what matched, in pieces.
pub(crate) fn snippet(text: &str, wanted: &str) -> Vec<SnippetPart> {
    let wanted: Vec<String> =
        wanted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(folded).collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pieces: Vec<&str> = split_words(&line);
    let is_hit = |piece: &str| {
        let piece = folded(piece);
        wanted.iter().any(|word| piece.starts_with(word.as_str()))
    };
    let first = pieces.iter().position(|piece| is_hit(piece)).unwrap_or(0);
    // Some words before the first one that matched.
    let mut start = first;
    let mut before = 0;
    while start > 0 && before < SNIPPET / 3 {
        start -= 1;
        before += pieces.get(start).map_or(0, |piece| piece.chars().count());
    }
    let mut out: Vec<SnippetPart> = Vec::new();
    let mut length = 0;
    if start > 0 {
        out.push(SnippetPart { text: "…".into(), hit: false });
    }
    for piece in pieces.iter().skip(start) {
        let hit = is_hit(piece);
        length += piece.chars().count();
        match out.last_mut().filter(|last| last.hit == hit) {
            Some(last) => last.text = format!("{}{piece}", &*last.text).into(),
            None => out.push(SnippetPart { text: (*piece).into(), hit }),
        }
        if length > SNIPPET {
            out.push(SnippetPart { text: "…".into(), hit: false });
            break;
        }
    }
    out
}

/// Words and what stands between them, in turn.
fn split_words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        out.push(piece);
        rest = after;
    }
    out
}

/// As the index compares: lower case, without accents.
fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'à' | 'â' | 'ä' | 'á' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, wanted: &str) -> String {
        snippet(text, wanted)
            .into_iter()
            .map(|part| if part.hit { format!("[{}]", &*part.text) } else { part.text.to_string() })
            .collect()
    }

    #[test]
    fn what_matched_is_marked_with_some_words_around_it() {
        assert_eq!(marked("Mon colis n'est pas livré", "livre"), "Mon colis n'est pas [livré]");
        assert_eq!(marked("Order 48-2291 is late", "48-22"), "Order [48]-[2291] is late");
        let long = format!("{} needle {}", "hay ".repeat(40), "hay ".repeat(60));
        let text = marked(&long, "needle");
        assert!(text.starts_with("…hay") && text.contains("[needle]") && text.ends_with('…'), "{text}");
    }
}
