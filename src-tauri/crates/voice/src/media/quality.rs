//! How good a call sounds: the E-model of G.107 with G.711 and its appendix I, from what was really played. What was
//! concealed or discarded counts as lost, whatever the network says.

use std::time::Duration;

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
            discarded: self.discarded.saturating_sub(then.discarded),
        }
    }

    /// The part of the sound that was not heard as it was said, 0 to 1.
    pub fn impaired(&self) -> f64 {
        // What is lost is concealed as well, unless it went on for long; what is late was concealed in its time.
        let impaired = self.concealed.max(self.lost).saturating_add(self.discarded);
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
/// How well G.711 with its concealment bears random loss, in percent (G.113).
const ROBUSTNESS: f64 = 25.1;

impl Rating {
    /// With this delay from mouth to ear, and this part of the sound lost, 0 to 1.
    pub fn of(delay: Duration, impaired: f64) -> Self {
        let ms = delay.as_secs_f64() * 1_000.0;
        let delay = 0.024 * ms + 0.11 * (ms - NOTICED).max(0.0);
        let percent = impaired.clamp(0.0, 1.0) * 100.0;
        let loss = 95.0 * percent / (percent + ROBUSTNESS);
        let r = (BEST - delay - loss).clamp(0.0, 100.0);
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
        let counts = Counts { received: 300, lost: 0, late: 60, played: 300, concealed: 60, discarded: 40 };
        assert!((counts.impaired() - 1.0 / 3.0).abs() < 1e-9);
        assert!(Rating::of(Duration::from_millis(100), counts.impaired()).mos < 2.5);
        let gone = Counts { received: 100, lost: 900, played: 110, concealed: 10, ..Counts::default() };
        assert!((gone.impaired() - 0.9).abs() < 1e-9, "long loss is loss, though it was not concealed");
    }
}
