//! Merging sources: several tables to one row per customer, with where each cell comes from and what lost.

mod collide;
mod input;
mod keys;
mod merged;
mod rates;
mod report;
mod resolve;
mod run;
mod settings;
mod stack;
mod tables;
mod values;
mod verdict;

pub use collide::{CollisionKind, CollisionRow, IdCollision};
pub use input::SourceTable;
pub use merged::{CellOrigin, Conflict, Conflicts, LosingValue, Merged, Provenance};
pub use rates::{Rate, Rates};
pub use report::{ColumnCount, MergeReport, SourceCount};
pub use resolve::Decision;
pub use settings::{
    AsOf, ColumnKind, ColumnMap, CommonColumn, ConflictRule, Conversion, KeyMap, Merge, OnUnknown, Source,
};
pub use verdict::{MergeReason, MergeRejected, RejectedSource};
