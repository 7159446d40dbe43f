//! Where the fields of a CSV text stand: RFC 4180, with bad rows set aside.

use super::marks::Marks;
use super::raw::{BadRow, BadRowReason};
use crate::error::{ErrorKind, Result};
use std::cmp::Ordering;
use std::ops::Range;

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
    pub(super) fn range(self) -> Range<usize> {
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

/// The quotes around a field.
const QUOTES: usize = 2;

/// Good rows of one piece of text as fields, row by row, and the bad ones.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) cells: Vec<Cell>,
    pub(super) rejected: Vec<BadRow>,
    /// The bad rows in the text.
    pub(super) spans: Vec<Range<usize>>,
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

/// The quoted field whose opening quote `marks` have just given.
fn quoted(text: &[u8], marks: &mut Marks<'_>, delimiter: u8, last: bool) -> Quoted {
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
    if last { Quoted::BadQuote { at: text.len() } } else { Quoted::Cut }
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
            Some(b'"') if mark == field => match quoted(text, marks, delimiter, last) {
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

/// A text being scanned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a [u8],
    /// Whether the file ends with it.
    pub(super) last: bool,
    /// Whether rows must be tested to be UTF-8.
    pub(super) checked: bool,
}

impl Scanner {
    /// Finds the records of a text and returns how many bytes they take.
    pub(super) fn scan(&mut self, piece: Piece<'_>, out: &mut Scanned) -> Result<usize> {
        let mut marks = Marks::new(piece.text, self.delimiter);
        let mut start = 0;
        while start < piece.text.len() {
            let first = out.cells.len();
            let how = (self.delimiter, self.width, piece.last);
            match record(piece.text, &mut marks, start, how, &mut out.cells) {
                Stop::Record { fields, end, next, lines } if self.fits(end - start, first, out) => {
                    if let Some(reason) = self.fault(piece, fields, start..end) {
                        self.reject(piece.text, start..end, reason, first, out);
                    }
                    self.position.rows += 1;
                    self.position.line += lines;
                    start = next;
                }
                Stop::Blank { next } => {
                    self.position.line += 1;
                    start = next;
                }
                Stop::Cut { field } if self.may_go_on(piece.text.len() - field, piece.text.len() - start) => {
                    out.cells.truncate(first);
                    break;
                }
                misplaced => {
                    let at = if let Stop::BadQuote { at } = misplaced { at } else { piece.text.len() };
                    out.cells.truncate(first);
                    let Some(next) = self.skip_line(piece, start, at, out)? else { break };
                    marks.seek(next);
                    start = next;
                }
            }
        }
        self.position.offset += start as u64;
        Ok(start)
    }

    /// Whether no field of a record of this length is too long.
    #[inline]
    fn fits(&self, length: usize, first: usize, out: &Scanned) -> bool {
        let cells = || out.cells.get(first..).unwrap_or_default().iter();
        length <= self.max_field_bytes
            || length / RECORD_FIELDS <= self.max_field_bytes
                && cells().all(|cell| cell.range().len() <= self.max_field_bytes)
    }

    /// Whether a record cut off may still fit, by the length of its last field and its own.
    fn may_go_on(&self, field: usize, record: usize) -> bool {
        field <= self.max_field_bytes + QUOTES && record / RECORD_FIELDS <= self.max_field_bytes
    }

    /// What is wrong with a record whose quotes are right.
    #[inline]
    fn fault(&self, piece: Piece<'_>, fields: usize, span: Range<usize>) -> Option<BadRowReason> {
        let (expected, got) = (self.width as u64, fields as u64);
        match got.cmp(&expected) {
            Ordering::Less => Some(BadRowReason::TooFewFields { expected, got }),
            Ordering::Greater => Some(BadRowReason::TooManyFields { expected, got }),
            Ordering::Equal if piece.checked => {
                let row = piece.text.get(span).unwrap_or_default();
                std::str::from_utf8(row).err().map(|_| BadRowReason::BadEncoding)
            }
            Ordering::Equal => None,
        }
    }

    /// Rejects the first line of a record that has a misplaced quote, or a field that goes on and on, so
    /// that reading goes on at the next line. `None` when more text must tell where that is.
    fn skip_line(
        &mut self,
        piece: Piece<'_>,
        start: usize,
        at: usize,
        out: &mut Scanned,
    ) -> Result<Option<usize>> {
        let rest = piece.text.get(start..).unwrap_or_default();
        let length = memchr::memchr2(b'\n', b'\r', rest);
        self.check_length(length.unwrap_or(rest.len()))?;
        let end = match length {
            Some(length) => start + length,
            None if piece.last => piece.text.len(),
            None => return Ok(None),
        };
        let Some(next) = next_line(piece.text, end, piece.last) else { return Ok(None) };
        let reason = if at >= end { BadRowReason::UnclosedQuote } else { BadRowReason::TextAfterQuote };
        let first = out.cells.len();
        self.reject(piece.text, start..end, reason, first, out);
        self.position.rows += 1;
        self.position.line += 1;
        Ok(Some(next))
    }

    fn reject(&self, text: &[u8], span: Range<usize>, reason: BadRowReason, first: usize, out: &mut Scanned) {
        const SHOWN: usize = 1024;
        out.cells.truncate(first);
        let shown = text.get(span.start..span.end.min(span.start + SHOWN)).unwrap_or_default();
        out.rejected.push(BadRow {
            row: self.position.rows + 1,
            line: self.position.line,
            offset: self.position.offset + span.start as u64,
            reason,
            text: String::from_utf8_lossy(shown).into_owned(),
        });
        out.spans.push(span);
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
