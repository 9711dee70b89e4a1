//! The keys of a telephone, as events beside the sound (RFC 4733).

use std::{collections::VecDeque, fmt};

/// The keys in the order of their codes.
const KEYS: &str = "0123456789*#ABCD";
/// Ticks of 20 ms that a key is held down.
const HELD: u16 = 6;
/// Keys that may wait.
const MOST: usize = 32;
/// Times the end is said, so that one loss does no harm.
const ENDS: u16 = 3;
/// Ticks of sound between two keys.
const PAUSE: u16 = 4;
/// The bit that says that a key was let go.
const END: u8 = 0x80;
/// How loud: −10 dBm0.
const VOLUME: u8 = 10;

/// A key of a telephone: `0` to `9`, `*`, `#`, `A` to `D`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digit(u8);

impl Digit {
    /// The key that is written so.
    pub fn new(key: char) -> Option<Self> {
        let code = KEYS.find(key.to_ascii_uppercase())?;
        u8::try_from(code).ok().map(Self)
    }

    /// How it is written.
    pub fn key(self) -> char {
        KEYS.chars().nth(self.0.into()).unwrap_or('?')
    }
}

/// What a caller keys in may be a number of theirs.
impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit")
    }
}

/// How packets about keys are known, as both sides agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The number that they have.
    pub(crate) number: u8,
    /// How they count how long a key is down, a second.
    pub(crate) clock: u32,
}

impl Keys {
    /// What they count for 20 ms.
    fn step(self) -> u16 {
        u16::try_from(self.clock / 50).unwrap_or(u16::MAX)
    }
}

/// A packet about a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// Whether the key was pressed just now.
    pub(crate) is_first: bool,
    /// Ticks since it was pressed, not counting this one.
    pub(crate) age: u16,
    /// What the packet carries.
    pub(crate) payload: [u8; 4],
}

/// Keys to be pressed one after the other.
#[derive(Debug, Default)]
pub(crate) struct Pressing {
    waiting: VecDeque<Digit>,
    /// The key that is down, and for how many ticks.
    down: Option<(Digit, u16)>,
    pause: u16,
}

impl Pressing {
    /// Presses these too.
    pub(crate) fn press(&mut self, digits: &[Digit]) {
        self.waiting.extend(digits);
    }

    /// Whether so many wait that nobody can mean them all.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// What is to be sent in this tick instead of sound, if anything.
    pub(crate) fn tick(&mut self, keys: Keys) -> Option<Event> {
        if self.down.is_none() {
            self.pause = self.pause.saturating_sub(1);
            if self.pause > 0 {
                return None;
            }
            self.down = Some((self.waiting.pop_front()?, 0));
        }
        let (digit, age) = self.down?;
        let is_over = age >= HELD;
        let [high, low] = HELD.min(age + 1).saturating_mul(keys.step()).to_be_bytes();
        let end = if is_over { END } else { 0 };
        self.down = Some((digit, age + 1));
        if age + 1 == HELD + ENDS {
            (self.down, self.pause) = (None, PAUSE);
        }
        Some(Event { is_first: age == 0, age, payload: [digit.0, end | VOLUME, high, low] })
    }
}

/// What a packet about a key says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The key, the first time it is heard of.
    pub(crate) digit: Option<Digit>,
    /// How long it was down so far, as its clock counts, if that is more than was known.
    pub(crate) longer: Option<u16>,
}

/// Keys that the other side presses.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    /// When the last one was pressed, and how long it was down so far.
    last: Option<(u32, u16)>,
}

impl Hearing {
    /// Reads a packet; nothing if it makes no sense.
    pub(crate) fn hear(&mut self, timestamp: u32, payload: &[u8]) -> Option<Heard> {
        let [code, _, high, low] = *payload.first_chunk::<4>()?;
        let duration = u16::from_be_bytes([high, low]);
        let is_new = self.last.is_none_or(|(last, _)| timestamp.wrapping_sub(last).cast_signed() > 0);
        let is_longer = is_new || self.last.is_some_and(|last| last.0 == timestamp && last.1 < duration);
        if is_longer {
            self.last = Some((timestamp, duration));
        }
        let digit = Some(Digit(code)).filter(|digit| is_new && usize::from(digit.0) < KEYS.len());
        Some(Heard { digit, longer: Some(duration).filter(|_| is_longer) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Keys = Keys { number: 101, clock: 8_000 };

    #[test]
    fn keys_are_heard_once_each_as_they_were_pressed() {
        let mut pressing = Pressing::default();
        pressing.press(&"12#2".chars().filter_map(Digit::new).collect::<Vec<_>>());
        let mut hearing = Hearing::default();
        let mut heard = String::new();
        for tick in 0..100_u32 {
            if let Some(event) = pressing.tick(SLOW) {
                let timestamp = (tick - u32::from(event.age)) * 160;
                let digit = hearing.hear(timestamp, &event.payload).expect("it makes sense").digit;
                heard.extend(digit.map(Digit::key));
            }
        }
        assert_eq!(heard, "12#2");
    }

    #[test]
    fn the_end_is_said_three_times_with_the_same_length() {
        let mut pressing = Pressing::default();
        pressing.press(&[Digit::new('5').unwrap()]);
        let events: Vec<_> = std::iter::from_fn(|| pressing.tick(SLOW)).collect();
        assert!(events[0].is_first && !events[1].is_first);
        let ends: Vec<_> = events.iter().filter(|e| e.payload[1] & END != 0).map(|e| e.payload).collect();
        assert_eq!(ends, [[5, END | VOLUME, 3, 192]; 3], "960 samples");
        let quick = Keys { clock: 48_000, ..SLOW };
        pressing.press(&[Digit::new('5').unwrap()]);
        let events: Vec<_> = (0..20).filter_map(|_| pressing.tick(quick)).collect();
        assert_eq!(events.last().map(|event| event.payload), Some([5, END | VOLUME, 22, 128]), "5,760");
    }

    #[test]
    fn what_is_no_key_is_not_taken_for_one() {
        assert_eq!(Digit::new('x'), None);
        let mut hearing = Hearing::default();
        assert_eq!(hearing.hear(1, &[5]), None);
        assert_eq!(hearing.hear(1, &[66, 0, 0, 1]), Some(Heard { digit: None, longer: Some(1) }));
    }
}
