//! A CSV source as blocks of whole records.

use super::delimiter::find_delimiter;
use super::marks::Marks;
use super::raw::BadRow;
use super::records::{Cell, Piece, Position, RECORD_FIELDS, Scanned, Scanner, Stop, record};
use super::source::Source;
use crate::error::{ErrorKind, Result};
use std::collections::HashMap;

/// How much text is looked at to find the delimiter.
const EVIDENCE: usize = 64 << 10;

/// More columns than any table of records has; a header that claims them is no header.
const MAX_COLUMNS: usize = 16_384;

/// Some whole records, split into fields.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) cells: Vec<Cell>,
    pub(super) rejected: Vec<BadRow>,
}

/// Gives the records of a source in blocks.
pub(super) struct Feed<'a> {
    pub(super) source: Source<'a>,
    pub(super) scanner: Scanner,
    /// Text read, but not yet given.
    carry: Vec<u8>,
    block_bytes: usize,
}

impl<'a> Feed<'a> {
    /// Opens the source and reads its header.
    pub(super) fn open(
        place: &str,
        source: Source<'a>,
        delimiter: Option<u8>,
        max_field_bytes: usize,
        block_bytes: usize,
    ) -> Result<(Feed<'a>, Vec<String>)> {
        let position = Position { rows: 0, line: 1, offset: 0 };
        let place = place.to_owned();
        let scanner = Scanner { delimiter: b',', max_field_bytes, width: 0, position, place };
        let mut feed = Feed { source, scanner, carry: Vec::new(), block_bytes };
        while feed.carry.len() < EVIDENCE && !feed.source.ended {
            feed.source.fill(&mut feed.carry, EVIDENCE)?;
        }
        feed.scanner.delimiter = delimiter.unwrap_or_else(|| find_delimiter(&feed.carry, feed.source.ended));
        let names = feed.header()?;
        feed.scanner.width = names.len();
        Ok((feed, names))
    }

    /// Takes the header off the text.
    fn header(&mut self) -> Result<Vec<String>> {
        let mut start = 0;
        loop {
            let (delimiter, last) = (self.scanner.delimiter, self.source.ended);
            let mut cells = Vec::new();
            let mut marks = Marks::new(&self.carry, delimiter);
            marks.seek(start);
            match record(&self.carry, &mut marks, start, (delimiter, MAX_COLUMNS + 1, last), &mut cells) {
                _ if last && start == self.carry.len() => {
                    let place = self.scanner.place.clone();
                    return Err(ErrorKind::EmptyInput { place, needed: "a header line" }.into());
                }
                Stop::Blank { next } => {
                    start = next;
                    self.scanner.position.line += 1;
                }
                Stop::Record { next, lines, .. } => {
                    self.scanner.position.line += lines;
                    let names = self.names(&cells)?;
                    self.carry.drain(..next);
                    self.scanner.position.offset = next as u64;
                    return Ok(names);
                }
                Stop::BadQuote { .. } => return Err(self.bad_header("must quote its names in pairs")),
                Stop::Cut { .. }
                    if self.carry.len() - start > RECORD_FIELDS * self.scanner.max_field_bytes =>
                {
                    return Err(self.bad_header("must end within four times max_field_bytes"));
                }
                Stop::Cut { .. } => self.source.fill(&mut self.carry, EVIDENCE)?,
            }
        }
    }

    fn names(&self, cells: &[Cell]) -> Result<Vec<String>> {
        if cells.len() > MAX_COLUMNS {
            return Err(self.bad_header("must have at most 16,384 columns"));
        }
        let mut names = Vec::with_capacity(cells.len());
        let mut places = HashMap::new();
        for (position, cell) in (1..).zip(cells) {
            let bytes = self.carry.get(cell.range()).unwrap_or_default();
            let Ok(name) = std::str::from_utf8(bytes) else {
                return Err(self.bad_header("must be text in the encoding of the file"));
            };
            let name = if cell.has_doubled_quotes() { name.replace("\"\"", "\"") } else { name.to_owned() };
            // Spreadsheets leave columns without a name, often several.
            let name = if name.is_empty() { format!("column {position}") } else { name };
            if let Some(first) = places.insert(name.clone(), position) {
                let table = self.scanner.place.clone();
                return Err(
                    ErrorKind::DuplicateColumn { table, column: name, first, second: position }.into()
                );
            }
            names.push(name);
        }
        Ok(names)
    }

    fn bad_header(&self, rule: &str) -> crate::Error {
        let place = format!("{}: the header", self.scanner.place);
        let found = format!("otherwise on line {}", self.scanner.position.line);
        ErrorKind::Malformed { place, rule: rule.to_owned(), found }.into()
    }

    /// Fills a block with the next records. False when there are none left.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool> {
        let mut text = std::mem::take(&mut block.text).into_bytes();
        text.clear();
        text.append(&mut self.carry);
        let mut scanned = Scanned {
            cells: std::mem::take(&mut block.cells),
            rejected: std::mem::take(&mut block.rejected),
            spans: Vec::new(),
        };
        scanned.cells.clear();
        scanned.rejected.clear();
        loop {
            // A record longer than a block doubles it.
            let more = self.block_bytes.max(text.len());
            self.source.fill(&mut text, more)?;
            let taken = self.scan(&mut text, &mut scanned)?;
            if taken > 0 || self.source.ended {
                self.carry.extend_from_slice(text.get(taken..).unwrap_or_default());
                text.truncate(taken);
                break;
            }
        }
        block.text = String::from_utf8(text).unwrap_or_default();
        (block.cells, block.rejected) = (scanned.cells, scanned.rejected);
        Ok(!block.text.is_empty())
    }

    /// Finds the records of the text, which is UTF-8 as far as they go: rows that were not are rejected.
    fn scan(&mut self, text: &mut [u8], scanned: &mut Scanned) -> Result<usize> {
        let (before, last) = (self.scanner.position, self.source.ended);
        let taken = self.scanner.scan(Piece { text, last, checked: false }, scanned)?;
        if std::str::from_utf8(text.get(..taken).unwrap_or_default()).is_ok() {
            return Ok(taken);
        }
        self.scanner.position = before;
        *scanned = Scanned::default();
        let taken = self.scanner.scan(Piece { text, last, checked: true }, scanned)?;
        for span in &scanned.spans {
            text.get_mut(span.clone()).unwrap_or_default().fill(b'?');
        }
        Ok(taken)
    }
}
