//! Days, with the slips that people make when they write them.

use super::edit::damerau_levenshtein;
use crate::data::Day;
use crate::data::parse::Moment;

/// What one wrong digit, or two neighboring ones swapped, is worth.
const SLIP: f64 = 0.9;
/// What day and month in each other's place are worth.
pub(crate) const TURNED: f64 = 0.9;
/// What two days within a month are worth.
const NEAR: f64 = 0.5;
/// What two days within a year are worth.
const SAME_YEAR: f64 = 0.25;

/// A date made ready for comparison: every day that it may mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Date {
    days: Vec<(Day, String)>,
    text: Box<str>,
}

impl Date {
    pub(crate) fn new(text: &str) -> Date {
        let of = |micros: i64| {
            let day = Day::of_micros(micros);
            digits(day).map(|digits| (day, digits))
        };
        let mut days: Vec<_> = match Moment::read(text) {
            Moment::Plain(micros) => of(micros).into_iter().collect(),
            Moment::Ordered(orders) => [orders.day_first, orders.month_first, orders.year_first]
                .into_iter()
                .flatten()
                .filter_map(of)
                .collect(),
            Moment::Nonexistent | Moment::Other => Vec::new(),
        };
        days.dedup();
        Date { days, text: text.trim().into() }
    }

    /// 1 for the same day, 0.9 for one digit off, neighboring digits swapped or day and month swapped, 0.5 within 31 days,
    /// 0.25 within 366, else 0. 03/04/2024 is read both ways. What is no date is equal to itself alone.
    pub(crate) fn similarity(&self, other: &Date) -> f64 {
        if self.text == other.text {
            return 1.0;
        }
        let pairs = self.days.iter().flat_map(|a| other.days.iter().map(move |b| alike(a, b)));
        pairs.fold(0.0, f64::max)
    }
}

/// Year, month and day as eight digits; none for years outside 0 to 9999.
pub(crate) fn digits(day: Day) -> Option<String> {
    let digits = day.to_string().replace('-', "");
    (digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The eight digits of what is written like a date, year first, though no day is called so: `1990-22-05`.
pub(crate) fn digits_of_no_day(text: &str) -> Option<String> {
    let mut parts = text.split(|sign: char| !sign.is_ascii_digit()).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let written = (year.len(), month.len() <= 2, day.len() <= 2, parts.next()) == (4, true, true, None);
    written.then(|| format!("{year}{month:0>2}{day:0>2}"))
}

fn alike((a, a_digits): &(Day, String), (b, b_digits): &(Day, String)) -> f64 {
    if a == b {
        return 1.0;
    }
    if turned(a_digits, b_digits) {
        return TURNED;
    }
    // One edit of eight digits.
    if damerau_levenshtein(a_digits, b_digits) > 0.8 {
        return SLIP;
    }
    match a.since(*b).abs() {
        ..=31 => NEAR,
        32..=366 => SAME_YEAR,
        _ => 0.0,
    }
}

/// Whether day and month of two dates of eight digits stand in each other's place.
pub(crate) fn turned(a: &str, b: &str) -> bool {
    let parts = |date: &[u8]| match *date {
        [y0, y1, y2, y3, m0, m1, d0, d1] => Some(([y0, y1, y2, y3], [m0, m1], [d0, d1])),
        _ => None,
    };
    let (a, b) = (parts(a.as_bytes()), parts(b.as_bytes()));
    a.is_some() && a == b.map(|(year, month, day)| (year, day, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_days() {
        assert_eq!(digits_of_no_day("1990-22-5").as_deref(), Some("19902205"));
        assert_eq!(digits_of_no_day("1990年22月5日").as_deref(), Some("19902205"));
        for text in ["", "1990", "19902205", "5-22-1990", "1990-222-5", "1990-1-2-3"] {
            assert_eq!(digits_of_no_day(text), None, "{text}");
        }
    }

    #[test]
    fn slips() {
        for (a, b, expected) in [
            ("1990-05-12", "1990/5/12", 1.0),
            ("19900512", "1990年5月12日", 1.0),
            ("12/05/1990", "1990-05-12", 1.0),
            ("1990-05-12", "1990-12-05", TURNED),
            ("1990-05-12", "1991-05-12", SLIP),
            ("1990-05-12", "1990-05-21", SLIP),
            ("1990-05-12", "1990-06-03", NEAR),
            ("1990-05-12", "1991-01-30", SAME_YEAR),
            ("1990-05-12", "1972-11-30", 0.0),
            ("1990-05-12", "unknown", 0.0),
            ("unknown", "unknown", 1.0),
        ] {
            assert_eq!(Date::new(a).similarity(&Date::new(b)), expected, "{a} {b}");
            assert_eq!(Date::new(b).similarity(&Date::new(a)), expected, "{b} {a}");
        }
    }
}
