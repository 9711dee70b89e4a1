//! The data sets of `../shared/data`, as they lie there. Shared by training and bench; none of it is in the repository.
#![allow(dead_code, reason = "training and bench each use their part")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A text and its labels by number.
pub(crate) type Labelled = (String, Vec<u16>);

/// A set with its own split.
pub(crate) struct Corpus {
    /// The names of the labels.
    pub(crate) names: Vec<String>,
    /// To learn from.
    pub(crate) train: Vec<Labelled>,
    /// To tune with; empty where the set has none.
    pub(crate) dev: Vec<Labelled>,
    /// To report on, nothing else.
    pub(crate) test: Vec<Labelled>,
}

/// Where the data lies: the first argument, or `../shared/data`.
pub(crate) fn folder() -> PathBuf {
    std::env::args()
        .skip(1)
        .find(|arg| !arg.starts_with('-'))
        .map_or_else(|| "../shared/data".into(), PathBuf::from)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// 77 reasons of a bank's customers.
pub(crate) fn banking77(data: &Path) -> Corpus {
    let folder = data.join("banking77");
    let mut names: Vec<String> = serde_json::from_str(&read(&folder.join("categories.json"))).expect("names");
    names.sort();
    let number: BTreeMap<String, u16> = names.iter().cloned().zip(0..).collect();
    let rows = |file: &str| {
        csv::Reader::from_path(folder.join(file))
            .expect("banking77")
            .into_records()
            .map(|row| {
                let row = row.expect("row");
                (row[0].to_owned(), vec![number[&row[1]]])
            })
            .collect()
    };
    Corpus { train: rows("train.csv"), dev: Vec::new(), test: rows("test.csv"), names }
}

/// 150 intents; what belongs to none has no label.
pub(crate) fn clinc150(data: &Path) -> Corpus {
    let parts: BTreeMap<String, Vec<(String, String)>> =
        serde_json::from_str(&read(&data.join("clinc150/data_full.json"))).expect("clinc150");
    let mut names: Vec<String> = parts["train"].iter().map(|(_, name)| name.clone()).collect();
    names.sort();
    names.dedup();
    let number: BTreeMap<&String, u16> = names.iter().zip(0..).collect();
    let rows = |which: [&str; 2]| {
        which
            .iter()
            .flat_map(|part| &parts[*part])
            .map(|(text, name)| (text.clone(), number.get(name).copied().into_iter().collect()))
            .collect()
    };
    let (train, dev, test) =
        (rows(["train", "oos_train"]), rows(["val", "oos_val"]), rows(["test", "oos_test"]));
    Corpus { train, dev, test, names }
}

/// 27 emotions and neutral, any number for each comment.
pub(crate) fn goemotions(data: &Path) -> Corpus {
    let folder = data.join("goemotions");
    let names = read(&folder.join("go_labels.txt")).split_whitespace().map(str::to_owned).collect();
    let rows = |file: &str| {
        read(&folder.join(file))
            .lines()
            .map(|line| {
                let mut cells = line.split('\t');
                let text = cells.next().expect("text").to_owned();
                let labels = cells.next().expect("labels").split(',').map(|n| n.parse().expect("label"));
                (text, labels.collect())
            })
            .collect()
    };
    Corpus { names, train: rows("go_train.tsv"), dev: rows("go_dev.tsv"), test: rows("go_test.tsv") }
}
