//! Linking duplicates: which rows are one customer, and why.

mod clusters;
mod example;
mod explain;
mod linker;
mod links;
mod model;

pub(crate) use clusters::Clusters;
pub(crate) use example::{LinkByExample, LinkByExampleModel, ScoredPairs};
pub(crate) use explain::LinkExplanation;
pub(crate) use linker::Linker;
pub(crate) use links::Links;
pub(crate) use model::{LinkIndex, LinkModel};

use crate::table::read;
use crm_mining::data::{Column, Table};
use crm_mining::prepare;
use pyo3::prelude::*;
use std::sync::Arc;

/// The rows that may be one customer: those of one table, or of two.
#[derive(Clone)]
struct Records {
    left: Arc<Table>,
    right: Option<Arc<Table>>,
}

impl Records {
    /// The rows of one frame or of two; messages call them left and right.
    fn read(left: &Bound<'_, PyAny>, right: Option<&Bound<'_, PyAny>>) -> PyResult<Records> {
        let right = right.map(|right| read(right, "right", None)).transpose()?;
        Ok(Records { left: read(left, "left", None)?, right })
    }

    fn core(&self) -> prepare::Records<'_> {
        match &self.right {
            Some(right) => prepare::Records::between(&self.left, right),
            None => prepare::Records::within(&self.left),
        }
    }

    /// The number of a row in its source.
    fn number(&self, row: u32) -> i64 {
        let (row, border) = (row as usize, self.left.n_rows());
        let number = match &self.right {
            Some(right) if row >= border => right.row_number(row - border),
            _ => self.left.row_number(row),
        };
        number as i64
    }
}

/// A column of row positions.
fn positions<'a>(name: &str, rows: impl IntoIterator<Item = &'a u32>) -> Column {
    Column::ints(name, rows.into_iter().map(|&row| i64::from(row)).collect())
}
