//! Saved segments, and whether they still fit.

use super::{Rows, Segments};
use crate::convert::{from_json, plain, to_json, word};
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data::{self, Column};
use crm_mining::{Predict, Result, insight};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// Segments without their customers: how features are prepared, the centers, and what each segment is. Had as
/// ``model`` of `Segments`.
///
/// It holds figures of segments and of no single customer, and assigns customers as the segments do, bit by bit, in
/// whatever process it is loaded.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct SegmentModel(pub(super) Arc<insight::SegmentModel>);

/// The segment of each row, as a table.
pub(super) fn assigned(model: &insight::SegmentModel, rows: &Rows) -> Result<data::Table> {
    let labels = match rows {
        Rows::Features(features) => model.predict(&**features)?,
        Rows::Table(table) => model.predict(&**table)?,
    };
    let name = |&label: &u32| model.segments().get(label as usize).map(|each| each.name.as_str());
    let customers = if let Rows::Features(features) = rows { features.customers() } else { None };
    let customer = customers.map(|keys| Column::keys("customer", keys));
    let of = [
        Column::ints("segment", labels.iter().map(|&label| i64::from(label)).collect()),
        Column::text("segment_name", labels.iter().map(name)),
    ];
    data::Table::new("segments", customer.into_iter().chain(of).collect())
}

#[pymethods]
impl SegmentModel {
    /// The number of segments.
    #[getter]
    fn k(&self) -> usize {
        self.0.k()
    }

    /// Each segment with size, share, silhouette, means, medians and words as they were at the fit, as a dict.
    #[getter]
    fn segments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.segments())
    }

    /// The features of the fit.
    #[getter]
    fn feature_names(&self) -> Vec<String> {
        self.0.feature_names().to_vec()
    }

    /// The center of each segment in the units of the features; of a logged feature, exp of the mean of
    /// ln(1 + x), less 1.
    #[getter]
    fn centers(&self) -> Vec<Vec<f64>> {
        (0..self.0.k()).filter_map(|segment| self.0.center(segment)).collect()
    }

    /// The mean squared distance of customers to the nearest center, in logged and standardized units.
    ///
    /// Parameters
    /// ----------
    /// features : Features, RfmScores, Table or frame
    ///     Of the same names as at the fit.
    ///
    /// Returns
    /// -------
    /// float
    ///
    /// Raises
    /// ------
    /// FeatureMismatch
    ///     Other features than at the fit.
    /// NotEnoughData
    ///     No customer.
    fn mean_inertia(&self, py: Python<'_>, features: Rows) -> PyResult<f64> {
        let model = self.0.clone();
        run(py, None, move |_| model.mean_inertia(&*features.plain(&model)?))
    }

    /// The segments of customers: one row for each of theirs, in the same order.
    ///
    /// Parameters
    /// ----------
    /// features : Features, RfmScores, Table or frame
    ///     Of the same names as at the fit.
    ///
    /// Returns
    /// -------
    /// Table
    ///
    /// Raises
    /// ------
    /// FeatureMismatch
    ///     Other features than at the fit.
    fn predict<'py>(&self, py: Python<'py>, features: Rows) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        let table = run(py, None, move |_| assigned(&model, &features))?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The model as JSON, for `SegmentModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `SegmentModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// SegmentModel
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A text that no fit can have written.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<SegmentModel> {
        Ok(SegmentModel(Arc::new(from_json("SegmentModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.0.segments().iter().map(|segment| segment.name.as_str()).collect();
        format!(
            "model of {} segments by {}\n{}",
            self.0.k(),
            self.0.feature_names().join(", "),
            names.join("\n")
        )
    }
}

/// Learnt segments, with or without their customers.
#[derive(FromPyObject)]
pub(crate) enum Learnt<'py> {
    Segments(Bound<'py, Segments>),
    Model(Bound<'py, SegmentModel>),
}

impl Learnt<'_> {
    pub(super) fn model(&self) -> Arc<insight::SegmentModel> {
        match self {
            Learnt::Segments(segments) => Arc::new(segments.get().0.without_customers().clone()),
            Learnt::Model(model) => model.get().0.clone(),
        }
    }
}

/// Whether a saved segmentation still fits customers of today, or whether it pays to fit it anew.
///
/// The customers are cut into two halves at random; a new fit on one half is judged beside the old model on the
/// other, and the other way round. Fit anew when the mean squared distance to the nearest center falls by
/// ``min_gain`` and the mean silhouette does not fall, when the mean silhouette rises by ``min_silhouette_gain``, or
/// when the old model puts all customers into one segment.
///
/// Parameters
/// ----------
/// min_gain : float, default 0.05
///     Fall of the mean squared distance that pays, 0 to 1.
/// min_silhouette_gain : float, default 0.05
///     Rise of the mean silhouette that pays, 0 to 2.
/// n_init : int, default 10
///     Starts of k-means.
/// seed : int, default 42
///     Of the halves and the starts.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> def spends(few, much):
/// ...     spend = [i % 7 + (few if i % 2 == 0 else much) for i in range(60)]
/// ...     return crm.Features(pl.DataFrame({"spend": spend}), ["spend"])
/// >>> model = crm.Segmentation.kmeans(2).fit(spends(100.0, 200.0)).model
/// >>> crm.Refit().check(model, spends(101.0, 199.0)).decision
/// 'keep'
/// >>> crm.Refit().check(model, spends(60.0, 240.0)).decision
/// 'refit'
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Refit {
    /// Fall of the mean squared distance that pays.
    min_gain: f64,
    /// Rise of the mean silhouette that pays.
    min_silhouette_gain: f64,
    /// Starts of k-means.
    n_init: usize,
    /// Of the halves and the starts.
    seed: u64,
}

settings! { Refit {
    #[new]
    #[pyo3(signature = (min_gain = 0.05, min_silhouette_gain = 0.05, n_init = 10, seed = 42))]
    fn new(
        #[pyo3(from_py_with = crate::given::refit::min_gain)] min_gain: f64,
        #[pyo3(from_py_with = crate::given::refit::min_silhouette_gain)] min_silhouette_gain: f64,
        #[pyo3(from_py_with = crate::given::refit::n_init)] n_init: usize,
        #[pyo3(from_py_with = crate::given::refit::seed)] seed: u64,
    ) -> Refit {
        Refit { min_gain, min_silhouette_gain, n_init, seed }
    }

    /// Compares a model with a new fit on the customers of today.
    ///
    /// Parameters
    /// ----------
    /// old : Segments or SegmentModel
    ///     The segments of then.
    /// features : Features, RfmScores, Table or frame
    ///     The customers of today, of the same names as at the fit.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// RefitCheck
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range.
    /// FeatureMismatch
    ///     Other features than the model's.
    /// NotEnoughData
    ///     Fewer than 2 customers.
    /// TooManyClusters
    ///     Fewer distinct customers in a half than segments.
    #[pyo3(signature = (old, features, *, progress = None))]
    fn check<'py>(
        &self,
        py: Python<'py>,
        old: Learnt<'py>,
        features: Rows,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, RefitCheck>> {
        let &Refit { min_gain, min_silhouette_gain, n_init, seed } = self;
        let settings = insight::Refit { min_gain, min_silhouette_gain, n_init, seed };
        let old = old.model();
        let check = run(py, progress, move |control| settings.check_with(&old, &*features.plain(&old)?, control))?;
        let check = Arc::new(check);
        Bound::new(py, Table::of(check.clone()).add_subclass(RefitCheck(check)))
    }
} }

/// The old model and a new fit beside each other, on customers that the new fit had not seen. As a table, one row
/// each. Made by `Refit.check`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RefitCheck(Arc<insight::RefitCheck>);

#[pymethods]
impl RefitCheck {
    /// What to do: "keep" or "refit".
    #[getter]
    fn decision(&self) -> String {
        word(&self.0.decision)
    }

    /// Why, in one sentence.
    #[getter]
    fn why(&self) -> &str {
        &self.0.why
    }

    /// How many customers were looked at.
    #[getter]
    fn n_customers(&self) -> usize {
        self.0.n_customers
    }

    /// The mean squared distance to the nearest center of the old model.
    #[getter]
    fn old_inertia(&self) -> f64 {
        self.0.old_inertia
    }

    /// The mean squared distance to the nearest center of a new fit.
    #[getter]
    fn new_inertia(&self) -> f64 {
        self.0.new_inertia
    }

    /// By what share the latter is lower; negative when it is higher.
    #[getter]
    fn gain(&self) -> f64 {
        self.0.gain
    }

    /// The mean silhouette of the old model; None where it puts a half into one segment.
    #[getter]
    fn old_silhouette(&self) -> Option<f64> {
        self.0.old_silhouette
    }

    /// The mean silhouette of a new fit; None where it puts a half into one segment.
    #[getter]
    fn new_silhouette(&self) -> Option<f64> {
        self.0.new_silhouette
    }

    /// The share of customers whom a new fit on all of them would put into another segment than that which goes with
    /// their old one.
    #[getter]
    fn moved(&self) -> f64 {
        self.0.moved
    }

    fn __repr__(&self) -> String {
        self.0.to_string()
    }
}
