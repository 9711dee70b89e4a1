//! Sizes, rates and times that both sides know. The service enforces them; the desk says so before it sends.

use crate::at::DAY;

/// Characters in one message, note or article paragraph.
pub const TEXT_CHARS: usize = 32_000;
/// Characters in a name, title or other single line.
pub const LINE_CHARS: usize = 300;
/// Bytes in one attachment.
pub const BLOB_BYTES: usize = 25 * 1024 * 1024;
/// Attachments on one message.
pub const ATTACHMENTS: usize = 10;
/// Bytes in the body of an ordinary request.
pub const BODY_BYTES: usize = 256 * 1024;
/// Bytes in one frame that a client sends on a socket.
pub const CLIENT_FRAME_BYTES: usize = 64 * 1024;
/// Bytes in one frame that the service sends, unless a single change is larger.
pub const FRAME_BYTES: usize = 256 * 1024;
/// Changes in one frame.
pub const FRAME_EVENTS: usize = 500;
/// Nesting of a JSON body.
pub const JSON_DEPTH: usize = 32;
/// Commands in one request.
pub const BATCH: usize = 50;
/// Commands a second for one person or one customer.
pub const COMMANDS_PER_SECOND: u32 = 20;
/// Commands a second for a whole tenant.
pub const TENANT_COMMANDS_PER_SECOND: u32 = 200;
/// Wrong or right sign-ins a minute for one account.
pub const SIGN_INS_PER_MINUTE: u32 = 5;
/// Chats started a minute from one address.
pub const STARTS_PER_MINUTE: u32 = 30;
/// Open sockets for one person or one customer.
pub const SOCKETS: usize = 4;
/// Pixels of a picture that is decoded for its preview.
pub const PREVIEW_PIXELS: u64 = 40_000_000;
/// Longest edge of a preview, in pixels.
pub const PREVIEW_EDGE: u32 = 640;
/// How long what an advisor did may wait on their computer to be sent, in ms. Later it needs a look.
pub const OUTBOX_MS: i64 = 14 * DAY;
/// How long the service keeps receipts at least, in ms: for so long a command may be sent again and is done once.
pub const RECEIPTS_MS: i64 = 30 * DAY;
/// How long the service keeps its log at least, in ms, and with it what tells that something is gone.
pub const LOG_MS: i64 = 30 * DAY;
/// For how long an advisor who lost sight of a customer may still hand over what they had written for them, in ms.
pub const HAND_OVER_MS: i64 = DAY;
/// How long a visitor without a name or a word is remembered at least, in ms.
pub const VISITOR_MS: i64 = 30 * DAY;

// What waits longest at a desk still finds its receipt, and whoever finds a receipt finds in the log what was done. A
// program for which this does not hold is not made.
const _: () = assert!(OUTBOX_MS < RECEIPTS_MS && RECEIPTS_MS <= LOG_MS);
