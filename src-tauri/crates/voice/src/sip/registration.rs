//! Stays registered: renews in time, and tries again whenever the exchange or the network was away.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rsipstack::{
    dialog::registration::{Registration as Register, refresh_interval},
    sip::{StatusCodeKind, typed},
};
use tokio::time::{sleep, timeout};

use super::{
    Transport,
    line::{Line, own_address},
};
use crate::{Registration, Trouble};

/// How long an answer may take. Requests are repeated meanwhile; but one that began in another network leads nowhere.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it is waited after nobody answered: with the patience above, less than the 5 s that are promised.
const AGAIN: Duration = Duration::from_secs(1);
/// How long it is waited after a refusal: whoever tries a wrong password too often is locked out.
const REFUSED: Duration = Duration::from_secs(60);
/// How often it is looked whether the way to the exchange is still the same.
const LOOK: Duration = Duration::from_secs(1);

/// Stays registered as long as it is wanted.
pub(super) async fn keep(line: Arc<Line>, port: u16) {
    let mut wanted = line.wanted.subscribe();
    let mut register = Register::new(line.endpoint.clone(), Some(line.account.credential()));
    let mut told = Registration::None;
    loop {
        let is_wanted = *wanted.borrow_and_update();
        if !is_wanted && line.tasks.is_closed() && told != Registration::Registered {
            return;
        }
        let (now, wait) = if is_wanted || told == Registration::Registered {
            attempt(&line, &mut register, port, is_wanted).await
        } else {
            (Registration::None, Duration::MAX)
        };
        if now != told {
            told = now;
            line.tell_registration(now);
        }
        if !is_wanted && line.tasks.is_closed() {
            return;
        }
        tokio::select! {
            () = sleep(wait) => {}
            _ = wanted.changed() => {}
            () = line.nudged.notified() => register.public_address = None,
            () = moved(&line), if now == Registration::Registered => {
                register.public_address = None;
                line.forget_connection().await;
            }
        }
    }
}

/// Registers, or takes it back. What came of it, and when to do it again.
async fn attempt(line: &Line, register: &mut Register, port: u16, wanted: bool) -> (Registration, Duration) {
    let expires = if wanted { line.account.expires } else { 0 };
    let answer = timeout(PATIENCE, request(line, register, port, expires)).await;
    if !wanted {
        return (Registration::None, Duration::MAX);
    }
    match answer {
        Ok(Ok(None)) => {
            let granted = register.granted_expires.filter(|granted| *granted > 0).unwrap_or(expires);
            (Registration::Registered, refresh_interval(granted))
        }
        Ok(Ok(Some(code))) => (Registration::Refused(code), REFUSED),
        Ok(Err(Failure::Untrusted)) => (Registration::Untrusted, REFUSED),
        Ok(Err(Failure::Unreachable)) | Err(_) => {
            line.forget_connection().await;
            (Registration::Lost, AGAIN)
        }
    }
}

/// Why no answer came.
enum Failure {
    Unreachable,
    Untrusted,
}

impl From<Trouble> for Failure {
    fn from(_: Trouble) -> Self {
        Self::Unreachable
    }
}

impl From<rsipstack::Error> for Failure {
    fn from(error: rsipstack::Error) -> Self {
        let rsipstack::Error::IoError(error) = error else { return Self::Unreachable };
        let why = error.get_ref().and_then(|why| why.downcast_ref::<rustls::Error>());
        match why {
            Some(rustls::Error::InvalidCertificate(why)) => {
                tracing::warn!(?why, "the exchange's certificate is not one that is trusted");
                Self::Untrusted
            }
            _ => Self::Unreachable,
        }
    }
}

/// Sends the request. The code of a refusal, if it is one.
async fn request(
    line: &Line,
    register: &mut Register,
    port: u16,
    expires: u32,
) -> Result<Option<u16>, Failure> {
    let exchange = line.account.next_addresses().await;
    let own = own_address(line.account.bind, &exchange).ok_or(Trouble::Unreachable)?;
    let here = match line.account.transport {
        Transport::Udp => SocketAddr::new(own, port).into(),
        // A stream is reached through itself.
        Transport::Tcp | Transport::Tls => {
            let (connection, _) = line.endpoint.transport_layer.lookup(&line.next()?, None).await?;
            connection.get_addr().addr.clone()
        }
    };
    let contact = register.public_address.clone().unwrap_or(here);
    {
        let mut way = line.way();
        way.exchange = exchange.iter().map(SocketAddr::ip).collect();
        way.own = own;
    }
    register.contact =
        Some(typed::Contact { display_name: None, uri: line.account.contact(contact), params: Vec::new() });
    let answer = register.register(line.account.exchange()?, Some(expires)).await?;
    if answer.status_code.kind() != StatusCodeKind::Successful {
        return Ok(Some(answer.status_code.code()));
    }
    if let Some(contact) = &register.contact {
        line.way().contact = contact.uri.host_with_port.clone();
    }
    Ok(None)
}

/// Waits until the exchange is reached from another address of ours than before, or from none.
async fn moved(line: &Line) {
    let known: Option<IpAddr> = Some(line.way().own);
    loop {
        sleep(LOOK).await;
        let exchange = line.account.next_addresses().await;
        if own_address(line.account.bind, &exchange) != known {
            return;
        }
    }
}
