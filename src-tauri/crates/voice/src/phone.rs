//! The port to a telephone. An adapter does what it is told once, says how it went, and tells what happens; it decides
//! nothing, and never acts by itself on what happens.

use async_trait::async_trait;

use crate::{CallId, Digit, Happening, Trouble};

/// Whether calls arrive here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// It is not asked for.
    None,
    /// They do.
    Registered,
    /// The exchange cannot be reached; it is tried again by itself.
    Lost,
    /// Whoever answers cannot prove to be the exchange: its certificate is not one that is trusted. It is tried again by
    /// itself.
    Untrusted,
    /// The exchange does not want us: SIP's status code. It is tried again by itself.
    Refused(u16),
}

/// What a telephone tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Whether calls arrive here, whenever that changes.
    Registration(Registration),
    /// What happens in a call.
    Call(CallId, Happening),
}

/// A telephone. What it tells comes from the channel that is handed out with it.
#[async_trait]
pub trait Phone: Send + Sync {
    /// Begins to register, and stays registered until it is told otherwise.
    async fn register(&self);
    /// Calls do not arrive here any more.
    async fn unregister(&self);
    /// The computer is in another network, or in one again: registers anew without waiting.
    async fn network_changed(&self);
    /// Calls a number or address. What is passed as `correlation` is told to the other side.
    async fn dial(&self, to: &str, correlation: Option<&str>) -> Result<CallId, Trouble>;
    /// Takes a call that comes in. Others should be held first: two that are not held are both heard.
    async fn answer(&self, call: &CallId) -> Result<(), Trouble>;
    /// Does not take a call that comes in: busy here.
    async fn reject(&self, call: &CallId) -> Result<(), Trouble>;
    /// Makes the other side wait: neither hears the other.
    async fn hold(&self, call: &CallId) -> Result<(), Trouble>;
    /// Goes on after that.
    async fn resume(&self, call: &CallId) -> Result<(), Trouble>;
    /// Whether the other side hears the advisor.
    async fn mute(&self, call: &CallId, muted: bool) -> Result<(), Trouble>;
    /// Presses keys, one after the other.
    async fn press(&self, call: &CallId, digits: &[Digit]) -> Result<(), Trouble>;
    /// Hands a call over to a number or address without asking there. How it goes is told as it happens.
    async fn transfer(&self, call: &CallId, to: &str) -> Result<(), Trouble>;
    /// Hands a call over to whoever the advisor speaks with in another call. How it goes is told as it happens.
    async fn complete(&self, call: &CallId, consulted: &CallId) -> Result<(), Trouble>;
    /// Lets two calls and the advisor all hear each other. Both go on if they were held.
    async fn join(&self, one: &CallId, other: &CallId) -> Result<(), Trouble>;
    /// Ends that: each hears the advisor only, who should hold one of them.
    async fn part(&self, one: &CallId, other: &CallId) -> Result<(), Trouble>;
    /// Ends a call, or gives it up before it is answered.
    async fn hang_up(&self, call: &CallId) -> Result<(), Trouble>;
    /// Ends everything. Nothing is left open.
    async fn close(&self);
}
