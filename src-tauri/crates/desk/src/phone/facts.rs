//! From what the telephone tells to what a call hears.

use model::{
    call::{EndReason, Fact, Leg, LineSound, Party},
    conversation::Side,
};
use voice::{CallId, Happening, Quality, Reason, Transfer};

/// The line of a call, as its machine knows it.
pub(super) fn leg(call: &CallId) -> Leg {
    Leg(call.as_str().to_owned())
}

/// The call of a line, as the telephone knows it.
pub(super) fn call_id(leg: &Leg) -> CallId {
    CallId::new(leg.0.clone())
}

pub(super) fn party(party: voice::Party) -> Party {
    Party { number: party.number.into(), name: party.name.map(Into::into) }
}

fn side(side: voice::Side) -> Side {
    match side {
        voice::Side::Us => Side::Company,
        voice::Side::Them => Side::Customer,
    }
}

fn reason(reason: Reason) -> EndReason {
    match reason {
        Reason::HungUp => EndReason::HungUp,
        Reason::Cancelled => EndReason::Cancelled,
        Reason::Rejected => EndReason::Rejected,
        Reason::NoAnswer => EndReason::NoAnswer,
        Reason::Transferred => EndReason::Transferred,
        Reason::Failed => EndReason::Failed,
    }
}

/// What a call hears of it; nothing of what is no fact about its line.
pub(super) fn fact(happening: &Happening) -> Option<Fact> {
    Some(match happening {
        Happening::Ringing => Fact::Ringing,
        Happening::Connected => Fact::Connected,
        Happening::Held(by) => Fact::Held(side(*by)),
        Happening::Resumed(by) => Fact::Resumed(side(*by)),
        Happening::Muted(muted) => Fact::Muted(*muted),
        Happening::Joined(joined) => Fact::Joined(*joined),
        Happening::Transfer(Transfer::Trying(code)) => Fact::Transferring(*code),
        Happening::Transfer(Transfer::Done) => Fact::Transferred,
        Happening::Transfer(Transfer::Failed(code)) => Fact::NotTransferred(Some(*code)),
        Happening::Ended(ended) => {
            Fact::Ended { by: side(ended.by), reason: reason(ended.reason), code: ended.code }
        }
        Happening::Incoming { .. } | Happening::Dialling | Happening::Digit(_) | Happening::Quality(_) => {
            return None;
        }
    })
}

/// How a line sounded since it began, in whole numbers.
pub(super) fn whole(quality: &Quality) -> LineSound {
    sound(quality, quality.whole)
}

/// How it sounds now.
pub(super) fn recent(quality: &Quality) -> LineSound {
    sound(quality, quality.recent)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ratings are from 0 to 100 and 1 to 5"
)]
fn sound(quality: &Quality, rating: voice::Rating) -> LineSound {
    let counts = quality.counts;
    let share =
        |part: u64, of: u64| u32::try_from(part.saturating_mul(1_000_000) / of.max(1)).unwrap_or(u32::MAX);
    LineSound {
        r: rating.r.round() as u8,
        mos: (rating.mos * 100.0).round() as u16,
        lost: share(counts.lost, counts.received + counts.lost),
        concealed: share(counts.concealed, counts.played),
        discarded: share(counts.discarded, counts.played),
        jitter: u32::try_from(quality.jitter.as_millis()).unwrap_or(u32::MAX),
    }
}
