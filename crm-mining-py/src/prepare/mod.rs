//! From files and frames to records: `crm_mining::prepare` for Python.

mod clean;
mod link;
mod merge;
mod plan;
mod read;
mod sample;

pub(crate) use clean::{Cleaned, Cleaner};
pub(crate) use link::{
    Clusters, LinkByExample, LinkByExampleModel, LinkExplanation, LinkIndex, LinkModel, Linker, Links,
    ScoredPairs,
};
pub(crate) use merge::{Merge, Merged};
pub(crate) use plan::{CleaningPlan, FittedPlan, PlanResult};
pub(crate) use read::{RawTable, read_csv, read_parquet, write_csv, write_parquet};
pub(crate) use sample::{Sample, SampleShop};
