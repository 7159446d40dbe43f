//! Reading Parquet that others wrote, and may have written wrongly.

use super::memory::check_memory;
use super::raw::RawTable;
use super::source::opened;
use crate::data::Table;
use crate::data::arrow::{Incoming, arrow_error};
use crate::error::{ErrorKind, Result, invalid_parameter, io_error};
use crate::model::Control;
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Reads a Parquet file: [`ParquetReader::read_path`] with default settings.
///
/// # Errors
/// As [`ParquetReader::read_path`].
pub fn read_parquet(path: impl AsRef<Path>) -> Result<RawTable> {
    ParquetReader::default().read_path(path)
}

/// Reads a Parquet file into a table; types are those of the file.
///
/// A file that is torn or lies about itself is an error, never a panic: the claims of its footer are held
/// against the size of the file and against `max_bytes` before anything is read by them.
///
/// | setting | unit | default |
/// |---|---|---|
/// | `columns` | names | all; columns of lists, structs and bytes must be left out |
/// | `max_bytes` | bytes of unpacked data, and of rows × columns × 8 | 4 GiB |
/// | `max_memory` | bytes | no limit |
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{ParquetReader, write_parquet};
///
/// let table = Table::new("orders", vec![Column::text("customer", [Some("00123"), None])])?;
/// let path = std::env::temp_dir().join("crm-mining-doc.parquet");
/// write_parquet(&table, &path)?;
/// let raw = ParquetReader::default().columns(["customer"]).read_path(&path)?;
/// assert_eq!(raw.table.columns(), table.columns());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParquetReader {
    columns: Option<Vec<String>>,
    max_bytes: u64,
    max_memory: Option<u64>,
}

impl Default for ParquetReader {
    fn default() -> Self {
        ParquetReader { columns: None, max_bytes: 4 << 30, max_memory: None }
    }
}

impl ParquetReader {
    const STAGE: &'static str = "reading Parquet";

    /// The columns to read, in this order.
    pub fn columns<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// The most bytes of unpacked data that a file may claim to hold.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The most memory that the table may take while it is built: what columns and a batch of 65,536 rows hold,
    /// counted before each batch goes in. What the file claims is bound by `max_bytes`.
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Reads a file. The table is named after it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::EmptyInput`]; [`ErrorKind::Malformed`];
    /// [`ErrorKind::LimitExceeded`]; [`ErrorKind::MissingColumn`]; [`ErrorKind::DuplicateColumn`];
    /// [`ErrorKind::InvalidColumn`] for a column of lists, structs or bytes; [`ErrorKind::InvalidParameter`].
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<RawTable> {
        self.read_path_with(path, &Control::default())
    }

    /// As [`ParquetReader::read_path`], reporting to and stopped by `control`. Progress counts rows.
    ///
    /// # Errors
    /// As [`ParquetReader::read_path`], or the caller's wish to stop.
    pub fn read_path_with(&self, path: impl AsRef<Path>, control: &Control) -> Result<RawTable> {
        let path = path.as_ref();
        if self.max_bytes == 0 {
            return invalid_parameter("ParquetReader", "max_bytes", "at least 1", self.max_bytes);
        }
        let (file, name) = opened(path)?;
        let metadata = file.metadata().map_err(io_error(path, "read"))?;
        if metadata.is_dir() {
            return Err(io_error(path, "read")(std::io::ErrorKind::IsADirectory.into()));
        }
        if metadata.len() == 0 {
            return Err(ErrorKind::EmptyInput { place: name, needed: "a Parquet file" }.into());
        }
        let job = Job { reader: self, name: &name, length: metadata.len(), control };
        // The reader we use panics on some files that lie.
        catch_unwind(AssertUnwindSafe(|| job.read(file)))
            .unwrap_or_else(|_| Err(malformed(&name, "claims that contradict each other")))
            .map(RawTable::from)
    }
}

/// One file being read.
struct Job<'a> {
    reader: &'a ParquetReader,
    name: &'a str,
    length: u64,
    control: &'a Control,
}

impl Job<'_> {
    fn read(&self, file: File) -> Result<Table> {
        let broken = |error: ParquetError| malformed(self.name, error);
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
        let selected: Option<Vec<&str>> =
            self.reader.columns.as_ref().map(|names| names.iter().map(String::as_str).collect());
        // Names and types are settled before a byte of data is touched.
        Incoming::new(self.name, builder.schema(), selected.as_deref())?;
        let places = places(builder.schema(), selected.as_deref());
        let rows = self.check_claims(builder.metadata(), places.len() as u64)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), places);
        let batches = builder.with_projection(mask).with_batch_size(1 << 16).build().map_err(broken)?;
        let mut incoming =
            Incoming::new(self.name, &arrow_array::RecordBatchReader::schema(&batches), selected.as_deref())?;
        let mut done = 0;
        for batch in batches {
            let batch = batch.map_err(|error| arrow_error(self.name, error))?;
            check_memory(self.name, self.reader.max_memory, || incoming.bytes_after(&batch))?;
            incoming.add(&batch)?;
            done += batch.num_rows() as u64;
            self.control.step(ParquetReader::STAGE, done, rows)?;
        }
        incoming.finish()
    }

    /// Holds what the footer claims against the size of the file and the limit. Returns the rows claimed.
    fn check_claims(&self, footer: &ParquetMetaData, columns: u64) -> Result<u64> {
        let mut rows = 0_u64;
        let mut unpacked = 0_u64;
        for group in footer.row_groups() {
            let claimed = u64::try_from(group.num_rows()).ok();
            rows = claimed
                .and_then(|claimed| rows.checked_add(claimed))
                .ok_or_else(|| malformed(self.name, format!("a group of {} rows", group.num_rows())))?;
            for chunk in group.columns() {
                let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
                let end = start.checked_add(chunk.compressed_size()).filter(|_| chunk.compressed_size() >= 0);
                if start < 0 || end.is_none_or(|end| end as u64 > self.length) {
                    return Err(malformed(self.name, "data that would lie outside the file"));
                }
                unpacked = unpacked.saturating_add(chunk.uncompressed_size().max(0) as u64);
            }
        }
        let needed = unpacked.max(rows.saturating_mul(columns).saturating_mul(8));
        if needed > self.reader.max_bytes {
            return Err(ErrorKind::LimitExceeded {
                place: self.name.to_owned(),
                of: "bytes of unpacked data",
                limit: self.reader.max_bytes,
                needed,
                setting: "max_bytes",
            }
            .into());
        }
        Ok(rows)
    }
}

/// Where the columns to read stand.
fn places(schema: &Schema, selected: Option<&[&str]>) -> Vec<usize> {
    let wanted = |name: &String| selected.is_none_or(|names| names.contains(&name.as_str()));
    let fields = schema.fields().iter().enumerate();
    fields.filter(|(_, field)| wanted(field.name())).map(|(place, _)| place).collect()
}

fn malformed(name: &str, found: impl std::fmt::Display) -> crate::Error {
    let rule = "must be a sound Parquet file".to_owned();
    ErrorKind::Malformed { place: name.to_owned(), rule, found: found.to_string() }.into()
}
