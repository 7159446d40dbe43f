//! Items that often come together: what the miners are asked, and what they find.

mod apriori;
mod bits;
mod candidates;
mod fp_growth;
mod fp_tree;
mod levels;
mod limits;
mod occurrences;
mod recode;
mod support;

pub use apriori::Apriori;
pub use fp_growth::FpGrowth;
pub use support::Support;

use crate::data::{Baskets, Column, Csr, Keys, Table, ToTable};

/// The frequent itemsets of some baskets: every set of items that stands in at least as many of them as was
/// asked. What [`FpGrowth`] and [`Apriori`] find; both find the same, in the same order.
///
/// Shorter sets come first; sets of one length stand in the order of their items. Every part of a set that
/// is here is here too.
#[derive(Debug, Clone, PartialEq)]
pub struct Itemsets {
    items: Keys,
    sets: Csr<u32>,
    counts: Vec<u32>,
    /// Where the sets of each length begin; the last entry is the number of sets.
    starts: Vec<usize>,
    n_baskets: usize,
    min_count: u32,
    complete: bool,
}

/// One frequent itemset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Itemset<'a> {
    /// The items, ascending; positions in [`Itemsets::items`].
    pub items: &'a [u32],
    /// In how many baskets they stand together.
    pub count: u32,
    /// In what share of the baskets, empty ones included.
    pub support: f64,
}

impl Itemsets {
    /// How many sets.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether no set is frequent.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The set at this position.
    pub fn get(&self, position: usize) -> Option<Itemset<'_>> {
        let count = *self.counts.get(position)?;
        Some(Itemset {
            items: self.sets.row(position),
            count,
            support: f64::from(count) / self.n_baskets as f64,
        })
    }

    /// All sets in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Itemset<'_>> + Clone {
        self.sets.rows().zip(&self.counts).map(|(items, &count)| Itemset {
            items,
            count,
            support: f64::from(count) / self.n_baskets as f64,
        })
    }

    /// In how many baskets these items, ascending and distinct, stand together; `None` when they are not
    /// frequent.
    ///
    /// # Complexity
    /// O(k log n) for k items and n sets.
    pub fn count_of(&self, items: &[u32]) -> Option<u32> {
        let length = items.len().checked_sub(1)?;
        let (mut low, mut high) = (*self.starts.get(length)?, *self.starts.get(length + 1)?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.sets.row(middle).cmp(items) {
                std::cmp::Ordering::Equal => return self.counts.get(middle).copied(),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// How many items the longest set has.
    pub fn longest(&self) -> usize {
        self.starts.len() - 1
    }

    /// The items of the baskets, frequent or not.
    pub fn items(&self) -> &Keys {
        &self.items
    }

    /// How many baskets were looked at, empty ones included.
    pub fn n_baskets(&self) -> usize {
        self.n_baskets
    }

    /// In how many baskets a set had to stand.
    pub fn min_count(&self) -> u32 {
        self.min_count
    }

    /// Whether every frequent set (of at most the length asked for) is here. False when there were more than
    /// `max_itemsets`; then all sets of up to [`Itemsets::longest`] items are here, and no longer one.
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

impl ToTable for Itemsets {
    fn to_table(&self) -> Table {
        let joined = self.sets.rows().map(|items| Some(self.items.joined(items)));
        Table::of(
            "itemsets",
            vec![
                Column::text("items", joined),
                Column::ints("size", self.sets.rows().map(|items| items.len() as i64).collect()),
                Column::ints("count", self.counts.iter().map(|&count| i64::from(count)).collect()),
                Column::floats("support", self.iter().map(|set| set.support).collect()),
            ],
        )
    }
}

/// Sets with nothing found yet, for [`levels`] to fill.
fn empty(baskets: &Baskets, min_count: u32, complete: bool) -> Itemsets {
    Itemsets {
        items: baskets.items().clone(),
        sets: Csr::default(),
        counts: Vec::new(),
        starts: vec![0],
        n_baskets: baskets.len(),
        min_count,
        complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fit;

    #[test]
    fn order_lookup_and_table() {
        let baskets = Baskets::from_rows([vec!["a", "b", "c"], vec!["a", "b"], vec!["c"], vec![]]);
        let found = FpGrowth { min_support: Support::Count(1), ..FpGrowth::default() }.fit(&baskets).unwrap();
        let sets: Vec<_> = found.iter().map(|set| (set.items.to_vec(), set.count)).collect();
        let expected = [(vec![0], 2), (vec![1], 2), (vec![2], 2), (vec![0, 1], 2), (vec![0, 2], 1)];
        assert_eq!(sets[..5], expected);
        assert_eq!(sets[5..], [(vec![1, 2], 1), (vec![0, 1, 2], 1)]);
        assert_eq!(
            (found.count_of(&[1, 2]), found.count_of(&[]), found.count_of(&[7])),
            (Some(1), None, None)
        );
        assert_eq!((found.longest(), found.get(3).unwrap().support), (3, 0.5));
        assert_eq!(found.to_table().columns()[0].show(6).as_deref(), Some("a + b + c"));
    }
}
