//! Requests that come from outside.

use std::{net::IpAddr, sync::Arc};

use rsipstack::{
    sip::{HeadersExt, Host, Method, Request, StatusCode, prelude::ToTypedHeader},
    transaction::{TransactionReceiver, transaction::Transaction},
    transport::SipConnection,
};

use super::{
    call::{Call, Stage, party},
    line::{CORRELATION, Line},
    session::{Ours, Theirs},
};
use crate::{CallId, Happening, media::engine::Port};

/// Calls at once; nobody can speak with so many.
const MOST: usize = 8;
/// The longest correlation that is passed on, in bytes.
const LONGEST: usize = 128;

/// Serves requests, each by itself.
pub(super) async fn serve(line: Arc<Line>, mut requests: TransactionReceiver) {
    while let Some(request) = requests.recv().await {
        let its = Arc::clone(&line);
        line.spawn(async move {
            if let Err(error) = handle(&its, request).await {
                tracing::debug!(%error, "a request came to nothing");
            }
        });
    }
}

async fn handle(line: &Arc<Line>, mut request: Transaction) -> rsipstack::Result<()> {
    let is_within_a_call = request.original.to_header()?.tag()?.is_some();
    if is_within_a_call {
        return match line.dialogs.match_dialog(&request) {
            Some(mut dialog) => dialog.handle(&mut request).await,
            None if request.original.method == Method::Ack => Ok(()),
            None => request.reply(StatusCode::CallTransactionDoesNotExist).await,
        };
    }
    match request.original.method {
        Method::Invite => match offer(line, &request).await {
            Ok((call, replaced)) => ring(line, request, &call, replaced).await,
            Err(refusal) => request.reply(refusal).await,
        },
        Method::Ack => Ok(()),
        Method::Options => request.reply(StatusCode::OK).await,
        _ => request.reply(StatusCode::MethodNotAllowed).await,
    }
}

/// Makes a call of an invitation, with the call that it replaces; or says why not.
async fn offer(
    line: &Arc<Line>,
    request: &Transaction,
) -> Result<(Arc<Call>, Option<Arc<Call>>), StatusCode> {
    let invitation = &request.original;
    let exchange = line.way().exchange.clone();
    if !source(invitation).is_some_and(|from| exchange.contains(&from)) {
        return Err(StatusCode::Forbidden);
    }
    let id = invitation.call_id_header().map_err(|_| StatusCode::BadRequest)?.value().to_owned();
    let id = CallId::new(id);
    let theirs = match invitation.body.is_empty() {
        true => None,
        false => Some(
            Theirs::read(&invitation.body, line.account.locks_sound)
                .map_err(|_| StatusCode::NotAcceptableHere)?,
        ),
    };
    let replaced =
        invitation.replaces_header().map(|replaces| replaced(line, replaces.value())).transpose()?;
    let own = line.way().own;
    let port = Port::open(own).await.map_err(|_| StatusCode::ServerInternalError)?;
    let mut calls = line.calls();
    if calls.contains_key(&id) {
        return Err(StatusCode::LoopDetected);
    }
    if calls.len() >= MOST {
        return Err(StatusCode::BusyHere);
    }
    let dialog = line
        .dialogs
        .get_or_create_server_invite(
            request,
            line.states.clone(),
            Some(line.account.credential()),
            Some(line.contact()),
        )
        .map_err(|_| StatusCode::BadRequest)?;
    let ours = Ours::new(port.address(), line.account.locks_sound);
    let call = Arc::new(Call::new(id.clone(), dialog, port, Stage::Offered, ours, theirs, None));
    calls.insert(id, Arc::clone(&call));
    Ok((call, replaced))
}

/// Lets it ring, until it is answered or given up.
async fn ring(
    line: &Arc<Line>,
    mut request: Transaction,
    call: &Arc<Call>,
    replaced: Option<Arc<Call>>,
) -> rsipstack::Result<()> {
    let invitation = &request.original;
    let from = invitation.from_header()?.typed()?;
    let correlation = invitation.header_value(CORRELATION).filter(|value| value.len() <= LONGEST);
    line.tell(&call.id, Happening::Incoming { from: party(from.display_name, &from.uri), correlation });
    match replaced {
        Some(replaced) => take_over(line, call, &replaced),
        None => call.dialog.ringing(None, None)?,
    }
    call.dialog.clone().handle(&mut request).await
}

/// Goes on in another call: somebody else was connected with us, and nothing is to be asked.
fn take_over(line: &Line, call: &Call, replaced: &Call) {
    if call.answer(line).is_err() {
        return;
    }
    replaced.state().transferring = true;
    replaced.hang_up(line);
}

/// The call that is to be replaced (RFC 3891).
fn replaced(line: &Line, replaces: &str) -> Result<Arc<Call>, StatusCode> {
    let mut parts = replaces.split(';');
    let id = CallId::new(parts.next().unwrap_or_default().trim());
    let (mut ours, mut theirs) = ("", "");
    for part in parts {
        match part.trim().split_once('=') {
            Some(("to-tag", tag)) => ours = tag,
            Some(("from-tag", tag)) => theirs = tag,
            _ => {}
        }
    }
    let call = line.call(&id).map_err(|_| StatusCode::CallTransactionDoesNotExist)?;
    let is_spoken = call.state().stage == Stage::Connected;
    match call.is(ours, theirs) && is_spoken {
        true => Ok(call),
        false => Err(StatusCode::CallTransactionDoesNotExist),
    }
}

/// Where a request really came from: our own transport wrote that into it.
fn source(request: &Request) -> Option<IpAddr> {
    let (_, host) = SipConnection::parse_target_from_via(request.via_header().ok()?).ok()?;
    match host.host {
        Host::IpAddr(ip) => Some(ip),
        Host::Domain(_) => None,
    }
}
