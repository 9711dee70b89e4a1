//! Opening hours of a queue, with holidays.

use jiff::{Timestamp, civil::Weekday, tz::TimeZone};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::At;

/// When somebody is there, in the wall time of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// IANA zone: `Europe/Paris`.
    pub zone: String,
    /// Open times: days and the hours on them.
    pub open: Vec<OpenTime>,
    /// Days on which nobody is there: `2026-12-25`.
    #[serde(default)]
    pub holidays: Vec<String>,
}

/// Some days of the week and the time between which somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenTime {
    /// `mon` … `sun`.
    pub days: Vec<Day>,
    /// `09:00`.
    pub from: String,
    /// `18:30`; `24:00` for the end of the day.
    pub to: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    fn of(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Day::Mon,
            Weekday::Tuesday => Day::Tue,
            Weekday::Wednesday => Day::Wed,
            Weekday::Thursday => Day::Thu,
            Weekday::Friday => Day::Fri,
            Weekday::Saturday => Day::Sat,
            Weekday::Sunday => Day::Sun,
        }
    }
}

/// Minutes after midnight of `hh:mm`, up to 24:00.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}

impl Hours {
    /// Whether somebody is there at `at`. Hours that cannot be read count as open: a customer is never locked out
    /// by a spelling mistake ([`Hours::faults`] refuses those at `apply`).
    pub fn is_open(&self, at: At) -> bool {
        let (Ok(zone), Ok(stamp)) = (TimeZone::get(&self.zone), Timestamp::from_millisecond(at.0)) else {
            return true;
        };
        let here = stamp.to_zoned(zone);
        if self.holidays.contains(&here.date().to_string()) {
            return false;
        }
        let now = u32::from(here.hour().unsigned_abs()) * 60 + u32::from(here.minute().unsigned_abs());
        let today = Day::of(here.weekday());
        self.open.iter().filter(|time| time.days.contains(&today)).any(|time| {
            match (minutes(&time.from), minutes(&time.to)) {
                (Some(from), Some(to)) => (from..to).contains(&now),
                _ => true,
            }
        })
    }

    /// What is wrong with it, in sentences.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if TimeZone::get(&self.zone).is_err() {
            faults.push(format!("`zone` \"{}\" is not known; write it like \"Europe/Paris\".", self.zone));
        }
        for time in &self.open {
            match (minutes(&time.from), minutes(&time.to)) {
                (Some(from), Some(to)) if from < to => {}
                (Some(_), Some(_)) => {
                    faults.push(format!("open from {} to {}: the end must be later.", time.from, time.to));
                }
                _ => faults
                    .push(format!("open from \"{}\" to \"{}\": write times as 09:00.", time.from, time.to)),
            }
        }
        for day in &self.holidays {
            if day.parse::<jiff::civil::Date>().is_err() {
                faults.push(format!("holiday \"{day}\": write it as 2026-12-25."));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> Hours {
        Hours {
            zone: "Europe/Paris".into(),
            open: vec![OpenTime {
                days: vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri],
                from: "09:00".into(),
                to: "18:00".into(),
            }],
            holidays: vec!["2026-12-25".into()],
        }
    }

    fn at(text: &str) -> At {
        At(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn the_shop_is_open_by_its_own_clock_in_summer_and_winter() {
        assert!(paris().is_open(at("2026-07-01T07:00:00Z")), "09:00 in summer");
        assert!(!paris().is_open(at("2026-07-01T16:00:00Z")), "18:00 in summer is closing time");
        assert!(!paris().is_open(at("2026-12-01T07:59:59Z")), "08:59 in winter");
        assert!(paris().is_open(at("2026-12-01T08:00:00Z")), "09:00 in winter");
        assert!(!paris().is_open(at("2026-12-05T10:00:00Z")), "a Saturday");
        assert!(!paris().is_open(at("2026-12-25T10:00:00Z")), "a holiday on a Friday");
    }

    #[test]
    fn mistakes_are_named() {
        let mut hours = paris();
        hours.zone = "Paris".into();
        hours.open[0].to = "8h".into();
        hours.holidays.push("Christmas".into());
        assert_eq!(hours.faults().len(), 3);
        assert!(hours.is_open(At(0)), "and nobody is locked out by them");
    }
}
