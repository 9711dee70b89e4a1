//! Calls that are handed over (RFC 3515, RFC 3891).

use std::sync::Arc;

use rsipstack::sip::{Header, ReferTo, Request, StatusCode, StatusCodeKind, Uri, prelude::HasHeaders};

use tokio::sync::mpsc;

use super::{
    call::{Call, Stage},
    station::Station,
};
use crate::{CallId, Happening, Transfer, Trouble};

/// Whom somebody asks us to call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Referral {
    pub(super) to: Uri,
    /// The call that ours should take the place of, as a header names it.
    pub(super) replaces: Option<String>,
}

impl Referral {
    /// Reads the request; or says what is to be answered instead.
    pub(super) fn read(request: &Request) -> Result<Self, StatusCode> {
        let to = request
            .headers()
            .iter()
            .find_map(|header| match header {
                Header::ReferTo(to) => Some(to.value().to_owned()),
                _ => None,
            })
            .ok_or(StatusCode::BadRequest)?;
        let to = to.split_once('<').and_then(|(_, to)| to.split_once('>')).map_or(to.as_str(), |(to, _)| to);
        let (to, headers) = to.split_once('?').unwrap_or((to, ""));
        let replaces = headers
            .split('&')
            .filter_map(|header| header.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("Replaces"))
            .map(|(_, value)| unescaped(value));
        Ok(Self { to: Uri::try_from(to).map_err(|_| StatusCode::BadRequest)?, replaces })
    }
}

impl Station {
    /// The call that is named so by its other side, if it is spoken (RFC 3891).
    pub(super) fn named(&self, replaces: &str) -> Option<Arc<Call>> {
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
        let call = self.call(&id).ok()?;
        let is_spoken = call.state().stage == Stage::Connected;
        (call.is(ours, theirs) && is_spoken).then_some(call)
    }
}

impl Call {
    /// Asks the other side to call somebody else instead of us; in the place of our call with them, if there is one.
    pub(super) async fn refer(
        &self,
        station: &Station,
        to: &Uri,
        consulted: Option<&Call>,
    ) -> Result<(), Trouble> {
        let _turn = self.turn.lock().await;
        let replaces = match consulted {
            Some(consulted) => {
                let id = consulted.dialog.id();
                let named = format!("{};to-tag={};from-tag={}", id.call_id, id.remote_tag, id.local_tag);
                format!("?Replaces={}", escaped(&named))
            }
            None => String::new(),
        };
        let refer_to = ReferTo::from(format!("<{to}{replaces}>"));
        // How it goes can be told before the answer is noticed here.
        self.goes(consulted);
        let answer = self.dialog.refer(refer_to, None, None).await;
        let refused = match answer {
            Ok(Some(answer)) if answer.status_code.kind() == StatusCodeKind::Successful => return Ok(()),
            Ok(Some(answer)) => Trouble::Refused(answer.status_code.code()),
            Ok(None) => Trouble::NotNow,
            Err(_) => Trouble::Unreachable,
        };
        self.stays(station);
        Err(refused)
    }

    /// It is being handed over; to the other side of a call that goes with it, if there is one.
    pub(super) fn goes(&self, consulted: Option<&Call>) {
        {
            let mut state = self.state();
            state.transferring = true;
            state.consulted = consulted.map(|consulted| consulted.id.clone());
        }
        if let Some(consulted) = consulted {
            consulted.state().transferring = true;
        }
    }

    /// It is not handed over after all, nor is the call that should have gone with it.
    pub(super) fn stays(&self, station: &Station) {
        let consulted = {
            let mut state = self.state();
            state.transferring = false;
            state.consulted.take()
        };
        if let Some(consulted) = consulted.and_then(|consulted| station.call(&consulted).ok()) {
            consulted.state().transferring = false;
        }
    }

    /// They say how it goes. Whatever they say, the call is up until it is done.
    pub(super) fn told(&self, station: &Station, notice: &Request) {
        let body = String::from_utf8_lossy(&notice.body);
        let code = body.split_whitespace().nth(1).and_then(|code| code.parse::<u16>().ok());
        let Some(code) = code.filter(|_| body.starts_with("SIP/2.0 ") && self.state().transferring) else {
            return;
        };
        let transfer = match code {
            100..200 => Transfer::Trying(code),
            200..300 => Transfer::Done,
            _ => Transfer::Failed(code),
        };
        station.tell(&self.id, Happening::Transfer(transfer));
        match transfer {
            Transfer::Trying(_) => {}
            Transfer::Done => self.hang_up(station),
            Transfer::Failed(_) => self.stays(station),
        }
    }

    /// Tells who asked us to call how it goes with this call.
    pub(super) fn report(&self, station: &Arc<Station>, status: StatusCode) {
        if let Some(asked) = self.referred_by.as_ref().and_then(|asked| station.call(asked).ok()) {
            asked.says(station, status);
        }
    }

    /// Tells the other side, who asked us to call somebody else, how that goes. In the order in which it is said.
    pub(super) fn says(&self, station: &Station, status: StatusCode) {
        let mut state = self.state();
        let reports = state.reports.get_or_insert_with(|| {
            let (reports, mut waiting) = mpsc::unbounded_channel::<StatusCode>();
            let dialog = self.dialog.clone();
            station.spawn(async move {
                while let Some(status) = waiting.recv().await {
                    let is_over = status.kind() != StatusCodeKind::Provisional;
                    let state = if is_over { "terminated;reason=noresource" } else { "active;expires=60" };
                    if let Err(error) = dialog.notify_refer(status, state).await {
                        tracing::debug!(%error, "nobody wants to know how a transfer went");
                    }
                }
            });
            reports
        });
        // It is heard as long as the call is there.
        let _ = reports.send(status);
    }
}

/// A header's value as it may stand in an address.
fn escaped(value: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(byte);
    value.bytes().fold(String::new(), |mut text, byte| {
        match is_plain(&byte) {
            true => text.push(byte.into()),
            false => text.push_str(&format!("%{byte:02X}")),
        }
        text
    })
}

/// A header's value as it stands in an address.
pub(super) fn unescaped(value: &str) -> String {
    let mut parts = value.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match (part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()), part.get(2..)) {
            (Some(byte), Some(rest)) => {
                bytes.push(byte);
                bytes.extend(rest.as_bytes());
            }
            _ => bytes.extend(part.as_bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_an_address_comes_out_as_it_was() {
        let replaces = "a%b@192.0.2.1;to-tag=x;from-tag=ü";
        assert_eq!(unescaped(&escaped(replaces)), replaces);
        assert!(!escaped(replaces).contains([';', '=', '@']));
        assert_eq!(unescaped("1%2"), "12");
    }
}
