//! Apriori's candidates: frequent sets joined to longer ones, of which all parts are frequent.
#![allow(
    clippy::indexing_slicing,
    reason = "sets are whole rows of the level, and places among the last items of a class come from \
              enumerating them"
)]

use super::apriori::STAGE;
use super::levels::Level;
use super::limits::Pace;
use crate::error::Result;
use crate::model::Control;
use std::ops::Range;

/// Tells how many baskets hold a candidate.
pub(super) trait Counter {
    /// Turns to a class: the sets of `prefix` and one of `lasts`, which number `counts`.
    fn begin(&mut self, prefix: &[u32], lasts: &[u32], counts: &[u32], pace: &mut Pace<'_>) -> Result<()>;

    /// Counts the baskets that hold the prefix, the last item at `a`, and each of the last items at `with`.
    fn count(&mut self, a: usize, with: &[usize], counts: &mut Vec<u32>, pace: &mut Pace<'_>) -> Result<()>;
}

/// Joins, prunes and counts the sets of one level.
pub(super) struct Candidates<'a, C> {
    level: &'a Level,
    length: usize,
    min_count: u32,
    counter: C,
    pub(super) found: Level,
    pace: Pace<'a>,
}

impl<'a, C: Counter> Candidates<'a, C> {
    pub(super) fn new(
        level: &'a Level,
        length: usize,
        min_count: u32,
        counter: C,
        control: &'a Control,
    ) -> Self {
        let pace = Pace::new(control, STAGE);
        Candidates { level, length, min_count, counter, found: Level::default(), pace }
    }

    /// Finds the frequent sets one item longer than those of a class: sets that agree in all but the last
    /// item.
    pub(super) fn extend(&mut self, class: Range<usize>) -> Result<()> {
        if class.len() < 2 {
            return Ok(());
        }
        let (level, length) = (self.level, self.length);
        let sets = &level.sets[class.start * length..class.end * length];
        let prefix = &sets[..length - 1];
        let lasts: Vec<u32> = sets.iter().copied().skip(length - 1).step_by(length).collect();
        self.counter.begin(prefix, &lasts, &level.counts[class], &mut self.pace)?;
        let mut counts = Vec::new();
        for (a, &last) in lasts.iter().enumerate() {
            let joined = self.joined(prefix, &lasts, a);
            self.pace.step(length * (lasts.len() - a))?;
            if joined.is_empty() {
                continue;
            }
            self.counter.count(a, &joined, &mut counts, &mut self.pace)?;
            for (&b, &count) in joined.iter().zip(&counts).filter(|&(_, &count)| count >= self.min_count) {
                self.found.sets.extend_from_slice(prefix);
                self.found.sets.extend([last, lasts[b]]);
                self.found.counts.push(count);
            }
        }
        Ok(())
    }

    /// The places behind `a` of the last items that make, with the prefix and the one at `a`, a candidate all
    /// parts of which are frequent. The parts without either of the two are: they were joined.
    fn joined(&self, prefix: &[u32], lasts: &[u32], a: usize) -> Vec<usize> {
        let mut joined: Vec<usize> = (a + 1..lasts.len()).collect();
        let mut part = vec![0; prefix.len()];
        for without in 0..prefix.len() {
            if joined.is_empty() {
                break;
            }
            let kept =
                prefix.iter().enumerate().filter(|&(place, _)| place != without).map(|(_, &item)| item);
            part.clear();
            part.extend(kept.chain([lasts[a]]));
            let class = self.class_of(&part);
            let mut sets = self.level.sets[class.start * self.length..class.end * self.length]
                .chunks_exact(self.length)
                .map(|set| set[self.length - 1])
                .peekable();
            joined.retain(|&b| {
                while sets.next_if(|&last| last < lasts[b]).is_some() {}
                sets.peek() == Some(&lasts[b])
            });
        }
        joined
    }

    /// The sets of the level that begin with these items, all but one.
    fn class_of(&self, prefix: &[u32]) -> Range<usize> {
        let first_not = |before: fn(&[u32], &[u32]) -> bool| {
            let (mut low, mut high) = (0, self.level.counts.len());
            while low < high {
                let middle = low + (high - low) / 2;
                if before(&self.level.sets[middle * self.length..][..prefix.len()], prefix) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        first_not(|set, prefix| set < prefix)..first_not(|set, prefix| set <= prefix)
    }
}
