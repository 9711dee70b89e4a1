//! Requests to an exchange.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rsipstack::{
    sip::{
        Header, HeadersExt, Method, Param, Request, StatusCode, Transport as Via,
        headers::auth::{Algorithm, Qop, Scheme},
        prelude::{HasHeaders, ToTypedHeader},
        typed,
    },
    transaction::{TransactionReceiver, transaction::Transaction},
    transport::{SipAddr, SipConnection},
};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    Said, Switch, plain,
    registrar::{Place, Proof},
};
use crate::{
    CallId, Party,
    sip::{
        call::{Call, party},
        incoming::{Guest, accept, is_within_a_call, within},
        referral::{Referral, unescaped},
    },
};

/// The longest body that is read, in bytes; a description of a session has some hundreds.
const BODY: usize = 6_000;
/// The longest header, in bytes.
const HEADER: usize = 2_048;
/// Headers at most.
const HEADERS: usize = 64;
/// The longest number, in bytes.
const NUMBER: usize = 64;

/// Seconds after which somebody who calls too fast may try again.
const AGAIN: &str = "10";

/// What is answered instead of taking a call or a registration.
type Refusal = (StatusCode, Vec<Header>);

/// Serves requests. Calls are told in the order in which they came; nobody is waited for.
pub(super) async fn serve(switch: Arc<Switch>, mut requests: TransactionReceiver) {
    while let Some(request) = requests.recv().await {
        if request.original.method != Method::Invite || is_within_a_call(&request.original) {
            let its = Arc::clone(&switch);
            switch.station.spawn(async move { note(handle(&its, request).await) });
            continue;
        }
        match offer(&switch, &request).await {
            Ok(call) => switch.station.spawn(follow(call, request)),
            Err(refusal) => switch.station.spawn(refuse(request, refusal)),
        }
    }
}

fn note(result: rsipstack::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "a request came to nothing");
    }
}

/// Serves an invitation until its call is taken or given up.
async fn follow(call: Arc<Call>, mut request: Transaction) {
    note(call.dialog.clone().handle(&mut request).await);
}

async fn refuse(mut request: Transaction, (status, headers): Refusal) {
    note(request.reply_with(status, headers, None).await);
}

async fn handle(switch: &Switch, mut request: Transaction) -> rsipstack::Result<()> {
    if let Err(status) = bounded(&request.original) {
        return request.reply(status).await;
    }
    if is_within_a_call(&request.original) {
        return within(&switch.station, request).await;
    }
    match request.original.method {
        Method::Register => match register(switch, &request) {
            Ok(headers) => request.reply_with(StatusCode::OK, headers, None).await,
            Err((status, headers)) => request.reply_with(status, headers, None).await,
        },
        Method::Ack => Ok(()),
        Method::Options => request.reply(StatusCode::OK).await,
        _ => request.reply(StatusCode::MethodNotAllowed).await,
    }
}

/// Nobody needs a request that is longer.
fn bounded(request: &Request) -> Result<(), StatusCode> {
    let headers = request.headers();
    if headers.iter().count() > HEADERS || headers.iter().any(|header| header.value().len() > HEADER) {
        return Err(StatusCode::BadRequest);
    }
    match request.body.len() > BODY {
        true => Err(StatusCode::RequestEntityTooLarge),
        false => Ok(()),
    }
}

/// A number without what cannot be seen in it: nobody should look like somebody else. Nothing if it is too long.
fn visible(written: &str) -> Option<String> {
    (written.len() <= NUMBER).then(|| written.chars().filter(char::is_ascii_graphic).collect())
}

/// Makes a call of an invitation and tells of it; or says why not.
async fn offer(switch: &Switch, request: &Transaction) -> Result<Arc<Call>, Refusal> {
    let bad = |status: StatusCode| (status, Vec::new());
    let invitation = &request.original;
    bounded(invitation).map_err(bad)?;
    let from =
        invitation.from_header().and_then(|from| from.typed()).map_err(|_| bad(StatusCode::BadRequest))?;
    let from = party(from.display_name, &from.uri);
    let number = visible(&from.number).ok_or_else(|| bad(StatusCode::BadRequest))?;
    let to = unescaped(invitation.uri.user().unwrap_or_default());
    let to = visible(&to).ok_or_else(|| bad(StatusCode::BadRequest))?;
    // Whoever takes a call's place is told so here and nowhere else.
    if invitation.replaces_header().is_some() {
        return Err(bad(StatusCode::CallTransactionDoesNotExist));
    }
    let at = source(request).ok_or_else(|| bad(StatusCode::BadRequest))?;
    let there = at.get_socketaddr().map_err(|_| bad(StatusCode::BadRequest))?;
    let line = proven(switch, invitation, &number, there)?;
    if line.is_none() && !switch.pace.allows(there.ip()) {
        return Err((StatusCode::ServiceUnavailable, vec![Header::RetryAfter(AGAIN.into())]));
    }
    let via = at.r#type.unwrap_or_default();
    let own = switch.own(there.ip(), via);
    let guest = Guest {
        own,
        contact: switch.contact(own, via),
        locks: via == Via::Tls,
        there: Some(there.ip()),
        refers: line.is_some(),
        most: line.as_ref().map_or(switch.settings.most_calls, |_| usize::MAX),
    };
    let call = accept(&switch.station, request, guest).await.map_err(bad)?;
    let from = Party { number, name: from.name.map(|name| plain(&name)) };
    switch.say(Said::Incoming { call: call.id.clone(), from, to, line });
    Ok(call)
}

/// The line that calls, if it says that it is one.
fn proven(
    switch: &Switch,
    invitation: &Request,
    number: &str,
    there: SocketAddr,
) -> Result<Option<String>, Refusal> {
    let mut registrar = switch.registrar();
    let Some(line) = registrar.claimed(number).map(str::to_owned) else { return Ok(None) };
    let answer = invitation.headers().iter().find_map(|header| match header {
        Header::ProxyAuthorization(answer) => Some(answer.value().to_owned()),
        _ => None,
    });
    match registrar.prove(&line, there.ip(), &Method::Invite, answer.as_deref(), switch.now()) {
        Proof::Proven => Ok(Some(line)),
        Proof::Wrong => Err((StatusCode::Forbidden, Vec::new())),
        Proof::Missing { question, stale } => {
            let asks = asks(registrar.realm(), question, stale);
            let header = Header::ProxyAuthenticate(asks.to_string().into());
            Err((StatusCode::ProxyAuthenticationRequired, vec![header]))
        }
    }
}

fn asks(realm: &str, question: String, stale: bool) -> typed::WwwAuthenticate {
    typed::WwwAuthenticate {
        scheme: Scheme::Digest,
        realm: realm.to_owned(),
        nonce: question,
        stale: stale.then(|| "true".to_owned()),
        algorithm: Some(Algorithm::Md5),
        qop: Some(Qop::Auth),
        ..typed::WwwAuthenticate::default()
    }
}

/// Lets a line be somewhere, or not any more; what is answered to that.
fn register(switch: &Switch, request: &Transaction) -> Result<Vec<Header>, Refusal> {
    let bad = |status: StatusCode| (status, Vec::new());
    let asked = &request.original;
    let to = asked.to_header().and_then(|to| to.typed()).map_err(|_| bad(StatusCode::BadRequest))?;
    let user = unescaped(to.uri.user().unwrap_or_default());
    if user.is_empty() || user.len() > NUMBER {
        return Err(bad(StatusCode::BadRequest));
    }
    let at = source(request).ok_or_else(|| bad(StatusCode::BadRequest))?;
    let there = at.get_socketaddr().map_err(|_| bad(StatusCode::BadRequest))?;
    let now = switch.now();
    let answer = asked.headers().iter().find_map(|header| match header {
        Header::Authorization(answer) => Some(answer.value()),
        _ => None,
    });
    let mut registrar = switch.registrar();
    match registrar.prove(&user, there.ip(), &Method::Register, answer, now) {
        Proof::Proven => {}
        Proof::Wrong => return Err(bad(StatusCode::Forbidden)),
        Proof::Missing { question, stale } => {
            let header = asks(registrar.realm(), question, stale).into();
            return Err((StatusCode::Unauthorized, vec![header]));
        }
    }
    let contact = asked.contact_header().ok().map(|contact| contact.typed()).transpose();
    let contact = contact.map_err(|_| bad(StatusCode::BadRequest))?;
    let header = || asked.expires_header().and_then(|expires| expires.value().trim().parse().ok());
    let longest = u32::try_from(switch.settings.longest.as_secs()).unwrap_or(u32::MAX);
    // Who only asks where they are is told.
    let Some(contact) = contact else {
        let place = registrar.place(&user, now);
        let known = place.map(|place| granted(&place.contact, place.until.saturating_sub(now)));
        return Ok(known.into_iter().collect());
    };
    let wanted = contact.expires().or_else(header).unwrap_or(longest).min(longest);
    if wanted == 0 {
        let is_any = contact.to_string() == "*";
        let was_there = registrar.leave(&user, Some(&contact.uri).filter(|_| !is_any));
        if was_there {
            switch.say_line(&registrar, &user, false);
        }
        return Ok(Vec::new());
    }
    let holds = Duration::from_secs(wanted.into());
    let place = Place { contact: contact.uri, at, until: now + holds };
    let header = granted(&place.contact, holds);
    let is_new = registrar.settle(&user, place);
    if is_new {
        switch.say_line(&registrar, &user, true);
    }
    switch.moved.notify_one();
    Ok(vec![header])
}

/// Where somebody is, and how long that holds.
fn granted(contact: &rsipstack::sip::Uri, holds: Duration) -> Header {
    let params = vec![Param::Expires(holds.as_secs().to_string().into())];
    typed::Contact { display_name: None, uri: contact.clone(), params }.into()
}

/// Where a request really came from.
fn source(request: &Transaction) -> Option<SipAddr> {
    match request.connection.as_ref().filter(|connection| connection.is_reliable()) {
        Some(stream) => stream.get_remote_addr().cloned(),
        // Our own transport wrote that into a datagram.
        None => {
            let via = request.original.via_header().ok()?;
            let (_, addr) = SipConnection::parse_target_from_via(via).ok()?;
            Some(SipAddr { r#type: Some(Via::Udp), addr })
        }
    }
}

/// Tells of calls that should be handed over.
pub(super) async fn hand_over(switch: Arc<Switch>, mut referred: UnboundedReceiver<(CallId, Referral)>) {
    while let Some((call, Referral { to, replaces })) = referred.recv().await {
        let Ok(its) = switch.station.call(&call) else { continue };
        let to = unescaped(to.user().unwrap_or_default());
        let replaced = match replaces {
            Some(replaces) => match switch.station.named(&replaces).filter(|other| other.refers) {
                Some(replaced) => Some(replaced),
                None => {
                    its.says(&switch.station, StatusCode::CallTransactionDoesNotExist);
                    continue;
                }
            },
            None => None,
        };
        its.goes(replaced.as_deref());
        switch.say(Said::Referred { call, to, replaces: replaced.map(|replaced| replaced.id.clone()) });
    }
}
