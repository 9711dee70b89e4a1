//! A protocol double of Asterisk's REST interface: the requests that we make, and events in the shapes of Asterisk 20 and
//! newer. **Written from the contract in our design notes, not recorded from an Asterisk**: it shows that we keep to the
//! contract, not that Asterisk does.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequestParts, Request, State, WebSocketUpgrade, ws},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};

/// How long something may take that another task does. Only a failing test ever waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const USER: &str = "loopdesk";
pub(crate) const PASSWORD: &str = "for-tests-only";

/// A request that was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) what: String,
    pub(crate) query: String,
    pub(crate) body: Value,
}

#[derive(Default)]
struct Inside {
    channels: BTreeMap<String, Value>,
    bridges: BTreeMap<String, Vec<String>>,
    /// Who hears it.
    playbacks: BTreeMap<String, String>,
    /// Who is listened to, by the listening channel.
    snoops: BTreeMap<String, String>,
    /// The channel that is recorded.
    live: BTreeMap<String, String>,
    stored: BTreeMap<String, Vec<u8>>,
    endpoints: BTreeMap<String, String>,
    /// What it was told of telephones, by kind and name.
    told: BTreeMap<(String, String), BTreeMap<String, String>>,
    /// Requests that are answered otherwise: how they begin, and the status.
    faults: Vec<(String, u16)>,
    /// Who listens from now on is not listened to.
    deaf: bool,
    listener: Option<mpsc::UnboundedSender<Option<ws::Message>>>,
    /// What a recording is made of.
    sound: Vec<u8>,
}

/// The double.
#[derive(Clone)]
pub(crate) struct Pbx {
    pub(crate) address: String,
    inside: Arc<Mutex<Inside>>,
    asked: watch::Sender<Vec<Asked>>,
}

impl Pbx {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let pbx = Self { address, inside: Arc::default(), asked: watch::Sender::new(Vec::new()) };
        for line in ["ines", "amir"] {
            pbx.inside().endpoints.insert(line.into(), "online".into());
        }
        let router = Router::new().fallback(handle).with_state(pbx.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        pbx
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    /// What the settings of a service say that uses it.
    pub(crate) fn settings(&self, password: &str) -> String {
        format!(
            "[asterisk]\naddress = \"{}\"\nuser = \"{USER}\"\npassword = \"{password}\"\n\
             [asterisk.place]\nexchange = \"pbx.example.com:5060\"\ntransport = \"udp\"\n\
             [asterisk.sounds]\nwelcome = \"sound:welcome\"\nconsent = \"sound:consent\"\n",
            self.address
        )
    }

    /// Says something to whoever listens.
    pub(crate) fn say(&self, event: &Value) {
        self.say_text(event.to_string());
    }

    pub(crate) fn say_text(&self, text: String) {
        self.say_frame(ws::Message::Text(text.into()));
    }

    pub(crate) fn say_frame(&self, frame: ws::Message) {
        let _ = self.inside().listener.as_ref().unwrap().send(Some(frame));
    }

    /// The WebSocket breaks.
    pub(crate) fn breaks(&self) {
        let listener = self.inside().listener.take();
        let _ = listener.unwrap().send(None);
    }

    /// Requests that begin so fail with that status.
    pub(crate) fn fails(&self, request: &str, status: u16) {
        self.inside().faults.push((request.to_owned(), status));
    }

    pub(crate) fn is_deaf(&self, deaf: bool) {
        self.inside().deaf = deaf;
    }

    pub(crate) fn heals(&self) {
        self.inside().faults.clear();
    }

    /// Waits until so many requests begin so, and gives the last of them.
    pub(crate) async fn asked(&self, begins: &str, times: usize) -> Asked {
        let mut asked = self.asked.subscribe();
        let is_it = |asked: &&Asked| asked.what.starts_with(begins);
        let waited = asked.wait_for(|asked| asked.iter().filter(is_it).count() >= times);
        let Ok(all) = tokio::time::timeout(PATIENCE, waited).await else {
            panic!("{times} × {begins}; but {:#?}", self.all_asked());
        };
        all.unwrap().iter().filter(is_it).nth(times - 1).unwrap().clone()
    }

    pub(crate) fn all_asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    pub(crate) fn times_asked(&self, begins: &str) -> usize {
        self.asked.borrow().iter().filter(|asked| asked.what.starts_with(begins)).count()
    }

    /// A dialplan gives us a call.
    pub(crate) fn calls(&self, id: &str, endpoint: &str, number: &str, to: &str) {
        let channel = channel(id, &format!("PJSIP/{endpoint}-00000001"), "Ring", number, to, "loopdesk");
        self.inside().channels.insert(id.into(), channel.clone());
        self.say(&start(&channel, &[]));
    }

    /// There is a channel that nobody told us about.
    pub(crate) fn has(&self, id: &str, app_data: &str) {
        let channel = channel(id, "PJSIP/trunk-00000009", "Up", "0301234", "800", app_data);
        self.inside().channels.insert(id.into(), channel);
    }

    /// A telephone that we rang is picked up.
    pub(crate) fn picks_up(&self, id: &str) {
        let channel = {
            let mut inside = self.inside();
            let channel = inside.channels.get_mut(id).unwrap();
            channel["state"] = "Up".into();
            channel["dialplan"]["app_name"] = "Stasis".into();
            channel["dialplan"]["app_data"] = "loopdesk,loopdesk-own".into();
            channel.clone()
        };
        self.say(&json!({ "type": "ChannelStateChange", "channel": channel }));
        self.say(&json!({ "type": "Dial", "peer": channel, "dialstatus": "ANSWER" }));
        self.say(&start(&channel, &["loopdesk-own"]));
    }

    /// A channel is over.
    pub(crate) fn ends(&self, id: &str, cause: i64) {
        let channel = {
            let mut inside = self.inside();
            inside.bridges.values_mut().for_each(|inside| inside.retain(|channel| channel != id));
            inside.channels.remove(id)
        };
        let Some(channel) = channel else { return };
        let snoops: Vec<_> = {
            let inside = self.inside();
            inside.snoops.iter().filter(|(_, of)| *of == id).map(|(snoop, _)| snoop.clone()).collect()
        };
        self.say(&json!({ "type": "ChannelHangupRequest", "cause": cause, "channel": channel }));
        if channel["dialplan"]["app_name"] == "Stasis" {
            self.say(&json!({ "type": "StasisEnd", "channel": channel }));
        }
        self.say(&json!({
            "type": "ChannelDestroyed", "cause": cause, "cause_txt": "x", "tech_cause": 486, "channel": channel
        }));
        for snoop in snoops {
            self.ends(&snoop, 16);
        }
        self.recording_of_is_over(id);
    }

    /// A call and its recording are over while nobody listens.
    pub(crate) fn ends_unheard(&self, id: &str, snoop: &str) {
        let mut inside = self.inside();
        inside.channels.remove(id);
        inside.channels.remove(snoop);
        let name = inside.live.iter().find(|(_, of)| *of == snoop).map(|(name, _)| name.clone()).unwrap();
        inside.live.remove(&name);
        let sound = inside.sound.clone();
        inside.stored.insert(name, sound);
    }

    pub(crate) fn line_unheard(&self, line: &str, state: &str) {
        self.inside().endpoints.insert(line.into(), state.into());
    }

    fn recording_of_is_over(&self, snoop: &str) {
        let name = {
            let mut inside = self.inside();
            let name = inside.live.iter().find(|(_, of)| *of == snoop).map(|(name, _)| name.clone());
            let Some(name) = name else { return };
            inside.live.remove(&name);
            let sound = inside.sound.clone();
            inside.stored.insert(name.clone(), sound);
            name
        };
        let finished = json!({
            "type": "RecordingFinished",
            "recording": { "name": name, "format": "wav", "state": "done", "target_uri": format!("channel:{snoop}") }
        });
        // So Asterisk does, now and then.
        self.say(&finished);
        self.say(&finished);
    }

    /// A playback comes to its end.
    pub(crate) fn played(&self, id: &str) {
        let Some(channel) = self.inside().playbacks.remove(id) else { return };
        self.say(&json!({
            "type": "PlaybackFinished",
            "playback": { "id": id, "media_uri": "sound:x", "target_uri": format!("channel:{channel}"), "state": "done" }
        }));
    }

    pub(crate) fn about(&self, kind: &str, id: &str, more: &Value) {
        let channel = self.inside().channels.get(id).cloned().unwrap_or_else(|| json!({ "id": id }));
        let mut event = json!({ "type": kind, "channel": channel, "application": "loopdesk" });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        self.say(&event);
    }

    pub(crate) fn line(&self, line: &str, state: &str) {
        self.inside().endpoints.insert(line.into(), state.into());
        let endpoint = endpoint(line, state);
        self.say(&json!({ "type": "EndpointStateChange", "endpoint": endpoint }));
    }

    pub(crate) fn forget_channel(&self, id: &str) {
        self.inside().channels.remove(id);
    }

    pub(crate) fn forget_playback(&self, id: &str) {
        self.inside().playbacks.remove(id);
    }

    pub(crate) fn sounds_like(&self, samples: &[i16]) {
        let mut file =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data".to_vec();
        file.extend(u32::try_from(samples.len() * 2).unwrap().to_le_bytes());
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        self.inside().sound = file;
    }

    /// A setting that it was told.
    pub(crate) fn was_told(&self, kind: &str, line: &str, name: &str) -> Option<String> {
        self.inside().told.get(&(kind.to_owned(), line.to_owned()))?.get(name).cloned()
    }

    /// It starts again, and what it was told is forgotten.
    pub(crate) fn forgets_telephones(&self) {
        let mut inside = self.inside();
        for (kind, line) in std::mem::take(&mut inside.told).into_keys() {
            if kind == "endpoint" {
                inside.endpoints.remove(&line);
            }
        }
    }

    pub(crate) fn stored(&self) -> usize {
        self.inside().stored.len()
    }

    pub(crate) fn bridges(&self) -> Vec<Vec<String>> {
        self.inside().bridges.values().cloned().collect()
    }
}

fn channel(id: &str, name: &str, state: &str, number: &str, to: &str, app_data: &str) -> Value {
    json!({
        "id": id, "name": name, "state": state, "protocol_id": "x", "accountcode": "",
        "caller": { "name": "Léa Bernard", "number": number },
        "connected": { "name": "", "number": "" },
        "dialplan": {
            "context": "in", "exten": to, "priority": 2,
            "app_name": if app_data.is_empty() { "AppDial2" } else { "Stasis" }, "app_data": app_data
        },
        "creationtime": "2026-11-22T20:00:00.000+0000", "language": "en"
    })
}

fn start(channel: &Value, args: &[&str]) -> Value {
    json!({
        "type": "StasisStart", "application": "loopdesk", "asterisk_id": "00:00:00:00:00:00",
        "timestamp": "2026-11-22T20:00:00.000+0000", "args": args, "channel": channel
    })
}

fn endpoint(line: &str, state: &str) -> Value {
    json!({ "technology": "PJSIP", "resource": line, "state": state, "channel_ids": [] })
}

async fn handle(State(pbx): State<Pbx>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let expected = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let said = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if said != Some(&expected) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let path = parts.uri.path().to_owned();
    let Some(path) = path.strip_prefix("/ari") else { return StatusCode::NOT_FOUND.into_response() };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let body: Bytes = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    let what = format!("{} {path}", parts.method);
    let fault = pbx.inside().faults.iter().find(|(begins, _)| what.starts_with(begins)).map(|(_, s)| *s);
    let answer = match (fault, path) {
        (Some(status), _) => StatusCode::from_u16(status).unwrap().into_response(),
        (None, "/events") => {
            let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &pbx).await.unwrap();
            listen(&pbx, upgrade)
        }
        (None, path) => does(&pbx, &parts.method, path, &body),
    };
    pbx.asked.send_modify(|asked| asked.push(Asked { what, query, body }));
    answer
}

fn listen(pbx: &Pbx, upgrade: WebSocketUpgrade) -> Response {
    let (say, mut said) = mpsc::unbounded_channel::<Option<ws::Message>>();
    if let Some(before) = pbx.inside().listener.replace(say) {
        let replaced = json!({ "type": "ApplicationReplaced", "application": "loopdesk" });
        let _ = before.send(Some(ws::Message::Text(replaced.to_string().into())));
    }
    let deaf = pbx.inside().deaf;
    upgrade.on_upgrade(async move |mut socket| {
        loop {
            tokio::select! {
                next = said.recv() => match next {
                    Some(Some(message)) => if socket.send(message).await.is_err() { return },
                    _ => return,
                },
                // Who does not read does not answer a ping.
                heard = socket.recv(), if !deaf => if !matches!(heard, Some(Ok(_))) { return },
            }
        }
    })
}

fn ok() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn gone() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

fn json_of(value: Value) -> Response {
    axum::Json(value).into_response()
}

fn does(pbx: &Pbx, method: &Method, path: &str, body: &Value) -> Response {
    let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["channels"]) => json_of(pbx.inside().channels.values().cloned().collect()),
        ("GET", ["bridges"]) => json_of(pbx.inside().bridges.keys().map(|id| json!({ "id": id })).collect()),
        ("PUT", ["asterisk", "config", "dynamic", "res_pjsip", kind, line]) => {
            let fields = body["fields"].as_array().unwrap().iter();
            let field = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
            let fields = fields.map(|one| (field(one, "attribute"), field(one, "value"))).collect();
            let mut inside = pbx.inside();
            let needed = |kind: &str| inside.told.contains_key(&(kind.to_owned(), (*line).to_owned()));
            if *kind == "endpoint" {
                if !needed("auth") || !needed("aor") {
                    return StatusCode::FORBIDDEN.into_response();
                }
                inside.endpoints.insert((*line).to_owned(), "offline".to_owned());
            }
            inside.told.insert(((*kind).to_owned(), (*line).to_owned()), fields);
            json_of(body["fields"].clone())
        }
        ("DELETE", ["asterisk", "config", "dynamic", "res_pjsip", kind, line]) => {
            let mut inside = pbx.inside();
            if *kind == "endpoint" {
                inside.endpoints.remove(*line);
            }
            match inside.told.remove(&((*kind).to_owned(), (*line).to_owned())) {
                Some(_) => ok(),
                None => gone(),
            }
        }
        ("GET", ["endpoints", "PJSIP", line]) => match pbx.inside().endpoints.get(*line) {
            Some(state) => json_of(endpoint(line, state)),
            None => gone(),
        },
        (method, ["channels", id, rest @ ..]) => channels(pbx, method, id, rest, body),
        ("POST", ["bridges", id]) => {
            pbx.inside().bridges.insert((*id).to_owned(), Vec::new());
            json_of(json!({ "id": id, "bridge_type": "mixing" }))
        }
        ("DELETE", ["bridges", id]) => match pbx.inside().bridges.remove(*id) {
            Some(_) => ok(),
            None => gone(),
        },
        ("POST", ["bridges", id, "addChannel"]) => {
            let channels: Vec<String> = serde_json::from_value(body["channel"].clone()).unwrap();
            let mut inside = pbx.inside();
            if !channels.iter().all(|channel| inside.channels.contains_key(channel)) {
                return StatusCode::BAD_REQUEST.into_response();
            }
            inside.bridges.get_mut(*id).unwrap().extend(channels);
            ok()
        }
        ("POST", ["bridges", id, "removeChannel"]) => {
            let mut inside = pbx.inside();
            let Some(bridge) = inside.bridges.get_mut(*id) else { return gone() };
            bridge.retain(|channel| body["channel"] != **channel);
            ok()
        }
        ("GET", ["playbacks", id]) => match pbx.inside().playbacks.contains_key(*id) {
            true => json_of(json!({ "id": id })),
            false => gone(),
        },
        ("DELETE", ["playbacks", id]) => {
            let there = pbx.inside().playbacks.contains_key(*id);
            pbx.played(id);
            if there { ok() } else { gone() }
        }
        ("GET", ["recordings", "live", name]) => match pbx.inside().live.contains_key(*name) {
            true => json_of(json!({ "name": name })),
            false => gone(),
        },
        ("POST", ["recordings", "live", name, "stop"]) => {
            let snoop = pbx.inside().live.get(*name).cloned();
            match snoop {
                Some(snoop) => {
                    pbx.recording_of_is_over(&snoop);
                    ok()
                }
                None => gone(),
            }
        }
        ("GET", ["recordings", "stored", name, "file"]) => match pbx.inside().stored.get(*name) {
            Some(file) => file.clone().into_response(),
            None => gone(),
        },
        ("DELETE", ["recordings", "stored", name]) => match pbx.inside().stored.remove(*name) {
            Some(_) => ok(),
            None => gone(),
        },
        _ => gone(),
    }
}

fn channels(pbx: &Pbx, method: &str, id: &str, rest: &[&str], body: &Value) -> Response {
    if (method, rest) == ("POST", &[]) {
        let made =
            channel(id, &format!("{}-00000002", body["endpoint"].as_str().unwrap()), "Down", "", "s", "");
        pbx.inside().channels.insert(id.to_owned(), made.clone());
        return json_of(made);
    }
    if !pbx.inside().channels.contains_key(id) {
        return gone();
    }
    match (method, rest) {
        ("GET", []) => json_of(json!({ "id": id })),
        ("DELETE", []) => {
            pbx.ends(id, 16);
            ok()
        }
        ("POST", ["answer"]) => {
            pbx.inside().channels.get_mut(id).unwrap()["state"] = "Up".into();
            pbx.about("ChannelStateChange", id, &json!({}));
            ok()
        }
        ("POST", ["play", playback]) => {
            pbx.inside().playbacks.insert((*playback).to_owned(), id.to_owned());
            (StatusCode::CREATED, axum::Json(json!({ "id": playback }))).into_response()
        }
        ("POST", ["snoop", snoop]) => {
            let made =
                channel(snoop, &format!("Snoop/{id}-00000003"), "Up", "", "s", "loopdesk,loopdesk-own,tape");
            {
                let mut inside = pbx.inside();
                inside.channels.insert((*snoop).to_owned(), made.clone());
                inside.snoops.insert((*snoop).to_owned(), id.to_owned());
            }
            pbx.say(&start(&made, &["loopdesk-own", "tape"]));
            json_of(made)
        }
        ("POST", ["record"]) => {
            pbx.inside().live.insert(body["name"].as_str().unwrap().to_owned(), id.to_owned());
            (StatusCode::CREATED, axum::Json(json!({ "name": body["name"] }))).into_response()
        }
        (_, ["moh" | "ring" | "variable" | "transfer_progress"]) => ok(),
        _ => gone(),
    }
}
