//! Where the fields of a CSV text stand: RFC 4180, with bad rows set aside.

use super::marks::Marks;
use super::raw::{BadRow, BadRowReason};
use crate::error::{ErrorKind, Result};

/// Where a field stands in its text. The top bit of the end says that quotes in it are doubled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    start: u32,
    end: u32,
}

const DOUBLED: u32 = 1 << 31;

impl Cell {
    #[inline]
    fn new(start: usize, end: usize, doubled: bool) -> Cell {
        // A text held at one time is far shorter than 2 GiB.
        Cell { start: start as u32, end: end as u32 | if doubled { DOUBLED } else { 0 } }
    }

    #[inline]
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.end & !DOUBLED) as usize
    }

    #[inline]
    pub(super) fn has_doubled_quotes(self) -> bool {
        self.end & DOUBLED != 0
    }
}

/// How far the reading of a file has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    /// Rows read, good and bad.
    pub(super) rows: u64,
    /// Lines begun.
    pub(super) line: u64,
    /// Bytes before the text at hand.
    pub(super) offset: u64,
}

/// Finds records in text, given in pieces.
#[derive(Debug, Clone)]
pub(super) struct Scanner {
    pub(super) delimiter: u8,
    pub(super) max_field_bytes: usize,
    /// Fields of a good record.
    pub(super) width: usize,
    pub(super) position: Position,
    /// What the file is called.
    pub(super) place: String,
}

/// A record is at most this many times as long as its longest field may be.
pub(super) const RECORD_FIELDS: usize = 4;

/// Good rows of one piece of text as fields, row by row, and the bad ones.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) cells: Vec<Cell>,
    pub(super) rejected: Vec<BadRow>,
    /// The bad rows in the text.
    pub(super) spans: Vec<std::ops::Range<usize>>,
}

/// How the look at one record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// With the end of its line, or of the file; the next record begins at `next`.
    Record { fields: usize, end: usize, next: usize, lines: u64 },
    /// With a line that holds nothing.
    Blank { next: usize },
    /// With a misplaced quote.
    BadQuote { at: usize },
    /// The text ended first; its last field begins at `field`.
    Cut { field: usize },
}

/// How the look at one quoted field ended.
enum Quoted {
    Closed { end: usize, doubled: bool, lines: u64 },
    BadQuote { at: usize },
    Cut,
}

/// The start of the line after a line end at `end`; `None` when more text must tell.
fn next_line(text: &[u8], end: usize, last: bool) -> Option<usize> {
    match (text.get(end), text.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(end + 2),
        (Some(b'\r'), None) if !last => None,
        _ => Some((end + 1).min(text.len())),
    }
}

/// The field whose opening quote stands at `open`.
fn quoted(text: &[u8], marks: &mut Marks<'_>, open: usize, delimiter: u8, last: bool) -> Quoted {
    let (mut doubled, mut lines) = (false, 0);
    while let Some(mark) = marks.next() {
        let after = text.get(mark + 1).copied();
        match text.get(mark) {
            Some(b'"') => match after {
                Some(b'"') => {
                    doubled = true;
                    marks.next();
                }
                Some(byte) if byte == delimiter || byte == b'\n' || byte == b'\r' => {
                    return Quoted::Closed { end: mark, doubled, lines };
                }
                None if last => return Quoted::Closed { end: mark, doubled, lines },
                None => return Quoted::Cut,
                Some(_) => return Quoted::BadQuote { at: mark },
            },
            Some(b'\n') => lines += 1,
            Some(b'\r') if after != Some(b'\n') => lines += 1,
            _ => {}
        }
    }
    if last { Quoted::BadQuote { at: open.max(text.len()) } } else { Quoted::Cut }
}

/// Looks at the record that begins at `start`, where `marks` stand too, and keeps its first `cap` fields.
pub(super) fn record(
    text: &[u8],
    marks: &mut Marks<'_>,
    start: usize,
    (delimiter, cap, last): (u8, usize, bool),
    cells: &mut Vec<Cell>,
) -> Stop {
    let (mut field, mut fields, mut lines) = (start, 0, 1);
    let mut keep = |cell: Cell| {
        if fields < cap {
            cells.push(cell);
        }
        fields += 1;
        fields
    };
    // What a quoted field held, until the delimiter or line end right behind it.
    let mut closed = None;
    loop {
        let Some(mark) = marks.next() else {
            if !last {
                return Stop::Cut { field };
            }
            let end = text.len();
            let fields = keep(closed.unwrap_or(Cell::new(field, end, false)));
            return Stop::Record { fields, end, next: end, lines };
        };
        match text.get(mark).copied() {
            Some(byte) if byte == delimiter => {
                keep(closed.take().unwrap_or(Cell::new(field, mark, false)));
                field = mark + 1;
            }
            Some(b'"') if mark == field => match quoted(text, marks, field, delimiter, last) {
                Quoted::Closed { end, doubled, lines: within } => {
                    closed = Some(Cell::new(field + 1, end, doubled));
                    lines += within;
                }
                Quoted::BadQuote { at } => return Stop::BadQuote { at },
                Quoted::Cut => return Stop::Cut { field },
            },
            // A quote amid a field stands for itself.
            Some(b'"') => {}
            _ => {
                let Some(next) = next_line(text, mark, last) else { return Stop::Cut { field } };
                if next == mark + 2 {
                    marks.next();
                }
                if mark == start {
                    return Stop::Blank { next };
                }
                let fields = keep(closed.unwrap_or(Cell::new(field, mark, false)));
                return Stop::Record { fields, end: mark, next, lines };
            }
        }
    }
}

impl Scanner {
    /// Finds the records of `text`, the `last` of the file or not, and returns how many bytes they take.
    /// With `checked`, rows that are not UTF-8 are bad ones.
    pub(super) fn scan(
        &mut self,
        text: &[u8],
        last: bool,
        checked: bool,
        out: &mut Scanned,
    ) -> Result<usize> {
        let mut marks = Marks::new(text, self.delimiter);
        let mut start = 0;
        while start < text.len() {
            let first = out.cells.len();
            let how = (self.delimiter, self.width, last);
            let stop = record(text, &mut marks, start, how, &mut out.cells);
            start = match stop {
                Stop::Record { fields, end, next, lines } => {
                    let reason = self.fault(text, fields, (start, end), checked, out.cells.get(first..))?;
                    if let Some(reason) = reason {
                        self.reject(text, (start, end), reason, first, out);
                    }
                    self.position.rows += 1;
                    self.position.line += lines;
                    next
                }
                Stop::Blank { next } => {
                    self.position.line += 1;
                    next
                }
                Stop::BadQuote { at } => match self.resume(text, start, at, first, last, out) {
                    Some(next) => {
                        marks.seek(next);
                        next
                    }
                    None => {
                        self.check_cut(text, start, start)?;
                        out.cells.truncate(first);
                        break;
                    }
                },
                Stop::Cut { field } => {
                    let too_long = text.len() - field > self.max_field_bytes;
                    let quoted = text.get(field) == Some(&b'"');
                    let resumed = (too_long && quoted)
                        .then(|| self.resume(text, start, text.len(), first, last, out))
                        .flatten();
                    let Some(next) = resumed else {
                        self.check_cut(text, start, field)?;
                        out.cells.truncate(first);
                        break;
                    };
                    marks.seek(next);
                    next
                }
            };
        }
        self.position.offset += start as u64;
        Ok(start)
    }

    /// What is wrong with a record whose quotes are right.
    #[inline]
    fn fault(
        &self,
        text: &[u8],
        fields: usize,
        (start, end): (usize, usize),
        checked: bool,
        cells: Option<&[Cell]>,
    ) -> Result<Option<BadRowReason>> {
        if end - start > self.max_field_bytes {
            let longest = cells.unwrap_or_default().iter().map(|cell| cell.range().len()).max();
            self.check_length(longest.unwrap_or(0))?;
        }
        let (expected, got) = (self.width as u64, fields as u64);
        Ok(match got.cmp(&expected) {
            std::cmp::Ordering::Less => Some(BadRowReason::TooFewFields { expected, got }),
            std::cmp::Ordering::Greater => Some(BadRowReason::TooManyFields { expected, got }),
            _ if checked && std::str::from_utf8(text.get(start..end).unwrap_or_default()).is_err() => {
                Some(BadRowReason::BadEncoding)
            }
            _ => None,
        })
    }

    /// Rejects the first line of a record with a misplaced quote, so that reading goes on at the next one.
    /// `None` when the text does not hold that line's end.
    fn resume(
        &mut self,
        text: &[u8],
        start: usize,
        at: usize,
        first: usize,
        last: bool,
        out: &mut Scanned,
    ) -> Option<usize> {
        let rest = text.get(start..).unwrap_or_default();
        let end = match memchr::memchr2(b'\n', b'\r', rest) {
            Some(length) => start + length,
            None if last => text.len(),
            None => return None,
        };
        let next = next_line(text, end, last)?;
        let reason = match at >= end {
            true => BadRowReason::UnclosedQuote,
            false => BadRowReason::TextAfterQuote,
        };
        self.reject(text, (start, end), reason, first, out);
        self.position.rows += 1;
        self.position.line += 1;
        Some(next)
    }

    fn reject(
        &self,
        text: &[u8],
        (start, end): (usize, usize),
        reason: BadRowReason,
        first: usize,
        out: &mut Scanned,
    ) {
        const SHOWN: usize = 1024;
        out.cells.truncate(first);
        let shown = text.get(start..end.min(start + SHOWN)).unwrap_or_default();
        out.rejected.push(BadRow {
            row: self.position.rows + 1,
            line: self.position.line,
            offset: self.position.offset + start as u64,
            reason,
            text: String::from_utf8_lossy(shown).into_owned(),
        });
        out.spans.push(start..end);
    }

    /// Whether more text may be read to end the record that begins at `start`.
    fn check_cut(&self, text: &[u8], start: usize, field: usize) -> Result<()> {
        self.check_length(text.len() - field)?;
        self.check_length((text.len() - start) / RECORD_FIELDS)
    }

    fn check_length(&self, bytes: usize) -> Result<()> {
        if bytes <= self.max_field_bytes {
            return Ok(());
        }
        Err(ErrorKind::LimitExceeded {
            place: format!("{}: row {}", self.place, self.position.rows + 1),
            of: "bytes of one field",
            limit: self.max_field_bytes as u64,
            needed: bytes as u64,
            setting: "max_field_bytes",
        }
        .into())
    }
}
