//! Which links may be opened, and how they are shown.

use url::Url;

/// Schemes that the system's own programs open safely.
const SCHEMES: [&str; 3] = ["https", "mailto", "tel"];

/// A link that may be opened after a click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// What is opened.
    pub(crate) url: String,
    /// The host in its plain form, when a reader would not expect it from what was written.
    pub(crate) host: Option<String>,
}

/// The link that a text is, if it may be opened. Nothing for other schemes, for addresses that carry a name and password,
/// and for hosts that are not what they seem.
pub(crate) fn link(text: &str) -> Option<Link> {
    if text.len() > 2_000 || text.chars().any(|c| c.is_control() || crate::hidden::hides(c)) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    if !SCHEMES.contains(&url.scheme()) {
        return None;
    }
    if url.scheme() != "https" {
        return Some(Link { url: url.into(), host: None });
    }
    let host = url.host_str().filter(|host| !host.is_empty())?.to_owned();
    // Numbers in odd notations become plain addresses when they are read; a name has at least one dot.
    let written = text
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest).to_lowercase())?;
    if !url.username().is_empty() || url.password().is_some() || written.contains('@') {
        return None;
    }
    let written = written.rsplit_once(':').map_or(written.as_str(), |(name, port)| {
        if port.chars().all(|c| c.is_ascii_digit()) { name } else { &written }
    });
    if matches!(url.host(), Some(url::Host::Ipv4(_))) && written != host {
        return None;
    }
    if !host.contains('.') && !matches!(url.host(), Some(url::Host::Ipv6(_))) {
        return None;
    }
    let shown = (written != host || host.contains("xn--")).then(|| host.clone());
    Some(Link { url: url.into(), host: shown })
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn only_what_the_system_opens_safely_is_a_link() {
        let good = [
            "https://example.com",
            "https://example.com/a/b?c=d#e",
            "https://sub.example.co.uk:8443/",
            "https://192.168.1.10/x",
            "https://[2001:db8::1]/x",
            "https://xn--bcher-kva.example/",
            "https://bücher.example/",
            "HTTPS://EXAMPLE.COM/",
            "mailto:lea@example.com",
            "mailto:lea@example.com?subject=Order",
            "tel:+33612345678",
            "https://example.com/%E2%80%AE",
            "https://example.com/a_(b)",
        ];
        for text in good {
            assert!(link(text).is_some(), "{text} may be opened");
        }
        let schemes = [
            "javascript",
            "JAVASCRIPT",
            "JavaScript",
            "data",
            "file",
            "smb",
            "vbscript",
            "tauri",
            "ipc",
            "http",
            "ftp",
            "ws",
            "wss",
            "about",
            "blob",
            "chrome",
            "view-source",
            "ms-settings",
            "ms-msdt",
            "search-ms",
            "steam",
            "slack",
            "zoommtg",
            "ldap",
            "jar",
            "gopher",
            "irc",
            "ssh",
            "sftp",
            "telnet",
            "nfs",
            "cid",
            "mid",
            "news",
            "resource",
            "filesystem",
            "intent",
            "market",
            "itms-services",
            "x-apple",
            "shell",
            "res",
            "mk",
            "its",
            "attachment",
        ];
        let rests = [
            ":alert(1)",
            "://example.com",
            "://example.com/%0aalert(1)",
            ":text/html,<script>alert(1)</script>",
        ];
        for scheme in schemes {
            for rest in rests {
                let text = format!("{scheme}{rest}");
                assert_eq!(link(&text), None, "{text} may not be opened");
            }
        }
        let bad = [
            "",
            " ",
            "example.com",
            "//example.com",
            "\\\\server\\share",
            "/etc/passwd",
            "C:\\x.exe",
            "java\nscript:alert(1)",
            "java\tscript:alert(1)",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "https://lea@example.com/",
            "https://lea:pw@example.com/",
            "https://example.com@evil.example/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://localhost/",
            "https://intranet/",
            "https://exa\u{202e}moc.elpm/",
            "https://exam\u{200b}ple.com/",
            "https://",
            "https:///x",
            "mailto",
            "tel",
            "https://example.com/\u{202e}",
            "https://exam ple.com/",
        ];
        for text in bad {
            assert_eq!(link(text), None, "{text:?} may not be opened");
        }
    }

    #[test]
    fn a_host_that_is_not_what_it_seems_is_named() {
        assert_eq!(link("https://example.com/x").unwrap().host, None);
        assert_eq!(link("https://аpple.com/").unwrap().host.as_deref(), Some("xn--pple-43d.com"));
        assert_eq!(link("https://xn--pple-43d.com/").unwrap().host.as_deref(), Some("xn--pple-43d.com"));
    }
}
