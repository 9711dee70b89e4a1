//! Sound that is there beforehand: a greeting, a recording, a tune. Many can play the same sound at once without a copy.

use std::sync::Arc;

use super::{Frame, Microphone};

/// Plays given samples once, then something else; or over and over.
pub struct Samples {
    sound: Arc<[i16]>,
    at: usize,
    loops: bool,
    after: Option<Box<dyn Microphone>>,
}

impl Samples {
    /// Once; then silence.
    pub fn once(sound: impl Into<Arc<[i16]>>) -> Self {
        Self { sound: sound.into(), at: 0, loops: false, after: None }
    }

    /// Over and over.
    pub fn looped(sound: impl Into<Arc<[i16]>>) -> Self {
        Self { loops: true, ..Self::once(sound) }
    }

    /// Something else instead of the silence that comes after it.
    #[must_use]
    pub fn then(mut self, after: impl Microphone + 'static) -> Self {
        self.after = Some(Box::new(after));
        self
    }

    /// Whether all of it was played. What loops never is.
    pub fn is_over(&self) -> bool {
        self.at >= self.sound.len() && (!self.loops || self.sound.is_empty())
    }
}

impl Microphone for Samples {
    fn hear(&mut self, frame: &mut Frame) {
        if self.is_over() {
            match &mut self.after {
                Some(after) => after.hear(frame),
                None => frame.fill(0),
            }
            return;
        }
        for sample in frame {
            if self.loops && self.at >= self.sound.len() {
                self.at = 0;
            }
            *sample = self.sound.get(self.at).copied().unwrap_or(0);
            self.at = self.at.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{FRAME, SILENCE};

    fn heard(source: &mut impl Microphone) -> Vec<i16> {
        let mut frame = SILENCE;
        source.hear(&mut frame);
        frame.to_vec()
    }

    #[test]
    fn what_is_played_once_is_followed_by_silence_or_something_else() {
        let mut samples = Samples::once([7; FRAME + 10].as_slice());
        assert_eq!(heard(&mut samples), [7; FRAME]);
        assert!(!samples.is_over());
        assert_eq!(heard(&mut samples), [[7; 10].as_slice(), &[0; FRAME - 10]].concat());
        assert!(samples.is_over());
        assert_eq!(heard(&mut samples), SILENCE);
        let mut samples = Samples::once([7].as_slice()).then(Samples::looped([8, 9].as_slice()));
        assert_eq!(heard(&mut samples)[..2], [7, 0]);
        assert_eq!(heard(&mut samples)[..4], [8, 9, 8, 9]);
    }

    #[test]
    fn what_is_looped_goes_on_without_a_gap() {
        let mut samples = Samples::looped((0..100).collect::<Vec<i16>>());
        let all = [heard(&mut samples), heard(&mut samples)].concat();
        assert!(all.iter().enumerate().all(|(nth, sample)| usize::from(sample.unsigned_abs()) == nth % 100));
        assert_eq!(heard(&mut Samples::looped(Vec::new())), SILENCE, "nothing, over and over");
    }
}
