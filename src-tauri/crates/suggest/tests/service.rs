//! What is read of service messages that we wrote ourselves (`service/*.txt`), on the half that phrases were not tuned on.
//! A floor against getting worse, not a figure to be proud of: that one stands in the bench.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use suggest::reading::Reader;

fn read(file: &str, language: &str) -> (f64, f64, f64) {
    let reader = Reader::new().unwrap();
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let (mut all, mut right, mut told) = (0.0, 0.0, 0.0);
    let (mut found, mut fitting) = (0.0, 0.0);
    for line in lines.skip(1).step_by(2) {
        let cells: Vec<&str> = line.splitn(5, " | ").collect();
        let [emotion, _, irritants, _, text] = cells[..] else { panic!("five cells: {line}") };
        let reading = reader.read(text, None, None);
        all += 1.0;
        right += f64::from(u8::from(reading.emotion.emotion.as_str() == emotion));
        told += f64::from(u8::from(reading.language.is_some_and(|of| of.as_str() == language)));
        for irritant in reading.irritants {
            let kind = serde_json::to_value(irritant.kind).unwrap();
            found += 1.0;
            fitting += f64::from(u8::from(irritants.split(',').any(|of| kind == of)));
            // What is shown as the cause is in the message.
            assert!(irritant.words.iter().all(|words| !words.is_empty() && text.contains(words)), "{text}");
        }
        assert!(reading.emotion.words.iter().all(|words| text.contains(words)), "{text}");
    }
    (right / all, told / all, fitting / found)
}

#[test]
fn english_messages_are_read_as_well_as_before() {
    let (emotion, language, irritants) = read(include_str!("service/en.txt"), "en");
    assert!(emotion >= 0.70, "{emotion}");
    assert!(language >= 0.95, "{language}");
    assert!(irritants >= 0.70, "{irritants}");
}

#[test]
fn french_messages_are_read_as_well_as_before() {
    let (emotion, language, irritants) = read(include_str!("service/fr.txt"), "fr");
    assert!(emotion >= 0.70, "{emotion}");
    assert!(language >= 0.95, "{language}");
    assert!(irritants >= 0.60, "{irritants}");
}
