//! Trains the models that are committed: `cargo run --release -p loopdesk-suggest --example train -- DATA`. The same data
//! gives the same bytes; `models/README.md` is written anew with their hashes.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a tool that may stop with a message"
)]

#[path = "../data/corpora.rs"]
mod corpora;
#[path = "../data/emotions.rs"]
mod emotions;
#[path = "../data/star.rs"]
mod star;

mod replies;

use std::{fmt::Write as _, fs, path::Path, time::Instant};

use sha2::{Digest, Sha256};
use suggest::{
    linear::{Calibration, Choice, Example, Features, Linear, best_bars},
    reading::{REASON_RECIPE, reason_trainer},
};

fn main() {
    let data = corpora::folder();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    fs::create_dir_all(&models).expect("the folder of models");
    let mut table = String::new();
    for (name, what, licence, model) in [
        ("banking.bin", "contact reasons of a bank", "banking77, CC BY 4.0", banking as fn(&Path) -> Linear),
        ("emotion.bin", "feelings", "GoEmotions, CC BY 4.0", emotion),
    ] {
        let start = Instant::now();
        let model = model(&data);
        let bytes = model.to_bytes();
        let hash = hex::encode(Sha256::digest(&bytes));
        let (features, weights) = model.size();
        println!(
            "{name}: {} bytes, {features} features, {weights} weights, {:.1?}, {hash}",
            bytes.len(),
            start.elapsed()
        );
        writeln!(
            table,
            "| `{name}` | {what}, {} classes | {licence} | {} | `{hash}` |",
            model.classes().len(),
            bytes.len()
        )
        .expect("a string");
        fs::write(models.join(name), bytes).expect("the model");
    }
    replies::write(&data, &models.join("replies.toml"));
    let page = include_str!("README.md").replace("{{models}}", table.trim_end());
    fs::write(models.join("README.md"), page).expect("the page");
}

fn banking(data: &Path) -> Linear {
    let set = corpora::banking77(data);
    let examples: Vec<Example> = set
        .train
        .iter()
        .map(|(text, labels)| Example::one(Features::of(text, &REASON_RECIPE), labels[0]))
        .collect();
    let mut trainer = reason_trainer();
    trainer.folds = 4;
    trainer.train(&set.names, &examples)
}

/// Learned from the train and dev parts. Probabilities and bars come from held-out fifths of both, because dev alone has a
/// dozen examples of the rare ones.
fn emotion(data: &Path) -> Linear {
    let set = corpora::goemotions(data);
    let rows: Vec<corpora::Labelled> = set.train.iter().chain(&set.dev).cloned().collect();
    let examples = emotions::examples(&rows, &set.names);
    let classes = emotions::classes(&set.names);
    let trainer = emotions::trainer();
    let margins = trainer.held_out(&classes, &examples);
    let labels: Vec<&[u16]> = examples.iter().map(|example| example.labels.as_slice()).collect();
    let fitted = Calibration::fitted(Choice::Any, classes.len(), &margins, &labels);
    let probabilities: Vec<Vec<f32>> = margins.iter().map(|margins| fitted.probabilities(margins)).collect();
    let bars = best_bars(classes.len(), &probabilities, &labels);
    let plain = suggest::linear::Trainer { folds: 0, ..trainer };
    plain.train(&classes, &examples).calibrated(Calibration { bars, ..fitted })
}
