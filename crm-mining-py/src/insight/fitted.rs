//! What the models of buying and of spend have in common.

use crate::convert::word;
use crate::data::Summary;
use crate::run::run;
use crate::table::Table;
use crm_mining::Result;
use crm_mining::data::{self, Column, Keys};
use crm_mining::insight::FitStatus;
use pyo3::prelude::*;
use std::sync::Arc;

pub(super) fn status(status: &FitStatus) -> &'static str {
    match status {
        FitStatus::Converged => "converged",
        FitStatus::Boundary(_) => "boundary",
    }
}

pub(super) fn boundaries(status: &FitStatus) -> Vec<String> {
    match status {
        FitStatus::Converged => Vec::new(),
        FitStatus::Boundary(boundaries) => boundaries.iter().map(word).collect(),
    }
}

/// One figure per customer as a table.
fn figures(name: &str, customers: &Keys, values: Vec<f64>) -> Result<data::Table> {
    data::Table::new(name, vec![Column::keys("customer", customers), Column::floats(name, values)])
}

/// The figures that a model gives for the customers of a summary.
pub(super) fn predicted<'py>(
    py: Python<'py>,
    name: &'static str,
    summary: &Summary,
    values: impl FnOnce(&data::Summary) -> Result<Vec<f64>> + Send + 'static,
) -> PyResult<Bound<'py, Table>> {
    let summary = summary.0.clone();
    let table = run(py, None, move |_| figures(name, summary.customers(), values(&summary)?))?;
    Bound::new(py, Table::ready(Arc::new(table)))
}

/// The words that follow the parameters of a model at a boundary.
pub(super) fn edges(status: &FitStatus) -> String {
    match boundaries(status).join(", ") {
        none if none.is_empty() => none,
        edges => format!(", at the boundary: {edges}"),
    }
}
