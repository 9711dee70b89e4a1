//! What a program that holds the service writes about itself. Nobody's words: what people write and who they are stays
//! out of every log, at every level.

use tracing_subscriber::EnvFilter;

/// Libraries that write what they carry when they are asked for details: frames with all their words, queries.
pub const TALKATIVE: [&str; 11] = [
    "tungstenite",
    "tokio_tungstenite",
    "hyper",
    "h2",
    "axum",
    "reqwest",
    "rsipstack",
    "rustls",
    "zbus",
    "keyring",
    "tauri",
];

/// What is written for a wish like `info` or `server=trace`; `info` for one that cannot be read. Whatever is wished,
/// libraries that carry people's words say only what is wrong.
pub fn filter(wish: Option<&str>) -> EnvFilter {
    let talks = |part: &&str| !TALKATIVE.iter().any(|target| part.trim_start().starts_with(target));
    let wish = wish.map(|wish| wish.split(',').filter(talks).collect::<Vec<_>>().join(","));
    let wished = wish.filter(|wish| !wish.is_empty()).and_then(|wish| EnvFilter::try_new(wish).ok());
    TALKATIVE
        .iter()
        .filter_map(|target| format!("{target}=warn").parse().ok())
        .fold(wished.unwrap_or_else(|| EnvFilter::new("info")), EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn no_wish_makes_the_talkative_talk() {
        for wish in ["trace", "info,tungstenite=trace", "tungstenite::protocol=trace", "", "(("] {
            let filter = filter(Some(wish)).to_string();
            assert!(filter.contains("tungstenite=warn"), "{wish}: {filter}");
            assert!(
                !filter.contains("tungstenite=trace") && !filter.contains("protocol"),
                "{wish}: {filter}"
            );
        }
    }
}
