//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod clean;
mod merge;
mod quality;
mod read;
mod sample;
mod write;

pub use clean::{Cancellations, Change, Cleaned, Cleaner, Reason, Rejected, Step, StepCount};
pub use merge::{
    AsOf, CellOrigin, CollisionKind, CollisionRow, ColumnCount, ColumnKind, ColumnMap, CommonColumn,
    Conflict, ConflictRule, Conflicts, Conversion, Decision, IdCollision, KeyMap, LosingValue, Merge,
    MergeReason, MergeRejected, MergeReport, Merged, OnUnknown, Provenance, Rate, Rates, RejectedSource,
    Source, SourceCount, SourceTable,
};
pub use quality::{
    ColumnQuality, ColumnRole, ContentType, DateSpan, Lengths, Likeness, NumberSummary, Personal,
    PersonalValues, Quality, QualityScore, QualityWeights, TableQuality, Timeliness, ValueCount,
};
pub use read::{BadRow, BadRowReason, CsvReader, Encoding, RawTable, ReadReport, read_csv};
#[cfg(feature = "parquet")]
pub use read::{ParquetReader, read_parquet};
pub use sample::{Mess, Sample, SampleShop, Truth};
#[cfg(feature = "parquet")]
pub use write::write_parquet;
pub(crate) use write::write_whole;
pub use write::{CsvWriter, Formulas, write_csv};
