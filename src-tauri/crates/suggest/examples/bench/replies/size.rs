//! How long it takes and how much it holds with 10,000 articles and 200,000 past answers, all of them made up.

use std::time::Instant;

use suggest::{
    Candidate,
    reply::{Asked, Learned, Lesson, Prompter, Talk},
};

use super::at;

/// Paragraphs of an article.
const PARAGRAPHS: usize = 4;
const ARTICLES: usize = 10_000;
const ANSWERS: usize = 200_000;
/// Templates that the past answers come from, and those among them that were sent once.
const TEMPLATES: usize = 20_000;

/// Words by Zipf's law, the same for the same seed.
struct Words(u64);

impl Words {
    fn number(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize) % below
    }

    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 24] = [
            "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su", "ta",
            "ve", "wi", "xo", "zu", "bre", "cla", "dri", "fle",
        ];
        // The n-th word is met about once in n.
        let deep = (self.number(1 << 20) as f64 / f64::from(1 << 20) * 30_000_f64.ln()).exp() as usize;
        let mut out = String::new();
        let mut rest = deep * 7 + 24;
        while rest > 0 {
            out.push_str(SYLLABLES[rest % 24]);
            rest /= 24;
        }
        out
    }

    fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// Memory of this process in MB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

pub(crate) fn run() {
    let mut words = Words(42);
    let before = resident();
    let english = || "en".parse().expect("a language");
    let mut candidates = Vec::new();
    for article in 0..ARTICLES {
        let title = words.text(5);
        for paragraph in 0..PARAGRAPHS {
            let length = 30 + words.number(30);
            let cue = format!("{title} {}", words.text(4));
            let key = format!("article:{article}:{paragraph}");
            candidates.push(Candidate {
                key,
                title: title.clone(),
                cue,
                text: words.text(length),
                language: english(),
            });
        }
    }
    for template in 0..TEMPLATES {
        let length = 10 + words.number(20);
        let (cue, text) = (words.text(20), words.text(length));
        candidates.push(Candidate {
            key: format!("template:{template}"),
            title: String::new(),
            cue,
            text,
            language: english(),
        });
    }
    let count = candidates.len();
    let start = Instant::now();
    let mut prompter = Prompter::of(candidates);
    let built = start.elapsed();
    let lessons: Vec<Lesson> = (0..ANSWERS)
        .map(|_| {
            let length = 6 + words.number(20);
            let said = words.text(length);
            // Some templates are sent often, most seldom.
            let template =
                ((words.number(1 << 20) as f64 / f64::from(1 << 20)).powi(4) * TEMPLATES as f64) as usize;
            Lesson { talk: Talk::saying(&said), draft: None, sent: None, key: format!("template:{template}") }
        })
        .collect();
    let start = Instant::now();
    prompter.study(&lessons, 1);
    let studied = start.elapsed();
    let learned = Learned::default();
    let mut alone = Vec::new();
    let mut drafted = Vec::new();
    for turn in 0..400 {
        let length = 6 + words.number(60);
        let said = words.text(length);
        let talk = Talk::saying(&said);
        let draft = words.text(1 + turn % 4);
        for (draft, times) in [("", &mut alone), (draft.as_str(), &mut drafted)] {
            let asked =
                Asked { talk: &talk, draft, language: "en", learned: &learned, day: 0, profile: None };
            let start = Instant::now();
            std::hint::black_box(prompter.suggest(asked, 3));
            times.push(start.elapsed());
        }
    }
    let start = Instant::now();
    for turn in 0..100 {
        let text = words.text(40);
        prompter.add(Candidate {
            key: format!("article:7:{}", turn % 4),
            title: String::new(),
            cue: words.text(8),
            text,
            language: english(),
        });
    }
    let added = start.elapsed() / 100;
    let start = Instant::now();
    for lesson in lessons.iter().take(100) {
        prompter.learn(lesson);
    }
    let one_more = start.elapsed() / 100;
    let [index, habits, nearest] = prompter.bytes().map(|bytes| bytes as f64 / 1_048_576.0);
    println!(
        "\n## Size: {ARTICLES} articles of {PARAGRAPHS} paragraphs, {TEMPLATES} templates from {ANSWERS} past answers ({count} candidates)"
    );
    println!("built in {:.1} s, history learned in {:.1} s", built.as_secs_f32(), studied.as_secs_f32());
    println!(
        "context alone p50 {:.2} ms, p95 {:.2} ms; with a draft p50 {:.2} ms, p95 {:.2} ms",
        at(&mut alone, 50),
        at(&mut alone, 95),
        at(&mut drafted, 50),
        at(&mut drafted, 95)
    );
    println!(
        "an article replaced in {:.2} ms, one more answer learned in {:.2} ms",
        added.as_secs_f64() * 1000.0,
        one_more.as_secs_f64() * 1000.0
    );
    println!(
        "memory: candidates {index:.0} MB, habits {habits:.0} MB, past contexts {nearest:.0} MB; resident {:.0} MB more than before (with the made-up history itself)",
        resident() - before
    );
}
