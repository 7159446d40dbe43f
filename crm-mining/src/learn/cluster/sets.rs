//! Disjoint sets that many threads join at once.

#![allow(clippy::indexing_slicing, reason = "members are below the length the sets were made with")]

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Disjoint sets of the numbers below `n`. Whatever the order of the joins, a set is named by its smallest
/// member, so that threads leave no trace.
pub(super) struct Sets(Vec<AtomicU32>);

impl Sets {
    pub(super) fn new(n: usize) -> Sets {
        Sets((0..n as u32).map(AtomicU32::new).collect())
    }

    /// The name of the set of a member: the smallest in it, once all joins are done.
    pub(super) fn find(&self, member: u32) -> u32 {
        let mut at = member;
        loop {
            let parent = self.0[at as usize].load(Relaxed);
            if parent == at {
                return at;
            }
            let next = self.0[parent as usize].load(Relaxed);
            if next != parent {
                // Shortens the path; where another thread was faster, nothing is lost.
                let _ = self.0[at as usize].compare_exchange(parent, next, Relaxed, Relaxed);
            }
            at = next;
        }
    }

    /// Makes one set of two; says whether they were two.
    pub(super) fn join(&self, a: u32, b: u32) -> bool {
        loop {
            let (a, b) = (self.find(a), self.find(b));
            if a == b {
                return false;
            }
            let (low, high) = (a.min(b), a.max(b));
            if self.0[high as usize].compare_exchange(high, low, Relaxed, Relaxed).is_ok() {
                return true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn a_set_is_named_by_its_smallest_member() {
        let n = 10_000_u32;
        let sets = Sets::new(n as usize);
        (7..n).into_par_iter().rev().for_each(|i| {
            sets.join(i, i - 7);
        });
        (0..n).for_each(|i| assert_eq!(sets.find(i), i % 7));
        assert!(sets.join(0, 1) && !sets.join(7, 8));
    }
}
