//! Customers: the rows that links join.

use crate::error::raise;
use crate::run::run;
use crate::table::Table;
use crm_mining::Result;
use crm_mining::data::ToTable;
use crm_mining::prepare;
use pyo3::prelude::*;
use std::sync::Arc;

/// Rows by customer. Every row is in one cluster; clusters are numbered from 0 in the order of their first
/// rows. Made by `Links.clusters`.
///
/// Columns: position of the row from 0, rows of the right table after those of the left; customer; table that the
/// row comes from and its row number there, from 1 where a frame was given; rows_of_customer. Nothing is lost by merging: ``split``, ``unlink`` and ``join``
/// correct what the links say. They take positions and give new clusters; these stay as they are.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Clusters(Arc<prepare::Clusters>);

impl Clusters {
    pub(super) fn bound(py: Python<'_>, clusters: prepare::Clusters) -> PyResult<Bound<'_, Clusters>> {
        let clusters = Arc::new(clusters);
        let rows = clusters.clone();
        let table = run(py, None, move |_| Ok(Arc::new(rows.to_table())))?;
        let table = PyClassInitializer::from(Table::ready(table));
        Bound::new(py, table.add_subclass(Clusters(clusters)))
    }

    /// The clusters with a decision added.
    fn with<'py>(
        &self,
        py: Python<'py>,
        decide: impl FnOnce(&mut prepare::Clusters) -> Result<()> + Send,
    ) -> PyResult<Bound<'py, Clusters>> {
        let mut clusters = prepare::Clusters::clone(&self.0);
        py.detach(|| decide(&mut clusters)).map_err(raise)?;
        Clusters::bound(py, clusters)
    }

    /// The cluster of every row.
    pub(crate) fn of_rows(&self) -> Vec<i64> {
        self.0.cluster_of().iter().map(|&cluster| i64::from(cluster)).collect()
    }
}

#[pymethods]
impl Clusters {
    /// How many customers.
    #[getter]
    fn n_customers(&self) -> usize {
        self.0.len()
    }

    /// The probability from which links were followed.
    #[getter]
    fn threshold(&self) -> f64 {
        self.0.threshold()
    }

    /// The cluster of every row, by position.
    #[getter]
    fn cluster_of(&self) -> Vec<i64> {
        self.of_rows()
    }

    /// The positions of the rows of a cluster; none beyond the last cluster.
    ///
    /// Parameters
    /// ----------
    /// cluster : int
    ///     Its number.
    ///
    /// Returns
    /// -------
    /// list of int
    fn members(&self, cluster: usize) -> Vec<u32> {
        self.0.members(cluster).to_vec()
    }

    /// Takes a cluster apart. Members in no group stay with those that their links join them to.
    ///
    /// Parameters
    /// ----------
    /// cluster : int
    ///     Its number.
    /// groups : sequence of sequences of int
    ///     The positions of rows that belong together.
    ///
    /// Returns
    /// -------
    /// Clusters
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A row that is not a member, or stands in two groups.
    fn split<'py>(
        &self,
        py: Python<'py>,
        cluster: usize,
        groups: Vec<Vec<u32>>,
    ) -> PyResult<Bound<'py, Clusters>> {
        self.with(py, move |clusters| clusters.split(cluster, &groups))
    }

    /// States that two rows are not one customer.
    ///
    /// Parameters
    /// ----------
    /// a, b : int
    ///     The positions of the rows.
    ///
    /// Returns
    /// -------
    /// Clusters
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A row beyond the last, or the same row twice.
    fn unlink<'py>(&self, py: Python<'py>, a: u32, b: u32) -> PyResult<Bound<'py, Clusters>> {
        self.with(py, move |clusters| clusters.unlink(a, b))
    }

    /// States that the customers of two rows are one.
    ///
    /// Parameters
    /// ----------
    /// a, b : int
    ///     The positions of the rows.
    ///
    /// Returns
    /// -------
    /// Clusters
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A row beyond the last, or the same row twice.
    fn join<'py>(&self, py: Python<'py>, a: u32, b: u32) -> PyResult<Bound<'py, Clusters>> {
        self.with(py, move |clusters| clusters.join(a, b))
    }
}
