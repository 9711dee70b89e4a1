//! The WebSocket: events as they come, again after it broke, never against somebody else who has our name.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use model::{at::SECOND, call::Leg};
use tokio_tungstenite::tungstenite::Message;

use super::{
    Shared, Standing,
    ari::{Fault, Socket, unless_gone},
    events::{Bridge, Channel, Event},
    tells::{Came, came},
};
use crate::calls::port::Told;

/// The first wait before another try, and the longest.
const FIRST: i64 = SECOND;
const LONGEST: i64 = 30 * SECOND;
/// When nothing was said for so long, Asterisk is asked whether it is there.
const QUIET: i64 = 20 * SECOND;
/// The longest wait for something to be sent.
const SENDING: Duration = Duration::from_secs(10);

/// Why a WebSocket is not read any more.
enum Left {
    /// It broke.
    Broke,
    /// Another program has our name.
    Replaced,
    /// Nobody wants to know any more.
    Unheard,
}

/// Follows what happens for as long as somebody wants to know.
pub(super) async fn follow(shared: Arc<Shared>, mut socket: Option<Socket>) {
    let mut tries = 0;
    let mut first = true;
    loop {
        if let Some(mut open) = socket.take() {
            match shared.catch_up(first).await {
                Ok(()) => {
                    (tries, first) = (0, false);
                    match shared.listen(&mut open).await {
                        Left::Broke => tracing::warn!("the line to Asterisk broke"),
                        Left::Replaced => return shared.replaced(),
                        Left::Unheard => return,
                    }
                }
                Err(fault) => tracing::warn!(%fault, "Asterisk does not say which calls there are"),
            }
        }
        let at = shared.clock.now() + wait(tries);
        tries += 1;
        // Said when it is known until when nothing is tried.
        if !shared.is_now(Standing::Down { tries }) {
            return;
        }
        shared.clock.wait_until(at).await;
        match shared.ari.listen(&shared.settings.application).await {
            Ok(open) => socket = Some(open),
            Err(fault) => tracing::warn!(%fault, "no line to Asterisk"),
        }
    }
}

/// How long is waited after so many tries: twice as long each time, and not all services at once.
fn wait(tries: u32) -> i64 {
    let longest = FIRST.saturating_mul(1 << tries.min(5)).min(LONGEST);
    rand::random_range(longest / 2..=longest)
}

impl Shared {
    /// Changes how the line stands, unless it was closed.
    fn is_now(&self, standing: Standing) -> bool {
        self.standing.send_if_modified(|now| {
            let changes = *now != Standing::Closed && *now != standing;
            if changes {
                *now = standing;
            }
            changes
        });
        self.stands() != Standing::Closed
    }

    /// Reads events until there are no more.
    async fn listen(self: &Arc<Self>, socket: &mut Socket) -> Left {
        let mut asked = false;
        loop {
            let quiet = self.clock.now() + QUIET;
            let message = tokio::select! {
                message = socket.next() => message,
                () = self.clock.wait_until(quiet) => {
                    // Asked once, and not a word since.
                    if std::mem::replace(&mut asked, true) {
                        return Left::Broke;
                    }
                    let ping = socket.send(Message::Ping(Vec::new().into()));
                    match tokio::time::timeout(SENDING, ping).await {
                        Ok(Ok(())) => continue,
                        _ => return Left::Broke,
                    }
                }
                () = self.tells.closed() => return Left::Unheard,
            };
            asked = false;
            match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str::<Event>(&text) {
                    Ok(event) => {
                        if !self.hear(event) {
                            return Left::Replaced;
                        }
                    }
                    // In its own words serde would quote it.
                    Err(error) => {
                        tracing::warn!(kind = ?error.classify(), column = error.column(), "an event cannot be read");
                    }
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Left::Broke,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Nobody repeats what was missed: looks at everything that there is. Events wait meanwhile, and what they say a second
    /// time is known by then.
    async fn catch_up(self: &Arc<Self>, first: bool) -> Result<(), Fault> {
        let channels: Vec<Channel> = self.ari.get(&["channels"]).await?;
        let bridges: Vec<Bridge> = self.ari.get(&["bridges"]).await?;
        let there: BTreeSet<_> = channels.iter().map(|channel| Leg(channel.id.clone())).collect();
        let (legs, joined) = {
            let mut state = self.state();
            let over: Vec<_> = state.legs.keys().filter(|leg| !there.contains(*leg)).cloned().collect();
            for leg in &over {
                state.legs.remove(leg);
                state.unjoin(leg);
            }
            let joined: BTreeSet<_> = state.joins.values().map(|join| join.bridge.clone()).collect();
            if !first {
                self.tell(Told::Still { legs: state.legs.keys().cloned().collect() });
            }
            (state.legs.keys().cloned().collect::<Vec<_>>(), joined)
        };
        let mut left_behind = Vec::new();
        for channel in &channels {
            let ours = channel.is_in(&self.settings.application);
            match came(&channel.args()) {
                Came::Caller if ours => {
                    self.arrives(&[], channel, false);
                    if channel.is_up() && legs.contains(&Leg(channel.id.clone())) {
                        self.connected(&Leg(channel.id.clone()));
                    }
                }
                Came::Rung if ours && self.known(&Leg(channel.id.clone())).is_ok() => {
                    self.connected(&Leg(channel.id.clone()));
                }
                _ if self.is_left_behind(&channel.id) => left_behind.push(channel.id.as_str()),
                _ => {}
            }
        }
        if !self.is_now(Standing::Up) {
            return Ok(());
        }
        for channel in left_behind {
            self.says(self.ari.hang_up(channel, None).await);
        }
        for bridge in bridges.iter().filter(|bridge| bridge.id.starts_with(&self.prefix())) {
            if !joined.contains(&bridge.id) {
                self.says(unless_gone(self.ari.delete(&["bridges", &bridge.id]).await));
            }
        }
        self.look_at_tapes().await;
        for leg in legs {
            self.go_on(&leg).await;
        }
        let lines: Vec<_> = self
            .state()
            .lines
            .iter()
            .map(|(resource, line)| (resource.clone(), line.password.clone()))
            .collect();
        for (resource, password) in lines {
            // It may have started again, and knows nothing of it any more.
            self.says(self.tell_of(&resource, &password).await);
            self.look_at_line(&resource).await;
        }
        Ok(())
    }

    /// A channel that we made, and know nothing about any more.
    fn is_left_behind(&self, id: &str) -> bool {
        id.starts_with(&self.prefix())
            && self.known(&Leg(id.to_owned())).is_err()
            && !self.state().is_snoop(id)
    }

    /// Another program has our name: every call is over for us.
    fn replaced(&self) {
        tracing::error!(
            application = self.settings.application,
            "another program has taken our application at Asterisk: no calls are taken until the service starts again. \
             Each service needs a name of its own there"
        );
        self.is_now(Standing::Replaced);
        let mut state = self.state();
        state.legs.clear();
        state.joins.clear();
        self.tell(Told::Still { legs: Vec::new() });
        for line in state.lines.values_mut() {
            if line.there.replace(false) == Some(true) {
                self.tell(Told::Line { line: line.name.clone(), there: false });
            }
        }
        state.tapes.clear();
        self.tapes.send_replace(0);
    }
}
