//! Days, with the slips that people make when they write them.

use crate::data::Day;
use crate::data::parse::Moment;

/// What one wrong digit, or two neighboring ones swapped, is worth.
const SLIP: f64 = 0.9;
/// What day and month in each other's place are worth.
const TURNED: f64 = 0.9;
/// What two days within a month are worth.
const NEAR: f64 = 0.5;
/// What two days within a year are worth.
const SAME_YEAR: f64 = 0.25;

/// A date made ready for comparison: every day that it may mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Date {
    days: Vec<(Day, [u8; 8])>,
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
fn digits(day: Day) -> Option<[u8; 8]> {
    let text = day.to_string();
    let mut digits = [0; 8];
    let mut count = 0;
    for (place, digit) in digits.iter_mut().zip(text.bytes().filter(|byte| *byte != b'-')) {
        *place = digit;
        count += 1;
    }
    (count == 8 && text.len() == 10).then_some(digits)
}

fn alike((a, a_digits): &(Day, [u8; 8]), (b, b_digits): &(Day, [u8; 8])) -> f64 {
    if a == b {
        return 1.0;
    }
    let [y0, y1, y2, y3, m0, m1, d0, d1] = *b_digits;
    if *a_digits == [y0, y1, y2, y3, d0, d1, m0, m1] {
        return TURNED;
    }
    if one_slip(a_digits, b_digits) {
        return SLIP;
    }
    match a.since(*b).abs() {
        ..=31 => NEAR,
        32..=366 => SAME_YEAR,
        _ => 0.0,
    }
}

fn one_slip(a: &[u8; 8], b: &[u8; 8]) -> bool {
    let different: Vec<(usize, u8, u8)> =
        a.iter().zip(b).enumerate().filter(|(_, (x, y))| x != y).map(|(at, (x, y))| (at, *x, *y)).collect();
    match different.as_slice() {
        [_] => true,
        [(i, x, y), (j, u, v)] => i + 1 == *j && x == v && y == u,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
