//! Tables to files, whole or not at all.

use crate::data::Table;
use crate::error::{Result, io_error};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes a table as CSV (RFC 4180): UTF-8, commas, line feeds, names in the first line. A missing value is
/// an empty field. [`read_csv`](super::read_csv) reads the same values back.
///
/// The file appears whole or not at all; one that was there is replaced only at the end.
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io).
pub fn write_csv(table: &Table, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    write_whole(path, |file| csv_lines(table, file).map_err(io_error(path, "write")))
}

fn csv_lines(table: &Table, file: &mut impl Write) -> std::io::Result<()> {
    let names = table.columns().iter().map(|column| Some(Cow::Borrowed(column.name())));
    csv_line(names, file)?;
    for row in 0..table.n_rows() {
        csv_line(table.columns().iter().map(|column| column.show(row)), file)?;
    }
    Ok(())
}

fn csv_line<'a>(
    values: impl ExactSizeIterator<Item = Option<Cow<'a, str>>>,
    file: &mut impl Write,
) -> std::io::Result<()> {
    // A lone empty field would be a blank line.
    let alone = values.len() == 1;
    for (place, value) in values.enumerate() {
        if place > 0 {
            file.write_all(b",")?;
        }
        let value = value.unwrap_or_default();
        let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
        // A leading U+FEFF would be taken for a byte order mark.
        if value.bytes().any(|byte| special(&byte))
            || value.starts_with('\u{FEFF}')
            || alone && value.is_empty()
        {
            write!(file, "\"{}\"", value.replace('"', "\"\""))?;
        } else {
            file.write_all(value.as_bytes())?;
        }
    }
    file.write_all(b"\n")
}

/// Writes a table as Parquet, packed by Zstandard. Missing values are nulls.
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
    name.push(format!(".{}-{:?}.part", std::process::id(), std::thread::current().id()));
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
