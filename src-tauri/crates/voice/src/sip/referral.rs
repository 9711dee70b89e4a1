//! Calls that are handed over (RFC 3515, RFC 3891).

use std::sync::Arc;

use rsipstack::sip::{Header, ReferTo, Request, StatusCode, StatusCodeKind, Uri, prelude::HasHeaders};

use super::{call::Call, line::Line};
use crate::{Happening, Transfer, Trouble};

impl Call {
    /// Asks the other side to call somebody else instead of us; in the place of our call with them, if there is one.
    pub(super) async fn refer(&self, to: &Uri, consulted: Option<&Call>) -> Result<(), Trouble> {
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
        let answer = self
            .dialog
            .refer(refer_to, None, None)
            .await
            .map_err(|_| Trouble::Unreachable)?
            .ok_or(Trouble::NotNow)?;
        if answer.status_code.kind() != StatusCodeKind::Successful {
            return Err(Trouble::Refused(answer.status_code.code()));
        }
        self.state().transferring = true;
        if let Some(consulted) = consulted {
            consulted.state().transferring = true;
        }
        Ok(())
    }

    /// They say how it goes. Whatever they say, the call is up until it is done.
    pub(super) fn told(&self, line: &Line, notice: &Request) {
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
        line.tell(&self.id, Happening::Transfer(transfer));
        match transfer {
            Transfer::Trying(_) => {}
            Transfer::Done => self.hang_up(line),
            Transfer::Failed(_) => self.state().transferring = false,
        }
    }

    /// They ask us to call somebody else. The answer to that, before it is done.
    pub(super) fn referred(line: &Line, request: &Request) -> Result<(Uri, Option<Header>), StatusCode> {
        if !line.account.follows_transfers {
            return Err(StatusCode::Decline);
        }
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
            .map(|(_, value)| Header::Replaces(unescaped(value).into()));
        Ok((Uri::try_from(to).map_err(|_| StatusCode::BadRequest)?, replaces))
    }

    /// Tells who asked us to call how it goes with this call.
    pub(super) fn report(&self, line: &Arc<Line>, status: StatusCode) {
        let Some(asked) = self.referred_by.as_ref().and_then(|asked| line.call(asked).ok()) else { return };
        let is_over = status.kind() != StatusCodeKind::Provisional;
        line.spawn(async move {
            let state = if is_over { "terminated;reason=noresource" } else { "active;expires=60" };
            if let Err(error) = asked.dialog.notify_refer(status, state).await {
                tracing::debug!(%error, "nobody wants to know how a transfer went");
            }
        });
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
fn unescaped(value: &str) -> String {
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
