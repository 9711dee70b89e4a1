//! The workspaces on this computer: which one is open, and who is signed in to it.

use std::fs;

use backend::native::sign_in::SignIn;
use uuid::Uuid;

use crate::{
    Failure, FailureCode,
    core::{Core, State},
    settings::PRACTICE,
    view::{LockedWhy, Push, Toast},
    workplace::open::{Folder, secret_name},
};

impl Core {
    /// Opens another workspace.
    pub(crate) fn use_workspace(&mut self, id: &str) -> Result<(), Failure> {
        if !self.workspaces.known.iter().any(|known| known.id == id) {
            return Err(FailureCode::Gone.into());
        }
        if let Some(waiting) = self.sign_in.take() {
            waiting.abort();
        }
        // The one that is left is offline from now on.
        let at = self.now().wall;
        if let Ok(place) = self.place()
            && let Some(leave) = place.leave(at)
        {
            self.io.spawn(leave);
        }
        self.workspaces.current = id.to_owned();
        self.secrets = None;
        self.token = None;
        self.save_workspaces()?;
        self.open_current();
        Ok(())
    }

    /// Takes a workspace off this computer in which nobody is signed in.
    pub(crate) fn forget_workspace(&mut self, id: &str) -> Result<(), Failure> {
        if id == PRACTICE || id == self.workspaces.current {
            return Err(Failure::new(FailureCode::Invalid, "Change to another workspace first."));
        }
        let folder = Folder::of(&self.folder, id);
        if folder.work().exists() {
            return Err(Failure::new(FailureCode::Invalid, "Sign out of this workspace first."));
        }
        self.workspaces.known.retain(|known| known.id != id);
        self.save_workspaces()
    }

    /// Opens the sign-in page and waits for the browser to come back.
    pub(crate) fn wait_for_sign_in(&mut self, sign_in: SignIn, address: &backend::native::Address) {
        self.shell.open_link(&sign_in.page());
        let (back, id, address) = (self.back.clone(), self.workspaces.current.clone(), address.clone());
        let waiting = self.io.spawn(async move {
            let refresh = sign_in.finish().await;
            back.job(move |core| match refresh {
                Ok(token) if core.workspaces.current == id => core.keep_token(token, address),
                Ok(_) => {}
                Err(trouble) => {
                    tracing::warn!(%trouble, "a sign-in came to nothing");
                    core.sign_in = None;
                    core.push(Push::Toast { toast: Toast::Failed { failure: trouble.into() } });
                    core.push_gate();
                }
            });
        });
        if let Some(before) = self.sign_in.replace(waiting.abort_handle()) {
            before.abort();
        }
        self.push_gate();
    }

    /// Destroys the keys of the current workspace's files, the files, and what the window kept. What is answered ends once
    /// they are gone.
    pub(crate) fn sign_out(&mut self) -> Result<tokio::task::JoinHandle<Result<(), Failure>>, Failure> {
        let id = self.workspaces.current.clone();
        let folder = Folder::of(&self.folder, &id);
        let ring = self.vault.clone();
        let (back, shell, one) = (self.back.clone(), self.shell.clone(), self.one_opening.clone());
        self.opening += 1;
        self.state = State::Opening;
        self.secrets = None;
        self.token = None;
        self.push_gate();
        Ok(self.io.spawn_blocking(move || {
            let one = one.lock();
            // The keys first: without them the files are noise, whatever happens to them.
            let mut gone = true;
            for what in ["cache", "work", "refresh"] {
                let name = secret_name(&id, what);
                gone &= match ring.remove(&name) {
                    // Where there is no keyring, the slot has all there is.
                    Ok(()) | Err(LockedWhy::NoKeyring) => true,
                    Err(_) => false,
                };
            }
            gone &= store::slot::remove(&folder.slot()).is_ok();
            for file in [folder.cache(), folder.work()] {
                gone &= store::open::remove(&file).is_ok();
            }
            gone &= match std::fs::remove_dir_all(&folder.path) {
                Err(error) => error.kind() == std::io::ErrorKind::NotFound,
                Ok(()) => true,
            };
            shell.forget_page();
            drop(one);
            back.job(Core::open_current);
            if gone { Ok(()) } else { Err(FailureCode::NotSaved.into()) }
        }))
    }

    /// Opens the current workspace on new files, because nothing opens the old ones. They stay where they are, and so does
    /// every key that is kept: who finds the right one later has lost nothing.
    pub(crate) fn begin_anew(&mut self) -> Result<(), Failure> {
        let lost = matches!(&self.state, State::Locked(locked)
            if matches!(locked.why, LockedWhy::KeyMissing | LockedWhy::WrongKey));
        if !lost {
            return Err(FailureCode::TooLate.into());
        }
        let not_saved = |_| Failure::from(FailureCode::NotSaved);
        let folder = Folder::of(&self.folder, &self.workspaces.current).path;
        let id = if self.workspaces.current == PRACTICE {
            // There is only one of it: its folder goes under another name.
            let aside = folder.with_extension(self.now().wall.0.to_string());
            fs::rename(&folder, aside).map_err(not_saved)?;
            PRACTICE.to_owned()
        } else {
            // Another name on this computer: new files in a folder of their own, and keys beside the old ones.
            let current = self.workspaces.current.clone();
            let known = self.workspaces.known.iter_mut().find(|known| known.id == current);
            let known = known.ok_or(FailureCode::Gone)?;
            known.id = Uuid::now_v7().simple().to_string();
            known.id.clone()
        };
        tracing::error!(kept = %folder.display(), "begun anew: nothing opened the files");
        self.use_workspace(&id)
    }
}
