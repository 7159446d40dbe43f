//! A date or moment in a text.

use super::clock::Scanner;
use super::fold::fold;
use super::{Cell, DateOrder};
use crate::data::day::Day;

/// How a text reads as a moment, in UTC microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moment {
    /// In one way.
    Plain(i64),
    /// As a date whose order must be known.
    Ordered(Orders),
    /// Written like a date, but not in the calendar.
    Nonexistent,
    /// Not as a moment.
    Other,
}

/// A date by the order of its parts; `None` where that order gives no existing date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Orders {
    pub(crate) day_first: Option<i64>,
    pub(crate) month_first: Option<i64>,
    /// Only for a year of two digits.
    pub(crate) year_first: Option<i64>,
    /// The first and last part, where the year has two digits.
    pub(crate) ends: Option<(u32, u32)>,
}

/// The parts of a date as written.
enum Date {
    Known(u32, u32, u32),
    Ordered(u32, u32, u32, usize),
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The longest text that is looked at: no moment has more bytes.
const LONGEST: usize = 80;

impl Moment {
    pub(crate) fn read(text: &str) -> Moment {
        Moment::read_anchored(text).0
    }

    /// The moment, and whether the text says how far it is from UTC.
    pub(crate) fn read_anchored(text: &str) -> (Moment, bool) {
        let text = text.trim();
        let starts = text.chars().next().map(fold).is_some_and(|c| c.is_ascii_alphanumeric());
        if !starts || text.len() > LONGEST {
            return (Moment::Other, false);
        }
        let folded: String;
        let text = if text.is_ascii() {
            text
        } else {
            folded = text.chars().map(fold).collect();
            folded.trim()
        };
        let mut scanner = Scanner { rest: text.as_bytes(), anchored: false };
        let moment = scanner.moment().unwrap_or(Moment::Other);
        (moment, scanner.anchored)
    }

    pub(crate) fn in_order(self, order: Option<DateOrder>) -> Cell<i64> {
        let moment = match (self, order) {
            (Moment::Plain(micros), _) => Some(micros),
            (Moment::Ordered(orders), Some(DateOrder::DayFirst)) => orders.day_first,
            (Moment::Ordered(orders), Some(DateOrder::MonthFirst)) => orders.month_first,
            (Moment::Ordered(orders), Some(DateOrder::YearFirst)) => orders.year_first,
            (Moment::Ordered(_), None) => return Cell::Unreadable("a date whose order is known"),
            (Moment::Nonexistent, _) => None,
            (Moment::Other, _) => return Cell::Unreadable("a date"),
        };
        moment.map_or(Cell::Unreadable("a date of the calendar"), Cell::Value)
    }
}

impl Date {
    /// The date with a time of day added.
    fn at(self, time: i64) -> Moment {
        let at = |year: u32, month, day| {
            Day::from_ymd(year.try_into().ok()?, month, day).map(|day| day.start_micros() + time)
        };
        let (a, b, c, len) = match self {
            Date::Known(year, month, day) => {
                return at(year, month, day).map_or(Moment::Nonexistent, Moment::Plain);
            }
            Date::Ordered(a, b, c, len) => (a, b, c, len),
        };
        let year = full_year(c, len);
        let orders = Orders {
            day_first: at(year, b, a),
            month_first: at(year, a, b),
            year_first: if len == 2 { at(full_year(a, 2), b, c) } else { None },
            ends: (len == 2).then_some((a, c)),
        };
        match orders {
            Orders { day_first: None, month_first: None, year_first: None, .. } => Moment::Nonexistent,
            _ => Moment::Ordered(orders),
        }
    }
}

/// Two digits are a year from 1969 to 2068, as in POSIX.
fn full_year(digits: u32, len: usize) -> u32 {
    match (len, digits) {
        (2, 0..=68) => 2000 + digits,
        (2, _) => 1900 + digits,
        _ => digits,
    }
}

impl Scanner<'_> {
    fn moment(&mut self) -> Option<Moment> {
        let date = self.date()?;
        let time = self.time_of_day()?;
        Some(date.at(time))
    }

    fn date(&mut self) -> Option<Date> {
        if self.rest.first()?.is_ascii_alphabetic() {
            return self.date_from_word();
        }
        match self.rest.iter().take_while(|b| b.is_ascii_digit()).count() {
            8 | 14 => {
                let (digits, _) = self.take_digits(8)?;
                return Some(Date::Known(digits / 10_000, digits / 100 % 100, digits % 100));
            }
            1 | 2 | 4 => {}
            _ => return None,
        }
        let (a, a_len) = self.digits()?;
        if a_len != 1 && self.eat("年".as_bytes()) {
            return self.chinese_date(full_year(a, a_len));
        }
        if a_len < 3 {
            self.eat_ordinal();
        }
        if let Some(separator) = self.separator() {
            if !self.rest.first()?.is_ascii_alphabetic() {
                return self.numeric_date(a, a_len, separator);
            }
        } else if !self.eat(b" ") {
            return None;
        }
        self.skip_blanks();
        let month = self.month()?;
        self.skip_marks();
        let (c, c_len) = self.digits()?;
        match (a_len, c_len) {
            (4, 1 | 2) => Some(Date::Known(a, month, c)),
            (1 | 2, 2 | 4) => Some(Date::Known(full_year(c, c_len), month, a)),
            _ => None,
        }
    }

    /// After the year: `3月5日`.
    fn chinese_date(&mut self, year: u32) -> Option<Date> {
        self.skip_blanks();
        let (month, _) = self.digits().filter(|&(_, len)| len <= 2)?;
        if !self.eat("月".as_bytes()) {
            return None;
        }
        self.skip_blanks();
        let (day, _) = self.digits().filter(|&(_, len)| len <= 2)?;
        let ended = self.eat("日".as_bytes()) || self.eat("号".as_bytes());
        ended.then_some(Date::Known(year, month, day))
    }

    /// After the first part and its separator: two numbers more.
    fn numeric_date(&mut self, a: u32, a_len: usize, separator: &[u8]) -> Option<Date> {
        let (b, _) = self.digits().filter(|&(_, len)| len <= 2)?;
        if !self.eat(separator) {
            return None;
        }
        let (c, c_len) = self.digits()?;
        match (a_len, c_len) {
            (4, 1 | 2) => Some(Date::Known(a, b, c)),
            (1 | 2, 2 | 4) => Some(Date::Ordered(a, b, c, c_len)),
            _ => None,
        }
    }

    /// `Mar 5, 2024`, `Tue, 5 Mar 2024`.
    fn date_from_word(&mut self) -> Option<Date> {
        let before = self.rest;
        if named(self.word(), &WEEKDAYS).is_some() {
            self.skip_marks();
            return match self.rest.first()?.is_ascii_digit() {
                true => self.date(),
                false => self.month_first_date(),
            };
        }
        self.rest = before;
        self.month_first_date()
    }

    fn month_first_date(&mut self) -> Option<Date> {
        let month = self.month()?;
        self.skip_marks();
        let (day, _) = self.digits().filter(|&(_, len)| len <= 2)?;
        self.eat_ordinal();
        self.skip_marks();
        let (year, len) = self.digits().filter(|&(_, len)| len == 2 || len == 4)?;
        Some(Date::Known(full_year(year, len), month, day))
    }

    /// An English month by its name or the first letters of it.
    fn month(&mut self) -> Option<u32> {
        let month = named(self.word(), &MONTHS)?;
        Some(month as u32 + 1)
    }

    fn eat_ordinal(&mut self) {
        let _ = [b"st", b"nd", b"rd", b"th"].iter().any(|suffix| self.eat_in_any_case(*suffix));
    }

    fn separator(&mut self) -> Option<&'static [u8]> {
        [b"-".as_slice(), b"/", b"."].into_iter().find(|separator| self.eat(separator))
    }

    /// What may part a month name from numbers.
    fn skip_marks(&mut self) {
        while [b" ".as_slice(), b",", b"-", b"/", b"."].iter().any(|mark| self.eat(mark)) {}
    }
}

/// The place of a name in a list, given whole or by its first three or four letters.
fn named(word: &[u8], names: &[&str]) -> Option<usize> {
    names.iter().position(|name| {
        let start = name.as_bytes().get(..word.len());
        (word.len() == name.len() || (3..=4).contains(&word.len()))
            && start.is_some_and(|start| start.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(micros: i64) -> String {
        jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
    }

    fn read(text: &str, order: Option<DateOrder>) -> Option<String> {
        match Moment::read(text).in_order(order) {
            Cell::Value(micros) => Some(iso(micros)),
            _ => None,
        }
    }

    #[test]
    fn moments_in_one_reading() {
        for (text, expected) in [
            ("2010-12-01 08:26:00", "2010-12-01T08:26:00Z"),
            ("2010-12-01T08:26:00.250Z", "2010-12-01T08:26:00.25Z"),
            ("2010-12-01 08:26:00,250", "2010-12-01T08:26:00.25Z"),
            ("2024-03-05 07:00+08:00", "2024-03-04T23:00:00Z"),
            ("2024-03-05T07:00:00 +0800", "2024-03-04T23:00:00Z"),
            ("2024/3/5", "2024-03-05T00:00:00Z"),
            ("19970104", "1997-01-04T00:00:00Z"),
            ("20240305T070500Z", "2024-03-05T07:05:00Z"),
            ("20240305070500", "2024-03-05T07:05:00Z"),
            ("20240305 07:05", "2024-03-05T07:05:00Z"),
        ] {
            assert_eq!(read(text, None).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn chinese_moments() {
        for (text, expected) in [
            ("2024年3月5日 7:05", "2024-03-05T07:05:00Z"),
            ("２０２４年３月５日　７：０５", "2024-03-05T07:05:00Z"),
            ("2024年03月05日下午3:05", "2024-03-05T15:05:00Z"),
            ("2024年3月5日 上午12点05分", "2024-03-05T00:05:00Z"),
            ("2024年3月5日 中午12时", "2024-03-05T12:00:00Z"),
            ("2024年3月5日7时5分30秒", "2024-03-05T07:05:30Z"),
            ("2024-3-5 下午 15:30", "2024-03-05T15:30:00Z"),
            ("24年3月5号", "2024-03-05T00:00:00Z"),
            ("２０２４－０３－０５", "2024-03-05T00:00:00Z"),
        ] {
            assert_eq!(read(text, None).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn month_names() {
        for text in [
            "5 Mar 2024",
            "05-Mar-24",
            "5-MAR-2024",
            "5th March, 2024",
            "March 5, 2024",
            "Mar. 5th 2024",
            "Mar-05-2024",
            "2024-Mar-05",
            "Tue, 5 Mar 2024",
            "Tuesday, March 5, 2024",
        ] {
            assert_eq!(read(text, None).as_deref(), Some("2024-03-05T00:00:00Z"), "{text}");
        }
        let log = read("05/Mar/2024:07:05:00 +0100", None);
        assert_eq!(log.as_deref(), Some("2024-03-05T06:05:00Z"));
        let sept = read("1 Sept 1999 7:05 p.m.", None);
        assert_eq!(sept.as_deref(), Some("1999-09-01T19:05:00Z"));
    }

    #[test]
    fn order_matters() {
        let read = |text, order| read(text, Some(order));
        assert_eq!(read("12/1/2010 8:26", DateOrder::MonthFirst).unwrap(), "2010-12-01T08:26:00Z");
        assert_eq!(read("12/1/2010 8:26 PM", DateOrder::DayFirst).unwrap(), "2010-01-12T20:26:00Z");
        assert_eq!(read("3/5/2024, 7:05 am", DateOrder::MonthFirst).unwrap(), "2024-03-05T07:05:00Z");
        assert_eq!(read("12/13/2010", DateOrder::DayFirst), None);
        assert_eq!(read("5/3/68", DateOrder::DayFirst).unwrap(), "2068-03-05T00:00:00Z");
        assert_eq!(read("5/3/69", DateOrder::DayFirst).unwrap(), "1969-03-05T00:00:00Z");
        assert_eq!(read("24-03-05", DateOrder::YearFirst).unwrap(), "2024-03-05T00:00:00Z");
    }

    #[test]
    fn no_moment() {
        for text in ["2023-02-30", "30/02/2024", "30 Feb 2024", "2024年2月30日", "20240230", "20241301070500"]
        {
            assert_eq!(Moment::read(text), Moment::Nonexistent, "{text}");
        }
        for text in [
            "",
            "85123A",
            "2010-12",
            "1.5",
            "2010-12-01 25:00",
            "10.0.0.2024",
            "2010-12-01 08:26 XM",
            "2010-12-01 0:26 PM",
            "Mar 2024",
            "May",
            "Mary 5 2024",
            "5 marching 2024",
            "2024年3月",
            "45292",
            "1709622300",
            "2024-03-05 07:05 CST",
        ] {
            assert_eq!(Moment::read(text), Moment::Other, "{text}");
        }
    }

    #[test]
    fn offsets_are_noticed() {
        for (text, anchored) in
            [("2024-03-05T07:05Z", true), ("2024-03-05 07:05 +08:00", true), ("2024-03-05 07:05", false)]
        {
            assert_eq!(Moment::read_anchored(text).1, anchored, "{text}");
        }
    }
}
