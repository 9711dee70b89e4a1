//! Time that counts only while somebody is there.

use model::{
    At,
    at::{DAY, HOUR, MINUTE},
    hours::Hours,
};

/// How long after a message, or a wish to be called back, somebody should have called, in working time.
pub(super) const CALL_BACK_WITHIN: i64 = 4 * HOUR;
/// How finely working time is counted.
const STEP: i64 = 15 * MINUTE;
/// Where hours never open in this time, the clock counts.
const LONGEST: i64 = 60 * DAY;

/// When so much working time has passed since `from`. Without hours every hour is one.
pub(super) fn later(hours: Option<&Hours>, from: At, ms: i64) -> At {
    let Some(hours) = hours else { return from + ms };
    let (mut at, mut left) = (from, ms);
    while left > 0 && at.since(from) < LONGEST {
        if hours.is_open(at) {
            left -= STEP;
        }
        at = at + STEP;
    }
    if left > 0 { from + ms } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday, 2026-09-23, 9:00 in Paris.
    const MORNING: At = At(1_790_146_800_000);

    #[test]
    fn nights_and_days_off_do_not_count() {
        let hours: Hours = toml::from_str(
            "zone = \"Europe/Paris\"\nholidays = [\"2026-09-24\"]\n\
             [[open]]\ndays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]\nfrom = \"09:00\"\nto = \"18:00\"\n",
        )
        .unwrap();
        let hours = Some(&hours);
        assert_eq!(later(hours, MORNING, 4 * HOUR), MORNING + 4 * HOUR);
        let evening = MORNING + 7 * HOUR;
        assert_eq!(later(hours, evening, 4 * HOUR), MORNING + 2 * DAY + 2 * HOUR, "Thursday is a day off");
        assert_eq!(later(hours, MORNING + 12 * HOUR, HOUR), MORNING + 2 * DAY + HOUR);
        assert_eq!(later(None, evening, 4 * HOUR), evening + 4 * HOUR);
    }

    #[test]
    fn hours_that_never_open_do_not_hold_up_anything() {
        let never = Hours { zone: "Europe/Paris".into(), open: Vec::new(), holidays: Vec::new() };
        assert_eq!(later(Some(&never), MORNING, HOUR), MORNING + HOUR);
    }
}
