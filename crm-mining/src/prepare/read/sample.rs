//! The first rows of a file, read under one guess of its signs.

use super::dialect::Signs;
use super::mend::fields_of_line;
use super::odd::{Fields, record};
use super::records::{Stop, next_line};
use std::ops::Range;

/// One row of the sample.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Where it stands, without its line end.
    pub(super) span: Range<usize>,
    /// Where the next line begins.
    pub(super) next: usize,
    /// Its first line, from 1.
    pub(super) line: u64,
    /// Its values; bytes that are no text are replaced.
    pub(super) fields: Vec<String>,
    /// Whether a quote in it is misplaced.
    pub(super) faulty: bool,
}

impl Row {
    /// The fields that hold something.
    pub(super) fn filled(&self) -> usize {
        self.fields.iter().filter(|field| !field.trim().is_empty()).count()
    }
}

/// The first rows of a text, at most `most`. With a `width`, a line with a misplaced quote is mended to it when
/// it can be.
pub(super) fn rows(text: &[u8], signs: Signs, last: bool, most: usize, width: Option<usize>) -> Vec<Row> {
    let (mut out, mut fields) = (Vec::new(), Fields::default());
    let (mut at, mut line) = (0, 1);
    while at < text.len() && out.len() < most {
        fields.clear();
        let stop = record(text, at, signs, usize::MAX, last, &mut fields);
        match stop {
            Stop::Blank { next } => (at, line) = (next, line + 1),
            Stop::Record { end, next, lines, .. } => {
                out.push(Row { span: at..end, next, line, fields: shown(text, &fields), faulty: false });
                (at, line) = (next, line + lines);
            }
            Stop::Cut { .. } if !out.is_empty() && at > text.len() / 2 => break,
            _ => {
                let rest = text.get(at..).unwrap_or_default();
                let Some(length) = memchr::memchr2(b'\n', b'\r', rest).or(last.then_some(rest.len())) else {
                    break;
                };
                let end = at + length;
                let Some(next) = next_line(text, end, last) else { break };
                let bytes = text.get(at..end).unwrap_or_default();
                // A header may lack a delimiter and still name all columns but one.
                let widths = width.into_iter().flat_map(|width| [width, width.saturating_sub(1)]);
                let mended = widths.into_iter().find_map(|width| fields_of_line(bytes, signs, width));
                let mended = mended.unwrap_or_default();
                let values = mended.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
                out.push(Row { span: at..end, next, line, fields: values, faulty: true });
                (at, line) = (next, line + 1);
            }
        }
    }
    out
}

fn shown(text: &[u8], fields: &Fields) -> Vec<String> {
    let mut moved = fields.moved.iter().peekable();
    let value = |(at, cell): (usize, &super::records::Cell)| {
        let from = if moved.next_if_eq(&&at).is_some() { fields.extra.as_slice() } else { text };
        String::from_utf8_lossy(from.get(cell.range()).unwrap_or_default()).into_owned()
    };
    fields.cells.iter().enumerate().map(value).collect()
}

/// The number of fields most rows have, how many rows those are, and how many have no misplaced quote. Of
/// numbers that are as frequent, the first row's, else the largest.
pub(super) fn usual_width(rows: &[Row]) -> (usize, usize, usize) {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    let good = || rows.iter().filter(|row| !row.faulty);
    for row in good() {
        let width = row.fields.len();
        match counts.iter_mut().find(|(known, _)| *known == width) {
            Some((_, count)) => *count += 1,
            None => counts.push((width, 1)),
        }
    }
    let first = good().next().map_or(0, |row| row.fields.len());
    let best = counts.iter().max_by_key(|&&(width, count)| (count, width == first, width));
    let (width, count) = best.copied().unwrap_or((0, 0));
    (width, count, good().count())
}
