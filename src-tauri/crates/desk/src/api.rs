//! The whole surface between the screen and the desk: one table of calls. Adding a feature starts here.
//!
//! Each line has a name, what it takes and what it gives. The TypeScript side is generated from this table, so a
//! misspelt name or a wrong field is a compile error on both sides.

use model::{
    ArticleId, At, Channel, ConversationId, CustomerId, FollowUpId, IdentityId, MacroId, MessageId, PersonId,
    Personal, PresenceState, Slug,
    follow_up::{FollowUpChange, Priority},
    intent::Receiver,
    library::{Article, Macro},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{
    AudioDevices, CallReceiver, Choice, Draft, DraftFile, DraftMode, Dropped, FollowUpRow, FollowUpScope,
    Keys, MacroRow, Opened, PracticeCustomer, SearchResults, Settings, Start, Suggested, Suggestion,
    Supervise, Timeline, TimelineItem,
};

macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }
    )+};
}

inputs! {
    /// Nothing.
    Nothing {}
    /// A link that was clicked.
    OpenLink { /** The address. */ url: String }
    /// A service to sign in to.
    AddWorkspace { /** `https://desk.example.com` */ address: String }
    /// A workspace on this computer.
    WorkspaceRef { /** Its name here. */ id: String }
    /// A passphrase over the keys of a workspace's files.
    TypedPassphrase { /** As it was typed. */ passphrase: Personal }
    /// Leaving.
    SignOut { /** Also when there are unsent changes. */ even_unsent: bool }
    /// One's own presence.
    SetPresence { /** The state. */ state: PresenceState, /** Why, when away. */ reason: Option<Slug> }
    /// On or off.
    Switch { /** Which. */ on: bool }
    /// One channel.
    OpenChannel { /** Which. */ channel: Channel, /** Takes offers. */ open: bool }
    /// A conversation.
    ConversationRef { /** Which. */ id: ConversationId }
    /// The conversation to show, or none.
    Show { /** Which. */ id: Option<ConversationId> }
    /// Older lines.
    Earlier { /** Where. */ id: ConversationId, /** Before this place. */ before: u32 }
    /// Read up to a line.
    Read { /** Where. */ id: ConversationId, /** The highest place. */ upto: u32 }
    /// Where the reader stands.
    ReadingAt { /** Where. */ id: ConversationId, /** The line on top; nothing: the newest. */ line: Option<String> }
    /// Giving away.
    Transfer {
        /** Which. */ id: ConversationId, /** To whom. */ receiver: Receiver, /** A note for them. */ note: Option<Personal>,
    }
    /// A supervisor gives to somebody.
    Assign { /** Which. */ id: ConversationId, /** To whom. */ person: PersonId }
    /// The outcome.
    WrapUp { /** Which. */ id: ConversationId, /** The outcome. */ disposition: Slug }
    /// Putting aside.
    Snooze { /** Which. */ id: ConversationId, /** Until when. */ until: At }
    /// Ending what should not go on.
    End { /** Which. */ id: ConversationId, /** Also block. */ block: bool, /** Why. */ why: String }
    /// The contact reason.
    SetReason { /** Which. */ id: ConversationId, /** The reason. */ reason: Option<Slug> }
    /// This visitor is that customer.
    Link { /** Which. */ id: ConversationId, /** The known customer. */ customer: CustomerId }
    /// A customer.
    CustomerRef { /** Who. */ id: CustomerId }
    /// An identity is theirs, or is not.
    ConfirmIdentity { /** Whose. */ customer: CustomerId, /** Which. */ identity: IdentityId, /** Verified. */ verified: bool }
    /// What is being written.
    SaveDraft { /** Where. */ id: ConversationId, /** All of it. */ draft: Draft }
    /// What was written.
    Send {
        /** Where. */ id: ConversationId,
        /** To whom. */ mode: DraftMode,
        /** The words. */ text: Personal,
        /** Hashes of draft files to go with it. */ attachments: Vec<String>,
        /** The macro it came from: its actions follow. */ from_macro: Option<MacroId>,
        /** What was suggested when it was sent. */ suggested: Option<Suggested>,
    }
    /// An own line.
    MessageRef { /** Which. */ id: MessageId }
    /// Something that is not with the service.
    AttentionRef { /** The command. */ id: String }
    /// A piece of a file, in order; at most 190 kB each.
    FileChunk {
        /** Where. */ id: ConversationId,
        /** A name of this upload, made by the screen. */ upload: String,
        /** The file's name. */ name: Personal,
        /** The bytes in base64. */ bytes: String,
        /** The last piece. */ last: bool,
    }
    /// The picture on the clipboard.
    PastePicture { /** Where. */ id: ConversationId, /** What the file is called. */ name: Personal }
    /// A file in a draft.
    FileRef { /** Where. */ id: ConversationId, /** Which. */ sha256: String }
    /// A received file to keep.
    SaveFile { /** Which. */ sha256: String, /** Its name. */ name: Personal }
    /// What the advisor has typed so far.
    SuggestFor { /** Where. */ id: ConversationId, /** The words so far. */ text: Personal }
    /// A suggestion that is of no use here.
    RefuseSuggestion { /** Where. */ id: ConversationId, /** Which. */ suggestion: String }
    /// What was typed after `/`.
    FindMacros { /** Where. */ id: ConversationId, /** So far. */ text: String }
    /// A loop to close.
    AddFollowUp {
        /** With whom. */ customer: CustomerId,
        /** From where. */ conversation: Option<ConversationId>,
        /** What. */ title: Personal,
        /** Who; nothing: oneself. */ owner: Option<PersonId>,
        /** When. */ due: At,
        /** How pressing. */ priority: Priority,
        /** The root cause. */ cause: Option<Slug>,
    }
    /// One field of a loop.
    ChangeFollowUp { /** Which. */ id: FollowUpId, /** The field and its value. */ change: FollowUpChange }
    /// A conflict and what becomes of it.
    Settle { /** The command that met somebody else's change. */ id: String, /** What is kept. */ choice: Choice }
    /// The list to show, or none.
    ShowFollowUps { /** Which. */ scope: Option<FollowUpScope> }
    /// Words to look for.
    Find { /** The words. */ text: Personal }
    /// An article.
    PutArticle { /** All of it. */ article: Article }
    /// An article to take away.
    ArticleRef { /** Which. */ id: ArticleId }
    /// A macro.
    PutMacro { /** All of it. */ prepared: Macro }
    /// A macro to take away.
    MacroRef { /** Which. */ id: MacroId }
    /// A call.
    CallRef { /** Its key. */ id: String }
    /// Something of a call that is on or off.
    CallSwitch { /** Its key. */ id: String, /** Which. */ on: bool }
    /// Keys to press in a call.
    CallKeys { /** Its key. */ id: String, /** `0` to `9`, `*` and `#`. */ digits: String }
    /// Handing a call over.
    CallTransfer { /** Its key. */ id: String, /** To whom. */ receiver: CallReceiver, /** A note for them. */ note: Option<Personal> }
    /// Asking somebody while the other end waits.
    CallConsult { /** Its key. */ id: String, /** Whom. */ receiver: CallReceiver }
    /// Somebody to call.
    Dial { /** Whom. */ receiver: CallReceiver }
    /// A practice customer.
    PracticeRef { /** Which. */ id: Slug }
}

/// Everything in the library.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Library {
    /// Articles, by title.
    pub articles: Vec<Article>,
    /// Macros, by name.
    pub macros: Vec<Macro>,
}

macro_rules! api {
    ($($(#[doc = $doc:literal])+ $name:literal => $method:ident($input:ty) -> $output:ty;)+) => {
        /// The calls themselves. The desk has one body for each; see `crate::calls`.
        #[allow(async_fn_in_trait)]
        pub trait Calls {
            $($(#[doc = $doc])+ async fn $method(&self, input: $input) -> Result<$output, crate::Failure>;)+
        }

        /// Does the call of that name.
        ///
        /// # Errors
        /// The call's own failure; `Fault` for an unknown name or an input of the wrong shape.
        pub async fn dispatch(
            desk: &impl Calls,
            name: &str,
            input: serde_json::Value,
        ) -> Result<serde_json::Value, crate::Failure> {
            match name {
                $($name => {
                    let input: $input = serde_json::from_value(input).map_err(|e| wrong_shape($name, &e))?;
                    let output = desk.$method(input).await?;
                    serde_json::to_value(output).map_err(|e| wrong_shape($name, &e))
                })+
                _ => Err(crate::Failure::new(crate::FailureCode::Fault, "There is no such call.")),
            }
        }

        /// Name, documentation, input type and output type of every call, for the generated TypeScript.
        pub fn table() -> Vec<Line> {
            vec![$(Line {
                name: $name,
                doc: concat!($($doc),+),
                input: <$input as TS>::name(&ts_rs::Config::default()),
                output: <$output as TS>::name(&ts_rs::Config::default()),
            }),+]
        }

        /// Hands every input and output type to `visit`, for the generated TypeScript.
        pub fn visit_types(visit: &mut impl ts_rs::TypeVisitor) {
            $(visit.visit::<$input>(); visit.visit::<$output>();
              <$input as TS>::visit_dependencies(visit); <$output as TS>::visit_dependencies(visit);)+
        }
    };
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    /// The call's name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The TypeScript name of its input.
    pub input: String,
    /// The TypeScript name of its output.
    pub output: String,
}

fn wrong_shape(name: &str, error: &serde_json::Error) -> crate::Failure {
    // serde's message can quote the value; only its kind and place are kept.
    tracing::error!(call = name, kind = ?error.classify(), line = error.line(), "a call has the wrong shape");
    crate::Failure::new(crate::FailureCode::Fault, "The screen and the desk do not understand each other.")
}

api! {
    /// Everything the first paint needs.
    "app.start" => start(Nothing) -> Start;
    /// Keeps how the reader likes it.
    "app.settings" => set_settings(Settings) -> Settings;
    /// Opens a link in the system's browser, after a check of its scheme.
    "app.open_link" => open_link(OpenLink) -> ();
    /// Opens the customers' chat page in the system's browser.
    "app.open_chat" => open_chat(Nothing) -> ();
    /// Ends the app; presence goes offline.
    "app.quit" => quit(Nothing) -> ();

    /// Adds a service and begins to sign in, in the system's browser.
    "workspace.add" => add_workspace(AddWorkspace) -> ();
    /// Changes to another workspace.
    "workspace.use" => use_workspace(WorkspaceRef) -> ();
    /// Begins to sign in to the current workspace.
    "workspace.sign_in" => sign_in(Nothing) -> ();
    /// Gives up a sign-in that is under way.
    "workspace.cancel_sign_in" => cancel_sign_in(Nothing) -> ();
    /// Signs out and destroys the keys of this workspace's files.
    "workspace.sign_out" => sign_out(SignOut) -> ();
    /// Takes a workspace off this computer. It must be signed out.
    "workspace.forget" => forget_workspace(WorkspaceRef) -> ();

    /// Tries again to open what is locked.
    "keys.try_again" => try_again(Nothing) -> ();
    /// Chooses the passphrase that keeps the keys where there is no keyring. `Invalid` when it is too short.
    "keys.choose" => choose_passphrase(TypedPassphrase) -> ();
    /// Opens the files with the passphrase.
    "keys.unlock" => unlock(TypedPassphrase) -> ();
    /// Begins anew where nothing opens the files: they are kept, and nothing of them is shown. `TooLate` where they can be
    /// opened, or may be later.
    "keys.begin_anew" => begin_anew(Nothing) -> ();
    /// Lets a passphrase open the files, in place of an older one.
    "keys.set_passphrase" => set_passphrase(TypedPassphrase) -> Keys;
    /// The keyring alone opens them again.
    "keys.remove_passphrase" => remove_passphrase(Nothing) -> Keys;

    /// Sets one's own presence.
    "presence.set" => set_presence(SetPresence) -> ();
    /// Finish what I have, take no more.
    "presence.finish" => finish(Switch) -> ();
    /// Opens or closes a channel for offers.
    "presence.channel" => open_channel(OpenChannel) -> ();

    /// Takes an offer, or what waits in an own queue.
    "offer.accept" => accept(ConversationRef) -> ();
    /// Declines an offer.
    "offer.decline" => decline(ConversationRef) -> ();

    /// Takes a call that rings.
    "call.answer" => answer_call(CallRef) -> ();
    /// Does not take it.
    "call.decline" => decline_call(CallRef) -> ();
    /// Ends it.
    "call.hang_up" => hang_up(CallRef) -> ();
    /// Makes the other end wait, or goes on.
    "call.hold" => hold_call(CallSwitch) -> ();
    /// Is not heard, or is again.
    "call.mute" => mute_call(CallSwitch) -> ();
    /// Presses keys.
    "call.press" => press_keys(CallKeys) -> ();
    /// Hands it over without asking there.
    "call.transfer" => transfer_call(CallTransfer) -> ();
    /// Asks somebody while the other end waits.
    "call.consult" => consult(CallConsult) -> ();
    /// Lets them in.
    "call.confer" => confer(CallRef) -> ();
    /// Hands it over to them.
    "call.complete" => complete_transfer(CallRef) -> ();
    /// Lets them go, and goes on with the other end.
    "call.back" => back_to_caller(CallRef) -> ();
    /// Calls somebody.
    "call.dial" => dial(Dial) -> ();

    /// The devices of this computer.
    "audio.devices" => audio_devices(Nothing) -> AudioDevices;
    /// Plays back what is said into the microphone a moment later, and tells how loud it is; or stops that.
    "audio.test" => test_audio(Switch) -> ();
    /// Rings once, on the device that rings.
    "audio.ring" => test_ring(Nothing) -> ();

    /// Shows a conversation, or none; from now on its changes are pushed.
    "conversation.show" => show(Show) -> Option<Opened>;
    /// Older lines.
    "conversation.earlier" => earlier(Earlier) -> Timeline;
    /// Read up to a line.
    "conversation.read" => read(Read) -> ();
    /// Keeps where the reader stands.
    "conversation.reading_at" => reading_at(ReadingAt) -> ();
    /// The reader is writing to the customer.
    "conversation.typing" => typing(ConversationRef) -> ();
    /// Gives it to a queue or a colleague.
    "conversation.transfer" => transfer(Transfer) -> ();
    /// Gives it to an advisor, as a supervisor.
    "conversation.assign" => assign(Assign) -> ();
    /// Answered: to wrap-up.
    "conversation.resolve" => resolve(ConversationRef) -> ();
    /// Undoes the end.
    "conversation.reopen" => reopen(ConversationRef) -> ();
    /// Ends wrap-up.
    "conversation.wrap_up" => wrap_up(WrapUp) -> ();
    /// Puts aside.
    "conversation.snooze" => snooze(Snooze) -> ();
    /// Takes back from snooze.
    "conversation.wake" => wake(ConversationRef) -> ();
    /// Ends what should not go on.
    "conversation.end" => end(End) -> ();
    /// Sets the contact reason.
    "conversation.reason" => set_reason(SetReason) -> ();
    /// Links the visitor to a known customer.
    "conversation.link" => link(Link) -> ();
    /// Undoes that.
    "conversation.unlink" => unlink(ConversationRef) -> ();

    /// Brings a customer into sight and says which conversation of theirs to show.
    "customer.open" => open_customer(CustomerRef) -> Option<ConversationId>;
    /// Confirms an identity, or takes that back.
    "customer.confirm" => confirm_identity(ConfirmIdentity) -> ();
    /// Lets a blocked customer write again.
    "customer.unblock" => unblock(CustomerRef) -> ();

    /// Keeps what is being written.
    "draft.save" => save_draft(SaveDraft) -> ();
    /// Puts a file into the draft, piece by piece; the file when it is whole.
    "draft.file" => add_file(FileChunk) -> Option<DraftFile>;
    /// Puts the picture on the clipboard into the draft; nothing when there is none there.
    "draft.paste" => paste_picture(PastePicture) -> Option<DraftFile>;
    /// Puts the files that were dropped on the window into the draft.
    "draft.drop" => add_dropped(ConversationRef) -> Dropped;
    /// Takes a file out of the draft.
    "draft.remove_file" => remove_file(FileRef) -> ();

    /// Sends. The line is saved before this answers.
    "message.send" => send(Send) -> TimelineItem;
    /// Takes back what has not gone out; the draft it becomes again.
    "message.undo" => undo_send(MessageRef) -> Draft;
    /// Sends now what would go out in a moment.
    "message.send_now" => send_now(MessageRef) -> ();
    /// Saves a received file among the downloads.
    "file.save" => save_file(SaveFile) -> ();

    /// Tries again what did not go through.
    "attention.retry" => retry(AttentionRef) -> ();
    /// Takes it back into the draft.
    "attention.edit" => edit(AttentionRef) -> Option<ConversationId>;
    /// Lets it go: what did not go through, or what still waits to be sent.
    "attention.discard" => discard(AttentionRef) -> ();
    /// Gives its words as a note to whoever has the conversation or follow-up now.
    "attention.hand_over" => hand_over(AttentionRef) -> ();

    /// What may help, given what has been typed.
    "suggest.for_draft" => suggest(SuggestFor) -> Vec<Suggestion>;
    /// Waves a suggestion away: it is not shown here again, and later elsewhere.
    "suggest.refuse" => refuse_suggestion(RefuseSuggestion) -> ();
    /// Macros that fit what was typed after `/`.
    "macro.find" => find_macros(FindMacros) -> Vec<MacroRow>;

    /// Makes a loop to close.
    "follow_up.add" => add_follow_up(AddFollowUp) -> FollowUpId;
    /// Changes one field of it.
    "follow_up.change" => change_follow_up(ChangeFollowUp) -> ();
    /// Settles a conflict. What follows from it waits ten seconds before it goes out.
    "follow_up.settle" => settle(Settle) -> ();
    /// Takes that back while it has not gone out: the conflict stands there again. `id` as it was settled.
    "follow_up.unsettle" => unsettle(AttentionRef) -> ();
    /// Shows a list of them, or none; from now on its changes are pushed.
    "follow_up.show" => show_follow_ups(ShowFollowUps) -> Vec<FollowUpRow>;

    /// Finds customers, orders and messages on this computer.
    "search.find" => find(Find) -> SearchResults;
    /// Finds them in the whole workspace.
    "search.everywhere" => find_everywhere(Find) -> SearchResults;

    /// Everything in the library.
    "library.list" => library(Nothing) -> Library;
    /// Writes an article.
    "library.put_article" => put_article(PutArticle) -> ();
    /// Takes an article away.
    "library.remove_article" => remove_article(ArticleRef) -> ();
    /// Writes a macro.
    "library.put_macro" => put_macro(PutMacro) -> ();
    /// Takes a macro away.
    "library.remove_macro" => remove_macro(MacroRef) -> ();

    /// Shows queues and advisors, or no longer; from now on changes are pushed.
    "supervise.show" => show_supervise(Switch) -> Option<Supervise>;

    /// The practice customers.
    "practice.list" => practice_customers(Nothing) -> Vec<PracticeCustomer>;
    /// One of them starts to write.
    "practice.start" => start_practice(PracticeRef) -> ();
    /// One of them leaves.
    "practice.stop" => stop_practice(PracticeRef) -> ();
}
