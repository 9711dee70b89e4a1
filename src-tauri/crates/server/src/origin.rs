//! Where a request comes from: from which pages a socket may be opened (our own, or no page at all: a desk is not a
//! page), and from which address somebody starts chats.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

use crate::problem::Problem;

/// The page's origin, if there is one, is the one it was loaded from: this service.
pub(crate) fn own(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let named = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")));
    if named.is_some() && named == host {
        Ok(())
    } else {
        Err(Problem::forbidden("This page may not open a connection here."))
    }
}

/// The address that a request comes from. Behind a proxy it is the one that the proxy saw: the last one of the list,
/// because whatever stands before it was written by the caller.
pub(crate) fn address(headers: &HeaderMap, from: Option<SocketAddr>, behind_proxy: bool) -> String {
    let told = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .filter(|_| behind_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|last| last.trim().parse::<IpAddr>().ok());
    told.or(from.map(|from| from.ip())).map_or_else(|| "here".to_owned(), |address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "desk.example.com".parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        own(&headers).is_ok()
    }

    #[test]
    fn only_our_own_pages_and_programs_may_connect() {
        assert!(from(None), "a desk sends no origin");
        assert!(from(Some("https://desk.example.com")));
        assert!(!from(Some("https://evil.example.com")));
        assert!(!from(Some("https://desk.example.com.evil.example")));
        assert!(!from(Some("null")));
    }

    #[test]
    fn only_the_proxy_s_own_word_counts_for_an_address() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "9.9.9.9, 203.0.113.7".parse().unwrap());
        let proxy = Some("10.0.0.1:4000".parse().unwrap());
        assert_eq!(address(&headers, proxy, true), "203.0.113.7", "what stands before it may be made up");
        assert_eq!(
            address(&headers, proxy, false),
            "10.0.0.1",
            "without a proxy anybody may write the header"
        );
        assert_eq!(address(&HeaderMap::new(), proxy, true), "10.0.0.1");
        assert_eq!(address(&HeaderMap::new(), None, false), "here", "no socket at all");
    }
}
