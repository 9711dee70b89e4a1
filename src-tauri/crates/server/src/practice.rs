//! Practice customers.
pub mod script;
pub mod mind;
mod ear;
/// What keeps a practice customer from coming.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PracticeFault {
    /// A script cannot be read.
    #[error("practice/{file}: {message}")]
    Script {
        /// Which.
        file: &'static str,
        /// What is wrong with it.
        message: String,
    },
}
