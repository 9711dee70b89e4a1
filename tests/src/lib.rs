//! What the tests of the whole share.

pub mod page;
pub mod seat;
pub mod stage;
pub mod typescript;

pub use page::Page;
pub use seat::Seat;
pub use stage::Stage;
