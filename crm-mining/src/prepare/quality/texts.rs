//! One pass over the distinct texts of a column.

use super::column::{ContentType, Lengths, ValueCount};
use super::patterns;
use super::personal::{Personal, personal};
use super::tally::{most_frequent, occurring};
use super::words::Words;
use crate::data::parse::{
    Cell, DateEvidence, Moment, NumberEvidence, canonical_int, is_code, is_missing_marker, number,
};
use crate::data::{Found, Interner, NumberStyle, Text};
use crate::error::Result;
use crate::model::Control;

/// Texts read between two looks at the caller's wish to stop.
const BETWEEN: usize = 1 << 14;
/// A pattern that this share of the rows follows is usual …
const USUAL: f64 = 0.05;
/// … in a column where the usual ones make up this share.
const SHAPED: f64 = 0.9;

/// A longer text, in bytes, is no number and no date.
const LONGEST: usize = 64;

/// What the texts of a column are, in rows.
#[derive(Default)]
pub(super) struct Texts {
    /// Rows with a text that is no missing marker.
    pub(super) valued: u64,
    pub(super) markers: u64,
    pub(super) padded: u64,
    pub(super) lengths: Option<Lengths>,
    pub(super) content: Option<ContentType>,
    pub(super) fitting: u64,
    /// How its numbers are written.
    pub(super) style: NumberStyle,
    /// Rows that read as an existing date, whatever else they read as.
    pub(super) dates: u64,
    pub(super) irregular: u64,
    pub(super) patterns: Vec<ValueCount>,
    pub(super) n_patterns: u64,
    pub(super) personal: [u64; 8],
}

/// What one text can be read as.
#[derive(Clone, Copy, Default)]
struct Fits {
    whole: bool,
    number: bool,
    date: bool,
}

impl Fits {
    fn of(value: &str, style: NumberStyle) -> Fits {
        let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
        if value.len() > LONGEST || !value.contains(digit) {
            return Fits::default();
        }
        // 007 reads as a number, but it is a code.
        let whole = canonical_int(value).is_some();
        let reads =
            || number_like(value) && matches!(number(value, style), Cell::Value(_)) && !is_code(value);
        let date = date_like(value) && !matches!(Moment::read(value), Moment::Other | Moment::Nonexistent);
        Fits { whole, number: whole || reads(), date }
    }

    fn fit(self, content: ContentType) -> bool {
        match content {
            ContentType::Whole => self.whole,
            ContentType::Number => self.number,
            ContentType::Date => self.date,
            _ => true,
        }
    }
}

/// What a text must look like to be worth reading as a number: no word, nothing that joins the parts of a code.
fn number_like(value: &str) -> bool {
    let joins = |pair: &[u8]| match pair {
        [before, b'-'] => before.is_ascii_alphanumeric(),
        [_, b] => matches!(b, b':' | b'/' | b'_' | b'#' | b'@'),
        _ => false,
    };
    let body = value.strip_suffix('-').unwrap_or(value);
    let plain = || !body.as_bytes().windows(2).any(joins) || value.parse::<f64>().is_ok();
    value.bytes().filter(u8::is_ascii_alphabetic).count() <= 4 && plain()
}

/// What a text must look like to be worth reading as a date: it begins with a digit or with the name of a month.
fn date_like(value: &str) -> bool {
    let mut signs = value.chars();
    let first = signs.next().is_some_and(char::is_numeric);
    value.len() >= 6 && (first || value.chars().take(3).all(char::is_alphabetic))
}

/// Patterns with their rows, and how many of these are padded.
#[derive(Default)]
struct Patterns {
    names: Interner,
    rows: Vec<(u64, u64)>,
    scratch: String,
}

impl Patterns {
    fn add(&mut self, value: &str, count: u64, padded: bool) {
        patterns::write(value, &mut self.scratch);
        let code = self.names.intern(&self.scratch) as usize;
        if code == self.rows.len() {
            self.rows.push((0, 0));
        }
        if let Some((rows, padded_rows)) = self.rows.get_mut(code) {
            *rows += count;
            *padded_rows += if padded { count } else { 0 };
        }
    }

    /// Rows that are padded or, where nearly all rows follow a few patterns, follow another one.
    fn irregular(&self, valued: u64, content: ContentType) -> u64 {
        let usual = |rows: u64| rows as f64 >= USUAL * valued as f64;
        let in_usual: u64 = self.rows.iter().map(|run| run.0).filter(|&rows| usual(rows)).sum();
        let shaped = content == ContentType::Text && in_usual as f64 >= SHAPED * valued as f64;
        let irregular = |&(rows, padded): &(u64, u64)| if shaped && !usual(rows) { rows } else { padded };
        self.rows.iter().map(irregular).sum()
    }
}

impl Texts {
    pub(super) fn of(
        (text, counts): (&Text, &[u32]),
        (words, extra_markers): (&Words, &[String]),
        (type_share, top): (f64, usize),
        control: &Control,
    ) -> Result<Texts> {
        let mut all = Texts::default();
        let (mut whole, mut numbers, mut signs) = (0, 0, 0_u64);
        let mut patterns = Patterns::default();
        let style = style(text);
        all.style = style;
        for (at, (value, count)) in occurring(text, counts).enumerate() {
            if at.is_multiple_of(BETWEEN) {
                control.check("data profiling")?;
            }
            let (trimmed, count) = (value.trim(), u64::from(count));
            if is_marker(trimmed, extra_markers) {
                all.markers += count;
                continue;
            }
            let padded = trimmed.len() != value.len();
            let fits = Fits::of(trimmed, style);
            all.valued += count;
            all.padded += if padded { count } else { 0 };
            whole += if fits.whole { count } else { 0 };
            numbers += if fits.number { count } else { 0 };
            all.dates += if fits.date { count } else { 0 };
            signs += all.measure(value) * count;
            all.tell_persons(trimmed, words, count);
            patterns.add(value, count, padded);
        }
        if let Some(lengths) = &mut all.lengths {
            lengths.mean = signs as f64 / all.valued as f64;
        }
        let enough = |rows: u64| rows as f64 >= type_share * all.valued as f64;
        let (content, fitting) = match all.valued {
            0 => (ContentType::Empty, 0),
            _ if enough(numbers) && whole == numbers => (ContentType::Whole, whole),
            _ if enough(numbers) => (ContentType::Number, numbers),
            _ if enough(all.dates) => (ContentType::Date, all.dates),
            valued => (ContentType::Text, valued),
        };
        (all.content, all.fitting) = (Some(content), fitting);
        all.irregular = patterns.irregular(all.valued, content);
        all.n_patterns = patterns.rows.len() as u64;
        let names = patterns.names.into_strings();
        let rows = patterns.rows.iter().map(|run| u32::try_from(run.0).unwrap_or(u32::MAX));
        all.patterns = shown(most_frequent(names.iter().zip(rows), top));
        Ok(all)
    }

    /// Takes the length of a text into account; returns it.
    fn measure(&mut self, value: &str) -> u64 {
        let length = if value.is_ascii() { value.len() } else { value.chars().count() } as u64;
        let lengths = self.lengths.get_or_insert(Lengths { min: length, mean: 0.0, max: length });
        lengths.min = lengths.min.min(length);
        lengths.max = lengths.max.max(length);
        length
    }

    fn tell_persons(&mut self, value: &str, words: &Words, count: u64) {
        if let Some(kind) = personal(value, words) {
            add_person(&mut self.personal, kind, count);
        }
    }
}

pub(super) fn add_person(counts: &mut [u64; 8], kind: Personal, count: u64) {
    let place = Personal::ALL.iter().position(|other| *other == kind);
    if let Some(rows) = place.and_then(|place| counts.get_mut(place)) {
        *rows += count;
    }
}

pub(super) fn shown(values: Vec<(String, u64)>) -> Vec<ValueCount> {
    values.into_iter().map(|(value, count)| ValueCount { value, count }).collect()
}

fn is_marker(trimmed: &str, extra: &[String]) -> bool {
    is_missing_marker(trimmed) || extra.iter().any(|marker| marker == trimmed)
}

/// How the numbers among the texts are written: as was found at reading, else as those with a comma prove.
fn style(text: &Text) -> NumberStyle {
    if let Found::Float(format) = text.found() {
        return format.style;
    }
    let numbers = || text.distinct().iter().filter(|value| number_like(value.trim()));
    if !numbers().any(|value| value.contains(',')) {
        return NumberStyle::DecimalPoint;
    }
    let evidence = NumberEvidence::of(&numbers().collect());
    evidence.decide().map_or(NumberStyle::DecimalPoint, |format| format.style)
}

/// The most frequent texts that are no markers and do not fit the content.
pub(super) fn misfits(
    (text, counts): (&Text, &[u32]),
    (content, style): (ContentType, NumberStyle),
    extra_markers: &[String],
    top: usize,
) -> Vec<(String, u64)> {
    let misfit = |value: &str| {
        let value = value.trim();
        !is_marker(value, extra_markers) && !Fits::of(value, style).fit(content)
    };
    most_frequent(occurring(text, counts).filter(|(value, _)| misfit(value)), top)
}

/// The numbers that texts say, ascending, with their counts.
pub(super) fn numbers((text, counts): (&Text, &[u32]), style: NumberStyle) -> Vec<(f64, u32)> {
    let mut runs: Vec<(f64, u32)> = occurring(text, counts)
        .filter(|(value, _)| Fits::of(value.trim(), style).number)
        .filter_map(|(value, count)| match number(value, style) {
            Cell::Value(value) => Some((value + 0.0, count)),
            _ => None,
        })
        .collect();
    runs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let same = runs.chunk_by(|a, b| a.0 == b.0);
    same.filter_map(|run| Some((run.first()?.0, run.iter().map(|run| run.1).sum()))).collect()
}

/// The first and last moment that texts say, when the order of day and month is known or decided by them.
pub(super) fn span((text, counts): (&Text, &[u32])) -> Option<(i64, i64)> {
    let order = match text.found() {
        Found::Time(order) => order,
        _ => DateEvidence::of(text.distinct()).decide().unwrap_or(None),
    };
    let moments =
        occurring(text, counts).filter_map(|(value, _)| match Moment::read(value).in_order(order) {
            Cell::Value(micros) => Some((micros, micros)),
            _ => None,
        });
    moments.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}
