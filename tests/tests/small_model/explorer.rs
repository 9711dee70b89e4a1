//! Looks at every world that can be reached: those with fewer faults behind them first, then the nearer ones, so that a
//! counter-example is as short as can be. Our own, because "from everywhere a way leads to rest" needs the whole graph,
//! which `stateright` does not keep (its `eventually` gives up at cycles, and trying again is one), and because a world
//! that was seen with more faults to come need not be looked at again. A world is known by a fingerprint of 64 bits: among
//! five million, the chance that any two share one is about one in a million.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, BuildHasherDefault, Hasher},
};

use super::{
    properties::{STUCK, broken, broken_on_the_way},
    world::{ALL_FAULTS, Action, Rules, World},
};

/// What came of it.
pub(crate) struct Explored {
    /// How many worlds there are, up to the first broken one.
    pub(crate) worlds: usize,
    /// The ways between them.
    pub(crate) ways: usize,
    /// What is broken, and how one gets there.
    pub(crate) found: Option<(&'static str, Vec<Action>)>,
}

/// A look at a world: how one came there, and which world it is.
struct Look {
    from: u32,
    world: u32,
    action: Action,
}

/// Every world that was met, and what waits to be looked at.
#[derive(Default)]
struct Map {
    /// Fingerprints: the world's number and the sets of faults with which it was seen.
    known: HashMap<u64, (u32, u32), BuildHasherDefault<Folding>>,
    looks: Vec<Look>,
    /// By how many faults lie behind.
    waiting: [VecDeque<(u32, u8, World)>; 6],
}

impl Map {
    /// A world is met; `left` are the faults still to come. Answers its number.
    fn meet(&mut self, rules: &Rules, from: u32, action: Action, left: u8, world: World) -> u32 {
        let fresh = self.known.len() as u32;
        let standing = if rules.mistake.is_none() { world.canonical() } else { world };
        let fingerprint = BuildHasherDefault::<Folding>::default().hash_one(standing);
        let (number, seen) = self.known.entry(fingerprint).or_insert((fresh, 0));
        if *seen & (1 << left) == 0 {
            *seen |= SUBSETS[usize::from(left)];
            self.waiting[5 - left.count_ones() as usize].push_back((self.looks.len() as u32, left, world));
            self.looks.push(Look { from, world: *number, action });
        }
        *number
    }

    fn way_to(&self, mut look: u32) -> Vec<Action> {
        let mut way = Vec::new();
        while look != 0 {
            let Look { from, action, .. } = self.looks[look as usize];
            way.push(action);
            look = from;
        }
        way.reverse();
        way
    }
}

/// Looks at everything with at most so many faults, or stops at the first world that is broken.
pub(crate) fn explore(rules: &Rules, most_faults: u32) -> Explored {
    let mut map = Map::default();
    // The ways without faults, backwards, and the worlds at rest from which they are followed.
    let (mut back, mut rest, mut looked) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ways, mut found) = (0, None);
    map.meet(rules, 0, Action::Begin, ALL_FAULTS, World::new());
    while let Some((look, left, world)) = map.waiting.iter_mut().find_map(VecDeque::pop_front) {
        let number = map.looks[look as usize].world;
        looked.resize(map.known.len(), false);
        let first = !std::mem::replace(&mut looked[number as usize], true);
        found = broken(&world, rules).map(|what| (what, look));
        if first && world.is_quiet() {
            rest.push(number);
        }
        world.next(left, rules, &mut |action, next| {
            ways += 1;
            let left = action.fault().map_or(left, |fault| left & !(fault as u8));
            let left = if ALL_FAULTS.count_ones() - left.count_ones() < most_faults { left } else { 0 };
            let there = map.meet(rules, look, action, left, next);
            if first && action.drains() {
                back.push((there, number));
            }
            found = found.or(broken_on_the_way(&world, &next).map(|what| (what, look)));
        });
        if found.is_some() {
            break;
        }
    }
    let worlds = map.known.len();
    if found.is_none() {
        let stuck = first_stuck(worlds, back, rest);
        let look = stuck.and_then(|stuck| map.looks.iter().position(|look| look.world == stuck));
        found = look.map(|look| (STUCK, look as u32));
    }
    Explored { worlds, ways, found: found.map(|(what, look)| (what, map.way_to(look))) }
}

/// For each set of faults, all sets that have nothing that it has not.
const SUBSETS: [u32; 32] = {
    let mut all = [0; 32];
    let mut set = 0;
    while set < 32 {
        let mut other = 0;
        while other < 32 {
            if other & !set == 0 {
                all[set] |= 1 << other;
            }
            other += 1;
        }
        set += 1;
    }
    all
};

/// The nearest world from which none at rest can be reached.
fn first_stuck(worlds: usize, mut back: Vec<(u32, u32)>, mut rest: Vec<u32>) -> Option<u32> {
    back.sort_unstable();
    let mut drains = vec![false; worlds];
    rest.iter().for_each(|number| drains[*number as usize] = true);
    while let Some(number) = rest.pop() {
        let first = back.partition_point(|(to, _)| *to < number);
        for (_, from) in back[first..].iter().take_while(|(to, _)| *to == number) {
            if !std::mem::replace(&mut drains[*from as usize], true) {
                rest.push(*from);
            }
        }
    }
    drains.iter().position(|drains| !drains).map(|number| number as u32)
}

/// Multiply and fold. Nobody chooses worlds to collide, and the standard hasher takes most of the time.
#[derive(Default)]
struct Folding(u64);

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93_u128;
        self.0 = (product ^ (product >> 64)) as u64 ^ self.0.rotate_left(23);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}
