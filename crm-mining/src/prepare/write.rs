//! Tables to files, whole or not at all.

use crate::data::Table;
use crate::error::{Result, io_error};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What happens to texts that a spreadsheet would run as a formula.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formulas {
    /// A `'` is put before a text that begins with `=`, `+`, `-`, `@`, their full-width forms, a tab or a
    /// carriage return, blanks left aside. Texts that are numbers stay.
    #[default]
    Neutralize,
    /// Every text is written as it is, for programs that run no formulas.
    Keep,
}

/// Writes a table as CSV: [`CsvWriter::write_path`] with default settings.
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io).
pub fn write_csv(table: &Table, path: impl AsRef<Path>) -> Result<()> {
    CsvWriter::default().write_path(table, path)
}

/// Writes tables as CSV (RFC 4180): UTF-8, commas, line feeds, names in the first line. A missing value is
/// an empty field.
///
/// Use it to hand rows to people and programs. A customer's name may be a formula that a spreadsheet runs
/// when the file is opened (CWE-1236), so such texts are made harmless unless asked otherwise; with
/// [`Formulas::Keep`], [`read_csv`](super::read_csv) reads the very same values back.
///
/// | setting | default |
/// |---|---|
/// | `formulas` | [`Formulas::Neutralize`] |
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io).
///
/// # Complexity
/// One pass over the rows.
///
/// # Reference
/// Shafranovich (2005), RFC 4180; CWE-1236, Improper Neutralization of Formula Elements in a CSV File.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{CsvWriter, Formulas};
///
/// let table = Table::new("names", vec![Column::text("name", [Some("=HYPERLINK(1)"), Some("-5")])])?;
/// let mut bytes = Vec::new();
/// CsvWriter::default().write(&table, &mut bytes).unwrap();
/// assert_eq!(bytes, b"name\n'=HYPERLINK(1)\n-5\n");
/// bytes.clear();
/// CsvWriter { formulas: Formulas::Keep }.write(&table, &mut bytes).unwrap();
/// assert_eq!(bytes, b"name\n=HYPERLINK(1)\n-5\n");
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvWriter {
    /// What happens to texts that a spreadsheet would run as a formula.
    pub formulas: Formulas,
}

impl CsvWriter {
    /// Writes a file. It appears whole or not at all; one that was there is replaced only at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    pub fn write_path(&self, table: &Table, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_whole(path, |file| self.write(table, file).map_err(io_error(path, "write")))
    }

    /// Writes to anything that takes bytes.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, table: &Table, to: &mut impl Write) -> std::io::Result<()> {
        self.line(table.columns().iter().map(|column| Some(Cow::Borrowed(column.name()))), to)?;
        for row in 0..table.n_rows() {
            self.line(table.columns().iter().map(|column| column.show(row)), to)?;
        }
        Ok(())
    }

    fn line<'a>(
        &self,
        values: impl ExactSizeIterator<Item = Option<Cow<'a, str>>>,
        to: &mut impl Write,
    ) -> std::io::Result<()> {
        // A lone empty field would be a blank line.
        let alone = values.len() == 1;
        for (place, value) in values.enumerate() {
            if place > 0 {
                to.write_all(b",")?;
            }
            let value = value.unwrap_or_default();
            let guard = if self.formulas == Formulas::Neutralize && is_formula(&value) { "'" } else { "" };
            let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
            // A leading U+FEFF would be taken for a byte order mark.
            if value.bytes().any(|byte| special(&byte))
                || value.starts_with('\u{FEFF}')
                || alone && value.is_empty()
            {
                write!(to, "\"{guard}{}\"", value.replace('"', "\"\""))?;
            } else {
                to.write_all(guard.as_bytes())?;
                to.write_all(value.as_bytes())?;
            }
        }
        to.write_all(b"\n")
    }
}

/// Whether a spreadsheet would take a text for a formula.
fn is_formula(text: &str) -> bool {
    const SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let first = |c: char| SIGNS.contains(&c);
    let inner = text
        .trim_start_matches(|c: char| (c.is_whitespace() || c.is_control() || c == '\u{FEFF}') && !first(c));
    inner.starts_with(first) && text.parse::<f64>().is_err()
}

/// Writes a table as Parquet, packed by Zstandard. Missing values are nulls; types are those of
/// [`Table::to_batch`]: text that says numbers or moments throughout is written as such.
///
/// The file appears whole or not at all; one that was there is replaced only at the end.
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io).
#[cfg(feature = "parquet")]
pub fn write_parquet(table: &Table, path: impl AsRef<Path>) -> Result<()> {
    use crate::data::arrow::Outgoing;
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::WriterProperties;

    const ROWS_AT_ONCE: usize = 1 << 16;
    let path = path.as_ref();
    let failed = |error: parquet::errors::ParquetError| io_error(path, "write")(std::io::Error::other(error));
    let packed = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(packed).build();
    let outgoing = Outgoing::new(table);
    write_whole(path, |file| {
        let mut writer = ArrowWriter::try_new(file, outgoing.schema(), Some(properties)).map_err(failed)?;
        for start in (0..table.n_rows()).step_by(ROWS_AT_ONCE) {
            let end = (start + ROWS_AT_ONCE).min(table.n_rows());
            writer.write(&outgoing.rows(start..end)?).map_err(failed)?;
        }
        writer.close().map_err(failed)?;
        Ok(())
    })
}

/// Writes a file beside `path`, and puts it in its place when it is whole and on disk.
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    // Two writers of one path must not share the unfinished file.
    let thread = format!("{:?}", std::thread::current().id());
    let thread: String = thread.chars().filter(char::is_ascii_digit).collect();
    name.push(format!(".{}-{thread}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = write_part(path, &part, write);
    if written.is_err() {
        // The first error says more than one of the removal would.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn write_part(
    path: &Path,
    part: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<()> {
    let failed = io_error(path, "write");
    let mut file = BufWriter::new(File::create(part).map_err(&failed)?);
    write(&mut file)?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(&failed)?;
    std::fs::rename(part, path).map_err(&failed)
}
