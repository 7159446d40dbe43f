//! From files and frames to records: `crm_mining::prepare` for Python.

mod clean;
mod read;
mod sample;

pub(crate) use clean::{Cleaned, Cleaner};
pub(crate) use read::{RawTable, read_csv, read_parquet, write_csv, write_parquet};
pub(crate) use sample::{Sample, SampleShop};
