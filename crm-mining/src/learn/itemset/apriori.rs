//! Apriori: frequent itemsets level by level, longer candidates out of shorter frequent sets.

use super::Itemsets;
use super::bits::{Bits, Intersections};
use super::candidates::{Candidates, Counter};
use super::levels::{Level, Levels};
use super::limits::{Limits, MAX_ITEMSETS, Pace};
use super::occurrences::{Lists, Occurrences};
use super::recode::{Order, Recoded, recode};
use super::support::Support;
use crate::data::Baskets;
use crate::error::Result;
use crate::model::{Control, Fit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Frequent itemsets by Apriori.
///
/// Two frequent sets that differ in their last item are joined to a candidate one item longer; a candidate
/// with an infrequent part is struck off; the rest are counted in the baskets that hold their first items.
/// Easy to follow level by level, and quick when sets are short; where they are long,
/// [`FpGrowth`](super::FpGrowth) finds the same sooner.
///
/// # Errors
/// Fitting fails on a setting out of range and when there is no basket.
///
/// # Complexity
/// Memory O(items in all baskets + sets found). Time, per level, grows with the candidates and the baskets
/// that hold them. Runs on the caller's threads.
///
/// # Reference
/// Agrawal, Srikant, *Fast algorithms for mining association rules*, VLDB 1994.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Baskets, learn::{Apriori, FpGrowth, Support}};
///
/// let baskets = Baskets::from_rows([vec!["tea", "milk"], vec!["tea", "milk", "jam"], vec!["tea"]]);
/// let min_support = Support::Share(0.5);
/// let found = Apriori { min_support, ..Apriori::default() }.fit(&baskets)?;
/// assert_eq!(found, FpGrowth { min_support, ..FpGrowth::default() }.fit(&baskets)?);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Apriori {
    /// In how many baskets a set must stand. Default: 1 % of them.
    pub min_support: Support,
    /// The most items a set may have. Default: any number.
    pub max_len: Option<usize>,
    /// The most sets to keep. When there are more, the longest lengths are left out and the result says so
    /// ([`Itemsets::is_complete`]). Default: 10 million.
    pub max_itemsets: u32,
}

impl Default for Apriori {
    fn default() -> Self {
        Apriori { min_support: Support::Share(0.01), max_len: None, max_itemsets: MAX_ITEMSETS }
    }
}

pub(super) const STAGE: &str = "Apriori";

impl Fit<Baskets> for Apriori {
    type Model = Itemsets;

    fn fit_with(&self, baskets: &Baskets, control: &Control) -> Result<Itemsets> {
        let limits = Limits::checked("Apriori", self.min_support, self.max_len, self.max_itemsets, baskets)?;
        control.step(STAGE, 0, 0)?;
        // The rarest item comes first in a set, so that few baskets are left after it.
        let recoded = recode(STAGE, baskets, limits.min_count, Order::RarestFirst, control)?;
        let (found, complete) = all_levels(&recoded, &limits, control)?;
        found.into_itemsets(STAGE, baskets, &recoded, &limits, complete, control)
    }
}

/// All levels for which there is room, and whether there was room for all.
fn all_levels(recoded: &Recoded, limits: &Limits, control: &Control) -> Result<(Levels, bool)> {
    let occurrences = Occurrences::of(recoded, control)?;
    let bits = Bits::of(recoded, control)?;
    let n_items = recoded.items.len();
    let mut found = Levels::default();
    let mut level = Level { sets: (0..n_items as u32).collect(), counts: recoded.counts.clone() };
    for length in 1.. {
        let Some(room) = limits.max_itemsets.checked_sub(found.total() + level.counts.len()) else {
            return Ok((found, false));
        };
        if level.counts.is_empty() {
            break;
        }
        control.step(STAGE, length as u64, 0)?;
        let limits = Limits { max_itemsets: room, ..*limits };
        let longer = if length == limits.max_len {
            Some(Level::default())
        } else if length == 1 {
            pairs(&occurrences, n_items, &limits, control)?
        } else if let Some(bits) = &bits {
            longer_sets(&level, length, || Intersections::new(bits), &limits, control)?
        } else {
            longer_sets(&level, length, || Lists::new(&occurrences), &limits, control)?
        };
        found.push_level(level);
        match longer {
            Some(longer) => level = longer,
            None => return Ok((found, false)),
        }
    }
    Ok((found, true))
}

/// Items or classes of sets extended by one task; fixed, so that the work does not depend on the number of
/// threads.
const CHUNK: usize = 16;

/// The frequent pairs; `None` when they are more than there is room for. All pairs are candidates.
fn pairs(
    occurrences: &Occurrences<'_>,
    n_items: usize,
    limits: &Limits,
    control: &Control,
) -> Result<Option<Level>> {
    let room = Room::new(limits);
    let extend = |chunk: usize| {
        let mut pace = Pace::new(control, STAGE);
        let (mut found, mut counts) = (Level::default(), Vec::new());
        for item in (chunk * CHUNK..n_items.min((chunk + 1) * CHUNK)).take_while(|_| room.is_left()) {
            let before = found.counts.len();
            occurrences.count_pairs(item, &mut counts, &mut pace)?;
            let frequent = |&(_, &count): &(u32, &u32)| count >= limits.min_count;
            for (other, &count) in (0u32..).zip(&counts).filter(frequent) {
                found.sets.extend([item as u32, other]);
                found.counts.push(count);
            }
            pace.step(n_items)?;
            room.take(found.counts.len() - before);
        }
        control.check(STAGE)?;
        Ok(found)
    };
    let parts: Result<_> = (0..n_items.div_ceil(CHUNK)).into_par_iter().map(extend).collect();
    Ok(room.whole(parts?))
}

/// The frequent sets one item longer; `None` when they are more than there is room for.
fn longer_sets<C: Counter>(
    level: &Level,
    length: usize,
    counter: impl Fn() -> C + Sync,
    limits: &Limits,
    control: &Control,
) -> Result<Option<Level>> {
    let room = Room::new(limits);
    let extend = |classes: &[std::ops::Range<usize>]| {
        let mut candidates = Candidates::new(level, length, limits.min_count, counter(), control);
        for class in classes.iter().take_while(|_| room.is_left()) {
            let before = candidates.found.counts.len();
            candidates.extend(class.clone())?;
            room.take(candidates.found.counts.len() - before);
        }
        control.check(STAGE)?;
        Ok(candidates.found)
    };
    let parts: Result<_> = classes(level, length).par_chunks(CHUNK).map(extend).collect();
    Ok(room.whole(parts?))
}

/// How many sets the level being found may still have.
struct Room {
    limit: usize,
    taken: AtomicUsize,
}

impl Room {
    fn new(limits: &Limits) -> Self {
        Room { limit: limits.max_itemsets, taken: AtomicUsize::new(0) }
    }

    fn take(&self, sets: usize) {
        self.taken.fetch_add(sets, Ordering::Relaxed);
    }

    fn is_left(&self) -> bool {
        self.taken.load(Ordering::Relaxed) <= self.limit
    }

    /// The level out of its parts, unless some part may be missing.
    fn whole(&self, parts: Vec<Level>) -> Option<Level> {
        self.is_left().then(|| {
            let mut level = Level::default();
            parts.into_iter().for_each(|part| level.append(part));
            level
        })
    }
}

/// Runs of sets that agree in all but the last item.
fn classes(level: &Level, length: usize) -> Vec<std::ops::Range<usize>> {
    let mut classes = Vec::new();
    let (mut start, mut prefix): (usize, &[u32]) = (0, &[]);
    for (position, set) in level.sets.chunks_exact(length).enumerate() {
        let this = set.get(..length - 1).unwrap_or_default();
        if this != prefix && position > start {
            classes.push(start..position);
            start = position;
        }
        prefix = this;
    }
    classes.push(start..level.counts.len());
    classes
}
