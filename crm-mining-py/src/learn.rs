//! Algorithms that know no customers: `crm_mining::learn` for Python.

mod aft;
mod cluster;
mod compare;
mod cox;
mod curve;
mod durations;
pub(crate) mod estimator;
mod gap;
mod measures;
pub(crate) mod rows;
mod stability;
mod uplift;

pub(crate) use aft::{Aft, AftModel};
pub(crate) use compare::{CompareK, KComparison};
pub(crate) use cox::{Cox, CoxModel};
pub(crate) use curve::{KaplanMeier, LogRank, SurvivalCurve, concordance, log_rank, survival_chart};
pub(crate) use durations::Durations;
pub(crate) use estimator::Fitted;
pub(crate) use gap::{Gap, GapAt};
pub(crate) use measures::{
    SilhouetteScore, agreement, separation, silhouette, silhouette_chart, silhouettes,
};
pub(crate) use rows::{Mixed, features, table};
pub(crate) use stability::{Stability, StabilityScore};
pub(crate) use uplift::Uplift;

use crate::convert::list;
use crate::insight::Bought;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Fit;
use crm_mining::learn::{self, Support};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// The frequent itemsets of some baskets, one row each. Made by `FpGrowth.fit` and `Apriori.fit`.
///
/// Shorter sets come first; sets of one length stand in the order of their items.
#[pyclass(frozen, extends = Table, module = "crm_mining.learn")]
pub(crate) struct Itemsets(Arc<learn::Itemsets>);

impl Itemsets {
    fn bound(py: Python<'_>, itemsets: learn::Itemsets) -> PyResult<Bound<'_, Itemsets>> {
        let itemsets = Arc::new(itemsets);
        Bound::new(py, Table::of(itemsets.clone()).add_subclass(Itemsets(itemsets)))
    }
}

#[pymethods]
impl Itemsets {
    /// How many items the longest set has.
    #[getter]
    fn longest(&self) -> usize {
        self.0.longest()
    }

    /// The items of the baskets, frequent or not.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.items())
    }

    /// How many baskets were looked at, empty ones included.
    #[getter]
    fn n_baskets(&self) -> usize {
        self.0.n_baskets()
    }

    /// In how many baskets a set had to stand.
    #[getter]
    fn min_count(&self) -> u32 {
        self.0.min_count()
    }

    /// Whether every frequent set is here. False when there were more than ``max_itemsets``.
    #[getter]
    fn is_complete(&self) -> bool {
        self.0.is_complete()
    }
}

fn support(min_support: f64, min_count: Option<u32>) -> Support {
    min_count.map_or(Support::Share(min_support), Support::Count)
}

macro_rules! miner {
    ($(#[$docs:meta])* $class:ident) => {
        $(#[$docs])*
        ///
        /// Parameters
        /// ----------
        /// min_support : float, default 0.01
        ///     The share of all baskets in which a set must stand.
        /// min_count : int, optional
        ///     The same as a number of baskets; takes the place of ``min_support``.
        /// max_len : int, optional
        ///     The most items a set may have.
        /// max_itemsets : int, default 10,000,000
        ///     The most sets to keep. When there are more, the longest are left out and the result says so.
        ///
        /// Examples
        /// --------
        /// >>> baskets = crm.Baskets.from_rows([["tea", "milk"], ["tea", "milk", "jam"], ["tea"]])
        #[doc = concat!(">>> crm.learn.", stringify!($class), "(min_count=2).fit(baskets).to_polars()[\"items\"].to_list()")]
        /// ['milk', 'tea', 'milk + tea']
        #[pyclass(frozen, eq, get_all, module = "crm_mining.learn")]
        #[derive(PartialEq)]
        pub(crate) struct $class {
            /// The share of baskets in which a set must stand.
            min_support: f64,
            /// The number of baskets, in place of the share.
            min_count: Option<u32>,
            /// The most items of a set.
            max_len: Option<usize>,
            /// The most sets to keep.
            max_itemsets: u32,
        }

        settings! { $class {
            #[new]
            #[pyo3(signature = (min_support = 0.01, *, min_count = None, max_len = None, max_itemsets = 10_000_000), text_signature = "(min_support=0.01, *, min_count=None, max_len=None, max_itemsets=10000000)")]
            fn new(
                min_support: f64,
                min_count: Option<u32>,
                max_len: Option<usize>,
                max_itemsets: u32,
            ) -> $class {
                $class { min_support, min_count, max_len, max_itemsets }
            }

            /// Finds every set of items that stands in enough baskets.
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
            /// Itemsets
            #[pyo3(signature = (baskets, *, progress = None))]
            fn fit<'py>(
                &self,
                py: Python<'py>,
                baskets: Bought<'py>,
                progress: Option<&Bound<'py, PyAny>>,
            ) -> PyResult<Bound<'py, Itemsets>> {
                let miner = learn::$class {
                    min_support: support(self.min_support, self.min_count),
                    max_len: self.max_len,
                    max_itemsets: self.max_itemsets,
                };
                let baskets = baskets.shape();
                let found = run(py, progress, move |control| miner.fit_with(&*baskets.baskets(), control))?;
                Itemsets::bound(py, found)
            }
        } }
    };
}

miner! {
    /// Frequent itemsets by FP-growth: quick for short and long sets alike.
    FpGrowth
}

miner! {
    /// Frequent itemsets by Apriori, level by level.
    Apriori
}
