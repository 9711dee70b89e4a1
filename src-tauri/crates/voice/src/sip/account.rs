//! An advisor's line at a telephone exchange.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rsipstack::{
    dialog::authenticate::Credential,
    sip::{Auth, HostWithPort, Param, Scheme, Transport as Via, Uri},
};
use secrecy::{ExposeSecret, SecretString};

use crate::Trouble;

/// How packets travel to the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// Datagrams.
    #[default]
    Udp,
    /// A stream.
    Tcp,
    /// A stream that nobody else can read.
    Tls,
}

/// An advisor's line at a telephone exchange.
#[derive(Clone)]
pub struct Account {
    /// The number or name of the line: what is before the `@`.
    pub user: String,
    /// The name to sign in with, where it is another one.
    pub login: Option<String>,
    /// The password.
    pub password: SecretString,
    /// How the advisor is shown to those they call.
    pub name: Option<String>,
    /// The exchange: a name or address, with a port where it is not the usual one. Calls are taken from there only, or
    /// from the proxy where there is one.
    pub registrar: String,
    /// Where everything is sent, where that is not the exchange.
    pub proxy: Option<String>,
    /// How packets travel.
    pub transport: Transport,
    /// Whether nobody on the way may hear what is said. The keys travel with the signalling: use TLS.
    pub locks_sound: bool,
    /// Whom to trust with TLS: certificates in PEM. Nobody is trusted without.
    pub trusted: Option<String>,
    /// The computer's address to use; an unspecified one for whichever leads to the exchange.
    pub bind: IpAddr,
    /// Seconds after which a registration is forgotten unless it is renewed.
    pub expires: u32,
    /// Whether a call goes where the other side hands it over to. Exchanges do that themselves: a line that does can be
    /// made to call expensive numbers.
    pub follows_transfers: bool,
}

impl Account {
    /// A line with the usual settings.
    pub fn new(user: impl Into<String>, password: SecretString, registrar: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            login: None,
            password,
            name: None,
            registrar: registrar.into(),
            proxy: None,
            transport: Transport::Udp,
            locks_sound: false,
            trusted: None,
            bind: Ipv4Addr::UNSPECIFIED.into(),
            expires: 120,
            follows_transfers: false,
        }
    }

    pub(super) fn via(&self) -> Via {
        match self.transport {
            Transport::Udp => Via::Udp,
            Transport::Tcp => Via::Tcp,
            Transport::Tls => Via::Tls,
        }
    }

    /// The exchange, as requests name it.
    pub(super) fn exchange(&self) -> Result<Uri, Trouble> {
        let host = HostWithPort::try_from(self.registrar.as_str()).map_err(|_| Trouble::BadAddress)?;
        Ok(Uri { scheme: Some(Scheme::Sip), host_with_port: host, params: self.params(), ..Uri::default() })
    }

    /// Where packets go: to the proxy, or else to the exchange.
    pub(super) fn next(&self) -> Result<HostWithPort, Trouble> {
        let next = self.proxy.as_deref().unwrap_or(&self.registrar);
        HostWithPort::try_from(next).map_err(|_| Trouble::BadAddress)
    }

    /// The addresses that it has at the moment; none while names cannot be looked up.
    pub(super) async fn next_addresses(&self) -> Vec<SocketAddr> {
        let Ok(mut next) = self.next() else { return Vec::new() };
        let usual = if self.transport == Transport::Tls { 5061 } else { 5060 };
        next.port.get_or_insert(usual.into());
        tokio::net::lookup_host(next.to_string()).await.map(Iterator::collect).unwrap_or_default()
    }

    /// The advisor's own address.
    pub(super) fn own(&self) -> Result<Uri, Trouble> {
        let mut own = self.exchange()?;
        own.auth = Some(Auth { user: self.user.clone(), password: None });
        own.params.clear();
        Ok(own)
    }

    /// The address of a number; or the address itself, if it is one.
    pub(super) fn address(&self, to: &str) -> Result<Uri, Trouble> {
        if to.starts_with("sip:") || to.starts_with("sips:") {
            return Uri::try_from(to).map_err(|_| Trouble::BadAddress);
        }
        let is_number = |c: char| c.is_ascii_alphanumeric() || "+*#._-".contains(c);
        if to.is_empty() || !to.chars().all(is_number) {
            return Err(Trouble::BadAddress);
        }
        let mut address = self.exchange()?;
        address.auth = Some(Auth { user: to.to_owned(), password: None });
        Ok(address)
    }

    /// Whether this address is reached through our exchange with our kind of transport.
    fn params(&self) -> Vec<Param> {
        match self.transport {
            Transport::Udp => Vec::new(),
            Transport::Tcp | Transport::Tls => vec![Param::Transport(self.via())],
        }
    }

    /// Where others reach this computer, at this address of it.
    pub(super) fn contact(&self, at: HostWithPort) -> Uri {
        Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(Auth { user: self.user.clone(), password: None }),
            host_with_port: at,
            params: self.params(),
            ..Uri::default()
        }
    }

    pub(super) fn credential(&self) -> Credential {
        Credential {
            username: self.user.clone(),
            password: self.password.expose_secret().into(),
            realm: None,
            auth_username: self.login.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_addresses_of_the_exchange() {
        let account = Account::new("1001", "secret".into(), "pbx.example:5070");
        assert_eq!(account.address("+49*30#").unwrap().to_string(), "sip:+49*30%23@pbx.example:5070");
        assert_eq!(account.address("sip:x@other.example").unwrap().to_string(), "sip:x@other.example");
        for bad in ["", "1 2", "1@2", "1;2", "1\r\n2", "sip:"] {
            assert!(account.address(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_transport_is_named_where_it_is_not_the_usual_one() {
        let mut account = Account::new("1001", "secret".into(), "192.0.2.1");
        account.transport = Transport::Tls;
        assert_eq!(account.exchange().unwrap().to_string().to_lowercase(), "sip:192.0.2.1;transport=tls");
    }
}
