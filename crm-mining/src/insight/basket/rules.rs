//! The settings of rule mining, and the mining.

use super::found::Found;
use super::rule_set::RuleSet;
use super::split::Splitter;
use crate::data::Baskets;
use crate::error::{Result, invalid_parameter};
use crate::learn::{Apriori, FpGrowth, Itemsets, Support};
use crate::model::{Control, Fit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::atomic::AtomicUsize;

/// Association rules: *who buys these, also buys those*.
///
/// Items that stand together often enough are found first; then each such set is split in two in every way,
/// and a split is kept as a rule when it says something ([`Rules::min_confidence`], [`Rules::min_lift`]).
/// Thresholds met exactly are met: 237 of 790 is a confidence of 0.3.
///
/// # Errors
/// Mining fails on a setting out of range, without a basket, and with more rules than
/// [`Rules::max_rules`].
///
/// # Complexity
/// That of the [`Algorithm`], plus, for every frequent set of k items, up to 2ᵏ splits; splits that cannot
/// reach the confidence are not looked at.
///
/// # Reference
/// Agrawal, Imieliński, Swami, *Mining association rules between sets of items in large databases*, SIGMOD
/// 1993. Lift, leverage and conviction: Brin et al., *Dynamic itemset counting*, SIGMOD 1997;
/// Piatetsky-Shapiro 1991.
///
/// # Example
/// ```
/// use crm_mining::{data::Baskets, insight::Rules};
///
/// let baskets = Baskets::from_rows([
///     vec!["tea", "milk"], vec!["tea", "milk"], vec!["tea"], vec!["jam"], vec!["jam", "bread"],
/// ]);
/// let rules = Rules::min_support(0.4).min_confidence(0.9).mine(&baskets)?;
/// let rule = rules.get(0).expect("milk is only bought with tea");
/// assert_eq!((rules.names(rule.antecedent), rules.names(rule.consequent)), ("milk".into(), "tea".into()));
/// assert_eq!((rule.support, rule.confidence), (0.4, 1.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    min_support: Support,
    pub(super) min_confidence: f64,
    pub(super) min_lift: Option<f64>,
    max_len: Option<usize>,
    max_itemsets: u32,
    pub(super) max_rules: u32,
    algorithm: Algorithm,
}

/// How frequent itemsets are found. Both find the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// [`FpGrowth`]: quick for short and long sets alike.
    #[default]
    FpGrowth,
    /// [`Apriori`]: level by level.
    Apriori,
}

impl Default for Rules {
    /// Items that stand together in 1 % of the baskets.
    fn default() -> Self {
        Rules {
            min_support: Support::Share(0.01),
            min_confidence: 0.3,
            min_lift: None,
            max_len: None,
            max_itemsets: 10_000_000,
            max_rules: 1_000_000,
            algorithm: Algorithm::default(),
        }
    }
}

impl Rules {
    /// Rules whose items stand together in at least this share of all baskets, empty ones included; above 0
    /// and at most 1.
    pub fn min_support(share: f64) -> Rules {
        Rules { min_support: Support::Share(share), ..Rules::default() }
    }

    /// Rules whose items stand together in at least so many baskets; at least 1.
    pub fn min_count(baskets: u32) -> Rules {
        Rules { min_support: Support::Count(baskets), ..Rules::default() }
    }

    /// Of the baskets with the antecedent, at least this share must hold the consequent; 0 to 1. Default: 0.3.
    pub fn min_confidence(mut self, share: f64) -> Rules {
        self.min_confidence = share;
        self
    }

    /// The consequent must be at least so many times as frequent with the antecedent as it is at large; at
    /// least 0. Default: any lift above 1.
    pub fn min_lift(mut self, times: f64) -> Rules {
        self.min_lift = Some(times);
        self
    }

    /// The most items a rule may have, both sides together; at least 2. Default: any number.
    pub fn max_len(mut self, items: usize) -> Rules {
        self.max_len = Some(items);
        self
    }

    /// The most frequent itemsets to keep. When there are more, rules of the longest lengths are left out
    /// and the result says so ([`RuleSet::is_complete`]). Default: 10 million.
    pub fn max_itemsets(mut self, itemsets: u32) -> Rules {
        self.max_itemsets = itemsets;
        self
    }

    /// The most rules; mining fails when there are more, as a sign of too low a support.
    /// Default: 1 million.
    pub fn max_rules(mut self, rules: u32) -> Rules {
        self.max_rules = rules;
        self
    }

    /// How frequent itemsets are found. Default: [`Algorithm::FpGrowth`].
    pub fn algorithm(mut self, algorithm: Algorithm) -> Rules {
        self.algorithm = algorithm;
        self
    }

    /// Mines the rules of these baskets.
    ///
    /// # Errors
    /// A setting out of range; no basket; more rules than [`Rules::max_rules`].
    pub fn mine(&self, baskets: &Baskets) -> Result<RuleSet> {
        self.mine_with(baskets, &Control::default())
    }

    /// Mines the rules of these baskets; reports progress to, and stops when asked by, `control`.
    ///
    /// # Errors
    /// As [`Rules::mine`], and the caller's wish to stop.
    pub fn mine_with(&self, baskets: &Baskets, control: &Control) -> Result<RuleSet> {
        if !(0.0..=1.0).contains(&self.min_confidence) {
            return invalid_parameter("Rules", "min_confidence", "a share from 0 to 1", self.min_confidence);
        }
        if let Some(lift) = self.min_lift
            && !(lift >= 0.0 && lift.is_finite())
        {
            return invalid_parameter("Rules", "min_lift", "finite and at least 0", lift);
        }
        if let Some(len @ ..2) = self.max_len {
            return invalid_parameter("Rules", "max_len", "at least 2", len);
        }
        let itemsets = self.itemsets(baskets, control)?;
        let found = self.split_all(&itemsets, control)?;
        RuleSet::new(baskets, found, itemsets.is_complete(), control)
    }

    fn itemsets(&self, baskets: &Baskets, control: &Control) -> Result<Itemsets> {
        let Rules { min_support, max_len, max_itemsets, .. } = *self;
        match self.algorithm {
            Algorithm::FpGrowth => FpGrowth { min_support, max_len, max_itemsets }.fit_with(baskets, control),
            Algorithm::Apriori => Apriori { min_support, max_len, max_itemsets }.fit_with(baskets, control),
        }
    }

    /// The rules of all itemsets.
    fn split_all(&self, itemsets: &Itemsets, control: &Control) -> Result<Found> {
        let n_rules = AtomicUsize::new(0);
        let split_chunk = |chunk: usize| {
            let mut splitter = Splitter::new(self, itemsets, control, &n_rules);
            for position in chunk * CHUNK..itemsets.len().min((chunk + 1) * CHUNK) {
                if let Some(set) = itemsets.get(position).filter(|set| set.items.len() > 1) {
                    splitter.split(set)?;
                }
            }
            splitter.finish()
        };
        let parts: Vec<Found> =
            (0..itemsets.len().div_ceil(CHUNK)).into_par_iter().map(split_chunk).collect::<Result<_>>()?;
        let mut found = Found::default();
        for part in parts {
            found.append(part);
        }
        Ok(found)
    }
}

/// Itemsets split by one task; fixed, so that the work does not depend on the number of threads.
const CHUNK: usize = 256;
