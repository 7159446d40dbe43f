//! Reading CSV: settings, and the pipeline from bytes to a table.

use super::column_findings::column_findings;
use super::columns::Columns;
use super::dialect::{Dialect, Escape, Given, Repeat, Spaces};
use super::encoding::Encoding;
use super::feed::{Block, Feed, How};
use super::growing::FIRST_LOOK;
use super::memory::{check_memory, listed};
use super::outcome::{check_rows, numbers, report};
use super::raw::{Mend, RawTable, RepeatedNames};
use super::source::{Source, opened};
use crate::data::{DateOrder, ReadAs, Said, Table};
use crate::error::{Result, invalid_parameter};
use crate::model::Control;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Reads a CSV file: [`CsvReader::read_path`] with default settings.
///
/// # Errors
/// As [`CsvReader::read_path`].
pub fn read_csv(path: impl AsRef<Path>) -> Result<RawTable> {
    CsvReader::default().read_path(path)
}

/// Reads CSV and its kin, plain or packed by gzip or zstd, of any size, into a table of text.
///
/// Use it for files that others wrote. How the file writes its table is found from its first part and stated,
/// with the evidence, in the report; every part of it can be told instead. Values stay the texts they are, each
/// distinct one held once (numbers and moments of a column where nearly all differ, and where each gives its
/// text back exactly, are held as such), so the identities `00123` and `123` differ and `NA` is a name; what a column speaks
/// of (numbers, dates) is found from its values. An empty field is missing, quoted or not. Blank lines are no
/// rows. A row that breaks the rules is read when it can be read in one way only, and listed in the report;
/// else it is set aside whole with its number, and the rest is read.
///
/// | setting | unit | default |
/// |---|---|---|
/// | `delimiter` | an ASCII sign | found: `,` `;` tab `\|`, others by strong evidence |
/// | `repeat` | | found: one delimiter parts two fields, or two in a row |
/// | `quote` | an ASCII sign, or none | found: `"` or `'`, or none |
/// | `escape` | | found: doubled quotes, or backslashes |
/// | `spaces` | | found: kept, or skipped when they follow every delimiter |
/// | `preamble_lines` | lines | found: those above the header |
/// | `header_rows` | rows | found: none, one or several |
/// | `encoding` | | found: byte order mark, UTF-8, UTF-16, GB18030, Big5 and others, else Windows-1252 |
/// | `date_order` | | proven by the dates of each column |
/// | `read_as` | by column | found from the values |
/// | `mend` | | what can be read in one way only |
/// | `repeated_names` | | refused |
/// | `max_field_bytes` | bytes | 16 MiB; a whole row may take four times as much |
/// | `max_memory` | bytes | no limit |
/// | `chunk_bytes` | bytes | 32 MiB of text in one of [`CsvReader::chunks`] |
///
/// # Complexity
/// Time grows with the bytes of the file, memory with rows × columns × 4 bytes and the distinct values, or × 8
/// bytes for columns of nearly distinct numbers and moments; the text is never held whole. A file larger than
/// memory is read by [`CsvReader::chunks`]. Uses the caller's threads; the result does not depend on their number.
///
/// # Reference
/// Shafranovich (2005), Common Format and MIME Type for Comma-Separated Values (CSV) Files, RFC 4180.
///
/// # Example
/// ```
/// use crm_mining::prepare::{BadRowReason, CsvReader};
///
/// let csv = "customer;amount\n00123;2,50\n123;4;9\nNA;1,00\n";
/// let raw = CsvReader::default().read_bytes("orders", csv.as_bytes())?;
/// assert_eq!(raw.report.delimiter, Some(';'));
/// assert_eq!((raw.table.n_rows(), raw.rejected.len()), (2, 1));
/// assert_eq!(raw.rejected[0].reason, BadRowReason::TooManyFields { expected: 2, got: 3 });
/// assert_eq!(raw.table.column("customer")?.show(1).as_deref(), Some("NA"));
/// assert_eq!(raw.table.row_number(1), 3);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CsvReader {
    #[serde(flatten)]
    given: Given,
    mend: Mend,
    repeated_names: RepeatedNames,
    pub(super) encoding: Option<Encoding>,
    pub(super) date_order: Option<DateOrder>,
    read_as: BTreeMap<String, ReadAs>,
    max_field_bytes: usize,
    pub(super) max_memory: Option<u64>,
    pub(super) chunk_bytes: usize,
    /// Text read at one time: large enough to share among threads, small enough to stay in their caches.
    #[serde(skip, default = "block_bytes")]
    pub(super) block_bytes: usize,
    /// The row at which columns may first be held as numbers or moments.
    #[serde(skip, default = "first_look")]
    pub(super) first_look: usize,
}

fn first_look() -> usize {
    FIRST_LOOK
}

fn block_bytes() -> usize {
    512 << 10
}

impl Default for CsvReader {
    fn default() -> Self {
        CsvReader {
            given: Given::default(),
            mend: Mend::default(),
            repeated_names: RepeatedNames::default(),
            encoding: None,
            date_order: None,
            read_as: BTreeMap::new(),
            max_field_bytes: 16 << 20,
            max_memory: None,
            chunk_bytes: 32 << 20,
            block_bytes: block_bytes(),
            first_look: first_look(),
        }
    }
}

impl CsvReader {
    pub(super) const STAGE: &'static str = "reading CSV";

    /// The sign between fields.
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.given.delimiter = Some(delimiter);
        self
    }

    /// How many delimiters part two fields.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.given.repeat = Some(repeat);
        self
    }

    /// The sign around fields, such as `b'\''`; `None` when no sign has that meaning.
    pub fn quote(mut self, quote: impl Into<Option<u8>>) -> Self {
        self.given.quote = Some(quote.into().unwrap_or(0));
        self
    }

    /// How a quote within a quoted field is written.
    pub fn escape(mut self, escape: Escape) -> Self {
        self.given.escape = Some(escape);
        self
    }

    /// What spaces beside a delimiter are.
    pub fn spaces(mut self, spaces: Spaces) -> Self {
        self.given.spaces = Some(spaces);
        self
    }

    /// Lines before the header that are no part of the table.
    pub fn preamble_lines(mut self, lines: u64) -> Self {
        self.given.preamble_lines = Some(lines);
        self
    }

    /// Rows that hold the column names, at most 16. With none, columns are called `column 1`, `column 2` and so
    /// on; the names of several rows are joined by spaces.
    pub fn header_rows(mut self, rows: u32) -> Self {
        self.given.header_rows = Some(rows);
        self
    }

    /// The whole dialect: nothing of it is then found.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.given = Given::all(dialect);
        self
    }

    /// What is done with rows that break the rules.
    pub fn mend(mut self, mend: Mend) -> Self {
        self.mend = mend;
        self
    }

    /// What is done when several columns have the same name.
    pub fn repeated_names(mut self, repeated: RepeatedNames) -> Self {
        self.repeated_names = repeated;
        self
    }

    /// The encoding of the file.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The order of day and month in dates such as 03/04/2024.
    pub fn date_order(mut self, order: DateOrder) -> Self {
        self.date_order = Some(order);
        self
    }

    /// What a column is read as, whatever its values say. A column that is not there is an error.
    pub fn read_as(mut self, column: impl Into<String>, read_as: ReadAs) -> Self {
        self.read_as.insert(column.into(), read_as);
        self
    }

    pub(super) fn said(&self) -> Said<'_> {
        Said { date_order: self.date_order, read_as: &self.read_as }
    }

    /// The longest field that is read.
    pub fn max_field_bytes(mut self, bytes: usize) -> Self {
        self.max_field_bytes = bytes;
        self
    }

    /// The most memory that the table may take while it is built, or one of its chunks. Counted before each block
    /// of rows (about 512 KiB of text) goes in: what columns, their distinct values, rows set aside and blocks
    /// hold, and what the block adds if all its values are new, so that reading may stop at half of the limit when
    /// a buffer would double. Not counted: a column for the moment in which it goes back from numbers to text.
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Reads a file. The table is named after it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::EmptyInput`]; [`ErrorKind::DuplicateColumn`];
    /// [`ErrorKind::Malformed`] for a header that cannot be read or a torn packed file;
    /// [`ErrorKind::LimitExceeded`] for a field longer than `max_field_bytes` and a table beyond `max_memory`;
    /// [`ErrorKind::AmbiguousDates`] for a column whose dates do not tell day from month;
    /// [`ErrorKind::MissingColumn`] for a column of `read_as` that is not there; [`ErrorKind::InvalidParameter`].
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<RawTable> {
        self.read_path_with(path, &Control::default())
    }

    /// As [`CsvReader::read_path`], reporting to and stopped by `control`. Progress counts bytes of text.
    ///
    /// # Errors
    /// As [`CsvReader::read_path`], or the caller's wish to stop.
    pub fn read_path_with(&self, path: impl AsRef<Path>, control: &Control) -> Result<RawTable> {
        let path = path.as_ref();
        let (file, name) = opened(path)?;
        self.run(&name, path.to_path_buf(), file, control)
    }

    /// Reads CSV held in memory; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`CsvReader::read_path`].
    pub fn read_bytes(&self, name: &str, bytes: &[u8]) -> Result<RawTable> {
        self.read(name, bytes)
    }

    /// Reads CSV from any source of bytes; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`CsvReader::read_path`].
    pub fn read(&self, name: &str, input: impl Read + Send) -> Result<RawTable> {
        self.read_with(name, input, &Control::default())
    }

    /// As [`CsvReader::read`], reporting to and stopped by `control`.
    ///
    /// # Errors
    /// As [`CsvReader::read_path`], or the caller's wish to stop.
    pub fn read_with(&self, name: &str, input: impl Read + Send, control: &Control) -> Result<RawTable> {
        self.run(name, PathBuf::from(name), input, control)
    }

    /// How much text of a file makes one of its [chunks](CsvReader::chunks), about.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = bytes;
        self
    }

    pub(super) fn how(&self) -> How {
        How {
            given: self.given,
            mend: self.mend,
            repeated_names: self.repeated_names,
            max_field_bytes: self.max_field_bytes,
            block_bytes: self.block_bytes,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        const OF: &str = "CsvReader";
        const MAX: usize = 256 << 20;
        self.given.check(OF)?;
        if !(1..=MAX).contains(&self.max_field_bytes) {
            return invalid_parameter(OF, "max_field_bytes", "from 1 to 256 MiB", self.max_field_bytes);
        }
        if self.chunk_bytes == 0 {
            return invalid_parameter(OF, "chunk_bytes", "at least 1", self.chunk_bytes);
        }
        Ok(())
    }

    /// While one block is split into fields, the fields of the block before go into their columns.
    fn run(&self, name: &str, path: PathBuf, input: impl Read + Send, control: &Control) -> Result<RawTable> {
        self.check()?;
        let source = Source::new(path, input, self.encoding)?;
        let (mut feed, found) = Feed::open(name, source, &self.how())?;
        self.said().check(name, found.names.iter().map(String::as_str))?;
        let mut columns = Columns::new(found.names.clone(), self.first_look);
        let (mut current, mut following) = (Block::default(), Block::default());
        let (mut rejected, mut mended) = (Vec::new(), Vec::new());
        let mut more = feed.next(&mut current)?;
        let mut aside = 0;
        while more {
            control.step(Self::STAGE, feed.source.bytes, 0)?;
            aside += listed(&current.rejected, &current.mended);
            rejected.append(&mut current.rejected);
            mended.append(&mut current.mended);
            check_rows(name, feed.scanner.position.rows)?;
            check_memory(name, self.max_memory, || {
                aside + columns.bytes_after(&current.cells) + current.bytes() + following.bytes()
            })?;
            let add = || columns.add(&current.text, &current.cells);
            let (filled, ()) = rayon::join(|| feed.next(&mut following), add);
            more = filled?;
            std::mem::swap(&mut current, &mut following);
        }
        let mut report = report(&feed, &found, &rejected, mended);
        let numbers = numbers(0, report.rows, &rejected);
        let columns = columns.finish(name, self.said(), |_| None, numbers.as_deref())?;
        report.findings.extend(column_findings(&columns, self.said(), numbers.as_deref()));
        let table = Table::of(name, columns).numbered(numbers);
        Ok(RawTable { table, rejected, report })
    }
}

#[cfg(test)]
#[path = "both_ways.rs"]
mod both_ways;

#[cfg(test)]
mod tests {
    use super::super::raw::BadRowReason;
    use super::*;
    use crate::error::ErrorKind;

    const TRICKY: &[u8] =
        b"id,note,n\r\n1,\"two\r\nlines, \"\"quoted\"\"\",1\n\n2,5\" pipe,2\r3,\xFF,3\n4,\"open,4\n\
        5,ok,5\n6,\"x\"y,6\n7,too,many,7\n8\n\"9\",\"\",\"\"\"\"\r\n10,\"\xE7\x8E\x8B\",10";

    fn shown(raw: &RawTable) -> Vec<(u64, Vec<Option<String>>)> {
        let row = |row| raw.table.columns().iter().map(|c| c.show(row).map(|v| v.into_owned())).collect();
        (0..raw.table.n_rows()).map(|r| (raw.table.row_number(r), row(r))).collect()
    }

    #[test]
    fn every_row_kept_or_rejected() {
        let reader = CsvReader::default().mend(Mend::Nothing);
        let raw = reader.read_bytes("tricky", TRICKY).unwrap();
        let row =
            |row, values: [&str; 3]| (row, values.map(|v| (!v.is_empty()).then(|| v.to_owned())).to_vec());
        let expected = vec![
            row(1, ["1", "two\r\nlines, \"quoted\"", "1"]),
            row(2, ["2", "5\" pipe", "2"]),
            row(5, ["5", "ok", "5"]),
            row(9, ["9", "", "\""]),
            row(10, ["10", "王", "10"]),
        ];
        assert_eq!(shown(&raw), expected);
        let bad: Vec<_> =
            raw.rejected.iter().map(|bad| (bad.row, bad.line, bad.reason, &*bad.text)).collect();
        let (expected, many, few) = (3, 4, 1);
        assert_eq!(
            bad,
            [
                (3, 6, BadRowReason::BadEncoding, "3,\u{FFFD},3"),
                (4, 7, BadRowReason::UnclosedQuote, "4,\"open,4"),
                (6, 9, BadRowReason::TextAfterQuote, "6,\"x\"y,6"),
                (7, 10, BadRowReason::TooManyFields { expected, got: many }, "7,too,many,7"),
                (8, 11, BadRowReason::TooFewFields { expected, got: few }, "8"),
            ]
        );
        for bad in &raw.rejected {
            let at = &TRICKY[bad.offset as usize..];
            assert_eq!(bad.text.as_bytes()[0], at[0]);
        }
        assert_eq!(raw.report.rows, 10);
    }

    #[test]
    fn blocks_and_threads_change_nothing() {
        let mut long = TRICKY.to_vec();
        for i in 0..300 {
            let quote = if i % 97 == 0 { "\"" } else { "" };
            long.extend(format!("\n{i},{quote}name {},{}", i % 7, i / 3).bytes());
        }
        for text in [TRICKY, &long] {
            let reader = CsvReader::default().max_field_bytes(100);
            let whole = reader.read_bytes("x", text).unwrap();
            for block_bytes in [1, 2, 3, 7, 63, 64, 65, 1000] {
                for threads in [1, 3] {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                    let reader = CsvReader { block_bytes, ..reader.clone() };
                    let read = pool.install(|| reader.read_bytes("x", text)).unwrap();
                    assert_eq!(read, whole, "blocks of {block_bytes}, {threads} threads");
                }
            }
        }
    }

    #[test]
    fn fields_that_are_too_long() {
        let read = |text: &str, block_bytes| {
            let reader = CsvReader { block_bytes, ..CsvReader::default().max_field_bytes(10) };
            reader.read_bytes("x", text.as_bytes()).map(|raw| (raw.table.n_rows(), raw.rejected.len()))
        };
        for block_bytes in [1, 5, 1000] {
            assert_eq!(read("a,b\n1,0123456789\n", block_bytes).unwrap(), (1, 0));
            assert_eq!(read("a,b\n1,\"0123456789\"\n", block_bytes).unwrap(), (1, 0));
            for text in ["a,b\n1,0123456789x\n", "a,b\n1,\"0123456789x\"\n", "a,b\n1,\"0123456789x"] {
                let error = read(text, block_bytes).unwrap_err();
                let ErrorKind::LimitExceeded { limit: 10, setting: "max_field_bytes", .. } = error.kind()
                else {
                    panic!("{error}");
                };
            }
            assert_eq!(read("a,b\n1,\"23\n4,5678\n9,0\"\n", block_bytes).unwrap(), (2, 1));
        }
    }

    #[test]
    fn settings_are_checked() {
        for reader in [CsvReader::default().delimiter(b'"'), CsvReader::default().max_field_bytes(0)] {
            let error = reader.read_bytes("x", b"a\n1\n").unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InvalidParameter { of: "CsvReader", .. }), "{error}");
        }
        let json = serde_json::to_string(&CsvReader::default()).unwrap();
        assert_eq!(serde_json::from_str::<CsvReader>(&json).unwrap(), CsvReader::default());
    }
}
