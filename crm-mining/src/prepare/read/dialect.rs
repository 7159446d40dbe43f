//! How a file shapes its table: what is found, and why.

use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// How a text file writes a table: the signs that part and wrap its fields, and the lines about them.
///
/// A reader finds it and states it in its report; given to
/// [`CsvReader::dialect`](super::CsvReader::dialect), nothing is found and everything is taken as told.
///
/// # Example
/// ```
/// use crm_mining::prepare::{CsvReader, Dialect};
///
/// let raw = CsvReader::default().read_bytes("orders", b"customer;amount\nAnna;2,50\nBob;3,10\n")?;
/// let dialect = raw.report.dialect.unwrap_or_default();
/// assert_eq!(dialect, Dialect { delimiter: ';', ..Dialect::default() });
/// let again = CsvReader::default().dialect(dialect).read_bytes("orders", b"a;b\n1;2\n")?;
/// assert_eq!(again.table.n_rows(), 1);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialect {
    /// The ASCII sign between fields.
    pub delimiter: char,
    /// How many of it.
    pub repeat: Repeat,
    /// The ASCII sign around fields that hold delimiters or line ends; `None` when no sign does.
    pub quote: Option<char>,
    /// How a quote within a quoted field is written.
    pub escape: Escape,
    /// What spaces beside a delimiter are.
    pub spaces: Spaces,
    /// Lines before the header that are no part of the table.
    pub preamble_lines: u64,
    /// Rows that hold the column names; with none, columns are called `column 1`, `column 2` and so on.
    pub header_rows: u32,
}

impl Default for Dialect {
    /// That of RFC 4180: commas, double quotes, doubled within a field, and one header row.
    fn default() -> Self {
        Dialect {
            delimiter: ',',
            repeat: Repeat::Once,
            quote: Some('"'),
            escape: Escape::Doubled,
            spaces: Spaces::Kept,
            preamble_lines: 0,
            header_rows: 1,
        }
    }
}

/// How many delimiters part two fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repeat {
    /// One.
    #[default]
    Once,
    /// Two in a row, as in `1::Toy Story::1995`; one alone is part of a value.
    Twice,
}

/// How a quote within a quoted field is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Escape {
    /// Twice.
    #[default]
    Doubled,
    /// After a backslash, which also stands before a delimiter or a backslash; twice is understood too.
    Backslash,
}

/// What spaces beside a delimiter are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Spaces {
    /// Part of the value.
    #[default]
    Kept,
    /// No part of the value when they stand before it, or behind one without quotes. With a space as delimiter,
    /// several are one.
    Skipped,
}

/// How the lines of a file end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineEnds {
    /// By a line feed, as on Unix; also a file of one line.
    #[default]
    Lf,
    /// By carriage return and line feed, as on Windows.
    CrLf,
    /// By a carriage return, as on old Macs.
    Cr,
    /// By more than one of these.
    Mixed,
}

/// One thing found about a file, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub of: Aspect,
    /// What was found, or given.
    pub found: String,
    /// Why: what in the file says so.
    pub evidence: String,
}

/// What a [`Finding`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Aspect {
    /// How characters are written as bytes.
    Encoding,
    /// The sign between fields.
    Delimiter,
    /// The sign around fields.
    Quote,
    /// How a quote within a field is written.
    Escape,
    /// Spaces beside delimiters.
    Spaces,
    /// How lines end.
    LineEnds,
    /// Lines before the table.
    Preamble,
    /// Rows of column names.
    Header,
    /// A further header, or a further table, below the first.
    SecondTable,
    /// What a column holds.
    Column,
}

impl std::fmt::Display for Aspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Aspect::Encoding => "encoding",
            Aspect::Delimiter => "delimiter",
            Aspect::Quote => "quote",
            Aspect::Escape => "quotes within fields",
            Aspect::Spaces => "spaces",
            Aspect::LineEnds => "line ends",
            Aspect::Preamble => "preamble",
            Aspect::Header => "header",
            Aspect::SecondTable => "second table",
            Aspect::Column => "column",
        })
    }
}

/// What is known of a dialect before the file is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    pub(super) delimiter: Option<u8>,
    pub(super) repeat: Option<Repeat>,
    /// Zero: no sign.
    pub(super) quote: Option<u8>,
    pub(super) escape: Option<Escape>,
    pub(super) spaces: Option<Spaces>,
    pub(super) preamble_lines: Option<u64>,
    pub(super) header_rows: Option<u32>,
}

/// The most header rows a table has.
pub(super) const MAX_HEADER_ROWS: u32 = 16;

impl Given {
    pub(super) fn all(dialect: Dialect) -> Given {
        // A sign beyond ASCII becomes one that the check refuses.
        let byte = |sign: char| u8::try_from(sign).unwrap_or(u8::MAX);
        Given {
            delimiter: Some(byte(dialect.delimiter)),
            repeat: Some(dialect.repeat),
            quote: Some(dialect.quote.map_or(0, byte)),
            escape: Some(dialect.escape),
            spaces: Some(dialect.spaces),
            preamble_lines: Some(dialect.preamble_lines),
            header_rows: Some(dialect.header_rows),
        }
    }

    pub(super) fn check(&self, of: &'static str) -> Result<()> {
        let poor = |sign: u8| !sign.is_ascii() || matches!(sign, b'\n' | b'\r' | 0);
        let quote = self.quote.unwrap_or(b'"');
        if let Some(sign) = self.delimiter
            && (poor(sign) || sign == quote)
        {
            let rule = "an ASCII sign other than the quote, a line end and zero";
            return invalid_parameter(of, "delimiter", rule, sign as char);
        }
        if quote > 0 && (poor(quote) || quote.is_ascii_alphanumeric() || matches!(quote, b' ' | b'\\')) {
            let rule = "an ASCII sign other than a letter, digit, space, backslash and line end";
            return invalid_parameter(of, "quote", rule, quote as char);
        }
        if let Some(rows) = self.header_rows
            && rows > MAX_HEADER_ROWS
        {
            return invalid_parameter(of, "header_rows", "at most 16", rows);
        }
        Ok(())
    }
}

/// The signs of a dialect, as the scanners take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) backslash: bool,
    pub(super) skip_spaces: bool,
    /// Whether it takes two delimiters to part two fields.
    pub(super) twice: bool,
}

impl Signs {
    /// Those of RFC 4180 with this delimiter.
    pub(super) fn of(delimiter: u8) -> Signs {
        Signs { delimiter, quote: Some(b'"'), backslash: false, skip_spaces: false, twice: false }
    }

    /// Whether these are the signs of RFC 4180, but for the delimiter.
    pub(super) fn plain(self) -> bool {
        self == Signs::of(self.delimiter)
    }

    /// Whether several delimiters in a row are one.
    pub(super) fn merged(self) -> bool {
        self.skip_spaces && self.delimiter == b' '
    }
}
