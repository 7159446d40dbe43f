//! A CSV file larger than memory, some rows at a time.

use super::column_findings::column_findings;
use super::columns::{Columns, at_source_row};
use super::csv::CsvReader;
use super::feed::{Block, Feed, Findings};
use super::held::Held;
use super::memory::{check_memory, listed};
use super::outcome::{check_rows, numbers, report};
use super::raw::{RawTable, ReadReport};
use super::source::{Source, opened};
use crate::data::Table;
use crate::error::Result;
use crate::model::Control;
use std::io::Read;
use std::path::{Path, PathBuf};

impl CsvReader {
    /// Reads a file of any size chunk by chunk: each is a table of its own, and no two are held at once.
    ///
    /// Use it when the file is larger than memory: build a partial [`Ledger`](crate::data::Ledger) of each chunk
    /// and merge them. Encoding and dialect are found once. Rows keep their number in the file, rejected rows
    /// also their byte. Types are found for every chunk; the order of dates and the style of numbers that the
    /// first chunk shows must hold to the end of the file. See [`Chunks`].
    ///
    /// # Errors
    /// As [`CsvReader::read_path`], for what the beginning of the file shows.
    ///
    /// # Complexity
    /// Memory for one chunk: a few times `chunk_bytes`.
    ///
    /// ```
    /// use crm_mining::data::{Ledger, Transactions};
    /// use crm_mining::prepare::CsvReader;
    ///
    /// let day = |n: usize| format!("2024-03-{:02}", n % 28 + 1);
    /// let rows = (0..50_000).map(|n| format!("c{},{},{}.50\n", n % 700, day(n), n % 90));
    /// let csv = "customer,date,amount\n".to_owned() + &rows.collect::<String>();
    /// # let path = std::env::temp_dir().join(format!("crm-mining-chunks-{}.csv", std::process::id()));
    /// # std::fs::write(&path, &csv).unwrap();
    ///
    /// let mut chunks = CsvReader::default().chunk_bytes(100_000).chunks(&path)?;
    /// let mut ledger: Option<Ledger> = None;
    /// for chunk in &mut chunks {
    ///     let part = Ledger::new(&Transactions::from_table(&chunk?.table)?);
    ///     ledger = Some(match ledger {
    ///         Some(ledger) => ledger.merge(&part)?,
    ///         None => part,
    ///     });
    /// }
    /// assert_eq!(chunks.report().rows, 50_000);
    /// let whole = CsvReader::default().read_path(&path)?;
    /// assert_eq!(ledger, Some(Ledger::new(&Transactions::from_table(&whole.table)?)));
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn chunks(&self, path: impl AsRef<Path>) -> Result<Chunks<'static>> {
        let path = path.as_ref();
        let (file, name) = opened(path)?;
        self.open(&name, path.to_path_buf(), file)
    }

    /// As [`CsvReader::chunks`], from any source of bytes; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`CsvReader::chunks`].
    pub fn chunks_of<'a>(&self, name: &str, input: impl Read + Send + 'a) -> Result<Chunks<'a>> {
        self.open(name, PathBuf::from(name), input)
    }

    fn open<'a>(&self, name: &str, path: PathBuf, input: impl Read + Send + 'a) -> Result<Chunks<'a>> {
        self.check()?;
        let source = Source::new(path, input, self.encoding)?;
        let (feed, found) = Feed::open(name, source, &self.how())?;
        self.said().check(name, found.names.iter().map(String::as_str))?;
        let held = vec![Held::default(); found.names.len()];
        Ok(Chunks {
            name: name.to_owned(),
            reader: self.clone(),
            control: Control::default(),
            feed,
            found,
            held,
            current: Block::default(),
            at: At::Beginning,
            rows: 0,
        })
    }
}

/// The chunks of a CSV file in order, each a [`RawTable`]: made by [`CsvReader::chunks`].
///
/// Where a chunk begins depends on the file and `chunk_bytes` alone. The first comes even when the file has no
/// row. The report of a chunk counts its own rows and bytes; [`Chunks::report`] counts all so far.
///
/// # Errors
/// A chunk is an error as [`CsvReader::read_path`] tells it, or when it contradicts earlier ones:
/// [`AmbiguousDates`](crate::ErrorKind::AmbiguousDates) for dates that prove another order of day and month,
/// [`AmbiguousNumbers`](crate::ErrorKind::AmbiguousNumbers) for numbers that can only be read in another style.
/// After an error there are no more chunks.
pub struct Chunks<'a> {
    name: String,
    reader: CsvReader,
    control: Control,
    feed: Feed<'a>,
    found: Findings,
    held: Vec<Held>,
    /// Rows read, but not yet in a chunk.
    current: Block,
    at: At,
    /// Rows of the chunks so far.
    rows: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Beginning,
    /// Before a block of rows.
    Block,
    End,
}

impl std::fmt::Debug for Chunks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunks").field("name", &self.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Result<RawTable>> {
        if self.at == At::End {
            return None;
        }
        let chunk = self.chunk();
        if chunk.is_err() {
            self.at = At::End;
        }
        Some(chunk)
    }
}

impl Chunks<'_> {
    /// Reporting to and stopped by `control`. Progress counts bytes of text.
    pub fn controlled(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.found.names
    }

    /// How the file was taken as far as it was read. Mended rows are told in the reports of their chunks.
    pub fn report(&self) -> ReadReport {
        ReadReport { rows: self.rows, ..report(&self.feed, &self.found, &[], Vec::new()) }
    }

    /// While one block is split into fields, the fields of the block before go into their columns.
    fn chunk(&mut self) -> Result<RawTable> {
        if self.at == At::Beginning {
            self.advance()?;
        }
        let mut columns = Columns::new(self.found.names.clone(), self.reader.first_look);
        let (before, width) = (self.rows, self.found.names.len());
        let (mut rejected, mut mended, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut aside = 0;
        while self.at == At::Block && bytes < self.reader.chunk_bytes {
            self.control.step(CsvReader::STAGE, self.feed.source.bytes, 0)?;
            let mut block = std::mem::take(&mut self.current);
            bytes += block.text.len();
            self.rows += (block.cells.len() / width + block.rejected.len()) as u64;
            check_rows(&self.name, self.rows)?;
            aside += listed(&block.rejected, &block.mended);
            check_memory(&self.name, self.reader.max_memory, || {
                aside + columns.bytes_after(&block.cells) + 2 * block.bytes()
            })?;
            rejected.append(&mut block.rejected);
            mended.append(&mut block.mended);
            let (advanced, ()) = rayon::join(|| self.advance(), || columns.add(&block.text, &block.cells));
            advanced?;
        }
        let numbers = numbers(before, self.rows, &rejected);
        let order = |place: usize| self.held.get(place)?.order();
        let mut finished = columns.finish(&self.name, self.reader.said(), order, numbers.as_deref())?;
        let (said, chosen) = (self.reader.said(), self.reader.date_order);
        let found =
            finished.iter_mut().zip(&mut self.held).filter(|(column, _)| !said.settles(column.name()));
        for (column, held) in found {
            held.check(column, &self.name, chosen)
                .map_err(|error| at_source_row(error, numbers.as_deref()))?;
        }
        let mut report = report(&self.feed, &self.found, &rejected, mended);
        report.findings.extend(column_findings(&finished, said, numbers.as_deref()));
        let report = ReadReport { rows: self.rows - before, bytes: bytes as u64, ..report };
        let table = Table::of(&self.name, finished).numbered(numbers);
        Ok(RawTable { table, rejected, report })
    }

    fn advance(&mut self) -> Result<()> {
        self.at = if self.feed.next(&mut self.current)? { At::Block } else { At::End };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn rows(raw: &RawTable) -> Vec<(u64, Vec<Option<String>>)> {
        let row = |row| raw.table.columns().iter().map(|c| c.show(row).map(|v| v.into_owned())).collect();
        (0..raw.table.n_rows()).map(|at| (raw.table.row_number(at), row(at))).collect()
    }

    fn small() -> CsvReader {
        let mut reader = CsvReader::default().chunk_bytes(10_000);
        (reader.block_bytes, reader.first_look) = (1000, 16);
        reader
    }

    #[test]
    fn chunks_together_are_the_file() {
        let line = |n: u32| match n % 57 {
            3 => format!("{n},too,many,fields\n"),
            5 => format!("{n},\"two\nlines\",\n"),
            _ => format!("{n},{}.{:02},2024-02-{:02}\n", n / 7, n % 100, n % 28 + 1),
        };
        let csv = "a,b,c\n".to_owned() + &(0..20_000).map(line).collect::<String>();
        let whole = CsvReader::default().read_bytes("x", csv.as_bytes()).unwrap();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut all, mut rejected) = (Vec::new(), Vec::new());
            let mut chunks = small().chunks_of("x", csv.as_bytes()).unwrap();
            while let Some(chunk) = pool.install(|| chunks.next()) {
                let chunk = chunk.unwrap();
                assert_eq!(chunk.report.rows as usize, chunk.table.n_rows() + chunk.rejected.len());
                all.extend(rows(&chunk));
                rejected.extend(chunk.rejected);
            }
            assert_eq!((all, &rejected), (rows(&whole), &whole.rejected));
            assert_eq!(
                (chunks.report().rows, chunks.report().bytes),
                (whole.report.rows, whole.report.bytes)
            );
            assert!(chunks.next().is_none());
        }
        assert!(small().chunks_of("x", csv.as_bytes()).unwrap().count() > 20);
        let mut none = small().chunks_of("x", "a,b\n".as_bytes()).unwrap();
        assert_eq!(none.next().unwrap().unwrap().table.columns().len(), 2);
        assert!(none.next().is_none());
    }

    fn outcome(first: &str, then: &str, reader: &CsvReader) -> Result<Vec<RawTable>> {
        let line = |value: &str| format!("x;{value}\n");
        let csv = format!("k;v\n{}{}", line(first).repeat(20_000), line(then).repeat(20_000));
        reader.chunks_of("x", csv.as_bytes())?.collect()
    }

    #[test]
    fn what_the_first_chunk_shows_must_hold() {
        let reader = small().delimiter(b';');
        assert!(outcome("25/12/2024", "03/04/2024", &reader).is_ok());
        let error = outcome("25/12/2024", "12/25/2024", &reader).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::AmbiguousDates { row: 19_000.., day_first: 1.., month_first: 1.., .. }
            ),
            "{error}"
        );
        let told = reader.clone().date_order(crate::data::DateOrder::DayFirst);
        assert!(outcome("25/12/2024", "12/25/2024", &told).is_ok());
        let tables = outcome("12,5", "1.234", &reader).unwrap();
        let last = tables.last().unwrap().table.clone();
        let read = last.columns()[1].read_numbers(&last).unwrap().get(5);
        assert_eq!(read, crate::data::parse::Cell::Value(1234.0));
        let error = outcome("12,5", "12.5", &reader).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::AmbiguousNumbers { row: 19_000.., .. }), "{error}");
    }
}
