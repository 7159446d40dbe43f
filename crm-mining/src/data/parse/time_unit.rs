//! Numbers that count time: days of a spreadsheet, seconds since 1970, digits of the calendar.

use super::is_missing_marker;
use crate::data::day::{Day, MICROS_PER_DAY};
use serde::{Deserialize, Serialize};

/// How a number counts time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Days of Excel's 1900 system, to the millisecond: 45292 is 2024-01-01, 60 is no day.
    ExcelDays,
    /// Days of Excel's 1904 system: 43830 is 2024-01-01. Never found, only chosen: the numbers look alike.
    ExcelDays1904,
    /// Seconds since 1970-01-01 UTC.
    UnixSeconds,
    /// Milliseconds since 1970-01-01 UTC.
    UnixMillis,
    /// Microseconds since 1970-01-01 UTC.
    UnixMicros,
    /// The digits of year, month and day: 20240305.
    YearMonthDay,
}

/// The days that a number is recognised for: 1990-01-01 to 2100-12-31.
const FIRST: i64 = 7_305;
const LAST: i64 = 47_846;

/// Days from 1970-01-01 to the zero of Excel's systems, the former as of March 1900.
const EXCEL_1900: i64 = 25_569;
const EXCEL_1904: i64 = 24_107;

impl TimeUnit {
    /// The unit in which a number is a moment of 1990 to 2100. The ranges do not meet.
    pub(crate) fn of_number(number: f64) -> Option<TimeUnit> {
        const FOUND: [TimeUnit; 5] = [
            TimeUnit::ExcelDays,
            TimeUnit::YearMonthDay,
            TimeUnit::UnixSeconds,
            TimeUnit::UnixMillis,
            TimeUnit::UnixMicros,
        ];
        let moments = FIRST * MICROS_PER_DAY..(LAST + 1) * MICROS_PER_DAY;
        FOUND.into_iter().find(|unit| unit.micros(number).is_some_and(|micros| moments.contains(&micros)))
    }

    /// Whether the count is one of moments, the same in every time zone.
    pub(crate) fn is_utc(self) -> bool {
        matches!(self, TimeUnit::UnixSeconds | TimeUnit::UnixMillis | TimeUnit::UnixMicros)
    }

    /// The moment in UTC microseconds; `None` when the number is none in this unit.
    pub(crate) fn micros(self, number: f64) -> Option<i64> {
        /// Beyond the years ±9999 in any unit.
        const FARTHEST: f64 = 4e17;
        let whole = |micros: f64| (micros.abs() < FARTHEST).then_some(micros.round() as i64);
        match self {
            TimeUnit::ExcelDays => excel(number).filter(|_| number >= 1.0).and_then(|micros| {
                // Excel has a 29 February 1900.
                match number as i64 {
                    60 => None,
                    serial => Some(micros + (i64::from(serial < 60) - EXCEL_1900) * MICROS_PER_DAY),
                }
            }),
            TimeUnit::ExcelDays1904 => excel(number).map(|micros| micros - EXCEL_1904 * MICROS_PER_DAY),
            TimeUnit::UnixSeconds => whole(number * 1e6),
            TimeUnit::UnixMillis => whole(number * 1e3),
            TimeUnit::UnixMicros => whole(number),
            TimeUnit::YearMonthDay => {
                let digits =
                    (number.fract() == 0.0 && (10_101.0..1e8).contains(&number)).then_some(number)?;
                let digits = digits as u32;
                Day::from_ymd((digits / 10_000) as i32, digits / 100 % 100, digits % 100)
                    .map(Day::start_micros)
            }
        }
    }
}

/// Days as microseconds, to the millisecond: a serial number of 15 digits holds no more.
fn excel(days: f64) -> Option<i64> {
    const DAYS_TO_YEAR_10000: f64 = 2_958_466.0;
    const MILLIS_PER_DAY: f64 = 86_400_000.0;
    (0.0..DAYS_TO_YEAR_10000).contains(&days).then(|| (days * MILLIS_PER_DAY).round() as i64 * 1000)
}

/// A number without any sign but a minus and a point, as numbers that count time are written.
pub(crate) fn plain_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if plain { text.parse().ok() } else { None }
}

/// In which unit the numbers of a column count time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeEvidence {
    /// Numbers by the unit they fit.
    fits: [u64; 6],
    other: u64,
}

impl TimeEvidence {
    pub(crate) fn of_texts<'a>(values: impl Iterator<Item = &'a str>) -> TimeEvidence {
        TimeEvidence::of(values.filter(|value| !is_missing_marker(value)).filter_map(plain_number))
    }

    pub(crate) fn of(numbers: impl Iterator<Item = f64>) -> TimeEvidence {
        let mut evidence = TimeEvidence::default();
        for number in numbers {
            match TimeUnit::of_number(number).and_then(|unit| evidence.fits.get_mut(unit as usize)) {
                Some(count) => *count += 1,
                None => evidence.other += 1,
            }
        }
        evidence
    }

    /// The unit that nine of ten numbers fit.
    pub(crate) fn decide(&self) -> Option<TimeUnit> {
        let total = self.fits.iter().sum::<u64>() + self.other;
        let units = [
            TimeUnit::ExcelDays,
            TimeUnit::ExcelDays1904,
            TimeUnit::UnixSeconds,
            TimeUnit::UnixMillis,
            TimeUnit::UnixMicros,
            TimeUnit::YearMonthDay,
        ];
        let found = units.into_iter().zip(self.fits).find(|&(_, fits)| fits > 0 && fits * 10 >= total * 9);
        found.map(|(unit, _)| unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::column::show_time;

    #[test]
    fn serials_and_epochs() {
        let shown = |unit: TimeUnit, number| unit.micros(number).map(show_time);
        for (unit, number, expected) in [
            (TimeUnit::ExcelDays, 45_292.0, "2024-01-01"),
            (TimeUnit::ExcelDays, 45_292.302_083_333_33, "2024-01-01T07:15:00"),
            (TimeUnit::ExcelDays, 1.0, "1900-01-01"),
            (TimeUnit::ExcelDays, 59.0, "1900-02-28"),
            (TimeUnit::ExcelDays, 61.0, "1900-03-01"),
            (TimeUnit::ExcelDays1904, 43_830.0, "2024-01-01"),
            (TimeUnit::ExcelDays1904, 0.0, "1904-01-01"),
            (TimeUnit::UnixSeconds, 1_709_622_300.0, "2024-03-05T07:05:00"),
            (TimeUnit::UnixMillis, 1_709_622_300_000.0, "2024-03-05T07:05:00"),
            (TimeUnit::UnixMicros, 1_709_622_300_000_000.0, "2024-03-05T07:05:00"),
            (TimeUnit::YearMonthDay, 20_240_305.0, "2024-03-05"),
        ] {
            assert_eq!(shown(unit, number).as_deref(), Some(expected), "{unit:?} {number}");
        }
        for (unit, number) in [
            (TimeUnit::ExcelDays, 60.5),
            (TimeUnit::ExcelDays, 0.5),
            (TimeUnit::ExcelDays, 2_958_466.0),
            (TimeUnit::ExcelDays, f64::NAN),
            (TimeUnit::UnixSeconds, f64::INFINITY),
            (TimeUnit::YearMonthDay, 20_240_230.0),
        ] {
            assert_eq!(unit.micros(number), None, "{unit:?} {number}");
        }
    }

    #[test]
    fn found_by_range() {
        let found = |numbers: &[f64]| TimeEvidence::of(numbers.iter().copied()).decide();
        assert_eq!(found(&[45_292.0, 45_293.5]), Some(TimeUnit::ExcelDays));
        assert_eq!(found(&[1.7e9]), Some(TimeUnit::UnixSeconds));
        assert_eq!(found(&[1.7e12]), Some(TimeUnit::UnixMillis));
        assert_eq!(found(&[20_240_305.0]), Some(TimeUnit::YearMonthDay));
        assert_eq!(found(&[45_292.0, 1.7e9]), None);
        assert_eq!(found(&[17_850.0, 13_047.0]), None);
        assert_eq!(found(&[]), None);
    }
}
