//! The pairs that linking keeps.

use super::{Clusters, LinkExplanation, Records};
use crate::convert::plain;
use crate::error::raise;
use crate::run::run;
use crate::table::Table;
use crm_mining::data::ToTable;
use crm_mining::prepare;
use pyo3::prelude::*;
use std::sync::Arc;

/// The pairs of rows that may be one customer, and what speaks for each. Made by `LinkModel.predict`.
///
/// Columns: left_position and right_position, the positions of the rows from 0, those of the right table after
/// those of the left; left_row and right_row, the numbers of the rows in their sources, from 1 where a frame was
/// given; weight in bits; probability; and the level of each comparison. Methods take positions.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Links {
    links: Arc<prepare::Links>,
    model: Arc<prepare::LinkModel>,
    records: Records,
}

impl Links {
    pub(super) fn bound(
        py: Python<'_>,
        links: prepare::Links,
        model: Arc<prepare::LinkModel>,
        records: Records,
    ) -> PyResult<Bound<'_, Links>> {
        let links = Arc::new(links);
        let pairs = links.clone();
        let table = run(py, None, move |_| Ok(Arc::new(pairs.to_table())))?;
        let table = PyClassInitializer::from(Table::ready(table));
        Bound::new(py, table.add_subclass(Links { links, model, records }))
    }
}

#[pymethods]
impl Links {
    /// The customers: rows joined by links of at least this probability, directly or through others.
    ///
    /// Parameters
    /// ----------
    /// threshold : float, optional
    ///     The probability; that of the linker when left out.
    ///
    /// Returns
    /// -------
    /// Clusters
    #[pyo3(signature = (threshold = None))]
    fn clusters<'py>(&self, py: Python<'py>, threshold: Option<f64>) -> PyResult<Bound<'py, Clusters>> {
        let (links, threshold) = (self.links.clone(), self.threshold(threshold));
        Clusters::bound(py, run(py, None, move |_| links.clusters(threshold))?)
    }

    /// The links of which no row has two, the strongest first to choose. For two tables without duplicates.
    ///
    /// Parameters
    /// ----------
    /// threshold : float, optional
    ///     The probability from which a pair is a link; that of the linker when left out.
    ///
    /// Returns
    /// -------
    /// Links
    #[pyo3(signature = (threshold = None))]
    fn one_to_one<'py>(&self, py: Python<'py>, threshold: Option<f64>) -> PyResult<Bound<'py, Links>> {
        let (links, threshold) = (self.links.clone(), self.threshold(threshold));
        let links = run(py, None, move |_| Ok(links.one_to_one(threshold)))?;
        Links::bound(py, links, self.model.clone(), self.records.clone())
    }

    /// What a threshold is expected to give, if the probabilities are right: links, precision, recall and f1.
    ///
    /// Parameters
    /// ----------
    /// threshold : float, optional
    ///     The probability from which a pair is a link; that of the linker when left out.
    ///
    /// Returns
    /// -------
    /// dict
    #[pyo3(signature = (threshold = None))]
    fn expected<'py>(&self, py: Python<'py>, threshold: Option<f64>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.links.expected(self.threshold(threshold)))
    }

    /// The threshold whose links are expected to have the highest F1.
    ///
    /// Returns
    /// -------
    /// float
    fn suggest_threshold(&self, py: Python<'_>) -> f64 {
        py.detach(|| self.links.suggest_threshold())
    }

    /// Why two rows are linked or not, column by column; any two rows may be asked for.
    ///
    /// Parameters
    /// ----------
    /// a, b : int
    ///     The positions of the rows.
    ///
    /// Returns
    /// -------
    /// LinkExplanation
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A row beyond the last.
    fn explain<'py>(&self, py: Python<'py>, a: u32, b: u32) -> PyResult<Bound<'py, LinkExplanation>> {
        let explanation = py.detach(|| self.model.explain(&self.records.core(), a, b)).map_err(raise)?;
        LinkExplanation::bound(py, explanation)
    }
}

impl Links {
    fn threshold(&self, given: Option<f64>) -> f64 {
        given.unwrap_or(self.model.settings().threshold)
    }
}
