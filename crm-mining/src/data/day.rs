//! Calendar days and spans of days.

use crate::error::{ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};

/// A span of whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Days(
    /// How many.
    pub i32,
);

/// A calendar day, counted from 1970-01-01.
///
/// ```
/// use crm_mining::data::{Day, Days};
///
/// let day: Day = "2011-12-09".parse()?;
/// assert_eq!((day - Days(365)).to_string(), "2010-12-09");
/// assert_eq!(day.since("2011-09-10".parse()?), 90);
/// assert!("2011-02-30".parse::<Day>().is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

pub(crate) const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Days are kept to the years -9999 to 9999, so that arithmetic on them never overflows.
const FIRST: i32 = -4_371_587;
const LAST: i32 = 2_932_896;

impl Day {
    /// The day of this number since 1970-01-01, held within the years -9999 to 9999.
    pub fn from_number(number: i32) -> Day {
        Day(number.clamp(FIRST, LAST))
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The day of the calendar, or `None` when it does not exist.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        let date =
            jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?)
                .ok()?;
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        Some(Day(date.duration_since(epoch).as_hours().div_euclid(24) as i32))
    }

    /// The day on which a moment in UTC microseconds falls, in UTC.
    pub(crate) fn of_micros(micros: i64) -> Day {
        Day::from_number(micros.div_euclid(MICROS_PER_DAY) as i32)
    }

    /// Year, month and day of the month.
    pub(crate) fn ymd(self) -> (i32, u32, u32) {
        let date = self.date();
        (i32::from(date.year()), date.month().unsigned_abs().into(), date.day().unsigned_abs().into())
    }

    /// Days from `earlier` to this day.
    pub fn since(self, earlier: Day) -> i32 {
        self.0 - earlier.0
    }

    fn date(self) -> jiff::civil::Date {
        jiff::civil::Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0))
    }
}

impl Add<Days> for Day {
    type Output = Day;
    fn add(self, days: Days) -> Day {
        Day::from_number(self.0.saturating_add(days.0))
    }
}

impl Sub<Days> for Day {
    type Output = Day;
    fn sub(self, days: Days) -> Day {
        Day::from_number(self.0.saturating_sub(days.0))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(f)
    }
}

impl std::str::FromStr for Day {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Day> {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
        let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        (if dashes { part(0..4).zip(part(5..7)).zip(part(8..10)) } else { None })
            .and_then(|((year, month), day): ((u32, u32), u32)| Day::from_ymd(year as i32, month, day))
            .ok_or_else(|| {
                ErrorKind::InvalidParameter {
                    of: "Day",
                    parameter: "text",
                    must_be: "an existing day as YYYY-MM-DD".into(),
                    got: format!("{text:?}"),
                }
                .into()
            })
    }
}

impl TryFrom<String> for Day {
    type Error = crate::Error;
    fn try_from(text: String) -> Result<Day> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_calendar_agree() {
        for (text, number) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-12-31", 20_088)]
        {
            let day: Day = text.parse().unwrap();
            assert_eq!((day.number(), day.to_string().as_str()), (number, text));
        }
        assert_eq!(Day::from_number(i32::MAX).to_string(), "9999-12-31");
        assert_eq!(Day::from_number(i32::MIN), Day::from_number(i32::MIN) - Days(5));
    }
}
