//! Who is signed in to an open workspace, and the line that begins with that: with a token from the keyring, or with a
//! secret of the service in the same process.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use backend::{
    Backend, Native, Trouble,
    native::{Address, Credentials, Keeper, NotKept},
};
use model::{Person, Slug};
use secrecy::SecretString;
use store::{Key, work::kept};
use tokio::sync::oneshot;

use super::{
    Workplace,
    open::{DISK, Folder, secret_name},
};
use crate::{
    Failure, FailureCode,
    core::{Core, State},
    ports::{Embedded, Vault},
    settings::{Known, PRACTICE},
    sync::Input,
    view::{LockedWhy, Push, Toast},
    words,
};

/// How long a keyring that does not answer is left alone.
const KEYRING_PAUSE: Duration = Duration::from_secs(5);
/// The same when it is locked: each question may bring up a window that somebody just closed.
const LOCKED_PAUSE: Duration = Duration::from_secs(60);

impl Core {
    /// The practice workspace: its service runs in this process, and its first user signs in by a one-use secret.
    pub(super) fn start_embedded(&mut self, key: Key) {
        let Some(embedded) = self.embedded.clone() else { return };
        let folder = Folder::of(&self.folder, PRACTICE).service();
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            let started = embedded.start(&folder, &key).await;
            back.job(move |core| {
                if core.opening != opening {
                    return;
                }
                match started {
                    Ok(address) => {
                        core.follow_practice(embedded.clone());
                        core.connect(&address, Arc::new(OneUse { embedded }));
                    }
                    Err(error) => {
                        tracing::error!(%error, "the practice service does not start");
                        core.state = State::Locked(DISK);
                        core.push_gate();
                    }
                }
            });
        });
    }

    /// Tells the window when practice customers come and go.
    fn follow_practice(&self, embedded: Arc<dyn Embedded>) {
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            loop {
                embedded.practice_changed().await;
                // In the language that is set now, and only as long as this workspace is open.
                let (ask, asked) = oneshot::channel();
                back.job(move |core| {
                    let language = words::code(core.settings.language).parse::<Slug>().ok();
                    let _ = ask.send(language.filter(|_| core.opening == opening));
                });
                let Ok(Some(language)) = asked.await else { return };
                let customers = embedded.practice(&language).await;
                back.job(move |core| {
                    if core.opening == opening {
                        core.push(Push::Practice { customers });
                    }
                });
            }
        });
    }

    /// A real service: with the refresh token from the keyring, if somebody is signed in.
    pub(super) fn connect_remote(&mut self, known: &Known) {
        let Some(address) = known.address.as_deref().and_then(|address| address.parse::<Address>().ok())
        else {
            return;
        };
        let (vault, name) = (self.secrets(), secret_name(&known.id, "refresh"));
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            // A keyring that is locked or slow is asked until it answers: the files are open all the while. Of a workspace that
            // was left nothing is asked any more: that may bring up a window.
            let signed_in = loop {
                if !back.is_at(opening).await {
                    return;
                }
                let (asked, wanted) = (vault.clone(), name.clone());
                match tokio::task::spawn_blocking(move || asked.get(&wanted)).await {
                    Ok(Ok(token)) => break token.is_some(),
                    Ok(Err(LockedWhy::KeyringLocked)) => tokio::time::sleep(LOCKED_PAUSE).await,
                    Ok(Err(_)) => tokio::time::sleep(KEYRING_PAUSE).await,
                    Err(_) => return,
                }
            };
            back.job(move |core| {
                // A sign-in may have been faster than the keyring: then the line is there already.
                let connected = core.in_place(|_, place| place.backend.is_some()).unwrap_or(true);
                if core.opening != opening || connected {
                    return;
                }
                if signed_in {
                    core.connect(&address, Arc::new(Kept { vault, name }));
                } else {
                    core.signed_out();
                }
            });
        });
    }

    /// Somebody signed in on the current workspace. There is only ever one session for it: two would take each other's tokens
    /// for stolen ones.
    pub(crate) fn signed_in(&mut self, address: &Address, keeper: Arc<dyn Keeper>) {
        match self.in_place(|_, place| (place.backend.clone(), place.replica.me().is_some())) {
            // There are no files yet, or they are still being opened: whoever opens them now finds the token.
            None => self.open_current(),
            Some((None, _)) => self.connect(address, keeper),
            // The session goes on with the new token.
            Some((Some(_), true)) => {
                self.in_place(|core, place| place.step(core, Input::SignedIn));
                self.push_gate();
            }
            Some((Some(backend), false)) => {
                self.push_gate();
                self.ask_who(backend, 0);
            }
        }
    }

    /// Somebody is signed in: finds out who, if that is not known, and starts the line.
    pub(crate) fn connect(&mut self, address: &Address, keeper: Arc<dyn Keeper>) {
        let Ok(device) = self.place().map(|place| place.replica.device()) else { return };
        let backend: Arc<dyn Backend> = match Native::new(address.clone(), keeper, device) {
            Ok(native) => Arc::new(native),
            Err(trouble) => {
                tracing::error!(%trouble, "no connection can be set up");
                return self.push(Push::Toast { toast: Toast::Failed { failure: trouble.into() } });
            }
        };
        let known = self.in_place(|core, place| {
            place.backend = Some(backend.clone());
            place.replica.me().is_some().then(|| place.begin(core))
        });
        if known.flatten().is_some() {
            // The link for customers is known now.
            return self.push_gate();
        }
        self.push_gate();
        self.ask_who(backend, 0);
    }

    /// Asks the service who is signed in, until it answers.
    fn ask_who(&mut self, backend: Arc<dyn Backend>, tries: u32) {
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            if tries > 0 {
                tokio::time::sleep(Duration::from_secs(u64::from(tries.min(30)))).await;
            }
            let me = backend.me().await;
            back.job(move |core| {
                if core.opening != opening {
                    return;
                }
                match me {
                    Ok(me) => core.is(me.person, &me.workspace),
                    Err(Trouble::SignIn | Trouble::Ended) => core.signed_out(),
                    Err(_) => core.ask_who(backend, tries + 1),
                }
            });
        });
    }

    /// It is known who sits here.
    fn is(&mut self, person: Person, workspace: &str) {
        let kept = self.in_place(|core, place| {
            kept::save(place.replica.work.rows(), "me", &person)?;
            place.replica.set_me(person);
            place.begin(core);
            Ok::<_, store::Error>(place.id.clone())
        });
        match kept {
            Some(Ok(id)) => {
                if let Some(known) = self.workspaces.known.iter_mut().find(|known| known.id == id)
                    && known.name != workspace
                {
                    known.name = workspace.to_owned();
                    if let Err(failure) = self.save_workspaces() {
                        tracing::error!(%failure, "the workspace's name cannot be kept");
                    }
                }
            }
            Some(Err(error)) => tracing::error!(%error, "who sits here cannot be kept"),
            None => {}
        }
        self.push_gate();
    }

    /// The service does not take the sign-in any more.
    fn signed_out(&mut self) {
        self.in_place(|core, place| {
            place.backend = None;
            place.step(core, Input::NotSignedIn);
        });
        self.push_gate();
    }
}

impl Workplace {
    /// Starts the line.
    fn begin(&mut self, core: &mut Core) {
        let Ok(position) = self.replica.cache.position() else { return };
        let _ = self.applied.send_replace(position.cursor);
        let now = core.now();
        match self.replica.start(now) {
            Ok(deeds) => self.follow(core, deeds),
            Err(error) => tracing::error!(%error, "the line cannot start: the files cannot be read"),
        }
    }

    /// Ends once everything up to `seq` can be shown, or the line is gone.
    pub(crate) fn shown_from(&self, seq: u64) -> impl Future<Output = ()> + Send + use<> {
        let mut applied = self.applied.subscribe();
        async move {
            let caught_up = applied.wait_for(|cursor| *cursor >= seq);
            let _ = tokio::time::timeout(Duration::from_secs(5), caught_up).await;
        }
    }

    /// The service, for a call that cannot do without.
    pub(crate) fn service(&self) -> Result<Arc<dyn Backend>, Failure> {
        self.backend.clone().ok_or_else(|| FailureCode::Offline.into())
    }
}

/// Keeps the refresh token of a real service in the keyring.
pub(crate) struct Kept {
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) name: String,
}

#[async_trait]
impl Keeper for Kept {
    async fn credentials(&self) -> Option<Credentials> {
        let (vault, name) = (self.vault.clone(), self.name.clone());
        let kept = tokio::task::spawn_blocking(move || vault.get(&name)).await.ok()?;
        kept.ok().flatten().map(Credentials::Refresh)
    }

    async fn keep(&self, refresh: &SecretString) -> Result<(), NotKept> {
        let (vault, name, refresh) = (self.vault.clone(), self.name.clone(), refresh.clone());
        tokio::task::spawn_blocking(move || vault.set(&name, &refresh))
            .await
            .map_err(|_| NotKept)?
            .map_err(|_| NotKept)
    }
}

/// The practice workspace keeps nothing: its service gives a new secret each time.
struct OneUse {
    embedded: Arc<dyn Embedded>,
}

#[async_trait]
impl Keeper for OneUse {
    async fn credentials(&self) -> Option<Credentials> {
        self.embedded.secret().await.map(Credentials::OneUse)
    }

    async fn keep(&self, _refresh: &SecretString) -> Result<(), NotKept> {
        Ok(())
    }
}
