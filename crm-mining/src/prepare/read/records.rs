//! Where the fields of a CSV text stand, by RFC 4180 with any delimiter.

use super::marks::Marks;
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
    pub(super) fn new(start: usize, end: usize, doubled: bool) -> Cell {
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
pub(super) fn next_line(text: &[u8], end: usize, last: bool) -> Option<usize> {
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
