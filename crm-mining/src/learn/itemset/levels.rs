//! The sets found, by length, and never more of them than asked.

use super::limits::Limits;
use super::recode::Recoded;
use super::{Itemsets, empty};
use crate::data::{Baskets, Csr, group_positions};
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The sets of one length, laid end to end, and their counts.
#[derive(Default)]
pub(super) struct Level {
    pub(super) sets: Vec<u32>,
    pub(super) counts: Vec<u32>,
}

impl Level {
    pub(super) fn append(&mut self, mut other: Level) {
        self.sets.append(&mut other.sets);
        self.counts.append(&mut other.counts);
    }
}

/// Sets by length: the sets of one item, of two items, and so on.
#[derive(Default)]
pub(super) struct Levels(Vec<Level>);

impl Levels {
    #[inline]
    pub(super) fn push(&mut self, set: &[u32], count: u32) {
        while self.0.len() < set.len() {
            self.0.push(Level::default());
        }
        if let Some(level) = set.len().checked_sub(1).and_then(|length| self.0.get_mut(length)) {
            level.sets.extend_from_slice(set);
            level.counts.push(count);
        }
    }

    pub(super) fn push_level(&mut self, level: Level) {
        self.0.push(level);
    }

    pub(super) fn total(&self) -> usize {
        self.0.iter().map(|level| level.counts.len()).sum()
    }

    /// Moves the sets of up to so many items over; drops the longer ones.
    fn take_up_to(&mut self, longest: usize, from: &mut Levels) {
        for (length, level) in from.0.drain(..).enumerate().take(longest) {
            match self.0.get_mut(length) {
                Some(mine) => mine.append(level),
                None => self.0.push(level),
            }
        }
    }

    /// The sets of codes as sets of items, in the order that [`Itemsets`] promises.
    pub(super) fn into_itemsets(
        self,
        stage: &'static str,
        baskets: &Baskets,
        recoded: &Recoded,
        limits: &Limits,
        complete: bool,
        control: &Control,
    ) -> Result<Itemsets> {
        let mut itemsets = empty(baskets, limits.min_count, complete);
        for (length, mut level) in (1..).zip(self.0) {
            if level.counts.is_empty() {
                break;
            }
            level.sets.par_chunks_exact_mut(length).for_each(|set| {
                for code in &mut *set {
                    *code = recoded.items.get(*code as usize).copied().unwrap_or_default();
                }
                set.sort_unstable();
            });
            for (sets, counts) in in_order(stage, length, &level, baskets.items().len(), control)? {
                itemsets.sets.append(sets);
                itemsets.counts.extend(counts);
            }
            itemsets.starts.push(itemsets.counts.len());
        }
        Ok(itemsets)
    }
}

/// The sets of a level in the order of their items, in pieces: one for each first item.
fn in_order(
    stage: &'static str,
    length: usize,
    level: &Level,
    n_items: usize,
    control: &Control,
) -> Result<Vec<(Csr<u32>, Vec<u32>)>> {
    let first: Vec<u32> = level.sets.iter().copied().step_by(length).collect();
    let by_first = group_positions(&first, n_items);
    let set = |position: u32| {
        let start = position as usize * length;
        level.sets.get(start..start + length).unwrap_or_default()
    };
    let sorted = |positions: &[u32]| {
        control.check(stage)?;
        let mut positions = positions.to_vec();
        positions.sort_unstable_by(|&a, &b| set(a).cmp(set(b)));
        let mut sets = Csr::with_capacity(positions.len(), positions.len() * length);
        for &position in &positions {
            sets.push_row(set(position).iter().copied());
        }
        let counts = positions.iter().filter_map(|&position| level.counts.get(position as usize).copied());
        Ok((sets, counts.collect()))
    };
    let groups: Vec<&[u32]> = by_first.rows().filter(|positions| !positions.is_empty()).collect();
    groups.into_par_iter().map(sorted).collect()
}

/// Gathers the sets of many threads, and lowers the bar of length when they get too many.
///
/// The sets kept in the end are those of up to the greatest length at which all of them fit. A set of at
/// most that length is never turned away, and no longer length can stay, in whatever order sets arrive; so
/// the outcome does not depend on the threads. Nor does the order of arrival show: sets are sorted later.
pub(super) struct Collector {
    found: Mutex<Levels>,
    longest: AtomicUsize,
    limits: Limits,
}

impl Collector {
    pub(super) fn new(limits: Limits) -> Self {
        let longest = AtomicUsize::new(limits.max_len);
        Collector { found: Mutex::new(Levels::default()), longest, limits }
    }

    /// Sets of more items are not wanted any more.
    pub(super) fn longest(&self) -> usize {
        self.longest.load(Ordering::Relaxed)
    }

    /// Takes the sets over and leaves none.
    pub(super) fn add(&self, sets: &mut Levels) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.take_up_to(self.longest(), sets);
        while found.total() > self.limits.max_itemsets && found.0.pop().is_some() {
            self.longest.store(found.0.len(), Ordering::Relaxed);
        }
    }

    /// All sets, and whether none had to be left out.
    pub(super) fn finish(self) -> (Levels, bool) {
        let complete = self.longest() == self.limits.max_len;
        (self.found.into_inner().unwrap_or_else(PoisonError::into_inner), complete)
    }
}
