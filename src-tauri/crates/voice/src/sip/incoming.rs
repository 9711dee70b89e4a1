//! Requests that come from outside: what a telephone and an exchange do with them, and what a telephone does.

use std::{net::IpAddr, sync::Arc};

use rsipstack::{
    sip::{HeadersExt, Host, Method, Request, StatusCode, Uri, prelude::ToTypedHeader},
    transaction::{TransactionReceiver, transaction::Transaction},
    transport::SipConnection,
};

use super::{
    call::{Call, Stage, party},
    line::Line,
    session::{Ours, Theirs},
    station::{CORRELATION, Station},
};
use crate::{CallId, Happening, media::engine::Port};

/// Calls that come to a telephone at once; nobody can speak with so many.
const MOST: usize = 8;
/// The longest correlation that is passed on, in bytes.
const LONGEST: usize = 128;

/// Serves a telephone's requests, each by itself.
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
    if is_within_a_call(&request.original) {
        return within(line, request).await;
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

/// Whether a request belongs to a call that is known, or was; or to none that there can be.
pub(super) fn is_within_a_call(request: &Request) -> bool {
    let tag = request.to_header().and_then(|to| to.tag());
    !matches!(tag, Ok(None))
}

/// Serves a request that belongs to a call.
pub(super) async fn within(station: &Station, mut request: Transaction) -> rsipstack::Result<()> {
    match station.dialogs.match_dialog(&request) {
        Some(mut dialog) => dialog.handle(&mut request).await,
        None if request.original.method == Method::Ack => Ok(()),
        None => request.reply(StatusCode::CallTransactionDoesNotExist).await,
    }
}

/// What becomes of an invitation.
pub(super) struct Guest {
    /// Our address, as they see it.
    pub(super) own: IpAddr,
    /// Where they reach us.
    pub(super) contact: Uri,
    /// Whether sound that anybody could hear is not wanted.
    pub(super) locks: bool,
    /// Where the invitation came from, if sound goes only to those who proved to be where they say.
    pub(super) there: Option<IpAddr>,
    /// Whether they may ask us to call somebody else.
    pub(super) refers: bool,
    /// How many like them may have called at once.
    pub(super) most: usize,
}

/// Makes a call of an invitation; or says why not.
pub(super) async fn accept(
    station: &Station,
    request: &Transaction,
    guest: Guest,
) -> Result<Arc<Call>, StatusCode> {
    let invitation = &request.original;
    let id = invitation.call_id_header().map_err(|_| StatusCode::BadRequest)?.value().to_owned();
    let id = CallId::new(id);
    let theirs = match invitation.body.is_empty() {
        true => None,
        false => Some(
            Theirs::read(&invitation.body, station.terms(guest.locks))
                .map_err(|_| StatusCode::NotAcceptableHere)?,
        ),
    };
    let Guest { own, contact, locks, there, refers, most } = guest;
    let port = Port::open(own).await.map_err(|_| StatusCode::ServerInternalError)?;
    let mut calls = station.calls();
    if calls.contains_key(&id) {
        return Err(StatusCode::LoopDetected);
    }
    let like = calls.values().filter(|call| call.came() && call.refers == refers);
    if like.count() >= most {
        return Err(station.manner.busy.clone());
    }
    let credential = station.manner.credential.clone();
    let dialog = station
        .dialogs
        .get_or_create_server_invite(request, station.states.clone(), credential, Some(contact))
        .map_err(|_| StatusCode::BadRequest)?;
    let ours = Ours::new(port.address(), station.terms(locks));
    let mut call = Call::new(id.clone(), dialog, port, Stage::Offered, ours, theirs);
    (call.refers, call.locks, call.there) = (refers, locks, there);
    let call = Arc::new(call);
    calls.insert(id, Arc::clone(&call));
    Ok(call)
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
    let replaced = match invitation.replaces_header() {
        Some(replaces) => Some(line.named(replaces.value()).ok_or(StatusCode::CallTransactionDoesNotExist)?),
        None => None,
    };
    let own = line.way().own;
    let guest = Guest {
        own,
        contact: line.contact(),
        locks: line.account.locks_sound,
        // The exchange is believed.
        there: None,
        refers: line.account.follows_transfers,
        most: MOST,
    };
    Ok((accept(line, request, guest).await?, replaced))
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

/// Where a request really came from: our own transport wrote that into it.
pub(super) fn source(request: &Request) -> Option<IpAddr> {
    let (_, host) = SipConnection::parse_target_from_via(request.via_header().ok()?).ok()?;
    match host.host {
        Host::IpAddr(ip) => Some(ip),
        Host::Domain(_) => None,
    }
}
