//! Data profiling: what each column of a table holds, what it is suspected to be, and how good the data is.

mod column;
mod describe;
mod html;
mod numbers;
mod patterns;
mod personal;
mod rows;
mod score;
mod settings;
mod signs;
mod table;
mod tally;
mod text;
mod texts;
mod words;

pub use column::{
    ColumnQuality, ColumnRole, ContentType, DateSpan, Lengths, Likeness, NumberSummary, ValueCount,
};
pub use personal::Personal;
pub use score::{QualityScore, QualityWeights, Timeliness};
pub use settings::{PersonalValues, Quality};
pub use table::TableQuality;
