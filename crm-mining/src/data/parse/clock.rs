//! The time of day in a text, and the small steps by which dates are read too.

use crate::data::day::MICROS_PER_DAY;

/// Reads a text from left to right.
pub(super) struct Scanner<'a> {
    pub(super) rest: &'a [u8],
    /// Whether an offset from UTC was read.
    pub(super) anchored: bool,
}

const MICROS_PER_SECOND: i64 = MICROS_PER_DAY / 86_400;

/// Words for a half of the day, and whether it is the second.
const HALVES: &[(&str, bool)] = &[
    ("上午", false),
    ("早上", false),
    ("凌晨", false),
    ("清晨", false),
    ("下午", true),
    ("晚上", true),
    ("傍晚", true),
    ("中午", true),
];

impl Scanner<'_> {
    /// What follows a date: nothing, or a time of day with an optional offset from UTC. In microseconds.
    pub(super) fn time_of_day(&mut self) -> Option<i64> {
        if self.rest.is_empty() {
            return Some(0);
        }
        if !self.eat(b"T") && !self.eat(b"t") && !self.eat(b":") {
            self.eat(b",");
        }
        self.skip_blanks();
        let half = HALVES.iter().find(|(word, _)| self.eat(word.as_bytes())).map(|&(_, second)| second);
        self.skip_blanks();
        let (mut hour, seconds) = match self.compact_clock() {
            Some(clock) => clock,
            None => self.clock()?,
        };
        let fraction = self.fraction()?;
        self.skip_blanks();
        let half = match half {
            None => self.half_of_day(),
            half => half,
        };
        match half {
            Some(second) if (1..=12).contains(&hour) => hour = hour % 12 + if second { 12 } else { 0 },
            // 下午15:00 is said; 0 PM is not.
            Some(true) if hour == 0 => return None,
            _ => {}
        }
        let offset = self.offset()?;
        let seconds = i64::from(hour * 3600 + seconds) - offset;
        Some(seconds * MICROS_PER_SECOND + fraction)
    }

    /// `hhmmss` or `hhmm`: the hour, and the seconds after it.
    fn compact_clock(&mut self) -> Option<(u32, u32)> {
        let len = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if len != 6 && len != 4 {
            return None;
        }
        let before = self.rest;
        let (digits, len) = self.digits()?;
        let digits = if len == 4 { digits * 100 } else { digits };
        let (hour, minute, second) = (digits / 10_000, digits / 100 % 100, digits % 100);
        if hour < 24 && minute < 60 && second < 60 {
            return Some((hour, minute * 60 + second));
        }
        self.rest = before;
        None
    }

    /// `h:mm`, `h:mm:ss`, `h点mm分ss秒` or `h时`: the hour, and the seconds after it.
    fn clock(&mut self) -> Option<(u32, u32)> {
        let (hour, _) = self.digits().filter(|&(hour, len)| len <= 2 && hour < 24)?;
        if !self.eat("点".as_bytes()) && !self.eat("时".as_bytes()) {
            let minute = self.part()?;
            let second = if self.rest.first() == Some(&b':') { self.part()? } else { 0 };
            return Some((hour, minute * 60 + second));
        }
        let minute = self.below_60("分")?;
        let second = self.below_60("秒")?;
        Some((hour, minute * 60 + second))
    }

    /// Minutes or seconds: a colon and two digits below 60.
    fn part(&mut self) -> Option<u32> {
        if !self.eat(b":") {
            return None;
        }
        self.digits().filter(|&(value, len)| len == 2 && value < 60).map(|(value, _)| value)
    }

    /// A number below 60 and its unit, or 0 when no digit comes next.
    fn below_60(&mut self, unit: &str) -> Option<u32> {
        if !self.rest.first().is_some_and(u8::is_ascii_digit) {
            return Some(0);
        }
        let (value, _) = self.digits().filter(|&(value, len)| len <= 2 && value < 60)?;
        (self.eat(unit.as_bytes()) || self.rest.is_empty()).then_some(value)
    }

    /// A fraction of a second in microseconds.
    fn fraction(&mut self) -> Option<i64> {
        if !self.eat(b".") && !self.eat(b",") {
            return Some(0);
        }
        let (digits, len) = self.digits()?;
        Some(i64::from(digits) * MICROS_PER_SECOND / 10_i64.checked_pow(len as u32)?)
    }

    /// `AM` or `PM` in any case, with or without points; whether it is the second half.
    fn half_of_day(&mut self) -> Option<bool> {
        let words: [(&[u8], bool); 4] = [(b"am", false), (b"pm", true), (b"a.m.", false), (b"p.m.", true)];
        words.into_iter().find(|(word, _)| self.eat_in_any_case(word)).map(|(_, second)| second)
    }

    /// `Z`, `UTC`, `GMT`, `+hh:mm`, `+hhmm`, `+hh` or nothing, in seconds east of UTC.
    fn offset(&mut self) -> Option<i64> {
        self.skip_blanks();
        if self.rest.is_empty() {
            return Some(0);
        }
        self.anchored = true;
        if [b"Z".as_slice(), b"UTC", b"GMT"].iter().any(|word| self.rest.eq_ignore_ascii_case(word)) {
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
    pub(super) fn digits(&mut self) -> Option<(u32, usize)> {
        let len = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=9).contains(&len) {
            return None;
        }
        self.take_digits(len)
    }

    /// The next `len` signs, at most nine, all of them digits.
    pub(super) fn take_digits(&mut self, len: usize) -> Option<(u32, usize)> {
        let (digits, rest) = self.rest.split_at_checked(len)?;
        let value = digits.iter().try_fold(0_u32, |sum, b| {
            b.is_ascii_digit().then(|| sum.checked_mul(10)?.checked_add(u32::from(b - b'0')))?
        })?;
        self.rest = rest;
        Some((value, len))
    }

    /// The letters that come next, in ASCII.
    pub(super) fn word(&mut self) -> &[u8] {
        let len = self.rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at_checked(len).unwrap_or((&[], self.rest));
        self.rest = rest;
        word
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.eat(b" ") {}
    }

    pub(super) fn eat(&mut self, prefix: &[u8]) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn eat_in_any_case(&mut self, prefix: &[u8]) -> bool {
        match self.rest.split_at_checked(prefix.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(prefix) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }
}
