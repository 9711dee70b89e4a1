//! How much may wait to be sent (`sync.md`, "Quota"): so many changes, so many bytes of files, for so long. The reader is
//! warned before it is full; once it is, nothing new is taken rather than lost later.

use model::limits::OUTBOX_MS;

use crate::view::{Quota, QuotaOf};

/// Changes that may wait at once.
pub(crate) const CHANGES: usize = 2_000;
/// Bytes of files that may wait at once.
pub(crate) const BYTES: i64 = 200 * 1024 * 1024;
/// For how long a change may wait, in ms.
pub(crate) const AGE: i64 = OUTBOX_MS;
/// From how many percent on the reader is warned.
const WARN: u8 = 80;

/// What waits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waiting {
    /// Changes.
    pub(crate) changes: usize,
    /// Bytes of files, those of drafts among them.
    pub(crate) bytes: i64,
    /// For how long the oldest change has waited, in ms.
    pub(crate) age: i64,
}

impl Waiting {
    /// What is fullest, once the reader should know.
    pub(crate) fn warning(self) -> Option<Quota> {
        let changes = i64::try_from(self.changes).unwrap_or(i64::MAX);
        let most = i64::try_from(CHANGES).unwrap_or(i64::MAX);
        [
            (QuotaOf::Changes, percent(changes, most)),
            (QuotaOf::Files, percent(self.bytes, BYTES)),
            (QuotaOf::Age, percent(self.age, AGE)),
        ]
        .into_iter()
        .map(|(what, percent)| Quota { what, percent })
        .filter(|quota| quota.percent >= WARN)
        .max_by_key(|quota| quota.percent)
    }

    /// Whether nothing new is taken.
    pub(crate) fn is_full(self) -> bool {
        self.warning().is_some_and(|quota| quota.percent >= 100)
    }
}

/// Rounded down, so that only what is full is said to be; never above 100.
fn percent(part: i64, whole: i64) -> u8 {
    let percent = part.clamp(0, whole).saturating_mul(100) / whole.max(1);
    u8::try_from(percent).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each kind at so many thousandths of what it may be.
    fn each(thousandths: i64) -> [Waiting; 3] {
        let part = |whole: i64| whole * thousandths / 1_000;
        let changes = usize::try_from(part(2_000)).expect("a number");
        [
            Waiting { changes, ..Waiting::default() },
            Waiting { bytes: part(BYTES), ..Waiting::default() },
            Waiting { age: part(AGE), ..Waiting::default() },
        ]
    }

    #[test]
    fn nothing_is_said_below_eighty_percent() {
        for waiting in each(790).into_iter().chain(each(799)).chain([Waiting::default()]) {
            assert_eq!(waiting.warning(), None, "{waiting:?}");
            assert!(!waiting.is_full());
        }
    }

    #[test]
    fn from_eighty_percent_on_the_reader_is_warned_of_what_is_fullest() {
        for (thousandths, said) in [(800, 80), (990, 99), (999, 99)] {
            for (waiting, what) in
                each(thousandths).into_iter().zip([QuotaOf::Changes, QuotaOf::Files, QuotaOf::Age])
            {
                assert_eq!(waiting.warning(), Some(Quota { what, percent: said }), "{waiting:?}");
                assert!(!waiting.is_full(), "{waiting:?}");
            }
        }
        let both = Waiting { changes: 1_700, bytes: BYTES * 95 / 100, age: 0 };
        assert_eq!(both.warning(), Some(Quota { what: QuotaOf::Files, percent: 95 }));
    }

    #[test]
    fn at_a_hundred_percent_it_is_full() {
        for waiting in each(1_000).into_iter().chain(each(9_000)) {
            assert_eq!(waiting.warning().map(|quota| quota.percent), Some(100));
            assert!(waiting.is_full());
        }
        // A clock that stands before the beginning.
        assert!(!Waiting { age: -AGE, ..Waiting::default() }.is_full());
    }
}
