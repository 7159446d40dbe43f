//! What goes with what, and what to offer next to whom.

use crate::convert::{choice, key, list, position};
use crate::data::{Baskets, Transactions};
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data;
use crm_mining::insight::{self, Algorithm};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// Association rules: who buys these, also buys those.
///
/// Parameters
/// ----------
/// min_support : float, default 0.01
///     Items of a rule stand together in at least this share of all baskets.
/// min_count : int, optional
///     The same as a number of baskets; takes the place of ``min_support``.
/// min_confidence : float, default 0.3
///     Of the baskets with the antecedent, at least this share must hold the consequent.
/// min_lift : float, optional
///     The consequent must be at least so many times as frequent with the antecedent as it is at large; any
///     lift above 1 when left out.
/// max_len : int, optional
///     The most items a rule may have, both sides together.
/// max_itemsets : int, default 10,000,000
///     The most frequent itemsets to keep; when there are more, the result says so (``is_complete``).
/// max_rules : int, default 1,000,000
///     The most rules; mining fails when there are more.
/// algorithm : {"fp_growth", "apriori"}, default "fp_growth"
///     How frequent itemsets are found. Both find the same.
///
/// Examples
/// --------
/// >>> baskets = crm.Baskets.from_rows([["tea", "milk"], ["tea", "milk"], ["tea"], ["jam"]])
/// >>> rules = crm.Rules(min_support=0.4, min_confidence=0.9).mine(baskets)
/// >>> rules.to_polars().select("antecedent", "consequent", "lift").rows()
/// [('milk', 'tea', 1.3333333333333333)]
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Rules {
    /// The share of baskets in which items of a rule stand together.
    min_support: f64,
    /// The number of baskets, in place of the share.
    min_count: Option<u32>,
    /// The least confidence of a rule.
    min_confidence: f64,
    /// The least lift of a rule; None for any above 1.
    min_lift: Option<f64>,
    /// The most items of a rule.
    max_len: Option<usize>,
    /// The most frequent itemsets to keep.
    max_itemsets: u32,
    /// The most rules.
    max_rules: u32,
    /// How frequent itemsets are found.
    algorithm: String,
}

settings! { Rules {
    #[new]
    #[pyo3(signature = (min_support = 0.01, *, min_count = None, min_confidence = 0.3, min_lift = None, max_len = None, max_itemsets = 10_000_000, max_rules = 1_000_000, algorithm = "fp_growth"), text_signature = "(min_support=0.01, *, min_count=None, min_confidence=0.3, min_lift=None, max_len=None, max_itemsets=10000000, max_rules=1000000, algorithm='fp_growth')")]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python, the settings of Rules")]
    fn new(
        min_support: f64,
        min_count: Option<u32>,
        min_confidence: f64,
        min_lift: Option<f64>,
        max_len: Option<usize>,
        max_itemsets: u32,
        max_rules: u32,
        algorithm: &str,
    ) -> PyResult<Rules> {
        choice::<Algorithm>("Rules", "algorithm", algorithm)?;
        let algorithm = algorithm.to_owned();
        Ok(Rules { min_support, min_count, min_confidence, min_lift, max_len, max_itemsets, max_rules, algorithm })
    }

    /// Mines the rules.
    ///
    /// Parameters
    /// ----------
    /// baskets : Baskets or Transactions
    ///     What was bought together.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// RuleSet
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     No basket.
    /// LimitExceeded
    ///     More rules than ``max_rules``.
    #[pyo3(signature = (baskets, *, progress = None))]
    fn mine<'py>(
        &self,
        py: Python<'py>,
        baskets: Bought<'py>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, RuleSet>> {
        let (settings, baskets) = (self.core()?, baskets.shape());
        let rules = run(py, progress, move |control| settings.mine_with(&baskets.baskets(), control))?;
        let rules = Arc::new(rules);
        Bound::new(py, Table::of(rules.clone()).add_subclass(RuleSet(rules)))
    }
} }

impl Rules {
    fn core(&self) -> PyResult<insight::Rules> {
        let rules = match self.min_count {
            Some(count) => insight::Rules::min_count(count),
            None => insight::Rules::min_support(self.min_support),
        };
        let mut rules = rules
            .min_confidence(self.min_confidence)
            .max_itemsets(self.max_itemsets)
            .max_rules(self.max_rules)
            .algorithm(choice("Rules", "algorithm", &self.algorithm)?);
        if let Some(lift) = self.min_lift {
            rules = rules.min_lift(lift);
        }
        if let Some(items) = self.max_len {
            rules = rules.max_len(items);
        }
        Ok(rules)
    }
}

/// What was bought together, in baskets or still in order lines.
#[derive(FromPyObject)]
pub(crate) enum Bought<'py> {
    Baskets(Bound<'py, Baskets>),
    Orders(Bound<'py, Transactions>),
}

/// The same without Python.
pub(crate) enum Shape {
    Baskets(Arc<data::Baskets>),
    Orders(Arc<data::Transactions>),
}

impl Bought<'_> {
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Bought::Baskets(baskets) => Shape::Baskets(baskets.get().0.clone()),
            Bought::Orders(orders) => Shape::Orders(orders.get().0.clone()),
        }
    }
}

impl Shape {
    pub(crate) fn baskets(self) -> Arc<data::Baskets> {
        match self {
            Shape::Baskets(baskets) => baskets,
            Shape::Orders(orders) => Arc::new(data::Baskets::new(&orders)),
        }
    }
}

/// Association rules, strongest first: by lift, then confidence, then count. Made by `Rules.mine`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RuleSet(pub(crate) Arc<insight::RuleSet>);

#[pymethods]
impl RuleSet {
    /// How many baskets were mined, empty ones included.
    #[getter]
    fn n_baskets(&self) -> usize {
        self.0.n_baskets()
    }

    /// Whether every rule is here. False when there were more itemsets than ``max_itemsets``.
    #[getter]
    fn is_complete(&self) -> bool {
        self.0.is_complete()
    }

    /// The items that rules speak of.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.items())
    }

    /// The customers whose baskets were mined; None when the baskets are of unknown customers.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        self.0.customers().map(|keys| list(py, keys)).transpose()
    }

    /// What to offer to somebody who has these items, by the strongest rule that leads to each offer.
    ///
    /// Parameters
    /// ----------
    /// items : sequence of str or int
    ///     What the customer has.
    /// max : int, default 5
    ///     The most offers.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     Item, because, lift and confidence of each.
    #[pyo3(signature = (items, max = 5))]
    fn suggest<'py>(
        &self,
        py: Python<'py>,
        items: Vec<Bound<'py, PyAny>>,
        max: usize,
    ) -> PyResult<Bound<'py, PyList>> {
        let all = self.0.items();
        let has = items.iter().map(|item| position(all, item).map(|place| place as u32));
        let offers = self.0.suggest(&has.collect::<PyResult<Vec<u32>>>()?, max);
        let name = |item: u32| all.get(item as usize).map(|item| key(py, item)).transpose();
        let dict = |offer: &insight::Suggestion| -> PyResult<_> {
            let dict = PyDict::new(py);
            dict.set_item("item", name(offer.item)?)?;
            dict.set_item("because", name(offer.because)?)?;
            dict.set_item("lift", offer.lift)?;
            dict.set_item("confidence", offer.confidence)?;
            Ok(dict)
        };
        PyList::new(py, offers.iter().map(dict).collect::<PyResult<Vec<_>>>()?)
    }

    /// What to offer next to every customer of the baskets: items not bought yet, best first, each with its
    /// reason.
    ///
    /// Parameters
    /// ----------
    /// max : int, default 5
    ///     The most offers to each.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// CrossSell
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     The customers of the baskets are not known.
    #[pyo3(signature = (max = 5, *, progress = None))]
    fn cross_sell<'py>(
        &self,
        py: Python<'py>,
        max: usize,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, CrossSell>> {
        let rules = self.0.clone();
        let offers = Arc::new(run(py, progress, move |control| rules.cross_sell_with(max, control))?);
        Bound::new(py, Table::of(offers.clone()).add_subclass(CrossSell(offers)))
    }
}

/// What to offer next to every customer, one row per offer. Made by `RuleSet.cross_sell`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct CrossSell(Arc<insight::CrossSell>);

#[pymethods]
impl CrossSell {
    /// The customers of the baskets, with offers or without.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }
}
