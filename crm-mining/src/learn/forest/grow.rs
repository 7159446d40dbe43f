//! One tree, grown on a bootstrap sample of binned columns.
#![allow(
    clippy::indexing_slicing,
    reason = "rows are drawn below n_rows, bins are bytes into 256 cells, and nodes span parts of the sample"
)]

use super::bins::{BINS, Column};
use super::tree::Tree;
use crate::error::Result;
use crate::math::random::Random;
use crate::model::Control;

/// What all trees of a forest grow on.
pub(super) struct Ground<'a> {
    pub(super) columns: &'a [Column],
    pub(super) labels: &'a [bool],
    pub(super) n_features: usize,
    pub(super) features_per_split: usize,
    pub(super) min_leaf: u32,
    pub(super) max_depth: u32,
    pub(super) stage: &'static str,
}

/// Rows, positive weight and weight of a part of the sample, in one word, so that a histogram cell is
/// updated by one addition. Each takes 21 bits, hence the bound on the size of a sample.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Tally(u64);

/// The most rows drawn for a tree.
pub(super) const MOST_DRAWN: usize = (1 << 21) - 1;

impl Tally {
    const FIELD: u64 = (1 << 21) - 1;

    fn of(entry: u64) -> Tally {
        let weight = entry & Tally::FIELD;
        Tally(1 << 42 | (weight * (entry >> 31 & 1)) << 21 | weight)
    }

    #[inline]
    fn rows(self) -> u32 {
        (self.0 >> 42) as u32
    }

    #[inline]
    fn positive(self) -> u32 {
        (self.0 >> 21 & Tally::FIELD) as u32
    }

    #[inline]
    fn weight(self) -> u32 {
        (self.0 & Tally::FIELD) as u32
    }

    fn probability(self) -> f64 {
        f64::from(self.positive()) / f64::from(self.weight().max(1))
    }
}

/// A node whose rows are known and whose split is not.
struct Open {
    node: u32,
    start: u32,
    end: u32,
    depth: u32,
    tally: Tally,
}

impl Open {
    fn is_leaf(&self, ground: &Ground<'_>) -> bool {
        self.tally.rows() < 2 * ground.min_leaf
            || self.depth >= ground.max_depth
            || self.tally.positive() == 0
            || self.tally.positive() == self.tally.weight()
    }
}

/// A split of a node: the better, the larger `numerator / denominator`, which is its decrease of Gini
/// impurity up to a factor of the node.
struct Split {
    numerator: f64,
    denominator: f64,
    column: usize,
    bin: usize,
    next_bin: usize,
    left: Tally,
}

/// The memory a tree grows in, used again for the next one.
pub(super) struct Grower {
    weights: Vec<u32>,
    /// Row (upper half), label and weight of the distinct rows of the sample; a node's stand together.
    entries: Vec<u64>,
    spare: Vec<u64>,
    tallies: Vec<u64>,
    histogram: Box<[u64; BINS]>,
    order: Vec<usize>,
    open: Vec<Open>,
}

impl Default for Grower {
    fn default() -> Self {
        Grower {
            weights: Vec::new(),
            entries: Vec::new(),
            spare: Vec::new(),
            tallies: Vec::new(),
            histogram: Box::new([0; BINS]),
            order: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl Grower {
    /// A tree and the decrease of impurity that each feature brought.
    pub(super) fn grow(
        &mut self,
        ground: &Ground<'_>,
        mut random: Random,
        control: &Control,
    ) -> Result<(Tree, Vec<f64>)> {
        self.prepare(ground, &mut random);
        let total = self.entries.iter().fold(Tally(0), |sum, &entry| Tally(sum.0 + Tally::of(entry).0));
        let mut tree = Tree::default();
        let mut importance = vec![0.0; ground.n_features];
        let root = tree.add_leaf(total.probability());
        self.open.push(Open { node: root, start: 0, end: self.entries.len() as u32, depth: 0, tally: total });
        let mut work = 0;
        while let Some(open) = self.open.pop() {
            if open.is_leaf(ground) {
                continue;
            }
            work += open.tally.rows() as usize;
            if work > 1 << 14 {
                control.check(ground.stage)?;
                work = 0;
            }
            let Some(split) = self.best_split(ground, &open, &mut random) else { continue };
            let column = &ground.columns[split.column];
            importance[column.feature as usize] +=
                split.numerator / split.denominator / f64::from(open.tally.weight());
            let middle = self.part(&open, &column.codes, split.bin);
            let right = Tally(open.tally.0 - split.left.0);
            let left = tree.add_leaf(split.left.probability());
            tree.add_leaf(right.probability());
            tree.split(open.node, column.feature, column.threshold(split.bin, split.next_bin), left);
            let depth = open.depth + 1;
            self.open.push(Open { node: left + 1, start: middle, end: open.end, depth, tally: right });
            self.open.push(Open { node: left, start: open.start, end: middle, depth, tally: split.left });
        }
        Ok((tree, importance))
    }

    /// Draws the sample: as many rows as there are, with replacement.
    fn prepare(&mut self, ground: &Ground<'_>, random: &mut Random) {
        let n = ground.labels.len();
        self.weights.clear();
        self.weights.resize(n, 0);
        for _ in 0..n.min(MOST_DRAWN) {
            self.weights[random.below(n)] += 1;
        }
        self.entries.clear();
        for ((row, &weight), &label) in (0u64..).zip(&self.weights).zip(ground.labels) {
            if weight > 0 {
                self.entries.push(row << 32 | u64::from(label) << 31 | u64::from(weight));
            }
        }
        self.spare.resize(self.entries.len().max(self.spare.len()), 0);
        self.open.clear();
        self.order.clear();
        self.order.extend(0..ground.columns.len());
    }

    /// The best split over columns drawn at random, of which at least one must differ within the node.
    fn best_split(&mut self, ground: &Ground<'_>, open: &Open, random: &mut Random) -> Option<Split> {
        let entries = &self.entries[open.start as usize..open.end as usize];
        let histogram = &mut *self.histogram;
        self.tallies.clear();
        self.tallies.extend(entries.iter().map(|&entry| Tally::of(entry).0));
        let mut best = Split {
            numerator: -1.0,
            denominator: 1.0,
            column: usize::MAX,
            bin: 0,
            next_bin: 0,
            left: Tally(0),
        };
        let mut differs = false;
        let n_columns = self.order.len();
        for drawn in 0..n_columns {
            if drawn >= ground.features_per_split && differs {
                break;
            }
            self.order.swap(drawn, drawn + random.below(n_columns - drawn));
            let column = self.order[drawn];
            let codes = ground.columns[column].codes.as_slice();
            let mut touched = Touched::default();
            for (&entry, &tally) in entries.iter().zip(&self.tallies) {
                let code = codes[(entry >> 32) as usize];
                histogram[usize::from(code)] += tally;
                touched.add(code);
            }
            differs |= scan(histogram, touched, open.tally, ground.min_leaf, column, &mut best);
        }
        (best.column != usize::MAX).then_some(best)
    }

    /// Moves the rows of the left child before those of the right one; both keep their order.
    fn part(&mut self, open: &Open, codes: &[u8], bin: usize) -> u32 {
        let entries = &mut self.entries[open.start as usize..open.end as usize];
        let (mut left, mut right) = (0, 0);
        for place in 0..entries.len() {
            let entry = entries[place];
            let goes_left = codes[(entry >> 32) as usize] as usize <= bin;
            self.spare[right] = entry;
            entries[left] = entry;
            left += usize::from(goes_left);
            right += usize::from(!goes_left);
        }
        entries[left..].copy_from_slice(&self.spare[..right]);
        open.start + left as u32
    }
}

/// Tries every cut between touched bins and empties them; whether there was more than one.
fn scan(
    histogram: &mut [u64; BINS],
    touched: Touched,
    total: Tally,
    min_leaf: u32,
    column: usize,
    best: &mut Split,
) -> bool {
    let (all, all_positive) = (f64::from(total.weight()), f64::from(total.positive()));
    let (least, most) = (min_leaf, total.rows() - min_leaf);
    let mut left = Tally(0);
    let mut before = 0;
    for bin in touched {
        if (least..=most).contains(&left.rows()) {
            let weight = f64::from(left.weight());
            let excess = f64::from(left.positive()) * all - all_positive * weight;
            let (numerator, denominator) = (excess * excess, weight * (all - weight));
            if numerator * best.denominator > best.numerator * denominator {
                *best = Split { numerator, denominator, column, bin: before, next_bin: bin, left };
            }
        }
        left.0 += histogram[bin];
        histogram[bin] = 0;
        before = bin;
    }
    touched.several()
}

/// The words of [`Touched`] for each single bin.
static BIT_OF: [[u64; BINS / 64]; BINS] = {
    let mut table = [[0; BINS / 64]; BINS];
    let mut bin = 0;
    while bin < BINS {
        table[bin][bin / 64] = 1 << (bin % 64);
        bin += 1;
    }
    table
};

/// The bins that the rows of a node fall into, in ascending order: small nodes look at no others.
#[derive(Clone, Copy, Default)]
struct Touched([u64; BINS / 64]);

impl Touched {
    #[inline]
    fn add(&mut self, code: u8) {
        // A table in place of a write to one word of four: the words then stay in registers.
        for (word, bits) in self.0.iter_mut().zip(&BIT_OF[usize::from(code)]) {
            *word |= bits;
        }
    }

    fn several(self) -> bool {
        self.0.iter().map(|word| word.count_ones()).sum::<u32>() > 1
    }
}

impl Iterator for Touched {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let word = self.0.iter().position(|&word| word != 0)?;
        let bin = self.0[word].trailing_zeros() as usize;
        self.0[word] &= self.0[word] - 1;
        Some(word * 64 + bin)
    }
}
