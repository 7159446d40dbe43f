//! Where items stand in the baskets: how Apriori counts candidates that few baskets hold.
#![allow(
    clippy::indexing_slicing,
    reason = "an occurrence is a position among `codes`, `ends` is of the same length, and codes are below \
              the number of frequent items, the length of every array by item"
)]

use super::apriori::STAGE;
use super::candidates::Counter;
use super::limits::Pace;
use super::recode::Recoded;
use crate::error::Result;
use crate::model::Control;
use std::ops::Range;

/// All baskets laid end to end, and the positions of every item in them. The position of the last item of a
/// set stands for a basket that holds the set: behind it lie the items that may extend the set.
pub(super) struct Occurrences<'a> {
    codes: &'a [u32],
    /// Where the basket of each position ends.
    ends: Vec<u32>,
    /// Where the positions of each item begin, and all of them, item by item.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl<'a> Occurrences<'a> {
    pub(super) fn of(recoded: &'a Recoded, control: &Control) -> Result<Self> {
        let mut pace = Pace::new(control, STAGE);
        let mut starts = vec![0u32; recoded.items.len() + 1];
        let mut ends = Vec::with_capacity(recoded.baskets.values().len());
        for basket in recoded.baskets.rows() {
            pace.step(basket.len())?;
            let end = ends.len() + basket.len();
            ends.resize(end, end as u32);
            for &code in basket {
                starts[code as usize + 1] += 1;
            }
        }
        for code in 1..starts.len() {
            starts[code] += starts[code - 1];
        }
        let mut next = starts.clone();
        let mut positions = vec![0; ends.len()];
        let codes = recoded.baskets.values();
        for (&code, position) in codes.iter().zip(0u32..) {
            pace.step(1)?;
            let place = &mut next[code as usize];
            positions[*place as usize] = position;
            *place += 1;
        }
        Ok(Occurrences { codes, ends, starts, positions })
    }

    fn of_item(&self, item: usize) -> &[u32] {
        &self.positions[self.starts[item] as usize..self.starts[item + 1] as usize]
    }

    fn n_items(&self) -> usize {
        self.starts.len() - 1
    }

    /// The positions behind this one in its basket.
    #[inline]
    fn behind(&self, position: u32) -> Range<usize> {
        position as usize + 1..self.ends[position as usize] as usize
    }

    /// How many baskets hold this item and each other one that comes later; `counts` is by item.
    pub(super) fn count_pairs(&self, item: usize, counts: &mut Vec<u32>, pace: &mut Pace<'_>) -> Result<()> {
        counts.clear();
        counts.resize(self.n_items(), 0);
        for &position in self.of_item(item) {
            let behind = self.behind(position);
            pace.step(behind.len() + 1)?;
            for &other in &self.codes[behind] {
                counts[other as usize] += 1;
            }
        }
        Ok(())
    }

    /// The occurrences of a set and one more item, given those of the set.
    fn narrow(&self, set: &[u32], item: u32, pace: &mut Pace<'_>) -> Result<Vec<u32>> {
        let mut narrowed = Vec::new();
        for &position in set {
            pace.step(4)?;
            let behind = self.behind(position);
            if let Ok(place) = self.codes[behind.clone()].binary_search(&item) {
                narrowed.push((behind.start + place) as u32);
            }
        }
        Ok(narrowed)
    }
}

/// Counts by walking the occurrences of a set, which counts all candidates of the set at once.
pub(super) struct Lists<'a> {
    occurrences: &'a Occurrences<'a>,
    /// The set that the stack is of.
    prefix: Vec<u32>,
    /// The occurrences of the first item, the first two items, … of the prefix.
    stack: Vec<Vec<u32>>,
    /// The last items of the class at hand, and the place of every item among them.
    lasts: Vec<u32>,
    slot: Vec<u32>,
    /// The occurrences of the prefix with each last item: where those of each begin, and all of them.
    starts: Vec<usize>,
    dealt: Vec<u32>,
    counts: Vec<u32>,
}

const NO_SLOT: u32 = u32::MAX;

impl<'a> Lists<'a> {
    pub(super) fn new(occurrences: &'a Occurrences<'a>) -> Self {
        Lists {
            occurrences,
            prefix: Vec::new(),
            stack: Vec::new(),
            lasts: Vec::new(),
            slot: vec![NO_SLOT; occurrences.n_items()],
            starts: Vec::new(),
            dealt: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Deals the occurrences of the prefix out to the last items of the class.
    fn deal(&mut self, counts: &[u32], pace: &mut Pace<'_>) -> Result<()> {
        let mut total = 0;
        self.starts.clear();
        self.starts.push(0);
        for &count in counts {
            total += count as usize;
            self.starts.push(total);
        }
        let mut next = self.starts.clone();
        self.dealt.clear();
        self.dealt.resize(total, 0);
        for &position in self.stack.last().map_or(&[][..], |occurrences| occurrences) {
            let behind = self.occurrences.behind(position);
            pace.step(behind.len() + 1)?;
            for other in behind {
                let slot = self.slot[self.occurrences.codes[other] as usize];
                if slot != NO_SLOT {
                    self.dealt[next[slot as usize]] = other as u32;
                    next[slot as usize] += 1;
                }
            }
        }
        Ok(())
    }
}

impl Counter for Lists<'_> {
    fn begin(&mut self, prefix: &[u32], lasts: &[u32], counts: &[u32], pace: &mut Pace<'_>) -> Result<()> {
        let shared = prefix.iter().zip(&self.prefix).take_while(|(a, b)| a == b).count();
        self.stack.truncate(shared);
        for &item in &prefix[shared..] {
            let occurrences = match self.stack.last() {
                None => self.occurrences.of_item(item as usize).to_vec(),
                Some(above) => self.occurrences.narrow(above, item, pace)?,
            };
            self.stack.push(occurrences);
        }
        self.prefix.clear();
        self.prefix.extend_from_slice(prefix);
        for &last in &self.lasts {
            self.slot[last as usize] = NO_SLOT;
        }
        for (slot, &last) in (0u32..).zip(lasts) {
            self.slot[last as usize] = slot;
        }
        self.lasts.clear();
        self.lasts.extend_from_slice(lasts);
        self.deal(counts, pace)
    }

    fn count(&mut self, a: usize, with: &[usize], counts: &mut Vec<u32>, pace: &mut Pace<'_>) -> Result<()> {
        self.counts.clear();
        self.counts.resize(self.lasts.len(), 0);
        for &position in &self.dealt[self.starts[a]..self.starts[a + 1]] {
            let behind = self.occurrences.behind(position);
            pace.step(behind.len() + 1)?;
            for &other in &self.occurrences.codes[behind] {
                let slot = self.slot[other as usize];
                if slot != NO_SLOT {
                    self.counts[slot as usize] += 1;
                }
            }
        }
        counts.clear();
        counts.extend(with.iter().map(|&b| self.counts[b]));
        Ok(())
    }
}
