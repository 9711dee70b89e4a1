//! The same through sound devices: a mouth that plays into one sink, whose monitor is the caller's microphone; and an ear
//! that records the monitor of the sink in which the advisor's telephone plays. What such playing and recording takes by
//! itself is measured beside it.

use std::{
    thread,
    time::{Duration, Instant},
};

use loopdesk_tests::desktop::Desktop;
use voice::audio::{
    Microphone, SILENCE, Sound, Speaker,
    devices::{Player, Recorder, microphones, speakers},
    memory::Nobody,
};

use crate::{
    burst::{Ear, Moments, Mouth, TICK},
    call::{Desk, caller, line},
    table::{Goal, Table, Unit},
};

/// Says that this process is the one with the sound server.
pub const CHILD: &str = "--through-devices";
/// How long sound is listened to.
const LISTENED: Duration = Duration::from_secs(30);

/// Measures in a process that has a sound server in its environment, and reads its figures.
pub fn measure(table: &mut Table) {
    let mut desktop = Desktop::without_keyring();
    desktop.start_sound();
    let output = desktop
        .command(std::env::current_exe().expect("this program"))
        .arg(CHILD)
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("it measures");
    let said = String::from_utf8_lossy(&output.stdout);
    let figures = |name: &str| -> Vec<f64> {
        let found = said.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().split_whitespace().filter_map(|figure| figure.parse().ok()).collect()
    };
    let (whole, alone) = (figures("whole"), figures("alone"));
    let measuring = crate::spread::Spread::of(alone.clone()).median().unwrap_or(0.0);
    // What plays for the caller's mouth and records the advisor's ear is the measure's own. What is left is an upper
    // bound: one of the two ways through the sound server is still in it.
    let added = whole.iter().map(|delay| (delay - measuring).max(0.0)).collect();
    table.add(line("devices alone: played, through the sound server, recorded", alone, Unit::Ms, Goal::None));
    table.add(line("telephone: mouth to ear through devices, all of it", whole, Unit::Ms, Goal::None));
    table.add(line("telephone: mouth to ear, added by us", added, Unit::Ms, Goal::P95AtMost(100.0)));
}

/// The measuring itself.
pub async fn measure_here() {
    let id = |devices: Vec<voice::audio::devices::Device>, name: &str| {
        let names: Vec<String> = devices.iter().map(|device| device.name.clone()).collect();
        let found = devices.into_iter().find(|device| device.name.contains(name));
        found.unwrap_or_else(|| panic!("there is no {name}, only {names:?}")).id
    };
    let (mouth, headset) = (id(speakers(), "Mouth"), id(speakers(), "Headset"));
    let (microphone, monitor) = (id(microphones(), "Mouth"), id(microphones(), "Headset"));

    let moments = Moments::default();
    play_and_record(&moments, &mouth, &microphone, LISTENED / 3);
    told("alone", &moments);

    let mut desk =
        Desk::open(Sound::new(Nobody, Player::open(Some(&headset)).expect("the advisor's headset"))).await;
    let recorder = Recorder::open(Some(&microphone)).expect("the caller's microphone");
    let (caller, _hears) = caller(&desk.exchange, Sound::new(recorder, Nobody)).await;
    let (waiting, _) = desk.called_by(&caller).await;
    let (ringing, ours) = voice_call(&mut desk).await;
    desk.exchange.bridge(&waiting, &ringing).expect("they are joined");
    let _ = ours;
    let moments = Moments::default();
    let its = moments.clone();
    let _ = tokio::task::spawn_blocking(move || play_and_record(&its, &mouth, &monitor, LISTENED)).await;
    told("whole", &moments);
    // The process ends here, and its devices with it.
}

async fn voice_call(desk: &mut Desk) -> (voice::CallId, voice::CallId) {
    use voice::Phone;
    let (ringing, ours) = desk.rings().await;
    desk.advisor.answer(&ours).await.expect("it is answered");
    desk.connected(&ringing).await;
    (ringing, ours)
}

/// Says bursts into a sink, and hears a monitor, for so long.
fn play_and_record(moments: &Moments, sink: &str, monitor: &str, time: Duration) {
    let mut player = Player::open(Some(sink)).expect("a sink");
    let mut recorder = Recorder::open(Some(monitor)).expect("its monitor");
    let (mut mouth, mut ear) = (Mouth::new(moments), Ear::new(moments));
    let begun = Instant::now();
    let mut due = begun;
    while begun.elapsed() < time {
        let mut frame = SILENCE;
        mouth.hear(&mut frame);
        player.play(&frame);
        recorder.hear(&mut frame);
        ear.play(&frame);
        due += TICK;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

fn told(name: &str, moments: &Moments) {
    let figures: Vec<String> = moments.delays().iter().map(|delay| format!("{delay:.1}")).collect();
    println!("{name} {}", figures.join(" "));
}
