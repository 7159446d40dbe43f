//! Survival curves, and whether groups survive alike.

use super::durations::Durations;
use crate::convert::{from_json, to_json};
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Fit;
use crm_mining::{learn, report};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Arc;

/// The share that still survives at each time, by Kaplan & Meier, and the cumulative hazard, by Nelson & Aalen.
///
/// For several groups, fit each (`Durations.by_group`) and compare them by `log_rank`. Intervals are pointwise and
/// come from Greenwood's variance on the scale of ln(−ln S).
///
/// Parameters
/// ----------
/// level : float, default 0.95
///     How likely an interval holds the truth, above 0 and below 1.
///
/// Examples
/// --------
/// >>> months = crm.learn.Durations([1, 2, 2, 4], [True, True, False, False])
/// >>> curve = crm.learn.KaplanMeier().fit(months)
/// >>> curve.survival_at(1.5), curve.median
/// (0.75, 2.0)
#[pyclass(frozen, eq, get_all, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct KaplanMeier {
    /// How likely an interval holds the truth.
    level: f64,
}

settings! { KaplanMeier {
    #[new]
    #[pyo3(signature = (level = 0.95))]
    fn new(#[pyo3(from_py_with = crate::given::kaplan_meier::level)] level: f64) -> KaplanMeier {
        KaplanMeier { level }
    }

    /// Finds the curve.
    ///
    /// Parameters
    /// ----------
    /// durations : Durations
    ///     How long each subject was watched.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// SurvivalCurve
    #[pyo3(signature = (durations, *, progress = None))]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        durations: &Durations,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, SurvivalCurve>> {
        let settings = learn::KaplanMeier { level: self.level };
        let durations = durations.0.clone();
        SurvivalCurve::bound(py, run(py, progress, move |control| settings.fit_with(&durations, control))?)
    }
} }

/// The share surviving each time, with its interval. Made by `KaplanMeier.fit`.
///
/// With the columns time (in the unit of the durations), at_risk, events, censored, survival, lower, upper and
/// cumulative_hazard. Survival stays the same between two times.
#[pyclass(frozen, extends = Table, module = "crm_mining.learn")]
pub(crate) struct SurvivalCurve(Arc<learn::SurvivalCurve>);

impl SurvivalCurve {
    fn bound(py: Python<'_>, curve: learn::SurvivalCurve) -> PyResult<Bound<'_, SurvivalCurve>> {
        let curve = Arc::new(curve);
        Bound::new(py, Table::of(curve.clone()).add_subclass(SurvivalCurve(curve)))
    }
}

#[pymethods]
impl SurvivalCurve {
    /// How likely an interval holds the truth.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level()
    }

    /// The first time that at most half survive; None when the curve does not come down so far.
    #[getter]
    fn median(&self) -> Option<f64> {
        self.0.median()
    }

    /// The share that survives a time.
    ///
    /// Parameters
    /// ----------
    /// time : float
    ///     The time, in the unit of the durations.
    ///
    /// Returns
    /// -------
    /// float
    fn survival_at(&self, #[pyo3(from_py_with = crate::given::survival_curve::time)] time: f64) -> f64 {
        self.0.survival_at(time)
    }

    /// The lower and upper bound of the share that survives a time.
    ///
    /// Parameters
    /// ----------
    /// time : float
    ///     The time, in the unit of the durations.
    ///
    /// Returns
    /// -------
    /// tuple of two floats
    fn interval_at(
        &self,
        #[pyo3(from_py_with = crate::given::survival_curve::time)] time: f64,
    ) -> (f64, f64) {
        self.0.interval_at(time)
    }

    /// The cumulative hazard (Nelson & Aalen) at a time.
    ///
    /// Parameters
    /// ----------
    /// time : float
    ///     The time, in the unit of the durations.
    ///
    /// Returns
    /// -------
    /// float
    fn cumulative_hazard_at(
        &self,
        #[pyo3(from_py_with = crate::given::survival_curve::time)] time: f64,
    ) -> f64 {
        self.0.cumulative_hazard_at(time)
    }

    /// The first time by which it has happened to a share of the subjects; None when the curve does not come down
    /// so far.
    ///
    /// Parameters
    /// ----------
    /// q : float
    ///     The share to whom it has happened, from 0 to 1: 0.5 for the median.
    ///
    /// Returns
    /// -------
    /// float or None
    fn quantile(&self, #[pyo3(from_py_with = crate::given::survival_curve::q)] q: f64) -> Option<f64> {
        self.0.quantile(q)
    }

    /// The lower and upper bound of a quantile, where the bounds of the curve cross it.
    ///
    /// Parameters
    /// ----------
    /// q : float
    ///     The share to whom it has happened, from 0 to 1: 0.5 for the median.
    ///
    /// Returns
    /// -------
    /// tuple of two floats or None
    fn quantile_interval(
        &self,
        #[pyo3(from_py_with = crate::given::survival_curve::q)] q: f64,
    ) -> (Option<f64>, Option<f64>) {
        self.0.quantile_interval(q)
    }

    /// The mean time until the event or until a time, whichever is first: the area under the curve.
    ///
    /// Parameters
    /// ----------
    /// until : float
    ///     The time, in the unit of the durations; at least 0.
    ///
    /// Returns
    /// -------
    /// float
    fn restricted_mean(
        &self,
        #[pyo3(from_py_with = crate::given::survival_curve::until)] until: f64,
    ) -> PyResult<f64> {
        self.0.restricted_mean(until).map_err(raise)
    }

    /// The curve as a step line with its confidence band. Several beside each other: `survival_chart`.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Examples
    /// --------
    /// >>> months = crm.learn.Durations([1, 2, 2, 4], [True, True, False, False])
    /// >>> crm.learn.KaplanMeier().fit(months).plot().table.column_names
    /// ['time', 'survival', 'lower', 'upper']
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || report::survival_chart(&[("", &result)]))
    }

    /// The curve as JSON, for `SurvivalCurve.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The curve that `SurvivalCurve.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// SurvivalCurve
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, SurvivalCurve>> {
        SurvivalCurve::bound(py, from_json("SurvivalCurve", "json", json)?)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }
}

/// Survival curves of several groups in one chart: a step line of each, with its confidence band.
///
/// Parameters
/// ----------
/// curves : dict
///     The names of the groups, as the legend shows them, and the `SurvivalCurve` of each.
///
/// Returns
/// -------
/// Chart
///
/// Raises
/// ------
/// NotEnoughData
///     No curve.
/// InvalidParameter
///     Two names of one text.
///
/// Examples
/// --------
/// >>> months = crm.learn.Durations([1, 2, 3, 8, 9, 9], [1, 1, 1, 1, 1, 0])
/// >>> groups = months.by_group(["web", "web", "web", "shop", "shop", "shop"])
/// >>> curves = {name: crm.learn.KaplanMeier().fit(group) for name, group in groups.items()}
/// >>> crm.learn.survival_chart(curves)
/// chart "Survival" of 7 rows
#[pyfunction]
#[pyo3(signature = (curves))]
pub(crate) fn survival_chart(py: Python<'_>, curves: &Bound<'_, PyDict>) -> PyResult<Chart> {
    let mut named: Vec<(String, Arc<learn::SurvivalCurve>)> = Vec::new();
    for (name, curve) in curves {
        named.push((name.str()?.to_str()?.to_owned(), curve.cast::<SurvivalCurve>()?.get().0.clone()));
    }
    Chart::made(py, move || {
        let curves: Vec<_> = named.iter().map(|(name, curve)| (name.as_str(), &**curve)).collect();
        report::survival_chart(&curves)
    })
}

/// Whether groups survive alike: the outcome of `log_rank`.
#[pyclass(frozen, eq, get_all, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct LogRank {
    /// χ² distributed when the groups survive alike.
    statistic: f64,
    /// The groups that meet others at risk, less one.
    degrees_of_freedom: usize,
    /// How likely groups that survive alike differ so much by chance.
    p_value: f64,
    /// Events observed in each group.
    observed: Vec<f64>,
    /// Events expected in each group if all survived alike.
    expected: Vec<f64>,
}

#[pymethods]
impl LogRank {
    fn __repr__(&self) -> String {
        let LogRank { statistic, degrees_of_freedom, p_value, .. } = self;
        format!("log-rank {statistic:.4} with {degrees_of_freedom} degrees of freedom, p={p_value:.3e}")
    }
}

/// Tests whether two or more groups survive alike.
///
/// Parameters
/// ----------
/// groups : sequence of Durations
///     The groups, as the values of `Durations.by_group`.
///
/// Returns
/// -------
/// LogRank
///
/// Raises
/// ------
/// NotEnoughData
///     Fewer than two groups, no event, or groups that are never at risk together.
///
/// Examples
/// --------
/// >>> months = crm.learn.Durations([1, 2, 3, 8, 9, 9], [1, 1, 1, 1, 1, 0])
/// >>> test = crm.learn.log_rank(months.by_group(list("aaabbb")).values())
/// >>> test.degrees_of_freedom, test.p_value < 0.05
/// (1, True)
#[pyfunction]
#[pyo3(signature = (groups))]
pub(crate) fn log_rank(py: Python<'_>, groups: &Bound<'_, PyAny>) -> PyResult<LogRank> {
    let groups = groups
        .try_iter()?
        .map(|group| Ok(learn::Durations::clone(&group?.cast::<Durations>()?.get().0)))
        .collect::<PyResult<Vec<_>>>()?;
    let learn::LogRank { statistic, degrees_of_freedom, p_value, observed, expected } =
        run(py, None, move |_| learn::log_rank(&groups))?;
    Ok(LogRank { statistic, degrees_of_freedom, p_value, observed, expected })
}

/// Harrell's concordance: how often, of two subjects, the one with the higher risk score had the event first.
///
/// 1 is a perfect order, 0.5 is chance.
///
/// Parameters
/// ----------
/// durations : Durations
///     How long each subject was watched.
/// risk_scores : sequence of float
///     A score of each subject, the higher the sooner.
///
/// Returns
/// -------
/// float
///
/// Examples
/// --------
/// >>> crm.learn.concordance(crm.learn.Durations([1, 4, 6], [True, True, False]), [0.9, 0.5, 0.1])
/// 1.0
#[pyfunction]
#[pyo3(signature = (durations, risk_scores))]
pub(crate) fn concordance(
    py: Python<'_>,
    durations: &Durations,
    #[pyo3(from_py_with = crate::given::concordance::risk_scores)] risk_scores: Vec<f64>,
) -> PyResult<f64> {
    let durations = durations.0.clone();
    run(py, None, move |_| learn::concordance(&durations, &risk_scores))
}
