//! Nothing is lost, shown by seeds: the real desk without its window and the real service without its sockets, with
//! people at work, while network, disks, clocks and processes fail. Every promise (I1 to I9) is checked on the way and at
//! the end. A seed that breaks one is printed with the command that plays it again.

mod device;
mod ledger;
mod mistakes;
mod schedule;
mod template;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use loopdesk_tests::asked;
use mistakes::Mistake;
use schedule::{Broken, Story};

/// Schedules of `make test`; `make test-simulation` asks for more.
const USUAL: u64 = 2_000;
/// Schedules in which a known mistake must be found.
const TO_FIND: u64 = 3_000;

/// Plays the seeds on all cores; the first one that breaks a promise.
fn play(seeds: std::ops::Range<u64>, mistake: Option<Mistake>) -> (Vec<Story>, Option<(u64, Broken)>) {
    let next = AtomicU64::new(seeds.start);
    let broken = std::sync::Mutex::new(None::<(u64, Broken)>);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let stories = std::thread::scope(|scope| {
        let players: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut stories = Vec::new();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= seeds.end || broken.lock().expect("a lock").is_some() {
                            return stories;
                        }
                        match schedule::run(seed, mistake) {
                            Ok(story) => stories.push(story),
                            Err(why) => {
                                let mut first = broken.lock().expect("a lock");
                                if first.as_ref().is_none_or(|(other, _)| seed < *other) {
                                    *first = Some((seed, why));
                                }
                            }
                        }
                    }
                })
            })
            .collect();
        players.into_iter().flat_map(|player| player.join().expect("a player ends")).collect()
    });
    (stories, broken.into_inner().expect("a lock"))
}

#[test]
fn nothing_is_lost_or_done_twice() {
    if let Some(seed) = asked("SEED") {
        let story = schedule::run(seed, None).unwrap_or_else(|Broken(why)| panic!("seed {seed}: {why}"));
        return println!("seed {seed}: {story:?}");
    }
    let count = asked("SCHEDULES").unwrap_or(USUAL);
    let begun = Instant::now();
    let (stories, broken) = play(0..count, None);
    if let Some((seed, Broken(why))) = broken {
        panic!("{why}\nPlay it again: SEED={seed} make test-simulation");
    }
    let took = begun.elapsed();
    let sum = |of: fn(&Story) -> usize| stories.iter().map(of).sum::<usize>();
    println!(
        "{count} schedules with {} things done, {} faults and {} steps of desks in {took:.1?}: {:.1?} each",
        sum(|story| story.commands),
        sum(|story| story.faults),
        sum(|story| story.steps),
        took / u32::try_from(count.max(1)).unwrap_or(1),
    );
}

#[test]
fn every_known_mistake_is_found() {
    let mut missed = Vec::new();
    for (mistake, from) in mistakes::ALL {
        match play(from..from + TO_FIND, Some(mistake)).1 {
            Some((seed, Broken(why))) => {
                println!("{mistake:?}: seed {seed}: {}", why.chars().take(90).collect::<String>());
            }
            None => missed.push(mistake),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}
