//! How good a call sounds: the E-model of G.107, from what was really played. What was concealed or discarded counts as
//! lost, whatever the network says; what was recovered does not.

use std::time::Duration;

use super::codec::Codec;

/// What happened to the sound of the other side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets that came, each once.
    pub received: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that came after their time.
    pub late: u64,
    /// Frames of 20 ms that were played.
    pub played: u64,
    /// Of these, frames that were invented, wholly or in part.
    pub concealed: u64,
    /// Packets that never came in time, and whose sound was heard all the same: another one had a copy.
    pub recovered: u64,
    /// Frames that came and were left out, to catch up.
    pub discarded: u64,
}

impl Counts {
    /// What happened since then.
    pub(crate) fn since(&self, then: &Self) -> Self {
        Self {
            received: self.received.saturating_sub(then.received),
            lost: self.lost.saturating_sub(then.lost),
            late: self.late.saturating_sub(then.late),
            played: self.played.saturating_sub(then.played),
            concealed: self.concealed.saturating_sub(then.concealed),
            recovered: self.recovered.saturating_sub(then.recovered),
            discarded: self.discarded.saturating_sub(then.discarded),
        }
    }

    /// The part of the sound that was not heard as it was said, 0 to 1.
    pub fn impaired(&self) -> f64 {
        // What is lost is concealed as well, unless it went on for long; what is late was concealed in its time.
        let lost = self.lost.saturating_sub(self.recovered);
        let impaired = self.concealed.max(lost).saturating_add(self.discarded);
        let expected = self.played.max(self.received.saturating_add(self.lost)).max(1);
        (impaired as f64 / expected as f64).min(1.0)
    }
}

/// How good a call sounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// The E-model's R, 0 to 100: 80 and more is good, less than 70 annoys.
    pub r: f64,
    /// What people would say on average, 1 to 5.
    pub mos: f64,
}

/// R without any impairment, with the standard's default values.
const BEST: f64 = 93.2;
/// The delay from which people begin to talk into each other, in ms.
const NOTICED: f64 = 177.3;

/// What a way to write sound costs (G.113, appendix I).
struct Impairment {
    /// What it takes off R by itself.
    equipment: f64,
    /// How well it bears random loss, in percent.
    robustness: f64,
}

/// G.711 with the concealment of its appendix I.
const G711: Impairment = Impairment { equipment: 0.0, robustness: 25.1 };
/// The standard has no figures for Opus. These are those of GSM-EFR with 12.2 kbit/s, the best of its kind there, which as
/// narrow a voice in twice the bits should not fall below.
const OPUS: Impairment = Impairment { equipment: 5.0, robustness: 10.0 };

impl Rating {
    /// With this delay from mouth to ear, and this part of the sound lost, 0 to 1; the sound is written as G.711 wants it.
    pub fn of(delay: Duration, impaired: f64) -> Self {
        Self::written(&G711, delay, impaired)
    }

    /// The same of sound that is written so.
    pub(crate) fn with(codec: Codec, delay: Duration, impaired: f64) -> Self {
        let impairment = match codec {
            Codec::Opus => OPUS,
            Codec::Pcma | Codec::Pcmu => G711,
        };
        Self::written(&impairment, delay, impaired)
    }

    fn written(written: &Impairment, delay: Duration, impaired: f64) -> Self {
        let ms = delay.as_secs_f64() * 1_000.0;
        let delay = 0.024 * ms + 0.11 * (ms - NOTICED).max(0.0);
        let percent = impaired.clamp(0.0, 1.0) * 100.0;
        let loss = (95.0 - written.equipment) * percent / (percent + written.robustness);
        let r = (BEST - delay - written.equipment - loss).clamp(0.0, 100.0);
        // The standard's curve dips below 1 near 0.
        let mos = (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0);
        Self { r, mos }
    }
}

/// How a call sounds, told every few seconds and at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Since it was told last.
    pub recent: Rating,
    /// Since the call began.
    pub whole: Rating,
    /// Since the call began.
    pub counts: Counts,
    /// How long sound waits here before it is played.
    pub buffered: Duration,
    /// How unevenly packets arrive (RFC 3550).
    pub jitter: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G.107 as `Counts` and `Rating` are checked against: delay in ms, percent lost, R, MOS.
    #[test]
    fn the_standards_figures_hold() {
        for (ms, percent, r, mos) in
            [(100, 0.0, 90.8, 4.36), (150, 0.0, 89.6, 4.33), (150, 1.0, 86.0, 4.23), (150, 3.0, 79.5, 4.0)]
        {
            let rating = Rating::of(Duration::from_millis(ms), percent / 100.0);
            assert!((rating.r - r).abs() < 0.06, "{ms} ms, {percent} %: R {}", rating.r);
            assert!((rating.mos - mos).abs() < 0.02, "{ms} ms, {percent} %: MOS {}", rating.mos);
        }
        let worst = Rating::of(Duration::from_secs(2), 1.0);
        assert_eq!((worst.r, worst.mos), (0.0, 1.0));
    }

    #[test]
    fn what_is_concealed_or_discarded_counts_though_nothing_was_lost() {
        let counts = Counts {
            received: 300,
            lost: 0,
            late: 60,
            played: 300,
            concealed: 60,
            recovered: 0,
            discarded: 40,
        };
        assert!((counts.impaired() - 1.0 / 3.0).abs() < 1e-9);
        assert!(Rating::of(Duration::from_millis(100), counts.impaired()).mos < 2.5);
        let gone = Counts { received: 100, lost: 900, played: 110, concealed: 10, ..Counts::default() };
        assert!((gone.impaired() - 0.9).abs() < 1e-9, "long loss is loss, though it was not concealed");
        let copied = Counts { received: 90, lost: 10, played: 100, recovered: 10, ..Counts::default() };
        assert_eq!(copied.impaired(), 0.0, "what was recovered is no loss");
    }

    #[test]
    fn opus_is_rated_lower_without_loss_and_bears_less_of_it() {
        let rated = |percent| Rating::with(Codec::Opus, Duration::from_millis(100), percent / 100.0);
        assert!((rated(0.0).r - 85.8).abs() < 0.06, "{:?}", rated(0.0));
        assert!((rated(1.0).r - 77.6).abs() < 0.06, "{:?}", rated(1.0));
    }
}
