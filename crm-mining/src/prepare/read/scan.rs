//! The rows of a file one after another: good ones split, odd ones mended or set aside.

use super::dialect::Signs;
use super::kinds::{Kind, agreement};
use super::layout::is_start;
use super::marks::Marks;
use super::mend::{fields_of_line, without_surplus};
use super::odd::{self, Fields};
use super::raw::{BadRow, BadRowReason, Mend, MendedRow, Mending};
use super::records::{Stop, next_line, record};
use crate::error::{ErrorKind, Result};
use std::ops::Range;

/// How far the reading of a file has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    /// Rows read, good and bad.
    pub(super) rows: u64,
    /// Lines begun.
    pub(super) line: u64,
    /// Bytes before the text at hand.
    pub(super) offset: u64,
    /// Whether the last line held nothing.
    after_blank: bool,
    /// The fields of the rows of a further table being passed over.
    other: Option<usize>,
}

impl Position {
    pub(super) fn new(line: u64, offset: u64) -> Position {
        Position { rows: 0, line, offset, after_blank: false, other: None }
    }
}

/// Finds records in text, given in pieces.
#[derive(Debug, Clone)]
pub(super) struct Scanner {
    pub(super) signs: Signs,
    pub(super) mend: Mend,
    pub(super) max_field_bytes: usize,
    /// Fields of a good record.
    pub(super) width: usize,
    /// Fields of most records of the file.
    pub(super) usual: usize,
    /// Rows with at least as many fields are filled up, those shorter than usual when they hold what their columns hold.
    pub(super) short: usize,
    /// The kinds of the columns.
    pub(super) kinds: Vec<Kind>,
    /// The rows of the header.
    pub(super) header: Vec<Vec<String>>,
    pub(super) position: Position,
    /// What the file is called.
    pub(super) place: String,
}

/// A record is at most this many times as long as its longest field may be.
pub(super) const RECORD_FIELDS: usize = 4;

/// The quotes around a field.
const QUOTES: usize = 2;

/// Good rows of one piece of text as fields, row by row, and the others.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) fields: Fields,
    pub(super) rejected: Vec<BadRow>,
    pub(super) mended: Vec<MendedRow>,
    /// The bad rows in the text.
    pub(super) spans: Vec<Range<usize>>,
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

impl Piece<'_> {
    /// Whether a row is to be tested and is no text.
    fn is_broken(&self, span: Range<usize>) -> bool {
        self.checked && std::str::from_utf8(self.text.get(span).unwrap_or_default()).is_err()
    }
}

impl Scanner {
    /// Finds the records of a text and returns how many bytes they take.
    pub(super) fn scan(&mut self, piece: Piece<'_>, out: &mut Scanned) -> Result<usize> {
        let plain = self.signs.plain();
        let mut marks = Marks::new(piece.text, self.signs.delimiter);
        let mut start = 0;
        while start < piece.text.len() {
            let first = out.fields.cells.len();
            let stop = if plain {
                let how = (self.signs.delimiter, self.width, piece.last);
                record(piece.text, &mut marks, start, how, &mut out.fields.cells)
            } else {
                odd::record(piece.text, start, self.signs, self.width, piece.last, &mut out.fields)
            };
            match stop {
                Stop::Record { fields, end, next, lines } if self.fits(end - start, first, out) => {
                    self.take(piece, fields, start..end, first, out);
                    self.position.rows += 1;
                    self.position.line += lines;
                    start = next;
                }
                Stop::Blank { next } => {
                    self.position.line += 1;
                    self.position.after_blank = true;
                    start = next;
                }
                Stop::Cut { field } if self.may_go_on(piece.text.len() - field, piece.text.len() - start) => {
                    out.fields.truncate(first);
                    break;
                }
                misplaced => {
                    let at = if let Stop::BadQuote { at } = misplaced { Some(at) } else { None };
                    out.fields.truncate(first);
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
        let cells = || out.fields.cells.get(first..).unwrap_or_default().iter();
        length <= self.max_field_bytes
            || length / RECORD_FIELDS <= self.max_field_bytes
                && cells().all(|cell| cell.range().len() <= self.max_field_bytes)
    }

    /// Whether a record cut off may still fit, by the length of its last field and its own.
    fn may_go_on(&self, field: usize, record: usize) -> bool {
        field <= self.max_field_bytes + QUOTES && record / RECORD_FIELDS <= self.max_field_bytes
    }

    /// Takes a record whose quotes are right, or sets it aside.
    #[inline]
    fn take(&mut self, piece: Piece<'_>, fields: usize, span: Range<usize>, first: usize, out: &mut Scanned) {
        let position = &self.position;
        let usual = fields == self.width && !position.after_blank && position.other.is_none();
        if usual && !self.may_be_header(piece, first, out) {
            if piece.is_broken(span.clone()) {
                self.reject(piece.text, span, BadRowReason::BadEncoding, first, out);
            }
        } else {
            self.take_unusual(piece, fields, span, first, out);
        }
    }

    /// Whether the row at the end of `out` begins as a row of the header does.
    #[inline]
    fn may_be_header(&self, piece: Piece<'_>, first: usize, out: &Scanned) -> bool {
        let start = out.fields.cells.get(first).and_then(|cell| piece.text.get(cell.range()));
        self.header.iter().any(|row| row.first().map(String::as_bytes) == start)
    }

    fn take_unusual(
        &mut self,
        piece: Piece<'_>,
        fields: usize,
        span: Range<usize>,
        first: usize,
        out: &mut Scanned,
    ) {
        if piece.is_broken(span.clone()) {
            return self.reject(piece.text, span, BadRowReason::BadEncoding, first, out);
        }
        let row = self.values(piece.text.get(span.clone()).unwrap_or_default());
        let (expected, got) = (self.width as u64, fields as u64);
        if let Some(reason) = self.below(&row) {
            self.reject(piece.text, span, reason, first, out);
        } else if fields > self.width {
            match without_surplus(&row, &self.kinds).filter(|_| self.mend != Mend::Nothing) {
                Some(kept) => {
                    out.fields.truncate(first);
                    kept.iter().filter_map(|&at| row.get(at)).for_each(|v| out.fields.write(v.as_bytes()));
                    self.note(piece.text, span, Mending::SurplusEmpty { expected, got }, out);
                }
                None => {
                    self.reject(piece.text, span, BadRowReason::TooManyFields { expected, got }, first, out)
                }
            }
        } else if fields < self.width {
            let unlike = self.mend == Mend::Certain && fields < self.usual && !is_start(&row, &self.kinds);
            if fields < self.short || unlike {
                return self.reject(
                    piece.text,
                    span,
                    BadRowReason::TooFewFields { expected, got },
                    first,
                    out,
                );
            }
            (fields..self.width).for_each(|_| out.fields.write(b""));
            self.note(piece.text, span, Mending::FilledUp { expected, got }, out);
        }
    }

    /// The values of one record.
    fn values(&self, record: &[u8]) -> Vec<String> {
        let mut fields = Fields::default();
        odd::record(record, 0, self.signs, usize::MAX, true, &mut fields);
        let mut text = record.to_vec();
        fields.settle(&mut text);
        let value = |range: Range<usize>| text.get(range).unwrap_or_default();
        fields.cells.iter().map(|cell| String::from_utf8_lossy(value(cell.range())).into_owned()).collect()
    }

    /// Why a row is none of the table, when it is the header again or one of a further table below.
    fn below(&mut self, row: &[String]) -> Option<BadRowReason> {
        let after_blank = std::mem::take(&mut self.position.after_blank);
        if row.len() > 1 && self.header.iter().any(|header| header == row) {
            self.position.other = None;
            return Some(BadRowReason::RepeatedHeader);
        }
        let even = row.len() == self.width;
        let (agree, differ) = agreement(row, &self.kinds);
        if let Some(width) = self.position.other {
            if even && width != self.width && agree >= differ {
                self.position.other = None;
                return None;
            }
            return Some(BadRowReason::OtherTable);
        }
        let known =
            |field: &&String| !field.is_empty() && self.header.iter().any(|names| names.contains(field));
        let shared = row.iter().filter(known).count();
        let names_again = !even && shared > 1 && shared * 2 >= row.len();
        let strong = self.kinds.iter().filter(|kind| kind.is_strong()).count();
        let named = row.len() > 1 && row.iter().all(|field| Kind::of(field) == Kind::Text);
        let new_names = after_blank && named && (!even || strong > 1 && differ == strong);
        (names_again || new_names).then(|| {
            self.position.other = Some(row.len());
            BadRowReason::OtherTable
        })
    }

    /// Mends or rejects the first line of a record that has a misplaced quote, or rejects that of one with a
    /// field that goes on and on, so that reading goes on at the next line. `None` when more text must tell
    /// where that is.
    fn skip_line(
        &mut self,
        piece: Piece<'_>,
        start: usize,
        at: Option<usize>,
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
        let line = piece.text.get(start..end).unwrap_or_default();
        let may_mend = at.is_some() && self.mend != Mend::Nothing && self.position.other.is_none();
        let mended = if may_mend { fields_of_line(line, self.signs, self.width) } else { None };
        match mended {
            Some(values) if !piece.is_broken(start..end) => {
                values.iter().for_each(|value| out.fields.write(value));
                self.note(piece.text, start..end, Mending::StrayQuote, out);
            }
            _ => {
                let open = at.is_none_or(|at| at >= end);
                let reason = match open {
                    _ if self.position.other.is_some() => BadRowReason::OtherTable,
                    true => BadRowReason::UnclosedQuote,
                    false => BadRowReason::TextAfterQuote,
                };
                let first = out.fields.cells.len();
                self.reject(piece.text, start..end, reason, first, out);
            }
        }
        self.position.rows += 1;
        self.position.line += 1;
        Ok(Some(next))
    }

    fn note(&self, text: &[u8], span: Range<usize>, how: Mending, out: &mut Scanned) {
        out.mended.push(MendedRow {
            row: self.position.rows + 1,
            line: self.position.line,
            offset: self.position.offset + span.start as u64,
            how,
            text: String::from_utf8_lossy(text.get(span).unwrap_or_default()).into_owned(),
        });
    }

    fn reject(&self, text: &[u8], span: Range<usize>, reason: BadRowReason, first: usize, out: &mut Scanned) {
        out.fields.truncate(first);
        out.rejected.push(BadRow {
            row: self.position.rows + 1,
            line: self.position.line,
            offset: self.position.offset + span.start as u64,
            reason,
            text: String::from_utf8_lossy(text.get(span.clone()).unwrap_or_default()).into_owned(),
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
