use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;
use crate::{
    audio::{Microphone, memory::Tone},
    media::{
        codec::Writer,
        quality::{Counts, Rating},
    },
};

const TICK: Duration = Duration::from_millis(20);

/// A line that hands packets over when it likes: numbered frames in, what was heard out.
struct Line {
    buffer: JitterBuffer,
    /// Packets on their way: when they arrive, and their number.
    on_the_way: Vec<(Duration, u32)>,
    begin: u32,
    sent: u32,
    now: Duration,
}

impl Line {
    fn new(begin: u32) -> Self {
        Self {
            buffer: JitterBuffer::new(Codec::Pcma),
            on_the_way: Vec::new(),
            begin,
            sent: 0,
            now: Duration::ZERO,
        }
    }

    /// One packet is sent, which takes so long or never comes; then a frame is played.
    fn tick(&mut self, takes: Option<Duration>) -> Frame {
        if let Some(takes) = takes {
            self.on_the_way.push((self.now + takes, self.sent));
        }
        self.sent += 1;
        self.now += TICK;
        self.on_the_way.sort();
        while let Some((arrives, number)) = self.on_the_way.first().copied().filter(|(at, _)| *at <= self.now)
        {
            self.on_the_way.remove(0);
            let sound = vec![i16::try_from(number % 1_000).unwrap() + 1; FRAME];
            self.buffer.put(self.begin.wrapping_add(number * 160), sound, arrives);
        }
        self.buffer.take(self.now)
    }

    fn depth_in_frames(&self) -> u128 {
        self.buffer.depth().as_millis() / 20
    }
}

fn ms(ms: u64) -> Option<Duration> {
    Some(Duration::from_millis(ms))
}

#[test]
fn an_even_line_is_played_as_it_was_sent() {
    let mut line = Line::new(1_000);
    let heard: Vec<i16> = (0..500).map(|_| line.tick(ms(1))[0]).collect();
    let begin = heard.iter().position(|s| *s == 1).expect("the first frame is played");
    assert!(begin <= 2, "after two frames");
    // All of it, but for one frame: it need not have waited so long at first.
    let jumps = heard[begin..].windows(2).filter(|two| two[1] != two[0] + 1);
    assert_eq!(jumps.count(), 1);
    assert_eq!((line.buffer.played().concealed, line.buffer.played().discarded), (0, 1));
}

#[test]
fn it_grows_with_the_jitter_and_shrinks_again() {
    let mut line = Line::new(0);
    let mut random = StdRng::seed_from_u64(7);
    for _ in 0..100 {
        line.tick(ms(1));
    }
    let even = line.depth_in_frames();
    for _ in 0..500 {
        line.tick(Some(Duration::from_millis(random.random_range(0..90))));
    }
    // Everything that was on the way is there: what waits is what it learned to wait.
    for _ in 0..10 {
        line.tick(ms(1));
    }
    let uneven = line.depth_in_frames();
    let concealed = line.buffer.played().concealed;
    assert!(uneven >= even + 2, "{even} frames grew to {uneven}");
    for _ in 0..1_000 {
        line.tick(ms(1));
    }
    assert!(line.depth_in_frames() <= even + 1, "{uneven} frames shrank to {}", line.depth_in_frames());
    assert_eq!(line.buffer.played().concealed, concealed, "shrinking conceals nothing");
}

#[test]
fn a_steady_jitter_is_concealed_only_while_it_is_learned() {
    let mut line = Line::new(0);
    let mut random = StdRng::seed_from_u64(11);
    let mut jittery = |line: &mut Line, packets: u32| {
        for _ in 0..packets {
            line.tick(Some(Duration::from_millis(random.random_range(0..60))));
        }
        line.buffer.played().concealed
    };
    let learned = jittery(&mut line, 250);
    let later = jittery(&mut line, 1_500) - learned;
    assert!(later < 15, "less than a hundredth later on: {later}");
}

#[test]
fn one_packet_in_a_hundred_lost_still_sounds_good() {
    let mut line = Line::new(0);
    let mut random = StdRng::seed_from_u64(3);
    let (mut received, mut lost) = (0, 0);
    for _ in 0..3_000 {
        let is_lost = random.random_bool(0.01);
        line.tick(if is_lost { None } else { ms(5) });
        if is_lost { lost += 1 } else { received += 1 }
    }
    let Played { played, concealed, recovered, discarded, late } = line.buffer.played();
    let counts = Counts { received, lost, late, played, concealed, recovered, discarded };
    assert!((15..60).contains(&lost), "{lost}");
    assert!(concealed >= lost && concealed <= lost + lost / 4, "{lost} lost, {concealed} concealed");
    let rating = Rating::of(Duration::from_millis(150), counts.impaired());
    assert!(rating.mos >= 4.1, "{rating:?} for {counts:?}");
}

#[test]
fn one_packet_in_a_hundred_lost_still_sounds_good_with_opus() {
    let mut buffer = JitterBuffer::new(Codec::Opus);
    let (mut tone, mut writer) = (Tone::new(440.0), Writer::new(Codec::Opus, true).unwrap());
    let mut random = StdRng::seed_from_u64(3);
    let (mut received, mut lost) = (0, 0);
    for number in 0..3_000_u32 {
        let now = TICK * number;
        let packet = writer.write(&syllable(&mut tone, number)).unwrap();
        if random.random_bool(0.01) {
            lost += 1;
        } else {
            received += 1;
            buffer.receive(number * Codec::Opus.step(), &packet, now);
        }
        buffer.take(now + Duration::from_millis(15));
    }
    let Played { played, concealed, recovered, discarded, late } = buffer.played();
    let counts = Counts { received, lost, late, played, concealed, recovered, discarded };
    assert!(recovered > lost / 2 && recovered + concealed >= lost, "{counts:?}");
    let rating = Rating::with(Codec::Opus, Duration::from_millis(150), counts.impaired());
    assert!(rating.mos >= 4.1, "{rating:?} for {counts:?}");
    println!("{lost} lost, {recovered} recovered, {concealed} concealed: MOS {:.2}", rating.mos);
}

/// A frame of a note that is said as people speak: of one that stays as it is there are no copies.
fn syllable(tone: &mut Tone, number: u32) -> Frame {
    let mut frame = SILENCE;
    tone.hear(&mut frame);
    let quiet = [1, 1, 1, 2, 20, 2][number as usize % 6];
    frame.map(|sample| sample / quiet)
}

#[test]
fn what_comes_in_another_order_is_put_in_order() {
    let mut buffer = JitterBuffer::new(Codec::Pcma);
    let mut heard = Vec::new();
    for pair in 0..50_u32 {
        let now = TICK * 2 * pair;
        for number in [2 * pair + 1, 2 * pair] {
            buffer.put(number * 160, vec![i16::try_from(number).unwrap(); FRAME], now);
        }
        heard.push(buffer.take(now)[0]);
        heard.push(buffer.take(now + TICK)[0]);
    }
    assert!(heard.windows(2).all(|two| two[1] == two[0] + 1), "{heard:?}");
}

#[test]
fn what_comes_twice_is_played_once() {
    let mut buffer = JitterBuffer::new(Codec::Pcma);
    let mut heard = Vec::new();
    for number in 0..50_u32 {
        let now = TICK * number;
        for _ in 0..2 {
            buffer.put(number * 160, vec![i16::try_from(number).unwrap() + 1; FRAME], now);
        }
        heard.push(buffer.take(now)[0]);
    }
    heard.retain(|sample| *sample != 0);
    assert!(heard.windows(2).all(|two| two[1] == two[0] + 1), "{heard:?}");
}

#[test]
fn timestamps_may_wrap() {
    let mut line = Line::new(u32::MAX - 50 * 160 + 1);
    for _ in 0..100 {
        line.tick(ms(1));
    }
    assert_eq!(line.buffer.played().concealed, 0);
}

#[test]
fn frames_of_other_lengths_fit() {
    let mut buffer = JitterBuffer::new(Codec::Pcma);
    for number in 0..200_u32 {
        // 30 ms at a time.
        buffer.put(number * 240, vec![5; 240], Duration::from_millis(30) * number);
        if number % 2 == 1 {
            for third in 0..3 {
                buffer.take(Duration::from_millis(30) * number + TICK * third);
            }
        }
    }
    let Played { played, concealed, .. } = buffer.played();
    assert!(played > 290 && concealed <= 4, "{played} played, {concealed} concealed");
}

#[test]
fn after_a_stall_it_catches_up_instead_of_lagging_for_ever() {
    let mut line = Line::new(0);
    for _ in 0..50 {
        line.tick(ms(1));
    }
    for behind in (0..50).rev() {
        line.tick(Some(TICK * behind));
    }
    line.tick(ms(1));
    assert!(line.buffer.played().discarded > 20, "{:?}", line.buffer.played());
    assert!(line.depth_in_frames() <= 6, "{}", line.depth_in_frames());
}

#[test]
fn another_stream_begins_anew() {
    let mut buffer = JitterBuffer::new(Codec::Pcma);
    for (stream, begin) in [10_u32, 3_000_000_000].into_iter().enumerate() {
        let mut heard = 0;
        for number in 0..50_u32 {
            buffer.put(begin + number * 160, vec![9; FRAME], TICK * number);
            heard += u32::from(buffer.take(TICK * number)[0] == 9);
        }
        assert!(heard >= 48, "stream {stream}: {heard}");
    }
}

#[test]
fn nothing_makes_it_fall_over_or_grow_without_end() {
    let mut random = StdRng::seed_from_u64(1);
    let mut buffer = JitterBuffer::new(Codec::Pcma);
    for nth in 0..20_000_u32 {
        let near = random.random_range(0..100_000);
        let timestamp = if random.random_bool(0.1) { random.random() } else { near };
        buffer.put(timestamp, vec![1; random.random_range(0..2_000)], TICK * nth);
        if random.random_bool(0.5) {
            buffer.take(TICK * nth);
        }
        assert!(buffer.waiting.len() <= 4_000, "{}", buffer.waiting.len());
    }
}

#[test]
fn what_is_lost_and_has_a_copy_is_recovered_and_the_rest_is_concealed() {
    let mut buffer = JitterBuffer::new(Codec::Opus);
    let (mut tone, mut writer) = (Tone::new(440.0), Writer::new(Codec::Opus, true).unwrap());
    let mut heard = Vec::new();
    // Over the wrap of the timestamps, whose clock is not ours.
    let begin = u32::MAX - 20 * Codec::Opus.step();
    for number in 0..200_u32 {
        let now = TICK * number;
        let mut frame = SILENCE;
        tone.hear(&mut frame);
        // Syllables of a fifth of a second: a note that does not end is no speech, of which there are no copies.
        if number % 15 >= 10 {
            frame = frame.map(|sample| sample / 100);
        }
        let packet = writer.write(&frame).unwrap();
        // One is lost now and then within a syllable, and once two in a row are.
        if number % 15 != 6 && number != 112 {
            buffer.receive(begin.wrapping_add(number * Codec::Opus.step()), &packet, now);
        }
        heard.extend(buffer.take(now));
    }
    let played = buffer.played();
    assert_eq!((played.recovered, played.concealed), (13, 1), "{played:?}");
    // A frame is played a tick after it came; the first syllables are not yet known for ones.
    for syllable in heard.chunks_exact(15 * FRAME).skip(2) {
        let quiet = |sound: &[i16]| sound.iter().all(|sample| sample.abs() < 2_000);
        assert!(!syllable[2 * FRAME..10 * FRAME].chunks(FRAME).any(quiet), "no hole is heard in it");
    }
}

#[test]
fn what_has_copies_waits_long_enough_for_them_where_something_is_lost() {
    let mut buffer = JitterBuffer::new(Codec::Opus);
    let (mut tone, mut writer) = (Tone::new(440.0), Writer::new(Codec::Opus, true).unwrap());
    let mut lost = 0;
    for number in 0..3_000_u32 {
        let now = TICK * number;
        let packet = writer.write(&syllable(&mut tone, number)).unwrap();
        // Nothing is lost for a quarter of a minute: then it is not waited longer than needed. After that much is lost.
        if number < 750 || number % 45 != 6 {
            buffer.receive(number * Codec::Opus.step(), &packet, now);
        } else {
            lost += 1;
        }
        buffer.take(now + Duration::from_millis(15));
    }
    let played = buffer.played();
    assert_eq!(played.discarded, 1, "it waited less at first");
    assert!(played.recovered >= lost - 2 && played.concealed <= 4, "{lost} lost: {played:?}");
}

#[test]
fn packets_that_make_no_sense_are_not_played() {
    let mut random = StdRng::seed_from_u64(5);
    let mut buffer = JitterBuffer::new(Codec::Opus);
    for number in 0..5_000_u32 {
        let mut packet = vec![0; random.random_range(0..200)];
        random.fill(packet.as_mut_slice());
        buffer.receive(number * Codec::Opus.step(), &packet, TICK * number);
        buffer.take(TICK * number);
        assert!(buffer.waiting.len() <= 400, "{}", buffer.waiting.len());
    }
}
