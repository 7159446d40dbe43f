//! What was read, what was not, and how.

use super::dialect::{Dialect, Finding, LineEnds};
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
    /// The row as it stands in the file, whole. Bytes that are no text are shown as `�`.
    pub text: String,
}

/// One row that breaks the rules of its file and was read all the same, in the one way it can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MendedRow {
    /// The number of the row, from 1, the header left aside.
    pub row: u64,
    /// The line of the file it begins on, from 1.
    pub line: u64,
    /// The byte it begins at, from 0, in the unpacked text as UTF-8 without byte order mark.
    pub offset: u64,
    /// What was done.
    pub how: Mending,
    /// The row as it stands in the file, whole.
    pub text: String,
}

/// How a row was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mending {
    /// A misplaced quote was taken for part of the value: so, and only so, the line has as many fields as
    /// the header.
    StrayQuote,
    /// Surplus fields were left out that held nothing, where the others then fit their columns.
    SurplusEmpty {
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        got: u64,
    },
    /// The fields that lack at the end became missing values.
    FilledUp {
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        got: u64,
    },
}

impl std::fmt::Display for Mending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Mending::StrayQuote => f.write_str("a misplaced quote was taken for part of the value"),
            Mending::SurplusEmpty { expected, got } => {
                write!(f, "empty fields were left out: expected {expected}, got {got}")
            }
            Mending::FilledUp { expected, got } => {
                write!(f, "missing fields were added: expected {expected}, got {got}")
            }
        }
    }
}

/// What is done with a row that breaks the rules of its file. Whatever is done is reported row by row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mend {
    /// Such rows are set aside.
    Nothing,
    /// Rows that can be read in one way only, with every character kept, are read: those with a stray quote,
    /// with surplus empty fields, or, in a file that shows the habit, without the empty fields at their end.
    /// Others are set aside.
    #[default]
    Certain,
    /// As `Certain`; all rows with too few fields are filled up with missing values, which is right when
    /// the program that wrote them leaves out empty fields at the end and the values do not show it.
    Short,
}

/// What is done when several columns have the same name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepeatedNames {
    /// The file is refused, with the places of both.
    #[default]
    Refused,
    /// The later ones get a number: `name (2)`.
    Numbered,
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
    /// The header again, amid the rows.
    RepeatedHeader,
    /// A row of a further table below the first, its header included.
    OtherTable,
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
            BadRowReason::RepeatedHeader => f.write_str("the header again"),
            BadRowReason::OtherTable => f.write_str("a row of a further table"),
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
    /// The dialect, found or given; `None` when the source is no text file.
    pub dialect: Option<Dialect>,
    /// How the lines of the first part of the file end. All ways are read.
    pub line_ends: LineEnds,
    /// What was found about the file, and why.
    pub findings: Vec<Finding>,
    /// The lines before the header, as they stand.
    pub preamble: String,
    /// The rows of the table that were mended, in file order.
    pub mended: Vec<MendedRow>,
}

impl From<Table> for RawTable {
    fn from(table: Table) -> RawTable {
        let report = ReadReport { rows: table.n_rows() as u64, ..ReadReport::default() };
        RawTable { table, rejected: Vec::new(), report }
    }
}

impl ToTable for [BadRow] {
    /// The columns `row`, `line`, `offset`, `reason` and `text`.
    fn to_table(&self) -> Table {
        let numbers = |of: fn(&BadRow) -> u64| self.iter().map(|bad| of(bad) as i64).collect();
        let columns = vec![
            Column::ints("row", numbers(|bad| bad.row)),
            Column::ints("line", numbers(|bad| bad.line)),
            Column::ints("offset", numbers(|bad| bad.offset)),
            Column::text("reason", self.iter().map(|bad| Some(bad.reason.to_string()))),
            Column::text("text", self.iter().map(|bad| Some(&bad.text))),
        ];
        Table::of("unread", columns)
    }
}

impl ToTable for [MendedRow] {
    /// The columns `row`, `line`, `offset`, `how` and `text`.
    fn to_table(&self) -> Table {
        let numbers = |of: fn(&MendedRow) -> u64| self.iter().map(|row| of(row) as i64).collect();
        let columns = vec![
            Column::ints("row", numbers(|row| row.row)),
            Column::ints("line", numbers(|row| row.line)),
            Column::ints("offset", numbers(|row| row.offset)),
            Column::text("how", self.iter().map(|row| Some(row.how.to_string()))),
            Column::text("text", self.iter().map(|row| Some(&row.text))),
        ];
        Table::of("mended", columns)
    }
}

impl ToTable for [Finding] {
    /// The columns `of`, `found` and `evidence`.
    fn to_table(&self) -> Table {
        let columns = vec![
            Column::text("of", self.iter().map(|finding| Some(finding.of.to_string()))),
            Column::text("found", self.iter().map(|finding| Some(&finding.found))),
            Column::text("evidence", self.iter().map(|finding| Some(&finding.evidence))),
        ];
        Table::of("findings", columns)
    }
}

impl RawTable {
    /// The rejected rows as a table, named after the file, with the columns `row`, `line`, `offset`,
    /// `reason` and `text`.
    pub fn rejected_table(&self) -> Table {
        self.rejected.to_table().named(self.table.name())
    }
}
