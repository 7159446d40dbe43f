//! Cleaning plans.

use crate::convert::{plain, setting, to_json};
use crate::error::raise;
use crate::run::run;
use crate::settings::settings;
use crate::show;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::{self, ToTable};
use crm_mining::prepare::{self, ChangeLog, PlanRejected, StepCount};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Arc;

/// A list of cleaning steps that is learnt on one table and applied unchanged to the next. Nothing is lost:
/// every row is kept or set aside with a reason, every changed cell is in a log, and the input can be had
/// back.
///
/// Text such as "NA" is text until ``missing_markers`` says otherwise. Numeric steps take columns of numbers
/// and dates; a ``format`` step reads text as such.
///
/// Parameters
/// ----------
/// steps : sequence of dict
///     What is done, in order; each a dict from the name of a step to its settings:
///
///     - {"duplicates": {"columns": ["email"], "keep": "first"}}, "last" or "most_complete"; no columns: all
///     - {"missing_markers": {"columns": ["city"], "markers": ["-"]}}; no markers: the usual ones
///     - {"drop_missing": {"columns": ["name"]}}
///     - {"fill": {"columns": ["age"], "with": "mean", "by": "city"}}, "median", "mode", {"constant": 0}
///     - {"forward_fill": {"columns": ["price"], "along": "date", "by": "item"}}
///     - {"interpolate": {"columns": ["price"], "along": "date"}}
///     - {"nearest_fill": {"columns": ["income"], "using": ["age"], "k": 5, "donors": 1000}}
///     - {"outliers": {"columns": ["age"], "rule": {"sigma": 3}, "action": "set_missing"}}, rule {"box_plot":
///       1.5}, {"mad": 3.5}, {"quantiles": [0.01, 0.99]}, action "flag", "cap" or "reject"
///     - {"isolation": {"columns": ["age", "income"], "trees": 100, "sample": 256, "from": {"share": 0.01},
///       "action": "flag", "seed": 0}}
///     - {"normalize_text": {"columns": ["name"], "forms": ["nfkc", "trim", "collapse_spaces"]}}, "nfc",
///       "half_width", "simplified", "lower_case", "upper_case"
///     - {"format": {"columns": ["joined"], "to": {"date": {}}, "unfit": "set_missing"}}, to "number", "email",
///       {"phone": {"country": 86}}, unfit "reject" or "flag"
///     - {"spelling": {"columns": ["city"], "key": "fingerprint", "edits": 1}}, key {"ngram": 2}
///     - {"range": {"column": "age", "min": 0, "max": 120, "action": "reject"}}
///     - {"reference": {"column": "shop", "of": "shops", "keys": ["S1", "S2"], "action": "reject"}}
///     - {"rule": {"rule": "paid >= 0", "action": "reject"}}
///     - {"dependency": {"determinant": ["postcode"], "dependent": "city", "action": "repair"}}
///     - {"orders": {"steps": ["cap"], "roles": {}}}: the steps of a `Cleaner`
///
/// A column of a file of which its reader found that it says numbers is made one of numbers before the first step that
/// takes it as such, by a "format" step that `FittedPlan.plan` shows.
///
/// Raises
/// ------
/// InvalidParameter
///     A step that there is not, or a setting out of range.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> plan = crm.CleaningPlan([
/// ...     {"normalize_text": {"columns": ["name"], "forms": ["half_width", "trim"]}},
/// ...     {"duplicates": {}},
/// ...     {"rule": {"rule": "age <= 120", "action": "reject"}},
/// ...     {"fill": {"columns": ["age"], "with": "mean"}},
/// ... ])
/// >>> people = pl.DataFrame({"name": [" Li ", "Wu", "Li", "Wu"], "age": [31.0, None, 31.0, 240.0]})
/// >>> result = plan.run(people)
/// >>> result.table.to_polars().rows()
/// [('Li', 31.0), ('Wu', 31.0)]
/// >>> result.rejected.to_polars()["reason"].to_list()
/// ['equals another row', 'breaks the rule age <= 120']
/// >>> result.undo().to_polars().equals(people)
/// True
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct CleaningPlan(prepare::CleaningPlan);

/// The table of a frame; copied only when the caller keeps it.
fn own(data: &Bound<'_, PyAny>) -> PyResult<data::Table> {
    Ok(Arc::unwrap_or_clone(read(data, UNNAMED, None)?))
}

settings! { CleaningPlan {
    #[new]
    #[pyo3(signature = (steps))]
    fn new(steps: &Bound<'_, PyAny>) -> PyResult<CleaningPlan> {
        let plan = prepare::CleaningPlan { steps: setting("CleaningPlan", "steps", steps)? };
        plan.check().map_err(raise)?;
        Ok(CleaningPlan(plan))
    }

    /// What is done, in order.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.steps)
    }

    /// Learns what the steps need, each on the table as the steps before left it.
    ///
    /// Parameters
    /// ----------
    /// data : frame
    ///     The table to learn from; it stays as it is.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// FittedPlan
    ///
    /// Raises
    /// ------
    /// MissingColumn, InvalidColumn
    ///     A column that is not there or not of the type its step needs.
    #[pyo3(signature = (data, *, progress = None))]
    fn fit(&self, data: &Bound<'_, PyAny>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<FittedPlan> {
        let (plan, table) = (self.0.clone(), read(data, UNNAMED, None)?);
        let fitted = run(data.py(), progress, move |control| plan.fit_with(&table, control))?;
        Ok(FittedPlan(Arc::new(fitted)))
    }

    /// Learns the plan on a table and applies it to the same.
    ///
    /// Parameters
    /// ----------
    /// data : frame
    ///     The table.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// PlanResult
    ///
    /// Raises
    /// ------
    /// MissingColumn, InvalidColumn
    ///     A column that is not there or not of the type its step needs.
    #[pyo3(signature = (data, *, progress = None))]
    fn run(&self, data: &Bound<'_, PyAny>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<PlanResult> {
        let (plan, table) = (self.0.clone(), own(data)?);
        let (_, result) = run(data.py(), progress, move |control| plan.fit_and_run_with(table, control))?;
        PlanResult::of(data.py(), result)
    }

    /// The plan as JSON, for `CleaningPlan.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&self.0)
    }

    /// The plan that `CleaningPlan.to_json` wrote, or somebody by hand.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// CleaningPlan
    ///
    /// Raises
    /// ------
    /// Malformed
    ///     It is no plan.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<CleaningPlan> {
        prepare::CleaningPlan::from_json(json).map(CleaningPlan).map_err(raise)
    }
} }

/// A `CleaningPlan` with what it learnt from a table. It does the same to every table. Made by
/// `CleaningPlan.fit`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct FittedPlan(Arc<prepare::FittedPlan>);

#[pymethods]
impl FittedPlan {
    /// The plan that was fitted, with the format steps that were added for text that says numbers.
    #[getter]
    fn plan(&self) -> CleaningPlan {
        CleaningPlan(self.0.plan())
    }

    /// Applies the plan, with what it learnt, to a table.
    ///
    /// Parameters
    /// ----------
    /// data : frame
    ///     The table.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// PlanResult
    ///
    /// Raises
    /// ------
    /// MissingColumn, InvalidColumn
    ///     A column that is not there or of another type than at the fit.
    #[pyo3(signature = (data, *, progress = None))]
    fn run(&self, data: &Bound<'_, PyAny>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<PlanResult> {
        let (plan, table) = (self.0.clone(), own(data)?);
        PlanResult::of(data.py(), run(data.py(), progress, move |control| plan.run_with(table, control))?)
    }

    /// The fitted plan as JSON, for `FittedPlan.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The fitted plan that `FittedPlan.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// FittedPlan
    ///
    /// Raises
    /// ------
    /// Malformed
    ///     It is no fitted plan.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<FittedPlan> {
        prepare::FittedPlan::from_json(json).map(|plan| FittedPlan(Arc::new(plan))).map_err(raise)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let plan = self.0.plan();
        let names: Vec<&str> = plan.steps.iter().map(prepare::PlanStep::name).collect();
        format!("FittedPlan: {}", names.join(", "))
    }
}

/// A cleaned table, what was changed, what was set aside, and the count of each step. Made by
/// `CleaningPlan.run` and `FittedPlan.run`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct PlanResult {
    table: Arc<data::Table>,
    log: Arc<ChangeLog>,
    /// The log as a table, which is made once, when somebody looks.
    changes: Py<Table>,
    rejected: Arc<PlanRejected>,
    steps: Vec<StepCount>,
}

impl PlanResult {
    fn of(py: Python<'_>, result: prepare::PlanResult) -> PyResult<PlanResult> {
        let prepare::PlanResult { table, log, rejected, steps } = result;
        let log = Arc::new(log);
        let changes = Py::new(py, Table::of(log.clone()))?;
        Ok(PlanResult { table: Arc::new(table), log, changes, rejected: Arc::new(rejected), steps })
    }

    fn summary(&self) -> String {
        format!(
            "{}: {} of {} rows left; {} set aside, {} values changed",
            self.table.name(),
            self.table.n_rows(),
            self.rows_in(),
            self.rejected.len(),
            self.log.len()
        )
    }
}

#[pymethods]
impl PlanResult {
    /// The rows left; they keep the numbers they had in the source.
    #[getter]
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(self.table.clone()))
    }

    /// Every value that was changed: row, column, before, after, step and its name.
    #[getter]
    fn log(&self, py: Python<'_>) -> Py<Table> {
        self.changes.clone_ref(py)
    }

    /// The rows set aside as they came in, with their source row, step and reason in front.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, &*self.rejected)
    }

    /// How many rows were set aside for each reason, most frequent first.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (reason, count) in self.rejected.counts() {
            counts.set_item(reason, count)?;
        }
        Ok(counts)
    }

    /// What each step did: step, rows_in, rejected, changed.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.steps.as_slice())
    }

    /// The rows that came in: those left and those set aside.
    #[getter]
    fn rows_in(&self) -> usize {
        self.table.n_rows() + self.rejected.len()
    }

    /// The input as it was: values, types, missing ones and the order of rows.
    ///
    /// Returns
    /// -------
    /// Table
    fn undo<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        let (log, table, rejected) = (self.log.clone(), self.table.clone(), self.rejected.clone());
        let input = run(py, None, move |_| log.undo(&table, &rejected))?;
        Bound::new(py, Table::ready(Arc::new(input)))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        py.detach(|| self.summary())
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        let summary = show::escaped(&py.detach(|| self.summary()));
        let steps = show::html(&self.steps.to_table());
        let changes = self.changes.get().core(py);
        match changes.n_rows() {
            0 => format!("<p>{summary}</p>{steps}"),
            _ => format!("<p>{summary}</p>{steps}{}", show::html(&changes)),
        }
    }
}
