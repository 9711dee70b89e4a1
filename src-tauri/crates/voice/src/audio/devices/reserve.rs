//! What is gathered for a speaker before it begins to play: frames come as evenly as a busy computer allows. It begins with
//! little, and takes more each time that was too little.

/// Sound that was missing for longer than so many pieces was not late: nobody spoke.
const STOPPED: u32 = 10;
/// The most that is gathered beyond what is played at once, in such pieces.
const MOST: usize = 4;

#[derive(Debug)]
enum State {
    Gathers,
    Plays,
    /// There was not enough, so many pieces ago.
    Misses(u32),
}

/// How much is gathered.
#[derive(Debug)]
pub(super) struct Reserve {
    pieces: usize,
    state: State,
}

impl Reserve {
    /// For a speaker that has not played yet.
    pub(super) fn new() -> Self {
        Self { pieces: 1, state: State::Gathers }
    }

    /// Whether to play now, when so many samples are there and so many are played at once. What is missing then is silence.
    pub(super) fn plays(&mut self, there: usize, piece: usize) -> bool {
        self.state = match self.state {
            State::Plays if there >= piece => State::Plays,
            State::Plays => State::Misses(0),
            // It was late, not over.
            State::Misses(_) if there > 0 => {
                self.pieces = (self.pieces + 1).min(MOST);
                State::Gathers
            }
            State::Misses(since) if since < STOPPED => State::Misses(since + 1),
            State::Misses(_) => {
                self.pieces = self.pieces.saturating_sub(1).max(1);
                State::Gathers
            }
            State::Gathers => State::Gathers,
        };
        if matches!(self.state, State::Gathers) && there >= piece * (1 + self.pieces) {
            self.state = State::Plays;
        }
        matches!(self.state, State::Plays | State::Misses(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: usize = 480;

    /// Frames of two pieces that come late by so many pieces; how many pieces were played, and how many had a hole.
    fn played(reserve: &mut Reserve, lates: &[usize]) -> (usize, usize) {
        let (mut there, mut played, mut holes) = (0, 0, 0);
        for tick in 0..2 * lates.len() {
            for (nth, late) in lates.iter().enumerate() {
                there += if 2 * nth + late == tick { 2 * PIECE } else { 0 };
            }
            if reserve.plays(there, PIECE) {
                played += 1;
                holes += usize::from(there < PIECE);
                there = there.saturating_sub(PIECE);
            }
        }
        (played, holes)
    }

    #[test]
    fn an_even_line_waits_for_a_piece_only() {
        assert_eq!(played(&mut Reserve::new(), &[0; 50]), (100, 0));
    }

    #[test]
    fn what_is_late_once_is_waited_for_from_then_on() {
        let mut lates = [0; 200];
        lates[50..].fill(1);
        for nth in (50..200).step_by(7) {
            lates[nth] = 2;
        }
        let mut reserve = Reserve::new();
        let (_, holes) = played(&mut reserve, &lates);
        assert!(holes <= 2, "{holes}");
        assert!(reserve.pieces > 1);
    }

    #[test]
    fn after_silence_it_takes_less_again() {
        let mut reserve = Reserve { pieces: 3, state: State::Plays };
        for _ in 0..STOPPED + 3 {
            reserve.plays(0, PIECE);
        }
        assert_eq!(reserve.pieces, 2);
        assert!(!reserve.plays(2 * PIECE, PIECE) && reserve.plays(3 * PIECE, PIECE));
    }
}
