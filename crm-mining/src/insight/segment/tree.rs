//! A shallow decision tree over raw features that tells segments apart.
#![allow(
    clippy::indexing_slicing,
    reason = "rows, features and classes are numbered below the lengths of the arrays made for them"
)]

use super::condition::short_between;
use crate::error::Result;
use crate::model::Control;

/// What a tree grows on.
pub(super) struct Ground<'a> {
    /// The values of each feature.
    pub(super) columns: &'a [Vec<f64>],
    /// The rows of each feature in the order of its values.
    pub(super) orders: &'a [Vec<u32>],
    /// Of each row.
    pub(super) classes: &'a [u32],
    pub(super) n_classes: usize,
    pub(super) depth: usize,
    pub(super) min_leaf: usize,
    /// Whether the nodes on the way are wanted too, as leaves of their own.
    pub(super) nodes: bool,
    pub(super) control: &'a Control,
}

/// A leaf: the box of values that leads to it, and the rows of each class in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    /// For each feature, what its values are above and what they are at most.
    pub(super) bounds: Vec<(f64, f64)>,
    pub(super) counts: Vec<usize>,
}

impl Leaf {
    /// The class of most rows, the first of equals.
    pub(super) fn class(&self) -> usize {
        let most = self.counts.iter().copied().max().unwrap_or(0);
        self.counts.iter().position(|&count| count == most).unwrap_or(0)
    }

    pub(super) fn size(&self) -> usize {
        self.counts.iter().sum()
    }
}

struct Split {
    score: f64,
    feature: usize,
    threshold: f64,
}

/// The leaves from left to right. Every split is the one of least Gini impurity; of equals that of the
/// earlier feature and the lower value. Neighbors from one split that say the same are one leaf.
pub(super) fn grow(ground: &Ground<'_>) -> Result<Vec<Leaf>> {
    let bounds = vec![(f64::NEG_INFINITY, f64::INFINITY); ground.columns.len()];
    branch(ground, ground.orders, bounds, 0)
}

fn branch(
    ground: &Ground<'_>,
    orders: &[Vec<u32>],
    bounds: Vec<(f64, f64)>,
    level: usize,
) -> Result<Vec<Leaf>> {
    ground.control.check("segment rules")?;
    let mut counts = vec![0; ground.n_classes];
    for &row in orders.first().map_or(&[][..], Vec::as_slice) {
        counts[ground.classes[row as usize] as usize] += 1;
    }
    let leaf = Leaf { bounds, counts };
    if level >= ground.depth || leaf.counts.iter().filter(|count| **count > 0).count() < 2 {
        return Ok(vec![leaf]);
    }
    let Some(split) = best_split(ground, orders, &leaf.counts)? else { return Ok(vec![leaf]) };
    let side = |left: bool| -> Result<Vec<Leaf>> {
        let column = &ground.columns[split.feature];
        let here = |&row: &u32| (column[row as usize] <= split.threshold) == left;
        let orders: Vec<Vec<u32>> =
            orders.iter().map(|order| order.iter().copied().filter(here).collect()).collect();
        let mut bounds = leaf.bounds.clone();
        let bound = &mut bounds[split.feature];
        *(if left { &mut bound.1 } else { &mut bound.0 }) = split.threshold;
        branch(ground, &orders, bounds, level + 1)
    };
    let (mut left, right) = (side(true)?, side(false)?);
    if ground.nodes {
        return Ok([vec![leaf], left, right].concat());
    }
    if let ([a], [b]) = (&left[..], &right[..])
        && a.class() == b.class()
    {
        return Ok(vec![leaf]);
    }
    left.extend(right);
    Ok(left)
}

/// The split after which the classes are purest: that of the largest Σ n² / n over both sides.
fn best_split(ground: &Ground<'_>, orders: &[Vec<u32>], counts: &[usize]) -> Result<Option<Split>> {
    let n: usize = counts.iter().sum();
    let squares: u64 = counts.iter().map(|&count| (count as u64).pow(2)).sum();
    let mut best =
        Split { score: squares as f64 / n as f64 * (1.0 + 1e-12), feature: 0, threshold: f64::NAN };
    for (feature, order) in orders.iter().enumerate() {
        ground.control.check("segment rules")?;
        let column = &ground.columns[feature];
        let (mut here, mut there) = (vec![0u64; counts.len()], counts.to_vec());
        let (mut left, mut right) = (0u64, squares);
        for (taken, pair) in (1..).zip(order.windows(2)) {
            let class = ground.classes[pair[0] as usize] as usize;
            left += 2 * here[class] + 1;
            right -= 2 * there[class] as u64 - 1;
            here[class] += 1;
            there[class] -= 1;
            let (value, next) = (column[pair[0] as usize], column[pair[1] as usize]);
            if value == next || taken < ground.min_leaf || n - taken < ground.min_leaf {
                continue;
            }
            let score = left as f64 / taken as f64 + right as f64 / (n - taken) as f64;
            if score > best.score {
                best = Split { score, feature, threshold: short_between(value, next) };
            }
        }
    }
    Ok((!best.threshold.is_nan()).then_some(best))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    fn leaves(columns: &[Vec<f64>], classes: &[u32], depth: usize, min_leaf: usize) -> Vec<Leaf> {
        let order = |column: &Vec<f64>| {
            let mut order: Vec<u32> = (0..column.len() as u32).collect();
            order.sort_by(|&a, &b| column[a as usize].total_cmp(&column[b as usize]));
            order
        };
        let orders: Vec<Vec<u32>> = columns.iter().map(order).collect();
        let n_classes = classes.iter().max().map_or(0, |&class| class as usize + 1);
        let control = &Control::default();
        let orders = &orders;
        grow(&Ground { columns, orders, classes, n_classes, depth, min_leaf, nodes: false, control }).unwrap()
    }

    #[test]
    fn parts_what_can_be_parted() {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        let classes = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
        let found = leaves(&[vec![7.0; 12], x.clone()], &classes, 3, 1);
        let bounds: Vec<(f64, f64)> = found.iter().map(|leaf| leaf.bounds[1]).collect();
        assert_eq!(bounds, [(f64::NEG_INFINITY, 3.0), (3.0, 7.0), (7.0, f64::INFINITY)]);
        assert!(found.iter().all(|leaf| leaf.size() == 4 && leaf.counts[leaf.class()] == 4));
        assert_eq!(leaves(from_ref(&x), &classes, 0, 1).len(), 1);
        assert_eq!(leaves(from_ref(&x), &classes, 3, 5).len(), 2);
        assert_eq!(leaves(&[vec![1.0; 12]], &classes, 3, 1).len(), 1);
    }
}
