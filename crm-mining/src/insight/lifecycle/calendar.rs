//! Periods of the calendar, and spans of days.

use crate::data::{Day, Days};
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// A period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From Monday to Sunday; named by its Monday.
    Week,
    /// A calendar month, such as `2024-03`.
    Month,
    /// Three months from January, April, July or October, such as `2024-Q1`.
    Quarter,
    /// A calendar year.
    Year,
}

impl Period {
    /// The first day of the period that holds `day`.
    pub fn start(self, day: Day) -> Day {
        let (year, month, _) = day.ymd();
        match self {
            // Day 0, 1970-01-01, was a Thursday.
            Period::Week => day - Days((day.number() + 3).rem_euclid(7)),
            Period::Month => first_of(year, month),
            Period::Quarter => first_of(year, month - (month - 1) % 3),
            Period::Year => first_of(year, 1),
        }
    }

    /// The first day of the period after the one that holds `day`.
    pub fn next(self, day: Day) -> Day {
        let start = self.start(day);
        let months = match self {
            Period::Week => return start + Days(7),
            Period::Month => 1,
            Period::Quarter => 3,
            Period::Year => 12,
        };
        let (year, month, _) = start.ymd();
        let month = month + months;
        if month > 12 { first_of(year + 1, month - 12) } else { first_of(year, month) }
    }

    /// What the period that holds `day` is called: `2024-03-04` (a Monday), `2024-03`, `2024-Q1` or `2024`.
    pub fn name(self, day: Day) -> String {
        let start = self.start(day);
        let (year, month, _) = start.ymd();
        match self {
            Period::Week => start.to_string(),
            Period::Month => format!("{year:04}-{month:02}"),
            Period::Quarter => format!("{year:04}-Q{}", month.div_ceil(3)),
            Period::Year => format!("{year:04}"),
        }
    }

    /// How many of these periods make a year: 52 weeks, 12 months, 4 quarters.
    pub fn per_year(self) -> usize {
        match self {
            Period::Week => 52,
            Period::Month => 12,
            Period::Quarter => 4,
            Period::Year => 1,
        }
    }
}

/// The first day of a month; the last day there is, beyond the year 9999.
fn first_of(year: i32, month: u32) -> Day {
    Day::from_ymd(year, month, 1).unwrap_or(Day::from_number(if year > 0 { i32::MAX } else { i32::MIN }))
}

/// Some days on end, the first and the last included.
///
/// ```
/// use crm_mining::insight::{Period, Span};
///
/// let march = Span::of(Period::Month, "2024-03-05".parse()?);
/// assert_eq!((march.from().to_string(), march.to().to_string()), ("2024-03-01".into(), "2024-03-31".into()));
/// assert!(Span::new(march.to(), march.from()).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Span {
    from: Day,
    to: Day,
}

#[derive(Deserialize)]
struct Unchecked {
    from: Day,
    to: Day,
}

impl TryFrom<Unchecked> for Span {
    type Error = Error;
    fn try_from(span: Unchecked) -> Result<Span> {
        Span::new(span.from, span.to)
    }
}

impl Span {
    /// From the first day to the last.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] when the last day comes before the first.
    pub fn new(from: Day, to: Day) -> Result<Span> {
        if to < from {
            let got = to.to_string();
            return invalid_parameter("Span", "to", format!("no day before {from}"), got);
        }
        Ok(Span { from, to })
    }

    /// The period of the calendar that holds `day`.
    pub fn of(period: Period, day: Day) -> Span {
        let from = period.start(day);
        Span { from, to: (period.next(day) - Days(1)).max(from) }
    }

    /// The first day.
    pub fn from(self) -> Day {
        self.from
    }

    /// The last day.
    pub fn to(self) -> Day {
        self.to
    }

    /// Whether a day lies within.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// Beyond it a day of the ledger is likely wrong, and a table of cohorts would hold more cells than anybody
/// reads.
const MOST_PERIODS: usize = 2400;

/// All periods from that of one day to that of another.
#[derive(Debug, Clone)]
pub(super) struct Periods {
    period: Period,
    starts: Vec<Day>,
    as_of: Day,
}

impl Periods {
    /// From the period of `first` to that of `as_of`; none when `first` is later.
    pub(super) fn new(of: &str, period: Period, first: Option<Day>, as_of: Day) -> Result<Periods> {
        let mut starts = Vec::new();
        let mut next = first.filter(|&first| first <= as_of).map(|first| period.start(first));
        while let Some(start) = next {
            if starts.len() == MOST_PERIODS {
                return Err(ErrorKind::LimitExceeded {
                    place: of.to_owned(),
                    of: "periods from the first purchase on",
                    limit: MOST_PERIODS as u64,
                    needed: MOST_PERIODS as u64 + 1,
                    setting: "a longer period, or a ledger without wrong dates",
                }
                .into());
            }
            starts.push(start);
            // Beyond the last day there is, no period begins.
            let begins = |&after: &Day| after > start && after <= as_of && period.start(after) == after;
            next = Some(period.next(start)).filter(begins);
        }
        Ok(Periods { period, starts, as_of })
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Which period holds a day not before the first.
    pub(super) fn position(&self, day: Day) -> Option<usize> {
        self.starts.partition_point(|&start| start <= day).checked_sub(1)
    }

    pub(super) fn start(&self, position: usize) -> Day {
        self.starts.get(position).copied().unwrap_or(self.as_of)
    }

    pub(super) fn name(&self, position: usize) -> String {
        self.period.name(self.start(position))
    }

    /// Whether the last day of the period has come.
    pub(super) fn complete(&self, position: usize) -> bool {
        position + 1 < self.len() || Span::of(self.period, self.start(position)).to <= self.as_of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn periods_of_the_calendar() {
        // 2024-12-31 is a Tuesday.
        for (period, start, next, name) in [
            (Period::Week, "2024-12-30", "2025-01-06", "2024-12-30"),
            (Period::Month, "2024-12-01", "2025-01-01", "2024-12"),
            (Period::Quarter, "2024-10-01", "2025-01-01", "2024-Q4"),
            (Period::Year, "2024-01-01", "2025-01-01", "2024"),
        ] {
            let last = day("2024-12-31");
            let found = (period.start(last), period.next(last), period.name(last));
            assert_eq!(found, (day(start), day(next), name.to_owned()));
        }
        assert_eq!(Period::Week.start(day("1969-12-29")), day("1969-12-29"));
        assert_eq!(Period::Month.next(day("2024-01-31")), day("2024-02-01"));
    }

    #[test]
    fn a_row_of_periods_ends_with_today() {
        let periods =
            Periods::new("test", Period::Month, Some(day("2023-11-30")), day("2024-01-31")).unwrap();
        assert_eq!((periods.len(), periods.name(2)), (3, "2024-01".to_owned()));
        assert_eq!(periods.position(day("2023-12-31")), Some(1));
        assert!(periods.complete(2));
        let early = Periods::new("test", Period::Month, Some(day("2024-02-01")), day("2024-01-31")).unwrap();
        assert_eq!(early.len(), 0);
        assert!(Periods::new("test", Period::Week, Some(day("1900-01-01")), day("2024-01-31")).is_err());
        let last = Periods::new("test", Period::Month, Some(day("9999-11-01")), day("9999-12-31")).unwrap();
        assert_eq!((last.len(), last.position(day("9999-12-31"))), (2, Some(1)));
    }
}
