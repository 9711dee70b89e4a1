//! Practice customers against the real service over real sockets, with an advisor who is as small as can be. The
//! customers' day runs many times as fast as life.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, time::Duration};

use futures_util::{SinkExt, StreamExt};
use model::{
    CommandId, Conversation, ConversationId, ConversationState, DeviceId, Intent, Message, PresenceState,
    Score, Trust,
    message::Author,
    wire::{
        ClientFrame, Command, Entity, Event, Now, Outcome, ServerFrame,
        commands::{Batch, Receipts},
        frames::{Change, PROTOCOL, SCHEMA},
        reads::{SnapshotStart, Tokens},
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tokio_tungstenite::tungstenite::{Message as Frame, client::IntoClientRequest};
use uuid::Uuid;

use super::*;
use crate::{Options, Service, admin::NewPerson, clock::SystemClock, seed::content::content};

/// Only a failing story waits so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// So fast that a story takes a second or two, and so slow that a busy machine does not try a customer's patience.
const FAST: f64 = 60.0;
const BRISK: f64 = 25.0;

/// A running service with the demo's workspace and people.
struct House {
    service: Service,
    address: SocketAddr,
    folder: TempDir,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    site_key: SecretString,
    integration_key: SecretString,
}

fn alba() -> Slug {
    "alba".parse().unwrap()
}

async fn serve(folder: &Path, at: SocketAddr) -> (Service, SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let service = Service::open(Options::at(folder.join("loopdesk.db"))).await.unwrap();
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = service.clone();
    let task = tokio::spawn(async move {
        let stopped = async move {
            let _ = stopped.await;
        };
        serving.serve(listener, stopped).await.unwrap();
    });
    (service, address, stop, task)
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (service, address, stop, task) = serve(folder.path(), ([127, 0, 0, 1], 0).into()).await;
        service.apply(content().unwrap().workspace, false).await.unwrap();
        let site_key = service.site_key(&alba()).await.unwrap();
        let integration_key = service.new_integration_key(&alba()).await.unwrap();
        Self { service, address, folder, running: Some((stop, task)), site_key, integration_key }
    }

    /// The service is gone for a moment, with every line to it.
    async fn restart(&mut self) {
        if let Some((_, task)) = self.running.take() {
            task.abort();
            let _ = task.await;
        }
        let (service, _, stop, task) = serve(self.folder.path(), self.address).await;
        self.service = service;
        self.running = Some((stop, task));
    }

    /// Waits until somebody wrote their first line.
    async fn has_a_conversation(&self) {
        fn has_one(sql: &rusqlite::Connection) -> crate::Result<bool> {
            Ok(sql.query_row("SELECT EXISTS(SELECT 1 FROM conversation)", [], |row| row.get(0))?)
        }
        let waited = tokio::time::timeout(PATIENCE, async {
            while !self.service.read(has_one).await.unwrap() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.expect("they write");
    }

    fn practice(&self, pace: f64) -> Practice {
        let place = Place {
            address: format!("http://{}", self.address),
            workspace: Some(alba()),
            site_key: self.site_key.clone(),
            integration_key: self.integration_key.clone(),
        };
        Practice::new(place, Arc::new(SystemClock), Pace::times(pace)).unwrap()
    }

    /// An advisor who serves every queue and is available.
    async fn advisor(&self) -> Desk {
        let workspace = content().unwrap().workspace;
        let person = NewPerson {
            email: "ines@maison-alba.example".into(),
            name: "Inès Keller".into(),
            role: model::Role::Supervisor,
            team: "care".parse().unwrap(),
            skills: ["en", "fr", "bank"].map(|skill| skill.parse().unwrap()).to_vec(),
            queues: workspace.queues.iter().map(|queue| queue.id.clone()).collect(),
            password: None,
        };
        let person = self.service.add_person(&alba(), person).await.unwrap();
        let secret = self.service.one_use_secret(&alba(), person).await.unwrap();
        Desk::sit(self.address, secret.expose_secret()).await
    }
}

type Line = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// The smallest desk there can be.
struct Desk {
    http: reqwest::Client,
    address: SocketAddr,
    token: String,
    device: DeviceId,
    line: Line,
    conversations: BTreeMap<ConversationId, Conversation>,
    messages: Vec<Message>,
    scores: Vec<Score>,
    customers: Vec<model::Customer>,
    offers: Vec<ConversationId>,
}

impl Desk {
    async fn sit(address: SocketAddr, secret: &str) -> Self {
        let http = reqwest::Client::new();
        let grant = json!({ "grant_type": "urn:loopdesk:one-use", "secret": secret });
        let tokens: Tokens = http
            .post(format!("http://{address}/v1/token"))
            .json(&grant)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let token = tokens.access_token;
        let start: SnapshotStart = http
            .post(format!("http://{address}/v1/sync/begin"))
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let device = DeviceId(Uuid::now_v7());
        let mut request = format!("ws://{address}/v1/stream").into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", PROTOCOL.parse().unwrap());
        let (mut line, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let hello =
            ClientFrame::Hello { epoch: Some(start.epoch), cursor: start.cursor, device, schema: SCHEMA };
        line.send(Frame::Text(serde_json::to_string(&hello).unwrap().into())).await.unwrap();
        let desk = Self {
            http,
            address,
            token,
            device,
            line,
            conversations: BTreeMap::new(),
            messages: Vec::new(),
            scores: Vec::new(),
            customers: Vec::new(),
            offers: Vec::new(),
        };
        desk.wants(Intent::SetPresence { state: PresenceState::Available, reason: None }).await;
        desk
    }

    async fn wants(&self, intent: Intent) {
        let command = Command::new(CommandId(Uuid::now_v7()), self.device, intent, model::At(0));
        let receipts: Receipts = self
            .http
            .post(format!("http://{}/v1/commands", self.address))
            .bearer_auth(&self.token)
            .json(&Batch { commands: vec![command] })
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let outcome = &receipts.receipts[0].outcome;
        assert!(matches!(outcome, Outcome::Applied { .. } | Outcome::Noop { .. }), "{outcome:?}");
    }

    async fn replies(&self, conversation: ConversationId, text: &str) {
        self.wants(Intent::Reply { conversation, text: text.into(), attachments: Vec::new() }).await;
    }

    /// Takes what comes until `seen` finds what it waits for.
    async fn until<T>(&mut self, what: &str, mut seen: impl FnMut(&Self) -> Option<T>) -> T {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = seen(self) {
                    return found;
                }
                let frame = self.line.next().await.unwrap().unwrap();
                if let Frame::Text(text) = frame {
                    self.take(serde_json::from_str(&text).unwrap());
                }
            }
        });
        waited.await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }

    fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Range { events, .. } => {
                for Event { change, .. } in events {
                    match change {
                        Change::Put { entity } => self.put(entity),
                        Change::Entered { entities, .. } => {
                            entities.into_iter().for_each(|entity| self.put(entity))
                        }
                        Change::Gone { .. } | Change::Left { .. } => {}
                    }
                }
            }
            ServerFrame::Now(Now::Offer { conversation, offer: Some(_) }) => self.offers.push(conversation),
            _ => {}
        }
    }

    fn put(&mut self, entity: Entity) {
        match entity {
            Entity::Conversation(row) => {
                self.conversations.insert(row.id, row);
            }
            Entity::Message(row) => {
                self.messages.retain(|known| known.id != row.id);
                self.messages.push(row);
            }
            Entity::Score(row) => self.scores.push(row),
            Entity::Customer(row) => self.customers.push(row),
            _ => {}
        }
    }

    /// The next offer, accepted.
    async fn accepts(&mut self) -> ConversationId {
        let conversation = self.until("an offer", |desk| desk.offers.last().copied()).await;
        self.offers.clear();
        self.wants(Intent::Accept { conversation }).await;
        conversation
    }

    /// What the customer said, in order.
    fn said(&self, conversation: ConversationId) -> Vec<String> {
        let mut lines: Vec<_> = self
            .messages
            .iter()
            .filter(|message| message.conversation == conversation && message.author == Author::Customer)
            .collect();
        lines.sort_by_key(|message| message.n);
        lines.into_iter().map(|message| message.text.to_string()).collect()
    }

    async fn hears(&mut self, conversation: ConversationId, words: &str) {
        self.until(words, |desk| {
            desk.said(conversation).iter().any(|line| line.contains(words)).then_some(())
        })
        .await;
    }
}

async fn gone(practice: &Practice) {
    let mut changes = practice.changes();
    let all_gone = async {
        while !practice.running().is_empty() {
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, all_gone).await.expect("they leave");
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lea_is_handed_over_helped_and_scores() {
    let house = House::open().await;
    let mut desk = house.advisor().await;
    let practice = house.practice(BRISK);
    let lea = slug("lea-parcel-missing");
    practice.start(&lea).unwrap();
    assert_eq!(practice.start(&lea), Err(PracticeFault::Here(lea.clone())));
    assert_eq!(practice.running(), std::slice::from_ref(&lea));

    let id = desk.accepts().await;
    desk.hears(id, "jamais reçu").await;
    let handed = desk.until("the hand-over", |desk| desk.conversations.get(&id)?.hand_over.clone()).await;
    assert_eq!(handed.reason, "not delivered although marked delivered");
    let customer = desk.customers.last().unwrap();
    assert_eq!((&*customer.name, customer.is_verified()), ("Léa Bernard", true));
    assert!(customer.identities.iter().any(|i| &*i.value == "A-10291" && i.trust == Trust::Verified));

    desk.replies(id, "Bonjour Léa, toutes mes excuses. J’ouvre une enquête auprès du transporteur.").await;
    desk.hears(id, "combien de temps").await;
    desk.replies(id, "Il répond sous 3 jours ouvrés et je vous écris ici.").await;
    desk.hears(id, "ça me rassure").await;
    desk.wants(Intent::Resolve { conversation: id }).await;
    let score = desk.until("a score", |desk| desk.scores.last().cloned()).await;
    assert_eq!((score.kind, score.conversation), (model::ScoreKind::Csat, Some(id)));
    assert!(score.value >= 4, "she was helped");
    gone(&practice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn karim_drops_out_and_expects_the_thread_when_he_is_back() {
    let house = House::open().await;
    let mut desk = house.advisor().await;
    let practice = house.practice(FAST);
    practice.start(&slug("karim-birthday")).unwrap();
    let id = desk.accepts().await;
    desk.hears(id, "anniversaire").await;
    desk.replies(id, "Bonjour Karim, ici Inès.").await;
    desk.hears(id, "ça peut couper").await;
    // He is in the tunnel; the answer waits for him.
    desk.replies(id, "Le magasin du Prado en a 2 en stock.").await;
    desk.hears(id, "Au Prado ?").await;
    desk.replies(id, "Je vous en mets un de côté, il vous attend demain.").await;
    desk.hears(id, "Vous sauvez l’anniversaire").await;
    assert!(!desk.said(id).iter().any(|line| line.contains("tunnel")), "he read before he asked");
    desk.wants(Intent::Resolve { conversation: id }).await;
    gone(&practice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_restarts_loses_and_doubles_nothing() {
    let mut house = House::open().await;
    let practice = house.practice(BRISK);
    practice.start(&slug("omar-other-size")).unwrap();
    house.has_a_conversation().await;
    // In the middle of the opening: his first line is there, and he types the second.
    house.restart().await;
    let mut desk = house.advisor().await;
    let id = desk.accepts().await;
    desk.hears(id, "48-2307").await;
    desk.replies(id, "Hello Omar, of course, I have set an L aside for you.").await;
    desk.hears(id, "get the M back").await;
    assert_eq!(
        desk.said(id),
        [
            "Hi there! Could I swap the size of my running jacket?",
            "Got an M, need an L. It is order 48-2307.",
            "Great. And how do I get the M back to you?",
        ]
    );
    practice.stop(&slug("omar-other-size"));
    gone(&practice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_stopped_ends_the_chat() {
    let house = House::open().await;
    let mut desk = house.advisor().await;
    let practice = house.practice(FAST);
    practice.start(&slug("maximilian-instalments")).unwrap();
    let id = desk.accepts().await;
    desk.hears(id, "1,240 euros").await;
    practice.stop(&slug("maximilian-instalments"));
    gone(&practice).await;
    desk.until("the end", |desk| {
        (desk.conversations.get(&id)?.state == ConversationState::WrapUp).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nobody_is_started_who_does_not_exist() {
    let house = House::open().await;
    let practice = house.practice(FAST);
    assert_eq!(practice.start(&slug("nobody")), Err(PracticeFault::Unknown(slug("nobody"))));
    practice.stop(&slug("nobody"));
    assert!(practice.running().is_empty());
    assert_eq!(practice.list().len(), 13);
}

#[test]
fn a_fast_day_is_short_and_never_over_too_early() {
    let fast = Pace::times(20.0);
    assert_eq!(fast.to_day(1_000), 20_000);
    assert!(fast.to_day(fast.to_clock(12_345)) >= 12_345);
    assert_eq!(Pace::times(0.0), Pace::LIFE);
    assert_eq!(Pace::times(f64::NAN), Pace::LIFE);
}
