//! Reading the customer, measured.

mod plain;
mod service;

use std::{path::Path, time::Instant};

use suggest::{
    linear::{Example, Features, Linear, Trainer},
    reading::{BANKING_MODEL, EMOTION_MODEL, EMOTION_RECIPE, REASON_RECIPE, Reader, Trend, reason_trainer},
};

use crate::{
    corpora::{self, Corpus, Labelled},
    emotions,
    table::{Table, share},
};

pub(crate) fn run(data: &Path) {
    let mut table = Table::new("Contact reason");
    banking(data, &mut table);
    clinc(data, &mut table);
    table.end();
    let mut table = Table::new("Emotion (GoEmotions, test part)");
    emotion(data, &mut table);
    table.end();
    let reader = Reader::new().expect("the reader");
    service::run(&reader);
    speed(data, &reader);
}

fn banking(data: &Path, table: &mut Table) {
    let set = corpora::banking77(data);
    let model = Linear::from_bytes(BANKING_MODEL).expect("banking.bin");
    let right = set
        .test
        .iter()
        .filter(|(text, labels)| {
            model.best(&Features::of(text, &REASON_RECIPE)).map(|(class, _)| class as u16)
                == labels.first().copied()
        })
        .count();
    let ours = right as f64 / set.test.len() as f64;
    let baselines = plain::accuracies(&set);
    table.line(
        "banking77, accuracy (test, committed model)",
        &baselines,
        ".93 (dual encoders)",
        ours,
        Some(0.915),
    );
    let (bins, error) = calibration(&model, &set.test);
    println!("  calibration: expected error {error:.3}; said/right by confidence: {bins}");
}

/// How far confidence and being right are apart.
fn calibration(model: &Linear, rows: &[Labelled]) -> (String, f64) {
    let mut bins = [(0.0_f64, 0.0_f64, 0.0_f64); 5];
    for (text, labels) in rows {
        if let Some((class, confidence)) = model.best(&Features::of(text, &REASON_RECIPE)) {
            let bin = &mut bins[((confidence * 5.0) as usize).min(4)];
            bin.0 += 1.0;
            bin.1 += f64::from(confidence);
            bin.2 += if labels.first() == Some(&(class as u16)) { 1.0 } else { 0.0 };
        }
    }
    let all: f64 = bins.iter().map(|bin| bin.0).sum();
    let error = bins.iter().map(|bin| (bin.1 - bin.2).abs()).sum::<f64>() / all;
    let shown: Vec<String> = bins
        .iter()
        .filter(|bin| bin.0 > 0.0)
        .map(|bin| format!("{:.2}/{:.2}", bin.1 / bin.0, bin.2 / bin.0))
        .collect();
    (shown.join(" "), error)
}

fn clinc(data: &Path, table: &mut Table) {
    let set = corpora::clinc150(data);
    // Learned in the run: the 100 out-of-scope examples of its train part teach what belongs to no class.
    let example = |text: &str, labels: &[u16]| Example {
        features: Features::of(text, &REASON_RECIPE),
        labels: labels.to_vec(),
        group: u64::MAX,
    };
    let examples: Vec<Example> = set.train.iter().map(|(text, labels)| example(text, labels)).collect();
    let start = Instant::now();
    let model = Trainer { folds: 0, ..reason_trainer() }.train(&set.names, &examples);
    let took = start.elapsed();
    let mut scored = Vec::new();
    let (mut right, mut inside) = (0.0, 0.0);
    for (text, labels) in &set.test {
        let margins = model.margins(&Features::of(text, &REASON_RECIPE));
        let best = margins.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let Some((class, margin)) = best else { continue };
        scored.push((*margin, !labels.is_empty()));
        if let Some(label) = labels.first() {
            inside += 1.0;
            right += if usize::from(*label) == class { 1.0 } else { 0.0 };
        }
    }
    let known = Corpus {
        names: set.names.clone(),
        train: set.train.iter().filter(|row| !row.1.is_empty()).cloned().collect(),
        dev: Vec::new(),
        test: set.test.iter().filter(|row| !row.1.is_empty()).cloned().collect(),
    };
    let baselines = plain::accuracies(&known);
    table.line(
        "clinc150, accuracy in scope (test)",
        &baselines,
        ".91 SVM, .97 BERT",
        right / inside,
        Some(0.93),
    );
    table.line("clinc150, don't know (AUROC, out of scope)", "", "", auroc(scored), Some(0.95));
    println!("  learned in {took:.1?}: {} examples, {} bytes", examples.len(), model.to_bytes().len());
    // A workspace learns from all it has; the published figures do not use the dev part.
    let more: Vec<Example> =
        set.train.iter().chain(&set.dev).map(|(text, labels)| example(text, labels)).collect();
    let model = Trainer { folds: 0, ..reason_trainer() }.train(&set.names, &more);
    let right = set
        .test
        .iter()
        .filter(|(text, labels)| {
            let class = model.best(&Features::of(text, &REASON_RECIPE)).map(|(class, _)| class as u16);
            !labels.is_empty() && class == labels.first().copied()
        })
        .count();
    table.line("  the same, learned from its dev part too", "", "", right as f64 / inside, None);
}

/// How often something in scope is surer than something out of it.
fn auroc(mut scored: Vec<(f32, bool)>) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut pairs, mut inside) = (0.0, 0.0, 0.0);
    for (_, is) in scored {
        if is {
            pairs += below;
            inside += 1.0;
        } else {
            below += 1.0;
        }
    }
    pairs / (below * inside)
}

fn emotion(data: &Path, table: &mut Table) {
    let set = corpora::goemotions(data);
    let model = Linear::from_bytes(EMOTION_MODEL).expect("emotion.bin");
    let test = emotions::examples(&set.test, &set.names);
    let said: Vec<Vec<u16>> = test
        .iter()
        .map(|example| model.said(&example.features).into_iter().map(|(class, _)| class as u16).collect())
        .collect();
    let class = |name: &str| model.classes().iter().position(|class| class == name).expect("class") as u16;
    let f1 = |of: u16| {
        let (mut right, mut all) = (0.0, 0.0);
        for (said, example) in said.iter().zip(&test) {
            let (said, is) = (said.contains(&of), example.labels.contains(&of));
            right += if said && is { 2.0 } else { 0.0 };
            all += f64::from(u8::from(said)) + f64::from(u8::from(is));
        }
        if all == 0.0 { 0.0 } else { right / all }
    };
    let mean = |prefix: &str| {
        let of: Vec<f64> = model
            .classes()
            .iter()
            .zip(0..)
            .filter(|(name, _)| {
                if prefix.is_empty() {
                    !name.contains(':') && *name != "irritated"
                } else {
                    name.starts_with(prefix)
                }
            })
            .map(|(_, class)| f1(class))
            .collect();
        of.iter().sum::<f64>() / of.len() as f64
    };
    let (frequent, centroid) = plain::emotions(&set);
    let baselines = format!("freq {frequent:.3} TF-IDF {centroid:.3}");
    table.line("28 emotions, macro-F1", &baselines, ".46 BERT, .50 re-run", mean(""), Some(0.48));
    table.line("Ekman's groups and neutral, macro-F1", "", ".64 BERT", mean("ekman:"), Some(0.61));
    table.line("four sentiments, macro-F1", "", ".69 BERT", mean("sentiment:"), Some(0.68));
    for (name, before, goal) in [
        ("gratitude", ".91", 0.91),
        ("joy", ".76", 0.76),
        ("anxiety", ".62", 0.62),
        ("disappointment", ".55", 0.55),
        ("irritation", ".54", 0.54),
        ("confusion", ".36", 0.45),
    ] {
        let published = format!("{before} (prototype)");
        table.line(&format!("  {name}, F1"), "", &published, f1(class(&format!("six:{name}"))), Some(goal));
    }
    table.line("  irritated or not, F1", "", ".47 VADER, .56 proto.", f1(class("irritated")), Some(0.60));
}

fn speed(data: &Path, reader: &Reader) {
    let texts: Vec<String> =
        corpora::goemotions(data).test.into_iter().map(|(text, _)| text).take(2000).collect();
    let milliseconds = |mut of: Box<dyn FnMut(&str) + '_>| {
        let each: Vec<f64> = texts
            .iter()
            .map(|text| {
                let start = Instant::now();
                of(text);
                start.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        (share(each.clone(), 0.5), share(each, 0.95))
    };
    println!("\nTime per message (ms)                    p50     p95");
    let banking = Linear::from_bytes(BANKING_MODEL).expect("banking.bin");
    let (half, most) = milliseconds(Box::new(|text| {
        std::hint::black_box(banking.best(&Features::of(text, &REASON_RECIPE)));
    }));
    println!("reason, 77 classes                   {half:>7.3} {most:>7.3}");
    let emotions = Linear::from_bytes(EMOTION_MODEL).expect("emotion.bin");
    let (half, most) = milliseconds(Box::new(|text| {
        std::hint::black_box(emotions.probabilities(&Features::of(text, &EMOTION_RECIPE)));
    }));
    println!("emotion, the model                   {half:>7.3} {most:>7.3}");
    let (half, most) = milliseconds(Box::new(|text| {
        std::hint::black_box(reader.read(text, None, None));
    }));
    println!("everything, with words and phrases   {half:>7.3} {most:>7.3}");
    let readings: Vec<_> = texts.iter().take(50).map(|text| reader.read(text, Some("en"), None)).collect();
    let start = Instant::now();
    std::hint::black_box(Trend::of(&readings));
    println!("trend of 50 messages                 {:>7.3}", start.elapsed().as_secs_f64() * 1000.0);
    let start = Instant::now();
    std::hint::black_box(Reader::new().is_ok());
    println!("building the reader, once            {:>7.3}", start.elapsed().as_secs_f64() * 1000.0);
    println!(
        "\nModels: banking.bin {} bytes, emotion.bin {} bytes",
        BANKING_MODEL.len(),
        EMOTION_MODEL.len()
    );
}
