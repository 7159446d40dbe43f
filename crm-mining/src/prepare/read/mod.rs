//! Reading files into a [`RawTable`](super::RawTable): no row lost, nothing re-typed.

mod chunks;
mod column_findings;
mod columns;
mod csv;
mod dialect;
mod encoding;
#[cfg(feature = "excel")]
mod excel;
mod feed;
mod growing;
mod header;
mod held;
mod jsonl;
mod kinds;
mod layout;
mod marks;
mod memory;
mod mend;
mod odd;
mod outcome;
mod packing;
#[cfg(feature = "parquet")]
mod parquet;
mod raw;
mod records;
mod sample;
mod scan;
mod signs;
mod source;

pub use self::csv::{CsvReader, read_csv};
pub use chunks::Chunks;
pub use dialect::{Aspect, Dialect, Escape, Finding, LineEnds, Repeat, Spaces};
pub use encoding::Encoding;
#[cfg(feature = "excel")]
pub use excel::{ExcelReader, Sheet, read_excel};
pub use jsonl::{JsonLinesReader, read_jsonl};
#[cfg(feature = "parquet")]
pub use parquet::{ParquetReader, read_parquet};
pub use raw::{BadRow, BadRowReason, Mend, MendedRow, Mending, RawTable, ReadReport, RepeatedNames};
