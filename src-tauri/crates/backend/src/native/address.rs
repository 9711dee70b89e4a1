//! Where a service is.

use std::{fmt, net::IpAddr, str::FromStr};

/// A service's address: `https://desk.example.com`, or plain `http` on this machine only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    tls: bool,
    host: String,
}

/// An address that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// It is not written like one.
    #[error("Write the address as https://desk.example.com")]
    Spelling,
    /// It would send everything in the clear.
    #[error("Use https: without it everybody on the way could read along")]
    NeedsTls,
}

impl Address {
    /// The address of a path, for a request.
    pub(crate) fn http(&self, path: &str) -> String {
        format!("{}://{}{path}", if self.tls { "https" } else { "http" }, self.host)
    }

    /// The name or number of its machine, without a port.
    pub(crate) fn machine(&self) -> &str {
        match self.host.rsplit_once(':') {
            Some((machine, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => machine,
            _ => &self.host,
        }
    }

    /// The origin, as the service calls itself.
    pub fn origin(&self) -> String {
        self.http("")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = reqwest::Url::parse(&text).map_err(|_| NotAnAddress::Spelling)?;
        let name = url.host_str().filter(|name| !name.is_empty()).ok_or(NotAnAddress::Spelling)?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() {
            return Err(NotAnAddress::Spelling);
        }
        let here = name == "localhost"
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let tls = match url.scheme() {
            "https" => true,
            "http" if here => false,
            "http" => return Err(NotAnAddress::NeedsTls),
            _ => return Err(NotAnAddress::Spelling),
        };
        let host = url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        Ok(Self { tls, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert_eq!("desk.example.com".parse::<Address>().unwrap().origin(), "https://desk.example.com");
        assert_eq!(
            "https://desk.example.com:8443/".parse::<Address>().unwrap().http("/v1"),
            "https://desk.example.com:8443/v1"
        );
        assert_eq!("http://127.0.0.1:7070".parse::<Address>().unwrap().http("/x"), "http://127.0.0.1:7070/x");
        assert_eq!("http://desk.example.com".parse::<Address>(), Err(NotAnAddress::NeedsTls));
        for bad in [
            "",
            "ftp://a.example",
            "https://a.example/path",
            "https://me:pw@a.example",
            "https://a.example?x",
        ] {
            assert_eq!(bad.parse::<Address>(), Err(NotAnAddress::Spelling), "{bad}");
        }
    }
}
