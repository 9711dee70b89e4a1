//! The advisor's devices, with a sound server of its own in which the speaker is what the microphone hears.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "peers/support/ear.rs"]
#[expect(dead_code, reason = "this story needs some of it")]
mod ear;

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use voice::audio::{
    FRAME, Microphone, SILENCE, Speaker,
    devices::{Player, Recorder, microphones, speakers},
    memory::Tone,
};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A sound server that ends with its test.
struct Server(Child);

impl Server {
    fn start(folder: &Path) -> Self {
        let socket = folder.join("native");
        let script = format!(
            "load-module module-null-sink sink_name=desk rate=48000 channels=2 sink_properties=device.description=Desk\n\
             set-default-sink desk\nset-default-source desk.monitor\n\
             load-module module-native-protocol-unix auth-anonymous=1 socket={}\n",
            socket.display()
        );
        fs::write(folder.join("script"), script).unwrap();
        let child = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F"])
            .arg(folder.join("script"))
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pulseaudio starts; `make setup` installs it");
        let until = Instant::now() + PATIENCE;
        while !socket.exists() {
            assert!(Instant::now() < until, "the sound server is ready in time");
            thread::sleep(Duration::from_millis(10));
        }
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_played_is_what_is_heard() {
    if Path::new("/usr/bin/pipewire-pulse").exists() && !Path::new("/usr/bin/pulseaudio").exists() {
        // PulseAudio cannot be installed beside it.
        return println!("not tested: this machine has PipeWire in PulseAudio's place");
    }
    let folder = tempfile::TempDir::with_prefix("loopdesk-sound").unwrap();
    let _server = Server::start(folder.path());
    // Which server to use is read from the environment, which belongs to a whole process.
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "with_a_sound_server", "--ignored", "--nocapture"])
        .env("PULSE_SERVER", format!("unix:{}", folder.path().join("native").display()))
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "the story above runs it, with a sound server"]
fn with_a_sound_server() {
    assert!(
        speakers().iter().any(|speaker| speaker.is_default && speaker.name == "Desk"),
        "{:?}",
        speakers()
    );
    let usual = microphones().into_iter().find(|microphone| microphone.is_default).expect("a microphone");
    let mut player = Player::open(None).unwrap();
    let mut recorder = Recorder::open(Some(&usual.id)).unwrap();
    assert!(Recorder::open(Some("none of this name")).is_err());
    let mut tone = Tone::new(440.0);
    let mut heard = Vec::new();
    let mut due = Instant::now();
    let until = due + PATIENCE;
    loop {
        let mut frame = SILENCE;
        tone.hear(&mut frame);
        player.play(&frame);
        recorder.hear(&mut frame);
        heard.extend_from_slice(&frame);
        // Some frames without a gap: a busy computer has no more to give to a sound server that nobody hears.
        let length = heard.len();
        if length >= 3 * FRAME && ear::share(&heard[length - 3 * FRAME..], 440.0) > 0.9 {
            return;
        }
        assert!(Instant::now() < until, "the tone is heard in time");
        due += Duration::from_millis(20);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}
