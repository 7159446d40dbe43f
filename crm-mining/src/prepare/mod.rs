//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod clean;
mod normalize;
mod plan;
mod read;
mod sample;
mod write;

pub use clean::{Cancellations, Change, Cleaned, Cleaner, Reason, Rejected, Step, StepCount};
pub use normalize::to_simplified;
pub use plan::{
    Action, ChangeLog, CleaningPlan, Dependency, DependencyAction, DropMissing, Duplicates, Fill, FillWith,
    FittedPlan, Format, FormatKind, ForwardFill, Interpolate, Isolation, IsolationBound, Keep, Literal,
    MissingMarkers, NearestFill, NormalizeText, OutlierRule, Outliers, PlanRejected, PlanResult, PlanStep,
    Range, Reference, Rule, Spelling, SpellingKey, TextForm, Unfit, WhenMissing,
};
pub use read::{BadRow, BadRowReason, CsvReader, Encoding, RawTable, ReadReport, read_csv};
#[cfg(feature = "parquet")]
pub use read::{ParquetReader, read_parquet};
pub use sample::{Mess, Sample, SampleShop, Truth};
pub use write::write_csv;
#[cfg(feature = "parquet")]
pub use write::write_parquet;
pub(crate) use write::write_whole;
