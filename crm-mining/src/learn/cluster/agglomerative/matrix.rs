//! Average and complete linkage on the matrix of all distances.

#![allow(
    clippy::indexing_slicing,
    reason = "a condensed matrix of n slots holds n (n − 1) / 2 distances, and slots are below n"
)]

use super::rounds::{Near, Space};
use crate::error::Result;
use crate::learn::cluster::{BLOCK, Blocks, squared_distances};
use crate::model::Control;
use rayon::prelude::*;

/// How the distances of two clusters to a third make that of their union.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Update {
    Mean,
    Largest,
}

/// All distances between clusters: the upper triangle, row by row. A cluster that is gone is infinitely far
/// from all.
pub(super) struct Matrix {
    update: Update,
    values: Vec<f64>,
    sizes: Vec<f64>,
    /// Clusters by slot, ascending.
    ids: Vec<u32>,
    /// The slot of each cluster.
    slots: Vec<u32>,
    alive: usize,
    gone: Vec<bool>,
}

/// How many distances so many slots have.
pub(super) fn condensed(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

impl Matrix {
    /// The distances of points, and how many rows each stands for.
    pub(super) fn new(update: Update, points: &Blocks, sizes: Vec<f64>, control: &Control) -> Result<Matrix> {
        let n = points.n_rows;
        let mut values = vec![0.0; condensed(n)];
        let (mut rows, mut rest) = (Vec::with_capacity(n), values.as_mut_slice());
        for row in 0..n {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(n - row - 1);
            rows.push(own);
            rest = others;
        }
        rows.par_iter_mut().enumerate().try_for_each(|(row, distances)| {
            control.check("agglomerative")?;
            distances_after(points, row, distances);
            Ok::<_, crate::error::Error>(())
        })?;
        let ids: Vec<u32> = (0..n as u32).collect();
        Ok(Matrix { update, values, sizes, slots: ids.clone(), ids, alive: n, gone: vec![false; n] })
    }

    /// Where the row of a slot begins.
    fn row(&self, slot: usize) -> usize {
        slot * (2 * self.ids.len() - slot - 1) / 2
    }

    fn place(&self, a: usize, b: usize) -> usize {
        let (a, b) = (a.min(b), a.max(b));
        self.row(a) + b - a - 1
    }
}

/// The distances of a point to all after it.
fn distances_after(points: &Blocks, row: usize, distances: &mut [f64]) {
    let point = points.row(row);
    let first = row + 1;
    let mut buffer = [0.0; BLOCK];
    for (number, block) in points.iter().enumerate().skip(first / BLOCK) {
        let start = number * BLOCK;
        let squares = &mut buffer[..BLOCK.min(points.n_rows - start)];
        squared_distances(block, &point, squares);
        let skipped = first.saturating_sub(start);
        for (to, square) in distances[start + skipped - first..].iter_mut().zip(&squares[skipped..]) {
            *to = square.sqrt();
        }
    }
}

/// The smallest value, in eight interleaved parts.
fn smallest(values: &[f64]) -> f64 {
    let mut lanes = [f64::INFINITY; 8];
    let eights = values.chunks_exact(8);
    let rest =
        eights.remainder().iter().fold(f64::INFINITY, |least: f64, &x| if x < least { x } else { least });
    for eight in eights {
        for (lane, &x) in lanes.iter_mut().zip(eight) {
            *lane = if x < *lane { x } else { *lane };
        }
    }
    lanes.iter().fold(rest, |least, &x| if x < least { x } else { least })
}

impl Space for Matrix {
    fn distance(&self, a: u32, b: u32) -> f64 {
        self.values[self.place(self.slots[a as usize] as usize, self.slots[b as usize] as usize)]
    }

    fn nearest(&self, of: u32, best: Near) -> Near {
        let slot = self.slots[of as usize] as usize;
        let mut best = best;
        for other in 0..slot {
            let near = Near { distance: self.values[self.place(other, slot)], id: self.ids[other] };
            if near.before(best) {
                best = near;
            }
        }
        let row = self.row(slot);
        let after = &self.values[row..row + self.ids.len() - slot - 1];
        let distance = smallest(after);
        if distance <= best.distance
            && let Some(place) = after.iter().position(|&value| value == distance)
        {
            let near = Near { distance, id: self.ids[slot + 1 + place] };
            if near.before(best) {
                best = near;
            }
        }
        best
    }

    fn merge(&mut self, into: u32, from: u32) {
        let (a, b) = (self.slots[into as usize] as usize, self.slots[from as usize] as usize);
        let (size_a, size_b) = (self.sizes[into as usize], self.sizes[from as usize]);
        let (share_a, share_b) = (size_a / (size_a + size_b), size_b / (size_a + size_b));
        let join = |x: f64, y: f64| match self.update {
            Update::Mean => share_a * x + share_b * y,
            Update::Largest => x.max(y),
        };
        let n = self.ids.len();
        for other in (0..b).filter(|&other| other != a) {
            let (to, gone) = (self.place(a, other), self.place(b, other));
            self.values[to] = join(self.values[to], self.values[gone]);
            self.values[gone] = f64::INFINITY;
        }
        let (to, gone) = (self.place(a, b) + 1, self.row(b));
        let (low, high) = self.values.split_at_mut(gone);
        for (x, y) in low[to..to + n - b - 1].iter_mut().zip(high) {
            *x = join(*x, *y);
            *y = f64::INFINITY;
        }
        self.values[to - 1] = f64::INFINITY;
        self.sizes[into as usize] = size_a + size_b;
        self.gone[b] = true;
        self.alive -= 1;
    }

    fn settle(&mut self) {
        if self.alive * 3 / 2 >= self.ids.len() {
            return;
        }
        let slots: Vec<usize> = (0..self.ids.len()).filter(|&slot| !self.gone[slot]).collect();
        let mut to = 0;
        for (number, &slot) in slots.iter().enumerate() {
            for &other in &slots[number + 1..] {
                // What is read stands at `to` or after it.
                self.values[to] = self.values[self.place(slot, other)];
                to += 1;
            }
        }
        self.values.truncate(to);
        self.ids = slots.iter().map(|&slot| self.ids[slot]).collect();
        self.gone = vec![false; slots.len()];
        for (slot, &id) in (0..).zip(&self.ids) {
            self.slots[id as usize] = slot;
        }
    }

    fn height(&self, distance: f64) -> f64 {
        distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Features;
    use crate::learn::cluster::Frame;

    #[test]
    fn holds_every_distance_at_its_place_before_and_after_it_shrinks() {
        let n = 1_100;
        let values: Vec<f64> = (0..n).map(|i| ((i * 7919) % 10_007) as f64).collect();
        let features = Features::new(["x"], values.clone()).unwrap();
        let points = Frame { offset: vec![0.0], scale: 1.0 }.apply("test", &features).unwrap();
        let mut matrix = Matrix::new(Update::Largest, &points, vec![1.0; n], &Control::default()).unwrap();
        let pairs = |matrix: &Matrix| {
            for a in 0..n as u32 {
                for b in (0..a).step_by(97).filter(|b| a % 2 == 1 && b % 2 == 1) {
                    let expected = (values[a as usize] - values[b as usize]).abs();
                    assert_eq!((matrix.distance(a, b), matrix.distance(b, a)), (expected, expected));
                }
            }
        };
        pairs(&matrix);
        for id in (2..n as u32).step_by(2) {
            matrix.merge(0, id);
        }
        pairs(&matrix);
        matrix.settle();
        assert_eq!((matrix.ids.len(), matrix.values.len()), (551, condensed(551)));
        pairs(&matrix);
        let even = (0..n).step_by(2).map(|i| (values[i] - values[1]).abs()).fold(0.0, f64::max);
        assert_eq!(matrix.distance(1, 0), even);
    }
}
