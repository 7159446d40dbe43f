//! Data profiling.

use crate::convert::{choice, from_json, plain, setting, to_json, word};
use crate::date::Date;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::Days;
use crm_mining::prepare::{self, PersonalValues, QualityWeights};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// Data profiling: what each column of a table holds, what it is suspected to be, and how good the data is.
///
/// Use it on any table before anything else. Nothing is changed. Personal data is told by shape, and shown as
/// its pattern only.
///
/// Parameters
/// ----------
/// top : int, default 10
///     Values and patterns listed per column.
/// quantiles : sequence of float, default (0.05, 0.25, 0.5, 0.75, 0.95)
///     Quantiles of numbers, from 0 to 1.
/// type_share : float, default 0.9
///     A text column is of a type that this share of its values fits, above 0.5.
/// personal_share : float, default 0.2
///     A column is suspected to be personal from this share of its values on, above 0.
/// personal_values : {"masked", "shown"}, default "masked"
///     Whether personal values are shown.
/// markers : sequence of str, default ()
///     Texts that stand for a missing value, beside ``NA``, ``null``, ``-``, ``?`` and their like.
/// weights : dict of str to float, optional
///     How much completeness, uniqueness, validity, consistency and timeliness count in the score; 1 each
///     when left out.
/// timeliness : tuple of str, date and int, optional
///     What timeliness is measured by: the column of dates, the day the data should speak of, and the age in
///     days up to which a row is timely. Not measured when left out.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> customers = pl.DataFrame({"id": ["00123", "123", "0123"], "spend": ["18.5", "NA", "7"]})
/// >>> quality = crm.Quality().measure(customers)
/// >>> quality.to_polars().select("column", "content", "markers", "roles").rows()
/// [('id', 'text', 0, 'id; key'), ('spend', 'number', 1, 'key')]
/// >>> round(quality.score["completeness"], 3)
/// 0.833
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Quality(prepare::Quality);

settings! { Quality {
    #[new]
    #[pyo3(
        signature = (top = 10, *, quantiles = None, type_share = 0.9, personal_share = 0.2, personal_values = "masked", markers = Vec::new(), weights = None, timeliness = None),
        text_signature = "(top=10, *, quantiles=(0.05, 0.25, 0.5, 0.75, 0.95), type_share=0.9, personal_share=0.2, personal_values='masked', markers=(), weights=None, timeliness=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python, the settings of Quality")]
    fn new(
        top: usize,
        quantiles: Option<Vec<f64>>,
        type_share: f64,
        personal_share: f64,
        personal_values: &str,
        markers: Vec<String>,
        weights: Option<&Bound<'_, PyAny>>,
        timeliness: Option<(String, Date, i32)>,
    ) -> PyResult<Quality> {
        let mut quality = prepare::Quality {
            top,
            type_share,
            personal_share,
            personal_values: choice::<PersonalValues>("Quality", "personal_values", personal_values)?,
            markers,
            ..prepare::Quality::default()
        };
        if let Some(quantiles) = quantiles {
            quality.quantiles = quantiles;
        }
        if let Some(weights) = weights {
            quality.weights = setting::<QualityWeights>("Quality", "weights", weights)?;
        }
        quality.timeliness = timeliness
            .map(|(column, Date(as_of), days)| prepare::Timeliness { column, as_of, max_age: Days(days) });
        Ok(Quality(quality))
    }

    /// Values and patterns listed per column.
    #[getter]
    fn top(&self) -> usize {
        self.0.top
    }

    /// Quantiles of numbers.
    #[getter]
    fn quantiles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.quantiles)
    }

    /// The share of values that fit the type of a text column.
    #[getter]
    fn type_share(&self) -> f64 {
        self.0.type_share
    }

    /// The share of values from which on a column is suspected to be personal.
    #[getter]
    fn personal_share(&self) -> f64 {
        self.0.personal_share
    }

    /// Whether personal values are shown.
    #[getter]
    fn personal_values(&self) -> String {
        word(&self.0.personal_values)
    }

    /// Further texts that stand for a missing value.
    #[getter]
    fn markers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.markers)
    }

    /// How much each part counts in the score.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.weights)
    }

    /// What timeliness is measured by: column, day and age in days.
    #[getter]
    fn timeliness(&self) -> Option<(&str, Date, i32)> {
        let timeliness = self.0.timeliness.as_ref()?;
        Some((timeliness.column.as_str(), Date(timeliness.as_of), timeliness.max_age.0))
    }

    /// Profiles a table.
    ///
    /// Parameters
    /// ----------
    /// data : Table or frame
    ///     What to profile.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// TableQuality
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of its range.
    /// MissingColumn
    ///     The column named for timeliness is not in the table.
    /// InvalidColumn
    ///     It holds no dates.
    #[pyo3(signature = (data, *, progress = None))]
    fn measure<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, TableQuality>> {
        let (settings, table) = (self.0.clone(), read(data, UNNAMED, None)?);
        let quality = run(data.py(), progress, move |control| settings.measure_with(&table, control))?;
        TableQuality::bound(data.py(), quality)
    }
} }

/// What data profiling tells of a table: one row per column, and the keys, repeated rows and score of the
/// whole. Printed, it is a page of text; in a notebook, one of HTML. Made by `Quality.measure`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct TableQuality(Arc<prepare::TableQuality>);

impl TableQuality {
    fn bound(py: Python<'_>, quality: prepare::TableQuality) -> PyResult<Bound<'_, TableQuality>> {
        let quality = Arc::new(quality);
        Bound::new(py, Table::of(quality.clone()).add_subclass(TableQuality(quality)))
    }
}

#[pymethods]
impl TableQuality {
    /// The name of the table.
    #[getter]
    fn table(&self) -> &str {
        &self.0.table
    }

    /// Rows of the table.
    #[getter]
    fn n_rows(&self) -> u64 {
        self.0.n_rows
    }

    /// Rows that equal an earlier one in every column.
    #[getter]
    fn repeated_rows(&self) -> u64 {
        self.0.repeated_rows
    }

    /// Pairs of columns that together name every row where neither does alone; at most eight.
    #[getter]
    fn keys_of_two(&self) -> Vec<(String, String)> {
        self.0.keys_of_two.iter().cloned().map(|[a, b]| (a, b)).collect()
    }

    /// The quality score from 0 to 100, and its parts (completeness, uniqueness, validity, consistency,
    /// timeliness) as shares; None where a part is not defined for the table.
    #[getter]
    fn score<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.score)
    }

    /// What is told of each column, as dicts: more than the table holds, such as all top values, misfits and
    /// patterns.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.columns)
    }

    /// Everything as dicts, lists, texts and numbers.
    ///
    /// Returns
    /// -------
    /// dict
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &*self.0)
    }

    /// Everything as JSON, for `TableQuality.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// What `TableQuality.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// TableQuality
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, TableQuality>> {
        TableQuality::bound(py, from_json("TableQuality", "json", json)?)
    }

    /// A piece of HTML for a page: no script, nothing loaded, every name and value escaped.
    ///
    /// Returns
    /// -------
    /// str
    fn to_html(&self) -> String {
        self.0.to_html()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        self.0.to_string()
    }

    fn _repr_html_(&self) -> String {
        self.0.to_html()
    }
}
