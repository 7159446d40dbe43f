//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod clean;
mod dependency;
mod detect;
mod read;
mod sample;
mod write;

pub use clean::{Cancellations, Change, Cleaned, Cleaner, Reason, Rejected, Step, StepCount};
pub use dependency::{Dependency, DependencySearch, Determinants, Violation, dependencies};
pub use detect::{ErrorDetector, Repair, Signal, Suspicion, Suspicions};
pub use read::{BadRow, BadRowReason, CsvReader, Encoding, RawTable, ReadReport, read_csv};
#[cfg(feature = "parquet")]
pub use read::{ParquetReader, read_parquet};
pub use sample::{Mess, Sample, SampleShop, Truth};
pub use write::write_csv;
#[cfg(feature = "parquet")]
pub use write::write_parquet;
pub(crate) use write::write_whole;
