//! What the screen sees: the shapes that cross the boundary, already put together and in order. The screen paints
//! them and knows nothing else. TypeScript types are generated from here.

// One of each is alive at a time.
#![allow(clippy::large_enum_variant)]

pub mod app;
pub mod call;
pub mod connection;
pub mod conversation;
pub mod customer;
pub mod follow_ups;
pub mod push;
pub mod queue;
pub mod reading;
pub mod search;
pub mod settings;
pub mod suggestion;
pub mod supervise;

pub use app::*;
pub use call::*;
pub use connection::*;
pub use conversation::*;
pub use customer::*;
pub use follow_ups::*;
pub use push::*;
pub use queue::*;
pub use reading::*;
pub use search::*;
pub use settings::*;
pub use suggestion::*;
pub use supervise::*;
