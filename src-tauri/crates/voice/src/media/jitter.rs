//! The jitter buffer: packets come unevenly, and go out evenly. It waits as long as it must and no longer: it grows the
//! moment something comes too late, and shrinks again once everything has come in good time for some seconds.

use std::{collections::BTreeMap, time::Duration};

use super::{
    codec::{Codec, Content, Reader},
    conceal::Concealer,
    sequence::Unwrapped,
};
use crate::audio::{FRAME, Frame, RATE, SILENCE};

/// A frame, as timestamps count.
const STEP: u64 = FRAME as u64;
/// What is gathered before the first frame is played.
const FIRST: u64 = 2 * STEP;
/// The most that may wait. After a stall everything comes at once; nobody wants to hear it all.
const MOST: u64 = 20 * STEP;
/// What is left of it then.
const KEPT: u64 = 3 * STEP;
/// The most that is waited for something that comes too late, in all.
const LONGEST: u64 = 12 * STEP;
/// Frames without anything after which the other side has simply stopped.
const STOPPED: u32 = 10;
/// Everything must have come so early for a while before it is waited a frame less.
const EARLY: Duration = Duration::from_millis(30);
/// That while, twice.
const WHILE: Duration = Duration::from_secs(2);
/// It is twice as long each time that it was waited less and something came too late then, up to this: both are heard.
const LONGEST_WHILE: Duration = Duration::from_secs(64);
/// A timestamp further away than this from all others begins another stream.
const STREAM: u64 = 10 * RATE as u64;

/// What became of frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Played {
    pub(crate) played: u64,
    pub(crate) concealed: u64,
    pub(crate) recovered: u64,
    pub(crate) discarded: u64,
    pub(crate) late: u64,
}

/// A piece of sound that waits.
#[derive(Debug)]
struct Piece {
    content: Content,
    arrived: Duration,
}

/// How early pieces come: the least of this while and of the one before.
#[derive(Debug)]
struct Margin {
    /// How long the while is.
    long: Duration,
    /// Whether it was waited less since something came too late.
    shortened: bool,
    since: Duration,
    least: Option<Duration>,
    before: Option<Duration>,
}

impl Margin {
    fn new(now: Duration) -> Self {
        Self { long: WHILE, shortened: false, since: now, least: None, before: None }
    }

    /// Something came too late: nothing is known from before it.
    fn fail(&mut self, now: Duration) {
        let long = if self.shortened { (self.long * 2).min(LONGEST_WHILE) } else { self.long };
        *self = Self { long, ..Self::new(now) };
    }

    /// A piece came so early. Says whether all did, for both whiles.
    fn note(&mut self, early: Duration, now: Duration) -> bool {
        self.least = Some(self.least.map_or(early, |least| least.min(early)));
        if now.saturating_sub(self.since) >= self.long {
            (self.before, self.least, self.since) = (self.least, None, now);
        }
        self.before.is_some_and(|before| before >= EARLY) && self.least.is_none_or(|least| least >= EARLY)
    }

    /// From now on everything is so much less early.
    fn shorten(&mut self, by: Duration) {
        self.shortened = true;
        for least in [&mut self.least, &mut self.before].into_iter().flatten() {
            *least = least.saturating_sub(by);
        }
    }
}

/// Packets in, an even stream of frames out.
#[derive(Debug)]
pub(crate) struct JitterBuffer {
    codec: Codec,
    /// Reads packets when their turn has come; nothing where memory is short.
    reader: Option<Reader>,
    timestamps: Unwrapped,
    waiting: BTreeMap<u64, Piece>,
    /// What is played next; nothing while the first pieces are gathered.
    next: Option<u64>,
    /// Frames that were invented in a row because nothing was there.
    dry: u32,
    /// How much was inserted so: what comes next may be that much later.
    inserted: u64,
    /// A frame to wait longer, because something came too late though later things were there.
    wait: bool,
    margin: Margin,
    concealer: Concealer,
    played: Played,
}

impl JitterBuffer {
    /// For packets that are written so.
    pub(crate) fn new(codec: Codec) -> Self {
        Self {
            codec,
            reader: Reader::new(codec),
            timestamps: Unwrapped::default(),
            waiting: BTreeMap::new(),
            next: None,
            dry: 0,
            inserted: 0,
            wait: false,
            margin: Margin::new(Duration::ZERO),
            concealer: Concealer::default(),
            played: Played::default(),
        }
    }

    /// Another stream begins; what was counted stays.
    pub(crate) fn restart(&mut self) {
        self.change(self.codec);
    }

    /// Another stream begins, which is written otherwise.
    pub(crate) fn change(&mut self, codec: Codec) {
        let played = self.played;
        *self = Self { played, ..Self::new(codec) };
    }

    /// What became of everything so far.
    pub(crate) fn played(&self) -> Played {
        self.played
    }

    /// How much sound waits.
    pub(crate) fn depth(&self) -> Duration {
        let samples = self.end().zip(self.begin()).map_or(0, |(end, begin)| end.saturating_sub(begin));
        Duration::from_secs(samples) / RATE
    }

    /// A packet of sound came that begins at this timestamp.
    pub(crate) fn receive(&mut self, timestamp: u32, payload: &[u8], now: Duration) {
        if let Some(content) = self.reader.as_ref().and_then(|reader| reader.take(payload)) {
            self.put(timestamp, content, now);
        }
    }

    /// A piece of sound is there that begins at this timestamp.
    pub(crate) fn put(&mut self, timestamp: u32, content: impl Into<Content>, now: Duration) {
        let content = content.into();
        let scale = u64::from(self.codec.scale());
        let newest = self.timestamps.of(timestamp) / scale;
        if self.begin().is_some_and(|begin| begin.abs_diff(newest) > STREAM) {
            self.restart();
        }
        let begin = self.timestamps.of(timestamp) / scale;
        let Some(next) = self.next else {
            self.waiting.insert(begin, Piece { content, arrived: now });
            self.limit(MOST);
            return;
        };
        if begin + content.length() as u64 <= next {
            self.played.late += 1;
            self.wait = true;
            self.margin.fail(now);
            return;
        }
        if self.dry > 0 && self.waiting.is_empty() {
            // What was inserted in the meantime stands for what is missing before this.
            let skipped = begin.saturating_sub(next).min(self.inserted);
            self.next = Some(next + skipped);
            self.inserted = 0;
            // It was lost, and this has a copy that came too late to be of use: the next time it is waited for.
            let is_of_no_use = skipped > 0 && begin == next + skipped;
            self.wait |= is_of_no_use && self.reader.as_ref().is_some_and(|reader| reader.has_copy(&content));
        }
        self.waiting.insert(begin, Piece { content, arrived: now });
        self.limit(MOST);
    }

    /// The other side means to say nothing for a frame; what comes for that time all the same is played instead.
    pub(crate) fn pad(&mut self, now: Duration) {
        if let Some(end) = self.end() {
            self.waiting.insert(end, Piece { content: SILENCE.to_vec().into(), arrived: now });
            self.limit(MOST);
        }
    }

    /// The next 20 ms.
    pub(crate) fn take(&mut self, now: Duration) -> Frame {
        if self.next.is_none() && self.gathered() {
            self.limit(KEPT);
            self.next = self.begin();
            self.margin = Margin::new(now);
        }
        if self.next.is_none() {
            return SILENCE;
        }
        self.played.played += 1;
        let depth = self.end().zip(self.next).map_or(0, |(end, next)| end.saturating_sub(next));
        if std::mem::take(&mut self.wait) && depth < LONGEST {
            return self.invent();
        }
        if self.waiting.is_empty() {
            self.dry += 1;
            self.inserted += STEP;
            self.margin.fail(now);
            if self.dry >= STOPPED {
                (self.next, self.dry, self.inserted) = (None, 0, 0);
            }
            return self.invent();
        }
        (self.dry, self.inserted) = (0, 0);
        let (frame, early) = self.cut(now);
        if early.is_some_and(|early| self.margin.note(early, now)) && depth >= 2 * STEP {
            self.margin.shorten(Duration::from_millis(20));
            self.played.discarded += 1;
            let (after, _) = self.cut(now);
            return blend(&frame, &after);
        }
        frame
    }

    /// Cuts the next frame off what waits, with how early its last piece came.
    fn cut(&mut self, now: Duration) -> (Frame, Option<Duration>) {
        let mut frame = SILENCE;
        let mut early = None;
        let mut invented = false;
        let mut room: &mut [i16] = &mut frame;
        while let Some((next, missing)) =
            self.next.map(|next| (next, room.len())).filter(|(_, left)| *left > 0)
        {
            let Some((begin, piece)) = self.waiting.pop_first() else {
                self.invent_into(room);
                self.next = Some(next + missing as u64);
                invented = true;
                break;
            };
            let gap = usize::try_from(begin.saturating_sub(next)).unwrap_or(usize::MAX);
            if gap > 0 {
                let recovered = self.recover(&piece.content, gap, now);
                let arrived = piece.arrived;
                self.waiting.insert(begin, piece);
                if let Some(content) = recovered {
                    self.waiting.insert(next, Piece { content, arrived });
                    continue;
                }
                let (hole, rest) = room.split_at_mut(gap.min(missing));
                self.next = Some(next + hole.len() as u64);
                self.invent_into(hole);
                invented = true;
                room = rest;
                continue;
            }
            let length = piece.content.length();
            let Some(mut sound) = self.reader.as_mut().and_then(|reader| reader.read(piece.content)) else {
                // It cannot be read: then it is missing.
                let end = begin + length as u64;
                let left = usize::try_from(end.saturating_sub(next)).unwrap_or(missing).min(missing);
                let (hole, rest) = room.split_at_mut(left);
                self.next = Some(next + left as u64);
                self.invent_into(hole);
                invented = true;
                room = rest;
                continue;
            };
            // What of it is past was covered by another piece.
            let past = usize::try_from(next.saturating_sub(begin)).unwrap_or(usize::MAX).min(sound.len());
            sound.drain(..past);
            let rest_of_it = sound.split_off(sound.len().min(missing));
            let (filled, rest) = room.split_at_mut(sound.len());
            filled.copy_from_slice(&sound);
            self.concealer.heard(filled);
            early = Some(now.saturating_sub(piece.arrived));
            let next = next + sound.len() as u64;
            self.next = Some(next);
            if !rest_of_it.is_empty() {
                let content = rest_of_it.into();
                self.waiting.entry(next).or_insert(Piece { content, arrived: piece.arrived });
            }
            room = rest;
        }
        self.played.concealed += u64::from(invented);
        (frame, early)
    }

    /// What is missing before a piece, if that is a whole one of which it has a copy.
    fn recover(&mut self, next: &Content, gap: usize, now: Duration) -> Option<Content> {
        let reader = self.reader.as_mut().filter(|_| next.length() == gap)?;
        let recovered = reader.recover(next)?;
        self.played.recovered += 1;
        // Without having waited for the copy it would have been of no use.
        self.margin.fail(now);
        Some(recovered.into())
    }

    /// A frame that is not there.
    fn invent(&mut self) -> Frame {
        let mut frame = SILENCE;
        self.invent_into(&mut frame);
        self.played.concealed += 1;
        frame
    }

    /// What is written in a way that knows how to go on does so; the others' last period goes on.
    fn invent_into(&mut self, out: &mut [i16]) {
        if !self.reader.as_mut().is_some_and(|reader| reader.invent(out)) {
            self.concealer.invent(out);
        }
    }

    /// Whether there is enough to begin.
    fn gathered(&self) -> bool {
        self.end().zip(self.begin()).is_some_and(|(end, begin)| end.saturating_sub(begin) >= FIRST)
    }

    /// Leaves out what is too much, if more than `most` waits.
    fn limit(&mut self, most: u64) {
        let Some((begin, end)) = self.next.or(self.begin()).zip(self.end()) else { return };
        if end.saturating_sub(begin) <= most {
            return;
        }
        let kept = end - KEPT;
        self.played.discarded += (kept - begin) / STEP;
        self.waiting = self.waiting.split_off(&kept);
        if self.next.is_some() {
            self.next = Some(kept);
        }
    }

    fn begin(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|(begin, _)| *begin).or(self.next)
    }

    fn end(&self) -> Option<u64> {
        self.waiting
            .last_key_value()
            .map(|(begin, piece)| begin + piece.content.length() as u64)
            .or(self.next)
    }
}

/// Two frames in the time of one.
fn blend(first: &Frame, second: &Frame) -> Frame {
    let mut frame = SILENCE;
    for (nth, (sample, (a, b))) in (0_i32..).zip(frame.iter_mut().zip(first.iter().zip(second))) {
        let whole = FRAME as i32;
        let mixed = (i32::from(*a) * (whole - nth) + i32::from(*b) * nth) / whole;
        *sample = i16::try_from(mixed).unwrap_or(*a);
    }
    frame
}

#[cfg(test)]
mod tests;
