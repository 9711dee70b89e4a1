//! Why something that was asked of a telephone came to nothing.

/// Why something that was asked of a telephone came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is no such call, or not any more.
    #[error("that call is over")]
    Over,
    /// The call is not in a state in which that can be done.
    #[error("that cannot be done at this moment of the call")]
    NotNow,
    /// What was dialled, or an address in the settings, is none.
    #[error("that is no number or address")]
    BadAddress,
    /// Nobody answers.
    #[error("the telephone exchange cannot be reached")]
    Unreachable,
    /// The other side does not want it: SIP's status code.
    #[error("it was refused ({0})")]
    Refused(u16),
    /// Both sides know no way to write sound that the other one knows.
    #[error("the other side speaks no way that is known here")]
    NothingInCommon,
    /// A certificate, or its key, cannot be used.
    #[error("the certificate or its key cannot be used")]
    BadCertificate,
    /// Nobody else should listen, and yet everybody on the way could.
    #[error("with TLS it is called without it on this computer only")]
    InTheClear,
    /// Sound cannot be played or recorded.
    #[error("there is no sound")]
    Sound,
}
