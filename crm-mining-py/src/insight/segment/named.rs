//! Segments by hand, and segments of any kind.

use super::{Described, Segments};
use crate::convert::{from_json, kind_of, list, name, plain, to_json};
use crate::error::{invalid_parameter, raise};
use crate::insight::{RfmScores, Tiers};
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data::{self, Column, Keys};
use crm_mining::insight::{self, Comparison, NamedRule, Segmented};
use crm_mining::learn::NOISE;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString, PyTuple};
use std::sync::Arc;

/// Customers divided into segments, whichever way.
#[derive(FromPyObject)]
pub(crate) enum Divided<'py> {
    Segments(Bound<'py, Segments>),
    Named(Bound<'py, NamedSegments>),
    Rfm(Bound<'py, RfmScores>),
    Tiers(Bound<'py, Tiers>),
}

impl Divided<'_> {
    pub(super) fn division(&self) -> Division {
        match self {
            Divided::Segments(segments) => Division::Learnt(segments.get().0.clone()),
            Divided::Named(segments) => Division::Named(segments.get().0.clone()),
            Divided::Rfm(scores) => Division::Named(Arc::new((&*scores.get().0).into())),
            Divided::Tiers(tiers) => Division::Named(Arc::new((&*tiers.get().0).into())),
        }
    }
}

/// The same, without the interpreter.
pub(super) enum Division {
    Learnt(Arc<insight::Segments>),
    Named(Arc<insight::NamedSegments>),
}

impl Division {
    fn segmented(&self) -> &dyn Segmented {
        match self {
            Division::Learnt(segments) => &**segments,
            Division::Named(segments) => &**segments,
        }
    }
}

impl Segmented for Division {
    fn customers(&self) -> Option<&Keys> {
        self.segmented().customers()
    }

    fn labels(&self) -> &[u32] {
        self.segmented().labels()
    }

    fn names(&self) -> Vec<&str> {
        self.segmented().names()
    }
}

/// A condition as Python writes it: the feature, the sign and the bound.
#[derive(IntoPyObject)]
pub(super) struct Triple(String, &'static str, f64);

impl Triple {
    fn of(condition: &insight::Condition) -> Triple {
        Triple(condition.feature.clone(), condition.comparison.sign(), condition.bound)
    }
}

const SIGNS: [Comparison; 4] =
    [Comparison::AtMost, Comparison::Below, Comparison::AtLeast, Comparison::Above];

fn condition(given: &Bound<'_, PyAny>) -> PyResult<insight::Condition> {
    let parts = (!given.is_instance_of::<PyString>()).then(|| given.extract::<Vec<Bound<'_, PyAny>>>());
    let Some(Ok(Ok([feature, sign, bound]))) = parts.map(|parts| parts.map(<[_; 3]>::try_from)) else {
        return Err(PyTypeError::new_err(format!(
            "SegmentRules: a condition must be a feature, a sign and a bound, such as (\"recency\", \"<=\", 31.0); got {}",
            kind_of(given)
        )));
    };
    let sign: String = sign.extract()?;
    let comparison = SIGNS.into_iter().find(|comparison| comparison.sign() == sign).ok_or_else(|| {
        invalid_parameter("SegmentRules", "rules", "with the signs <=, <, >= or >", &format!("{sign:?}"))
    })?;
    let bound = crate::given::segment_rules::rules(&bound)?;
    Ok(insight::Condition::new(feature.extract::<String>()?, comparison, bound))
}

/// Named segments by ordered rules: a customer is in the segment of the first rule whose conditions all hold, and in
/// the one for others when none does.
///
/// A name may stand at several rules: then any of them leads there. What a decision tree found in learnt segments is
/// had as rules from `SegmentReport.rules`.
///
/// Parameters
/// ----------
/// rules : sequence of pairs, default ()
///     Names and conditions, in the order in which they are asked. A condition is a feature, one of the signs
///     ``<=``, ``<``, ``>=``, ``>``, and a bound; all of a rule must hold.
/// other : str, default "other"
///     The segment of those whom no rule takes.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"recency": [5.0, 8.0, 300.0], "monetary": [900.0, 20.0, 950.0]})
/// >>> rules = crm.SegmentRules([
/// ...     ("vip", [("recency", "<=", 31.0), ("monetary", ">=", 500.0)]),
/// ...     ("win back", [("monetary", ">=", 500.0)]),
/// ... ])
/// >>> segments = rules.apply(crm.Features(frame, ["recency", "monetary"]))
/// >>> segments.names, segments.labels
/// (['vip', 'win back', 'other'], [0, 2, 1])
/// >>> segments.about[0]["description"]
/// 'recency <= 31 and monetary >= 500'
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct SegmentRules(pub(super) insight::SegmentRules);

settings! { SegmentRules {
    #[new]
    #[pyo3(
        signature = (rules = Vec::new(), other = "other".to_owned()),
        text_signature = "(rules=(), other='other')"
    )]
    fn new(rules: Vec<(String, Vec<Bound<'_, PyAny>>)>, other: String) -> PyResult<SegmentRules> {
        let rule = |(segment, conditions): (String, Vec<Bound<'_, PyAny>>)| {
            let conditions = conditions.iter().map(condition).collect::<PyResult<_>>()?;
            Ok(NamedRule { segment, conditions })
        };
        let rules = rules.into_iter().map(rule).collect::<PyResult<_>>()?;
        Ok(SegmentRules(insight::SegmentRules { rules, other }))
    }

    /// Names and conditions, in the order in which they are asked.
    #[getter]
    fn rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let rule = |rule: &NamedRule| {
            let conditions = PyTuple::new(py, rule.conditions.iter().map(Triple::of))?;
            (&rule.segment, conditions).into_pyobject(py)
        };
        PyTuple::new(py, self.0.rules.iter().map(rule).collect::<PyResult<Vec<_>>>()?)
    }

    /// The segment of those whom no rule takes.
    #[getter]
    fn other(&self) -> &str {
        &self.0.other
    }

    /// The segment of each customer: one for each name in the order of their first rules, and behind them the one of
    /// others. Also those are named that nobody is in.
    ///
    /// Parameters
    /// ----------
    /// features : Features or RfmScores
    ///     What the conditions ask of.
    ///
    /// Returns
    /// -------
    /// NamedSegments
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     No rule; a bound that is not a number.
    /// MissingColumn
    ///     A feature that is not there.
    fn apply<'py>(&self, py: Python<'py>, features: Described<'py>) -> PyResult<Bound<'py, NamedSegments>> {
        let (rules, features) = (self.0.clone(), features.features());
        NamedSegments::bound(py, run(py, None, move |_| rules.apply(&features))?)
    }

    /// The rules as JSON, for `SegmentRules.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&self.0)
    }

    /// The rules that `SegmentRules.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// SegmentRules
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<SegmentRules> {
        Ok(SegmentRules(from_json("SegmentRules", "json", json)?))
    }
} }

/// Customers in segments that have names, made by hand or of any labels. As a table, one row per customer.
///
/// They are explained, compared and matched over time as learnt segments are.
///
/// Parameters
/// ----------
/// names : sequence of str
///     The name of each segment, each once.
/// labels : sequence of int
///     The segment of each customer, as a position in ``names``; -1 for one in none.
/// customers : sequence of str or of int, optional
///     The customer of each label, each once; rows then come in the order of the customers, as in `Features`.
///
/// Raises
/// ------
/// InvalidParameter
///     A name given twice; a label beyond the names.
/// InvalidValue
///     A customer of two labels.
///
/// Examples
/// --------
/// >>> segments = crm.NamedSegments(["gold", "tin"], [1, 0, 1], customers=["c", "b", "a"])
/// >>> segments.sizes, segments.customers, segments.labels
/// ([1, 2], ['a', 'b', 'c'], [1, 0, 1])
/// >>> crm.NamedSegments.of(crm.Rfm().score(ledger)).names[:2]
/// ['champion', 'loyal']
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct NamedSegments(pub(super) Arc<insight::NamedSegments>);

impl NamedSegments {
    fn init(segments: insight::NamedSegments) -> PyClassInitializer<NamedSegments> {
        let segments = Arc::new(segments);
        Table::of(segments.clone()).add_subclass(NamedSegments(segments))
    }

    fn bound(py: Python<'_>, segments: insight::NamedSegments) -> PyResult<Bound<'_, NamedSegments>> {
        Bound::new(py, NamedSegments::init(segments))
    }
}

/// Labels of Python, where -1 is none.
fn labels(given: Vec<i32>) -> PyResult<Vec<u32>> {
    let label = |label: i32| match label {
        -1 => Ok(NOISE),
        _ => u32::try_from(label).map_err(|_| {
            invalid_parameter("NamedSegments", "labels", "at least 0, or -1", &label.to_string())
        }),
    };
    given.into_iter().map(label).collect()
}

/// The customers in their order, and the labels in the same.
fn of_customers(labels: Vec<i32>, customers: &Bound<'_, PyAny>) -> PyResult<(Vec<i32>, Keys)> {
    let given: Vec<Bound<'_, PyAny>> = crate::given::sequence("NamedSegments", "customers", customers)?;
    let integers = given.iter().map(|key| key.cast::<PyInt>().ok()?.extract::<i64>().ok());
    let keys = match integers.collect::<Option<Vec<i64>>>() {
        Some(integers) if !integers.is_empty() => Column::ints("customer", integers),
        _ => {
            let names = given.iter().map(name).collect::<PyResult<Vec<_>>>()?;
            Column::text("customer", names.iter().map(Some))
        }
    };
    let labels = Column::floats("segment", labels.into_iter().map(f64::from).collect());
    let sorted = data::Table::new("NamedSegments", vec![keys, labels])
        .and_then(|table| data::Features::from_table(&table, &["segment"], Some("customer")))
        .map_err(raise)?;
    let customers = sorted.customers().cloned().unwrap_or_default();
    Ok((sorted.column(0).map(|label| label as i32).collect(), customers))
}

fn named(
    names: Vec<String>,
    given: Vec<i32>,
    customers: Option<&Bound<'_, PyAny>>,
) -> PyResult<insight::NamedSegments> {
    let Some(customers) = customers else {
        return insight::NamedSegments::new(names, labels(given)?).map_err(raise);
    };
    let (given, customers) = of_customers(given, customers)?;
    insight::NamedSegments::new(names, labels(given)?)
        .and_then(|segments| segments.of_customers(customers))
        .map_err(raise)
}

#[pymethods]
impl NamedSegments {
    #[new]
    #[pyo3(signature = (names, labels, customers = None))]
    fn new(
        names: Vec<String>,
        #[pyo3(from_py_with = crate::given::named_segments::labels)] labels: Vec<i32>,
        customers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyClassInitializer<NamedSegments>> {
        named(names, labels, customers).map(NamedSegments::init)
    }

    /// The clusters of any method, called "cluster 1", "cluster 2" and so on.
    ///
    /// Parameters
    /// ----------
    /// labels : sequence of int
    ///     The cluster of each customer from 0 on, such as ``labels_`` of an estimator; -1 for one in none.
    /// customers : sequence of str or of int, optional
    ///     The customer of each label, each once.
    ///
    /// Returns
    /// -------
    /// NamedSegments
    ///
    /// Examples
    /// --------
    /// >>> crm.NamedSegments.of_clusters([1, 0, -1]).names
    /// ['cluster 1', 'cluster 2']
    #[staticmethod]
    #[pyo3(signature = (labels, customers = None))]
    fn of_clusters<'py>(
        py: Python<'py>,
        #[pyo3(from_py_with = crate::given::named_segments::labels)] labels: Vec<i32>,
        customers: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, NamedSegments>> {
        let most = labels.iter().copied().max().unwrap_or(-1);
        if i64::from(most) >= labels.len() as i64 {
            let must_be = "numbered without gaps, below the number of customers";
            return Err(invalid_parameter("NamedSegments.of_clusters", "labels", must_be, &most.to_string()));
        }
        let names = (0..=most).map(|cluster| format!("cluster {}", i64::from(cluster) + 1)).collect();
        NamedSegments::bound(py, named(names, labels, customers)?)
    }

    /// The segments of scores or tiers that somebody is in.
    ///
    /// Parameters
    /// ----------
    /// scores : RfmScores or Tiers
    ///     Such as the result of `Rfm.score` or `ValueTiers.of`.
    ///
    /// Returns
    /// -------
    /// NamedSegments
    #[staticmethod]
    fn of<'py>(py: Python<'py>, scores: Scored<'py>) -> PyResult<Bound<'py, NamedSegments>> {
        let segments = match scores {
            Scored::Rfm(scores) => (&*scores.get().0).into(),
            Scored::Tiers(tiers) => (&*tiers.get().0).into(),
        };
        NamedSegments::bound(py, segments)
    }

    /// The best share of the customers by one feature, and the others. Customers of equal values stand together.
    ///
    /// Parameters
    /// ----------
    /// features : Features or RfmScores
    ///     Of the customers.
    /// feature : str
    ///     By which one is best.
    /// share : float
    ///     Of the customers, 0 to 1.
    ///
    /// Returns
    /// -------
    /// NamedSegments
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A share outside 0 to 1.
    /// MissingColumn
    ///     A feature that is not there.
    ///
    /// Examples
    /// --------
    /// >>> top = crm.NamedSegments.top_share(crm.Rfm().score(ledger), "monetary", 0.1)
    /// >>> top.names, top.sizes
    /// (['top 10 % by monetary', 'others'], [6, 54])
    #[staticmethod]
    fn top_share<'py>(
        py: Python<'py>,
        features: Described<'py>,
        feature: &str,
        #[pyo3(from_py_with = crate::given::top_share::share)] share: f64,
    ) -> PyResult<Bound<'py, NamedSegments>> {
        let (features, feature) = (features.features(), feature.to_owned());
        let top = run(py, None, move |_| insight::NamedSegments::top_share(&features, &feature, share))?;
        NamedSegments::bound(py, top)
    }

    /// The customers; None when they are not known.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        self.0.customers().map(|keys| list(py, keys)).transpose()
    }

    /// The name of each segment.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.0.names()
    }

    /// The segment of each customer, as a position in ``names``; -1 for one in none.
    #[getter]
    fn labels(&self) -> Vec<i64> {
        let label = |&label: &u32| if label == NOISE { -1 } else { i64::from(label) };
        self.0.labels().iter().map(label).collect()
    }

    /// How many customers each segment has.
    #[getter]
    fn sizes(&self) -> Vec<usize> {
        self.0.sizes()
    }

    /// Name, name in Chinese and description of each segment, as a dict.
    #[getter]
    fn about<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.about())
    }
}

/// What has segments that are known by name.
#[derive(FromPyObject)]
pub(crate) enum Scored<'py> {
    Rfm(Bound<'py, RfmScores>),
    Tiers(Bound<'py, Tiers>),
}
