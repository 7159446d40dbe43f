//! Reading JSON lines: settings, and the way from lines to a table.

mod fields;
mod lines;
mod rows;

use super::encoding::Encoding;
use super::packing::Packing;
use super::raw::{RawTable, ReadReport};
use super::source::{Source, opened};
use crate::data::{DateOrder, ReadAs, Said};
use crate::error::{Result, invalid_parameter};
use crate::model::Control;
use lines::Lines;
use rows::Rows;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Reads a file of JSON lines: [`JsonLinesReader::read_path`] with default settings.
///
/// # Errors
/// As [`JsonLinesReader::read_path`].
pub fn read_jsonl(path: impl AsRef<Path>) -> Result<RawTable> {
    JsonLinesReader::default().read_path(path)
}

/// Reads JSON lines (one object per line), plain or packed by gzip or zstd, of any size, into a table of text.
///
/// Every key is a column, in the order of first appearance. A key that a line lacks, or gives as `null`, is
/// missing there. An object within is laid flat: `{"a":{"b":1}}` fills the column `a.b`. Arrays, empty objects,
/// and objects below the depth `flatten` are kept as the JSON they are. Numbers keep their digits, so
/// identities of 20 digits stay exact; what a column speaks of is found from its values, as in CSV. Of a key
/// given twice in one object the last value counts. Blank lines are no rows. A line that cannot be read is set aside
/// with its number, and the rest is read.
///
/// | setting | unit | default |
/// |---|---|---|
/// | `encoding` | | found, as in CSV; JSON should be UTF-8 |
/// | `date_order` | | proven by the dates of each column |
/// | `read_as` | by column | found from the values |
/// | `flatten` | levels of objects laid flat | 8 |
/// | `max_depth` | levels of arrays and objects in a line | 128 |
/// | `max_line_bytes` | bytes | 16 MiB |
/// | `max_columns` | columns | 4,096 |
/// | `max_cells` | rows × columns, 4 bytes each | 2²⁸ (1 GiB) |
/// | `max_memory` | bytes | no limit |
///
/// # Complexity
/// Time grows with the bytes of the file (times `flatten` for nested objects), memory with rows × columns × 4 bytes
/// and the distinct values: the file is never held whole.
///
/// # Reference
/// Bray (2017), The JavaScript Object Notation (JSON) Data Interchange Format, RFC 8259.
///
/// # Example
/// ```
/// use crm_mining::prepare::{BadRowReason, JsonLinesReader};
///
/// let lines = r#"{"id": 12345678901234567890, "buyer": {"city": "上海"}}
/// {"id": "00123", "tags": ["a", "b"]}
/// {"id": 7"#;
/// let raw = JsonLinesReader::default().read_bytes("orders", lines.as_bytes())?;
/// let shown = |column, row| raw.table.column(column).unwrap().show(row);
/// assert_eq!(shown("id", 0).as_deref(), Some("12345678901234567890"));
/// assert_eq!(shown("buyer.city", 0).as_deref(), Some("上海"));
/// assert_eq!(shown("tags", 1).as_deref(), Some(r#"["a", "b"]"#));
/// assert_eq!((raw.rejected[0].row, raw.rejected[0].reason), (3, BadRowReason::BadJson { at: 8 }));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JsonLinesReader {
    encoding: Option<Encoding>,
    date_order: Option<DateOrder>,
    read_as: BTreeMap<String, ReadAs>,
    flatten: usize,
    max_depth: usize,
    max_line_bytes: usize,
    max_columns: usize,
    max_cells: u64,
    max_memory: Option<u64>,
}

impl Default for JsonLinesReader {
    fn default() -> Self {
        JsonLinesReader {
            encoding: None,
            date_order: None,
            read_as: BTreeMap::new(),
            flatten: 8,
            max_depth: 128,
            max_line_bytes: 16 << 20,
            max_columns: 4096,
            max_cells: 1 << 28,
            max_memory: None,
        }
    }
}

impl JsonLinesReader {
    const STAGE: &'static str = "reading JSON lines";

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

    fn said(&self) -> Said<'_> {
        Said { date_order: self.date_order, read_as: &self.read_as }
    }

    /// How many levels of objects within a line are laid flat; 0 keeps them as JSON.
    pub fn flatten(mut self, levels: usize) -> Self {
        self.flatten = levels;
        self
    }

    /// The deepest nesting that is read.
    pub fn max_depth(mut self, levels: usize) -> Self {
        self.max_depth = levels;
        self
    }

    /// The longest line that is read.
    pub fn max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_line_bytes = bytes;
        self
    }

    /// The most columns that keys may make.
    pub fn max_columns(mut self, columns: usize) -> Self {
        self.max_columns = columns;
        self
    }

    /// The most cells, filled or not, that the table may have.
    pub fn max_cells(mut self, cells: u64) -> Self {
        self.max_cells = cells;
        self
    }

    /// The most memory that the table may take while it is built: what columns, their distinct values and rows set
    /// aside hold, counted before each value goes in.
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Reads a file. The table is named after it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io);
    /// [`ErrorKind::EmptyInput`](crate::ErrorKind::EmptyInput) for a file without a key;
    /// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) for a torn packed file;
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) for `max_columns`, `max_cells` and
    /// `max_memory`;
    /// [`ErrorKind::AmbiguousDates`](crate::ErrorKind::AmbiguousDates) for a column whose dates do not tell day
    /// from month; [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter).
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<RawTable> {
        self.read_path_with(path, &Control::default())
    }

    /// As [`JsonLinesReader::read_path`], reporting to and stopped by `control`. Progress counts bytes of text.
    ///
    /// # Errors
    /// As [`JsonLinesReader::read_path`], or the caller's wish to stop.
    pub fn read_path_with(&self, path: impl AsRef<Path>, control: &Control) -> Result<RawTable> {
        let path = path.as_ref();
        let (file, name) = opened(path)?;
        self.run(&name, path.to_path_buf(), file, control)
    }

    /// Reads JSON lines held in memory; `name` is what messages call them.
    ///
    /// # Errors
    /// As [`JsonLinesReader::read_path`].
    pub fn read_bytes(&self, name: &str, bytes: &[u8]) -> Result<RawTable> {
        self.read_with(name, bytes, &Control::default())
    }

    /// Reads JSON lines from any source of bytes, reporting to and stopped by `control`.
    ///
    /// # Errors
    /// As [`JsonLinesReader::read_path`], or the caller's wish to stop.
    pub fn read_with(&self, name: &str, input: impl Read + Send, control: &Control) -> Result<RawTable> {
        self.run(name, PathBuf::from(name), input, control)
    }

    fn check(&self) -> Result<()> {
        const OF: &str = "JsonLinesReader";
        const MAX: usize = 256 << 20;
        if self.flatten > 64 {
            return invalid_parameter(OF, "flatten", "at most 64", self.flatten);
        }
        if self.max_depth == 0 {
            return invalid_parameter(OF, "max_depth", "at least 1", self.max_depth);
        }
        if !(1..=MAX).contains(&self.max_line_bytes) {
            return invalid_parameter(OF, "max_line_bytes", "from 1 to 256 MiB", self.max_line_bytes);
        }
        if self.max_columns == 0 {
            return invalid_parameter(OF, "max_columns", "at least 1", self.max_columns);
        }
        Ok(())
    }

    fn run(&self, name: &str, path: PathBuf, input: impl Read + Send, control: &Control) -> Result<RawTable> {
        self.check()?;
        let source = Source::new(path, input, self.encoding)?;
        let mut lines = Lines::new(source, self.max_line_bytes);
        let mut rows = Rows::new(self, name);
        let mut told = 0;
        while let Some(line) = lines.next()? {
            rows.add(&lines, line)?;
            if lines.source.bytes != told {
                told = lines.source.bytes;
                control.step(Self::STAGE, told, 0)?;
            }
        }
        let source = lines.source;
        let report = ReadReport {
            bytes: source.bytes,
            encoding: Some(source.encoding.unwrap_or(Encoding::Utf8)),
            gzip: source.packing == Some(Packing::Gzip),
            zstd: source.packing == Some(Packing::Zstd),
            ..ReadReport::default()
        };
        rows.finish(report)
    }
}
