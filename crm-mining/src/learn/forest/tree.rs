//! A grown tree, flat, and the walk of many rows down it.
#![allow(
    clippy::indexing_slicing,
    reason = "nodes name nodes of the same tree and features of the fit: grow.rs makes them so, saved.rs checks it"
)]

use super::saved::SavedTree;

/// Rows that walk side by side: while one waits for memory, the others go on.
const LANES: usize = 8;

/// A split; rows with a value up to the threshold go to node `left`, the others to the one behind it. A leaf
/// is a split that leads every row to itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    threshold: f64,
    left: u32,
    feature: u32,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The share of positive rows at each node.
    probabilities: Vec<f64>,
}

impl Tree {
    /// Adds a leaf; returns its number.
    pub(super) fn add_leaf(&mut self, probability: f64) -> u32 {
        let number = self.nodes.len() as u32;
        self.nodes.push(Node { threshold: f64::INFINITY, left: number, feature: 0 });
        self.probabilities.push(probability);
        number
    }

    /// Makes a split of a leaf; its right child must stand behind the left one.
    pub(super) fn split(&mut self, node: u32, feature: u32, threshold: f64, left: u32) {
        self.nodes[node as usize] = Node { threshold, left, feature };
    }

    /// The tree as plain data.
    pub(super) fn save(&self) -> SavedTree {
        let leaf = |at: usize, node: &Node| node.left as usize == at;
        let nodes = || self.nodes.iter().enumerate();
        SavedTree {
            features: nodes().map(|(_, node)| node.feature).collect(),
            thresholds: nodes().map(|(at, node)| if leaf(at, node) { 0.0 } else { node.threshold }).collect(),
            left: nodes().map(|(_, node)| node.left).collect(),
            probabilities: self.probabilities.clone(),
        }
    }

    /// The tree out of plain data that was found sound.
    pub(super) fn load(saved: SavedTree) -> Tree {
        let mut tree = Tree::default();
        saved.probabilities.iter().for_each(|&probability| _ = tree.add_leaf(probability));
        let splits = saved.features.iter().zip(&saved.thresholds).zip(&saved.left);
        for (at, ((&feature, &threshold), &left)) in (0u32..).zip(splits) {
            if left != at {
                tree.split(at, feature, threshold, left);
            }
        }
        tree
    }

    pub(super) fn root(&self) -> f64 {
        self.probabilities[0]
    }

    /// Adds to each sum the probability of the leaf that its row, of `width` values, falls into.
    pub(super) fn add_probabilities(&self, rows: &[f64], width: usize, sums: &mut [f64]) {
        for (rows, sums) in rows.chunks(LANES * width).zip(sums.chunks_mut(LANES)) {
            let leaves = self.walk(rows, width, |_, _, _| ());
            sums.iter_mut().zip(leaves).for_each(|(sum, leaf)| *sum += self.probabilities[leaf]);
        }
    }

    /// As [`Tree::add_probabilities`]; adds also, feature by feature, the changes of probability on the way.
    pub(super) fn add_explained(&self, rows: &[f64], width: usize, sums: &mut [f64], parts: &mut [f64]) {
        let groups = rows.chunks(LANES * width).zip(sums.chunks_mut(LANES));
        for ((rows, sums), parts) in groups.zip(parts.chunks_mut(LANES * width)) {
            let n_rows = sums.len();
            let leaves = self.walk(rows, width, |lane, from, to| {
                if lane < n_rows {
                    let change = self.probabilities[to] - self.probabilities[from];
                    parts[lane * width + self.nodes[from].feature as usize] += change;
                }
            });
            sums.iter_mut().zip(leaves).for_each(|(sum, leaf)| *sum += self.probabilities[leaf]);
        }
    }

    /// The leaves of up to [`LANES`] rows; lanes without a row repeat the first.
    #[inline]
    fn walk(&self, rows: &[f64], width: usize, mut visit: impl FnMut(usize, usize, usize)) -> [usize; LANES] {
        let starts: [usize; LANES] =
            std::array::from_fn(|lane| if lane * width < rows.len() { lane * width } else { 0 });
        let mut at = [0; LANES];
        loop {
            let mut moved = 0;
            for lane in 0..LANES {
                let from = at[lane];
                let node = self.nodes[from];
                let right = rows[starts[lane] + node.feature as usize] > node.threshold;
                let to = node.left as usize + usize::from(right);
                visit(lane, from, to);
                moved |= from ^ to;
                at[lane] = to;
            }
            if moved == 0 {
                return at;
            }
        }
    }
}
