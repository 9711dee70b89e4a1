//! A caller with somebody else's telephone: baresip, which says one note from a file and writes down what it hears.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use voice::{
    CallId,
    audio::{Microphone, RATE, SILENCE, memory::Tone},
};

use super::{PATIENCE, Program, advisor::Advisor, exchange::Exchange, free_address};

/// Seconds of the note; longer than any test.
const LONG: u32 = 120;

pub(crate) struct Baresip {
    exchange: SocketAddr,
    control: TcpStream,
    read: Vec<u8>,
    kept: Vec<Value>,
    program: Program,
    folder: TempDir,
}

impl Baresip {
    /// Registered with this number. `answers` says whether it takes calls by itself.
    pub(crate) async fn start(exchange: &Exchange, number: &str, hertz: f64, answers: bool) -> Self {
        Self::open(exchange.address, number, hertz, answers, ";regint=60").await
    }

    /// One that only knows Opus.
    pub(crate) async fn opus(exchange: &Exchange, number: &str, hertz: f64) -> Self {
        Self::open(exchange.address, number, hertz, false, ";regint=60;audio_codecs=opus/48000/2").await
    }

    /// Somebody with a line at another exchange, who takes calls by itself.
    pub(crate) async fn at(at: SocketAddr, number: &str, hertz: f64) -> Self {
        Self::open(at, number, hertz, true, ";regint=60").await
    }

    /// Somebody outside, who registers nowhere and calls there.
    pub(crate) async fn outside(at: SocketAddr, number: &str, hertz: f64) -> Self {
        Self::open(at, number, hertz, false, ";regint=0").await
    }

    /// One that only speaks locked.
    pub(crate) async fn locked(exchange: &Exchange, number: &str, hertz: f64) -> Self {
        Self::open(exchange.address, number, hertz, false, ";regint=60;mediaenc=srtp-mand").await
    }

    async fn open(at: SocketAddr, number: &str, hertz: f64, answers: bool, also: &str) -> Self {
        let folder = TempDir::with_prefix("loopdesk-baresip").expect("a folder");
        let (sip, control) = (free_address(), free_address());
        let path = folder.path();
        fs::write(path.join("note.wav"), wav(hertz)).expect("its note");
        let mode = if answers { "auto" } else { "manual" };
        let codecs = if also.contains("audio_codecs") { "" } else { ";audio_codecs=pcma/8000/1,pcmu/8000/1" };
        fs::write(
            path.join("accounts"),
            format!(
                "\"Carla Caller\" <sip:{number}@{at};transport=udp>;auth_user={number};auth_pass=pw{number};\
                 answermode={mode};call_transfer=yes{codecs}{also}\n"
            ),
        )
        .expect("its account");
        fs::write(path.join("contacts"), "").expect("no contacts");
        fs::write(
            path.join("config"),
            format!(
                "poll_method epoll\nsip_listen {sip}\ncall_local_timeout 120\ncall_max_calls 8\ncall_hold_other_calls no\n\
                 audio_player aubridge,ear\naudio_source aufile,{note}\naudio_alert aubridge,bell\n\
                 ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\naudio_level no\n\
                 ausrc_format s16\nauplay_format s16\nauenc_format s16\naudec_format s16\nrtcp_mux no\n\
                 jitter_buffer_delay 2-10\nrtp_stats no\nnet_interface {ip}\nmodule_path /usr/lib/baresip/modules\n\
                 module g711.so\nmodule opus.so\nmodule srtp.so\nmodule sndfile.so\nmodule aufile.so\nmodule aubridge.so\n\
                 module_app account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\nmodule_tmp uuid.so\n\
                 ctrl_tcp_listen {control}\nsnd_path {snd}\n",
                note = path.join("note.wav").display(),
                snd = path.display(),
                ip = at.ip(),
            ),
        )
        .expect("its settings");
        let log = fs::File::create(path.join("log")).expect("a log");
        let program = Program::start(
            Command::new("baresip")
                .arg("-f")
                .arg(path)
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("a log"))
                .stderr(log),
        );
        let connecting = async {
            loop {
                match TcpStream::connect(control).await {
                    Ok(stream) => return stream,
                    Err(_) => sleep(Duration::from_millis(20)).await,
                }
            }
        };
        let control = timeout(PATIENCE, connecting).await.expect("baresip can be controlled");
        let mut baresip = Self { exchange: at, control, read: Vec::new(), kept: Vec::new(), program, folder };
        if also.contains("regint=60") {
            timeout(PATIENCE, baresip.is_registered()).await.expect("baresip registers");
        }
        baresip
    }

    /// Asks until it is; whether it was before anybody listened is not told.
    async fn is_registered(&mut self) {
        loop {
            self.tell("reginfo", "").await;
            let answer = self.next().await;
            if answer["data"].as_str().is_some_and(|data| data.contains("OK")) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Has it do something.
    pub(crate) async fn tell(&mut self, command: &str, params: &str) {
        let text = json!({"command": command, "params": params}).to_string();
        let framed = format!("{}:{text},", text.len());
        self.control.write_all(framed.as_bytes()).await.expect("baresip listens");
    }

    /// Calls a number.
    pub(crate) async fn dial(&mut self, number: &str) {
        let to = format!("sip:{number}@{}", self.exchange);
        self.tell("dial", &to).await;
    }

    /// Calls an advisor, who takes it. The call at the advisor's.
    pub(crate) async fn reaches(&mut self, advisor: &mut Advisor) -> CallId {
        self.dial(&advisor.number).await;
        advisor.takes().await
    }

    /// Waits for an event of this type.
    pub(crate) async fn event(&mut self, kind: &str) -> Value {
        let is_it = |value: &Value| value["type"] == kind;
        if let Some(at) = self.kept.iter().position(is_it) {
            return self.kept.remove(at);
        }
        let waiting = async {
            loop {
                let value = self.next().await;
                if is_it(&value) {
                    return value;
                }
                self.kept.push(value);
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(value) => value,
            Err(_) => panic!(
                "waited for {kind}; baresip said {:#?}\n{}",
                self.kept,
                fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            ),
        }
    }

    /// The next message: its length in digits, a colon, itself, a comma.
    async fn next(&mut self) -> Value {
        loop {
            if let Some(colon) = self.read.iter().position(|byte| *byte == b':') {
                let length: usize = String::from_utf8_lossy(&self.read[..colon]).parse().expect("a length");
                if self.read.len() > colon + length + 1 {
                    let text = &self.read[colon + 1..=colon + length];
                    let value = serde_json::from_slice(text).unwrap_or_default();
                    self.read.drain(..colon + length + 2);
                    return value;
                }
            }
            let mut more = [0; 4_000];
            let length = self.control.read(&mut more).await.expect("baresip speaks");
            assert!(length > 0, "baresip is still there");
            self.read.extend(&more[..length]);
        }
    }

    /// Ends it; all that it heard, in samples.
    pub(crate) fn heard(mut self) -> Vec<i16> {
        self.program.end();
        let is_heard = |path: &PathBuf| path.to_string_lossy().ends_with("-dec.wav");
        let file = fs::read_dir(self.folder.path())
            .expect("its folder")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(is_heard)
            .expect("it wrote down what it heard");
        let mut file = hound::WavReader::open(file).expect("the recording");
        let spec = file.spec();
        // One sample of many, and one channel: a note is the same note so.
        let each = spec.sample_rate / RATE * u32::from(spec.channels);
        file.samples().step_by(each as usize).map_while(Result::ok).collect()
    }
}

/// A file with a note.
fn wav(hertz: f64) -> Vec<u8> {
    let length = RATE * LONG * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1_u16, 1].map(u16::to_le_bytes).as_flattened());
    file.extend([RATE, RATE * 2].map(u32::to_le_bytes).as_flattened());
    file.extend([2_u16, 16].map(u16::to_le_bytes).as_flattened());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    let mut tone = Tone::new(hertz);
    for _ in 0..LONG * 50 {
        let mut frame = SILENCE;
        tone.hear(&mut frame);
        file.extend(frame.map(i16::to_le_bytes).as_flattened());
    }
    file
}
