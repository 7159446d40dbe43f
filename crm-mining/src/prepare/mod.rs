//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod read;
mod write;

pub use read::{BadRow, BadRowReason, CsvReader, Encoding, RawTable, ReadReport, read_csv};
#[cfg(feature = "parquet")]
pub use read::{ParquetReader, read_parquet};
pub use write::write_csv;
#[cfg(feature = "parquet")]
pub use write::write_parquet;
