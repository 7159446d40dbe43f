//! What a text says: a number, a moment. Used on the distinct values of a column, never on every row.

use super::day::{Day, MICROS_PER_DAY};
use super::strings::Strings;
use serde::{Deserialize, Serialize};

/// Which comes first in dates such as 03/04/2024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3 April.
    DayFirst,
    /// March 4.
    MonthFirst,
}

/// What the values of a text column were found to say. The text itself is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Words, codes or names.
    #[default]
    Text,
    /// Whole numbers, each written as `i64` prints it.
    Int,
    /// Decimal numbers.
    Float,
    /// Dates or moments; the order holds for those among them that need one.
    Time(Option<DateOrder>),
}

/// What one text says as a value of some type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<T> {
    Missing,
    Unreadable(&'static str),
    Value(T),
}

/// Signs that stand for a missing number or date. In text columns they are names like any other.
pub(crate) fn is_missing_marker(text: &str) -> bool {
    matches!(
        text,
        "" | "NA"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "NaN"
            | "nan"
            | "NULL"
            | "null"
            | "None"
            | "none"
            | "NaT"
            | "-"
            | "?"
    )
}

/// A decimal number with a point. Infinities are read as such, for the caller to refuse.
pub(crate) fn number(text: &str) -> Cell<f64> {
    let text = text.trim();
    if is_missing_marker(text) {
        return Cell::Missing;
    }
    match text.parse::<f64>() {
        Ok(value) if !value.is_nan() => Cell::Value(value),
        _ => Cell::Unreadable("a number"),
    }
}

/// A whole number in its only spelling: no sign `+`, no leading zero, no blank.
pub(crate) fn canonical_int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
        && text != "-0";
    if canonical { text.parse().ok() } else { None }
}

/// How a text reads as a moment, in UTC microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moment {
    /// In one way.
    Plain(i64),
    /// As a date whose order must be known; `None` where that order gives no existing date.
    Ordered { day_first: Option<i64>, month_first: Option<i64> },
    /// Written like a date, but not in the calendar.
    Nonexistent,
    /// Not as a moment.
    Other,
}

impl Moment {
    pub(crate) fn read(text: &str) -> Moment {
        Scanner { rest: text.trim().as_bytes() }.moment().unwrap_or(Moment::Other)
    }

    pub(crate) fn in_order(self, order: Option<DateOrder>) -> Cell<i64> {
        let moment = match (self, order) {
            (Moment::Plain(micros), _) => Some(micros),
            (Moment::Ordered { day_first, .. }, Some(DateOrder::DayFirst)) => day_first,
            (Moment::Ordered { month_first, .. }, Some(DateOrder::MonthFirst)) => month_first,
            (Moment::Ordered { .. }, None) => return Cell::Unreadable("a date whose order is known"),
            (Moment::Nonexistent, _) => None,
            (Moment::Other, _) => return Cell::Unreadable("a date"),
        };
        moment.map_or(Cell::Unreadable("a date of the calendar"), Cell::Value)
    }
}

/// Which order the dates of a column prove, by the distinct values that only read one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DateEvidence {
    pub(crate) day_first: u64,
    pub(crate) month_first: u64,
    pub(crate) either: u64,
    /// The first value that needs an order.
    pub(crate) example: Option<u32>,
}

impl DateEvidence {
    pub(crate) fn of(values: &Strings) -> DateEvidence {
        let mut evidence = DateEvidence::default();
        for (code, value) in (0u32..).zip(values.iter()) {
            let Moment::Ordered { day_first, month_first } = Moment::read(value) else { continue };
            evidence.example = evidence.example.or(Some(code));
            match (day_first, month_first) {
                (Some(a), Some(b)) if a != b => evidence.either += 1,
                (Some(_), None) => evidence.day_first += 1,
                (None, Some(_)) => evidence.month_first += 1,
                _ => {}
            }
        }
        evidence
    }

    /// The order, when the evidence speaks for one and nothing for the other; `Ok(None)` when none is needed.
    pub(crate) fn decide(&self) -> Result<Option<DateOrder>, ()> {
        match (self.day_first > 0, self.month_first > 0, self.either > 0) {
            (true, false, _) => Ok(Some(DateOrder::DayFirst)),
            (false, true, _) => Ok(Some(DateOrder::MonthFirst)),
            // Every date reads the same in both orders (05/05/2024).
            (false, false, false) => Ok(self.example.map(|_| DateOrder::DayFirst)),
            _ => Err(()),
        }
    }
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    fn moment(&mut self) -> Option<Moment> {
        let (a, a_len) = self.digits()?;
        if a_len == 8 && self.rest.is_empty() {
            let date = Day::from_ymd((a / 10_000) as i32, a / 100 % 100, a % 100);
            return Some(date.map_or(Moment::Nonexistent, |day| Moment::Plain(start(day))));
        }
        let chinese = a_len == 4 && self.eat("年".as_bytes());
        let separator = if chinese { b"\xe6\x9c\x88".as_slice() } else { self.separator()? };
        let (b, _) = self.digits().filter(|&(_, len)| len <= 2)?;
        if !self.eat(separator) {
            return None;
        }
        let (c, c_len) = self.digits()?;
        if chinese && !self.eat("日".as_bytes()) {
            return None;
        }
        let time = self.time_of_day()?;
        let at = |year: u32, month, day| Some(start(Day::from_ymd(year as i32, month, day)?) + time);
        match (a_len, c_len) {
            (4, 1 | 2) => Some(at(a, b, c).map_or(Moment::Nonexistent, Moment::Plain)),
            (1 | 2, 4) => {
                let (day_first, month_first) = (at(c, b, a), at(c, a, b));
                Some(match (day_first, month_first) {
                    (None, None) => Moment::Nonexistent,
                    _ => Moment::Ordered { day_first, month_first },
                })
            }
            _ => None,
        }
    }

    /// What follows a date: nothing, or a time of day with an optional offset from UTC. In microseconds.
    fn time_of_day(&mut self) -> Option<i64> {
        if self.rest.is_empty() {
            return Some(0);
        }
        if !self.eat(b"T") && !self.eat(b" ") {
            return None;
        }
        while self.eat(b" ") {}
        let (mut hour, _) = self.digits().filter(|&(hour, len)| len <= 2 && hour < 24)?;
        let minute = self.part()?;
        let second = if self.rest.first() == Some(&b':') { self.part()? } else { 0 };
        let mut fraction = 0;
        if self.eat(b".") {
            let (digits, len) = self.digits()?;
            fraction = i64::from(digits) * 1_000_000 / 10_i64.checked_pow(len as u32)?;
        }
        while self.eat(b" ") {}
        match self.rest {
            [first, b'M' | b'm'] if (1..=12).contains(&hour) => {
                let afternoon = matches!(first, b'P' | b'p');
                if !afternoon && !matches!(first, b'A' | b'a') {
                    return None;
                }
                hour = hour % 12 + if afternoon { 12 } else { 0 };
                self.rest = &[];
            }
            _ => {}
        }
        let offset = self.offset()?;
        let seconds = i64::from(hour * 3600 + minute * 60 + second) - offset;
        Some(seconds * (MICROS_PER_DAY / 86_400) + fraction)
    }

    /// Minutes or seconds: a colon and two digits below 60.
    fn part(&mut self) -> Option<u32> {
        if !self.eat(b":") {
            return None;
        }
        self.digits().filter(|&(value, len)| len == 2 && value < 60).map(|(value, _)| value)
    }

    /// `Z`, `+hh:mm`, `+hhmm` or nothing, in seconds east of UTC.
    fn offset(&mut self) -> Option<i64> {
        if self.rest.is_empty() || self.rest == b"Z" || self.rest == b" UTC" {
            return Some(0);
        }
        let sign = if self.eat(b"+") {
            1
        } else if self.eat(b"-") {
            -1
        } else {
            return None;
        };
        let (mut hours, len) = self.digits()?;
        let minutes = match len {
            2 if self.rest.is_empty() => 0,
            2 => self.part()?,
            4 => {
                let minutes = hours % 100;
                hours /= 100;
                minutes
            }
            _ => return None,
        };
        if hours > 14 || minutes > 59 || !self.rest.is_empty() {
            return None;
        }
        Some(sign * i64::from(hours * 3600 + minutes * 60))
    }

    /// Up to nine digits and how many they were.
    fn digits(&mut self) -> Option<(u32, usize)> {
        let len = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=9).contains(&len) {
            return None;
        }
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        Some((digits.iter().fold(0, |sum, b| sum * 10 + u32::from(b - b'0')), len))
    }

    fn separator(&mut self) -> Option<&'static [u8]> {
        [b"-".as_slice(), b"/", b"."].into_iter().find(|separator| self.eat(separator))
    }

    fn eat(&mut self, prefix: &[u8]) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

fn start(day: Day) -> i64 {
    i64::from(day.number()) * MICROS_PER_DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    impl<T> Cell<T> {
        fn value(self) -> Option<T> {
            match self {
                Cell::Value(value) => Some(value),
                _ => None,
            }
        }
    }

    fn iso(micros: i64) -> String {
        jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
    }

    #[test]
    fn moments_in_one_reading() {
        for (text, expected) in [
            ("2010-12-01 08:26:00", "2010-12-01T08:26:00Z"),
            ("2010-12-01T08:26:00.250Z", "2010-12-01T08:26:00.25Z"),
            ("2024-03-05 07:00+08:00", "2024-03-04T23:00:00Z"),
            ("2024年3月5日 7:05", "2024-03-05T07:05:00Z"),
            ("2024/3/5", "2024-03-05T00:00:00Z"),
            ("19970104", "1997-01-04T00:00:00Z"),
        ] {
            assert_eq!(
                Moment::read(text).in_order(None).value().map(iso).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn order_matters_and_is_proven() {
        let read = |text, order| Moment::read(text).in_order(Some(order)).value().map(iso);
        assert_eq!(read("12/1/2010 8:26", DateOrder::MonthFirst).unwrap(), "2010-12-01T08:26:00Z");
        assert_eq!(read("12/1/2010 8:26 PM", DateOrder::DayFirst).unwrap(), "2010-01-12T20:26:00Z");
        assert_eq!(read("12/13/2010", DateOrder::DayFirst), None);
        let decide = |values: &[&str]| DateEvidence::of(&values.iter().collect()).decide();
        assert_eq!(decide(&["03/04/2024", "25/12/2024"]), Ok(Some(DateOrder::DayFirst)));
        assert_eq!(decide(&["03/04/2024", "12/25/2024"]), Ok(Some(DateOrder::MonthFirst)));
        assert_eq!(decide(&["03/04/2024", "05/06/2024"]), Err(()));
        assert_eq!(decide(&["25/12/2024", "12/25/2024"]), Err(()));
        assert_eq!(decide(&["05/05/2024"]), Ok(Some(DateOrder::DayFirst)));
        assert_eq!(decide(&["2024-03-05"]), Ok(None));
    }

    #[test]
    fn no_moment() {
        assert_eq!(Moment::read("2023-02-30"), Moment::Nonexistent);
        assert_eq!(Moment::read("30/02/2024"), Moment::Nonexistent);
        for text in ["", "85123A", "2010-12", "1.5", "2010-12-01 25:00", "10.0.0.2024", "2010-12-01 08:26 XM"]
        {
            assert_eq!(Moment::read(text), Moment::Other, "{text}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(number(" 2.55 "), Cell::Value(2.55));
        assert_eq!(number("1e3"), Cell::Value(1000.0));
        assert_eq!(number("inf"), Cell::Value(f64::INFINITY));
        assert_eq!(number("NA"), Cell::Missing);
        assert_eq!(number("12a"), Cell::Unreadable("a number"));
        for (text, value) in
            [("0", Some(0)), ("-12", Some(-12)), ("00123", None), ("+1", None), ("", None), ("-0", None)]
        {
            assert_eq!(canonical_int(text), value, "{text}");
        }
    }
}
