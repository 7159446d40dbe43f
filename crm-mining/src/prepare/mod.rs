//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod clean;
mod link;
mod read;
mod sample;
mod write;

pub use clean::{Cancellations, Change, Cleaned, Cleaner, Reason, Rejected, Step, StepCount};
pub use link::{
    Block, BlockCount, Clusters, Comparison, Contribution, Expected, Explanation, Ignored, IgnoredReason,
    Kind, LevelShare, Link, LinkIndex, LinkModel, LinkReport, Linker, Links, Match, Part, Records, Session,
    Transform,
};
pub use read::{BadRow, BadRowReason, CsvReader, Encoding, RawTable, ReadReport, read_csv};
#[cfg(feature = "parquet")]
pub use read::{ParquetReader, read_parquet};
pub use sample::{Mess, Sample, SampleShop, Truth};
pub use write::write_csv;
#[cfg(feature = "parquet")]
pub use write::write_parquet;
pub(crate) use write::write_whole;
