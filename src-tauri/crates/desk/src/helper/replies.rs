//! What can be suggested, and the few replies that fit: paragraphs of articles, macros, and templates of the answers that
//! the team gave before.

use std::collections::BTreeMap;

use model::{Author, ConversationId, Customer, Message};
use store::{Rows, cache};
use suggest::{
    Candidate,
    mining::{Exchange, Past, mined},
    reply::{Asked, Lesson, Prompter, Source, Step, Talk},
};

use super::Wanted;
use crate::{
    Failure,
    view::{Suggestion, SuggestionSource},
    words::Words,
};

/// Suggestions that are shown.
const SHOWN: usize = 3;
/// Lines of the past that are remembered, the newest ones.
const REMEMBERED: u32 = 12_000;
/// Customers who must have got an answer before others are shown it, if it says anything personal.
const SHARED: usize = 2;
/// What was said before an answer, at most so many steps.
const BEFORE: usize = 12;

/// What can be suggested.
pub(super) struct Known {
    prompter: Prompter,
}

impl Known {
    /// Everything that this computer has of it.
    pub(super) fn of(rows: &Rows, words: &Words) -> Result<Self, Failure> {
        let mut candidates = Vec::new();
        for article in cache::library::articles(rows)? {
            let cue = format!("{} {}", article.title, article.tags.join(" "));
            for (place, paragraph) in article.body.split("\n\n").enumerate() {
                let text = paragraph.trim();
                if text.is_empty() {
                    continue;
                }
                candidates.push(Candidate {
                    key: format!("article:{}:{place}", article.id),
                    title: article.title.clone(),
                    cue: cue.clone(),
                    text: text.to_owned(),
                    language: article.language.clone(),
                });
            }
        }
        for prepared in cache::library::macros(rows)?.into_iter().filter(|m| !m.text.trim().is_empty()) {
            candidates.push(Candidate {
                key: format!("macro:{}", prepared.id),
                cue: format!("{} {}", prepared.title, prepared.name),
                title: prepared.title,
                text: prepared.text,
                language: prepared.language,
            });
        }
        let told = cache::message::told(rows, REMEMBERED)?;
        let (templates, lessons) = remembered(&told, words);
        candidates.extend(templates);
        let mut prompter = Prompter::of(candidates);
        prompter.study(&lessons, 0);
        Ok(Self { prompter })
    }

    /// The replies worth showing, best first.
    pub(super) fn suggest(&self, wanted: &Wanted) -> Vec<Suggestion> {
        let said = wanted.talk.open_words();
        let told = suggest::language_of(&said).or_else(|| suggest::language_of(&wanted.typed));
        let language = told.or(wanted.language.as_deref()).unwrap_or("en");
        let asked = Asked {
            talk: &wanted.talk,
            draft: &wanted.typed,
            language,
            learned: &wanted.learned,
            day: wanted.day,
            profile: Some(&wanted.profile),
        };
        self.prompter
            .suggest(asked, SHOWN + wanted.refused.len())
            .into_iter()
            .filter(|reply| !wanted.refused.contains(&reply.key))
            .take(SHOWN)
            .map(|reply| Suggestion {
                id: reply.key,
                text: reply.filled.text.into(),
                source: match reply.source {
                    Source::Article => SuggestionSource::Article,
                    Source::Macro => SuggestionSource::Macro,
                    Source::Answer => SuggestionSource::Answer,
                    Source::Path => SuggestionSource::Path,
                },
                title: reply.title,
                because: reply.because,
                rest: reply.rest.map(Into::into),
                in_ten: reply.in_ten,
                taken: reply.taken,
            })
            .collect()
    }
}

/// A line of the past with whose it was.
type Told = (ConversationId, Message, Customer);

/// The team's answers as templates, and what went before each, to learn from.
fn remembered(told: &[Told], words: &Words) -> (Vec<Candidate>, Vec<Lesson>) {
    struct Answer {
        at: usize,
        said: String,
        key: String,
        customer: String,
        advisor: String,
        title: String,
    }
    let mut answers = Vec::new();
    let mut said: &str = "";
    for (at, (conversation, line, customer)) in told.iter().enumerate() {
        if at == 0 || told.get(at - 1).is_some_and(|before| before.0 != *conversation) {
            said = "";
        }
        match &line.author {
            Author::Customer => said = &line.text,
            Author::Advisor { name, .. } if !said.is_empty() => answers.push(Answer {
                at,
                said: said.to_owned(),
                key: line.id.to_string(),
                customer: customer.id.to_string(),
                advisor: name.clone(),
                title: words.day(line.at),
            }),
            _ => {}
        }
    }
    let past: Vec<Past<'_>> = answers
        .iter()
        .filter_map(|answer| {
            let (_, line, customer) = told.get(answer.at)?;
            Some(Past {
                exchange: Exchange {
                    key: &answer.key,
                    said: &answer.said,
                    answered: &line.text,
                    customer_name: &customer.name,
                    advisor_name: &answer.advisor,
                    title: &answer.title,
                },
                customer: &answer.customer,
            })
        })
        .collect();
    let mut candidates = Vec::new();
    let mut keys: BTreeMap<usize, String> = BTreeMap::new();
    for template in mined(&past, SHARED) {
        for member in &template.members {
            if let Some(answer) = answers.get(*member) {
                keys.insert(answer.at, template.candidate.key.clone());
            }
        }
        // Names in small letters are not found: only what several customers were told is shown to another.
        if template.shown && template.customers >= SHARED {
            candidates.push(template.candidate);
        }
    }
    (candidates, lessons(told, &keys))
}

fn lessons(told: &[Told], keys: &BTreeMap<usize, String>) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut here = None;
    for (at, (conversation, line, _)) in told.iter().enumerate() {
        if here != Some(*conversation) {
            here = Some(*conversation);
            steps.clear();
        }
        match &line.author {
            Author::Customer => steps.push(Step::Said(line.text.to_string())),
            Author::Advisor { .. } => {
                let key = keys.get(&at).cloned();
                if let Some(key) = &key {
                    let before = steps.get(steps.len().saturating_sub(BEFORE)..).unwrap_or_default();
                    let talk = Talk { steps: before.to_vec(), ..Talk::default() };
                    let sent = Some(line.text.to_string());
                    lessons.push(Lesson { talk, draft: None, sent, key: key.clone() });
                }
                steps.push(key.map_or_else(|| Step::Wrote(line.text.to_string()), Step::Answered));
            }
            _ => {}
        }
    }
    lessons
}
