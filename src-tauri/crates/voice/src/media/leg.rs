//! The sound of one call: what its packets say, and what is said back.

use std::{net::SocketAddr, time::Duration};

use rtp_types::RtpPacket;

use super::{
    codec::{Codec, Writer},
    digits::{Digit, Hearing, Keys, Pressing},
    jitter::JitterBuffer,
    quality::{Counts, Quality, Rating},
    remote::{Admission, Named, Remote},
    secret::{self, Lock},
    sender::Sender,
    sequence::{Number, Numbers},
};
use crate::audio::{Frame, SILENCE};

/// Sound waits elsewhere too: in the other side's packet, in our devices and theirs. The network's part is not known
/// without its reports.
const ELSEWHERE: Duration = Duration::from_millis(60);

/// How packets are written in a call, as both sides agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) codec: Codec,
    /// The number that its packets have: as the other side wants it from us, and as we said that we want it from them.
    pub(crate) number: u8,
    pub(crate) heard: u8,
    /// Whether the other side makes use of a packet's copy of the one before it.
    pub(crate) copies: bool,
    /// How keys are known, if the other side knows them; and how we said that we want them.
    pub(crate) keys: Option<Keys>,
    pub(crate) heard_keys: [Option<Keys>; 2],
    /// What packets are locked with, if they are.
    pub(crate) locked: Option<secret::Keys>,
}

/// What a packet is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Sound,
    Key(Keys),
}

impl Format {
    /// What a packet with this number is about: as we said, and else as they say.
    fn about(&self, number: u8) -> Option<About> {
        let ours = self.heard_keys.into_iter().flatten();
        let key = ours.chain(self.keys).find(|keys| keys.number == number);
        match key {
            _ if number == self.heard => Some(About::Sound),
            Some(keys) => Some(About::Key(keys)),
            None => (number == self.number).then_some(About::Sound),
        }
    }
}

/// What the other side gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// Our voice.
    Voice,
    /// Silence, so that the way stays open.
    Silence,
    /// No packet at all.
    Nothing,
}

/// Calls that are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Group(pub(crate) u64);

impl Group {
    /// Those that an advisor joins at their desk.
    pub(crate) const DESK: Self = Self(0);
}

/// The sound of one call.
#[derive(Debug)]
pub(crate) struct Leg {
    format: Format,
    remote: Remote,
    numbers: Numbers,
    buffer: JitterBuffer,
    hearing: Hearing,
    pressing: Pressing,
    sender: Sender,
    /// Nothing where memory is short: then nothing is said.
    writer: Option<Writer>,
    lock: Option<Lock>,
    transit: Option<f64>,
    jitter: f64,
    told: Counts,
    /// What the other side gets.
    pub(crate) says: Says,
    /// Whether the other side is heard.
    pub(crate) hears: bool,
    /// The calls that hear this one and are heard in it.
    pub(crate) group: Option<Group>,
    /// Whether the other side makes ours wait: then it says nothing to those that it is joined with.
    pub(crate) away: bool,
}

impl Leg {
    /// Speaks with whoever the signalling names.
    pub(crate) fn new(format: Format, named: Named) -> Self {
        Self {
            lock: format.locked.clone().map(Lock::new),
            remote: Remote::new(named),
            numbers: Numbers::default(),
            buffer: JitterBuffer::new(format.codec),
            hearing: Hearing::default(),
            pressing: Pressing::default(),
            sender: Sender::new(format.codec),
            writer: Writer::new(format.codec, format.copies),
            format,
            transit: None,
            jitter: 0.0,
            told: Counts::default(),
            says: Says::Voice,
            hears: true,
            group: None,
            away: false,
        }
    }

    /// The other side may be elsewhere from now on, or speak otherwise.
    pub(crate) fn renegotiated(&mut self, format: Format, named: Named) {
        if self.remote.named() != named {
            self.remote = Remote::new(named);
        }
        if self.format.codec != format.codec {
            self.restart();
            self.buffer.change(format.codec);
            // Another clock is another stream.
            self.sender = Sender::new(format.codec);
        }
        if (self.format.codec, self.format.copies) != (format.codec, format.copies) {
            self.writer = Writer::new(format.codec, format.copies);
        }
        // A lock counts packets: one with the same keys goes on.
        if let Some(keys) = &format.locked
            && !self.lock.as_ref().is_some_and(|lock| lock.has(keys))
        {
            self.lock = Some(Lock::new(keys.clone()));
        }
        if format.locked.is_none() {
            self.lock = None;
        }
        self.format = format;
    }

    /// Whether the other side is heard. What came while it was not is neither lost nor played.
    pub(crate) fn hear(&mut self, hears: bool) {
        if hears != self.hears {
            self.hears = hears;
            self.restart();
        }
    }

    /// Presses keys, one after the other. Says whether the other side knows keys.
    pub(crate) fn press(&mut self, digits: &[Digit]) -> bool {
        if self.format.keys.is_none() {
            return false;
        }
        self.pressing.press(digits);
        true
    }

    /// Presses a key that was pressed in another call. Who presses faster than can be said presses in vain.
    pub(crate) fn pass(&mut self, digit: Digit) {
        if self.format.keys.is_some() && !self.pressing.is_full() {
            self.pressing.press(&[digit]);
        }
    }

    fn restart(&mut self) {
        self.numbers.restart();
        self.buffer.restart();
        self.transit = None;
    }

    /// A datagram came. A key that the other side pressed, the first time it is heard of.
    pub(crate) fn receive(&mut self, datagram: &[u8], from: SocketAddr, now: Duration) -> Option<Digit> {
        let packet = RtpPacket::parse(datagram).ok().filter(|_| self.hears)?;
        let unlocked = match &mut self.lock {
            Some(lock) => Some(lock.unlock(datagram, packet.ssrc())?),
            None => None,
        };
        let packet = match &unlocked {
            Some(unlocked) => RtpPacket::parse(unlocked).ok()?,
            None => packet,
        };
        let about = self.format.about(packet.payload_type())?;
        match self.remote.admit(from, packet.ssrc(), packet.sequence_number()) {
            Admission::Stranger => return None,
            Admission::Anew => self.restart(),
            Admission::Known => {}
        }
        match self.numbers.take(packet.sequence_number()) {
            Number::Twice => return None,
            Number::Elsewhere => {
                self.restart();
                self.numbers.take(packet.sequence_number());
            }
            Number::New { .. } | Number::Belated => {}
        }
        if let About::Key(keys) = about {
            let heard = self.hearing.hear(packet.timestamp(), packet.payload())?;
            // While a key is down there is no sound, which is no loss; nor while it is said again that it was let go.
            match heard.longer {
                Some(length) => {
                    let codec = self.format.codec;
                    let scale = codec.clock() / keys.clock.max(1);
                    let last = u32::from(length).saturating_mul(scale.max(1)).saturating_sub(codec.step());
                    self.buffer.put(packet.timestamp().wrapping_add(last), SILENCE.to_vec(), now);
                }
                None => self.buffer.pad(now),
            }
            return heard.digit;
        }
        self.measure(packet.timestamp(), now);
        self.buffer.receive(packet.timestamp(), packet.payload(), now);
        None
    }

    /// Takes down how evenly packets arrive (RFC 3550, A.8).
    fn measure(&mut self, timestamp: u32, now: Duration) {
        let transit = now.as_secs_f64() - f64::from(timestamp) / f64::from(self.format.codec.clock());
        if let Some(before) = self.transit.replace(transit) {
            let difference = (transit - before).abs();
            // Timestamps wrap and jump.
            if difference < 1.0 {
                self.jitter += (difference - self.jitter) / 16.0;
            }
        }
    }

    /// The next 20 ms of the other side; nothing while it is not heard.
    pub(crate) fn take(&mut self, now: Duration) -> Option<Frame> {
        self.hears.then(|| self.buffer.take(now))
    }

    /// Says the next 20 ms: a datagram and where it goes, if there is one.
    pub(crate) fn say(&mut self, frame: &Frame) -> Option<(Vec<u8>, SocketAddr)> {
        let Some(to) = self.remote.address() else {
            self.sender.nothing();
            return None;
        };
        let mut datagram = self.datagram(frame)?;
        if let Some(lock) = &mut self.lock {
            datagram = lock.lock(&datagram)?;
        }
        Some((datagram, to))
    }

    fn datagram(&mut self, frame: &Frame) -> Option<Vec<u8>> {
        if self.says == Says::Nothing {
            self.sender.nothing();
            return None;
        }
        // Written even while a key is said instead of it: what remembers what it wrote goes on evenly.
        let frame = if self.says == Says::Voice { frame } else { &SILENCE };
        let Some(payload) = self.writer.as_mut().and_then(|writer| writer.write(frame)) else {
            self.sender.nothing();
            return None;
        };
        if let Some(keys) = self.format.keys
            && let Some(event) = self.pressing.tick(keys)
        {
            return self.sender.event(keys.number, &event.payload, event.is_first, event.age);
        }
        self.sender.sound(self.format.number, &payload)
    }

    /// What happened so far.
    pub(crate) fn counts(&self) -> Counts {
        let played = self.buffer.played();
        Counts {
            received: self.numbers.received(),
            lost: self.numbers.lost(),
            late: played.late,
            played: played.played,
            concealed: played.concealed,
            recovered: played.recovered,
            discarded: played.discarded,
        }
    }

    /// How it sounds, since it was asked last and in all.
    pub(crate) fn quality(&mut self) -> Quality {
        let counts = self.counts();
        let recent = counts.since(&self.told);
        self.told = counts;
        let buffered = self.buffer.depth();
        let delay = ELSEWHERE + buffered;
        Quality {
            recent: Rating::with(self.format.codec, delay, recent.impaired()),
            whole: Rating::with(self.format.codec, delay, counts.impaired()),
            counts,
            buffered,
            jitter: Duration::from_secs_f64(self.jitter),
        }
    }
}
