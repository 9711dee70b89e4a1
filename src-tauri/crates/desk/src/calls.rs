//! The table of calls: each is one step on the desk's thread, one question to the service, or told in a file below.

mod commands;
mod conversations;
mod files;
mod keys;
mod practice;
mod search;
mod telephone;
mod workspaces;

use model::{CommandId, ConversationId, FollowUpId, Intent, call::Ask};
use store::{cache, work};
use uuid::Uuid;

use crate::{
    Failure, FailureCode,
    api::{self, Calls, Library, Nothing},
    core::{Core, Desk},
    links, live,
    view::{
        AudioDevices, Draft, DraftFile, Dropped, FollowUpRow, Keys, MacroRow, Opened, Passphrase,
        PracticeCustomer, Push, SearchResults, Settings, Start, Suggestion, Supervise, Timeline,
        TimelineItem,
    },
    words,
    workplace::{Workplace, keys::Places, person::Chosen},
};

impl Calls for Desk {
    async fn start(&self, _: Nothing) -> Result<Start, Failure> {
        self.with(Core::start).await
    }

    async fn set_settings(&self, settings: Settings) -> Result<Settings, Failure> {
        self.with(move |core| core.set_settings(settings)).await
    }

    async fn open_link(&self, input: api::OpenLink) -> Result<(), Failure> {
        self.with(move |core| {
            // The screen's word is not taken for it: the address is checked again.
            let link = links::link(&input.url).ok_or(FailureCode::Invalid)?;
            core.shell.open_link(&link.url);
            Ok(())
        })
        .await
    }

    async fn open_chat(&self, _: Nothing) -> Result<(), Failure> {
        self.with(move |core| {
            let link = core.place()?.chat_page().ok_or(FailureCode::Offline)?;
            core.shell.open_link(&link);
            Ok(())
        })
        .await
    }

    async fn quit(&self, _: Nothing) -> Result<(), Failure> {
        self.with(|core| {
            core.shell.quit();
            Ok(())
        })
        .await
    }

    async fn add_workspace(&self, input: api::AddWorkspace) -> Result<(), Failure> {
        self.join(&input.address).await
    }

    async fn use_workspace(&self, input: api::WorkspaceRef) -> Result<(), Failure> {
        self.with(move |core| core.use_workspace(&input.id)).await
    }

    async fn sign_in(&self, _: Nothing) -> Result<(), Failure> {
        self.begin_sign_in().await
    }

    async fn cancel_sign_in(&self, _: Nothing) -> Result<(), Failure> {
        self.with(|core| {
            if let Some(waiting) = core.sign_in.take() {
                waiting.abort();
            }
            core.push_gate();
            Ok(())
        })
        .await
    }

    async fn sign_out(&self, input: api::SignOut) -> Result<(), Failure> {
        self.leave_workspace(input.even_unsent).await
    }

    async fn forget_workspace(&self, input: api::WorkspaceRef) -> Result<(), Failure> {
        self.with(move |core| core.forget_workspace(&input.id)).await
    }

    async fn try_again(&self, _: Nothing) -> Result<(), Failure> {
        self.with(|core| {
            core.try_again();
            Ok(())
        })
        .await
    }

    async fn begin_anew(&self, _: Nothing) -> Result<(), Failure> {
        self.with(Core::begin_anew).await
    }

    async fn choose_passphrase(&self, input: api::TypedPassphrase) -> Result<(), Failure> {
        self.open_with(input.passphrase, Passphrase::Choose).await
    }

    async fn unlock(&self, input: api::TypedPassphrase) -> Result<(), Failure> {
        self.open_with(input.passphrase, Passphrase::Enter).await
    }

    async fn set_passphrase(&self, input: api::TypedPassphrase) -> Result<Keys, Failure> {
        let passphrase = secrecy::SecretString::from(input.passphrase.into_inner());
        self.keys(move |places| places.seal(&passphrase)).await
    }

    async fn remove_passphrase(&self, _: Nothing) -> Result<Keys, Failure> {
        self.keys(Places::unseal).await
    }

    async fn set_presence(&self, input: api::SetPresence) -> Result<(), Failure> {
        let api::SetPresence { state, reason } = input;
        let opening = self.with(|core| Ok(core.opening)).await?;
        self.command(Intent::SetPresence { state, reason: reason.clone() }).await?;
        self.with_same(opening, move |core| {
            core.place()?.keep_presence(Chosen { state, reason });
            Ok(())
        })
        .await
    }

    async fn finish(&self, input: api::Switch) -> Result<(), Failure> {
        self.command(Intent::Finish { on: input.on }).await
    }

    async fn open_channel(&self, input: api::OpenChannel) -> Result<(), Failure> {
        self.command(Intent::OpenChannel { channel: input.channel, open: input.open }).await
    }

    async fn accept(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.take_offer(input.id).await
    }

    async fn decline(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.leave_offer(input.id).await
    }

    async fn show(&self, input: api::Show) -> Result<Option<Opened>, Failure> {
        self.show_conversation(input.id).await
    }

    async fn earlier(&self, input: api::Earlier) -> Result<Timeline, Failure> {
        self.earlier_lines(input.id, input.before).await
    }

    async fn read(&self, input: api::Read) -> Result<(), Failure> {
        // A desk that closes meanwhile has nothing to mark.
        let read = move |core: &mut Core| {
            core.in_place(|core, place| place.read_upto(core, input.id, input.upto)).unwrap_or(Ok(()))
        };
        self.with(read).await
    }

    async fn reading_at(&self, input: api::ReadingAt) -> Result<(), Failure> {
        self.with(move |core| {
            let place = core.place()?;
            Ok(work::kept::save(place.replica.work.rows(), &format!("reading:{}", input.id), &input.line)?)
        })
        .await
    }

    async fn typing(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.with(move |core| {
            core.place()?.say_typing(input.id);
            Ok(())
        })
        .await
    }

    async fn transfer(&self, input: api::Transfer) -> Result<(), Failure> {
        let api::Transfer { id, receiver, note } = input;
        self.command(Intent::Transfer { conversation: id, receiver, note }).await
    }

    async fn assign(&self, input: api::Assign) -> Result<(), Failure> {
        self.command(Intent::Assign { conversation: input.id, person: input.person }).await
    }

    async fn resolve(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.command(Intent::Resolve { conversation: input.id }).await
    }

    async fn reopen(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.command(Intent::Reopen { conversation: input.id }).await
    }

    async fn wrap_up(&self, input: api::WrapUp) -> Result<(), Failure> {
        self.command(Intent::WrapUp { conversation: input.id, disposition: input.disposition }).await?;
        // What was answered in it may help with the next one.
        self.with(|core| {
            core.place()?.helper.library_changed();
            Ok(())
        })
        .await
    }

    async fn snooze(&self, input: api::Snooze) -> Result<(), Failure> {
        self.command(Intent::Snooze { conversation: input.id, until: input.until }).await
    }

    async fn wake(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.command(Intent::Wake { conversation: input.id }).await
    }

    async fn end(&self, input: api::End) -> Result<(), Failure> {
        self.command(Intent::End { conversation: input.id, block: input.block, why: input.why }).await
    }

    async fn set_reason(&self, input: api::SetReason) -> Result<(), Failure> {
        self.in_workplace(move |core, place| place.set_reason(core, input.id, input.reason)).await
    }

    async fn link(&self, input: api::Link) -> Result<(), Failure> {
        self.command(Intent::Link { conversation: input.id, customer: input.customer }).await
    }

    async fn unlink(&self, input: api::ConversationRef) -> Result<(), Failure> {
        self.command(Intent::Unlink { conversation: input.id }).await
    }

    async fn open_customer(&self, input: api::CustomerRef) -> Result<Option<ConversationId>, Failure> {
        self.newest_conversation(input.id).await
    }

    async fn confirm_identity(&self, input: api::ConfirmIdentity) -> Result<(), Failure> {
        let api::ConfirmIdentity { customer, identity, verified } = input;
        self.command(Intent::Confirm { customer, identity, verified }).await
    }

    async fn unblock(&self, input: api::CustomerRef) -> Result<(), Failure> {
        self.command(Intent::Unblock { customer: input.id }).await
    }

    async fn save_draft(&self, input: api::SaveDraft) -> Result<(), Failure> {
        self.with(move |core| {
            let now = core.now().wall;
            core.place()?.save_draft(input.id, &input.draft, now)
        })
        .await
    }

    async fn add_file(&self, input: api::FileChunk) -> Result<Option<DraftFile>, Failure> {
        self.add_piece(input).await
    }

    async fn paste_picture(&self, input: api::PastePicture) -> Result<Option<DraftFile>, Failure> {
        self.add_pasted(input.id, input.name).await
    }

    async fn add_dropped(&self, input: api::ConversationRef) -> Result<Dropped, Failure> {
        self.add_dropped_files(input.id).await
    }

    async fn remove_file(&self, input: api::FileRef) -> Result<(), Failure> {
        self.with(move |core| {
            let now = core.now().wall;
            let place = core.place()?;
            let mut draft: Draft =
                work::draft::load(place.replica.work.rows(), input.id)?.unwrap_or_default();
            draft.attachments.retain(|file| file.sha256 != input.sha256);
            place.save_draft(input.id, &draft, now)?;
            core.push(Push::Draft { conversation: input.id, draft });
            Ok(())
        })
        .await
    }

    async fn send(&self, input: api::Send) -> Result<TimelineItem, Failure> {
        let api::Send { id, mode, text, attachments, from_macro, suggested } = input;
        self.in_workplace(move |core, place| {
            if let Some(suggested) = &suggested {
                place.learn(core.now(), id, suggested)?;
            }
            place.send(core, id, mode, text, &attachments, from_macro)
        })
        .await
    }

    async fn undo_send(&self, input: api::MessageRef) -> Result<Draft, Failure> {
        let id = CommandId(input.id.0);
        self.in_workplace(move |core, place| place.take_back(core, id).map(|(_, draft)| draft)).await
    }

    async fn send_now(&self, input: api::MessageRef) -> Result<(), Failure> {
        let id = CommandId(input.id.0);
        self.in_workplace(move |core, place| place.send_now(core, id)).await
    }

    async fn save_file(&self, input: api::SaveFile) -> Result<(), Failure> {
        self.save_attachment(input).await
    }

    async fn retry(&self, input: api::AttentionRef) -> Result<(), Failure> {
        let id = command_id(&input.id)?;
        self.in_workplace(move |core, place| place.retry(core, id)).await
    }

    async fn edit(&self, input: api::AttentionRef) -> Result<Option<ConversationId>, Failure> {
        let id = command_id(&input.id)?;
        self.in_workplace(move |core, place| {
            let (conversation, draft) = place.take_back(core, id)?;
            core.push(Push::Draft { conversation, draft });
            Ok(Some(conversation))
        })
        .await
    }

    async fn discard(&self, input: api::AttentionRef) -> Result<(), Failure> {
        if input.id == live::attention::WORK_FILE {
            return self.in_workplace(|_, place| place.salvaged_is_read()).await;
        }
        let id = command_id(&input.id)?;
        self.in_workplace(move |core, place| place.discard(core, id)).await
    }

    async fn hand_over(&self, input: api::AttentionRef) -> Result<(), Failure> {
        self.hand_over_row(command_id(&input.id)?).await
    }

    async fn suggest(&self, input: api::SuggestFor) -> Result<Vec<Suggestion>, Failure> {
        let suggested = self
            .with(move |core| {
                let words = words::words(core.settings.language);
                let now = core.now();
                let place = core.place()?;
                let wanted = place.wanted(now, input.id, &input.text, words)?;
                Ok(wanted.map(|wanted| place.helper.suggest_now(wanted)))
            })
            .await?;
        match suggested {
            Some(suggested) => suggested.await.map_err(|_| FailureCode::Fault.into()),
            None => Ok(Vec::new()),
        }
    }

    async fn refuse_suggestion(&self, input: api::RefuseSuggestion) -> Result<(), Failure> {
        self.in_workplace(move |core, place| place.refuse_suggestion(core, input.id, input.suggestion)).await
    }

    async fn find_macros(&self, input: api::FindMacros) -> Result<Vec<MacroRow>, Failure> {
        self.with(move |core| core.place()?.macros(input.id, &input.text)).await
    }

    async fn add_follow_up(&self, input: api::AddFollowUp) -> Result<FollowUpId, Failure> {
        self.in_workplace(move |core, place| {
            let me = place.replica.me().ok_or(FailureCode::SignedOut)?.id;
            let id = FollowUpId(Uuid::now_v7());
            let intent = Intent::AddFollowUp {
                id,
                customer: input.customer,
                conversation: input.conversation,
                title: input.title,
                owner: input.owner.unwrap_or(me),
                due: input.due,
                priority: input.priority,
                cause: input.cause,
            };
            place.enqueue_now(core, intent)?;
            Ok(id)
        })
        .await
    }

    async fn change_follow_up(&self, input: api::ChangeFollowUp) -> Result<(), Failure> {
        self.in_workplace(move |core, place| place.change_follow_up(core, input.id, input.change)).await
    }

    async fn settle(&self, input: api::Settle) -> Result<(), Failure> {
        let id = command_id(&input.id)?;
        self.in_workplace(move |core, place| place.settle(core, id, input.choice)).await
    }

    async fn unsettle(&self, input: api::AttentionRef) -> Result<(), Failure> {
        let id = command_id(&input.id)?;
        self.in_workplace(move |core, place| place.unsettle(core, id)).await
    }

    async fn show_follow_ups(&self, input: api::ShowFollowUps) -> Result<Vec<FollowUpRow>, Failure> {
        self.with(move |core| {
            let now = core.now();
            core.place()?.show_follow_ups(now, input.scope)
        })
        .await
    }

    async fn find(&self, input: api::Find) -> Result<SearchResults, Failure> {
        let found = self.with(move |core| Ok(core.place()?.helper.search(input.text))).await?;
        found.await.map_err(|_| Failure::from(FailureCode::Fault))?
    }

    async fn find_everywhere(&self, input: api::Find) -> Result<SearchResults, Failure> {
        self.search_everywhere(input.text).await
    }

    async fn library(&self, _: Nothing) -> Result<Library, Failure> {
        self.with(|core| {
            let rows = core.place()?.replica.cache.rows();
            Ok(Library { articles: cache::library::articles(rows)?, macros: cache::library::macros(rows)? })
        })
        .await
    }

    async fn put_article(&self, input: api::PutArticle) -> Result<(), Failure> {
        self.command(Intent::PutArticle { article: input.article }).await
    }

    async fn remove_article(&self, input: api::ArticleRef) -> Result<(), Failure> {
        self.command(Intent::RemoveArticle { id: input.id }).await
    }

    async fn put_macro(&self, input: api::PutMacro) -> Result<(), Failure> {
        self.command(Intent::PutMacro { prepared: input.prepared }).await
    }

    async fn remove_macro(&self, input: api::MacroRef) -> Result<(), Failure> {
        self.command(Intent::RemoveMacro { id: input.id }).await
    }

    async fn show_supervise(&self, input: api::Switch) -> Result<Option<Supervise>, Failure> {
        self.with(move |core| {
            let now = core.now();
            let place = core.place()?;
            place.shown.supervise = input.on;
            if !input.on {
                return Ok(None);
            }
            Ok(Some(live::supervise::supervise(&place.scene_or(now)?)))
        })
        .await
    }

    async fn answer_call(&self, input: api::CallRef) -> Result<(), Failure> {
        self.take_call(input.id).await
    }

    async fn decline_call(&self, input: api::CallRef) -> Result<(), Failure> {
        self.leave_call(input.id).await
    }

    async fn hang_up(&self, input: api::CallRef) -> Result<(), Failure> {
        self.ask_call(input.id, Ask::HangUp).await
    }

    async fn hold_call(&self, input: api::CallSwitch) -> Result<(), Failure> {
        self.ask_call(input.id, if input.on { Ask::Hold } else { Ask::Resume }).await
    }

    async fn mute_call(&self, input: api::CallSwitch) -> Result<(), Failure> {
        self.ask_call(input.id, Ask::Mute { muted: input.on }).await
    }

    async fn press_keys(&self, input: api::CallKeys) -> Result<(), Failure> {
        self.in_workplace(move |core, place| place.press_keys(core, &input.id, &input.digits)).await
    }

    async fn transfer_call(&self, input: api::CallTransfer) -> Result<(), Failure> {
        self.hand_call_over(input).await
    }

    async fn consult(&self, input: api::CallConsult) -> Result<(), Failure> {
        self.consult_with(input).await
    }

    async fn confer(&self, input: api::CallRef) -> Result<(), Failure> {
        self.ask_call(input.id, Ask::Confer).await
    }

    async fn complete_transfer(&self, input: api::CallRef) -> Result<(), Failure> {
        self.ask_call(input.id, Ask::Complete).await
    }

    async fn back_to_caller(&self, input: api::CallRef) -> Result<(), Failure> {
        self.ask_call(input.id, Ask::Back).await
    }

    async fn dial(&self, input: api::Dial) -> Result<(), Failure> {
        self.call_somebody(input.receiver).await
    }

    async fn audio_devices(&self, _: Nothing) -> Result<AudioDevices, Failure> {
        let telephony = self.with(|core| Ok(core.telephony.clone())).await?;
        Ok(telephony.devices().await)
    }

    async fn test_audio(&self, input: api::Switch) -> Result<(), Failure> {
        self.try_sound(input.on).await
    }

    async fn test_ring(&self, _: Nothing) -> Result<(), Failure> {
        self.with(|core| {
            core.telephony.ring_once();
            Ok(())
        })
        .await
    }

    async fn practice_customers(&self, _: Nothing) -> Result<Vec<PracticeCustomer>, Failure> {
        let (embedded, language) = self.practice().await?;
        Ok(embedded.practice(&language).await)
    }

    async fn start_practice(&self, input: api::PracticeRef) -> Result<(), Failure> {
        let (embedded, language) = self.practice().await?;
        embedded
            .start_practice(&input.id)
            .await
            .map_err(|message| Failure::new(FailureCode::Service, message))?;
        self.push_practice(&*embedded, &language).await
    }

    async fn stop_practice(&self, input: api::PracticeRef) -> Result<(), Failure> {
        let (embedded, language) = self.practice().await?;
        embedded.stop_practice(&input.id).await;
        self.push_practice(&*embedded, &language).await
    }
}

impl Desk {
    /// Does something with the open workplace.
    async fn in_workplace<T: std::marker::Send + 'static>(
        &self,
        work: impl FnOnce(&mut Core, &mut Workplace) -> Result<T, Failure> + std::marker::Send + 'static,
    ) -> Result<T, Failure> {
        self.with(move |core| core.in_open_place(work)).await
    }
}

fn command_id(text: &str) -> Result<CommandId, Failure> {
    text.parse().map_err(|_| FailureCode::Invalid.into())
}
