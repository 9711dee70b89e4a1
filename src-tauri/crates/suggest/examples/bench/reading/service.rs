//! Our own service messages (`tests/service`), English and French: what is left of the figures in the field. Every second
//! message was looked at while phrases and borders were set; only the others are reported, unless `TUNE` is set.

use std::{collections::BTreeMap, path::Path, time::Instant};

use suggest::reading::{Emotion, Level, Reader, Reasons, Taught};

struct Row {
    emotion: &'static str,
    reason: Option<&'static str>,
    irritants: Vec<&'static str>,
    urgency: &'static str,
    text: &'static str,
}

fn rows(file: &'static str) -> Vec<Row> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.splitn(5, " | ").collect();
            let [emotion, reason, irritants, urgency, text] = cells[..] else { panic!("five cells: {line}") };
            Row {
                emotion,
                reason: (reason != "-").then_some(reason),
                irritants: irritants.split(',').filter(|kind| *kind != "-").collect(),
                urgency,
                text,
            }
        })
        .collect()
}

pub(crate) fn run(reader: &Reader) {
    let tuning = std::env::var_os("TUNE").is_some();
    println!(
        "\nOwn service messages ({})",
        if tuning { "the half for tuning" } else { "the half not looked at" }
    );
    for (language, file) in [
        ("en", include_str!("../../../tests/service/en.txt")),
        ("fr", include_str!("../../../tests/service/fr.txt")),
    ] {
        let all = rows(file);
        let (seen, unseen): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(at, _)| at % 2 == 0);
        let reported = if tuning { &seen } else { &unseen };
        let rows: Vec<&Row> = reported.iter().map(|(_, row)| *row).collect();
        feelings(reader, language, &rows, tuning);
        reasons(&rows, &seen.iter().map(|(_, row)| *row).collect::<Vec<_>>());
    }
}

fn feelings(reader: &Reader, language: &str, rows: &[&Row], tuning: bool) {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let (mut found, mut wanted, mut right) = (0.0, 0.0, 0.0);
    let (mut urgent_right, mut known) = (0.0, 0.0);
    for row in rows {
        let reading = reader.read(row.text, None, None);
        let emotion = reading.emotion.emotion.as_str();
        pairs.push((emotion, row.emotion));
        let kinds: Vec<String> = reading
            .irritants
            .iter()
            .map(|irritant| {
                serde_json::to_value(irritant.kind).expect("kind").as_str().expect("text").to_owned()
            })
            .collect();
        found += kinds.len() as f64;
        wanted += row.irritants.len() as f64;
        right += kinds.iter().filter(|kind| row.irritants.contains(&kind.as_str())).count() as f64;
        let urgency = match reading.urgency.as_ref().map(|urgency| urgency.level) {
            None => "-",
            Some(Level::Soon) => "soon",
            Some(Level::Now) => "now",
        };
        urgent_right += if urgency == row.urgency { 1.0 } else { 0.0 };
        known +=
            if reading.language.as_ref().is_some_and(|told| told.as_str() == language) { 1.0 } else { 0.0 };
        if tuning
            && (emotion != row.emotion
                || kinds.iter().any(|kind| !row.irritants.contains(&kind.as_str()))
                || row.irritants.iter().any(|kind| !kinds.iter().any(|found| found == kind))
                || urgency != row.urgency)
        {
            println!(
                "  {} → {emotion} {:.2} {:?} | {:?} → {:?} | {} → {urgency} {:?} | {}",
                row.emotion,
                reading.emotion.strength,
                reading.emotion.words,
                row.irritants,
                reading.irritants.iter().map(|irritant| (irritant.kind, &irritant.words)).collect::<Vec<_>>(),
                row.urgency,
                reading.urgency.as_ref().map(|urgency| &urgency.words),
                row.text
            );
        }
    }
    let f1 = |name: &str| {
        let hits = pairs.iter().filter(|(said, is)| *said == name && *is == name).count() as f64;
        let all = pairs.iter().filter(|(said, _)| *said == name).count()
            + pairs.iter().filter(|(_, is)| *is == name).count();
        2.0 * hits / (all as f64).max(1.0)
    };
    let names: Vec<&str> = Emotion::FELT.iter().map(|emotion| emotion.as_str()).chain(["neutral"]).collect();
    let macro_f1 = names.iter().map(|name| f1(name)).sum::<f64>() / names.len() as f64;
    let accuracy = pairs.iter().filter(|(said, is)| said == is).count() as f64 / pairs.len() as f64;
    let each: Vec<String> = names.iter().map(|name| format!("{name} {:.2}", f1(name))).collect();
    println!(
        "{language}: {} messages; emotion accuracy {accuracy:.2}, macro-F1 {macro_f1:.2} ({})",
        rows.len(),
        each.join(", ")
    );
    println!(
        "    irritants: precision {:.2}, recall {:.2}; urgency right {:.2}; language right {:.2}",
        right / found.max(1.0),
        right / wanted.max(1.0),
        urgent_right / rows.len() as f64,
        known / rows.len() as f64
    );
}

/// The demo tenant's reasons: from its names and seeded conversations alone, and with the half for tuning as if it had been
/// wrapped up.
fn reasons(rows: &[&Row], taught: &[&Row]) {
    let mut known = seeded();
    for (what, with) in
        [("its names, articles and seeded conversations", false), ("and 73 wrapped-up messages", true)]
    {
        if with {
            known.extend(taught.iter().map(|row| Taught {
                text: row.text.to_owned(),
                reason: row.reason.map(|reason| reason.parse().expect("slug")),
            }));
        }
        let start = Instant::now();
        let reasons = Reasons::learned(&known);
        let took = start.elapsed();
        let (mut right, mut said, mut all, mut in_three, mut silent_right, mut none) =
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for row in rows {
            let guesses = reasons.guess(row.text);
            let first = guesses.first().map(|guess| guess.reason.as_str().to_owned());
            match row.reason {
                Some(reason) => {
                    all += 1.0;
                    said += f64::from(u8::from(first.is_some()));
                    right += f64::from(u8::from(first.as_deref() == Some(reason)));
                    in_three +=
                        f64::from(u8::from(guesses.iter().any(|guess| guess.reason.as_str() == reason)));
                }
                None => {
                    none += 1.0;
                    silent_right += f64::from(u8::from(first.is_none()));
                }
            }
        }
        println!(
            "    reason, taught by {what} ({} examples, {took:.0?}): said {:.2}, right when said {:.2}, among those offered {:.2}; silent where there is none {:.2}",
            known.len(),
            said / all,
            right / f64::max(said, 1.0),
            in_three / all,
            silent_right / f64::max(none, 1.0)
        );
    }
}

/// What the demo tenant knows on its first day.
fn seeded() -> Vec<Taught> {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/seed");
    let file = |name: &str| -> toml::Table {
        std::fs::read_to_string(seed.join(name)).expect("seed").parse().expect("toml")
    };
    let mut out = Vec::new();
    let workspace = file("workspace.toml");
    for reason in workspace["reason"].as_array().expect("reasons") {
        out.push(Taught {
            text: reason["name"].as_str().expect("name").to_owned(),
            reason: Some(reason["id"].as_str().expect("id").parse().expect("slug")),
        });
    }
    let customers = file("customers.toml");
    for customer in customers["customer"].as_array().expect("customers") {
        for conversation in
            customer.get("conversations").and_then(toml::Value::as_array).into_iter().flatten()
        {
            let reason = conversation.get("reason").and_then(toml::Value::as_str);
            let first = conversation["lines"]
                .as_array()
                .into_iter()
                .flatten()
                .find_map(|line| line.get("customer").and_then(toml::Value::as_str));
            if let (Some(reason), Some(first)) = (reason, first) {
                out.push(Taught { text: first.to_owned(), reason: Some(reason.parse().expect("slug")) });
            }
        }
    }
    let articles: BTreeMap<&str, &str> = ARTICLES.into_iter().collect();
    for name in ["articles.en.toml", "articles.fr.toml"] {
        for article in file(name)["article"].as_array().expect("articles") {
            let Some(reason) = article["key"].as_str().and_then(|key| articles.get(key)) else { continue };
            let tags = article["tags"].as_array().into_iter().flatten().filter_map(toml::Value::as_str);
            for text in tags.chain(article["title"].as_str()) {
                out.push(Taught { text: text.to_owned(), reason: Some(reason.parse().expect("slug")) });
            }
        }
    }
    out
}

/// Which reason an article of the demo tenant answers.
const ARTICLES: [(&str, &str); 21] = [
    ("track-order", "where-is-my-order"),
    ("late-parcel", "late-delivery"),
    ("delivered-not-received", "delivered-not-received"),
    ("damaged-parcel", "damaged-or-missing"),
    ("missing-or-wrong-item", "damaged-or-missing"),
    ("returns-period", "return-question"),
    ("how-to-return", "return-question"),
    ("shop-refuses-return", "return-refused"),
    ("refund-times", "refund-late"),
    ("refund-late", "refund-late"),
    ("exchange-size", "size-exchange"),
    ("size-advice", "product-advice"),
    ("gift-cards", "gift-card"),
    ("gift-card-does-not-work", "gift-card"),
    ("invoice", "invoice"),
    ("payment-refused", "payment-refused"),
    ("instalments", "instalments"),
    ("card-lost", "card-lost"),
    ("card-dispute", "card-lost"),
    ("account-access", "account-access"),
    ("product-advice", "product-advice"),
];
