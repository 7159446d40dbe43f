//! A kd-tree: points halved by their widest coordinate, so that a search skips what is too far.

#![allow(
    clippy::indexing_slicing,
    reason = "nodes, boxes and leaves are laid out by the number of points; every place comes from a node"
)]

use super::blocks::{power_of_two_below_inverse, squared_distances};
use crate::data::Features;
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;
use std::ops::Range;

/// Points of one leaf at most.
const LEAF: usize = 16;

/// Points that one thread works on between two looks at the caller's wish to stop.
pub(super) const PIECE: usize = 256;

/// The factor, a power of two, that brings the largest value near 1. Distances keep their digits.
pub(super) fn scale_of(features: &Features) -> f64 {
    power_of_two_below_inverse(features.values().iter().fold(0.0, |largest: f64, x| largest.max(x.abs())))
}

/// Points in the order of a balanced tree. Node `i` has the children `2i + 1` and `2i + 2`; all leaves are on
/// the lowest level. A place is the number of a point in the order of the tree.
pub(super) struct KdTree {
    width: usize,
    /// The row of each place.
    rows: Vec<u32>,
    /// Within a leaf, column after column.
    values: Vec<f64>,
    /// The first place of each node and that after its last.
    ranges: Vec<(u32, u32)>,
    /// The lowest coordinates of each node, then the highest.
    boxes: Vec<f64>,
    first_leaf: usize,
}

/// What a search does on its way down.
pub(super) trait Visitor {
    /// Whether a node, no point of which is nearer than `least` (squared), is left aside.
    fn skips(&mut self, node: usize, least: f64) -> bool;
    /// The squared distances to the points of a leaf, the first of which has the place `start`.
    fn leaf(&mut self, node: usize, start: usize, squares: &[f64]);
}

impl KdTree {
    /// The tree of points laid row by row.
    pub(super) fn new(points: &[f64], width: usize) -> KdTree {
        let n = points.len() / width;
        let mut levels = 0;
        while n.div_ceil(1 << levels) > LEAF {
            levels += 1;
        }
        let n_nodes = (2 << levels) - 1;
        let mut tree = KdTree {
            width,
            rows: (0..n as u32).collect(),
            values: Vec::new(),
            ranges: vec![(0, n as u32); n_nodes],
            boxes: vec![0.0; n_nodes * 2 * width],
            first_leaf: (1 << levels) - 1,
        };
        for node in 0..tree.first_leaf {
            let (start, end) = tree.ranges[node];
            let middle = start + (end - start) / 2;
            tree.ranges[2 * node + 1] = (start, middle);
            tree.ranges[2 * node + 2] = (middle, end);
        }
        for level in 0..=levels {
            tree.build(level, points);
        }
        tree.values = vec![0.0; points.len()];
        let mut rest = tree.values.as_mut_slice();
        for &(start, end) in &tree.ranges[tree.first_leaf..] {
            let rows = &tree.rows[start as usize..end as usize];
            let (leaf, later) = rest.split_at_mut(rows.len() * width);
            rest = later;
            for (i, &row) in rows.iter().enumerate() {
                for column in 0..width {
                    leaf[column * rows.len() + i] = points[row as usize * width + column];
                }
            }
        }
        tree
    }

    /// The boxes of one level, and, above the leaves, the rows of each node halved.
    fn build(&mut self, level: usize, points: &[f64]) {
        let (width, first, count) = (self.width, (1 << level) - 1, 1 << level);
        let is_leaf = first == self.first_leaf;
        let ranges = &self.ranges[first..first + count];
        let mut pieces = Vec::with_capacity(count);
        let mut rest = self.rows.as_mut_slice();
        for &(start, end) in ranges {
            let (rows, later) = rest.split_at_mut((end - start) as usize);
            rest = later;
            pieces.push(rows);
        }
        let boxes = &mut self.boxes[first * 2 * width..(first + count) * 2 * width];
        pieces.into_par_iter().zip(boxes.par_chunks_mut(2 * width)).for_each(|(rows, bounds)| {
            let (low, high) = bounds.split_at_mut(width);
            low.fill(f64::INFINITY);
            high.fill(f64::NEG_INFINITY);
            for &row in rows.iter() {
                for (column, &x) in points[row as usize * width..][..width].iter().enumerate() {
                    low[column] = low[column].min(x);
                    high[column] = high[column].max(x);
                }
            }
            if is_leaf {
                return;
            }
            let extent = |column: &usize| high[*column] - low[*column];
            let widest = (0..width).max_by(|a, b| extent(a).total_cmp(&extent(b))).unwrap_or(0);
            let x = |row: u32| points[row as usize * width + widest];
            let middle = rows.len() / 2;
            rows.select_nth_unstable_by(middle, |&a, &b| x(a).total_cmp(&x(b)).then(a.cmp(&b)));
        });
    }

    /// How many points.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many nodes.
    pub(super) fn n_nodes(&self) -> usize {
        self.ranges.len()
    }

    /// The rows in the order of places.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The places of a node.
    pub(super) fn places(&self, node: usize) -> Range<usize> {
        let (start, end) = self.ranges[node];
        start as usize..end as usize
    }

    /// The leaf of a place.
    pub(super) fn leaf_of(&self, place: usize) -> usize {
        let after = self.ranges[self.first_leaf..].partition_point(|&(_, end)| end as usize <= place);
        self.first_leaf + after
    }

    /// The children of a node that is no leaf.
    pub(super) fn children(&self, node: usize) -> Option<[usize; 2]> {
        (node < self.first_leaf).then_some([2 * node + 1, 2 * node + 2])
    }

    /// One value per node, out of those of the points at its places, put together two by two.
    pub(super) fn gather<T: Copy>(
        &self,
        none: T,
        of: impl Fn(usize) -> T,
        both: impl Fn(T, T) -> T,
    ) -> Vec<T> {
        let mut found = vec![none; self.n_nodes()];
        for node in (0..self.n_nodes()).rev() {
            found[node] = match self.children(node) {
                Some([a, b]) => both(found[a], found[b]),
                None => self.places(node).map(&of).reduce(&both).unwrap_or(none),
            };
        }
        found
    }

    /// No point of the node is nearer, squared. Rounding keeps the order of numbers, and coordinates are taken
    /// in the order of [`squared_distances`], so that this holds to the bit.
    fn least(&self, node: usize, point: &[f64]) -> f64 {
        let (low, high) = self.boxes[node * 2 * self.width..][..2 * self.width].split_at(self.width);
        point.iter().zip(low).zip(high).fold(0.0, |sum, ((x, low), high)| {
            let gap = (low - x).max(x - high).max(0.0);
            sum + gap * gap
        })
    }

    /// No point of the node is farther, squared.
    pub(super) fn most(&self, node: usize, point: &[f64]) -> f64 {
        let (low, high) = self.boxes[node * 2 * self.width..][..2 * self.width].split_at(self.width);
        point.iter().zip(low).zip(high).fold(0.0, |sum, ((x, low), high)| {
            let gap = (x - low).abs().max((high - x).abs());
            sum + gap * gap
        })
    }

    /// Leads the visitor through the tree, the nearer child of each node first.
    pub(super) fn walk(&self, point: &[f64], visitor: &mut impl Visitor) {
        // Each level leaves one node behind; there are fewer than 33 levels.
        let mut waiting = [(0_usize, 0.0_f64); 40];
        let mut squares = [0.0; LEAF];
        let mut depth = 1;
        waiting[0] = (0, self.least(0, point));
        while depth > 0 {
            depth -= 1;
            let (node, least) = waiting[depth];
            if visitor.skips(node, least) {
                continue;
            }
            if let Some([a, b]) = self.children(node) {
                let (a, b) = ((a, self.least(a, point)), (b, self.least(b, point)));
                let (near, far) = if b.1 < a.1 { (b, a) } else { (a, b) };
                waiting[depth] = far;
                waiting[depth + 1] = near;
                depth += 2;
            } else {
                let places = self.places(node);
                let block = &self.values[places.start * self.width..places.end * self.width];
                squared_distances(block, point, &mut squares[..places.len()]);
                visitor.leaf(node, places.start, &squares[..places.len()]);
            }
        }
    }

    /// `work` on every place, on all threads; `state` holds one entry per place.
    pub(super) fn each<T: Send>(
        &self,
        points: &[f64],
        state: &mut [T],
        control: &Control,
        stage: &'static str,
        work: impl Fn(usize, &[f64], &mut T) + Sync,
    ) -> Result<()> {
        state.par_chunks_mut(PIECE).enumerate().try_for_each(|(piece, state)| {
            control.check(stage)?;
            for (place, state) in (piece * PIECE..).zip(state) {
                let row = self.rows[place] as usize;
                work(place, &points[row * self.width..][..self.width], state);
            }
            Ok(())
        })
    }

    /// The squared distance of the point at each place to its `k`-th nearest, itself the first; a point counts
    /// as often as `weights` says of its row.
    pub(super) fn core_squares(
        &self,
        points: &[f64],
        weights: Option<&[u32]>,
        k: usize,
        control: &Control,
        stage: &'static str,
    ) -> Result<Vec<f64>> {
        let mut found = vec![0.0; self.len()];
        self.each(points, &mut found, control, stage, |_, point, found| {
            let mut nearest = Nearest { tree: self, weights, squares: vec![f64::INFINITY; k] };
            self.walk(point, &mut nearest);
            *found = nearest.squares[k - 1];
        })?;
        Ok(found)
    }
}

/// The smallest squared distances met, ascending.
struct Nearest<'a> {
    tree: &'a KdTree,
    weights: Option<&'a [u32]>,
    squares: Vec<f64>,
}

impl Visitor for Nearest<'_> {
    fn skips(&mut self, _: usize, least: f64) -> bool {
        least >= self.squares[self.squares.len() - 1]
    }

    fn leaf(&mut self, _: usize, start: usize, squares: &[f64]) {
        let k = self.squares.len();
        for (place, &square) in (start..).zip(squares) {
            if square >= self.squares[k - 1] {
                continue;
            }
            let weight = self.weights.map_or(1, |weights| weights[self.tree.rows[place] as usize] as usize);
            let at = self.squares.partition_point(|&other| other <= square);
            let copies = weight.min(k - at);
            self.squares.copy_within(at..k - copies, at + copies);
            self.squares[at..at + copies].fill(square);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(n: usize, width: usize, modulus: usize) -> Vec<f64> {
        (0..n * width).map(|i| ((i * i * 31 + i * 17) % modulus) as f64 / 8.0).collect()
    }

    #[test]
    fn distances_to_the_nearest_equal_the_definition() {
        for (n, width, modulus) in [(1, 1, 7), (40, 2, 5), (500, 3, 101), (700, 6, 13)] {
            let points = points(n, width, modulus);
            let weights: Vec<u32> = (0..n as u32).map(|row| 1 + row % 3).collect();
            let tree = KdTree::new(&points, width);
            for (k, weights) in [(1, None), (n.min(5), None), (n.min(4), Some(&weights[..]))] {
                let found = tree.core_squares(&points, weights, k, &Control::default(), "test").unwrap();
                for (place, &row) in tree.rows().iter().enumerate() {
                    let own = &points[row as usize * width..][..width];
                    let mut squares: Vec<f64> = points
                        .chunks_exact(width)
                        .enumerate()
                        .flat_map(|(other, point)| {
                            let square = own.iter().zip(point).map(|(a, b)| (a - b) * (a - b)).sum();
                            vec![square; weights.map_or(1, |weights| weights[other] as usize)]
                        })
                        .collect();
                    squares.sort_by(f64::total_cmp);
                    assert_eq!(found[place], squares[k - 1]);
                }
            }
        }
    }

    #[test]
    fn nodes_hold_their_points() {
        let points = points(1_000, 3, 977);
        let tree = KdTree::new(&points, 3);
        let mut rows = tree.rows().to_vec();
        rows.sort_unstable();
        assert!(rows.iter().copied().eq(0..1_000));
        for node in 0..tree.n_nodes() {
            for row in &tree.rows()[tree.places(node)] {
                let point = &points[*row as usize * 3..][..3];
                assert_eq!(tree.least(node, point), 0.0);
            }
        }
        assert_eq!(tree.gather(0, |_| 1, |a, b| a + b)[0], 1_000);
    }
}
