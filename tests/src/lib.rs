//! What the tests of the whole share.

pub mod advisor;
pub mod app;
pub mod chaos;
pub mod desktop;
pub mod lone;
pub mod page;
pub mod patient;
pub mod processes;
pub mod raw;
pub mod seat;
pub mod serving;
pub mod speaker;
pub mod stage;
pub mod switchboard;
pub mod telephone;
pub mod tls;
pub mod typescript;
pub mod workspaces;
pub mod world;

pub use advisor::Advisor;
pub use lone::LoneDesk;
pub use page::Page;
pub use seat::Seat;
pub use serving::Serving;
pub use stage::Stage;
pub use switchboard::Switchboard;
pub use world::World;

use std::time::Duration;

/// A number that the caller set, as the longer runs do.
pub fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Asks again and again until it is there, for what nobody tells.
pub async fn eventually<T>(what: &str, mut there: impl AsyncFnMut() -> Option<T>) -> T {
    let asks = async {
        loop {
            if let Some(found) = there().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(seat::PATIENCE, asks).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}
