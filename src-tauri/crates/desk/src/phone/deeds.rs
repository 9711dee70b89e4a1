//! What is to be done about calls, done: by the telephone and by the service, elsewhere; what came of it comes back as a job.

use model::{
    At, Intent,
    call::{Ask, Deed, EndReason, Fact, Leg, Party},
    conversation::Side,
    intent::Receiver,
};
use store::cache;
use voice::{CallId, Digit, Phone, Trouble};

use super::{ToDo, facts};
use crate::{
    Failure, FailureCode,
    core::Core,
    view::{Push, Toast},
    workplace::Workplace,
};

impl Workplace {
    /// The advisor wants something of a call.
    pub(crate) fn ask_call(&mut self, core: &mut Core, key: &str, ask: Ask) -> Result<(), Failure> {
        let now = self.service_time(core.now());
        let todo = self.telephone.calls.ask(key, ask, now)?;
        self.follow_calls(core, todo);
        Ok(())
    }

    /// The advisor takes a call, or does not want it. Whether the queue is to be told: whoever asks waits for its answer.
    pub(crate) fn answer_offer(&mut self, core: &mut Core, key: &str, ask: Ask) -> Result<bool, Failure> {
        let now = self.service_time(core.now());
        let mut todo = self.telephone.calls.ask(key, ask, now)?;
        let all = todo.len();
        todo.retain(|(_, deed)| !matches!(deed, Deed::Accept | Deed::Decline));
        let asks_queue = todo.len() < all;
        self.follow_calls(core, todo);
        Ok(asks_queue)
    }

    /// The queue did not let the advisor have a call.
    pub(crate) fn call_not_given(&mut self, core: &mut Core, key: &str) {
        let now = self.service_time(core.now());
        let todo = self.telephone.calls.not_given(key, now);
        self.follow_calls(core, todo);
    }

    /// Presses keys in a call.
    pub(crate) fn press_keys(&mut self, core: &Core, key: &str, digits: &str) -> Result<(), Failure> {
        let keys: Option<Vec<Digit>> = digits.chars().map(Digit::new).collect();
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or(FailureCode::Invalid)?;
        let leg = self.telephone.calls.press(key, digits).ok_or(FailureCode::TooLate)?;
        let phone = self.telephone.phone().ok_or(FailureCode::TooLate)?;
        self.dirty_calls();
        let back = core.back.clone();
        core.io.spawn(async move {
            if let Err(trouble) = phone.press(&facts::call_id(&leg), &keys).await {
                back.job(move |core| core.tell_trouble(trouble));
            }
        });
        Ok(())
    }

    /// A call of ours was dialled.
    pub(crate) fn dialled(&mut self, core: &mut Core, line: &CallId, to: Party) {
        let now = self.service_time(core.now());
        let todo = self.telephone.calls.dialled(line, to, now);
        self.follow_calls(core, todo);
    }

    /// Everything that follows from what happened to calls.
    pub(crate) fn follow_calls(&mut self, core: &mut Core, todo: ToDo) {
        for (key, deed) in todo {
            self.do_call(core, key, deed);
        }
        for (conversation, sound) in self.telephone.calls.just_ended() {
            // How it sounded belongs to the conversation; a direct call has none.
            if let (Some(conversation), Some(sound)) = (conversation, sound)
                && let Err(failure) = self.enqueue_now(core, Intent::Sounded { conversation, sound })
            {
                tracing::warn!(%failure, "how a call sounded is not kept");
            }
        }
        self.dirty_calls();
    }

    fn do_call(&mut self, core: &mut Core, key: String, deed: Deed) {
        let conversation = self.telephone.calls.get(&key).and_then(|known| known.call.conversation);
        match (deed, conversation) {
            (Deed::Accept, Some(conversation)) => {
                self.command_in_background(core, Intent::Accept { conversation });
            }
            (Deed::Decline, Some(conversation)) => {
                self.command_in_background(core, Intent::Decline { conversation });
            }
            (Deed::Requeue, Some(conversation)) => self.requeue(core, conversation),
            (Deed::Accept | Deed::Decline | Deed::Requeue, None) => {}
            (deed, _) => self.by_phone(core, key, deed),
        }
    }

    /// The telephone never rang for what was taken: back into its queue.
    fn requeue(&mut self, core: &mut Core, conversation: model::ConversationId) {
        let kept = cache::conversation::load(self.replica.cache.rows(), conversation).ok().flatten();
        if let Some(kept) = kept {
            let receiver = Receiver::Queue(kept.queue);
            self.command_in_background(core, Intent::Transfer { conversation, receiver, note: None });
        }
        core.push(Push::Toast {
            toast: Toast::Failed {
                failure: Failure::new(
                    FailureCode::Service,
                    "The telephone did not ring: the caller waits in the queue again.",
                ),
            },
        });
    }

    /// Has the telephone do something. When it cannot, the call hears of it and the reader is told.
    fn by_phone(&self, core: &Core, key: String, deed: Deed) {
        let Some(phone) = self.telephone.phone() else { return };
        let (back, opening) = (core.back.clone(), self.opening);
        core.io.spawn(async move {
            let done = act(&*phone, &deed).await;
            back.job(move |core| {
                let trouble = done.as_ref().err().cloned();
                core.in_place(|core, place| {
                    if place.opening == opening {
                        let now = place.service_time(core.now());
                        let todo = place.acted(&key, &deed, done, now);
                        place.follow_calls(core, todo);
                    }
                });
                // A call that is over meanwhile needs no words.
                if let Some(trouble) = trouble.filter(|trouble| *trouble != Trouble::Over) {
                    core.tell_trouble(trouble);
                }
            });
        });
    }

    /// What the call hears of what the telephone did. How most of it went is told by the telephone itself.
    fn acted(&mut self, key: &str, deed: &Deed, done: Result<Option<CallId>, Trouble>, now: At) -> ToDo {
        let calls = &mut self.telephone.calls;
        match (deed, done) {
            (Deed::Dial(_), dialled) => calls.dialled_colleague(key, dialled.ok().flatten().as_ref(), now),
            (_, Ok(_)) => Vec::new(),
            // It was over before it was known here.
            (Deed::HangUp(leg), Err(Trouble::Over)) => {
                let over = Fact::Ended { by: Side::Company, reason: EndReason::HungUp, code: None };
                calls.failed(key, leg, over, now)
            }
            (Deed::Answer(leg), Err(_)) => {
                let never = Fact::Ended { by: Side::Company, reason: EndReason::Failed, code: None };
                calls.failed(key, leg, never, now)
            }
            (Deed::Transfer(leg, _) | Deed::Complete { leg, .. }, Err(trouble)) => {
                let code = match trouble {
                    Trouble::Refused(code) => Some(code),
                    _ => None,
                };
                calls.failed(key, leg, Fact::NotTransferred(code), now)
            }
            (_, Err(_)) => Vec::new(),
        }
    }
}

impl Core {
    /// Tells the reader why the telephone did not do something.
    fn tell_trouble(&mut self, trouble: Trouble) {
        self.push(Push::Toast { toast: Toast::Failed { failure: trouble.into() } });
    }
}

/// Has the telephone do it; the call that was made, for what makes one.
async fn act(phone: &dyn Phone, deed: &Deed) -> Result<Option<CallId>, Trouble> {
    let line = |leg: &Leg| facts::call_id(leg);
    match deed {
        Deed::Dial(to) => return phone.dial(to, None).await.map(Some),
        Deed::Answer(leg) => phone.answer(&line(leg)).await?,
        Deed::Reject(leg) => phone.reject(&line(leg)).await?,
        Deed::Hold(leg) => phone.hold(&line(leg)).await?,
        Deed::Resume(leg) => phone.resume(&line(leg)).await?,
        Deed::Mute(leg, muted) => phone.mute(&line(leg), *muted).await?,
        Deed::HangUp(leg) => phone.hang_up(&line(leg)).await?,
        Deed::Transfer(leg, to) => phone.transfer(&line(leg), to).await?,
        Deed::Complete { leg, consulted } => phone.complete(&line(leg), &line(consulted)).await?,
        Deed::Join(one, other) => phone.join(&line(one), &line(other)).await?,
        // The queue's, not the telephone's.
        Deed::Accept | Deed::Decline | Deed::Requeue => {}
    }
    Ok(None)
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let service = |sentence| Self::new(FailureCode::Service, sentence);
        match trouble {
            Trouble::Over => FailureCode::Gone.into(),
            Trouble::NotNow => FailureCode::TooLate.into(),
            Trouble::BadAddress => Self::new(FailureCode::Invalid, "This is no number that can be called."),
            Trouble::Unreachable => service("The telephone exchange does not answer."),
            Trouble::Refused(_) => service("The telephone exchange does not do that."),
            Trouble::NothingInCommon => service("The other side's telephone cannot do that."),
            Trouble::Sound => service("There is no microphone or speaker."),
            // What only an exchange has trouble with.
            Trouble::BadCertificate | Trouble::InTheClear => FailureCode::Service.into(),
        }
    }
}

impl From<model::call::Refused> for Failure {
    fn from(refused: model::call::Refused) -> Self {
        match refused {
            model::call::Refused::Over => FailureCode::Gone.into(),
            model::call::Refused::NotNow => FailureCode::TooLate.into(),
        }
    }
}
