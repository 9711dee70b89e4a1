//! What Asterisk says on its WebSocket: only what we act on. Nothing here has `Debug`: callers have numbers.

use serde::Deserialize;

/// A channel, which is a leg to us.
#[derive(Deserialize)]
pub(super) struct Channel {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    pub(super) caller: Caller,
    #[serde(default)]
    pub(super) dialplan: Dialplan,
}

impl Channel {
    /// Somebody picked it up.
    pub(super) fn is_up(&self) -> bool {
        self.state == "Up"
    }

    /// Its dialplan gave it to that application.
    pub(super) fn is_in(&self, application: &str) -> bool {
        self.dialplan.app_name == "Stasis"
            && self.dialplan.app_data.split(',').next().is_some_and(|name| name == application)
    }

    /// What the dialplan, or whoever dialled, said to the application.
    pub(super) fn args(&self) -> Vec<String> {
        self.dialplan.app_data.split(',').skip(1).map(str::to_owned).collect()
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Caller {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) number: String,
}

#[derive(Default, Deserialize)]
pub(super) struct Dialplan {
    #[serde(default)]
    pub(super) exten: String,
    #[serde(default)]
    pub(super) app_name: String,
    #[serde(default)]
    pub(super) app_data: String,
}

#[derive(Deserialize)]
pub(super) struct Playback {
    pub(super) id: String,
    #[serde(default)]
    pub(super) target_uri: String,
}

#[derive(Deserialize)]
pub(super) struct Recorded {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct EndpointState {
    pub(super) technology: String,
    pub(super) resource: String,
    pub(super) state: Option<String>,
}

impl EndpointState {
    /// Whether calls arrive there. Nothing where Asterisk does not know.
    pub(super) fn there(&self) -> Option<bool> {
        match self.state.as_deref() {
            Some("online") => Some(true),
            Some("offline") => Some(false),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Bridge {
    pub(super) id: String,
}

/// To whom a call should be handed over.
#[derive(Deserialize)]
pub(super) struct ReferTo {
    pub(super) requested_destination: Destination,
    /// The other call of the same telephone.
    pub(super) destination_channel: Option<Channel>,
}

#[derive(Deserialize)]
pub(super) struct Destination {
    #[serde(default)]
    pub(super) destination: String,
    /// The Call-ID of another call; nothing for a transfer that nobody was asked about.
    pub(super) protocol_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ReferredBy {
    pub(super) source_channel: Channel,
}

/// Something that happened.
#[derive(Deserialize)]
#[serde(tag = "type")]
pub(super) enum Event {
    StasisStart {
        #[serde(default)]
        args: Vec<String>,
        channel: Channel,
        replace_channel: Option<Channel>,
    },
    StasisEnd {
        channel: Channel,
    },
    ChannelStateChange {
        channel: Channel,
    },
    ChannelDtmfReceived {
        digit: String,
        #[serde(default)]
        timestamp: String,
        channel: Channel,
    },
    ChannelHold {
        channel: Channel,
    },
    ChannelUnhold {
        channel: Channel,
    },
    ChannelHangupRequest {
        cause: Option<i64>,
        channel: Channel,
    },
    ChannelDestroyed {
        #[serde(default)]
        cause: i64,
        tech_cause: Option<i64>,
        channel: Channel,
    },
    ChannelTransfer {
        state: Option<String>,
        refer_to: Box<ReferTo>,
        referred_by: Box<ReferredBy>,
    },
    PlaybackFinished {
        playback: Playback,
    },
    RecordingFinished {
        recording: Recorded,
    },
    RecordingFailed {
        recording: Recorded,
    },
    EndpointStateChange {
        endpoint: EndpointState,
    },
    PeerStatusChange {
        endpoint: EndpointState,
    },
    ContactStatusChange {
        endpoint: EndpointState,
    },
    ApplicationReplaced {
        #[serde(default)]
        application: String,
    },
    #[serde(other)]
    Other,
}
