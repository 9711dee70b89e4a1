//! The demo tenant: our own articles, macros and paths, and the questions that the seeded customers ask in it. Small,
//! and the seeds are ours: it shows that nothing is broken, not how good it is.

use suggest::{
    Candidate, path,
    reply::{Asked, Learned, Prompter, Source, Talk},
};

use super::Ranks;

const ARTICLES: [(&str, &str); 2] = [
    ("en", include_str!("../../../../server/seed/articles.en.toml")),
    ("fr", include_str!("../../../../server/seed/articles.fr.toml")),
];
const MACROS: &str = include_str!("../../../../server/seed/macros.toml");
const PATHS: [&str; 3] = [
    include_str!("../../../../server/seed/paths/parcel-not-received.toml"),
    include_str!("../../../../server/seed/paths/refund-late.toml"),
    include_str!("../../../../server/seed/paths/lost-card.toml"),
];

/// Questions written for this, with the article, macro or path that answers them.
const ASKED: [(&str, &str, &[&str]); 16] = [
    (
        "en",
        "It says delivered since yesterday but there is no parcel here",
        &["delivered-not-received", "not-received", "parcel-not-received"],
    ),
    ("en", "How long does shipping take and what does it cost?", &["delivery-times"]),
    (
        "en",
        "my order should have come on Monday, still nothing",
        &["late-parcel", "sorry-late", "track-order"],
    ),
    ("en", "The lamp arrived with a crack in it", &["damaged-parcel"]),
    (
        "en",
        "I want to send back a jacket, how do I get a label",
        &["how-to-return", "return-label", "returns-period"],
    ),
    (
        "en",
        "When do I get my money back for the boots I returned?",
        &["refund-times", "refund-late", "refund-on-its-way"],
    ),
    ("en", "I lost my bank card this morning, please block it", &["card-blocked", "lost-card", "card-lost"]),
    ("en", "Somebody else ordered the wrong address, can I change it?", &["change-or-cancel-order"]),
    ("en", "Can I get an invoice with our VAT number?", &["invoice", "invoices"]),
    (
        "fr",
        "Mon colis est marqué livré mais je n'ai rien reçu",
        &["delivered-not-received", "non-recu", "parcel-not-received"],
    ),
    ("fr", "Combien coûte la livraison et quel est le délai ?", &["delivery-times"]),
    (
        "fr",
        "Toujours pas de remboursement pour mon retour",
        &["refund-times", "refund-late", "remboursement-parti"],
    ),
    ("fr", "On m'a volé ma carte bancaire", &["carte-bloquee", "lost-card", "card-lost"]),
    ("fr", "Le magasin a refusé de reprendre mes chaussures", &["shop-refuses-return", "refus-magasin"]),
    ("fr", "Comment renvoyer un article ?", &["how-to-return", "etiquette-retour", "returns-period"]),
    ("fr", "mon colis est en retard depuis trois jours", &["late-parcel", "retard", "track-order"]),
];

pub(crate) fn candidates() -> Vec<Candidate> {
    let mut out = Vec::new();
    let text = |value: &toml::Value, name: &str| {
        value.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    for (language, file) in ARTICLES {
        let file: toml::Value = toml::from_str(file).expect("a seed");
        for article in file["article"].as_array().expect("articles") {
            let tags: Vec<&str> =
                article["tags"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
            let cue = format!("{} {}", text(article, "title"), tags.join(" "));
            for (place, paragraph) in text(article, "body").split("\n\n").enumerate() {
                out.push(Candidate {
                    key: format!("article:{}:{place}:{language}", text(article, "key")),
                    title: text(article, "title"),
                    cue: cue.clone(),
                    text: paragraph.trim().to_owned(),
                    language: language.parse().expect("a language"),
                });
            }
        }
    }
    let file: toml::Value = toml::from_str(MACROS).expect("a seed");
    for one in file["macro"].as_array().expect("macros") {
        out.push(Candidate {
            key: format!("macro:{}", text(one, "name")),
            title: text(one, "title"),
            cue: format!("{} {}", text(one, "title"), text(one, "name")),
            text: text(one, "text"),
            language: text(one, "language").parse().expect("a language"),
        });
    }
    for path in PATHS {
        out.extend(path::Path::read(path).expect("a path").candidates());
    }
    out
}

pub(crate) fn run() {
    let all = candidates();
    let count = all.len();
    let prompter = Prompter::of(all.clone());
    let learned = Learned::default();
    let mut ranks = Ranks::default();
    for (language, said, right) in ASKED {
        let talk = Talk::saying(said);
        let asked = Asked { talk: &talk, draft: "", language, learned: &learned, day: 0, profile: None };
        let replies = prompter.suggest(asked, 5);
        let at = replies
            .iter()
            .position(|reply| reply.key.split(':').nth(1).is_some_and(|source| right.contains(&source)));
        ranks.note(&format!("{language}: a source that answers it, context alone"), at);
    }
    // Each approved text, looked for by its own first words, as an advisor does who knows it.
    let (mut typed, mut whole, mut found) = (0, 0, 0);
    for candidate in &all {
        let letters: Vec<char> = candidate.text.chars().collect();
        let talk = Talk::default();
        let at = (3..letters.len().min(40)).find(|count| {
            let draft: String = letters[..*count].iter().collect();
            let language = candidate.language.as_str();
            let asked =
                Asked { talk: &talk, draft: &draft, language, learned: &learned, day: 0, profile: None };
            prompter.suggest(asked, 3).iter().any(|reply| reply.key == candidate.key)
        });
        found += usize::from(at.is_some());
        typed += at.unwrap_or(letters.len());
        whole += letters.len();
    }
    let of = |source| all.iter().filter(|one| Source::of(&one.key) == source).count();
    println!(
        "\n## Demo tenant: {count} candidates ({} paragraphs, {} macros, {} stages of paths), no history",
        of(Source::Article),
        of(Source::Macro),
        of(Source::Path)
    );
    ranks.print("16 questions of our own, articles, macros and paths");
    println!(
        "\nEach text by its own first words, without context: {:.1} % found, characters typed −{:.1} %",
        found as f64 / count as f64 * 100.0,
        100.0 - typed as f64 / whole as f64 * 100.0
    );
}
