//! One bit per basket and item: how Apriori counts candidates that many baskets hold.
#![allow(
    clippy::indexing_slicing,
    reason = "codes are below the number of frequent items, for each of which there are `words` words"
)]

use super::apriori::STAGE;
use super::candidates::Counter;
use super::limits::Pace;
use super::recode::Recoded;
use crate::error::Result;
use crate::model::Control;

/// Which baskets hold each item.
pub(super) struct Bits {
    words: usize,
    bits: Vec<u64>,
}

impl Bits {
    /// The bits of these baskets, when they take no more room than the baskets themselves.
    pub(super) fn of(recoded: &Recoded, control: &Control) -> Result<Option<Bits>> {
        let words = recoded.baskets.len().div_ceil(64);
        let room = recoded.items.len().saturating_mul(words);
        if room > recoded.baskets.values().len() {
            return Ok(None);
        }
        let mut bits = vec![0; room];
        let mut pace = Pace::new(control, STAGE);
        for (basket, codes) in recoded.baskets.rows().enumerate() {
            pace.step(codes.len())?;
            for &code in codes {
                bits[code as usize * words + basket / 64] |= 1u64 << (basket % 64);
            }
        }
        Ok(Some(Bits { words, bits }))
    }

    fn item(&self, code: u32) -> &[u64] {
        &self.bits[code as usize * self.words..][..self.words]
    }
}

/// Counts by intersecting the baskets of a set with those of one more item.
pub(super) struct Intersections<'a> {
    bits: &'a Bits,
    /// The set that the stack is of.
    prefix: Vec<u32>,
    /// The baskets of the first item, the first two items, … of the prefix.
    stack: Vec<Vec<u64>>,
    lasts: Vec<u32>,
}

impl<'a> Intersections<'a> {
    pub(super) fn new(bits: &'a Bits) -> Self {
        Intersections { bits, prefix: Vec::new(), stack: Vec::new(), lasts: Vec::new() }
    }

    /// The baskets of the top of the stack that hold this item as well.
    fn narrow(&self, item: u32) -> Vec<u64> {
        let item = self.bits.item(item);
        match self.stack.last() {
            None => item.to_vec(),
            Some(above) => above.iter().zip(item).map(|(a, b)| a & b).collect(),
        }
    }
}

impl Counter for Intersections<'_> {
    fn begin(&mut self, prefix: &[u32], lasts: &[u32], _: &[u32], pace: &mut Pace<'_>) -> Result<()> {
        let shared = prefix.iter().zip(&self.prefix).take_while(|(a, b)| a == b).count();
        self.stack.truncate(shared);
        for &item in &prefix[shared..] {
            pace.step(self.bits.words)?;
            let baskets = self.narrow(item);
            self.stack.push(baskets);
        }
        self.prefix.clear();
        self.prefix.extend_from_slice(prefix);
        self.lasts.clear();
        self.lasts.extend_from_slice(lasts);
        Ok(())
    }

    fn count(&mut self, a: usize, with: &[usize], counts: &mut Vec<u32>, pace: &mut Pace<'_>) -> Result<()> {
        let held = self.narrow(self.lasts[a]);
        counts.clear();
        for &b in with {
            pace.step(self.bits.words)?;
            let both = held.iter().zip(self.bits.item(self.lasts[b])).map(|(a, b)| (a & b).count_ones());
            counts.push(both.sum());
        }
        Ok(())
    }
}
