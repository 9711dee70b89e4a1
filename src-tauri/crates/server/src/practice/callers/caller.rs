//! One practice caller: calls, waits as long as they can bear, speaks, and hangs up.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::SocketAddr,
    sync::atomic::Ordering,
};

use model::{Conversation, ConversationState, Slug, at::SECOND};
use rusqlite::Connection;
use secrecy::SecretString;
use tokio::sync::watch;
use voice::{
    Account, Digit, Happening, Heard, Phone, Sip,
    audio::{Sound, memory::Nobody},
};

use super::{Pace, PracticeFault, script::CallerScript, speech::Speech};
use crate::{error::Result, people, service::Service};

/// How often they think, of their own time.
const LOOK: i64 = SECOND / 2;

/// Where they call.
pub(super) struct Place {
    pub(super) service: Service,
    pub(super) workspace: Slug,
    pub(super) exchange: SocketAddr,
}

/// How their call stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Waits,
    Spoken,
}

/// Lives until they are done, or told to stop.
pub(super) async fn live(
    script: &CallerScript,
    place: &Place,
    pace: Pace,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), PracticeFault> {
    let fault = |error: String| PracticeFault::NoLine(error);
    let (workspace, queue) = (place.workspace.clone(), script.queue.clone());
    let calls = place
        .service
        .read(move |sql| {
            let Some(tenant) = people::tenant_by_slug(sql, &workspace)? else { return Ok(None) };
            Ok(people::workspace(sql, tenant)?.queue(&queue).and_then(|queue| queue.calls.clone()))
        })
        .await
        .map_err(|error| fault(error.to_string()))?
        .ok_or_else(|| fault(format!("the queue \"{}\" has no number", script.queue)))?;

    let mut seed = DefaultHasher::new();
    script.id.hash(&mut seed);
    let (speech, speaks) = Speech::new(script.pitch, seed.finish());
    let mut account =
        Account::new(&*script.number, SecretString::from(String::new()), place.exchange.to_string());
    account.name = Some(script.name.to_string());
    account.bind = place.exchange.ip();
    let opened = Sip::open(account, Sound::new(speech, Nobody)).await;
    let (phone, mut heard) = opened.map_err(|error| fault(error.to_string()))?;
    let call = phone.dial(&calls.number, None).await.map_err(|error| fault(error.to_string()))?;

    let clock = place.service.clock().clone();
    let began = clock.now();
    let (mut spoken_since, mut asked) = (None, false);
    loop {
        let now = clock.now();
        tokio::select! {
            // Its sender lives as long as they are running.
            _ = stopped.wait_for(|stopped| *stopped) => break,
            told = heard.recv() => {
                if matches!(told, None | Some(Heard::Call(_, Happening::Ended(_)))) {
                    break;
                }
                continue;
            }
            () = clock.wait_until(now + pace.to_clock(LOOK)) => {}
        }
        let number = script.number.clone();
        let stands = place.service.read(move |sql| stands(sql, &number)).await;
        let (now, spoken) = (clock.now(), stands.ok().flatten() == Some(Stands::Spoken));
        speaks.store(spoken, Ordering::Relaxed);
        let of_day = |since: model::At| pace.to_day(now.since(since)) / SECOND;
        if spoken {
            let since = *spoken_since.get_or_insert(now);
            if of_day(since) >= i64::from(script.talks_s) {
                break;
            }
        } else if of_day(began) >= i64::from(script.patience_s) {
            break;
        } else if script.wants_call_back && !asked && may_ask(now.since(began), calls.call_back_s) {
            asked = true;
            if let Some(one) = Digit::new('1') {
                phone.press(&call, &[one]).await.unwrap_or_default();
            }
        }
    }
    // It may be over by now.
    phone.hang_up(&call).await.unwrap_or_default();
    phone.close().await;
    Ok(())
}

/// Whether the queue lets a caller ask by now to be called back, and they had time to hear it. By the clock of the queue.
fn may_ask(waited: i64, call_back_s: u32) -> bool {
    call_back_s > 0 && waited >= i64::from(call_back_s) * SECOND + 3 * SECOND
}

/// How the call of that number stands, if there is one.
fn stands(sql: &Connection, number: &str) -> Result<Option<Stands>> {
    let mut statement = sql.prepare_cached(
        "SELECT body FROM conversation WHERE channel = 'voice' AND state IN ('waiting', 'active')",
    )?;
    let bodies = statement.query_map([], |row| row.get::<_, String>(0))?;
    for body in bodies {
        let conversation: Conversation = serde_json::from_str(&body?)?;
        if let Some(call) = conversation.call.filter(|call| *call.with.number == *number) {
            let spoken = conversation.state == ConversationState::Active && call.answered_at.is_some();
            return Ok(Some(if spoken { Stands::Spoken } else { Stands::Waits }));
        }
    }
    Ok(None)
}
