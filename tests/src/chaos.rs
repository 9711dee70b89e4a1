//! A bad line: a proxy on loopback between desks and the service, which a story lets fail in every way a network knows.
//! It counts what it did, and a story waits for these counts instead of for time.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::seat::PATIENCE;

/// How much is carried at once.
const PIECE: usize = 16 * 1024;
/// How long a slow line keeps each piece.
const SLOW: Duration = Duration::from_millis(15);

/// How bytes are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// As they come.
    Fair,
    /// Every piece takes its time.
    Slow,
    /// A few at a time, so that every boundary falls in a place nobody thought of.
    Sliced,
}

/// What becomes of whoever dials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// They reach the service.
    Open,
    /// They are refused at once.
    Refused,
    /// They are taken, and nobody ever answers.
    Silent,
}

/// What becomes of connections that are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Both sides are told with a reset.
    Reset,
    /// Both sides are told in good order.
    Close,
    /// Only the desk is told that nothing more comes.
    HalfToDesk,
    /// Only the service is told that nothing more comes.
    HalfToService,
    /// Nobody is told; nothing is carried any more.
    BlackHole,
    /// The same, after the service gave it up.
    Forgotten,
}

/// What becomes of the service's answers to requests whose first line has some words. Streams are no requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// They arrive.
    Pass,
    /// They are kept back: the service did what was asked, and nobody hears of it.
    Hold(&'static str),
    /// The first one is lost, and every connection with it.
    Cut(&'static str),
}

/// What the line did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that reached the service.
    pub carried: u64,
    /// Who dialled in vain: refused, taken and never answered, or the service was not there.
    pub in_vain: u64,
    /// Connections that ended with a reset.
    pub reset: u64,
    /// Connections that were closed in order.
    pub closed: u64,
    /// Connections that were closed on one side.
    pub half_closed: u64,
    /// Connections that carried nothing any more and told nobody.
    pub black_holes: u64,
    /// Requests that went to the service, as far as their first lines tell.
    pub asked: u64,
    /// Answers that were kept back.
    pub held: u64,
    /// Answers that were lost after the service did what was asked.
    pub lost: u64,
    /// Slices.
    pub slices: u64,
}

/// The proxy. Connections end with it.
pub struct Chaos {
    /// Where desks find it: `http://127.0.0.1:PORT`.
    pub address: String,
    line: Arc<Line>,
    /// Ends everything when it is dropped.
    _running: JoinSet<()>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rules {
    weather: Weather,
    path: Path,
    answers: Answers,
}

struct Line {
    service: SocketAddr,
    rules: watch::Sender<Rules>,
    counts: watch::Sender<Counts>,
    open: Mutex<BTreeMap<u64, Arc<Wire>>>,
}

/// One connection.
struct Wire {
    cut: watch::Sender<Option<Cut>>,
    /// It is a stream, not requests.
    stream: AtomicBool,
    /// The first line of what was asked last.
    asked: Mutex<String>,
}

impl Chaos {
    /// A line to the service at `http://127.0.0.1:PORT` that works until it is told otherwise.
    pub async fn before(service: &str) -> Self {
        let service = service.trim_start_matches("http://").parse().expect("an address on this machine");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let rules = Rules { weather: Weather::Fair, path: Path::Open, answers: Answers::Pass };
        let line = Arc::new(Line {
            service,
            rules: watch::Sender::new(rules),
            counts: watch::Sender::new(Counts::default()),
            open: Mutex::default(),
        });
        let mut running = JoinSet::new();
        running.spawn(accept(line.clone(), listener));
        Self { address, line, _running: running }
    }

    /// From now on bytes are carried so.
    pub fn weather(&self, weather: Weather) {
        self.line.rules.send_modify(|rules| rules.weather = weather);
    }

    /// From now on whoever dials finds this.
    pub fn path(&self, path: Path) {
        self.line.rules.send_modify(|rules| rules.path = path);
    }

    /// From now on this becomes of answers.
    pub fn answers(&self, answers: Answers) {
        self.line.rules.send_modify(|rules| rules.answers = answers);
    }

    /// Does this to every connection that is open.
    pub fn cut(&self, cut: Cut) {
        self.line.cut_all(cut);
    }

    /// The path is good again. Connections that went silent stay so for ever, as after a router forgot them; but whoever
    /// waits for an answer there says something at last, and is told that nobody knows them.
    pub fn heals(&self) {
        self.path(Path::Open);
        for wire in self.line.wires() {
            if *wire.cut.borrow() == Some(Cut::BlackHole) && !wire.stream.load(Ordering::SeqCst) {
                wire.cut.send_replace(Some(Cut::Reset));
            }
        }
    }

    /// Silent connections are given up by both sides, as after a router came back that knows nothing of them.
    pub fn buries(&self) {
        self.become_of_silent(Cut::Reset);
    }

    /// Silent connections are given up by the service, as it does by its own clock after a while. The desk hears nothing of
    /// that: its end stays open, and as silent as before.
    pub fn forgets(&self) {
        self.become_of_silent(Cut::Forgotten);
    }

    fn become_of_silent(&self, cut: Cut) {
        for wire in self.line.wires() {
            if *wire.cut.borrow() == Some(Cut::BlackHole) {
                wire.cut.send_replace(Some(cut));
            }
        }
    }

    /// What it did so far.
    pub fn counts(&self) -> Counts {
        *self.line.counts.borrow()
    }

    /// Waits until the counts satisfy.
    pub async fn until(&self, enough: impl FnMut(&Counts) -> bool) {
        let mut counts = self.line.counts.subscribe();
        let waited = tokio::time::timeout(PATIENCE, counts.wait_for(enough)).await;
        assert!(waited.is_ok(), "the line did not come so far: {:?}", self.counts());
    }

    /// For somebody who tries again when the path is open.
    pub fn watcher(&self) -> Watcher {
        Watcher { rules: self.line.rules.subscribe() }
    }
}

/// Sees when the path is open.
pub struct Watcher {
    rules: watch::Receiver<Rules>,
}

impl Watcher {
    /// Ends once it is.
    pub async fn open(&mut self) {
        // An error says that the line is gone with its story.
        let _ = self.rules.wait_for(|rules| rules.path == Path::Open).await;
    }
}

impl Line {
    fn wires(&self) -> Vec<Arc<Wire>> {
        self.open.lock().unwrap().values().cloned().collect()
    }

    fn cut_all(&self, cut: Cut) {
        for wire in self.wires() {
            // What became silent stays so: nobody on its way remembers it.
            wire.cut.send_if_modified(|known| {
                let open = known.is_none();
                *known = known.or(Some(cut));
                open
            });
        }
    }

    fn count(&self, what: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(what);
    }
}

async fn accept(line: Arc<Line>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let Ok((desk, _)) = listener.accept().await else { return };
        while connections.try_join_next().is_some() {}
        let wire = Arc::new(Wire {
            cut: watch::Sender::new(None),
            stream: AtomicBool::new(false),
            asked: Mutex::default(),
        });
        line.open.lock().unwrap().insert(number, wire.clone());
        let line = line.clone();
        connections.spawn(async move {
            carry(&line, &wire, desk).await;
            line.open.lock().unwrap().remove(&number);
        });
    }
}

/// Carries one connection to its end.
async fn carry(line: &Line, wire: &Wire, mut desk: TcpStream) {
    let path = line.rules.borrow().path;
    let service = match path {
        Path::Open => TcpStream::connect(line.service).await.ok(),
        Path::Refused | Path::Silent => None,
    };
    let Some(mut service) = service else {
        line.count(|counts| counts.in_vain += 1);
        if path == Path::Silent {
            wire.cut.send_replace(Some(Cut::BlackHole));
            let _ = wire.cut.subscribe().wait_for(|cut| *cut == Some(Cut::Reset)).await;
        }
        return reset(&desk);
    };
    line.count(|counts| counts.carried += 1);
    let _ = (desk.set_nodelay(true), service.set_nodelay(true));
    let mut cut = wire.cut.subscribe();
    let cut = {
        let (mut from_desk, mut to_desk) = desk.split();
        let (mut from_service, mut to_service) = service.split();
        let both = async {
            tokio::join!(
                pump(line, wire, &mut from_desk, &mut to_service, true),
                pump(line, wire, &mut from_service, &mut to_desk, false),
            );
        };
        tokio::select! {
            () = both => return,
            cut = async { cut.wait_for(Option::is_some).await.map(|cut| *cut) } => cut.ok().flatten(),
        }
    };
    match cut {
        None => {}
        Some(Cut::Close) => line.count(|counts| counts.closed += 1),
        Some(Cut::Reset) => {
            line.count(|counts| counts.reset += 1);
            reset(&desk);
            reset(&service);
        }
        Some(Cut::HalfToDesk) => {
            line.count(|counts| counts.half_closed += 1);
            let _ = desk.shutdown().await;
            // Until the desk closes its half, too: only then the service hears of it.
            let mut rest = [0; 256];
            while desk.read(&mut rest).await.is_ok_and(|count| count > 0) {}
        }
        Some(Cut::HalfToService) => {
            line.count(|counts| counts.half_closed += 1);
            let _ = service.shutdown().await;
            // What the service still says arrives, up to its own farewell.
            let (mut from_service, _) = service.split();
            pump(line, wire, &mut from_service, &mut desk, false).await;
        }
        Some(Cut::BlackHole | Cut::Forgotten) => {
            line.count(|counts| counts.black_holes += 1);
            let mut later = wire.cut.subscribe();
            let is_over = |cut: &Option<Cut>| matches!(cut, Some(Cut::Reset | Cut::Forgotten));
            let forgotten = later.wait_for(is_over).await.is_ok_and(|cut| *cut == Some(Cut::Forgotten));
            reset(&service);
            drop(service);
            if forgotten {
                // Whatever the desk still says falls into nothing, until it gives up by itself.
                let mut rest = [0; 256];
                while desk.read(&mut rest).await.is_ok_and(|count| count > 0) {}
            }
            reset(&desk);
        }
    }
}

/// Closes so that the other side is told with a reset, once the connection is dropped.
fn reset(connection: &TcpStream) {
    let _ = connection.set_zero_linger();
}

/// Carries bytes one way until they end.
async fn pump(
    line: &Line,
    wire: &Wire,
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    up: bool,
) {
    let mut piece = vec![0; PIECE];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let bytes = &piece[..count];
        if up {
            asked(line, wire, bytes);
        } else if !wire.stream.load(Ordering::SeqCst) {
            answered(line, wire).await;
        }
        if bring(line, to, bytes).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// Notes what is asked, if this is where a request begins.
fn asked(line: &Line, wire: &Wire, bytes: &[u8]) {
    if ![&b"GET "[..], b"POST ", b"PUT "].iter().any(|verb| bytes.starts_with(verb)) {
        return;
    }
    let first = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first).into_owned();
    wire.stream.store(first.contains("/stream"), Ordering::SeqCst);
    *wire.asked.lock().unwrap() = first;
    line.count(|counts| counts.asked += 1);
}

/// The service answers: the answer is let through, kept back for as long as the rules say so, or lost with everything.
async fn answered(line: &Line, wire: &Wire) {
    let asked = wire.asked.lock().unwrap().clone();
    let mut rules = line.rules.subscribe();
    let answers = rules.borrow_and_update().answers.clone();
    match answers {
        Answers::Hold(words) if asked.contains(words) => {
            line.count(|counts| counts.held += 1);
            let _ = rules.wait_for(|rules| rules.answers == Answers::Pass).await;
        }
        Answers::Cut(words) if asked.contains(words) => {
            line.rules.send_modify(|rules| rules.answers = Answers::Pass);
            line.count(|counts| counts.lost += 1);
            line.cut_all(Cut::Reset);
            // This connection is cut with the others.
            std::future::pending::<()>().await;
        }
        _ => {}
    }
}

async fn bring(line: &Line, to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    let weather = line.rules.borrow().weather;
    match weather {
        Weather::Fair => to.write_all(bytes).await,
        Weather::Slow => {
            tokio::time::sleep(SLOW).await;
            to.write_all(bytes).await
        }
        Weather::Sliced => {
            // 1 to 7 bytes, so that no length repeats for long.
            let mut rest = bytes;
            for size in (1..=7).cycle() {
                let (slice, later) = rest.split_at(size.min(rest.len()));
                to.write_all(slice).await?;
                line.count(|counts| counts.slices += 1);
                tokio::task::yield_now().await;
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            Ok(())
        }
    }
}
