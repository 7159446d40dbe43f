//! The tree of merges.

#![allow(
    clippy::indexing_slicing,
    reason = "nodes are below 2n − 1, which `of` makes so and `try_from` checks; groups end within the rows"
)]

use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// Two clusters become one. Each is called by the smallest number of its points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) into: u32,
    pub(super) from: u32,
    pub(super) height: f64,
}

/// Two nodes of a [`Dendrogram`] become one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NodeMerge {
    /// The node that holds the smaller row, by the first feature, then by the next.
    pub left: u32,
    /// The other node.
    pub right: u32,
    /// How far apart the two are, by the linkage.
    pub height: f64,
    /// Rows below the new node.
    pub size: u32,
}

/// The tree that agglomerative clustering grows: n rows, and n − 1 merges from the lowest to the highest.
///
/// Nodes are numbered as in SciPy's linkage matrix: below n they are rows, and n + i is the node that merge
/// number i makes. The smaller row stands left, so neither the leaves from left to right nor the numbers of
/// clusters depend on the order of the rows.
///
/// ```
/// use crm_mining::{Fit, data::Features, learn::Agglomerative};
///
/// let orders = Features::new(["orders"], vec![10.0, 1.0, 14.0, 2.0])?;
/// let model = Agglomerative::new(2).fit(&orders)?;
/// let tree = model.dendrogram();
/// assert_eq!((tree.merges()[0].left, tree.merges()[0].right, tree.merges()[0].height), (1, 3, 1.0));
/// assert_eq!(tree.leaves(), [1, 3, 0, 2]);
/// assert_eq!(tree.cut_count(3)?, [1, 0, 2, 0]);
/// assert_eq!(tree.cut_height(4.0)?, [1, 0, 1, 0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<NodeMerge>", into = "Vec<NodeMerge>")]
pub struct Dendrogram {
    merges: Vec<NodeMerge>,
}

impl Dendrogram {
    /// The tree of rows that stand in groups of equal rows, each group a point of the steps. A step never
    /// comes before those it builds on, and its height is not below theirs.
    pub(super) fn of(rows: &[u32], group_ends: &[usize], mut steps: Vec<Step>) -> Dendrogram {
        let n = rows.len();
        let mut tree = Dendrogram { merges: Vec::with_capacity(n.saturating_sub(1)) };
        let mut nodes = Vec::with_capacity(group_ends.len());
        let mut start = 0;
        for &end in group_ends {
            let group = &rows[start..end];
            nodes.push(group[1..].iter().fold(group[0], |node, &row| tree.push(n, node, row, 0.0)));
            start = end;
        }
        // Stable: of equal heights, the earlier step stays before those that build on it.
        steps.sort_by(|a, b| a.height.total_cmp(&b.height));
        for Step { into, from, height } in steps {
            nodes[into as usize] = tree.push(n, nodes[into as usize], nodes[from as usize], height);
        }
        tree
    }

    fn push(&mut self, n: usize, left: u32, right: u32, height: f64) -> u32 {
        let size = |node: u32| (node as usize).checked_sub(n).map_or(1, |merge| self.merges[merge].size);
        let size = size(left) + size(right);
        self.merges.push(NodeMerge { left, right, height, size });
        (n + self.merges.len() - 1) as u32
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.merges.len() + 1
    }

    /// The merges, from the lowest to the highest.
    pub fn merges(&self) -> &[NodeMerge] {
        &self.merges
    }

    /// The rows from left to right.
    pub fn leaves(&self) -> Vec<u32> {
        let mut leaves = Vec::with_capacity(self.n_rows());
        self.walk(|row, _| leaves.push(row), self.n_rows());
        leaves
    }

    /// The cluster of each row when so many clusters are left, numbered from left to right. Of merges at one
    /// height the later in [`merges`](Dendrogram::merges) is undone first.
    ///
    /// # Errors
    /// No cluster, or more clusters than rows.
    pub fn cut_count(&self, k: usize) -> Result<Vec<u32>> {
        if k == 0 || k > self.n_rows() {
            let must_be = format!("from 1 to the number of rows ({})", self.n_rows());
            return invalid_parameter("Dendrogram", "k", must_be, k);
        }
        let mut labels = vec![0; self.n_rows()];
        self.walk(|row, cluster| labels[row as usize] = cluster, self.n_rows() - k);
        Ok(labels)
    }

    /// The cluster of each row when all merges up to this height, itself included, are made; numbered from
    /// left to right.
    ///
    /// # Errors
    /// A height that is below 0 or not a number.
    pub fn cut_height(&self, height: f64) -> Result<Vec<u32>> {
        self.cut_count(self.count_at(height)?)
    }

    /// How many clusters are left when all merges up to this height, itself included, are made.
    ///
    /// # Errors
    /// A height that is below 0 or not a number.
    pub fn count_at(&self, height: f64) -> Result<usize> {
        if height.is_nan() || height < 0.0 {
            return invalid_parameter("Dendrogram", "height", "at least 0", height);
        }
        Ok(self.n_rows() - self.merges.partition_point(|merge| merge.height <= height))
    }

    /// Visits the rows from left to right, each with the number of its cluster when `made` merges are made.
    fn walk(&self, mut visit: impl FnMut(u32, u32), made: usize) {
        let n = self.n_rows();
        let (mut clusters, mut within) = (0, None);
        let mut stack = vec![(n + self.merges.len()).saturating_sub(1) as u32];
        while let Some(node) = stack.pop() {
            // Rows of one cluster follow each other, so that its node comes just before them.
            let is_cluster = (node as usize) < n + made;
            if is_cluster && within == Some(0) {
                within = None;
            }
            if is_cluster && within.is_none() {
                within = Some(self.size(node));
                clusters += 1;
            }
            match (node as usize).checked_sub(n) {
                Some(merge) => stack.extend([self.merges[merge].right, self.merges[merge].left]),
                None => {
                    visit(node, clusters - 1);
                    within = within.map(|left| left - 1);
                }
            }
        }
    }

    fn size(&self, node: u32) -> u32 {
        (node as usize).checked_sub(self.n_rows()).map_or(1, |merge| self.merges[merge].size)
    }
}

impl From<Dendrogram> for Vec<NodeMerge> {
    fn from(tree: Dendrogram) -> Vec<NodeMerge> {
        tree.merges
    }
}

impl TryFrom<Vec<NodeMerge>> for Dendrogram {
    type Error = Error;

    fn try_from(merges: Vec<NodeMerge>) -> Result<Dendrogram> {
        let n = merges.len() + 1;
        let refused = |rule: &str, at: usize| {
            let found = format!("merge {at}: {:?}", merges[at]);
            Err(ErrorKind::Malformed { place: "Dendrogram".into(), rule: rule.into(), found }.into())
        };
        if merges.len() > (u32::MAX / 2) as usize {
            return refused("fewer merges than 2³¹", 0);
        }
        let mut sizes = vec![1; n];
        let mut lowest = 0.0;
        for (at, merge) in merges.iter().enumerate() {
            if !(merge.height >= lowest && merge.height.is_finite()) {
                return refused("heights are finite and do not fall", at);
            }
            lowest = merge.height;
            // A node that was merged has size 0 from then on.
            let mut take = |node: u32| sizes.get_mut(node as usize).map_or(0, std::mem::take);
            let (left, right) = (take(merge.left), take(merge.right));
            if left == 0 || right == 0 || left + right != merge.size {
                return refused("a merge joins two nodes not merged before, and counts their rows", at);
            }
            sizes.push(merge.size);
        }
        Ok(Dendrogram { merges })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Dendrogram {
        let step = |into, from, height| Step { into, from, height };
        Dendrogram::of(
            &[4, 0, 2, 1, 3],
            &[1, 3, 4, 5],
            vec![step(2, 3, 1.0), step(0, 1, 0.5), step(0, 2, 7.0)],
        )
    }

    #[test]
    fn numbers_nodes_as_scipy_and_clusters_from_left_to_right() {
        let tree = tree();
        let merges: Vec<_> = tree.merges().iter().map(|m| (m.left, m.right, m.height, m.size)).collect();
        assert_eq!(merges, [(0, 2, 0.0, 2), (4, 5, 0.5, 3), (1, 3, 1.0, 2), (6, 7, 7.0, 5)]);
        assert_eq!(tree.leaves(), [4, 0, 2, 1, 3]);
        let cuts: Vec<_> = (1..=5).map(|k| tree.cut_count(k).unwrap()).collect();
        let expected = [[0, 0, 0, 0, 0], [0, 1, 0, 1, 0], [0, 1, 0, 2, 0], [1, 2, 1, 3, 0], [1, 3, 2, 4, 0]];
        assert_eq!(cuts, expected);
        assert_eq!(tree.cut_height(0.5).unwrap(), expected[2]);
        assert_eq!(tree.cut_height(0.49).unwrap(), expected[3]);
        assert_eq!(tree.cut_height(f64::INFINITY).unwrap(), expected[0]);
        assert!(tree.cut_height(-1.0).is_err() && tree.cut_height(f64::NAN).is_err());
        assert!(tree.cut_count(0).is_err() && tree.cut_count(6).is_err());
        let one = Dendrogram::of(&[0], &[1], vec![]);
        assert_eq!((one.leaves(), one.cut_count(1).unwrap()), (vec![0], vec![0]));
    }

    #[test]
    fn saved_trees_are_checked() {
        let json = serde_json::to_string(&tree()).unwrap();
        assert_eq!(serde_json::from_str::<Dendrogram>(&json).unwrap(), tree());
        for (right, wrong) in [
            ("\"left\":4", "\"left\":40"),
            ("\"left\":4", "\"left\":8"),
            ("\"left\":4", "\"left\":0"),
            ("\"height\":0.5", "\"height\":1.5"),
            ("\"height\":0.5", "\"height\":-0.5"),
            ("\"size\":3", "\"size\":4"),
        ] {
            assert!(json.contains(right));
            assert!(serde_json::from_str::<Dendrogram>(&json.replacen(right, wrong, 1)).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<Dendrogram>("[]").is_ok());
    }
}
