//! What segments are.

use super::Rows;
use super::named::{Divided, SegmentRules};
use crate::convert::{choice, plain, word};
use crate::error::{invalid_parameter, raise};
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::show::escaped;
use crate::table::Table;
use crm_mining::insight::{self, Direction, FeatureEffect, Lever, Revenue};
use crm_mining::report;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

/// Explains segments, learnt or made by hand: what sets each apart, by which rules one comes into it, who is typical of
/// it, and what would move a customer into the next better one.
///
/// The features need not be those of the fit: any that say something of the customers serve, best in units that people
/// use.
///
/// Parameters
/// ----------
/// depth : int, default 4
///     The most conditions of a rule, 1 to 8.
/// min_share : float, default 0.01
///     The least share of customers that meet a rule, 0 to 0.5.
/// typical : int, default 3
///     Typical customers of each segment.
/// levers : dict or sequence of pairs, default ()
///     Features that can be changed, and which way: "up", "down" or "either". When empty, all: recency down, orders and
///     money up, others either way.
/// ordering : sequence of str, default ()
///     Names of all segments, the worst first; by revenue per customer when empty.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({
/// ...     "recency": [3, 5, 200, 230, 180], "orders": [9, 8, 1, 1, 2], "spend": [900.0, 700.0, 20.0, 30.0, 25.0],
/// ... })
/// >>> features = crm.Features(frame, ["recency", "orders", "spend"])
/// >>> segments = crm.NamedSegments(["a", "b"], [0, 0, 1, 1, 1])
/// >>> report = crm.ExplainSegments().explain(features, segments, revenue="spend")
/// >>> best, others = report.segments
/// >>> best["suggested_name"], best["rules"][0]["conditions"]
/// ('just bought, very frequent', [['recency', '<=', 100.0]])
/// >>> others["step_up"]["text"]
/// 'recency from 200 to <= 100: into a'
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct ExplainSegments(insight::ExplainSegments);

/// Features and which way they can be changed.
fn levers(given: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Lever>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let pairs = match given.cast::<PyDict>() {
        Ok(dict) => dict.items().into_any(),
        Err(_) => given.clone(),
    };
    let pairs: Vec<(String, String)> = pairs.extract().map_err(|_| {
        let got = crate::convert::kind_of(given);
        PyTypeError::new_err(format!(
            "ExplainSegments: levers must be a dict or pairs of features and \"up\", \"down\" or \"either\"; got {got}"
        ))
    })?;
    let lever = |(feature, direction): (String, String)| {
        Ok(Lever::new(feature, choice::<Direction>("ExplainSegments", "levers", &direction)?))
    };
    pairs.into_iter().map(lever).collect()
}

/// What each customer brings, without the interpreter.
enum Brought {
    Unknown,
    Feature(String),
    Values(Vec<f64>),
}

impl Brought {
    fn of(given: Option<&Bound<'_, PyAny>>) -> PyResult<Brought> {
        match given {
            None => Ok(Brought::Unknown),
            Some(given) if given.is_instance_of::<PyString>() => given.extract().map(Brought::Feature),
            Some(given) => crate::given::explain_segments::revenue(given).map(Brought::Values),
        }
    }

    fn revenue(&self) -> Revenue<'_> {
        match self {
            Brought::Unknown => Revenue::Unknown,
            Brought::Feature(name) => Revenue::Feature(name),
            Brought::Values(values) => Revenue::Values(values),
        }
    }
}

settings! { ExplainSegments {
    #[new]
    #[pyo3(
        signature = (depth = 4, min_share = 0.01, typical = 3, levers = None, ordering = Vec::new()),
        text_signature = "(depth=4, min_share=0.01, typical=3, levers=(), ordering=())"
    )]
    fn new(
        #[pyo3(from_py_with = crate::given::explain_segments::depth)] depth: usize,
        #[pyo3(from_py_with = crate::given::explain_segments::min_share)] min_share: f64,
        #[pyo3(from_py_with = crate::given::explain_segments::typical)] typical: usize,
        levers: Option<&Bound<'_, PyAny>>,
        ordering: Vec<String>,
    ) -> PyResult<ExplainSegments> {
        let levers = self::levers(levers)?;
        Ok(ExplainSegments(insight::ExplainSegments { depth, min_share, typical, levers, ordering }))
    }

    /// The most conditions of a rule.
    #[getter]
    fn depth(&self) -> usize {
        self.0.depth
    }

    /// The least share of customers that meet a rule.
    #[getter]
    fn min_share(&self) -> f64 {
        self.0.min_share
    }

    /// Typical customers of each segment.
    #[getter]
    fn typical(&self) -> usize {
        self.0.typical
    }

    /// Features that can be changed, and which way.
    #[getter]
    fn levers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.levers.iter().map(|lever| (&lever.feature, word(&lever.direction))))
    }

    /// Names of all segments, the worst first.
    #[getter]
    fn ordering<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.ordering)
    }

    /// Explains the segments by the features of their customers.
    ///
    /// Parameters
    /// ----------
    /// features : Features, RfmScores, Table or frame
    ///     What is known of the customers, one row each in the order of the labels. Of a table, which `Segments` alone
    ///     can read, the columns that these were learnt from.
    /// segments : Segments, NamedSegments, RfmScores or Tiers
    ///     What is to be explained.
    /// revenue : str or sequence of float, optional
    ///     What each customer brings: the feature that says it, or one value per row.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// SegmentReport
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range; an ordering that does not name each segment once.
    /// LengthMismatch
    ///     Labels or revenue that are not one per row.
    /// MissingColumn
    ///     A feature that is not there.
    #[pyo3(signature = (features, segments, revenue = None, *, progress = None))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        features: Rows,
        segments: Divided<'py>,
        revenue: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, SegmentReport>> {
        let features = match (&features, &segments) {
            (Rows::Features(features), _) => features.clone(),
            (Rows::Table(_), Divided::Segments(learnt)) => {
                features.plain(learnt.get().0.without_customers()).map_err(raise)?
            }
            (Rows::Table(_), _) => {
                let must_be = "the features must be Features or RfmScores where the segments were not learnt";
                return Err(PyTypeError::new_err(must_be));
            }
        };
        let (settings, segments, revenue) = (self.0.clone(), segments.division(), Brought::of(revenue)?);
        let report = run(py, progress, move |control| {
            settings.explain_with(&features, &segments, revenue.revenue(), control)
        })?;
        let report = Arc::new(report);
        Bound::new(py, Table::of(report.clone()).add_subclass(SegmentReport(report)))
    }
} }

/// Explained segments. As a table, one row per segment with its rule of most coverage; as text, the printed report.
/// Made by `ExplainSegments.explain`.
///
/// It names single customers (the typical ones, with their values): treat it as data of customers.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct SegmentReport(Arc<insight::SegmentReport>);

/// A record as JSON, its conditions as feature, sign and bound.
fn with_signs(record: &impl Serialize) -> Value {
    fn signed(value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(signed),
            Value::Object(fields) => match serde_json::from_value::<insight::Condition>(json!(fields)) {
                Ok(insight::Condition { feature, comparison, bound }) => {
                    *value = json!([feature, comparison.sign(), bound]);
                }
                Err(_) => fields.values_mut().for_each(signed),
            },
            _ => {}
        }
    }
    let mut value = json!(record);
    signed(&mut value);
    value
}

/// A step up as JSON, and in words.
fn step(step: &insight::StepUp) -> Value {
    let mut value = with_signs(step);
    if let Value::Object(fields) = &mut value {
        fields.insert("text".into(), step.to_string().into());
    }
    value
}

#[pymethods]
impl SegmentReport {
    /// How many customers were explained, those in no segment among them.
    #[getter]
    fn n_customers(&self) -> usize {
        self.0.n_customers()
    }

    /// The share of customers for whom the rules name the segment that they are in.
    #[getter]
    fn fidelity(&self) -> f64 {
        self.0.fidelity()
    }

    /// The segments from the worst to the best, as positions in ``segments``; empty where it is not known which is
    /// better.
    #[getter]
    fn worst_to_best(&self) -> Vec<usize> {
        self.0.worst_to_best()
    }

    /// The segments in the order of their numbers, each as a dict: index, name, suggested_name, suggested_name_zh, size,
    /// share, revenue, revenue_share and revenue_per_customer (None where not known), effects (of each feature), rules
    /// (conditions, customers, coverage, precision), typical customers, and step_up (to, to_name, changes, effort,
    /// precision and text; or None). A condition is a feature, a sign and a bound.
    #[getter]
    fn segments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let segment = |segment: &insight::ExplainedSegment| {
            let mut value = with_signs(segment);
            if let (Value::Object(fields), Some(up)) = (&mut value, &segment.step_up) {
                fields.insert("step_up".into(), step(up));
            }
            value
        };
        plain(py, &self.0.segments().iter().map(segment).collect::<Vec<_>>())
    }

    /// The decision tree as rules to be applied to any customers. They name the segments as they were called.
    #[getter]
    fn rules(&self) -> SegmentRules {
        SegmentRules(self.0.rules())
    }

    /// Every rule of every segment with its customers, coverage and precision, one row each.
    #[getter]
    fn rules_table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.rules_table())))
    }

    /// Every feature of every segment beside all customers, one row each.
    #[getter]
    fn effects_table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.effects_table())))
    }

    /// The smallest change that leads a customer into the next better segment.
    ///
    /// Parameters
    /// ----------
    /// values : sequence of float
    ///     The features of the customer, in the order of the explanation.
    /// segment : int
    ///     The segment that the customer is in, as a position in ``segments``.
    ///
    /// Returns
    /// -------
    /// dict or None
    ///     As ``step_up`` of ``segments``. None from the best segment, when it is not known which is better, for a segment
    ///     that is not there and for values that are not one per feature.
    fn step_up<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = crate::given::segment_report::values)] values: Vec<f64>,
        #[pyo3(from_py_with = crate::given::segment_report::segment)] segment: usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.step_up(&values, segment).map(|up| plain(py, &step(&up))).transpose()
    }

    /// The segments as a chart.
    ///
    /// Parameters
    /// ----------
    /// column : {"sizes", "effects"}, default "sizes"
    ///     "sizes": the share of each segment in the customers, and in the revenue where that is known. "effects": how far
    ///     each feature sets each segment apart, by Cliff's delta from -1 to 1.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Another column.
    #[pyo3(signature = (column = "sizes"))]
    fn plot(&self, py: Python<'_>, column: &str) -> PyResult<Chart> {
        let chart = match column {
            "sizes" => report::segment_size_chart,
            "effects" => report::effect_chart,
            other => {
                let must_be = "\"sizes\" or \"effects\"";
                return Err(invalid_parameter(
                    "SegmentReport.plot",
                    "column",
                    must_be,
                    &format!("{other:?}"),
                ));
            }
        };
        let report = self.0.clone();
        Chart::made(py, move || Ok(chart(&report)))
    }

    fn __repr__(&self) -> String {
        self.0.to_string().trim_end().to_owned()
    }

    fn _repr_html_(&self) -> String {
        card(&self.0)
    }
}

/// The segments as a table: sizes, effects, the rule of most coverage and the way up.
fn card(report: &insight::SegmentReport) -> String {
    let segments = report.segments();
    let features: Vec<&str> = segments
        .iter()
        .find(|segment| !segment.effects.is_empty())
        .map_or_else(Vec::new, |segment| segment.effects.iter().map(|of| of.feature.as_str()).collect());
    let mut shown = String::from("<table><thead><tr><th>segment</th><th>customers</th><th>revenue</th>");
    for feature in &features {
        let _ = write!(shown, "<th>{}</th>", escaped(feature));
    }
    shown.push_str("<th>rule</th><th>next</th></tr></thead><tbody>");
    for segment in segments {
        let of = if segment.size == 0 { "nobody" } else { &segment.suggested_name };
        let _ = write!(shown, "<tr><td><b>{}</b><br>{}</td>", escaped(&segment.name), escaped(of));
        let _ = write!(shown, "<td>{}<br>{}</td>", segment.size, percent(segment.share));
        let revenue = segment.revenue_share.map_or_else(|| "–".to_owned(), percent);
        let _ = write!(shown, "<td>{revenue}</td>");
        for place in 0..features.len() {
            shown.push_str(&segment.effects.get(place).map_or_else(|| "<td></td>".to_owned(), effect));
        }
        let rule = segment.rules.first().map(|rule| {
            let figures = format!("covers {}, right in {}", percent(rule.coverage), percent(rule.precision));
            format!("{}<br>{figures}", escaped(&rule.to_string()))
        });
        let next = segment.step_up.as_ref().map(|up| escaped(&up.to_string()));
        let _ =
            write!(shown, "<td>{}</td><td>{}</td></tr>", rule.unwrap_or_default(), next.unwrap_or_default());
    }
    let _ = write!(
        shown,
        "</tbody></table><p>{} customers in {} segments; medians and Cliff's delta of each feature; the rules name the \
         segment of {}</p>",
        report.n_customers(),
        segments.len(),
        percent(report.fidelity())
    );
    shown
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// One effect: the median, the delta, and the more color the larger that is.
fn effect(effect: &FeatureEffect) -> String {
    let (delta, color) =
        (effect.cliffs_delta, if effect.cliffs_delta < 0.0 { "178,24,43" } else { "33,102,172" });
    format!(
        "<td style=\"background:rgba({color},{:.2})\">{}<br>{delta:+.2}</td>",
        0.6 * delta.abs(),
        crate::show::figure(effect.median)
    )
}
