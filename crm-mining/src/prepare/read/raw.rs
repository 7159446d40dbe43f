//! What was read, what was not, and how.

use super::encoding::Encoding;
use crate::data::{Column, Table, ToTable};
use serde::{Deserialize, Serialize};

/// A table as read, with every row that could not be read and how the file was taken.
///
/// Rows of the source = rows of `table` + rows of `rejected`, and a row keeps its number
/// ([`Table::row_number`]).
#[derive(Debug, Clone, PartialEq)]
pub struct RawTable {
    /// The rows that could be read. Columns are text; what they speak of was found from their values.
    pub table: Table,
    /// The rows that could not, in file order.
    pub rejected: Vec<BadRow>,
    /// How the file was taken.
    pub report: ReadReport,
}

/// One row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// The number of the row, from 1, the header left aside.
    pub row: u64,
    /// The line of the file it begins on, from 1.
    pub line: u64,
    /// The byte it begins at, from 0, in the unpacked text as UTF-8 without byte order mark.
    pub offset: u64,
    /// What is wrong with it.
    pub reason: BadRowReason,
    /// The row as it stands in the file, cut after 1,024 bytes. Bytes that are no text are shown as `�`.
    pub text: String,
}

/// Why a row could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BadRowReason {
    /// Fewer fields than the header has.
    TooFewFields {
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        got: u64,
    },
    /// More fields than the header has.
    TooManyFields {
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        got: u64,
    },
    /// A quote opens on this line and is not properly closed. Reading went on at the next line.
    UnclosedQuote,
    /// Something other than a delimiter stands after a closing quote.
    TextAfterQuote,
    /// Bytes that are no text in the encoding of the file.
    BadEncoding,
    /// A line that is not JSON.
    BadJson {
        /// The byte of the line, from 1, at which it stops being JSON.
        at: u64,
    },
    /// A line of JSON that is no object.
    NotAnObject,
    /// Values nested deeper than `max_depth`.
    TooDeep,
    /// A line longer than `max_line_bytes`; its first 1,024 bytes are kept.
    TooLong,
}

impl std::fmt::Display for BadRowReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadRowReason::TooFewFields { expected, got } => {
                write!(f, "too few fields: expected {expected}, got {got}")
            }
            BadRowReason::TooManyFields { expected, got } => {
                write!(f, "too many fields: expected {expected}, got {got}")
            }
            BadRowReason::UnclosedQuote => f.write_str("a quote is not closed"),
            BadRowReason::TextAfterQuote => f.write_str("text after a closing quote"),
            BadRowReason::BadEncoding => f.write_str("bytes that are no text in the encoding of the file"),
            BadRowReason::BadJson { at } => write!(f, "not JSON from byte {at} of the line on"),
            BadRowReason::NotAnObject => f.write_str("JSON, but no object"),
            BadRowReason::TooDeep => f.write_str("values nested deeper than max_depth"),
            BadRowReason::TooLong => f.write_str("a line longer than max_line_bytes"),
        }
    }
}

/// How a source was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadReport {
    /// Rows of the source: those of the table and those rejected.
    pub rows: u64,
    /// Bytes of unpacked text; 0 when the source is no text file.
    pub bytes: u64,
    /// The encoding, found or given; `None` when the source is no text file.
    pub encoding: Option<Encoding>,
    /// The delimiter, found or given; `None` when the source is no text file.
    pub delimiter: Option<char>,
    /// Whether the source was packed by gzip.
    pub gzip: bool,
    /// Whether the source was packed by zstd.
    pub zstd: bool,
}

impl From<Table> for RawTable {
    fn from(table: Table) -> RawTable {
        let report = ReadReport { rows: table.n_rows() as u64, ..ReadReport::default() };
        RawTable { table, rejected: Vec::new(), report }
    }
}

impl ToTable for [BadRow] {
    /// The columns `row`, `line`, `reason` and `text`.
    fn to_table(&self) -> Table {
        let numbers = |of: fn(&BadRow) -> u64| self.iter().map(|bad| of(bad) as i64).collect();
        let columns = vec![
            Column::ints("row", numbers(|bad| bad.row)),
            Column::ints("line", numbers(|bad| bad.line)),
            Column::text("reason", self.iter().map(|bad| Some(bad.reason.to_string()))),
            Column::text("text", self.iter().map(|bad| Some(&bad.text))),
        ];
        Table::of("unread", columns)
    }
}

impl RawTable {
    /// The rejected rows as a table with the columns `row`, `line`, `reason` and `text`.
    pub fn rejected_table(&self) -> Table {
        self.rejected.to_table().named(self.table.name())
    }
}
