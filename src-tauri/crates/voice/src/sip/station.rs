//! What a telephone and an exchange share: their way into the network, their calls with what is heard in them, and the
//! tasks that serve both.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rsipstack::{
    EndpointBuilder,
    dialog::{authenticate::Credential, dialog::DialogStateSender, dialog_layer::DialogLayer},
    sip::{Header, Method, StatusCode},
    transaction::{TransactionReceiver, endpoint::EndpointInnerRef, transaction::TransactionEvent},
    transport::TransportLayer,
};
use tokio::{
    runtime::Handle,
    sync::mpsc::{self, UnboundedReceiver},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{call::Call, dialogs, referral::Referral, session::Terms};
use crate::{
    CallId, Digit, Happening, Trouble,
    audio::Sound,
    media::{
        codec::Codec,
        engine::{Engine, Noticed},
    },
};

/// How long goodbyes may take.
pub(super) const GOODBYE: Duration = Duration::from_secs(2);

/// The header that says which offer of the help desk a call belongs to.
pub(super) const CORRELATION: &str = "X-Loopdesk-Interaction";

/// What it does in its own way.
pub(super) struct Manner {
    /// What one call too many is told, and one that is not taken.
    pub(super) busy: StatusCode,
    /// How sound may be written, the preferred way first.
    pub(super) codecs: &'static [Codec],
    /// What requests are signed with where that is asked for.
    pub(super) credential: Option<Credential>,
    /// Whether a key that is pressed in a call is pressed in those that are joined with it too.
    pub(super) passes_keys: bool,
    /// After how long a call is given up of which nothing is heard; never where there is none.
    pub(super) longest_silence: Option<Duration>,
}

/// What it tells whoever it belongs to.
#[derive(Debug)]
pub(super) enum Told {
    /// What happens in a call.
    Call(CallId, Happening),
    /// The other side of a call asks for somebody else to be called. It knows already that it was heard.
    Referred(CallId, Referral),
}

/// A place at which calls come and go.
pub(super) struct Station {
    pub(super) manner: Manner,
    pub(super) endpoint: EndpointInnerRef,
    pub(super) dialogs: Arc<DialogLayer>,
    pub(super) states: DialogStateSender,
    pub(super) engine: Engine,
    pub(super) tasks: TaskTracker,
    pub(super) stopped: CancellationToken,
    /// Where everything runs, whoever asks for it.
    runtime: Handle,
    told: Box<dyn Fn(Told) + Send + Sync>,
    calls: Mutex<HashMap<CallId, Arc<Call>>>,
}

impl Station {
    /// Opens it at its way into the network, with the requests that come from there.
    pub(super) fn open(
        layer: TransportLayer,
        stopped: CancellationToken,
        manner: Manner,
        sound: Option<Sound>,
        told: impl Fn(Told) + Send + Sync + 'static,
    ) -> Result<(Arc<Self>, TransactionReceiver), Trouble> {
        let endpoint = EndpointBuilder::new()
            .with_cancel_token(stopped.clone())
            .with_transport_layer(layer)
            .with_user_agent(concat!("Loopdesk/", env!("CARGO_PKG_VERSION")))
            .with_allows(vec![
                Method::Invite,
                Method::Ack,
                Method::Bye,
                Method::Cancel,
                Method::Options,
                Method::Update,
                Method::Info,
                Method::Notify,
                Method::Refer,
            ])
            .build();
        let requests = endpoint.incoming_transactions().map_err(|_| Trouble::Unreachable)?;
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let (states, changes) = dialogs.new_dialog_state_channel();
        let (notices, noticed) = mpsc::unbounded_channel();
        let station = Arc::new(Self {
            manner,
            endpoint: endpoint.inner.clone(),
            dialogs,
            states,
            engine: Engine::start(sound, notices)?,
            tasks: TaskTracker::new(),
            stopped,
            runtime: Handle::current(),
            told: Box::new(told),
            calls: Mutex::default(),
        });
        station.spawn(async move { endpoint.serve().await });
        station.spawn(dialogs::follow(Arc::clone(&station), changes));
        station.spawn(listen(Arc::clone(&station), noticed));
        Ok((station, requests))
    }

    /// How a call is spoken here.
    pub(super) fn terms(&self, locks: bool) -> Terms {
        Terms { locks, codecs: self.manner.codecs }
    }

    /// Runs until it is done or everything ends.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopped = self.stopped.clone();
        let task = async move {
            stopped.run_until_cancelled_owned(task).await;
        };
        self.tasks.spawn_on(task, &self.runtime);
    }

    /// Tells what happens in a call.
    pub(super) fn tell(&self, call: &CallId, happening: Happening) {
        (self.told)(Told::Call(call.clone(), happening));
    }

    /// Tells that somebody asks for somebody else to be called.
    pub(super) fn tell_referred(&self, call: &CallId, referral: Referral) {
        (self.told)(Told::Referred(call.clone(), referral));
    }

    /// The other side of a call pressed a key.
    pub(super) fn pressed(&self, call: &CallId, digit: Digit) {
        if self.manner.passes_keys {
            self.engine.pass(call, digit);
        }
        self.tell(call, Happening::Digit(digit));
    }

    /// The calls that are not over.
    pub(super) fn calls(&self) -> MutexGuard<'_, HashMap<CallId, Arc<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call that is not over.
    pub(super) fn call(&self, id: &CallId) -> Result<Arc<Call>, Trouble> {
        self.calls().get(id).cloned().ok_or(Trouble::Over)
    }

    /// Hangs up everywhere, and waits a while until everybody knows.
    pub(super) async fn say_goodbye(&self, also: impl Fn() -> bool) {
        let calls: Vec<_> = self.calls().values().cloned().collect();
        for call in calls {
            call.hang_up(self);
        }
        self.tasks.close();
        let goodbyes = async {
            while !self.dialogs.is_empty() || also() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, goodbyes).await;
    }

    /// Ends everything in order, after the goodbyes.
    pub(super) async fn close(&self) {
        self.stop();
        self.tasks.wait().await;
        self.engine.close();
    }

    /// Ends everything at once.
    pub(super) fn stop(&self) {
        self.stopped.cancel();
        // The end of a call lingers for half a minute, in case it was not heard; and for ever once the clock is stopped.
        let lingering: Vec<_> = self
            .endpoint
            .transactions
            .with(|all| all.iter().map(|(key, transaction)| (key.clone(), transaction.clone())).collect());
        for (key, transaction) in lingering {
            let _ = transaction.send(TransactionEvent::Terminate(key));
        }
    }
}

/// Tells what is noticed in the sound of calls. A call of which nothing is heard for long is given up, where that is wanted:
/// somebody whose computer lost its power says no goodbye.
async fn listen(station: Arc<Station>, mut noticed: UnboundedReceiver<(CallId, Noticed)>) {
    let mut heard: HashMap<CallId, (u64, Instant)> = HashMap::new();
    while let Some((id, noticed)) = noticed.recv().await {
        let Ok(call) = station.call(&id) else {
            heard.remove(&id);
            continue;
        };
        match noticed {
            Noticed::Digit(digit) => station.pressed(&id, digit),
            Noticed::Quality(quality) => {
                let now = Instant::now();
                let last = heard.entry(id.clone()).or_insert((quality.counts.received, now));
                // Whoever makes us wait may be silent for as long as they like.
                if last.0 != quality.counts.received || call.holds_us() || !call.is_spoken() {
                    *last = (quality.counts.received, now);
                }
                let silent = now.duration_since(last.1);
                station.tell(&id, Happening::Quality(quality));
                if station.manner.longest_silence.is_some_and(|longest| silent >= longest) {
                    heard.remove(&id);
                    call.hang_up(&station);
                }
            }
        }
        heard.retain(|id, _| station.call(id).is_ok());
    }
}

/// That a body describes a session.
pub(super) fn described() -> Header {
    Header::ContentType("application/sdp".into())
}
