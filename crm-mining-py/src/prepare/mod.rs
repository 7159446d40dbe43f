//! From files and frames to records: `crm_mining::prepare` for Python.

mod chunks;
mod clean;
mod csv;
mod dependency;
mod detect;
mod excel;
mod jsonl;
mod link;
mod merge;
mod parquet;
mod plan;
mod quality;
mod read;
mod sample;
mod write;

pub(crate) use chunks::{CsvChunks, read_csv_chunks};
pub(crate) use clean::{Cleaned, Cleaner};
pub(crate) use csv::read_csv;
pub(crate) use dependency::{Dependencies, Dependency, DependencySearch, dependencies};
pub(crate) use detect::{ErrorDetector, Suspicions};
pub(crate) use excel::read_excel;
pub(crate) use jsonl::read_jsonl;
pub(crate) use link::{
    Clusters, LinkByExample, LinkByExampleModel, LinkExplanation, LinkIndex, LinkModel, Linker, Links,
    ScoredPairs,
};
pub(crate) use merge::{Merge, Merged};
pub(crate) use parquet::read_parquet;
pub(crate) use plan::{CleaningPlan, FittedPlan, PlanResult};
pub(crate) use quality::{Quality, TableQuality};
pub(crate) use read::RawTable;
pub(crate) use sample::{Sample, SampleShop};
pub(crate) use write::{write_csv, write_parquet};
