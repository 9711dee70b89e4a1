use std::{collections::VecDeque, f64::consts::TAU, time::Instant};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;
use crate::audio::{SILENCE, memory::Recording, samples::Samples};

/// Seconds in which it learns.
const LEARNS: usize = 4;
const SECOND: usize = RATE as usize;

/// Something like speech: syllables of a voice whose pitch wanders, a pause after each.
fn speech(seconds: usize, seed: u64) -> Vec<i16> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut sound = Vec::new();
    while sound.len() < seconds * SECOND {
        let (length, pause) = (random.random_range(1_200..2_400), random.random_range(400..1_600));
        let (from, to) = (random.random_range(110.0..180.0), random.random_range(110.0..180.0));
        let vowel = random.random_range(300.0..900.0);
        let mut phase = 0.0;
        for nth in 0..length {
            let part = f64::from(nth) / f64::from(length);
            let pitch: f64 = from + (to - from) * part;
            phase += pitch / f64::from(RATE);
            let sample: f64 = (1..20)
                .map(|harmonic| {
                    let hertz = pitch * f64::from(harmonic);
                    let formant: f64 = 1.0 / (1.0 + ((hertz - vowel) / 150.0).powi(2)) + 0.05;
                    formant * (TAU * phase * f64::from(harmonic)).sin()
                })
                .sum();
            let loud = (part * 20.0).min(1.0).min((1.0 - part) * 20.0);
            #[allow(clippy::cast_possible_truncation, reason = "within 16 bits")]
            sound.push((sample * loud * 4_000.0) as i16);
        }
        sound.extend((0..pause).map(|_| 0));
    }
    sound.truncate(seconds * SECOND);
    sound
}

fn noise(seconds: usize, loud: i16) -> Vec<i16> {
    let mut random = StdRng::seed_from_u64(17);
    (0..seconds * SECOND).map(|_| random.random_range(-loud..=loud)).collect()
}

fn sum(one: &[i16], other: &[i16]) -> Vec<i16> {
    one.iter().zip(other).map(|(a, b)| a.saturating_add(*b)).collect()
}

/// What comes of what is said while this is played, and what a second of it costs.
fn cleaned(wanted: Wanted, said: &[i16], played: &[i16]) -> Vec<i16> {
    let cleaning = Cleaning::default();
    cleaning.want(wanted);
    let mut sound = cleaning.around(Sound::new(Samples::once(said), Recording::default()));
    let begun = Instant::now();
    let mut clean = Vec::new();
    let mut playing = played.chunks_exact(FRAME);
    for _ in 0..said.len() / FRAME {
        let mut frame = SILENCE;
        // In the order in which calls do it.
        sound.microphone.hear(&mut frame);
        clean.extend(frame);
        if let Some(frame) = playing.next() {
            sound.speaker.play(frame.try_into().unwrap());
        }
    }
    let seconds = clean.len() as f64 / f64::from(RATE);
    println!("{wanted:?}: {:.2} % of a core", begun.elapsed().as_secs_f64() / seconds * 100.0);
    clean
}

/// How loud, in dB.
fn loud(sound: &[i16]) -> f64 {
    let power = sound.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / sound.len() as f64;
    10.0 * (power + 1e-3).log10()
}

/// How like a sound is to what was said, 0 to 1, however late it comes. Even what is left as it is has other phases after it.
fn likeness(clean: &[i16], said: &[i16]) -> (f64, usize) {
    let late = |late: usize| {
        let pairs = clean.iter().skip(late).zip(said).map(|(a, b)| (f64::from(*a), f64::from(*b)));
        let (both, one, other) = pairs
            .fold((0.0, 1.0, 1.0), |(both, one, other): (f64, f64, f64), (a, b)| {
                (both + a * b, one + a * a, other + b * b)
            });
        (both / (one * other).sqrt(), late)
    };
    (0..400).map(late).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[test]
fn noise_goes_and_speech_stays() {
    let wanted = Wanted { without_noise: true, without_echo: false };
    let speech = speech(8, 1);
    let mut said = vec![0; LEARNS * SECOND];
    said.extend(&speech);
    let room = noise(LEARNS + 8, 600);
    let clean = cleaned(wanted, &sum(&said, &room), &[]);
    let (begin, end) = ((LEARNS - 2) * SECOND, LEARNS * SECOND);
    let gone = loud(&room[begin..end]) - loud(&clean[begin..end]);
    let (like, late) = likeness(&clean[end..], &speech);
    let louder = loud(&clean[end..]) - loud(&speech);
    println!(
        "noise {gone:.1} dB less; speech {louder:.1} dB louder, {like:.3} like it was, {late} samples late"
    );
    assert!(gone >= 10.0, "{gone}");
    assert!(like > 0.7 && louder > -3.0, "{like}, {louder}");
}

#[test]
fn an_echo_goes_and_who_speaks_meanwhile_is_heard() {
    let wanted = Wanted { without_noise: false, without_echo: true };
    let seconds = 2 * LEARNS + 8;
    let far = speech(seconds, 2);
    // The speaker's sound comes back after a tenth of a second, more quietly, and once more from the wall.
    let mut way = VecDeque::from(vec![0; 800 + FRAME]);
    let echo: Vec<i16> = far
        .iter()
        .map(|sample| {
            way.push_back(*sample);
            let (direct, wall) = (way[200], way[0]);
            way.pop_front();
            direct / 3 + wall / 8
        })
        .collect();
    let near = speech(8, 3);
    let mut said = vec![0; 2 * LEARNS * SECOND];
    said.extend(&near);
    let clean = cleaned(wanted, &sum(&said, &echo), &far);
    let (begin, end) = (LEARNS * SECOND, 2 * LEARNS * SECOND);
    let gone = loud(&echo[begin..end]) - loud(&clean[begin..end]);
    let (like, late) = likeness(&clean[end..], &near);
    let louder = loud(&clean[end..]) - loud(&near);
    println!(
        "echo {gone:.1} dB less; speech {louder:.1} dB louder, {like:.3} like it was, {late} samples late"
    );
    assert!(gone >= 15.0, "{gone}");
    assert!(like > 0.7 && louder > -6.0, "{like}, {louder}");
}

#[test]
fn where_nothing_is_wanted_nothing_changes() {
    let said = sum(&speech(1, 4), &noise(1, 600));
    assert_eq!(cleaned(Wanted::default(), &said, &said), said);
}

#[test]
fn what_is_wanted_may_change_during_a_call() {
    let cleaning = Cleaning::default();
    let mut sound = cleaning.around(Sound::new(Samples::looped(noise(1, 600)), Recording::default()));
    for nth in 0..40 {
        let is_even = nth % 2 == 0;
        cleaning.want(Wanted { without_noise: is_even, without_echo: nth % 3 == 0 });
        let mut frame = SILENCE;
        sound.microphone.hear(&mut frame);
        sound.speaker.play(&frame);
    }
}

#[test]
fn who_speaks_is_heard_while_it_changes() {
    let speech = speech(12, 5);
    let cleaning = Cleaning::default();
    let mut sound = cleaning.around(Sound::new(Samples::once(&*speech), Recording::default()));
    let mut heard = Vec::new();
    // From the first word on without noise, then as it is, then without both.
    for frames in 0..12 * SECOND / FRAME {
        match frames * FRAME / SECOND {
            0 => cleaning.want(Wanted { without_noise: true, without_echo: false }),
            4 => cleaning.want(Wanted::default()),
            6 => cleaning.want(Wanted { without_noise: true, without_echo: true }),
            _ => {}
        }
        let mut frame = SILENCE;
        sound.microphone.hear(&mut frame);
        sound.speaker.play(&SILENCE);
        heard.extend(frame);
    }
    // Half a second holds some syllables. What has not learned yet takes 15 dB of them.
    for (nth, (heard, said)) in
        heard.chunks_exact(SECOND / 2).zip(speech.chunks_exact(SECOND / 2)).enumerate()
    {
        let louder = loud(heard) - loud(said);
        println!("{nth}: {louder:.1} dB louder");
        assert!(louder > -6.0, "half second {nth}: {louder}");
    }
}
