//! Voices together.

use crate::audio::{FRAME, Frame, SILENCE};

/// What several say in the same 20 ms.
#[derive(Debug, Clone)]
pub(crate) struct Mix {
    sum: [i32; FRAME],
    voices: usize,
}

impl Default for Mix {
    fn default() -> Self {
        Self { sum: [0; FRAME], voices: 0 }
    }
}

impl Mix {
    /// Somebody else, who may say nothing.
    pub(crate) fn add(&mut self, voice: Option<&Frame>) {
        self.voices += 1;
        for (sum, sample) in self.sum.iter_mut().zip(voice.into_iter().flatten()) {
            *sum += i32::from(*sample);
        }
    }

    /// Everybody but one, who may have said nothing and may not be among them; nothing if nobody else is there.
    pub(crate) fn others(&self, is_among_them: bool, own: Option<&Frame>) -> Option<Self> {
        let mut others = self.clone();
        others.voices -= usize::from(is_among_them).min(others.voices);
        for (sum, sample) in others.sum.iter_mut().zip(own.into_iter().flatten()) {
            *sum -= i32::from(*sample);
        }
        (others.voices > 0).then_some(others)
    }

    /// How it sounds together with this.
    pub(crate) fn add_to(mut self, frame: &mut Frame) {
        self.add(Some(frame));
        *frame = self.frame();
    }

    /// How it sounds.
    pub(crate) fn frame(&self) -> Frame {
        let mut frame = SILENCE;
        for (sample, sum) in frame.iter_mut().zip(self.sum) {
            let most = if sum < 0 { i16::MIN } else { i16::MAX };
            *sample = i16::try_from(sum).unwrap_or(most);
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hears_the_others_and_not_themselves() {
        let (one, two, three) = ([1; FRAME], [20; FRAME], [300; FRAME]);
        let mut mix = Mix::default();
        for voice in [&one, &two, &three] {
            mix.add(Some(voice));
        }
        assert_eq!(mix.frame(), [321; FRAME]);
        assert_eq!(mix.others(true, Some(&two)).unwrap().frame(), [301; FRAME]);
        let mut frame = [4_000; FRAME];
        mix.others(false, None).unwrap().add_to(&mut frame);
        assert_eq!(frame, [4_321; FRAME]);
    }

    #[test]
    fn who_is_alone_hears_nobody() {
        let mut mix = Mix::default();
        assert!(mix.others(false, None).is_none());
        mix.add(Some(&[7; FRAME]));
        assert!(mix.others(true, Some(&[7; FRAME])).is_none());
        mix.add(None);
        assert_eq!(
            mix.others(true, Some(&[7; FRAME])).unwrap().frame(),
            SILENCE,
            "somebody who says nothing"
        );
    }

    #[test]
    fn what_is_too_loud_stays_as_loud_as_can_be() {
        let mut mix = Mix::default();
        mix.add(Some(&[i16::MIN; FRAME]));
        mix.add(Some(&[-1; FRAME]));
        assert_eq!(mix.frame(), [i16::MIN; FRAME]);
    }
}
