//! A CSV source as blocks of whole records.

use super::dialect::{Dialect, Escape, Finding, Given, LineEnds, Repeat, Spaces};
use super::header::{MAX_COLUMNS, names};
use super::layout::{self, Layout};
use super::odd::Fields;
use super::raw::{BadRow, Mend, MendedRow, RepeatedNames};
use super::records::Cell;
use super::scan::{Piece, Position, RECORD_FIELDS, Scanned, Scanner};
use super::signs;
use super::source::Source;
use crate::error::{ErrorKind, Result};

/// How much text is looked at to find the dialect.
const EVIDENCE: usize = 64 << 10;

/// Some whole records, split into fields.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) cells: Vec<Cell>,
    pub(super) rejected: Vec<BadRow>,
    pub(super) mended: Vec<MendedRow>,
}

impl Block {
    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.text.capacity() + self.cells.capacity() * size_of::<Cell>()
    }
}

/// How a source is to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub(super) given: Given,
    pub(super) mend: Mend,
    pub(super) repeated_names: RepeatedNames,
    pub(super) max_field_bytes: usize,
    pub(super) block_bytes: usize,
}

/// What was found of a source.
#[derive(Debug, Clone)]
pub(super) struct Findings {
    pub(super) names: Vec<String>,
    pub(super) dialect: Dialect,
    pub(super) line_ends: LineEnds,
    pub(super) preamble: String,
    pub(super) findings: Vec<Finding>,
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
    /// Opens the source, finds its dialect and reads its header.
    pub(super) fn open(place: &str, mut source: Source<'a>, how: &How) -> Result<(Feed<'a>, Findings)> {
        let mut carry = Vec::new();
        while carry.len() < EVIDENCE && !source.ended {
            source.fill(&mut carry, EVIDENCE)?;
        }
        let (signs, mut findings, layout) = loop {
            let whole = source.ended || memchr::memchr2(b'\n', b'\r', &carry).is_some();
            if whole {
                let (signs, findings) = signs::find(&carry, source.ended, &how.given);
                if let Some(layout) = layout::find(&carry, signs, source.ended, &how.given) {
                    break (signs, findings, layout);
                }
            }
            if source.ended {
                let place = place.to_owned();
                return Err(ErrorKind::EmptyInput { place, needed: "a header line" }.into());
            }
            if carry.len() / RECORD_FIELDS > how.max_field_bytes.max(EVIDENCE) {
                return Err(bad_header(place, "must end within four times max_field_bytes", 1));
            }
            let more = carry.len().max(EVIDENCE);
            source.fill(&mut carry, more)?;
        };
        if layout.width > MAX_COLUMNS {
            return Err(bad_header(place, "must have at most 16,384 columns", layout.preamble_lines + 1));
        }
        let names = names(place, &carry, &layout, how)?;
        let (line_ends, says) = signs::line_ends(&carry);
        findings.push(says);
        findings.extend(layout.findings.iter().cloned());
        let dialect = Dialect {
            delimiter: signs.delimiter.into(),
            repeat: if signs.twice { Repeat::Twice } else { Repeat::Once },
            quote: signs.quote.map(char::from),
            escape: if signs.backslash { Escape::Backslash } else { Escape::Doubled },
            spaces: if signs.skip_spaces { Spaces::Skipped } else { Spaces::Kept },
            preamble_lines: layout.preamble_lines,
            header_rows: layout.header.len() as u32,
        };
        let preamble = carry.get(layout.preamble.clone()).unwrap_or_default();
        let preamble = String::from_utf8_lossy(preamble).into_owned();
        let above = carry.drain(..layout.data).collect::<Vec<u8>>();
        let position = Position::new(1 + lines(&above), layout.data as u64);
        let scanner = scanner(place, signs, layout, names.len(), position, how);
        let found = Findings { names, dialect, line_ends, preamble, findings };
        Ok((Feed { source, scanner, carry, block_bytes: how.block_bytes }, found))
    }

    /// Fills a block with the next records. False when there are none left.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool> {
        let mut text = std::mem::take(&mut block.text).into_bytes();
        text.clear();
        text.append(&mut self.carry);
        let mut fields = Fields { cells: std::mem::take(&mut block.cells), ..Fields::default() };
        fields.clear();
        let mut scanned = Scanned { fields, ..Scanned::default() };
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
        scanned.fields.settle(&mut text);
        block.text = String::from_utf8(text).unwrap_or_default();
        block.cells = scanned.fields.cells;
        (block.rejected, block.mended) = (scanned.rejected, scanned.mended);
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

fn scanner(
    place: &str,
    signs: super::dialect::Signs,
    layout: Layout,
    width: usize,
    position: Position,
    how: &How,
) -> Scanner {
    let mut kinds = layout.kinds;
    kinds.resize(width, super::kinds::Kind::Text);
    Scanner {
        signs,
        mend: how.mend,
        max_field_bytes: how.max_field_bytes,
        width,
        usual: layout.width.min(width),
        short: match how.mend {
            Mend::Nothing => width,
            // A whole file whose rows are shorter than its header leaves out what is always empty.
            Mend::Certain => layout.short.min(width),
            Mend::Short => 1,
        },
        kinds,
        header: layout.header.into_iter().map(|row| row.fields).collect(),
        position,
        place: place.to_owned(),
    }
}

/// The line ends in a text.
fn lines(text: &[u8]) -> u64 {
    let returns = memchr::memchr_iter(b'\r', text).filter(|&at| text.get(at + 1) != Some(&b'\n')).count();
    (memchr::memchr_iter(b'\n', text).count() + returns) as u64
}

pub(super) fn bad_header(place: &str, rule: &str, line: u64) -> crate::Error {
    let place = format!("{place}: the header");
    ErrorKind::Malformed { place, rule: rule.to_owned(), found: format!("otherwise on line {line}") }.into()
}
