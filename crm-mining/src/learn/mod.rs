//! Algorithms that know no customers.

mod itemset;

pub use itemset::{Apriori, FpGrowth, Itemset, Itemsets, Support};
