//! The practice workspace: the service in this process, on an encrypted database of its own, with a team that needs no
//! set-up and customers who write by script.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use backend::native::Address;
use desk::{ports::Embedded, view::PracticeCustomer};
use model::{PersonId, Slug};
use secrecy::SecretString;
use server::{
    Options, Service,
    calls::exchange,
    clock::{Clock, SystemClock},
    practice::{Pace, Place, Practice, callers::Callers, colleagues},
    seed,
};
use store::Key;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// The service in this process, once it was started.
#[derive(Default)]
pub(crate) struct PracticeService {
    running: Mutex<Option<Running>>,
    /// Held while it starts: there may only ever be one service on a database.
    starting: tokio::sync::Mutex<()>,
}

struct Running {
    service: Service,
    workspace: Slug,
    first: PersonId,
    practice: Practice,
    /// Those who call. Nobody where there is no telephone.
    callers: Option<Callers>,
    address: Address,
    stop: oneshot::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl PracticeService {
    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn practice_of_now(&self) -> Option<Practice> {
        self.running().as_ref().map(|running| running.practice.clone())
    }

    fn callers_of_now(&self) -> Option<Callers> {
        self.running().as_ref().and_then(|running| running.callers.clone())
    }
}

#[async_trait]
impl Embedded for PracticeService {
    async fn start(&self, folder: &Path, key: &Key) -> Result<Address, String> {
        let _starting = self.starting.lock().await;
        // The workspace was left and opened again: the service went on all the time.
        if let Some(running) = &*self.running() {
            return Ok(running.address.clone());
        }
        let begun = begin(folder, key).await?;
        let address = begun.address.clone();
        *self.running() = Some(begun);
        Ok(address)
    }

    async fn secret(&self) -> Option<SecretString> {
        let (service, workspace, first) = {
            let running = self.running();
            let running = running.as_ref()?;
            (running.service.clone(), running.workspace.clone(), running.first)
        };
        service.one_use_secret(&workspace, first).await.ok()
    }

    async fn practice(&self, language: &Slug) -> Vec<PracticeCustomer> {
        let Some(practice) = self.practice_of_now() else { return Vec::new() };
        let writing = practice.running();
        let mut all: Vec<_> = practice
            .list()
            .iter()
            .map(|script| PracticeCustomer {
                id: script.id.clone(),
                name: script.name.to_string(),
                language: script.language.clone(),
                mood: script.mood_word.in_language(language.as_str()).to_owned(),
                problem: script.problem.in_language(language.as_str()).to_owned(),
                running: writing.contains(&script.id),
            })
            .collect();
        let Some(callers) = self.callers_of_now() else { return all };
        let calling = callers.running();
        all.extend(callers.list().iter().map(|script| PracticeCustomer {
            id: script.id.clone(),
            name: script.name.to_string(),
            language: script.language.clone(),
            mood: script.mood_word.in_language(language.as_str()).to_owned(),
            problem: script.problem.in_language(language.as_str()).to_owned(),
            running: calling.contains(&script.id),
        }));
        all
    }

    async fn start_practice(&self, id: &Slug) -> Result<(), String> {
        if let Some(callers) = self.callers_of_now().filter(|callers| callers.knows(id)) {
            return callers.start(id).map_err(|fault| fault.to_string());
        }
        let practice = self.practice_of_now().ok_or("The practice service is not running.")?;
        practice.start(id).map_err(|fault| fault.to_string())
    }

    async fn stop_practice(&self, id: &Slug) {
        if let Some(practice) = self.practice_of_now() {
            practice.stop(id);
        }
        if let Some(callers) = self.callers_of_now() {
            callers.stop(id);
        }
    }

    async fn practice_changed(&self) {
        let Some(practice) = self.practice_of_now() else { return std::future::pending().await };
        let calls = async {
            match self.callers_of_now() {
                Some(callers) => drop(callers.changes().changed().await),
                None => std::future::pending().await,
            }
        };
        // Their senders live as long as the practice does.
        tokio::select! {
            _ = async { practice.changes().changed().await } => {}
            () = calls => {}
        }
    }

    async fn stop(&self) {
        let running = self.running().take();
        if let Some(running) = running {
            let _ = running.stop.send(());
            for task in running.tasks {
                task.abort();
            }
        }
    }
}

async fn begin(folder: &Path, key: &Key) -> Result<Running, String> {
    let told = |error: server::Error| error.to_string();
    let mut options = Options::at(folder.join("service.db"));
    options.key = Some(key.hex().clone());
    let service = Service::open(options).await.map_err(told)?;
    let demo = seed::demo(&service).await.map_err(told)?;
    let exchange = telephone(folder, &service).await;
    let (listener, port) = listen(folder).await.map_err(|error| error.to_string())?;
    let address: Address =
        format!("http://127.0.0.1:{port}").parse().map_err(|_| "not an address".to_owned())?;
    let (stop, stopped) = oneshot::channel();
    let serving = service.clone();
    let mut tasks = vec![tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        if let Err(error) = serving.serve(listener, stopped).await {
            tracing::error!(%error, "the practice service ended");
        }
    })];
    let place = Place {
        address: address.origin(),
        workspace: Some(demo.workspace.clone()),
        site_key: service.site_key(&demo.workspace).await.map_err(told)?,
        // Other systems have no business with a practice workspace: a new key each time is known to nobody else.
        integration_key: service.new_integration_key(&demo.workspace).await.map_err(told)?,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let practice = Practice::new(place, clock, Pace::LIFE).map_err(|fault| fault.to_string())?;
    tasks.push(tokio::spawn(colleagues::work(service.clone(), demo.workspace.clone(), demo.scripted)));
    let callers = exchange
        .map(|exchange| Callers::new(service.clone(), demo.workspace.clone(), exchange, Pace::LIFE))
        .transpose()
        .map_err(|fault| fault.to_string())?;
    Ok(Running {
        service,
        workspace: demo.workspace,
        first: demo.first,
        practice,
        callers,
        address,
        stop,
        tasks,
    })
}

/// Lets the practice workspace be called, on this machine only. Everything else goes on where that cannot be.
async fn telephone(folder: &Path, service: &Service) -> Option<SocketAddr> {
    let file = folder.join("sip-port");
    let kept = kept_port(&file);
    let mut opened = exchange::open((Ipv4Addr::LOCALHOST, kept.unwrap_or(0)).into(), None).await;
    if opened.is_err() && kept.is_some() {
        opened = exchange::open((Ipv4Addr::LOCALHOST, 0).into(), None).await;
    }
    match opened {
        Ok((exchange, told)) => {
            let address = exchange.address();
            if kept != Some(address.port())
                && let Err(error) = fs::write(&file, address.port().to_string())
            {
                tracing::warn!(%error, "the telephone's port is another one next time");
            }
            service.answers_calls(exchange, told);
            Some(address)
        }
        Err(error) => {
            tracing::warn!(%error, "there is no telephone to practise with");
            None
        }
    }
}

/// The port that was chosen once.
fn kept_port(file: &Path) -> Option<u16> {
    fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok())
}

/// Listens on this machine only, on the port that was chosen once; on another one when somebody else has it now.
async fn listen(folder: &Path) -> io::Result<(TcpListener, u16)> {
    let file: PathBuf = folder.join("port");
    let kept = kept_port(&file);
    let listener = match kept {
        Some(port) => match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind(("127.0.0.1", 0)).await?,
        },
        None => TcpListener::bind(("127.0.0.1", 0)).await?,
    };
    let port = listener.local_addr()?.port();
    if kept != Some(port) {
        fs::write(&file, port.to_string())?;
    }
    Ok((listener, port))
}
