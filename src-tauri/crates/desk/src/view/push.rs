//! What the desk says without being asked: state, keyed and idempotent, never "something changed, ask again".

use model::{ConversationId, Patch, Person, Presence, Workspace};
use serde::Serialize;
use ts_rs::TS;

use super::{
    AttentionRow, CallRow, Colleague, Connection, ConversationReading, ConversationRow, CustomerCard, Draft,
    FollowUpCounts, FollowUpRow, Gate, Header, OfferRow, PhoneState, PracticeCustomer, Settings, Suggestion,
    Supervise, TimelineItem, WaitingRow, WorkspaceRow,
};

/// One change of what is shown.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum Push {
    /// Whether the desk can be shown; with the whole of it when it can.
    Gate {
        /// It.
        gate: Gate,
    },
    /// The settings.
    Settings {
        /// All of them.
        settings: Settings,
    },
    /// The workspaces on this computer.
    Workspaces {
        /// All of them.
        workspaces: Vec<WorkspaceRow>,
    },
    /// The line.
    Connection {
        /// As it is.
        connection: Connection,
    },
    /// The reader.
    Me {
        /// Who.
        person: Person,
        /// Their presence.
        presence: Option<Presence>,
    },
    /// The team's set-up.
    Workspace {
        /// All of it.
        workspace: Workspace,
    },
    /// Colleagues.
    Colleagues {
        /// Keyed by the person's id, ordered by name.
        patch: Patch<Colleague>,
    },
    /// What is held out.
    Offers {
        /// Keyed by conversation.
        patch: Patch<OfferRow>,
    },
    /// Whether calls arrive.
    Phone {
        /// As it is.
        phone: PhoneState,
    },
    /// Calls.
    Calls {
        /// Keyed by the call's id, oldest first.
        patch: Patch<CallRow>,
    },
    /// How loud the microphone is while it is tested, 0 to 100.
    Level {
        /// So loud.
        level: u8,
    },
    /// What the advisor has.
    Yours {
        /// Keyed by conversation.
        patch: Patch<ConversationRow>,
    },
    /// What waits.
    Waiting {
        /// Keyed by conversation.
        patch: Patch<WaitingRow>,
    },
    /// The head of the open conversation.
    Header {
        /// It.
        header: Header,
    },
    /// The lines of the open conversation.
    Timeline {
        /// Which conversation.
        conversation: ConversationId,
        /// Keyed by the line's id.
        patch: Patch<TimelineItem>,
    },
    /// The draft of the open conversation, when the desk changed it (a file arrived, a message was taken back).
    Draft {
        /// Which conversation.
        conversation: ConversationId,
        /// All of it.
        draft: Draft,
    },
    /// The customer of the open conversation.
    Customer {
        /// Which conversation.
        conversation: ConversationId,
        /// All of it.
        card: CustomerCard,
    },
    /// What may help in the open conversation.
    Suggestions {
        /// Which conversation.
        conversation: ConversationId,
        /// At most three, best first.
        items: Vec<Suggestion>,
    },
    /// What the customer's words in the open conversation say.
    Reading {
        /// Which conversation.
        conversation: ConversationId,
        /// All of it.
        reading: ConversationReading,
    },
    /// The open conversation is no longer the reader's to see.
    Closed {
        /// Which.
        conversation: ConversationId,
    },
    /// The list of follow-ups that is shown.
    FollowUps {
        /// Keyed by id, ordered by due time.
        patch: Patch<FollowUpRow>,
    },
    /// How many follow-ups there are.
    FollowUpCounts {
        /// Them.
        counts: FollowUpCounts,
    },
    /// What did not go through.
    Attention {
        /// Keyed by command, oldest first.
        patch: Patch<AttentionRow>,
    },
    /// Queues and advisors.
    Supervise {
        /// All of it.
        supervise: Supervise,
    },
    /// Practice customers.
    Practice {
        /// All of them.
        customers: Vec<PracticeCustomer>,
    },
    /// Bring this up: a notification or the tray was clicked.
    Go {
        /// Where to.
        to: Place,
    },
    /// Files are dragged over the window.
    Drag {
        /// How far.
        drag: Drag,
    },
    /// Something to read once, that goes away by itself.
    Toast {
        /// What.
        toast: Toast,
    },
}

/// Files that are dragged over the window. Their names and paths stay with the desk until the screen says where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Drag {
    /// They are over it.
    Over,
    /// They went away again.
    Left,
    /// They were let go: `draft.drop` takes them.
    Dropped,
}

/// A place in the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "place", rename_all = "snake_case")]
pub enum Place {
    /// The desk.
    Desk,
    /// A conversation.
    Conversation {
        /// Which.
        id: ConversationId,
    },
    /// The follow-ups.
    FollowUps,
}

/// Something to read once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "toast", rename_all = "snake_case")]
pub enum Toast {
    /// The reader did not answer an offer and was set away.
    MissedOffer {
        /// With whom.
        customer_name: model::Personal,
    },
    /// A customer has been silent for a while.
    Silent {
        /// With whom.
        customer_name: model::Personal,
        /// Where.
        conversation: ConversationId,
    },
    /// A conversation went back to its queue.
    Requeued {
        /// With whom.
        customer_name: model::Personal,
    },
    /// A conversation came to the reader.
    Arrived {
        /// With whom.
        customer_name: model::Personal,
        /// Which.
        conversation: ConversationId,
    },
    /// Something that was begun a while ago came to nothing.
    Failed {
        /// Why.
        failure: crate::Failure,
    },
    /// A file was saved.
    FileSaved {
        /// Where.
        path: String,
    },
}
