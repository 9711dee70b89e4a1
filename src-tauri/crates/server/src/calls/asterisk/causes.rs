//! Why a channel is over, and why one is not taken: the numbers of Q.850 that Asterisk uses for both.

use crate::calls::port::{Ending, Refusal};

/// What Asterisk says of a caller who gave up: SIP's 487 has no number of its own there.
const UNSPECIFIED: i64 = 127;

/// Why a leg is over. `spoken`: it had been picked up. `calls`: it is one that called us.
pub(super) fn ending(cause: i64, spoken: bool, calls: bool) -> Ending {
    match cause {
        // Normal; answered elsewhere; normal, unspecified.
        16 | 26 | 31 => Ending::Left,
        0 | UNSPECIFIED if spoken || calls => Ending::Left,
        // Busy; rejected.
        17 | 21 => Ending::Declined,
        // No response; no answer.
        18 | 19 => Ending::NoAnswer,
        _ => Ending::Failed,
    }
}

/// What a refused caller is told. Behind each is what Asterisk says in SIP.
pub(super) fn refusal(why: Refusal) -> &'static str {
    match why {
        // 404
        Refusal::NoSuchNumber => "1",
        // 480
        Refusal::NobodyThere => "19",
        // 486
        Refusal::Busy => "17",
        // 403
        Refusal::Unwanted => "21",
        // 500
        Refusal::Fault => "38",
    }
}

/// SIP's status code, where Asterisk (23 and newer) tells one.
pub(super) fn code(tech_cause: Option<i64>) -> Option<u16> {
    tech_cause.and_then(|code| u16::try_from(code).ok()).filter(|code| (100..700).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_endings() {
        for (cause, spoken, calls, why) in [
            (16, true, true, Ending::Left),
            (17, false, false, Ending::Declined),
            (21, false, false, Ending::Declined),
            (18, false, false, Ending::NoAnswer),
            (19, false, false, Ending::NoAnswer),
            (127, false, true, Ending::Left),
            (127, false, false, Ending::Failed),
            (38, true, true, Ending::Failed),
            (-1, false, false, Ending::Failed),
        ] {
            assert_eq!(ending(cause, spoken, calls), why, "{cause}");
        }
        assert_eq!(code(Some(486)), Some(486));
        assert_eq!(code(Some(99_999)), None);
    }
}
