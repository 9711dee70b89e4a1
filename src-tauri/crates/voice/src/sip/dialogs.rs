//! What happens in calls, as the protocol sees it, told as the telephone's port wants it: each once, keyed by Call-ID.

use std::sync::Arc;

use rsipstack::{
    dialog::{
        DialogId,
        dialog::{DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle},
    },
    sip::{Method, Request, Response, StatusCode},
};

use super::{
    call::{Call, Stage},
    referral::Referral,
    session::{Direction, Theirs},
    station::{Station, described},
};
use crate::{CallId, Digit, Ended, Happening, Reason, Side};

/// Follows all calls of a station.
pub(super) async fn follow(station: Arc<Station>, mut changes: DialogStateReceiver) {
    while let Some(change) = changes.recv().await {
        let call = station.call(&CallId::new(id(&change).call_id.clone())).ok();
        if let DialogState::Terminated(id, reason) = &change {
            station.dialogs.remove_dialog(id);
            if let Some(call) = &call {
                over(&station, call, reason);
            }
            continue;
        }
        match call {
            Some(call) => changed(&station, &call, change).await,
            None => refuse(change).await,
        }
    }
}

fn id(change: &DialogState) -> &DialogId {
    match change {
        DialogState::Calling(id)
        | DialogState::Trying(id)
        | DialogState::Early(id, _)
        | DialogState::WaitAck(id, _)
        | DialogState::Confirmed(id, _)
        | DialogState::Updated(id, _, _)
        | DialogState::Publish(id, _, _)
        | DialogState::Notify(id, _, _)
        | DialogState::Refer(id, _, _)
        | DialogState::Message(id, _, _)
        | DialogState::Info(id, _, _)
        | DialogState::Options(id, _, _)
        | DialogState::Terminated(id, _) => id,
    }
}

/// Something in a call that is over here already.
async fn refuse(change: DialogState) {
    let handle = match change {
        DialogState::Updated(_, _, handle)
        | DialogState::Publish(_, _, handle)
        | DialogState::Notify(_, _, handle)
        | DialogState::Refer(_, _, handle)
        | DialogState::Message(_, _, handle)
        | DialogState::Info(_, _, handle)
        | DialogState::Options(_, _, handle) => handle,
        _ => return,
    };
    answer(handle, StatusCode::CallTransactionDoesNotExist, None).await;
}

async fn answer(handle: TransactionHandle, status: StatusCode, body: Option<Vec<u8>>) {
    let headers = body.as_ref().map(|_| vec![described()]);
    // It fails only where the one who asked is gone.
    let _ = handle.respond(status, headers, body).await;
}

async fn changed(station: &Arc<Station>, call: &Arc<Call>, change: DialogState) {
    match change {
        DialogState::Early(_, response) => early(station, call, &response),
        DialogState::Confirmed(_, response) => confirmed(station, call, &response),
        DialogState::Updated(_, request, handle) => updated(station, call, &request, handle).await,
        DialogState::Notify(_, request, handle) => {
            answer(handle, StatusCode::OK, None).await;
            call.told(station, &request);
        }
        DialogState::Refer(_, _, handle) if !call.refers => {
            answer(handle, StatusCode::Decline, None).await;
        }
        DialogState::Refer(_, request, handle) => match Referral::read(&request) {
            Ok(referral) => {
                answer(handle, StatusCode::Accepted, None).await;
                station.tell_referred(&call.id, referral);
            }
            Err(refusal) => answer(handle, refusal, None).await,
        },
        DialogState::Info(_, request, handle) => {
            answer(handle, StatusCode::OK, None).await;
            if let Some(digit) = digit(&request) {
                station.pressed(&call.id, digit);
            }
        }
        DialogState::Options(_, _, handle) => answer(handle, StatusCode::OK, None).await,
        DialogState::Publish(_, _, handle) | DialogState::Message(_, _, handle) => {
            answer(handle, StatusCode::MethodNotAllowed, None).await;
        }
        DialogState::Calling(_)
        | DialogState::Trying(_)
        | DialogState::WaitAck(..)
        | DialogState::Terminated(..) => {}
    }
}

/// It rings at theirs; what the exchange says or plays meanwhile is heard.
fn early(station: &Arc<Station>, call: &Arc<Call>, response: &Response) {
    if call.came() {
        return;
    }
    if let Ok(theirs) = Theirs::read(&response.body, station.terms(call.locks)) {
        call.agree(station, theirs);
    }
    if !std::mem::replace(&mut call.state().rings, true) {
        station.tell(&call.id, Happening::Ringing);
        call.report(station, StatusCode::Ringing);
    }
}

/// Both sides know that it was answered. This is said again after each request within the call.
fn confirmed(station: &Arc<Station>, call: &Arc<Call>, response: &Response) {
    let is_called = call.came();
    let from = if is_called { Stage::Answered } else { Stage::Dialled };
    if call.advance(from, Stage::Connected).is_err() {
        return;
    }
    let said = if is_called {
        // Who called without an offer answers ours now.
        let is_missing = call.state().theirs.is_none();
        is_missing.then(|| call.dialog.last_remote_ack().map(|ack| ack.body).unwrap_or_default())
    } else {
        Some(response.body.clone())
    };
    match said.map(|body| Theirs::read(&body, station.terms(call.locks))).transpose() {
        Ok(theirs) => {
            let they = theirs.as_ref().map_or(call.state().they, |theirs| theirs.direction);
            if let Some(theirs) = theirs {
                call.agree(station, theirs);
            }
            station.tell(&call.id, Happening::Connected);
            call.they_want(station, they);
            call.report(station, StatusCode::OK);
        }
        Err(_) => {
            tracing::warn!("a call was answered in a way that is not known here");
            call.hang_up(station);
        }
    }
}

/// They want to agree on something else.
async fn updated(station: &Arc<Station>, call: &Arc<Call>, request: &Request, handle: TransactionHandle) {
    let is_held = call.state().held;
    let wanted = if is_held { Direction::HOLDING } else { Direction::BOTH };
    if request.body.is_empty() {
        // An invitation without an offer asks for ours; an update without one only asks whether we are there.
        let offer = (request.method == Method::Invite).then(|| call.state().ours.offer(wanted));
        return answer(handle, StatusCode::OK, offer).await;
    }
    let Ok(theirs) = Theirs::read(&request.body, station.terms(call.locks)) else {
        return answer(handle, StatusCode::NotAcceptableHere, None).await;
    };
    let they = theirs.direction;
    let body = call.state().ours.answer(&theirs, they.answer(wanted));
    call.agree(station, theirs);
    answer(handle, StatusCode::OK, Some(body)).await;
    call.they_want(station, they);
}

/// The key that is told in words, as some exchanges do.
fn digit(request: &Request) -> Option<Digit> {
    let body = String::from_utf8_lossy(&request.body);
    let key = body.lines().find_map(|line| line.trim().strip_prefix("Signal=")).unwrap_or(body.trim());
    let mut keys = key.trim().chars();
    keys.next().filter(|_| keys.next().is_none()).and_then(Digit::new)
}

/// It is over, as the protocol sees it.
fn over(station: &Arc<Station>, call: &Arc<Call>, why: &TerminatedReason) {
    let is_called = call.came();
    let is_transferred = call.state().transferring;
    let ended = |by, reason, code: Option<u16>| Ended { by, reason, code };
    let hung_up = if is_transferred { Reason::Transferred } else { Reason::HungUp };
    let ended = match why {
        TerminatedReason::UacBye if is_called => ended(Side::Them, hung_up, None),
        TerminatedReason::UasBye if !is_called => ended(Side::Them, hung_up, None),
        TerminatedReason::UacBye | TerminatedReason::UasBye => ended(Side::Us, hung_up, None),
        TerminatedReason::UacCancel if is_called => ended(Side::Them, Reason::Cancelled, Some(487)),
        TerminatedReason::UacCancel => ended(Side::Us, Reason::Cancelled, Some(487)),
        TerminatedReason::UasDecline if is_called => ended(Side::Us, Reason::Rejected, Some(486)),
        TerminatedReason::UasDecline => ended(Side::Them, Reason::Rejected, Some(603)),
        TerminatedReason::UacBusy | TerminatedReason::UasBusy => {
            ended(Side::Them, Reason::Rejected, Some(486))
        }
        TerminatedReason::Timeout => ended(Side::Them, Reason::NoAnswer, Some(408)),
        TerminatedReason::ProxyAuthRequired => ended(Side::Them, Reason::Failed, Some(407)),
        TerminatedReason::ProxyError(status)
        | TerminatedReason::UacOther(status)
        | TerminatedReason::UasOther(status) => {
            let code = status.code();
            let reason = match code {
                486 | 600 | 603 => Reason::Rejected,
                408 | 480 | 487 => Reason::NoAnswer,
                _ => Reason::Failed,
            };
            ended(Side::Them, reason, Some(code))
        }
    };
    if call.state().stage == Stage::Dialled {
        let code = ended.code.unwrap_or(StatusCode::RequestTerminated.code());
        call.report(station, StatusCode::from(code));
    }
    call.end(station, ended);
}
