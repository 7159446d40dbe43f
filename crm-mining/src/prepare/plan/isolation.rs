//! Rows that few cuts set apart from all others.
#![allow(
    clippy::indexing_slicing,
    reason = "trees are checked when read; rows of the matrix have `d` numbers"
)]

use super::fill::median;
use super::fitted::{Learned, foreign};
use super::frame::Frame;
use super::outliers::Action;
use super::step::{Kind, named, owned, refuse};
use super::views::Numbers;
use crate::data::Values;
use crate::error::Result;
use crate::math::quantile::{linear, sorted};
use crate::math::random::Random;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Deals with rows that are outliers in several columns together, by an isolation forest. The new columns of
/// [`Action::Flag`] are called `isolated` and `isolation_score` (between 0 and 1). A missing value stands as the median of its column.
///
/// # Complexity
/// O(trees · sample · log sample) to learn, O(rows · trees · log sample) to apply.
///
/// # Reference
/// Liu, Ting & Zhou (2008), Isolation Forest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isolation {
    /// The columns, of numbers or dates.
    pub columns: Vec<String>,
    /// Trees, 1 to 10,000.
    pub trees: u32,
    /// Rows each tree is grown on, 2 to 65,536; all, when there are fewer.
    pub sample: u32,
    /// From which score on a row is an outlier.
    pub from: IsolationBound,
    /// What is done with its row: [`Action::Flag`] or [`Action::Reject`].
    pub action: Action,
    /// The seed of all that is drawn.
    pub seed: u64,
}

/// From which score on a row is an outlier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IsolationBound {
    /// This score and above, between 0 and 1; well above 0.5 is unusual.
    Score(f64),
    /// The score that this share of the rows learnt from exceeds, between 0 and 0.5.
    Share(f64),
}

impl Isolation {
    /// 100 trees of 256 rows, as in the paper; rows with a score of at least 0.6.
    pub fn of<S: Into<String>>(columns: impl IntoIterator<Item = S>, action: Action) -> Isolation {
        let from = IsolationBound::Score(0.6);
        Isolation { columns: owned(columns), trees: 100, sample: 256, from, action, seed: 0 }
    }

    /// The rows with the highest scores, this share of those learnt from.
    pub fn share(mut self, share: f64) -> Isolation {
        self.from = IsolationBound::Share(share);
        self
    }
}

/// A fitted forest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forest {
    medians: Vec<f64>,
    /// The expected depth of a row in a tree on the sample.
    expected: f64,
    from: f64,
    trees: Vec<Vec<Node>>,
}

/// A node of a tree, which stands before its left branch, which stands before its right one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Node {
    /// Below the value to the left, the next node; else to the node of this number.
    Split(u32, f64, u32),
    /// The depth of a row that comes here.
    Leaf(f64),
}

impl Kind for Isolation {
    fn numbers(&self, _: &Frame) -> Vec<String> {
        self.columns.clone()
    }

    fn check(&self) -> Result<()> {
        named(&self.columns)?;
        if !(1..=10_000).contains(&self.trees) {
            return refuse("trees", "1 to 10,000", self.trees);
        }
        if !(2..=65_536).contains(&self.sample) {
            return refuse("sample", "2 to 65,536", self.sample);
        }
        match (self.from, self.action) {
            (IsolationBound::Score(score), _) if !(0.0..=1.0).contains(&score) => {
                refuse("score", "between 0 and 1", score)
            }
            (IsolationBound::Share(share), _) if !(0.0..=0.5).contains(&share) => {
                refuse("share", "between 0 and 0.5", share)
            }
            (_, Action::Flag | Action::Reject) => Ok(()),
            (_, other) => refuse("action of an isolation forest", "flag or reject", other),
        }
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let columns = frame.columns(&self.columns)?;
        let medians = |&column: &usize| Ok(median(&mut frame.finite(column)?).unwrap_or(0.0));
        let medians: Vec<f64> = columns.iter().map(medians).collect::<Result<_>>()?;
        if frame.n_alive() < 2 {
            let Some(&first) = columns.first() else { return foreign(frame) };
            return frame.refuse(first, "of at least two rows to learn from", frame.n_alive().to_string());
        }
        let rows: Vec<usize> = frame.rows().collect();
        let numbers = columns.iter().map(|&column| frame.numbers(column)).collect::<Result<Vec<_>>>()?;
        let sample = rows.len().min(self.sample as usize);
        let tree = |tree: u32| {
            frame.check()?;
            let mut random = Random::for_part(self.seed, u64::from(tree));
            let drawn = drawn(rows.len(), sample, &mut random);
            let points = drawn.into_iter().map(|at| point(&numbers, &medians, rows[at])).collect();
            Ok(grown(points, &mut random))
        };
        let trees: Vec<Vec<Node>> = (0..self.trees).into_par_iter().map(tree).collect::<Result<_>>()?;
        let mut forest = Forest { medians, expected: expected_depth(sample), from: 1.0, trees };
        forest.from = match self.from {
            IsolationBound::Score(score) => score,
            IsolationBound::Share(share) => {
                let scores = frame.pick(|row| Some(forest.score(&numbers, row)))?.1;
                linear(&sorted(&scores), 1.0 - share).unwrap_or(1.0)
            }
        };
        Ok(Learned::Forest(forest))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Forest(forest) = learned else { return foreign(frame) };
        if forest.medians.len() != self.columns.len() {
            return foreign(frame);
        }
        let columns = frame.columns(&self.columns)?;
        let numbers = columns.iter().map(|&column| frame.numbers(column)).collect::<Result<Vec<_>>>()?;
        // A share means strictly above the score that bounds it.
        let strictly = matches!(self.from, IsolationBound::Share(_));
        let (mut rows, scores) = frame.pick(|row| Some(forest.score(&numbers, row)))?;
        let mut all = vec![f64::NAN; frame.n_rows()];
        rows.iter().zip(&scores).for_each(|(&row, &score)| all[row as usize] = score);
        let is_out = |score: f64| if strictly { score > forest.from } else { score >= forest.from };
        rows.retain(|&row| is_out(all[row as usize]));
        match self.action {
            Action::Flag => {
                frame.add("isolation_score".to_owned(), Values::Float(all))?;
                frame.flag("isolated".to_owned(), &rows)
            }
            _ => {
                frame.reject(&rows, "is isolated from the other rows");
                Ok(())
            }
        }
    }
}

impl Forest {
    pub(super) fn is_sound(&self) -> bool {
        let node = |tree: &[Node], at: usize, node: &Node| match *node {
            Node::Leaf(depth) => depth.is_finite(),
            Node::Split(column, value, right) => {
                (column as usize) < self.medians.len()
                    && value.is_finite()
                    && right as usize > at + 1
                    && (right as usize) < tree.len()
            }
        };
        let tree = |tree: &Vec<Node>| {
            !tree.is_empty() && tree.iter().enumerate().all(|(at, found)| node(tree, at, found))
        };
        let numbers = [self.expected, self.from];
        self.expected > 0.0
            && numbers.iter().chain(&self.medians).all(|number| number.is_finite())
            && !self.trees.is_empty()
            && self.trees.iter().all(tree)
    }

    /// 2^(−mean depth / expected depth).
    fn score(&self, numbers: &[Numbers<'_>], row: usize) -> f64 {
        let point = point(numbers, &self.medians, row);
        let depth: f64 = self.trees.iter().map(|tree| depth(tree, &point)).sum();
        (-depth / self.trees.len() as f64 / self.expected).exp2()
    }
}

fn point(numbers: &[Numbers<'_>], medians: &[f64], row: usize) -> Vec<f64> {
    let value = |(numbers, &median): (&Numbers<'_>, &f64)| {
        numbers.get(row).unwrap_or(median).clamp(-f64::MAX, f64::MAX)
    };
    numbers.iter().zip(medians).map(value).collect()
}

fn depth(tree: &[Node], point: &[f64]) -> f64 {
    let mut at = 0;
    loop {
        match tree[at] {
            Node::Leaf(depth) => return depth,
            Node::Split(column, value, right) => {
                at = if point[column as usize] < value { at + 1 } else { right as usize };
            }
        }
    }
}

/// `k` of `n` positions without repetition (Floyd).
fn drawn(n: usize, k: usize, random: &mut Random) -> Vec<usize> {
    let mut drawn = std::collections::BTreeSet::new();
    for last in n - k..n {
        let one = random.below(last + 1);
        if !drawn.insert(one) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

/// A tree on these points: cuts at random, until a point is alone, all are equal, or the tree is log₂ n deep.
fn grown(points: Vec<Vec<f64>>, random: &mut Random) -> Vec<Node> {
    let deepest = (points.len() as f64).log2().ceil() as u32;
    let mut nodes: Vec<Node> = Vec::new();
    // What is still to grow: points, depth, and the split whose right branch it is.
    let mut open: Vec<(Vec<Vec<f64>>, u32, Option<usize>)> = vec![(points, 0, None)];
    while let Some((points, depth, parent)) = open.pop() {
        let here = nodes.len();
        if let Some(parent) = parent
            && let Node::Split(_, _, right) = &mut nodes[parent]
        {
            *right = here as u32;
        }
        match if depth < deepest { cut(&points, random) } else { None } {
            Some((column, value)) => {
                let (left, right): (Vec<_>, Vec<_>) =
                    points.into_iter().partition(|point| point[column] < value);
                nodes.push(Node::Split(column as u32, value, 0));
                open.push((right, depth + 1, Some(here)));
                open.push((left, depth + 1, None));
            }
            None => nodes.push(Node::Leaf(f64::from(depth) + expected_depth(points.len()))),
        }
    }
    nodes
}

/// A column in which the points differ and a value that has some of them on either side.
fn cut(points: &[Vec<f64>], random: &mut Random) -> Option<(usize, f64)> {
    let first = points.first()?;
    let ends = |column: usize| {
        let values = points.iter().map(|point| point[column]);
        values.fold((first[column], first[column]), |(low, high), value| (low.min(value), high.max(value)))
    };
    let differing: Vec<(usize, f64, f64)> = (0..first.len())
        .map(|column| (column, ends(column)))
        .filter(|(_, (low, high))| low < high)
        .map(|(column, (low, high))| (column, low, high))
        .collect();
    if differing.is_empty() {
        return None;
    }
    let (column, low, high) = differing[random.below(differing.len())];
    let share = random.uniform();
    // Above low, at most high: both sides have a point.
    let value = (high * (1.0 - share) + low * share).clamp(low, high);
    Some((column, if value > low { value } else { high }))
}

/// The mean depth of a search without success in a binary search tree of `n` keys.
fn expected_depth(n: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        n => 2.0 * (((n - 1) as f64).ln() + EULER) - 2.0 * (n - 1) as f64 / n as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths_of_the_paper() {
        // scikit-learn 1.9.1, _average_path_length([1, 2, 5, 256])
        for (n, expected) in [(1, 0.0), (2, 1.0), (5, 2.327020052042847), (256, 10.244770920119917)] {
            assert!((expected_depth(n) - expected).abs() < 1e-9, "{n}: {}", expected_depth(n));
        }
    }

    #[test]
    fn every_tree_is_sound_and_sampling_repeats_none() {
        let mut random = Random::new(3);
        let points: Vec<Vec<f64>> = (0..300)
            .map(|i| vec![f64::from(i % 7), random.normal(), if i == 0 { f64::MAX } else { -f64::MAX }])
            .collect();
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let drawn = drawn(300, 256, &mut random);
            assert_eq!(drawn.iter().collect::<std::collections::BTreeSet<_>>().len(), 256);
            let trees = vec![grown(drawn.into_iter().map(|at| points[at].clone()).collect(), &mut random)];
            let forest = Forest { medians: vec![0.0; 3], expected: 1.0, from: 0.5, trees };
            assert!(forest.is_sound());
        }
    }
}
