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
pub mod stage;
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
pub use world::World;
