//! A real caller and an advisor in the real window, with a sound server of the test's own: what the microphone hears reaches
//! the caller, and what the caller says reaches the headset.

use std::{fs, net::SocketAddr, path::Path, process::Stdio};

use loopdesk_tests::{
    app::{App, built},
    desktop::{Desktop, Process, wait_for},
    speaker::{Speaker, share},
};
use thirtyfour::Key;
use voice::{
    Happening, Phone,
    audio::{Microphone, RATE, SILENCE, memory::Tone, wav},
};

/// What the advisor says, and what the caller says.
const US: f64 = 440.0;
const THEM: f64 = 1_000.0;

/// Where the practice workspace is called.
fn exchange(desktop: &Desktop) -> SocketAddr {
    let file = desktop.app_data().join("workspaces/practice/service/sip-port");
    let port = wait_for("the exchange", || fs::read_to_string(&file).ok()?.trim().parse::<u16>().ok());
    ([127, 0, 0, 1], port).into()
}

/// Says a note into the advisor's microphone, until it is let go.
fn speaks(desktop: &Desktop) -> Process {
    let mut samples = Vec::new();
    let mut tone = Tone::new(US);
    for _ in 0..(60 * 50) {
        let mut frame = SILENCE;
        tone.hear(&mut frame);
        samples.extend_from_slice(&frame);
    }
    let path = desktop.home().join("note.wav");
    let file = fs::File::create(&path).expect("a file");
    wav::write(file, &samples).expect("a sound");
    let mut command = desktop.command("paplay");
    command.arg("--device=mouth").arg(&path).stdout(Stdio::null()).stderr(desktop.log("paplay"));
    Process::start("paplay", &mut command)
}

/// Waits until a note is played to the advisor's headset.
fn is_heard(desktop: &Desktop, hertz: f64) {
    let path = desktop.home().join("headset.raw");
    let mut command = desktop.command("parec");
    let rate = format!("--rate={RATE}");
    command
        .args([
            "--device=headset.monitor",
            "--raw",
            "--format=s16le",
            "--channels=1",
            "--latency-msec=40",
            &rate,
        ])
        .stdout(fs::File::create(&path).expect("a file"))
        .stderr(desktop.log("parec"));
    let _recording = Process::start("parec", &mut command);
    wait_for("the caller in the headset", || {
        let bytes = fs::read(&path).ok()?;
        let samples: Vec<i16> =
            bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        let last = &samples[samples.len().saturating_sub(RATE as usize / 5)..];
        (last.len() >= RATE as usize / 5 && share(last, hertz) > 0.5).then_some(())
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_answered_by_key_and_wrapped_up() {
    if Path::new("/usr/bin/pipewire-pulse").exists() && !Path::new("/usr/bin/pulseaudio").exists() {
        // PulseAudio cannot be installed beside it.
        return println!("not tested: this machine has PipeWire in PulseAudio's place");
    }
    let mut desktop = Desktop::start();
    desktop.start_sound();
    let app = App::start(&desktop).await;
    app.size(1440, 900).await;
    app.until("the desk is ready", "return document.body.innerText.includes('Your desk is ready')").await;
    app.until_answer("app.start", "calls to arrive", |start| start["gate"]["home"]["phone"] == "ready").await;

    let mut agathe = Speaker::outside(exchange(&desktop), "+33639981407", THEM).await;
    agathe.phone.dial("48100", None).await.expect("it is dialled");
    app.find_text(".offer", "+33639981407").await;
    app.picture("telephone-offer").await;
    app.until(
        "the offer rests",
        "return document.querySelector('.queue:not([data-settling]) .offer') !== null",
    )
    .await;
    app.press("" + Key::F9).await;
    agathe.happens(Happening::Connected).await;
    app.find("section.call.connected").await;
    let _note = speaks(&desktop);
    agathe.hears(US).await;
    is_heard(&desktop, THEM);
    app.picture("telephone-call").await;

    app.press("" + Key::F8).await;
    app.find("section.call.held").await;
    agathe.hears_something().await;
    app.picture("telephone-held").await;
    app.press("" + Key::F8).await;
    app.find("section.call.connected:not(.held)").await;
    agathe.hears(US).await;
    app.press("" + Key::F7).await;
    app.until_answer("app.start", "her to be muted", |start| {
        start["gate"]["home"]["calls"][0]["muted"] == true
    })
    .await;
    app.press("" + Key::F7).await;

    // The window is closed to the tray: the call goes on under its bar, and a headset's key ends it.
    let seen = |name: &str| desktop.ask("xdotool", &["search", "--onlyvisible", "--name", name]);
    let window = seen("^Loopdesk$");
    desktop.ask("xdotool", &["windowactivate", "--sync", &window, "key", "alt+F4"]);
    wait_for("the bar of the call", || (!seen("^Loopdesk call$").is_empty()).then_some(()));
    assert!(seen("^Loopdesk$").is_empty(), "the desk itself is out of sight");
    agathe.hears(US).await;
    let bar = seen("^Loopdesk call$");
    wait_for("something in the bar", || {
        let picture = format!("import -window {bar} png:- | identify -format %k -");
        desktop.ask("sh", &["-c", &picture]).parse::<u32>().ok().filter(|colours| *colours > 30)
    });
    desktop.picture("telephone-bar");
    desktop.ask("xdotool", &["key", "XF86AudioStop"]);
    agathe.ended().await;
    wait_for("the bar to go", || seen("^Loopdesk call$").is_empty().then_some(()));
    agathe.phone.close().await;
    desktop.command(built("loopdesk")).status().expect("a second start brings the window back");
    app.find(".wrap .outcomes button").await;
    app.picture("telephone-wrap-up").await;
    app.click(".wrap .outcomes button").await;
    app.until("it is done", "return document.querySelector('.wrap .outcomes') === null").await;
    app.picture("telephone-done").await;
    app.quit().await;
}
