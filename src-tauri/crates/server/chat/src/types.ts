// Generated from the Rust types by `make types`. Do not edit.
/* eslint-disable */

/** Milliseconds since 1970-01-01 00:00 UTC. Times between two of them are plain `i64` milliseconds. */
export type At = number;

/** A file that goes with a line. Its bytes are kept by their hash. */
export type Attachment = { 
/** SHA-256 of the bytes, in hex. */
sha256: string,
/** The name its sender gave it. */
name: Personal,
/** What the service found it to be; never what the sender claimed. */
mime: string,
/** How many bytes. */
size: number,
/** Width and height of its preview, when it is a picture we may show. */
preview: PreviewSize | null, };

/** What `PUT …/blobs/{sha256}` answers. */
export type BlobStored = { 
/** Bytes that the service has; the upload goes on from here when it was cut off. */
received: number,
/** What it is, once whole. */
attachment: Attachment | null, };

/** The body of `POST /chat/v1/commands`. */
export type ChatBatch = { 
/** In the order in which they were wanted. */
commands: Array<ChatCommand>, };

/** What the page says on `GET /chat/v1/stream`. */
export type ChatClientFrame = { "type": "hello",
/** The visitor's token; never in the address. */
token: Personal,
/** The last number applied; 0 at the first visit. */
cursor: number, } | { "type": "ping",
/** The last number applied. */
cursor: number, } | { "type": "typing" };

/** One thing a customer wants, asked for once, however often it is sent. */
export type ChatCommand = { 
/** Its name, made by the page. */
id: CommandId, } & ({ "kind": "say", "args": { 
/** The words. */
text: Personal,
/** The files, already uploaded. */
attachments: Array<Attachment>, } } | { "kind": "seen", "args": { 
/** The highest `n`. */
upto: number, } } | { "kind": "end" } | { "kind": "score", "args": { 
/** Which question. */
kind: ScoreKind,
/** The answer. */
value: number,
/** In their words. */
comment: Personal | null, } });

/** What the service says on `GET /chat/v1/stream`. */
export type ChatFrame = { "type": "resumed",
/** The log that the numbers belong to. */
epoch: Epoch,
/** Where deltas start: 0 means that the page forgets what it had. */
from: number,
/** The service's clock. */
now: At, } | { "type": "range",
/** Apply only at this cursor. */
from: number,
/** The cursor afterwards. */
to: number,
/** The changes. */
rows: Array<ChatRow>, } | { "type": "typing",
/** Until when this holds. */
until: At, } | { "type": "queue",
/** 1 is next. Nothing: no longer waiting. */
position: number | null, } | { "type": "pong",
/** The newest number that concerns the customer. */
head: number, };

/** Who wrote a line, as the customer sees it. */
export type ChatFrom = { "from": "me" } | { "from": "advisor",
/** Their name. */
name: string, } | { "from": "bot" };

/** A line, as the customer sees it. */
export type ChatLine = { 
/** The id of the command that sent it, or the service's. */
id: MessageId,
/** Its place. */
n: number,
/** When. */
at: At,
/** Who. */
from: ChatFrom,
/** The words. */
text: Personal,
/** The files. */
attachments: Array<Attachment>, };

/** Where a chat stands, for the customer. */
export type ChatPhase = "waiting" | "open" | "left" | "ended";

/** The answer for one command. */
export type ChatReceipt = { 
/** Which. */
id: CommandId, } & ({ "outcome": "applied",
/** Its last number in the log. */
seq: number, } | { "outcome": "rejected",
/** Why. */
code: Rejection,
/** In a sentence. */
message: string, } | { "outcome": "retry",
/** After how many ms. */
after_ms: number, });

/** The answer to a [`ChatBatch`], in its order. */
export type ChatReceipts = { 
/** The log that the numbers in the receipts belong to. */
epoch: Epoch,
/** One for each command. */
receipts: Array<ChatReceipt>, };

/** A change, as the customer sees it. */
export type ChatRow = { "type": "line", "row": ChatLine } | { "type": "state", "row": ChatState };

/** How the chat stands, for the customer. */
export type ChatState = { 
/** Which conversation. */
conversation: ConversationId,
/** Where it stands. */
phase: ChatPhase,
/** The advisor's name, once there is one. */
advisor: string | null,
/** The highest `n` that the advisor has read. */
seen_by_advisor: number,
/** The score question, while it is asked. */
asks: ScoreKind | null,
/** Counts changes. */
version: number, };

/** What an advisor or customer asked the service to do, once. Made by the client (UUIDv7), never by the service. */
export type CommandId = string;

/** One contact, on any channel. */
export type ConversationId = string;

/** The incarnation of a tenant's log: changes when the service is restored from a backup. */
export type Epoch = string;

/** One line of a conversation. For what an advisor or customer sends, it is the id of the command that sent it. */
export type MessageId = string;

/** Text that belongs to a person: a name, a number, what they wrote. Its `Debug` tells only its length, so that a
 * log line, an error or a panic can never carry it. */
export type Personal = string;

/** The size of a picture's preview, so that its place is kept before it loads. */
export type PreviewSize = { 
/** Pixels across. */
width: number,
/** Pixels down. */
height: number, };

/** An error of the service. `code` is stable; `message` says what to do. */
export type Problem = { 
/** What kind, for programs. */
code: string,
/** What happened and what to do, for people. */
message: string,
/** For an upload that does not follow: the bytes the service has. */
received?: number | null, };

/** Why a command was refused. A code exists because a client does something different with it. */
export type Rejection = "not_assigned" | "forbidden" | "gone" | "closed" | "expired" | "not_offered" | "stale" | "invalid" | "too_large" | "blob_missing" | "id_reused";

/** Which question was asked. Definitions in [`crate::measures`]. */
export type ScoreKind = "nps" | "csat" | "ces";

/** An identity signed with the site's key: hex HMAC-SHA256 over `account` + "\n" + `name` + "\n" + `until`. */
export type SignedIdentity = { 
/** The customer's number in the company's systems. */
account: Personal,
/** Their name. */
name: Personal,
/** Seconds since 1970 after which the signature is void. */
until: number,
/** The signature. */
signature: string, };

/** A short, readable name that people choose in the workspace file: a queue, a reason, a skill.
 *
 * Lower case letters, digits and `-`, 1 to 40 characters. */
export type Slug = string;

/** The body of `POST /chat/v1/start`. */
export type Start = { 
/** The workspace. */
workspace: Slug | null,
/** The visitor's token from an earlier visit. */
token: Personal | null,
/** The name they gave. */
name: Personal | null,
/** The e-mail they gave. */
email: Personal | null,
/** The page's language. */
language: Slug | null,
/** The queue that the embed tag asks for. */
queue: Slug | null,
/** Who they are, signed by the company's site. */
signed: SignedIdentity | null, };

/** What `POST /chat/v1/start` answers. */
export type Started = { 
/** Shown to nobody, kept by the page. */
token: Personal,
/** The service's log. Another one than before: the service was restored from a backup, and may have lost what it said
 * that it has. */
epoch: Epoch,
/** The workspace's name. */
workspace: string,
/** Whether somebody is there now. */
open: boolean,
/** The visitor's own name as we know it. */
name: Personal,
/** The conversation as it stands, if there is one. */
state: ChatState | null, };
