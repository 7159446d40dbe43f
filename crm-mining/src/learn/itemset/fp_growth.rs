//! FP-growth: frequent itemsets out of a tree of shared prefixes, without candidates.

use super::Itemsets;
use super::fp_tree::{Scratch, Tree};
use super::levels::{Collector, Levels};
use super::limits::{Limits, MAX_ITEMSETS, Pace};
use super::recode::{Order, recode};
use super::support::Support;
use crate::data::Baskets;
use crate::error::Result;
use crate::model::{Control, Fit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Frequent itemsets by FP-growth.
///
/// Baskets are laid into a tree in which those that begin with the same frequent items share a branch; the
/// sets are read out of ever smaller trees, one per prefix. The method of choice for most baskets; it finds
/// exactly what [`Apriori`](super::Apriori) finds.
///
/// # Errors
/// Fitting fails on a setting out of range and when there is no basket.
///
/// # Complexity
/// The tree takes O(items in all baskets) of memory; the time grows with the number of frequent sets and the
/// baskets that hold them. Runs on the caller's threads.
///
/// # Reference
/// Han, Pei, Yin, *Mining frequent patterns without candidate generation*, SIGMOD 2000.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Baskets, learn::{FpGrowth, Support}};
///
/// let baskets = Baskets::from_rows([vec!["tea", "milk"], vec!["tea", "milk", "jam"], vec!["tea"]]);
/// let found = FpGrowth { min_support: Support::Count(2), ..FpGrowth::default() }.fit(&baskets)?;
/// let longest = found.iter().last().expect("tea and milk stand together twice");
/// assert_eq!((longest.items.len(), longest.count), (2, 2));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FpGrowth {
    /// In how many baskets a set must stand. Default: 1 % of them.
    pub min_support: Support,
    /// The most items a set may have. Default: any number.
    pub max_len: Option<usize>,
    /// The most sets to keep. When there are more, the longest lengths are left out and the result says so
    /// ([`Itemsets::is_complete`]). Default: 10 million.
    pub max_itemsets: u32,
}

impl Default for FpGrowth {
    fn default() -> Self {
        FpGrowth { min_support: Support::Share(0.01), max_len: None, max_itemsets: MAX_ITEMSETS }
    }
}

const STAGE: &str = "FP-growth";

/// Items are dealt out to so many tasks in turn, as neighbours cost alike.
const TASKS: usize = 256;

impl Fit<Baskets> for FpGrowth {
    type Model = Itemsets;

    fn fit_with(&self, baskets: &Baskets, control: &Control) -> Result<Itemsets> {
        let limits = Limits::checked("FpGrowth", self.min_support, self.max_len, self.max_itemsets, baskets)?;
        control.step(STAGE, 0, 0)?;
        let recoded = recode(STAGE, baskets, limits.min_count, Order::MostFrequentFirst, control)?;
        let mut pace = Pace::new(control, STAGE);
        let tree = Tree::new(&recoded.counts, recoded.baskets.rows(), &mut pace)?;
        let collector = Collector::new(limits);
        let n_items = recoded.items.len();
        let mine = |task: usize| {
            let mut miner = Miner::new(&collector, limits.min_count, control);
            (task..n_items).step_by(TASKS).try_for_each(|item| miner.extend(&tree, item, 0))?;
            collector.add(&mut miner.found);
            control.check(STAGE)
        };
        (0..TASKS.min(n_items)).into_par_iter().with_max_len(1).try_for_each(mine)?;
        let (found, complete) = collector.finish();
        found.into_itemsets(STAGE, baskets, &recoded, &limits, complete, control)
    }
}

/// The work of one task.
struct Miner<'a> {
    collector: &'a Collector,
    /// Sets of more items are not wanted.
    longest: usize,
    min_count: u32,
    /// The items of the trees above the one at hand.
    prefix: Vec<u32>,
    /// The conditional trees, by depth.
    trees: Vec<Tree>,
    scratch: Scratch,
    found: Levels,
    n_found: usize,
    pace: Pace<'a>,
}

/// Sets that a task keeps to itself before it hands them over.
const HAND_OVER: usize = 4096;

impl<'a> Miner<'a> {
    fn new(collector: &'a Collector, min_count: u32, control: &'a Control) -> Self {
        Miner {
            collector,
            longest: collector.longest(),
            min_count,
            prefix: Vec::new(),
            trees: Vec::new(),
            scratch: Scratch::default(),
            found: Levels::default(),
            n_found: 0,
            pace: Pace::new(control, STAGE),
        }
    }

    /// The prefix is frequent.
    #[inline]
    fn emit(&mut self, count: u32) -> Result<()> {
        self.found.push(&self.prefix, count);
        self.n_found += 1;
        if self.n_found >= HAND_OVER {
            self.collector.add(&mut self.found);
            self.longest = self.collector.longest();
            self.n_found = 0;
        }
        self.pace.step(self.prefix.len())
    }

    /// All sets of the prefix, `item` of the tree at this depth, and any items before it.
    ///
    /// Items are taken in ascending order, so all subsets of a set are visited before the set: the depth of
    /// the recursion stays below the logarithm of the number of sets found.
    fn extend(&mut self, tree: &Tree, item: usize, depth: usize) -> Result<()> {
        let (Some(&name), Some(&total)) = (tree.names.get(item), tree.totals.get(item)) else {
            return Ok(());
        };
        if self.prefix.len() >= self.longest {
            return Ok(());
        }
        self.prefix.push(name);
        self.emit(total)?;
        if item > 0 && self.prefix.len() < self.longest {
            while self.trees.len() <= depth {
                self.trees.push(Tree::default());
            }
            let mut smaller = self.trees.get_mut(depth).map(std::mem::take).unwrap_or_default();
            tree.condition(item, self.min_count, &mut smaller, &mut self.scratch, &mut self.pace)?;
            if smaller.names.len() > 1 && self.prefix.len() + 1 < self.longest {
                tree.project(item, &mut smaller, &mut self.scratch, &mut self.pace)?;
                self.mine(&smaller, depth + 1)?;
            } else {
                self.singles(&smaller)?;
            }
            if let Some(place) = self.trees.get_mut(depth) {
                *place = smaller;
            }
        }
        self.prefix.pop();
        Ok(())
    }

    fn mine(&mut self, tree: &Tree, depth: usize) -> Result<()> {
        if tree.is_chain() {
            return (0..tree.names.len()).try_for_each(|item| self.subsets(tree, item, None));
        }
        (0..tree.names.len()).try_for_each(|item| self.extend(tree, item, depth))
    }

    /// The prefix with each item of the tree.
    fn singles(&mut self, tree: &Tree) -> Result<()> {
        for (&name, &total) in tree.names.iter().zip(&tree.totals) {
            self.prefix.push(name);
            self.emit(total)?;
            self.prefix.pop();
        }
        Ok(())
    }

    /// The prefix with `item` of a chain and every subset of the items before it. They all stand together as
    /// often as the last of the chain, whose count goes down with them.
    fn subsets(&mut self, chain: &Tree, item: usize, count: Option<u32>) -> Result<()> {
        let (Some(&name), Some(&total)) = (chain.names.get(item), chain.totals.get(item)) else {
            return Ok(());
        };
        if self.prefix.len() >= self.longest {
            return Ok(());
        }
        let count = count.unwrap_or(total);
        self.prefix.push(name);
        self.emit(count)?;
        (0..item).try_for_each(|before| self.subsets(chain, before, Some(count)))?;
        self.prefix.pop();
        Ok(())
    }
}
