//! Baskets reduced to their frequent items.

use crate::data::{Baskets, Csr};
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;

/// Which item gets code 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    MostFrequentFirst,
    RarestFirst,
}

/// Baskets of dense codes of frequent items.
pub(super) struct Recoded {
    /// The item of each code.
    pub(super) items: Vec<u32>,
    /// How many baskets hold the item of each code.
    pub(super) counts: Vec<u32>,
    /// The codes of every basket, ascending. Baskets of fewer than two frequent items are left out: they
    /// hold no set that the counts do not tell.
    pub(super) baskets: Csr<u32>,
}

/// Baskets recoded by one task; fixed, so that the work does not depend on the number of threads.
const CHUNK: usize = 4096;

pub(super) fn recode(
    stage: &'static str,
    baskets: &Baskets,
    min_count: u32,
    order: Order,
    control: &Control,
) -> Result<Recoded> {
    let counts = item_counts(stage, baskets, control)?;
    let mut frequent: Vec<(u32, u32)> =
        (0u32..).zip(counts).filter(|&(_, count)| count >= min_count).collect();
    frequent.sort_unstable_by_key(|&(item, count)| (std::cmp::Reverse(count), item));
    if order == Order::RarestFirst {
        frequent.reverse();
    }
    let mut code = vec![u32::MAX; baskets.items().len()];
    for (number, &(item, _)) in (0u32..).zip(&frequent) {
        if let Some(code) = code.get_mut(item as usize) {
            *code = number;
        }
    }
    let recode_chunk = |chunk: usize| {
        control.check(stage)?;
        let mut recoded = Csr::with_capacity(CHUNK, 8 * CHUNK);
        let mut codes = Vec::new();
        for basket in chunk * CHUNK..((chunk + 1) * CHUNK).min(baskets.len()) {
            let items = baskets.basket(basket).iter();
            codes.clear();
            codes.extend(
                items.filter_map(|&item| code.get(item as usize).copied()).filter(|&code| code != u32::MAX),
            );
            if codes.len() > 1 {
                codes.sort_unstable();
                recoded.push_row(codes.iter().copied());
            }
        }
        Ok(recoded)
    };
    let chunks: Vec<Csr<u32>> =
        (0..baskets.len().div_ceil(CHUNK)).into_par_iter().map(recode_chunk).collect::<Result<_>>()?;
    let mut recoded = Csr::with_capacity(
        chunks.iter().map(Csr::len).sum(),
        chunks.iter().map(|chunk| chunk.values().len()).sum(),
    );
    for chunk in chunks {
        recoded.append(chunk);
    }
    let (items, counts) = frequent.into_iter().unzip();
    Ok(Recoded { items, counts, baskets: recoded })
}

fn item_counts(stage: &'static str, baskets: &Baskets, control: &Control) -> Result<Vec<u32>> {
    let mut counts = vec![0u32; baskets.items().len()];
    for part in baskets.baskets().values().chunks(1 << 20) {
        control.check(stage)?;
        for &item in part {
            if let Some(count) = counts.get_mut(item as usize) {
                *count += 1;
            }
        }
    }
    Ok(counts)
}
