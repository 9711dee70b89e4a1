//! In which way the line breaks next: every way in turn, in an order and with surroundings that a seed decides.

use loopdesk_tests::chaos::{Cut, Weather};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

/// A way to break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Both sides are told with a reset.
    Reset,
    /// Both sides are told in good order.
    Close,
    /// Only the desks are told.
    HalfToDesk,
    /// Only the service is told.
    HalfToService,
    /// Nobody is told.
    BlackHole,
    /// The answer to a command is lost, and everything with it.
    LostAnswer,
}

impl Fault {
    const ALL: [Self; 6] =
        [Self::Reset, Self::Close, Self::HalfToDesk, Self::HalfToService, Self::BlackHole, Self::LostAnswer];

    /// What the line does with connections.
    pub fn cut(self) -> Cut {
        match self {
            Self::Reset | Self::LostAnswer => Cut::Reset,
            Self::Close => Cut::Close,
            Self::HalfToDesk => Cut::HalfToDesk,
            Self::HalfToService => Cut::HalfToService,
            Self::BlackHole => Cut::BlackHole,
        }
    }
}

/// One disconnect.
#[derive(Debug, Clone, Copy)]
pub struct Disconnect {
    /// The way.
    pub fault: Fault,
    /// How bytes are carried until then.
    pub weather: Weather,
    /// How often somebody dials in vain before the path is good again.
    pub in_vain: u64,
}

/// All of them, in order.
pub fn plan(seed: u64, count: u64) -> Vec<Disconnect> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut disconnects = Vec::new();
    while (disconnects.len() as u64) < count {
        let mut faults = Fault::ALL;
        faults.shuffle(&mut chance);
        disconnects.extend(faults.map(|fault| Disconnect {
            fault,
            weather: [Weather::Fair, Weather::Slow, Weather::Sliced][chance.random_range(0..3)],
            in_vain: [0, 0, 0, 1, 1, 2][chance.random_range(0..6)],
        }));
    }
    disconnects.truncate(usize::try_from(count).expect("a count"));
    disconnects
}
