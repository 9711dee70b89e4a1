// Generated from the Rust types by `make types`. Do not edit.
/* eslint-disable */

/** What happened, for lines of kind [`MessageKind::Activity`]. The desk puts it into words. */
export type Activity = { "what": "accepted",
/** Who. */
by: string, } | { "what": "missed",
/** Who. */
by: string, } | { "what": "declined",
/** Who. */
by: string, } | { "what": "transferred",
/** Who gave it. */
by: string,
/** The queue's or colleague's name. */
to: string, } | { "what": "handed_over",
/** Who. */
by: string, } | { "what": "assigned",
/** The supervisor. */
by: string,
/** The new owner. */
to: string, } | { "what": "requeued",
/** Who went out of reach. */
from: string, } | { "what": "snoozed",
/** Who. */
by: string,
/** Until when. */
until: At, } | { "what": "woke" } | { "what": "resolved",
/** Who. */
by: string, } | { "what": "reopened",
/** The advisor, or nobody when the customer wrote again. */
by: string | null, } | { "what": "wrapped_up",
/** The disposition's name, when one was chosen. */
disposition: string | null, } | { "what": "abandoned",
/** How long they had waited, in ms. */
waited: number, } | { "what": "customer_ended" } | { "what": "advisor_ended",
/** Who. */
by: string,
/** Whether the customer was blocked too. */
blocked: boolean,
/** The reason they gave. */
why: string, } | { "what": "reason",
/** Who. */
by: string,
/** The reason's name, or nothing when it was taken away. */
reason: string | null, } | { "what": "follow_up",
/** Who, or the rule. */
by: string,
/** Which. */
id: FollowUpId,
/** Its title. */
title: Personal, } | { "what": "scored",
/** Which question. */
kind: ScoreKind,
/** The answer. */
value: number, } | { "what": "linked",
/** Who. */
by: string, } | { "what": "unlinked",
/** Who. */
by: string, } | { "what": "answered",
/** Who. */
by: string,
/** How long the caller had waited, in ms. */
waited: number, } | { "what": "hung_up",
/** Whose doing it was. */
by: Side,
/** How long they spoke, in ms. */
talked: number,
/** How long one made the other wait, in ms. */
held: number, } | { "what": "voicemail",
/** How long it is, in ms. */
length: number, } | { "what": "call_back",
/** How long they had waited, in ms. */
waited: number, } | { "what": "silent",
/** For how long, in ms. */
idle: number, };

/** A loop to close. */
export type AddFollowUp = { 
/** With whom. */
customer: CustomerId,
/** From where. */
conversation: ConversationId | null,
/** What. */
title: Personal,
/** Who; nothing: oneself. */
owner: PersonId | null,
/** When. */
due: At,
/** How pressing. */
priority: Priority,
/** The root cause. */
cause: Slug | null, };

/** A service to sign in to. */
export type AddWorkspace = { 
/** `https://desk.example.com` */
address: string, };

/** Something to know before the first word. */
export type Alert = { 
/** The key. */
id: string,
/** How bad. */
tone: Tone,
/** What kind. */
kind: AlertKind,
/** In a few words. */
text: Personal,
/** The department that has it. */
department: string | null,
/** When it falls due. */
until: At | null, };

/** What kind of alert. */
export type AlertKind = "open_problem" | "notice" | "blocked";

/** One question's answers. */
export type Answer = { 
/** The last answer. */
last: number,
/** When. */
at: At,
/** The answer before it. */
before: number | null,
/** Whether the last one is a bad one, by the measure's definition. */
low: boolean,
/** The mean of all and how many there are. */
mean: Measure, };

/** What the customer answered, last and before. */
export type Answers = { 
/** 0 to 10. */
nps: Answer | null,
/** 1 to 5. */
csat: Answer | null,
/** 1 to 7. */
ces: Answer | null, };

/** A knowledge article. Paragraphs are separated by an empty line; each may be offered as an answer on its own. */
export type Article = { 
/** Which. */
id: ArticleId,
/** Its title. */
title: string,
/** Plain text. */
body: string,
/** The language it is written in. */
language: Slug,
/** Words it should be found by. */
tags: Array<string>,
/** When it was last changed; given by the service. */
changed_at: At,
/** Who changed it; given by the service. */
changed_by: string,
/** Counts changes of this row; given by the service. */
version: number, };

/** A knowledge article. */
export type ArticleId = string;

/** An article to take away. */
export type ArticleRef = { 
/** Which. */
id: ArticleId, };

/** A supervisor gives to somebody. */
export type Assign = { 
/** Which. */
id: ConversationId,
/** To whom. */
person: PersonId, };

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

/** Something that is not with the service. */
export type AttentionRef = { 
/** The command. */
id: string, };

/** Something of the advisor's that is not with the service: it waits for the line, or for a decision. */
export type AttentionRow = { 
/** The command. */
id: string,
/** What it was. */
what: AttentionWhat,
/** With whom, when known. */
customer_name: Personal | null,
/** The customer. */
customer: CustomerId | null,
/** The conversation. */
conversation: ConversationId | null,
/** The follow-up. */
follow_up: FollowUpId | null,
/** The text of it, when it had one; of a change of a follow-up, the follow-up's title. */
text: Personal,
/** The field of a follow-up and its new value. */
change: FollowUpChange | null,
/** When the advisor did it. */
at: At,
/** How far it got: `undo`, `saved`, `sending`, or `not_sent` with why it did not go through. */
delivery: Delivery,
/** Until when its words may be given as a note to whoever has it now; nothing: they cannot. */
hand_over_until: At | null, };

/** What is not with the service. */
export type AttentionWhat = "reply" | "note" | "reason" | "new_follow_up" | "follow_up" | "work_file" | "other";

/** What one speaks into or hears from. */
export type AudioDevice = { 
/** Its name with the system; what settings keep. */
id: string,
/** As people read it. */
name: string, };

/** The devices of this computer. */
export type AudioDevices = { 
/** To speak into. */
microphones: Array<AudioDevice>,
/** To hear from. */
speakers: Array<AudioDevice>, };

/** What an advisor speaks into and hears from. A device that is not there is replaced by the system's own choice. */
export type AudioSettings = { 
/** The microphone; nothing: the system's choice. */
microphone: string | null,
/** What callers are heard from; nothing: the system's choice. */
speaker: string | null,
/** What rings; nothing: the system's choice. A loudspeaker is heard while the headset lies on the table. */
ringer: string | null,
/** How loud it rings and chimes, 0 to 100. */
volume: number,
/** Callers hear the advisor without the noise of the room. */
without_noise: boolean,
/** Callers do not hear themselves, where the microphone hears the speaker. */
without_echo: boolean, };

/** What spoils the sound of a call. */
export type BadLine = "silent" | "lossy" | "uneven";

/** One line of what the assistant and the customer said before the hand-over. */
export type BotLine = { 
/** Who said it. */
side: Side,
/** The words. */
text: Personal, };

/** Asking somebody while the other end waits. */
export type CallConsult = { 
/** Its key. */
id: string,
/** Whom. */
receiver: CallReceiver, };

/** Keys to press in a call. */
export type CallKeys = { 
/** Its key. */
id: string,
/** `0` to `9`, `*` and `#`. */
digits: string, };

/** Who gets a call. */
export type CallReceiver = { "to": "queue", "id": Slug } | { "to": "person", "id": PersonId } | { "to": "number", "id": Personal };

/** A call, as it is kept with its conversation. Times are by the clock of the exchange. */
export type CallRecord = { 
/** What the queue's offer and the telephone's call have in common. */
correlation: Correlation,
/** Who called whom. */
direction: Direction,
/** The other end. */
with: Party,
/** When both spoke for the first time. */
answered_at: At | null,
/** How long what took. */
times: Times,
/** How often we made the other end wait. */
holds: number,
/** It is recorded, and the other end was told. */
recorded: boolean,
/** How it came to its end. */
ended: Ended | null,
/** How it sounded, once the advisor's desk has told. */
sound: LineSound | null, };

/** A call. */
export type CallRef = { 
/** Its key. */
id: string, };

/** A call that the queue holds out, that rings, or that is spoken. What is over leaves the list; its conversation stays. */
export type CallRow = { 
/** The key. */
id: string,
/** The conversation it belongs to. A direct call has none. */
conversation: ConversationId | null,
/** Who called whom. */
direction: Direction,
/** Whom the advisor speaks with: the customer's name, or else what the telephone says. */
name: Personal,
/** Their number. */
number: Personal,
/** Where it stands. */
stage: CallStage,
/** Since when it stands there. */
since: At,
/** When both spoke for the first time. */
answered_at: At | null,
/** How long what took until `since`; what runs is to be added. */
times: Times,
/** Who makes whom wait. */
held: Held,
/** The advisor is not heard. */
muted: boolean,
/** A colleague who is asked meanwhile. */
consult: ConsultRow | null,
/** How handing it over goes. */
transfer: TransferRow | null,
/** Keys that were pressed here, and by them. */
digits: string,
/** How it sounds, once it was measured. */
sound: LineSound | null,
/** What spoils the sound at the moment. */
bad_line: BadLine | null,
/** It is recorded, and the caller was told. */
recorded: boolean,
/** How it came to its end, for the moments in which that is shown. */
ended: Ended | null, };

/** Where a call stands, as far as the screen shows it. */
export type CallStage = "ringing" | "dialling" | "accepted" | "connected" | "ended";

/** Something of a call that is on or off. */
export type CallSwitch = { 
/** Its key. */
id: string,
/** Which. */
on: boolean, };

/** Handing a call over. */
export type CallTransfer = { 
/** Its key. */
id: string,
/** To whom. */
receiver: CallReceiver,
/** A note for them. */
note: Personal | null, };

/** How many conversations of a channel one advisor has at once, unless their account says otherwise. */
export type Capacity = { 
/** Which channel. */
channel: Channel,
/** How many. */
at_once: number, };

/** One field of a loop. */
export type ChangeFollowUp = { 
/** Which. */
id: FollowUpId,
/** The field and its value. */
change: FollowUpChange, };

/** The channel of a conversation. */
export type Channel = "chat" | "form" | "voice";

/** One channel of a person's presence. */
export type ChannelLoad = { 
/** Which channel. */
channel: Channel,
/** Whether the person takes offers on it. */
open: boolean,
/** Conversations that count now: owned and live, offered, or in wrap-up. */
load: number,
/** How many may count at once. */
capacity: number, };

/** How a conflict is settled. */
export type Choice = { "keep": "mine" } | { "keep": "theirs" } | { "keep": "merge",
/** The text. */
text: Personal, };

/** A colleague and their presence. */
export type Colleague = { 
/** Who. */
person: Person,
/** How they are, once the service told. */
presence: Presence | null, };

/** An identity is theirs, or is not. */
export type ConfirmIdentity = { 
/** Whose. */
customer: CustomerId,
/** Which. */
identity: IdentityId,
/** Verified. */
verified: boolean, };

/** The line to the service. */
export type Connection = { 
/** How it is. */
state: LineState,
/** Everything up to here is on this computer; nothing before the first contact. */
complete_up_to: At | null,
/** Changes saved here and not sent yet. */
unsent: number,
/** Changes that need a decision. */
attention: number,
/** The service's clock less this computer's, in ms. All times are the service's. */
ahead: number,
/** What of that nears what may wait at once; nothing while there is room. */
quota: Quota | null, };

/** What the customer allowed us to do, and when. */
export type Consent = { 
/** For what: `marketing`, `sms`, `recording` … */
purpose: Slug,
/** Whether they agreed. */
given: boolean,
/** When they said so. */
at: At, };

/** A colleague who is asked while the other end waits. */
export type ConsultRow = { 
/** Their name, or number. */
name: Personal,
/** How far it is. */
stage: ConsultStage, };

/** How far it is with a colleague who is consulted. */
export type ConsultStage = "calling" | "talking" | "joined";

/** One contact, on any channel. */
export type ConversationId = string;

/** What a conversation says about its customer: how they feel and why, with the words that say so. */
export type ConversationReading = { 
/** What they felt last; nothing: nothing was felt. */
felt: Felt | null,
/** How their mood went. */
trend: Trend,
/** How pressing it is. */
urgency: Urgency | null,
/** Why they may write, likeliest first. */
reasons: Array<Guess>,
/** Lines that say something of it. */
lines: Array<LineReading>,
/** What the advisor should know before they answer. */
hint: Hint | null,
/** What was said that counts, in words that were said. */
summary: Array<SummaryItem>,
/** How the conversation may be wrapped up, each part to be confirmed. */
wrap_up: WrapUpProposal, };

/** A conversation. */
export type ConversationRef = { 
/** Which. */
id: ConversationId, };

/** One of the advisor's own conversations. Those that owe an answer come first, by the time it is due; then the
 * others, newest first; then snoozed ones. */
export type ConversationRow = { 
/** Which; the key. */
id: ConversationId,
/** With whom. */
customer_name: Personal,
/** On which channel. */
channel: Channel,
/** Where it stands. */
state: ConversationState,
/** Which side spoke last. */
last_side: Side | null,
/** What was said last, in one line. */
last_text: Personal,
/** When. */
last_at: At,
/** Lines of the customer that were not read. */
unread: number,
/** The promise on the next answer. */
promise: Promise | null,
/** Until when it is put aside. */
snoozed_until: At | null,
/** When wrap-up should end. */
wrap_up_until: At | null,
/** The customer has been silent for long. */
parked: boolean,
/** There is an unsent draft. */
draft: boolean,
/** Something of it did not go through. */
attention: boolean,
/** The customer is writing. */
typing: boolean, };

/** Where a conversation stands. */
export type ConversationState = "waiting" | "active" | "snoozed" | "wrap_up" | "resolved" | "abandoned";

/** What an offer and the INVITE of the same call have in common: a header of SIP, or Asterisk's Linkedid. */
export type Correlation = string;

/** A customer. */
export type Customer = { 
/** Who. */
id: CustomerId,
/** As they gave it; may be empty for a visitor who has not said. */
name: Personal,
/** The language they write in, `en` or `fr` here. */
language: Slug | null,
/** Loyalty tier, as the company names it. */
tier: string | null,
/** Customer since. */
since: At,
/** The persona, with its rule. */
persona: Persona | null,
/** How we recognise them. */
identities: Array<Identity>,
/** What the company's systems say of them, in their words. */
attributes: { [key in string]: Personal },
/** What they agreed to. */
consent: Array<Consent>,
/** True after an advisor blocked them for abuse. */
blocked: boolean,
/** Counts changes of this row. */
version: number, };

/** The customer, whole. */
export type CustomerCard = { 
/** Who. */
customer: Customer,
/** At least one identity is verified: orders are shown. */
verified: boolean,
/** What the advisor should know before the first word. */
alerts: Array<Alert>,
/** X-data: what they answered. */
answers: Answers,
/** O-data in figures; nothing when not verified or unknown. */
figures: Figures,
/** The newest orders and what belongs to them. */
orders: Array<Fact>,
/** Moments, newest first. */
journey: Array<Moment>,
/** Earlier contacts, newest first. */
past: Array<PastContact>,
/** Loops to close, by due time; done ones of today at the end. */
follow_ups: Array<FollowUpRow>, };

/** One customer, whatever the number of their identities. */
export type CustomerId = string;

/** A customer. */
export type CustomerRef = { 
/** Who. */
id: CustomerId, };

/** A day of the week. */
export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** How far an own line got. */
export type Delivery = { "state": "undo",
/** When it goes out. */
until: At, } | { "state": "saved" } | { "state": "sending" } | { "state": "sent" } | { "state": "seen" } | { "state": "not_sent",
/** Why. */
why: NotSentWhy, };

/** Somebody to call. */
export type Dial = { 
/** Whom. */
receiver: CallReceiver, };

/** Who called whom. */
export type Direction = "inbound" | "outbound";

/** What an advisor is writing in a conversation: one text for the customer and one for colleagues. */
export type Draft = { 
/** Which of the two is shown. */
mode: DraftMode,
/** For the customer. */
reply: Personal,
/** For colleagues. */
note: Personal,
/** The files that will go with it. */
attachments: Array<DraftFile>, };

/** A file in a draft. */
export type DraftFile = { 
/** Its hash; the key. */
sha256: string,
/** Its name. */
name: Personal,
/** What it is. */
mime: string,
/** How many bytes. */
size: number, };

/** Who reads what is being written. */
export type DraftMode = "reply" | "note";

/** Files that are dragged over the window. Their names and paths stay with the desk until the screen says where they go. */
export type Drag = "over" | "left" | "dropped";

/** What became of files that were dropped on the window. */
export type Dropped = { 
/** Those that are in the draft now. */
added: Array<DraftFile>,
/** Those that cannot be sent. */
refused: Array<RefusedFile>, };

/** Older lines. */
export type Earlier = { 
/** Where. */
id: ConversationId,
/** Before this place. */
before: number, };

/** What a customer may feel. */
export type Emotion = "gratitude" | "joy" | "anxiety" | "disappointment" | "irritation" | "confusion" | "neutral";

/** Ending what should not go on. */
export type End = { 
/** Which. */
id: ConversationId,
/** Also block. */
block: boolean,
/** Why. */
why: string, };

/** Why a call is over. */
export type EndReason = "hung_up" | "transferred" | "declined" | "timed_out" | "rescinded" | "abandoned" | "no_invite" | "cancelled" | "rejected" | "no_answer" | "failed";

/** How a call came to its end. */
export type Ended = { 
/** When. */
at: At,
/** Whose doing it was. The company's is the advisor's, the queue's or the telephone's: the reason says which. */
by: Side,
/** Why. */
reason: EndReason,
/** SIP's status code, where the telephone ended it and there was one. */
code: number | null, };

/** O-data: one operational fact, posted by another system and owned by it. */
export type Fact = { 
/** Our id of it. */
id: FactId,
/** Whose. */
customer: CustomerId,
/** The system that posted it: `shop`, `carrier`, `bank` … */
source: Slug,
/** Its reference there, unique within the source: an order number. */
key: string,
/** What it is. */
kind: FactKind,
/** In a few words, as an advisor should read it. */
title: Personal,
/** Where it stands: `delivered`, `refused`, `open` … */
state: string | null,
/** Good or bad news. */
tone: Tone,
/** What it was worth. */
amount: Money | null,
/** The department that has it. */
department: string | null,
/** When it happened. */
at: At,
/** When it ends or falls due. */
until: At | null,
/** Anything else worth reading, in the source's words. */
details: { [key in string]: Personal },
/** Counts changes of this row. */
version: number, };

/** One operational fact posted by another system: an order, a delivery, a visit. */
export type FactId = string;

/** The kind of an operational fact. */
export type FactKind = "order" | "delivery" | "return" | "visit" | "contract" | "problem" | "notice";

/** Why a call did not do what was asked. The screen has the words for each code, in the reader's language;
 * `detail` adds what only this side knows. */
export type Failure = { 
/** What kind: a code exists only because a screen does something different with it. */
code: FailureCode,
/** A sentence for the reader where there is more to say; may be empty. Never personal data. */
detail: string,
/** Whether the same call may work later without a change. */
retry: boolean, };

/** The kinds of failure. */
export type FailureCode = "offline" | "signed_out" | "locked" | "too_late" | "not_allowed" | "gone" | "invalid" | "unsent" | "wrong_passphrase" | "full" | "not_saved" | "service" | "fault";

/** A feeling. */
export type Felt = { 
/** Which. */
emotion: Emotion,
/** How strong, 0 to 1; 0 when neutral. */
strength: number,
/** The words that show it, as they were written. */
words: Array<string>, };

/** How often each field changed. A change says which count it was based on. */
export type FieldVersions = { 
/** Changes of the title. */
title: number,
/** Changes of the due time. */
due: number,
/** Changes of the status. */
status: number,
/** Changes of the owner. */
owner: number,
/** Changes of the priority. */
priority: number,
/** Changes of the cause. */
cause: number,
/** Changes of the outcome. */
outcome: number,
/** Changes of the note. */
note: number, };

/** O-data in figures. */
export type Figures = { 
/** Spent in the last 12 months. */
spent: Money | null,
/** Orders in the last 12 months. */
orders: number | null,
/** Contacts in the last 30 days, this one included. */
contacts_30_days: number, };

/** A piece of a file, in order; at most 190 kB each. */
export type FileChunk = { 
/** Where. */
id: ConversationId,
/** A name of this upload, made by the screen. */
upload: string,
/** The file's name. */
name: Personal,
/** The bytes in base64. */
bytes: string,
/** The last piece. */
last: boolean, };

/** A file in a draft. */
export type FileRef = { 
/** Where. */
id: ConversationId,
/** Which. */
sha256: string, };

/** Words to look for. */
export type Find = { 
/** The words. */
text: Personal, };

/** What was typed after `/`. */
export type FindMacros = { 
/** Where. */
id: ConversationId,
/** So far. */
text: string, };

/** What a customer's words, or what went before, say about how soon a person should be there. */
export type FirstBecause = "failed_bot" | "urgent" | "may_leave" | "upset" | "worried";

/** A loop to close with a customer. */
export type FollowUp = { 
/** Which. */
id: FollowUpId,
/** With whom. */
customer: CustomerId,
/** Their name, so that a list needs nothing else. */
customer_name: Personal,
/** From which conversation. */
conversation: ConversationId | null,
/** What is to be done. */
title: Personal,
/** Who does it. */
owner: PersonId,
/** The owner's team. */
team: Slug,
/** When it is due. */
due: At,
/** How pressing it is. */
priority: Priority,
/** Where it stands. */
status: FollowUpStatus,
/** The root cause. */
cause: Slug | null,
/** How it ended. */
outcome: Personal | null,
/** The owner's note. */
note: Personal,
/** The policy or rule that made it; nothing when made by hand. */
policy: string | null,
/** The score that the rule answered. */
score: ScoreBrief | null,
/** When it was made. */
made_at: At,
/** What happened to it, oldest first, at most [`HISTORY_KEPT`] entries. */
history: Array<HistoryEntry>,
/** How often each field changed. */
fields: FieldVersions,
/** Counts changes of this row. */
version: number, };

/** One field of a follow-up with a new value. Each field has a version of its own, so that two people who change
 * different fields never meet. */
export type FollowUpChange = { "field": "title", "value": Personal } | { "field": "due", "value": At } | { "field": "status", "value": FollowUpStatus } | { "field": "owner", "value": PersonId } | { "field": "priority", "value": Priority } | { "field": "cause", "value": Slug | null } | { "field": "outcome", "value": Personal | null } | { "field": "note", "value": Personal };

/** How many there are. */
export type FollowUpCounts = { 
/** Own, open. */
mine: number,
/** Own, overdue or due today. */
due: number,
/** The team's, open. */
team: number,
/** Own, waiting on others. */
waiting: number, };

/** A loop to close with a customer. */
export type FollowUpId = string;

/** A follow-up as it will be: what the service has, with the advisor's own changes over it. */
export type FollowUpRow = { 
/** It, with pending changes applied. */
follow_up: FollowUp,
/** The owner's name. */
owner_name: string,
/** Whether it is the reader's. */
mine: boolean,
/** How far the newest own change got; nothing when all is with the service. */
delivery: Delivery | null,
/** The fields that were changed here and are not with the service yet, as in
 * [`model::follow_up::FollowUpChange::field`]. */
changed: Array<string>, };

/** A low score makes a follow-up. */
export type FollowUpRule = { 
/** The rule's name, shown on the follow-up as its policy. */
name: string,
/** Which question. */
score: ScoreKind,
/** This answer or a lower one. */
at_most: number,
/** What is to be done. */
title: string,
/** Hours until it is due. */
due_in_hours: number, };

/** Which follow-ups. */
export type FollowUpScope = "mine" | "team" | "waiting" | "done";

/** Where a follow-up stands. */
export type FollowUpStatus = "open" | "waiting" | "done";

/** Whether the desk can be shown. */
export type Gate = { "gate": "opening" } | { "gate": "locked" } & Locked | { "gate": "signed_out",
/** A sign-in is under way in the browser. */
waiting: boolean, } | { "gate": "ready",
/** What to show. */
home: Home, };

/** A reason that may be meant. */
export type Guess = { 
/** Which. */
reason: Slug,
/** How likely among all reasons, 0 to 1. */
confidence: number,
/** The words that spoke for it, as they were written. */
words: Array<string>, };

/** What the assistant knows when it hands over, and why it gave up. */
export type HandOver = { 
/** Why it gave up, in its words. */
reason: string,
/** What it had found out: `order` → `48-2291`. */
slots: { [key in string]: Personal },
/** What was said. */
transcript: Array<BotLine>, };

/** What stands above the lines, and what may be done. */
export type Header = { 
/** Which. */
id: ConversationId,
/** With whom. */
customer: CustomerId,
/** Their name. */
customer_name: Personal,
/** On which channel. */
channel: Channel,
/** The queue. */
queue: Slug,
/** The queue's name. */
queue_name: string,
/** Where it stands. */
state: ConversationState,
/** The first words. */
subject: Personal,
/** The language the customer writes. */
language: Slug | null,
/** The contact reason. */
reason: Slug | null,
/** The promise on the next answer. */
promise: Promise | null,
/** The owner's name; nothing while it waits. */
owner: string | null,
/** Whether the reader has it. */
mine: boolean,
/** The customer is there now (or was in the last two minutes): an answer reaches them at once. */
live: boolean,
/** Who is writing: the customer's or a colleague's name. */
typing: Array<string>,
/** Colleagues who look at it too. */
viewing: Array<string>,
/** Until when it is put aside. */
snoozed_until: At | null,
/** When wrap-up should end. */
wrap_up_until: At | null,
/** The outcome chosen at wrap-up. */
disposition: Slug | null,
/** The customer has been silent for long. */
parked: boolean,
/** The highest line the reader has read; the unread divider stands after it. */
read_upto: number,
/** The score question the customer is asked. */
asks: ScoreKind | null,
/** What the assistant handed over. */
hand_over: HandOver | null,
/** A known customer whom the visitor may be. */
may_be: MayBe | null,
/** What is kept of its call, on the telephone. */
call: CallRecord | null,
/** It was linked to a known customer, and that can be undone. */
linked: boolean, };

/** Which sides make the other one wait. */
export type Held = { 
/** We do. */
by_us: boolean,
/** They do. */
by_them: boolean, };

/** What helps to meet the customer where they are, and its cause. */
export type Hint = { "because": "open_problem",
/** What is open. */
problem: Personal,
/** Where. */
department: string | null, } | { "because": "irritant",
/** What. */
kind: IrritantKind,
/** As they wrote it. */
words: Array<string>, } | { "because": "anxiety",
/** As they wrote it. */
words: Array<string>, } | { "because": "confusion",
/** As they wrote it. */
words: Array<string>, };

/** One entry of a follow-up's history. */
export type HistoryEntry = { 
/** When. */
at: At,
/** Who, or the rule that made it. */
by: string,
/** What changed, with its new value. Nothing for the first entry: it was made. */
change: FollowUpChange | null, };

/** The desk, whole. */
export type Home = { 
/** Who sits here. */
me: Person,
/** Their presence, once the service told. */
presence: Presence | null,
/** The team's set-up. */
workspace: Workspace,
/** Where a customer can write. */
chat_link: string,
/** Colleagues, by name. */
colleagues: Array<Colleague>,
/** The line to the service. */
connection: Connection,
/** What is held out to the advisor. */
offers: Array<OfferRow>,
/** Whether calls arrive. */
phone: PhoneState,
/** Calls that ring or are spoken. */
calls: Array<CallRow>,
/** What they have. */
yours: Array<ConversationRow>,
/** What waits. */
waiting: Array<WaitingRow>,
/** How many loops are theirs. */
follow_ups: FollowUpCounts,
/** The conversation that was open last. */
open: Opened | null,
/** True in the practice workspace. */
practice: boolean,
/** What opens its files. */
keys: Keys, };

/** When somebody is there, in the wall time of a place. */
export type Hours = { 
/** IANA zone: `Europe/Paris`. */
zone: string,
/** Open times: days and the hours on them. */
open: Array<OpenTime>,
/** Days on which nobody is there: `2026-12-25`. */
holidays: Array<string>, };

/** One way to recognise a customer. */
export type Identity = { 
/** Its own name, to confirm or unlink it. */
id: IdentityId,
/** What it is. */
kind: IdentityKind,
/** The address, number or account. */
value: Personal,
/** Claimed or verified. */
trust: Trust, };

/** A way to recognise a customer: e-mail, phone, account, visitor. */
export type IdentityId = string;

/** A kind of identity. */
export type IdentityKind = "email" | "phone" | "account" | "visitor";

/** An irritant and the words that say so. */
export type Irritant = { 
/** Which. */
kind: IrritantKind,
/** As they were written. */
words: Array<string>, };

/** An avoidable cause of a contact, or of a worse one. */
export type IrritantKind = "repeat_contact" | "waiting" | "contradiction" | "broken_promise" | "repeat_problem" | "channel_hop" | "wants_manager" | "threat_to_leave" | "legal_threat" | "public_threat" | "failed_bot" | "effort" | "shouting";

/** Whose line it is. */
export type ItemSide = "customer" | "me" | "colleague" | "bot" | "system";

/** What opens the files of a workspace. */
export type Keys = { 
/** The system's keyring. */
keyring: boolean,
/** A passphrase. */
passphrase: boolean, };

/** The language of the app. */
export type Language = "system" | "en" | "fr";

/** How pressing it is. */
export type Level = "soon" | "now";

/** Everything in the library. */
export type Library = { 
/** Articles, by title. */
articles: Array<Article>,
/** Macros, by name. */
macros: Array<Macro>, };

/** What one line says. */
export type LineReading = { 
/** The line's key. */
id: string,
/** What annoys them. */
irritants: Array<Irritant>,
/** How pressing it is. */
urgency: Urgency | null, };

/** How a line sounded at the advisor's end, counted on what was really played: what was concealed or left out counts as
 * lost, whatever the network says. */
export type LineSound = { 
/** The E-model's R (G.107), 0 to 100: 80 and more is good, less than 70 annoys. */
r: number,
/** What people would say on average, in hundredths: 100 to 450. */
mos: number,
/** Of a million packets, those that never came. */
lost: number,
/** Of a million frames that were played, those that were invented. */
concealed: number,
/** Of a million frames that were played, those that were left out to catch up. */
discarded: number,
/** How unevenly packets came (RFC 3550), in ms. */
jitter: number, };

/** How the line is. */
export type LineState = "live" | "reconnecting" | "offline" | "sign_in_needed" | "update_needed";

/** This visitor is that customer. */
export type Link = { 
/** Which. */
id: ConversationId,
/** The known customer. */
customer: CustomerId, };

/** Why a desk is locked, and what opens it. */
export type Locked = { 
/** Why. */
why: LockedWhy,
/** Whether a passphrase helps. */
passphrase: Passphrase,
/** The last contact with the service, when that is why. */
since: At | null, };

/** Why a desk is locked. */
export type LockedWhy = "no_keyring" | "keyring_locked" | "keyring_slow" | "key_missing" | "wrong_key" | "disk" | "newer" | "lease_over";

/** A prepared text with variables, and what else it does.
 *
 * Variables: `{{customer.name}}`, `{{customer.first_name}}`, `{{advisor.name}}`, `{{advisor.first_name}}`,
 * `{{order}}` (the newest order's number), `{{workspace}}`. An unknown or empty one stays visible as written. */
export type Macro = { 
/** Which. */
id: MacroId,
/** What an advisor types after `/`. */
name: Slug,
/** In a few words, what it is for. */
title: string,
/** The text, with variables. */
text: string,
/** The language of the text. */
language: Slug,
/** What else it does, in order. */
actions: Array<MacroAction>,
/** When it was last changed; given by the service. */
changed_at: At,
/** Who changed it; given by the service. */
changed_by: string,
/** Counts changes of this row; given by the service. */
version: number, };

/** What a macro does besides its text. */
export type MacroAction = { "do": "set_reason",
/** Which. */
reason: Slug, } | { "do": "add_follow_up",
/** What is to be done. */
title: string,
/** Hours from now until it is due. */
due_in_hours: number, } | { "do": "snooze",
/** For how many minutes. */
minutes: number, } | { "do": "resolve" };

/** A prepared text with actions. */
export type MacroId = string;

/** A macro to take away. */
export type MacroRef = { 
/** Which. */
id: MacroId, };

/** A macro, ready for a conversation. */
export type MacroRow = { 
/** Which. */
id: MacroId,
/** What is typed after `/`. */
name: Slug,
/** What it is for. */
title: string,
/** Its language. */
language: Slug,
/** The words, with variables filled for the conversation. */
text: Personal,
/** What else it does. */
actions: Array<MacroAction>, };

/** A known customer whom the visitor of a conversation may be. */
export type MayBe = { 
/** The known customer. */
customer: CustomerId,
/** Their name. */
name: Personal,
/** The kind of identity that both have. */
because: IdentityKind, };

/** A measure and the number of answers behind it. */
export type Measure = { 
/** The value: −100 to 100 for NPS, percent for CSAT, mean for CES. */
value: number,
/** How many answers. */
n: number, };

/** One line of a conversation. For what an advisor or customer sends, it is the id of the command that sent it. */
export type MessageId = string;

/** What kind of line it is. */
export type MessageKind = "message" | "note" | "activity";

/** An own line. */
export type MessageRef = { 
/** Which. */
id: MessageId, };

/** A moment between the customer and the company. */
export type Moment = { 
/** The key. */
id: string,
/** When. */
at: At,
/** Good or bad. */
tone: Tone,
/** Where it happened. */
place: MomentPlace,
/** In a few words; empty for a score, which `answer` tells. */
text: Personal,
/** The score given. */
answer: ScoreBrief | null,
/** The conversation to open. */
conversation: ConversationId | null, };

/** Where a moment happened. */
export type MomentPlace = "chat" | "form" | "phone" | "store" | "web" | "delivery" | "survey" | "office";

/** An amount of money in the currency's smallest unit. */
export type Money = { 
/** Cents, or what the currency has. */
cents: number,
/** ISO 4217: `EUR`, `GBP`. */
currency: string, };

/** A name with a short name: a disposition, a root cause, a break reason. */
export type Named = { 
/** Its short name. */
id: Slug,
/** As people read it. */
name: string, };

/** Why something did not go through. */
export type NotSentWhy = { "why": "too_late" } | { "why": "not_yours" } | { "why": "gone" } | { "why": "closed" } | { "why": "conflict",
/** The field's name, as in [`FollowUpChange::field`]. */
field: string,
/** What was there before both, when it is known. */
base: FollowUpChange | null,
/** The advisor's value. */
mine: FollowUpChange,
/** Their value: what the service has. */
theirs: FollowUpChange,
/** Both texts in one, where they go together; only for texts. */
merged: Personal | null,
/** Who changed it. */
by: string,
/** When they did. */
at: At,
/** When the advisor did. */
mine_at: At, } | { "why": "refused",
/** In its words. */
message: string, } | { "why": "file_lost" } | { "why": "other_version" } | { "why": "damaged",
/** Where the damaged file is kept. */
copy: string,
/** Of what was not sent. */
changes: Share,
/** Of drafts. */
drafts: Share,
/** Of files that wait to be sent. */
files: Share, };

/** Nothing. */
export type Nothing = Record<symbol, never>;

/** What the advisor is told while they look elsewhere. */
export type NotificationSettings = { 
/** Offers. */
offers: boolean,
/** New messages in own conversations. */
messages: boolean,
/** Mentions in notes. */
mentions: boolean,
/** Names and words are left out. */
hide_content: boolean, };

/** What is held out to the advisor. Oldest first. */
export type OfferRow = { 
/** Which conversation; the key. */
id: ConversationId,
/** With whom. */
customer_name: Personal,
/** Their tier. */
tier: string | null,
/** On which channel. */
channel: Channel,
/** The queue's name. */
queue: string,
/** The contact reason's name. */
reason: string | null,
/** The language. */
language: Slug | null,
/** The first words. */
subject: Personal,
/** Since when they wait. */
waiting_since: At,
/** When the offer was made. */
from: At,
/** When it runs out. */
until: At,
/** Who gave it. */
by: string | null,
/** Why the assistant gave up. */
handed_over: string | null,
/** Why it goes before others, when its customer's words said so. */
first_because: FirstBecause | null,
/** The caller's number, when it is a call. */
number: Personal | null, };

/** One channel. */
export type OpenChannel = { 
/** Which. */
channel: Channel,
/** Takes offers. */
open: boolean, };

/** A link that was clicked. */
export type OpenLink = { 
/** The address. */
url: string, };

/** Some days of the week and the time between which somebody is there. */
export type OpenTime = { 
/** `mon` … `sun`. */
days: Array<Day>,
/** `09:00`. */
from: string,
/** `18:30`; `24:00` for the end of the day. */
to: string, };

/** A conversation with everything the screen needs to show it, in one answer. */
export type Opened = { 
/** What stands above the lines. */
header: Header,
/** The newest lines, oldest first. */
timeline: Timeline,
/** What was being written. */
draft: Draft,
/** The customer. */
customer: CustomerCard,
/** What may help. */
suggestions: Array<Suggestion>,
/** The line at the top of the window when it was left, to go back to; nothing: the newest. */
reading_at: string | null, };

/** A conversation that somebody has, for supervisors. */
export type OwnedItem = { 
/** Which. */
conversation: ConversationId,
/** With whom. */
customer_name: Personal,
/** The queue it came from. */
queue: Slug,
/** Since when the customer waits for an answer. */
unanswered_since: At | null, };

/** A piece of text that is safe to show: never HTML. */
export type Part = { "part": "text",
/** The words, with line breaks. */
text: Personal, } | { "part": "link",
/** As it was written. */
text: Personal,
/** What is opened. */
url: string,
/** The host in its plain (punycode) form, when that differs from what was written. */
host: string | null, } | { "part": "mention",
/** The name. */
name: string,
/** Whether it is the reader. */
me: boolean, } | { "part": "hidden",
/** Its code: `U+202E`. */
code: string, };

/** Somebody who is spoken with. */
export type Party = { 
/** Their number, or the part of their address before the `@`. */
number: Personal,
/** How they are called, if they say so. */
name: Personal | null, };

/** Whether a passphrase helps with a locked desk. */
export type Passphrase = "no" | "choose" | "enter";

/** An earlier contact. */
export type PastContact = { 
/** Which. */
id: ConversationId,
/** On which channel. */
channel: Channel,
/** Where it stands. */
state: ConversationState,
/** The first words. */
subject: Personal,
/** Why. */
reason: Slug | null,
/** How it ended. */
disposition: Slug | null,
/** When it began. */
at: At,
/** Who had it. */
owner: string | null, };

/** The picture on the clipboard. */
export type PastePicture = { 
/** Where. */
id: ConversationId,
/** What the file is called. */
name: Personal, };

/** A change of a keyed list. Idempotent: taking the same one twice changes nothing more. */
export type Patch<T> = { "op": "reset",
/** The rows that are shown. */
items: Array<T>,
/** How many there are in all. */
total: number, } | { "op": "upsert",
/** The row. */
item: T, } | { "op": "remove",
/** Its key. */
id: string, };

/** A colleague as every desk of the workspace knows them. */
export type Person = { 
/** Who. */
id: PersonId,
/** The name customers and colleagues see. */
name: string,
/** What they may do. */
role: Role,
/** The team whose follow-ups they share. */
team: Slug,
/** What they are able to answer; languages are skills too (`fr`). */
skills: Array<Slug>,
/** The queues they serve. */
queues: Array<Slug>,
/** False once the account is closed: shown in history, offered nothing. */
active: boolean,
/** Counts changes of this row. */
version: number, };

/** An advisor, supervisor or colleague. */
export type PersonId = string;

/** A persona and the rule that put the customer there: never one without the other. */
export type Persona = { 
/** What people call it. */
name: string,
/** The rule in words, as the workspace file has it. */
rule: string, };

/** Puts customers together. Every condition that is given must hold. */
export type PersonaRule = { 
/** The persona's name. */
name: string,
/** The rule in words, shown with the persona. */
rule: string,
/** An attribute of the customer with one of `values`. */
attribute: string | null,
/** The values that fit. */
values: Array<string>,
/** The loyalty tier. */
tier: string | null,
/** At least so many orders. */
orders_at_least: number | null, };

/** Text that belongs to a person: a name, a number, what they wrote. Its `Debug` tells only its length, so that a
 * log line, an error or a panic can never carry it. */
export type Personal = string;

/** Whether calls arrive at this desk. */
export type PhoneState = "none" | "connecting" | "ready" | "unreachable" | "refused" | "no_sound";

/** A place in the app. */
export type Place = { "place": "desk" } | { "place": "conversation",
/** Which. */
id: ConversationId, } | { "place": "follow_ups" };

/** A practice customer. */
export type PracticeCustomer = { 
/** Which script. */
id: Slug,
/** Their name. */
name: string,
/** The language they write. */
language: Slug,
/** Their mood, in a word of the advisor's language. */
mood: string,
/** Their problem, in a sentence of the advisor's language. */
problem: string,
/** Writing now. */
running: boolean, };

/** A practice customer. */
export type PracticeRef = { 
/** Which. */
id: Slug, };

/** A person's presence, as the service sees it. */
export type Presence = { 
/** Who. */
person: PersonId,
/** Whether they can be offered work. */
state: PresenceState,
/** Why, when away: a break reason of the workspace, or `missed-offer`. */
reason: Slug | null,
/** When this state began. */
since: At,
/** "Finish what I have, take no more." */
finishing: boolean,
/** Per channel: open or not, load and capacity. */
channels: Array<ChannelLoad>,
/** True while they are in wrap-up with at least one conversation. */
wrapping_up: boolean, };

/** Whether a person can be offered work. */
export type PresenceState = "available" | "busy" | "away" | "offline";

/** The size of a picture's preview, so that its place is kept before it loads. */
export type PreviewSize = { 
/** Pixels across. */
width: number,
/** Pixels down. */
height: number, };

/** How pressing it is. */
export type Priority = "low" | "normal" | "high";

/** The promise on the next answer: the bar that drains. */
export type Promise = { 
/** The customer's oldest unanswered message. */
from: At,
/** When an answer is due. */
due: At, };

/** A loop that was promised to be closed. */
export type ProposedFollowUp = { 
/** What was promised, in the advisor's words. */
title: Personal,
/** When, as far as it was said. */
due: At | null, };

/** One change of what is shown. */
export type Push = { "view": "gate",
/** It. */
gate: Gate, } | { "view": "settings",
/** All of them. */
settings: Settings, } | { "view": "workspaces",
/** All of them. */
workspaces: Array<WorkspaceRow>, } | { "view": "connection",
/** As it is. */
connection: Connection, } | { "view": "me",
/** Who. */
person: Person,
/** Their presence. */
presence: Presence | null, } | { "view": "workspace",
/** All of it. */
workspace: Workspace, } | { "view": "colleagues",
/** Keyed by the person's id, ordered by name. */
patch: Patch<Colleague>, } | { "view": "offers",
/** Keyed by conversation. */
patch: Patch<OfferRow>, } | { "view": "phone",
/** As it is. */
phone: PhoneState, } | { "view": "calls",
/** Keyed by the call's id, oldest first. */
patch: Patch<CallRow>, } | { "view": "level",
/** So loud. */
level: number, } | { "view": "yours",
/** Keyed by conversation. */
patch: Patch<ConversationRow>, } | { "view": "waiting",
/** Keyed by conversation. */
patch: Patch<WaitingRow>, } | { "view": "header",
/** It. */
header: Header, } | { "view": "timeline",
/** Which conversation. */
conversation: ConversationId,
/** Keyed by the line's id. */
patch: Patch<TimelineItem>, } | { "view": "draft",
/** Which conversation. */
conversation: ConversationId,
/** All of it. */
draft: Draft, } | { "view": "customer",
/** Which conversation. */
conversation: ConversationId,
/** All of it. */
card: CustomerCard, } | { "view": "suggestions",
/** Which conversation. */
conversation: ConversationId,
/** At most three, best first. */
items: Array<Suggestion>, } | { "view": "reading",
/** Which conversation. */
conversation: ConversationId,
/** All of it. */
reading: ConversationReading, } | { "view": "closed",
/** Which. */
conversation: ConversationId, } | { "view": "follow_ups",
/** Keyed by id, ordered by due time. */
patch: Patch<FollowUpRow>, } | { "view": "follow_up_counts",
/** Them. */
counts: FollowUpCounts, } | { "view": "attention",
/** Keyed by command, oldest first. */
patch: Patch<AttentionRow>, } | { "view": "supervise",
/** All of it. */
supervise: Supervise, } | { "view": "practice",
/** All of them. */
customers: Array<PracticeCustomer>, } | { "view": "go",
/** Where to. */
to: Place, } | { "view": "drag",
/** How far. */
drag: Drag, } | { "view": "toast",
/** What. */
toast: Toast, };

/** An article. */
export type PutArticle = { 
/** All of it. */
article: Article, };

/** A macro. */
export type PutMacro = { 
/** All of it. */
prepared: Macro, };

/** A queue: where conversations wait for an advisor with the right skill. Times are seconds. */
export type Queue = { 
/** Its short name. */
id: Slug,
/** As people read it. */
name: string,
/** What an advisor must be able to do. */
skills: Array<Slug>,
/** Higher goes first. */
priority: number,
/** How long an offer rings. */
ring_s: number,
/** Target for the first answer. */
first_reply_s: number,
/** Target for each later answer. */
next_reply_s: number,
/** Time for wrap-up. */
wrap_up_s: number,
/** Customer silent this long: the advisor is reminded. */
nudge_s: number,
/** Customer silent this long: it leaves the advisor's capacity. */
park_s: number,
/** Customer out of reach this long while waiting: abandoned. */
abandon_s: number,
/** A customer who writes within this time after the end reopens the same conversation. */
reopen_s: number,
/** When somebody is there. Nothing: always. */
hours: Hours | null,
/** How it is called. Nothing: it takes no calls. */
calls: QueueCalls | null, };

/** How a queue is called. */
export type QueueCalls = { 
/** The number, or what stands before the `@` of its address. */
number: string,
/** Callers may leave a message while nobody is there; it becomes a follow-up. */
voicemail: boolean,
/** After this many seconds a caller may ask to be called back instead of waiting. 0: never. */
call_back_s: number,
/** Calls are recorded. The caller is told first. */
record: boolean, };

/** How full the place is for what waits to be sent. */
export type Quota = { 
/** What there is most of. */
what: QuotaOf,
/** Of what may wait, 80 to 100. At 100 nothing new is saved. */
percent: number, };

/** What of that which waits is limited. */
export type QuotaOf = "changes" | "files" | "age";

/** Read up to a line. */
export type Read = { 
/** Where. */
id: ConversationId,
/** The highest place. */
upto: number, };

/** Where the reader stands. */
export type ReadingAt = { 
/** Where. */
id: ConversationId,
/** The line on top; nothing: the newest. */
line: string | null, };

/** Why a customer contacted us. */
export type Reason = { 
/** Its short name. */
id: Slug,
/** As people read it. */
name: string,
/** Irritant, opportunity or satisfaction, where it is one. */
mark: ReasonMark | null, };

/** Where a reason stands for the company. */
export type ReasonMark = "irritant" | "opportunity" | "satisfaction";

/** To whom a conversation is given. */
export type Receiver = { "to": "queue", "id": Slug } | { "to": "person", "id": PersonId };

/** A suggestion that is of no use here. */
export type RefuseSuggestion = { 
/** Where. */
id: ConversationId,
/** Which. */
suggestion: string, };

/** A file that cannot be sent. */
export type RefusedFile = { 
/** Its name. */
name: Personal,
/** Why not. */
why: RefusedWhy, };

/** Why a file cannot be sent. */
export type RefusedWhy = "too_large" | "empty" | "unreadable" | "too_many";

/** What a person may do. */
export type Role = "advisor" | "supervisor";

/** What is being written. */
export type SaveDraft = { 
/** Where. */
id: ConversationId,
/** All of it. */
draft: Draft, };

/** A received file to keep. */
export type SaveFile = { 
/** Which. */
sha256: string,
/** Its name. */
name: Personal, };

/** The low score that a rule answered with a follow-up. */
export type ScoreBrief = { 
/** Which question. */
kind: ScoreKind,
/** The answer. */
value: number, };

/** Which question was asked. Definitions in [`crate::measures`]. */
export type ScoreKind = "nps" | "csat" | "ces";

/** Which score question is asked at the end of which conversation. The first rule that fits is used. */
export type ScoreRule = { 
/** Only in this queue. */
queue: Slug | null,
/** Only for this contact reason. */
reason: Slug | null,
/** What is asked; nothing asks nothing. */
ask: ScoreKind | null, };

/** What a row is. */
export type SearchKind = "customer" | "order" | "message";

/** What a search found. */
export type SearchResults = { 
/** The text that was searched. */
text: Personal,
/** The rows, best first within a kind; customers, orders, messages. */
rows: Array<SearchRow>, };

/** One row that was found. */
export type SearchRow = { 
/** The key. */
id: string,
/** What it is. */
kind: SearchKind,
/** The customer's name. */
customer_name: Personal,
/** What matched, in pieces. */
snippet: Array<SnippetPart>,
/** Whose. */
customer: CustomerId,
/** The conversation to open. */
conversation: ConversationId | null,
/** The line in it. */
message: string | null,
/** When. */
at: At, };

/** What was written. */
export type Send = { 
/** Where. */
id: ConversationId,
/** To whom. */
mode: DraftMode,
/** The words. */
text: Personal,
/** Hashes of draft files to go with it. */
attachments: Array<string>,
/** The macro it came from: its actions follow. */
from_macro: MacroId | null,
/** What was suggested when it was sent. */
suggested: Suggested | null, };

/** One's own presence. */
export type SetPresence = { 
/** The state. */
state: PresenceState,
/** Why, when away. */
reason: Slug | null, };

/** The contact reason. */
export type SetReason = { 
/** Which. */
id: ConversationId,
/** The reason. */
reason: Slug | null, };

/** How a person likes their desk. */
export type Settings = { 
/** Light or dark. */
theme: Theme,
/** Which language. */
language: Language,
/** Percent, 70 to 200. */
zoom: number,
/** Seconds in which a sent message can be taken back, 0 to 10. */
undo_send_s: number,
/** Width of the left side in pixels. */
left_width: number,
/** Width of the right side in pixels. */
right_width: number,
/** What to be told. */
notifications: NotificationSettings,
/** What to speak into and hear from. */
audio: AudioSettings,
/** Shortcuts that differ from the built-in ones: action → keys. */
shortcuts: { [key in string]: string },
/** Hints that were shown once and are not shown again. */
hints_seen: Array<string>, };

/** A conflict and what becomes of it. */
export type Settle = { 
/** The command that met somebody else's change. */
id: string,
/** What is kept. */
choice: Choice, };

/** How much of something was saved from a damaged file. */
export type Share = { 
/** So many are there. */
saved: number,
/** So many were there and are lost. */
lost: number, };

/** The conversation to show, or none. */
export type Show = { 
/** Which. */
id: ConversationId | null, };

/** The list to show, or none. */
export type ShowFollowUps = { 
/** Which. */
scope: FollowUpScope | null, };

/** Which side spoke last. */
export type Side = "customer" | "company";

/** Leaving. */
export type SignOut = { 
/** Also when there are unsent changes. */
even_unsent: boolean, };

/** A short, readable name that people choose in the workspace file: a queue, a reason, a skill.
 *
 * Lower case letters, digits and `-`, 1 to 40 characters. */
export type Slug = string;

/** A piece of a snippet. */
export type SnippetPart = { 
/** The words. */
text: Personal,
/** Whether they matched. */
hit: boolean, };

/** Putting aside. */
export type Snooze = { 
/** Which. */
id: ConversationId,
/** Until when. */
until: At, };

/** Everything the first paint needs, in one answer. */
export type Start = { 
/** The app's version. */
version: string,
/** How the person likes it. */
settings: Settings,
/** The workspaces on this computer. */
workspaces: Array<WorkspaceRow>,
/** The desk, or why it cannot be shown. */
gate: Gate, };

/** The strongest feeling. */
export type Strongest = { 
/** Which. */
emotion: Emotion,
/** At which message, from 0. */
at: number,
/** How strong, 0 to 1. */
strength: number,
/** The words. */
words: Array<string>, };

/** What the advisor has typed so far. */
export type SuggestFor = { 
/** Where. */
id: ConversationId,
/** The words so far. */
text: Personal, };

/** What was suggested when an answer was sent. */
export type Suggested = { 
/** Those that were to be seen. */
shown: Array<string>,
/** The one that was taken. */
taken: string | null,
/** It was changed before it went out. */
changed: boolean, };

/** A suggested reply and where it comes from. */
export type Suggestion = { 
/** The key: its source and place in it. */
id: string,
/** The words, with variables filled. */
text: Personal,
/** Where it comes from. */
source: SuggestionSource,
/** The name of the source: an article's or macro's title, a past conversation's day. */
title: string,
/** The words of the customer or the draft that found it. */
because: Array<string>,
/** What completes the draft that it was asked for; nothing: it would replace it. */
rest: Personal | null,
/** How often it was sent in contexts like this one, of ten; nothing: it has no history. */
in_ten: number | null,
/** How often it was taken on this computer lately. */
taken: number, };

/** Where a suggestion comes from. */
export type SuggestionSource = "article" | "macro" | "answer" | "path";

/** One sentence that counts. */
export type SummaryItem = { 
/** What it is. */
kind: SummaryKind,
/** The words. */
text: Personal,
/** The line that they stand in. */
line: string, };

/** What a sentence that counts is. */
export type SummaryKind = "wants" | "tried" | "promised" | "open";

/** Queues and advisors, now. */
export type Supervise = { 
/** When the service told last; nothing before the first time. */
at: At | null,
/** The queues, in the workspace's order. */
queues: Array<SuperviseQueue>,
/** The advisors, by name. */
advisors: Array<SuperviseAdvisor>, };

/** One advisor. */
export type SuperviseAdvisor = { 
/** Who. */
id: PersonId,
/** Their name. */
name: string,
/** Presence with load and capacity. */
presence: Presence,
/** What they have. */
conversations: Array<OwnedItem>, };

/** One queue. */
export type SuperviseQueue = { 
/** Which. */
id: Slug,
/** Its name. */
name: string,
/** Conversations that wait. */
waiting: number,
/** Since when the oldest one waits. */
longest: At | null,
/** Target for the first answer, in seconds. */
target_s: number,
/** Advisors who serve it and are there. */
on_line: number,
/** Those who could take one more now. */
free: number, };

/** On or off. */
export type Switch = { 
/** Which. */
on: boolean, };

/** Light, dark, or as the system. */
export type Theme = "system" | "light" | "dark";

/** A stretch of lines. */
export type Timeline = { 
/** The lines, oldest first. What is on its way stands at the end. */
items: Array<TimelineItem>,
/** Whether there are older ones. */
earlier: boolean, };

/** One line. */
export type TimelineItem = { 
/** The key; stays the same from the outbox to the log. */
id: string,
/** Its place; nothing while it is on its way. Lines on their way stand after all others, in their order. */
n: number | null,
/** When. */
at: At,
/** Message, note or activity. */
kind: MessageKind,
/** Whose line it is. */
side: ItemSide,
/** The writer's name; empty for the customer's own lines and the service's. */
name: string,
/** The words, in safe pieces. */
parts: Array<Part>,
/** The files. */
attachments: Array<Attachment>,
/** What happened, for activities. */
activity: Activity | null,
/** How far the reader's own line got. */
delivery: Delivery | null, };

/** Milliseconds that a call spent, without the stretch that runs. By the clock of whoever keeps the call: the
 * exchange's for the service, whose figures count; the computer's for the desk, which only shows them. */
export type Times = { 
/** When the call began: in the queue, or with the telephone. */
began: At,
/** When the stretch that runs began. */
since: At,
/** In the queue, before it was held out to this advisor. What a customer waited is this and `ring`. */
wait: number,
/** Held out, rung, and taken but not connected yet. */
ring: number,
/** Spoken. */
talk: number,
/** Connected, while either side made the other one wait. The customer waits while a colleague is consulted. */
hold: number, };

/** Something to read once. */
export type Toast = { "toast": "missed_offer",
/** With whom. */
customer_name: Personal, } | { "toast": "silent",
/** With whom. */
customer_name: Personal,
/** Where. */
conversation: ConversationId, } | { "toast": "requeued",
/** With whom. */
customer_name: Personal, } | { "toast": "arrived",
/** With whom. */
customer_name: Personal,
/** Which. */
conversation: ConversationId, } | { "toast": "failed",
/** Why. */
failure: Failure, } | { "toast": "file_saved",
/** Where. */
path: string, };

/** Whether a fact is good or bad news for the customer, for the colour of its moment on the journey. */
export type Tone = "good" | "neutral" | "warning" | "bad";

/** Giving away. */
export type Transfer = { 
/** Which. */
id: ConversationId,
/** To whom. */
receiver: Receiver,
/** A note for them. */
note: Personal | null, };

/** Whether the receiver was spoken with before. */
export type TransferKind = "warm" | "blind";

/** How handing a call over goes. */
export type TransferRow = { 
/** Whether the receiver was spoken with before. */
kind: TransferKind,
/** To whom. */
name: Personal,
/** It came to nothing: the call is still here. Otherwise it is being tried. */
failed: boolean, };

/** A conversation's mood. */
export type Trend = { 
/** After each message of the customer, −1 to 1. An order number alone does not calm anybody: what was felt fades slowly. */
moods: Array<number>,
/** The last message at which the mood turned. */
turned: Turn | null,
/** What was felt most strongly, neutral apart. */
strongest: Strongest | null,
/** For how many messages, up to the last, the customer has been upset. */
upset_for: number,
/** Every irritant once, in the order they came. */
irritants: Array<Irritant>, };

/** How sure we are that an identity is the customer's. */
export type Trust = "claimed" | "verified";

/** A turn of the mood. */
export type Turn = { 
/** At which message, from 0. */
at: number,
/** For the better. */
better: boolean, };

/** A passphrase over the keys of a workspace's files. */
export type TypedPassphrase = { 
/** As it was typed. */
passphrase: Personal, };

/** Urgency and the words that say so. */
export type Urgency = { 
/** How pressing. */
level: Level,
/** As they were written. */
words: Array<string>, };

/** A conversation in a queue. Highest priority first, then longest wait. */
export type WaitingRow = { 
/** Which; the key. */
id: ConversationId,
/** Whose. */
customer_name: Personal,
/** Their tier. */
tier: string | null,
/** On which channel. */
channel: Channel,
/** The queue's name. */
queue: string,
/** The contact reason's name. */
reason: string | null,
/** The language. */
language: Slug | null,
/** Since when. */
waiting_since: At,
/** When an answer is due. */
due: At,
/** Higher goes first. */
priority: number,
/** Why the assistant gave up. */
handed_over: string | null,
/** Why it goes before others, when its customer's words said so. */
first_because: FirstBecause | null,
/** Offered to somebody now. */
offered: boolean, };

/** The set-up of a team. */
export type Workspace = { 
/** Its short name, in addresses. */
id: Slug,
/** As people and customers read it. */
name: string,
/** Sites whose pages may embed the chat: `https://www.example.com`. */
sites: Array<string>,
/** The queue of a chat that names none: the first one when not given. */
default_queue: Slug | null,
/** The queues. */
queue: Array<Queue>,
/** Capacity per channel. */
capacity: Array<Capacity>,
/** Contact reasons. */
reason: Array<Reason>,
/** Outcomes at wrap-up. */
disposition: Array<Named>,
/** Root causes of follow-ups. */
cause: Array<Named>,
/** Why people are away. */
break: Array<Named>,
/** Which score is asked. */
score_rule: Array<ScoreRule>,
/** What a low score makes. */
follow_up_rule: Array<FollowUpRule>,
/** Personas, first fit wins. */
persona: Array<PersonaRule>, };

/** A workspace on this computer. */
export type WorkspaceRef = { 
/** Its name here. */
id: string, };

/** A workspace on this computer. */
export type WorkspaceRow = { 
/** Its name on this computer. */
id: string,
/** As people read it. */
name: string,
/** The service's address; nothing for the practice workspace. */
address: string | null,
/** The one that is open. */
current: boolean, };

/** The outcome. */
export type WrapUp = { 
/** Which. */
id: ConversationId,
/** The outcome. */
disposition: Slug, };

/** How a conversation may be wrapped up. */
export type WrapUpProposal = { 
/** The outcome. */
disposition: Slug | null,
/** The words that speak for it. */
because: Personal,
/** What was promised and is to be done. */
follow_ups: Array<ProposedFollowUp>, };

/** Every call: what it takes and what it gives. */
export interface Calls {
  /** Everything the first paint needs. */
  'app.start': { input: Nothing; output: Start };
  /** Keeps how the reader likes it. */
  'app.settings': { input: Settings; output: Settings };
  /** Opens a link in the system's browser, after a check of its scheme. */
  'app.open_link': { input: OpenLink; output: null };
  /** Opens the customers' chat page in the system's browser. */
  'app.open_chat': { input: Nothing; output: null };
  /** Ends the app; presence goes offline. */
  'app.quit': { input: Nothing; output: null };
  /** Adds a service and begins to sign in, in the system's browser. */
  'workspace.add': { input: AddWorkspace; output: null };
  /** Changes to another workspace. */
  'workspace.use': { input: WorkspaceRef; output: null };
  /** Begins to sign in to the current workspace. */
  'workspace.sign_in': { input: Nothing; output: null };
  /** Gives up a sign-in that is under way. */
  'workspace.cancel_sign_in': { input: Nothing; output: null };
  /** Signs out and destroys the keys of this workspace's files. */
  'workspace.sign_out': { input: SignOut; output: null };
  /** Takes a workspace off this computer. It must be signed out. */
  'workspace.forget': { input: WorkspaceRef; output: null };
  /** Tries again to open what is locked. */
  'keys.try_again': { input: Nothing; output: null };
  /** Chooses the passphrase that keeps the keys where there is no keyring. `Invalid` when it is too short. */
  'keys.choose': { input: TypedPassphrase; output: null };
  /** Opens the files with the passphrase. */
  'keys.unlock': { input: TypedPassphrase; output: null };
  /** Begins anew where nothing opens the files: they are kept, and nothing of them is shown. `TooLate` where they can be opened, or may be later. */
  'keys.begin_anew': { input: Nothing; output: null };
  /** Lets a passphrase open the files, in place of an older one. */
  'keys.set_passphrase': { input: TypedPassphrase; output: Keys };
  /** The keyring alone opens them again. */
  'keys.remove_passphrase': { input: Nothing; output: Keys };
  /** Sets one's own presence. */
  'presence.set': { input: SetPresence; output: null };
  /** Finish what I have, take no more. */
  'presence.finish': { input: Switch; output: null };
  /** Opens or closes a channel for offers. */
  'presence.channel': { input: OpenChannel; output: null };
  /** Takes an offer, or what waits in an own queue. */
  'offer.accept': { input: ConversationRef; output: null };
  /** Declines an offer. */
  'offer.decline': { input: ConversationRef; output: null };
  /** Takes a call that rings. */
  'call.answer': { input: CallRef; output: null };
  /** Does not take it. */
  'call.decline': { input: CallRef; output: null };
  /** Ends it. */
  'call.hang_up': { input: CallRef; output: null };
  /** Makes the other end wait, or goes on. */
  'call.hold': { input: CallSwitch; output: null };
  /** Is not heard, or is again. */
  'call.mute': { input: CallSwitch; output: null };
  /** Presses keys. */
  'call.press': { input: CallKeys; output: null };
  /** Hands it over without asking there. */
  'call.transfer': { input: CallTransfer; output: null };
  /** Asks somebody while the other end waits. */
  'call.consult': { input: CallConsult; output: null };
  /** Lets them in. */
  'call.confer': { input: CallRef; output: null };
  /** Hands it over to them. */
  'call.complete': { input: CallRef; output: null };
  /** Lets them go, and goes on with the other end. */
  'call.back': { input: CallRef; output: null };
  /** Calls somebody. */
  'call.dial': { input: Dial; output: null };
  /** The devices of this computer. */
  'audio.devices': { input: Nothing; output: AudioDevices };
  /** Plays back what is said into the microphone a moment later, and tells how loud it is; or stops that. */
  'audio.test': { input: Switch; output: null };
  /** Rings once, on the device that rings. */
  'audio.ring': { input: Nothing; output: null };
  /** Shows a conversation, or none; from now on its changes are pushed. */
  'conversation.show': { input: Show; output: Opened | null };
  /** Older lines. */
  'conversation.earlier': { input: Earlier; output: Timeline };
  /** Read up to a line. */
  'conversation.read': { input: Read; output: null };
  /** Keeps where the reader stands. */
  'conversation.reading_at': { input: ReadingAt; output: null };
  /** The reader is writing to the customer. */
  'conversation.typing': { input: ConversationRef; output: null };
  /** Gives it to a queue or a colleague. */
  'conversation.transfer': { input: Transfer; output: null };
  /** Gives it to an advisor, as a supervisor. */
  'conversation.assign': { input: Assign; output: null };
  /** Answered: to wrap-up. */
  'conversation.resolve': { input: ConversationRef; output: null };
  /** Undoes the end. */
  'conversation.reopen': { input: ConversationRef; output: null };
  /** Ends wrap-up. */
  'conversation.wrap_up': { input: WrapUp; output: null };
  /** Puts aside. */
  'conversation.snooze': { input: Snooze; output: null };
  /** Takes back from snooze. */
  'conversation.wake': { input: ConversationRef; output: null };
  /** Ends what should not go on. */
  'conversation.end': { input: End; output: null };
  /** Sets the contact reason. */
  'conversation.reason': { input: SetReason; output: null };
  /** Links the visitor to a known customer. */
  'conversation.link': { input: Link; output: null };
  /** Undoes that. */
  'conversation.unlink': { input: ConversationRef; output: null };
  /** Brings a customer into sight and says which conversation of theirs to show. */
  'customer.open': { input: CustomerRef; output: ConversationId | null };
  /** Confirms an identity, or takes that back. */
  'customer.confirm': { input: ConfirmIdentity; output: null };
  /** Lets a blocked customer write again. */
  'customer.unblock': { input: CustomerRef; output: null };
  /** Keeps what is being written. */
  'draft.save': { input: SaveDraft; output: null };
  /** Puts a file into the draft, piece by piece; the file when it is whole. */
  'draft.file': { input: FileChunk; output: DraftFile | null };
  /** Puts the picture on the clipboard into the draft; nothing when there is none there. */
  'draft.paste': { input: PastePicture; output: DraftFile | null };
  /** Puts the files that were dropped on the window into the draft. */
  'draft.drop': { input: ConversationRef; output: Dropped };
  /** Takes a file out of the draft. */
  'draft.remove_file': { input: FileRef; output: null };
  /** Sends. The line is saved before this answers. */
  'message.send': { input: Send; output: TimelineItem };
  /** Takes back what has not gone out; the draft it becomes again. */
  'message.undo': { input: MessageRef; output: Draft };
  /** Sends now what would go out in a moment. */
  'message.send_now': { input: MessageRef; output: null };
  /** Saves a received file among the downloads. */
  'file.save': { input: SaveFile; output: null };
  /** Tries again what did not go through. */
  'attention.retry': { input: AttentionRef; output: null };
  /** Takes it back into the draft. */
  'attention.edit': { input: AttentionRef; output: ConversationId | null };
  /** Lets it go: what did not go through, or what still waits to be sent. */
  'attention.discard': { input: AttentionRef; output: null };
  /** Gives its words as a note to whoever has the conversation or follow-up now. */
  'attention.hand_over': { input: AttentionRef; output: null };
  /** What may help, given what has been typed. */
  'suggest.for_draft': { input: SuggestFor; output: Array<Suggestion> };
  /** Waves a suggestion away: it is not shown here again, and later elsewhere. */
  'suggest.refuse': { input: RefuseSuggestion; output: null };
  /** Macros that fit what was typed after `/`. */
  'macro.find': { input: FindMacros; output: Array<MacroRow> };
  /** Makes a loop to close. */
  'follow_up.add': { input: AddFollowUp; output: FollowUpId };
  /** Changes one field of it. */
  'follow_up.change': { input: ChangeFollowUp; output: null };
  /** Settles a conflict. What follows from it waits ten seconds before it goes out. */
  'follow_up.settle': { input: Settle; output: null };
  /** Takes that back while it has not gone out: the conflict stands there again. `id` as it was settled. */
  'follow_up.unsettle': { input: AttentionRef; output: null };
  /** Shows a list of them, or none; from now on its changes are pushed. */
  'follow_up.show': { input: ShowFollowUps; output: Array<FollowUpRow> };
  /** Finds customers, orders and messages on this computer. */
  'search.find': { input: Find; output: SearchResults };
  /** Finds them in the whole workspace. */
  'search.everywhere': { input: Find; output: SearchResults };
  /** Everything in the library. */
  'library.list': { input: Nothing; output: Library };
  /** Writes an article. */
  'library.put_article': { input: PutArticle; output: null };
  /** Takes an article away. */
  'library.remove_article': { input: ArticleRef; output: null };
  /** Writes a macro. */
  'library.put_macro': { input: PutMacro; output: null };
  /** Takes a macro away. */
  'library.remove_macro': { input: MacroRef; output: null };
  /** Shows queues and advisors, or no longer; from now on changes are pushed. */
  'supervise.show': { input: Switch; output: Supervise | null };
  /** The practice customers. */
  'practice.list': { input: Nothing; output: Array<PracticeCustomer> };
  /** One of them starts to write. */
  'practice.start': { input: PracticeRef; output: null };
  /** One of them leaves. */
  'practice.stop': { input: PracticeRef; output: null };
}
