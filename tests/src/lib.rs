//! What the tests of the whole share.

pub mod advisor;
pub mod app;
pub mod desktop;
pub mod page;
pub mod raw;
pub mod seat;
pub mod stage;
pub mod typescript;
pub mod world;

pub use advisor::Advisor;
pub use page::Page;
pub use seat::Seat;
pub use stage::Stage;
pub use world::World;
