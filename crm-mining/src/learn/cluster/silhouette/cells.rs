//! Rows that share their cluster in every labeling, side by side.

#![allow(
    clippy::indexing_slicing,
    reason = "positions are below the number of rows, and slots below the number of sizes, by construction"
)]

use super::{Silhouette, SilhouetteScore, sum};
use crate::error::{ErrorKind, Result};
use crate::math::random::Random;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Rows sorted into cells. Two rows of one cell have the same cluster in every labeling, so the distances
/// to a cell are summed once, in memory order, and serve all labelings.
pub(super) struct Cells {
    /// The rows, cell after cell.
    pub(super) order: Vec<u32>,
    /// Where each cell ends in `order`.
    ends: Vec<usize>,
    /// The cell of each position in `order`.
    cell_of: Vec<u32>,
    /// For each cell and labeling, the slot of the cluster.
    slots: Vec<usize>,
    /// Where the slots of each labeling begin; one entry more than labelings.
    starts: Vec<usize>,
    /// Rows of the cluster of each slot.
    sizes: Vec<f64>,
}

impl Cells {
    pub(super) fn new(n_rows: usize, labelings: &[&[u32]], settings: &Silhouette) -> Cells {
        let compare = |a: u32, b: u32| {
            let differ = |labels: &&[u32]| labels[a as usize].cmp(&labels[b as usize]);
            labelings.iter().map(differ).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut order: Vec<u32> = (0..n_rows as u32).collect();
        order.par_sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
        if n_rows > settings.sample {
            order = stratified(&order, settings);
        }
        let mut starts = vec![0];
        for labels in labelings {
            let clusters = labels.iter().max().map_or(0, |&label| label as usize + 1);
            starts.push(starts[starts.len() - 1] + clusters);
        }
        let mut cells = Cells {
            ends: Vec::new(),
            cell_of: Vec::with_capacity(order.len()),
            slots: Vec::new(),
            sizes: vec![0.0; starts[labelings.len()]],
            order: Vec::new(),
            starts,
        };
        for run in order.chunk_by(|&a, &b| compare(a, b).is_eq()) {
            let row = run[0] as usize;
            cells.cell_of.extend(std::iter::repeat_n(cells.ends.len() as u32, run.len()));
            cells.ends.push(cells.cell_of.len());
            for (labels, start) in labelings.iter().zip(&cells.starts) {
                let slot = start + labels[row] as usize;
                cells.slots.push(slot);
                cells.sizes[slot] += run.len() as f64;
            }
        }
        cells.order = order;
        cells
    }

    /// Whether every labeling has two clusters or more.
    pub(super) fn check(&self) -> Result<()> {
        for clusters in self.starts.windows(2) {
            let got = self.sizes[clusters[0]..clusters[1]].iter().filter(|&&size| size > 0.0).count();
            if got < 2 {
                return Err(
                    ErrorKind::NotEnoughData { of: "Silhouette", needed: 2, unit: "clusters", got }.into()
                );
            }
        }
        Ok(())
    }

    /// The silhouette of one row in each labeling, out of its distances to all rows.
    pub(super) fn score(&self, row: usize, distances: &[f64], scores: &mut [f64]) {
        let n_labelings = scores.len();
        let mut sums = vec![0.0; self.sizes.len()];
        let mut start = 0;
        for (&end, slots) in self.ends.iter().zip(self.slots.chunks_exact(n_labelings)) {
            let cell = sum(&distances[start..end]);
            for &slot in slots {
                sums[slot] += cell;
            }
            start = end;
        }
        let cell = self.cell_of[row] as usize;
        let own = &self.slots[cell * n_labelings..(cell + 1) * n_labelings];
        for ((score, &own), clusters) in scores.iter_mut().zip(own).zip(self.starts.windows(2)) {
            *score = self.silhouette(own, clusters[0]..clusters[1], &sums);
        }
    }

    /// (b − a) / max(a, b) for a row of the cluster `own` out of these.
    fn silhouette(&self, own: usize, clusters: std::ops::Range<usize>, sums: &[f64]) -> f64 {
        if self.sizes[own] < 2.0 {
            return 0.0;
        }
        let within = sums[own] / (self.sizes[own] - 1.0);
        let others = clusters.filter(|&slot| slot != own && self.sizes[slot] > 0.0);
        let next = others.map(|slot| sums[slot] / self.sizes[slot]).fold(f64::INFINITY, f64::min);
        let larger = within.max(next);
        if larger > 0.0 { (next - within) / larger } else { 0.0 }
    }

    /// The means of one labeling, out of the silhouettes of all rows in all labelings.
    pub(super) fn summarize(
        &self,
        labeling: usize,
        silhouettes: &[f64],
        sampled: Option<usize>,
    ) -> SilhouetteScore {
        let (start, end) = (self.starts[labeling], self.starts[labeling + 1]);
        let n_labelings = self.starts.len() - 1;
        let mut clusters = vec![0.0; end - start];
        for (scores, &cell) in silhouettes.chunks_exact(n_labelings).zip(&self.cell_of) {
            clusters[self.slots[cell as usize * n_labelings + labeling] - start] += scores[labeling];
        }
        let mean = clusters.iter().sum::<f64>() / self.order.len() as f64;
        for (cluster, &size) in clusters.iter_mut().zip(&self.sizes[start..end]) {
            *cluster /= size.max(1.0);
        }
        SilhouetteScore { mean, clusters, sampled }
    }
}

/// One row at random out of each of `sample` runs of equal length.
fn stratified(order: &[u32], settings: &Silhouette) -> Vec<u32> {
    let mut random = Random::new(settings.seed);
    let bound = |run: usize| (run as u128 * order.len() as u128 / settings.sample as u128) as usize;
    (0..settings.sample).map(|run| order[bound(run) + random.below(bound(run + 1) - bound(run))]).collect()
}
