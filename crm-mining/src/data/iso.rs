//! Moments written in one ISO format, read and written back without loss.

use super::day::MICROS_PER_DAY;
use super::spelling::digits;
use std::fmt::Write;

/// One way to write a moment: `2024-03-05`, `2024-03-05 14:30`, `2024-03-05T14:30:00.250Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Iso {
    /// Between date and time; a date alone has none.
    separator: Option<Separator>,
    seconds: bool,
    /// Digits of the fraction of a second, at most 6.
    fraction: u8,
    /// Whether a `Z` ends it.
    zulu: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Blank,
    T,
}

const MICROS: u64 = 1_000_000;

impl Iso {
    /// The format of a moment.
    pub(super) fn of(text: &[u8]) -> Option<Iso> {
        let date = Iso { separator: None, seconds: false, fraction: 0, zulu: false };
        let (zulu, text) = match text {
            [text @ .., b'Z'] => (true, text),
            _ => (false, text),
        };
        let separator = match text.get(10) {
            None => None,
            Some(b' ') => Some(Separator::Blank),
            Some(b'T') => Some(Separator::T),
            Some(_) => return None,
        };
        let iso = match (separator, text.len()) {
            (None, 10) if !zulu => date,
            (Some(_), 16) => Iso { separator, zulu, ..date },
            (Some(_), 19) => Iso { separator, seconds: true, zulu, ..date },
            (Some(_), 21..=26) => Iso { separator, seconds: true, fraction: (text.len() - 20) as u8, zulu },
            _ => return None,
        };
        Some(iso)
    }

    /// The moment in UTC microseconds, if it is so written and in the calendar.
    #[inline]
    pub(crate) fn read(self, text: &[u8]) -> Option<i64> {
        let (date, time) = text.split_at_checked(10)?;
        let &[a, b, c, d, b'-', e, f, b'-', g, h] = date.first_chunk::<10>()? else { return None };
        let year = two(a, b)? * 100 + two(c, d)?;
        let micros = i64::from(day_number(year, two(e, f)?, two(g, h)?)?) * MICROS_PER_DAY;
        match self.separator {
            None => time.is_empty().then_some(micros),
            Some(separator) => Some(micros + self.time_of_day(separator, time)? as i64),
        }
    }

    #[inline]
    fn time_of_day(self, separator: Separator, text: &[u8]) -> Option<u64> {
        let (sign, rest) = text.split_first()?;
        let rest = if self.zulu { rest.strip_suffix(b"Z")? } else { rest };
        let (&[a, b, b':', c, d], rest) = rest.split_first_chunk::<5>()? else { return None };
        let (hour, minute) = (two(a, b)?, two(c, d)?);
        let (second, rest) = match (self.seconds, rest) {
            (true, [b':', e, f, rest @ ..]) => (two(*e, *f)?, rest),
            (false, rest) => (0, rest),
            _ => return None,
        };
        let micros = match (self.fraction, rest) {
            (0, []) => 0,
            (places @ 1.., [b'.', fraction @ ..]) if fraction.len() == usize::from(places) => {
                digits(fraction)? * (MICROS / 10_u64.pow(places.into()))
            }
            _ => return None,
        };
        let sound = *sign == separator.sign() && hour < 24 && minute < 60 && second < 60;
        sound.then(|| u64::from(hour * 3600 + minute * 60 + second) * MICROS + micros)
    }

    /// Writes a moment that was so read.
    pub(crate) fn write(self, micros: i64, to: &mut String) {
        let (year, month, day) = date_of(micros.div_euclid(MICROS_PER_DAY));
        // Writing to a String cannot fail.
        let _ = write!(to, "{year:04}-{month:02}-{day:02}");
        let Some(separator) = self.separator else { return };
        let micros = micros.rem_euclid(MICROS_PER_DAY) as u64;
        let second = micros / MICROS;
        to.push(separator.sign().into());
        let _ = write!(to, "{:02}:{:02}", second / 3600, second / 60 % 60);
        if self.seconds {
            let _ = write!(to, ":{:02}", second % 60);
        }
        if self.fraction > 0 {
            let fraction = micros % MICROS / (MICROS / 10_u64.pow(self.fraction.into()));
            let _ = write!(to, ".{fraction:0width$}", width = usize::from(self.fraction));
        }
        if self.zulu {
            to.push('Z');
        }
    }
}

impl Separator {
    #[inline]
    fn sign(self) -> u8 {
        match self {
            Separator::Blank => b' ',
            Separator::T => b'T',
        }
    }
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// Days from 1970-01-01 to a date of the years 0 to 9999; `None` when it is not in the calendar.
///
/// Years begin in March here, so that the leap day ends them (Hinnant, chrono-compatible low-level date
/// algorithms, 2013).
#[inline]
fn day_number(year: u32, month: u32, day: u32) -> Option<i32> {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // From here on, 400 years later: no difference turns negative.
    let year = year + 400 - u32::from(month <= 2);
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let number = year * 365 + year / 4 - year / 100 + year / 400 + in_year;
    Some(number as i32 - 719_468 - 146_097)
}

/// The inverse of [`day_number`].
fn date_of(number: i64) -> (i64, i64, i64) {
    let number = number + 719_468;
    let (era, in_era) = (number.div_euclid(146_097), number.rem_euclid(146_097));
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::super::day::Day;
    use super::super::parse::Moment;
    use super::*;

    #[test]
    fn every_day_of_the_calendar() {
        let mut expected = Day::from_ymd(0, 1, 1).unwrap().number();
        for year in 0..10_000 {
            for month in 0..=13 {
                for day in [0, 1, 27, 28, 29, 30, 31, 32] {
                    let there = Day::from_ymd(year, month, day).map(Day::number);
                    assert_eq!(day_number(year as u32, month, day), there, "{year}-{month}-{day}");
                    if let Some(number) = there {
                        assert!(number >= expected);
                        expected = number;
                        let date = (i64::from(year), i64::from(month), i64::from(day));
                        assert_eq!(date_of(number.into()), date);
                    }
                }
            }
        }
    }

    #[test]
    fn as_moments_are_read_and_back() {
        let texts = "2024-03-05|0000-01-01|9999-12-31|2024-02-29|1969-12-31 23:59|2024-03-05T14:30 \
                     |2024-03-05 14:30:59|2024-03-05T14:30:00Z|2024-03-05T14:30Z|2024-03-05 14:30:00.5 \
                     |1901-03-05T14:30:00.000250Z|2024-03-05 14:30:00.123456";
        for text in texts.split('|').map(str::trim) {
            let iso = Iso::of(text.as_bytes()).unwrap();
            let micros = iso.read(text.as_bytes()).unwrap();
            assert_eq!(Moment::read(text), Moment::Plain(micros), "{text}");
            let mut back = String::new();
            iso.write(micros, &mut back);
            assert_eq!(back, text);
        }
    }

    #[test]
    fn no_moment() {
        let texts = "2024-3-05|2023-02-29|2024-13-01|2024-03-05 24:00|2024-03-05 10:60|2024-03-05 10:00:60 \
                     |2024-03-05Z|2024-03-05 10:00:00.1234567|2024-03-05 10:00+01:00|2024/03/05|20240305 \
                     |2024-03-05x10:00|2024-03-05 10:00:00.|2024-03-05 1a:00";
        for text in texts.split('|').map(str::trim) {
            assert_eq!(Iso::of(text.as_bytes()).and_then(|iso| iso.read(text.as_bytes())), None, "{text}");
        }
        let date = Iso::of(b"2024-03-05").unwrap();
        assert_eq!(date.read(b"2024-03-05 10:00"), None);
        assert_eq!(Iso::of(b"2024-03-05 10:00").unwrap().read(b"2024-03-05T10:00"), None);
    }
}
