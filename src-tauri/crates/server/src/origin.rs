//! From which pages a socket may be opened: our own, or no page at all (a desk is not a page).

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
}
