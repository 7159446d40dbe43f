//! Average and complete linkage on the matrix of all distances.

#![allow(
    clippy::indexing_slicing,
    reason = "a condensed matrix of n slots holds n (n − 1) / 2 distances, and slots are below n"
)]

use super::rounds::{Near, Search, Space, one_by_one};
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

/// When one in so many clusters searches, all do: in memory order that is faster.
const ONE_IN: usize = 12;

/// Parts of a search of all. The rows of a part stand so far apart, so that all parts have as much to do.
const PARTS: usize = 16;

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

/// A merge: slot b joins slot a, which comes before it.
struct Join {
    a: usize,
    b: usize,
    shares: (f64, f64),
    update: Update,
}

impl Join {
    /// The distance to the two, out of the distances to each.
    #[inline]
    fn of(&self, to_a: f64, to_b: f64) -> f64 {
        match self.update {
            Update::Mean => self.shares.0 * to_a + self.shares.1 * to_b,
            Update::Largest => to_a.max(to_b),
        }
    }
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

    /// The distances of a slot to all after it.
    fn after(&self, slot: usize) -> &[f64] {
        &self.values[self.row(slot)..][..self.ids.len() - slot - 1]
    }

    /// The first of all after a slot.
    fn first_after(&self, slot: usize, after: &[f64]) -> Near {
        let distance = smallest(after);
        match after.iter().position(|&value| value == distance) {
            Some(place) if distance < f64::INFINITY => Near { distance, id: self.ids[slot + 1 + place] },
            _ => Near::NONE,
        }
    }

    /// What a merge does to distances; the sizes change at once.
    fn join(&mut self, into: u32, from: u32) -> Join {
        let (a, b) = (self.slots[into as usize] as usize, self.slots[from as usize] as usize);
        let size = self.sizes[into as usize] + self.sizes[from as usize];
        let share = self.sizes[from as usize] / size;
        self.sizes[into as usize] = size;
        self.gone[b] = true;
        Join { a, b, shares: (1.0 - share, share), update: self.update }
    }

    /// Joins the rows of a pair in the first of them.
    fn join_rows(&mut self, join: &Join) {
        let Join { a, b, .. } = *join;
        let n = self.ids.len();
        for other in a + 1..b {
            let (to, from) = (self.place(a, other), self.place(other, b));
            self.values[to] = join.of(self.values[to], self.values[from]);
        }
        let (to, gone) = (self.place(a, b) + 1, self.row(b));
        let (low, high) = self.values.split_at_mut(gone);
        for (to, gone) in low[to..to + n - b - 1].iter_mut().zip(high) {
            *to = join.of(*to, *gone);
            *gone = f64::INFINITY;
        }
    }

    fn place(&self, a: usize, b: usize) -> usize {
        let (a, b) = (a.min(b), a.max(b));
        self.row(a) + b - a - 1
    }
}

/// The nearest of each slot that one part of the rows knows of.
fn nearest_in(matrix: &Matrix, part: usize, control: &Control) -> Result<Vec<Near>> {
    let n = matrix.ids.len();
    let mut nearest = Columns { distances: vec![f64::INFINITY; n], ids: vec![u32::MAX; n] };
    for slot in (part..n).step_by(PARTS).filter(|&slot| !matrix.gone[slot]) {
        control.check("agglomerative")?;
        let after = matrix.after(slot);
        nearest.lower(slot + 1, after, matrix.ids[slot]);
        let own = matrix.first_after(slot, after);
        if own.before(nearest.at(slot)) {
            nearest.distances[slot] = own.distance;
            nearest.ids[slot] = own.id;
        }
    }
    Ok((0..n).map(|slot| nearest.at(slot)).collect())
}

/// The nearest of each slot so far.
struct Columns {
    distances: Vec<f64>,
    ids: Vec<u32>,
}

impl Columns {
    fn at(&self, slot: usize) -> Near {
        Near { distance: self.distances[slot], id: self.ids[slot] }
    }

    /// Takes the distances of a cluster to all slots from `first` on into account. Of equals, the cluster
    /// that came before stays; clusters come in ascending order.
    fn lower(&mut self, first: usize, distances: &[f64], id: u32) {
        let own = self.distances[first..].chunks_mut(8).zip(self.ids[first..].chunks_mut(8));
        for ((own, ids), new) in own.zip(distances.chunks(8)) {
            // Seldom true, and found out for eight at a time.
            if own.iter().zip(new).fold(false, |any, (own, new)| any | (new < own)) {
                for ((own, own_id), &new) in own.iter_mut().zip(ids).zip(new) {
                    if new < *own {
                        (*own, *own_id) = (new, id);
                    }
                }
            }
        }
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
        let own = self.first_after(slot, self.after(slot));
        if own.before(best) {
            best = own;
        }
        best
    }

    fn nearest_of_all(&self, searches: &[Search], control: &Control) -> Result<Vec<Near>> {
        if searches.len() * ONE_IN < self.alive {
            return one_by_one(self, searches, control);
        }
        let parts: Vec<Vec<Near>> =
            (0..PARTS).into_par_iter().map(|part| nearest_in(self, part, control)).collect::<Result<_>>()?;
        let first = |search: &Search| {
            let slot = self.slots[search.id as usize] as usize;
            let known = parts.iter().map(|part| part[slot]);
            known.fold(Near::NONE, |best, near| if near.before(best) { near } else { best })
        };
        Ok(searches.iter().map(first).collect())
    }

    fn merge(&mut self, pairs: &[(u32, u32)]) {
        let joins: Vec<Join> = pairs.iter().map(|&(into, from)| self.join(into, from)).collect();
        // The rows of every pair, as long as the rows of later pairs are as they were.
        for join in &joins {
            self.join_rows(join);
        }
        // Then the columns, row after row: what is read and written lies close together.
        for slot in (0..self.ids.len()).filter(|&slot| !self.gone[slot]) {
            let start = self.row(slot);
            let row = &mut self.values[start..start + self.ids.len() - slot - 1];
            for join in joins.iter().filter(|join| join.b > slot) {
                let gone = std::mem::replace(&mut row[join.b - slot - 1], f64::INFINITY);
                if join.a > slot {
                    let to = &mut row[join.a - slot - 1];
                    *to = join.of(*to, gone);
                }
            }
        }
        self.alive -= pairs.len();
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
            matrix.merge(&[(0, id)]);
        }
        pairs(&matrix);
        matrix.settle();
        assert_eq!((matrix.ids.len(), matrix.values.len()), (551, condensed(551)));
        pairs(&matrix);
        let even = (0..n).step_by(2).map(|i| (values[i] - values[1]).abs()).fold(0.0, f64::max);
        assert_eq!(matrix.distance(1, 0), even);
    }
}
