//! The telephone, as the screen uses it.

use model::{
    ConversationId, Intent, PersonId,
    call::{Ask, Party},
    intent::Receiver,
};

use crate::{
    Failure, FailureCode, api,
    core::Desk,
    phone::line_of,
    view::{CallReceiver, Push},
};

impl Desk {
    /// Takes what the queue holds out. A call is answered by the telephone as well; whoever waits for this finds the
    /// conversation in sight.
    pub(super) async fn take_offer(&self, conversation: ConversationId) -> Result<(), Failure> {
        match self.call_of(conversation).await? {
            Some(key) => self.take_call(key).await,
            None => self.command(Intent::Accept { conversation }).await,
        }
    }

    /// Does not take what the queue holds out.
    pub(super) async fn leave_offer(&self, conversation: ConversationId) -> Result<(), Failure> {
        match self.call_of(conversation).await? {
            Some(key) => self.leave_call(key).await,
            None => self.command(Intent::Decline { conversation }).await,
        }
    }

    /// The call of a conversation that waits for the advisor's answer.
    async fn call_of(&self, conversation: ConversationId) -> Result<Option<String>, Failure> {
        self.with(move |core| {
            let calls = &core.place()?.telephone.calls;
            Ok(calls.of(conversation).filter(|known| known.rings_here()).map(|known| known.key.clone()))
        })
        .await
    }

    pub(super) async fn take_call(&self, key: String) -> Result<(), Failure> {
        let Some(conversation) = self.answer_offer(&key, Ask::Accept).await? else { return Ok(()) };
        let taken = self.command(Intent::Accept { conversation }).await;
        if taken.as_ref().is_err_and(|failure| failure.code == FailureCode::TooLate) {
            self.in_workplace(move |core, place| {
                place.call_not_given(core, &key);
                Ok(())
            })
            .await?;
        }
        taken
    }

    pub(super) async fn leave_call(&self, key: String) -> Result<(), Failure> {
        match self.answer_offer(&key, Ask::Decline).await? {
            Some(conversation) => match self.command(Intent::Decline { conversation }).await {
                // The telephone's own refusal was faster: it is declined.
                Err(failure) if failure.code == FailureCode::TooLate => Ok(()),
                declined => declined,
            },
            None => Ok(()),
        }
    }

    /// Answers a call one way or the other; the conversation whose queue is to be told.
    async fn answer_offer(&self, key: &str, ask: Ask) -> Result<Option<ConversationId>, Failure> {
        let key = key.to_owned();
        self.in_workplace(move |core, place| {
            let conversation = place.telephone.calls.get(&key).and_then(|known| known.call.conversation);
            let asks_queue = place.answer_offer(core, &key, ask)?;
            Ok(conversation.filter(|_| asks_queue))
        })
        .await
    }

    /// Wants something of a call that the telephone does.
    pub(super) async fn ask_call(&self, key: String, ask: Ask) -> Result<(), Failure> {
        self.in_workplace(move |core, place| place.ask_call(core, &key, ask)).await
    }

    /// Hands a call over without asking there. Queues and colleagues get the whole conversation, through the service;
    /// anybody else gets the call alone.
    pub(super) async fn hand_call_over(&self, input: api::CallTransfer) -> Result<(), Failure> {
        let api::CallTransfer { id, receiver, note } = input;
        let conversation = self
            .with({
                let key = id.clone();
                move |core| {
                    let calls = &core.place()?.telephone.calls;
                    Ok(calls.get(&key).ok_or(FailureCode::Gone)?.call.conversation)
                }
            })
            .await?;
        match (receiver, conversation) {
            (CallReceiver::Queue(queue), Some(conversation)) => {
                self.command(Intent::Transfer { conversation, receiver: Receiver::Queue(queue), note }).await
            }
            (CallReceiver::Person(person), Some(conversation)) => {
                self.command(Intent::Transfer { conversation, receiver: Receiver::Person(person), note })
                    .await
            }
            (receiver, _) => {
                let to = number(&receiver)?;
                self.ask_call(id, Ask::Transfer { to: to.into() }).await
            }
        }
    }

    /// Asks somebody while the other end waits.
    pub(super) async fn consult_with(&self, input: api::CallConsult) -> Result<(), Failure> {
        let to = number(&input.receiver)?;
        self.ask_call(input.id, Ask::Consult { to: to.into() }).await
    }

    /// Calls somebody. Answers once it is being called.
    pub(super) async fn call_somebody(&self, receiver: CallReceiver) -> Result<(), Failure> {
        let to = number(&receiver)?;
        let (phone, opening) = self
            .in_workplace(|core, place| {
                let phone = place.telephone.phone().ok_or(FailureCode::Offline)?;
                // Whoever is spoken with must not hear what is said to somebody else.
                let spoken = place.telephone.calls.all().iter().filter(|known| known.is_spoken());
                let spoken: Vec<String> = spoken.map(|known| known.key.clone()).collect();
                for key in spoken {
                    place.ask_call(core, &key, Ask::Hold)?;
                }
                Ok((phone, core.opening))
            })
            .await?;
        let line = phone.dial(&to, None).await?;
        self.with_same(opening, move |core| {
            core.in_open_place(|core, place| {
                place.dialled(core, &line, Party { number: to.into(), name: None });
                Ok(())
            })
        })
        .await
    }

    /// Plays back what is said, and tells how loud it is.
    pub(super) async fn try_sound(&self, on: bool) -> Result<(), Failure> {
        self.with(move |core| {
            let back = core.back.clone();
            let level = move |level| back.job(move |core| core.push(Push::Level { level }));
            core.telephony.test(on.then(|| Box::new(level) as Box<dyn Fn(u8) + Send>));
            Ok(())
        })
        .await
    }
}

/// What is dialled. A queue has no number that one could ask.
fn number(receiver: &CallReceiver) -> Result<String, Failure> {
    match receiver {
        CallReceiver::Number(number) => Ok(number.trim().to_owned()),
        CallReceiver::Person(PersonId(id)) => Ok(line_of(PersonId(*id))),
        CallReceiver::Queue(_) => Err(FailureCode::Invalid.into()),
    }
}
