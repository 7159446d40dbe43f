//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod clean;
mod dependency;
mod detect;
mod link;
mod merge;
mod normalize;
mod plan;
mod quality;
mod read;
mod sample;
mod write;

pub use clean::{Cancellations, Change, Cleaned, Cleaner, Reason, Rejected, Step, StepCount};
pub use dependency::{Dependency, DependencySearch, Determinants, Violation, dependencies};
pub use detect::{ErrorDetector, Repair, Signal, Suspicion, Suspicions};
pub use link::{
    Block, BlockCount, Clusters, Comparison, Contribution, Expected, Explanation, Ignored, IgnoredReason,
    Kind, LabeledPairs, LevelShare, Link, LinkByExample, LinkByExampleModel, LinkIndex, LinkModel,
    LinkQuality, LinkReport, LinkThreshold, Linker, Links, Match, Part, Prepared, Records, RowPairs,
    ScoredPairs, Session, Similarity, Transform, Why,
};
pub use merge::{
    AsOf, CellOrigin, CollisionKind, CollisionRow, ColumnCount, ColumnKind, ColumnMap, CommonColumn,
    Conflict, ConflictRule, Conflicts, Conversion, Decision, IdCollision, KeyMap, LosingValue, Merge,
    MergeReason, MergeRejected, MergeReport, Merged, OnUnknown, Provenance, Rate, Rates, RejectedSource,
    Source, SourceCount, SourceTable,
};
pub use normalize::{PersonName, pinyin, to_simplified};
pub use plan::{
    Action, ChangeLog, CleaningPlan, DependencyAction, DropMissing, Duplicates, EnforceDependency, Fill,
    FillWith, FittedPlan, Format, FormatKind, ForwardFill, Interpolate, Isolation, IsolationBound, Keep,
    Literal, MissingMarkers, NearestFill, NormalizeText, OutlierRule, Outliers, PlanRejected, PlanResult,
    PlanStep, Range, Reference, Rule, Spelling, SpellingKey, TextForm, Unfit, WhenMissing,
};
pub use quality::{
    ColumnQuality, ColumnRole, ContentType, DateSpan, Lengths, Likeness, NumberSummary, Personal,
    PersonalValues, Quality, QualityScore, QualityWeights, TableQuality, Timeliness, ValueCount,
};
pub use read::{
    Aspect, BadRow, BadRowReason, Chunks, CsvReader, Dialect, Encoding, Escape, Finding, JsonLinesReader,
    LineEnds, Mend, MendedRow, Mending, RawTable, ReadReport, Repeat, RepeatedNames, Spaces, read_csv,
    read_jsonl,
};
#[cfg(feature = "excel")]
pub use read::{ExcelReader, Sheet, read_excel};
#[cfg(feature = "parquet")]
pub use read::{ParquetReader, read_parquet};
pub use sample::{Mess, Sample, SampleShop, Truth};
#[cfg(feature = "parquet")]
pub use write::write_parquet;
pub(crate) use write::write_whole;
pub use write::{CsvWriter, Formulas, write_csv};
