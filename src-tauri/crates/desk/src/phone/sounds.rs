//! The port to a computer's telephones, and to the devices that one speaks into and hears from.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedReceiver;
use voice::{Account, Heard, Phone, Trouble};

use crate::view::{AudioDevices, AudioSettings};

/// A telephone, and what it tells.
pub type Opened = (Arc<dyn Phone>, UnboundedReceiver<Heard>);

/// What telephones there are, and what rings and sounds. Nothing here waits but what is `async`.
#[async_trait]
pub trait Telephony: Send + Sync {
    /// Opens a line at an exchange, with the devices that were chosen last.
    ///
    /// # Errors
    /// Why there is none.
    async fn open(&self, account: Account) -> Result<Opened, Trouble>;
    /// The line is closed: what was opened for its calls is let go.
    fn put_down(&self);
    /// From now on these devices, for calls that are spoken too.
    fn choose(&self, audio: &AudioSettings);
    /// The devices of this computer.
    async fn devices(&self) -> AudioDevices;
    /// Rings until it is told not to.
    fn ring(&self, on: bool);
    /// Rings once, to be tried.
    fn ring_once(&self);
    /// Chimes once.
    fn chime(&self);
    /// Plays what is said a moment later, and tells how loud it is from 0 to 100, until it is told not to or a call is
    /// spoken.
    fn test(&self, level: Option<Box<dyn Fn(u8) + Send>>);
}
