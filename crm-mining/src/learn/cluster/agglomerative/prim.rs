//! Single linkage along a minimum spanning tree, which Prim's algorithm grows point by point.

#![allow(
    clippy::indexing_slicing,
    reason = "a part of r points and w columns holds r · w values by construction, and a point w of them"
)]

use super::dendrogram::Step;
use super::rounds::Near;
use crate::error::Result;
use crate::learn::cluster::squared_distances;
use crate::model::Control;
use rayon::prelude::*;

/// Points of one part. Parts are worked on at the same time.
const PART: usize = 4096;

/// From so many values on, threads share the parts.
const LARGE: usize = 1 << 16;

/// Points that are not reached yet, column after column. A point that is reached is infinitely far.
struct Part {
    values: Vec<f64>,
    ids: Vec<u32>,
    /// The squared distance of each to the nearest point reached.
    distances: Vec<f64>,
    buffer: Vec<f64>,
    reached: usize,
}

impl Part {
    /// Lowers the distances by a new point; the nearest of all that are left.
    fn approach(&mut self, point: &[f64]) -> Near {
        squared_distances(&self.values, point, &mut self.buffer);
        let mut least = f64::INFINITY;
        for (distance, &new) in self.distances.iter_mut().zip(&self.buffer) {
            *distance = if new < *distance { new } else { *distance };
            least = if *distance < least { *distance } else { least };
        }
        let place = self.distances.iter().position(|&distance| distance == least);
        match place {
            Some(place) if least < f64::INFINITY => Near { distance: least, id: self.ids[place] },
            _ => Near::NONE,
        }
    }

    /// Takes a point out, and what was taken out before too when it is half of all.
    fn reach(&mut self, id: u32) {
        let Ok(place) = self.ids.binary_search(&id) else { return };
        self.values[place] = f64::INFINITY;
        self.distances[place] = f64::INFINITY;
        self.reached += 1;
        if self.reached * 2 >= self.ids.len() {
            let left = |place: usize| self.values[place] < f64::INFINITY;
            let places: Vec<usize> = (0..self.ids.len()).filter(|&place| left(place)).collect();
            let columns = self.values.chunks_exact(self.ids.len());
            self.values = columns.flat_map(|column| places.iter().map(|&place| column[place])).collect();
            self.ids = places.iter().map(|&place| self.ids[place]).collect();
            self.distances = places.iter().map(|&place| self.distances[place]).collect();
            self.buffer.truncate(places.len());
            self.reached = 0;
        }
    }
}

/// The merges of points laid row by row.
///
/// The points come in the order in which the spanning tree reaches them, each with its distance to those
/// before. The distance at which two points of this order are joined is the largest between them, so the
/// order alone, as a chain, has the merges of the tree.
pub(super) fn spanning(width: usize, points: &[f64], control: &Control) -> Result<Vec<Step>> {
    let n = points.len() / width;
    let part = |first: usize| {
        let end = (first + PART).min(n);
        let column = |column: usize| (first..end).map(move |row| points[row * width + column]);
        Part {
            values: (0..width).flat_map(column).collect(),
            ids: (first as u32..end as u32).collect(),
            distances: vec![f64::MAX; end - first],
            buffer: vec![0.0; end - first],
            reached: 0,
        }
    };
    let mut parts: Vec<Part> = (0..n).step_by(PART).map(part).collect();
    let mut chain = Vec::with_capacity(n);
    let mut current = 0;
    while chain.len() + 1 < n {
        if chain.len().is_multiple_of(256) {
            control.step("agglomerative", chain.len() as u64, n as u64)?;
        }
        parts[current as usize / PART].reach(current);
        let point = &points[current as usize * width..][..width];
        let first = |a: Near, b: Near| if b.before(a) { b } else { a };
        let near = if (n - chain.len()) * width < LARGE {
            parts.iter_mut().map(|part| part.approach(point)).fold(Near::NONE, first)
        } else {
            parts.par_iter_mut().map(|part| part.approach(point)).reduce(|| Near::NONE, first)
        };
        chain.push((current, near));
        current = near.id;
    }
    Ok(joined(n, chain))
}

/// The links of a chain as merges, nearest first. Links of one length stay in the order of the chain: so the
/// point that a link leads to is that near to one of the cluster before it.
fn joined(n: usize, mut chain: Vec<(u32, Near)>) -> Vec<Step> {
    chain.sort_by(|(_, a), (_, b)| a.distance.total_cmp(&b.distance));
    let mut parents: Vec<u32> = (0..n as u32).collect();
    let mut steps = Vec::with_capacity(chain.len());
    for (id, near) in chain {
        let (a, b) = (root(&mut parents, id), root(&mut parents, near.id));
        let (into, from) = (a.min(b), a.max(b));
        parents[from as usize] = into;
        steps.push(Step { into, from, height: near.distance.sqrt() });
    }
    steps
}

/// The smallest number of the cluster of a point.
fn root(parents: &mut [u32], mut id: u32) -> u32 {
    while parents[id as usize] != id {
        parents[id as usize] = parents[parents[id as usize] as usize];
        id = parents[id as usize];
    }
    id
}
