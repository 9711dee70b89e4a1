//! What the work *is*, for every room of the house: the words of `conversation`, `customer`, `follow_up`,
//! the intents an advisor can have, the measures, and the native wire between desk and service.
//!
//! Pure on purpose: no file, no socket, no clock, no randomness. Time is an argument ([`At`]), and so are ids.

// Wire types are short-lived; boxing their variants would only make every use of them longer.
#![allow(clippy::large_enum_variant)]

pub mod at;
pub mod call;
pub mod channel;
pub mod conversation;
pub mod customer;
pub mod follow_up;
pub mod hours;
pub mod ids;
pub mod intent;
pub mod library;
pub mod limits;
pub mod measures;
pub mod message;
pub mod patch;
pub mod person;
pub mod personal;
pub mod presence;
pub mod sla;
pub mod wire;
pub mod workspace;

pub use at::At;
pub use channel::Channel;
pub use conversation::{Conversation, ConversationState, HandOver, LastWords};
pub use customer::{Customer, Fact, FactKind, Identity, IdentityKind, Score, ScoreKind, Trust};
pub use follow_up::{FollowUp, FollowUpStatus};
pub use ids::*;
pub use intent::Intent;
pub use message::{Activity, Attachment, Author, Message, MessageKind};
pub use patch::Patch;
pub use person::{Person, Role};
pub use personal::Personal;
pub use presence::{Presence, PresenceState};
pub use workspace::Workspace;
