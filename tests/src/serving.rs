//! The service as the program that people install, on a database file and a port of its own, which a story kills and starts
//! again.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use model::{PersonId, Role};
use secrecy::ExposeSecret;
use server::{Options, Service, clock::ManualClock};
use tempfile::TempDir;

use crate::{
    Seat,
    app::{PASSWORD, built, free_port},
    page::http,
    seat::PATIENCE,
    stage::{MORNING, WORKSPACE, new_person, slug},
};

/// How often a program that starts is asked whether it is ready.
const EVERY: Duration = Duration::from_millis(10);

/// The service, running or killed.
pub struct Serving {
    /// Where it listens: `http://127.0.0.1:PORT`, the same after every start.
    pub address: String,
    process: Option<Child>,
    supervisor: PersonId,
    folder: TempDir,
}

impl Serving {
    /// A service with the stories' workspace, a supervisor and these advisors.
    pub async fn opens(advisors: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut serving = Self {
            address: format!("http://127.0.0.1:{}", free_port()),
            process: None,
            supervisor: PersonId(uuid::Uuid::nil()),
            folder,
        };
        let service = serving.service().await;
        service.apply(toml::from_str(WORKSPACE).expect("the workspace"), false).await.expect("no faults");
        let alba = slug("alba");
        for name in advisors {
            let mut new = new_person("alba", name);
            new.password = Some(PASSWORD.into());
            service.add_person(&alba, new).await.expect("a person is added");
        }
        let mut new = new_person("alba", "Nora Blum");
        new.role = Role::Supervisor;
        serving.supervisor = service.add_person(&alba, new).await.expect("a person is added");
        drop(service);
        serving.starts().await;
        serving
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("service.db")
    }

    /// Its database, opened by this process for a moment, as `loopdesk-server user` does.
    async fn service(&self) -> Service {
        Service::open(Options::at(self.database())).await.expect("the database opens")
    }

    /// Starts it and waits until it answers.
    pub async fn starts(&mut self) {
        let process = Command::new(built("loopdesk-server"))
            .arg("--database")
            .arg(self.database())
            .args(["serve", "--listen", self.address.trim_start_matches("http://")])
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .spawn()
            .expect("the service starts");
        self.process = Some(process);
        let health = format!("{}/health", self.address);
        let (http, mut looks) = (http(), tokio::time::interval(EVERY));
        let ready = async {
            while !http.get(&health).send().await.is_ok_and(|answer| answer.status().is_success()) {
                looks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("the service answers");
    }

    /// Kills it (SIGKILL).
    pub fn is_killed(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        process.kill().expect("the service ran");
        process.wait().expect("the service ended");
    }

    /// A supervisor who sees everything as the service has it.
    pub async fn witness(&self) -> Seat {
        let secret =
            self.service().await.one_use_secret(&slug("alba"), self.supervisor).await.expect("a secret");
        let clock = Arc::new(ManualClock::at(MORNING));
        Seat::at(&self.address, clock, self.supervisor, "Nora Blum", secret.expose_secret()).await
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.is_killed();
    }
}
