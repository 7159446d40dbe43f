//! Reading files into a [`RawTable`](super::RawTable): no row lost, nothing re-typed.

mod columns;
mod csv;
mod delimiter;
mod encoding;
#[cfg(feature = "excel")]
mod excel;
mod feed;
mod jsonl;
mod marks;
mod packing;
#[cfg(feature = "parquet")]
mod parquet;
mod raw;
mod records;
mod source;

pub use self::csv::{CsvReader, read_csv};
pub use encoding::Encoding;
#[cfg(feature = "excel")]
pub use excel::{ExcelReader, Sheet, read_excel};
pub use jsonl::{JsonLinesReader, read_jsonl};
#[cfg(feature = "parquet")]
pub use parquet::{ParquetReader, read_parquet};
pub use raw::{BadRow, BadRowReason, RawTable, ReadReport};
