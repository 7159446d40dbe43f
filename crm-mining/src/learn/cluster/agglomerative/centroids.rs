//! Ward's linkage on centroids, searched in a tree of boxes.

#![allow(
    clippy::indexing_slicing,
    reason = "places and ids are below the number of points, and nodes below twice the number of leaves"
)]

use super::rounds::{Near, Space};
use crate::learn::cluster::squared_distances;

/// Points that a leaf of the tree holds at most.
const LEAF: usize = 16;

/// From so many points on, both halves of a node are built at the same time.
const LARGE: usize = 4096;

/// The place of a cluster that was merged into another.
const GONE: u32 = u32::MAX;

/// Clusters as their centroids and sizes. The distance is the rise of the sum of squares when two merge.
pub(super) struct Centroids {
    width: usize,
    points: Vec<f64>,
    sizes: Vec<f64>,
    tree: Tree,
    alive: usize,
}

impl Centroids {
    /// Points row by row, and how many rows each stands for.
    pub(super) fn new(width: usize, points: Vec<f64>, sizes: Vec<f64>) -> Centroids {
        let alive = sizes.len();
        let tree = Tree::new(width, &points, &sizes, (0..alive as u32).collect());
        Centroids { width, points, sizes, tree, alive }
    }

    fn point(&self, id: u32) -> &[f64] {
        &self.points[id as usize * self.width..][..self.width]
    }

    fn join(&mut self, into: u32, from: u32) {
        let (a, b) = (into as usize, from as usize);
        let size = self.sizes[a] + self.sizes[b];
        let share = self.sizes[b] / size;
        // The centroid lies nearer to the larger of the two, so that one's leaf takes it.
        let (keep, leave) = if self.sizes[b] > self.sizes[a] { (b, a) } else { (a, b) };
        let (keep, leave) = (self.tree.places[keep], self.tree.places[leave]);
        for column in 0..self.width {
            let other = self.points[b * self.width + column];
            let own = &mut self.points[a * self.width + column];
            *own += (other - *own) * share;
        }
        self.sizes[a] = size;
        self.tree.places[b] = GONE;
        self.tree.remove(leave as usize);
        self.tree.put(keep as usize, into, &self.points[a * self.width..][..self.width], size);
        self.alive -= 1;
    }
}

/// The rise of the sum of squares when clusters of these sizes, so far apart, merge. It grows with both
/// sizes in floating point too: products and sums of counts are exact.
#[inline]
fn rise(a: f64, b: f64, squared_distance: f64) -> f64 {
    a * b / (a + b) * squared_distance
}

impl Space for Centroids {
    fn distance(&self, a: u32, b: u32) -> f64 {
        let mut squared = [0.0];
        squared_distances(self.point(a), self.point(b), &mut squared);
        rise(self.sizes[a as usize], self.sizes[b as usize], squared[0])
    }

    fn nearest(&self, of: u32, best: Near) -> Near {
        self.tree.nearest(of, self.point(of), self.sizes[of as usize], best)
    }

    fn merge(&mut self, pairs: &[(u32, u32)]) {
        pairs.iter().for_each(|&(into, from)| self.join(into, from));
    }

    fn settle(&mut self) {
        if self.alive * 3 / 2 < self.tree.ids.len() {
            let mut alive = Vec::with_capacity(self.alive);
            alive.extend((0..self.sizes.len() as u32).filter(|&id| self.tree.places[id as usize] != GONE));
            self.tree = Tree::new(self.width, &self.points, &self.sizes, alive);
        }
    }

    fn height(&self, distance: f64) -> f64 {
        (2.0 * distance).sqrt()
    }
}

/// A balanced kd-tree in an array: the children of node i are 2i and 2i + 1, and the last level is leaves.
/// Clusters can be moved within it; boxes only grow, so the tree is built anew when it got thin.
struct Tree {
    width: usize,
    levels: u32,
    /// Of each node the smallest and the largest coordinates, and the smallest size.
    lows: Vec<f64>,
    highs: Vec<f64>,
    lightest: Vec<f64>,
    /// Of each leaf the coordinates, column after column. A place that was left has an infinite one.
    values: Vec<f64>,
    sizes: Vec<f64>,
    ids: Vec<u32>,
    /// The place of each cluster.
    places: Vec<u32>,
}

impl Tree {
    fn new(width: usize, points: &[f64], sizes: &[f64], mut ids: Vec<u32>) -> Tree {
        let mut levels = 0;
        while (ids.len() >> levels) >= LEAF {
            levels += 1;
        }
        let leaves = 1 << levels;
        let order = Order { width, points, n: ids.len(), levels };
        order.sort(0, leaves, &mut ids);
        let mut tree = Tree {
            width,
            levels,
            lows: vec![f64::INFINITY; 2 * leaves * width],
            highs: vec![f64::NEG_INFINITY; 2 * leaves * width],
            lightest: vec![f64::INFINITY; 2 * leaves],
            values: vec![0.0; ids.len() * width],
            sizes: vec![0.0; ids.len()],
            places: vec![GONE; sizes.len()],
            ids,
        };
        for place in 0..tree.ids.len() {
            let id = tree.ids[place];
            let point = &points[id as usize * width..][..width];
            tree.put(place, id, point, sizes[id as usize]);
        }
        tree
    }

    /// The first place of a leaf.
    fn start(&self, leaf: usize) -> usize {
        (self.ids.len() * leaf) >> self.levels
    }

    fn leaf_of(&self, place: usize) -> usize {
        (((place + 1) << self.levels) - 1) / self.ids.len()
    }

    /// Lays a cluster in a place; the boxes above grow to hold it.
    fn put(&mut self, place: usize, id: u32, point: &[f64], size: f64) {
        let leaf = self.leaf_of(place);
        let (start, end) = (self.start(leaf), self.start(leaf + 1));
        for (column, &x) in point.iter().enumerate() {
            self.values[start * self.width + column * (end - start) + place - start] = x;
        }
        self.sizes[place] = size;
        self.ids[place] = id;
        self.places[id as usize] = place as u32;
        let mut node = (1 << self.levels) + leaf;
        while node > 0 {
            let span = node * self.width..(node + 1) * self.width;
            let (lows, highs) = (&mut self.lows[span.clone()], &mut self.highs[span]);
            let mut grown = size < self.lightest[node];
            for ((low, high), &x) in lows.iter_mut().zip(highs).zip(point) {
                grown |= x < *low || x > *high;
                (*low, *high) = (low.min(x), high.max(x));
            }
            if !grown {
                break;
            }
            self.lightest[node] = self.lightest[node].min(size);
            node /= 2;
        }
    }

    fn remove(&mut self, place: usize) {
        let leaf = self.leaf_of(place);
        let start = self.start(leaf);
        self.values[start * self.width + place - start] = f64::INFINITY;
    }

    /// What a merge with any cluster of the node raises at least. Every step rounds as for the clusters
    /// themselves, so this holds to the last bit.
    fn bound(&self, node: usize, point: &[f64], size: f64) -> f64 {
        let lows = &self.lows[node * self.width..][..self.width];
        let highs = &self.highs[node * self.width..][..self.width];
        let mut squared = 0.0;
        for ((&x, &low), &high) in point.iter().zip(lows).zip(highs) {
            let outside = (low - x).max(x - high).max(0.0);
            squared += outside * outside;
        }
        rise(size, self.lightest[node], squared)
    }

    /// The first cluster other than this one, or `best`.
    fn nearest(&self, of: u32, point: &[f64], size: f64, mut best: Near) -> Near {
        let leaves = 1 << self.levels;
        let mut stack = [(0.0, 1); 64];
        let mut height = 1;
        while height > 0 {
            height -= 1;
            let (bound, mut node) = stack[height];
            if bound > best.distance {
                continue;
            }
            while node < leaves {
                let (left, right) = (2 * node, 2 * node + 1);
                let bounds = (self.bound(left, point, size), self.bound(right, point, size));
                let (near, far) = if bounds.1 < bounds.0 {
                    ((bounds.1, right), (bounds.0, left))
                } else {
                    ((bounds.0, left), (bounds.1, right))
                };
                if far.0 <= best.distance {
                    stack[height] = far;
                    height += 1;
                }
                if near.0 > best.distance {
                    break;
                }
                node = near.1;
            }
            if node >= leaves {
                best = self.scan(node - leaves, of, point, size, best);
            }
        }
        best
    }

    fn scan(&self, leaf: usize, of: u32, point: &[f64], size: f64, mut best: Near) -> Near {
        let (start, end) = (self.start(leaf), self.start(leaf + 1));
        let mut buffer = [0.0; 2 * LEAF];
        let squares = &mut buffer[..end - start];
        squared_distances(&self.values[start * self.width..end * self.width], point, squares);
        let lightest = self.lightest[(1 << self.levels) + leaf];
        let weight = size * lightest / (size + lightest);
        for ((&squared, &id), &other) in
            squares.iter().zip(&self.ids[start..end]).zip(&self.sizes[start..end])
        {
            // A bound for all of the leaf saves a division for nearly all.
            if weight * squared <= best.distance && id != of {
                let near = Near { distance: rise(size, other, squared), id };
                if near.before(best) {
                    best = near;
                }
            }
        }
        best
    }
}

/// Points to be laid in leaves.
struct Order<'a> {
    width: usize,
    points: &'a [f64],
    n: usize,
    levels: u32,
}

impl Order<'_> {
    /// Sorts the ids of these leaves into them: halves along the widest column, down to single leaves.
    fn sort(&self, first: usize, end: usize, ids: &mut [u32]) {
        if end - first == 1 {
            return;
        }
        let column = self.widest(ids);
        let at = |id: u32| self.points[id as usize * self.width + column];
        let middle = first + (end - first) / 2;
        let start = |leaf: usize| (self.n * leaf) >> self.levels;
        let half = start(middle) - start(first);
        ids.select_nth_unstable_by(half, |&a, &b| at(a).total_cmp(&at(b)).then(a.cmp(&b)));
        let (low, high) = ids.split_at_mut(half);
        if low.len() >= LARGE {
            rayon::join(|| self.sort(first, middle, low), || self.sort(middle, end, high));
        } else {
            self.sort(first, middle, low);
            self.sort(middle, end, high);
        }
    }

    fn widest(&self, ids: &[u32]) -> usize {
        let mut lows = vec![f64::INFINITY; self.width];
        let mut highs = vec![f64::NEG_INFINITY; self.width];
        for &id in ids {
            let point = &self.points[id as usize * self.width..][..self.width];
            for ((low, high), &x) in lows.iter_mut().zip(&mut highs).zip(point) {
                (*low, *high) = (low.min(x), high.max(x));
            }
        }
        let spread = |column: usize| highs[column] - lows[column];
        (1..self.width)
            .fold(0, |widest, column| if spread(column) > spread(widest) { column } else { widest })
    }
}
