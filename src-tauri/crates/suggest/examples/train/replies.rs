//! Learns how much each signal counts (`models/replies.toml`): habits are learned from the train part of STAR, the
//! weights from its tune part, nothing from its test part.

use std::path::Path;

use suggest::reply::{
    Asked, Learned, Prompter,
    weighing::{NAMES, Signals, Weighing, Weights, learned},
};

use crate::star::{self, Part, Sent};

/// Writes the weights to `out`.
pub(crate) fn write(data: &Path, out: &Path) {
    let folder = data.join("star");
    let sent = star::read(&folder);
    let candidates = || {
        star::templates(&folder, &sent)
            .into_iter()
            .map(|(name, text)| suggest::Candidate {
                key: name.clone(),
                title: name,
                cue: String::new(),
                text,
                language: "en".parse().expect("a language"),
            })
            .collect::<Vec<_>>()
    };
    let lessons: Vec<_> = sent.iter().filter(|s| s.part() == Part::Train).filter_map(Sent::lesson).collect();
    let new = Prompter::of(candidates());
    let mut old = Prompter::of(candidates());
    old.study(&lessons, 7);
    let tune: Vec<&Sent> = sent.iter().filter(|s| s.part() == Part::Tune).collect();
    let weights = |prompter: &Prompter, typed: bool| -> Weights {
        learned(&cases(prompter, &tune, typed), &[0.0; NAMES.len()], 300)
    };
    let mut weighing = Weighing {
        alone_new: weights(&new, false),
        alone: weights(&old, false),
        draft_new: weights(&new, true),
        draft: weights(&old, true),
        bars: [0.0, 0.0],
    };
    for row in [&mut weighing.alone_new, &mut weighing.alone, &mut weighing.draft_new, &mut weighing.draft] {
        for weight in row {
            *weight = (*weight * 1000.0).round() / 1000.0;
        }
    }
    let old = old.weighing(weighing.clone());
    weighing.bars = [bar(&old, &tune, false), bar(&old, &tune, true)];
    let head = format!(
        "# How much each signal counts: {}.\n# Learned by `make train` from STAR (Mosig, Mehri, Kober 2020, MIT licence): numbers only, none of its sentences.\n",
        NAMES.join(", ")
    );
    std::fs::write(out, head + &toml::to_string(&weighing).expect("toml")).expect("written");
}

/// What spoke for each candidate wherever the right one was among them.
fn cases(prompter: &Prompter, sent: &[&Sent], typed: bool) -> Vec<(Vec<Signals>, usize)> {
    let none = Learned::default();
    sent.iter()
        .filter_map(|one| {
            let label = one.label.as_ref()?;
            // Drafts of every length: a reply is looked for while it is typed.
            let length = one.draft.chars().count();
            let some = if one.dialogue % 2 == 0 { length } else { (length * 2 / 3).max(3) };
            let draft: String = one.draft.chars().take(if typed { some } else { 0 }).collect();
            let asked = Asked {
                talk: &one.talk,
                draft: &draft,
                language: "en",
                learned: &none,
                day: 0,
                profile: None,
            };
            let weighed = prompter.weigh(asked);
            let right = weighed.iter().position(|one| one.candidate.key == *label)?;
            Some((weighed.into_iter().map(|one| one.signals).collect(), right))
        })
        .collect()
}

/// The share of the first under which less than two in five of those shown have the right one among three.
fn bar(prompter: &Prompter, sent: &[&Sent], typed: bool) -> f32 {
    let none = Learned::default();
    let mut seen: Vec<(f32, bool)> = sent
        .iter()
        .filter_map(|one| {
            // Bars are for replies that are looked for while the draft is short.
            let draft: String = one.first_draft.chars().take(if typed { 4 } else { 0 }).collect();
            let asked = Asked {
                talk: &one.talk,
                draft: &draft,
                language: "en",
                learned: &none,
                day: 0,
                profile: None,
            };
            let replies = prompter.suggest(asked, 3);
            let right = replies.iter().any(|reply| Some(&reply.key) == one.label.as_ref());
            Some((replies.first()?.share, right))
        })
        .collect();
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bars = seen.chunks(50).take_while(|chunk| chunk.iter().filter(|(_, right)| *right).count() < 20);
    let bar = bars.last().and_then(|chunk| chunk.last()).map_or(0.0, |(share, _)| *share);
    (bar * 1000.0).round() / 1000.0
}
