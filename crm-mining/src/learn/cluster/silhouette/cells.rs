//! Rows that share their cluster in every labeling, side by side.

#![allow(
    clippy::indexing_slicing,
    reason = "positions are below the number of rows, and slots below the number of sizes, by construction"
)]

use super::{contrast, sum};
use crate::error::{ErrorKind, Result};
use crate::learn::cluster::NOISE;
use crate::learn::cluster::labels::n_numbers;
use std::cmp::Ordering;
use std::ops::Range;

/// The clusters of all labelings, each with a slot of its own. The last slot of a labeling is that of its
/// noise, which no silhouette looks at.
pub(super) struct Slots {
    /// Where the slots of each labeling begin; one entry more than labelings.
    starts: Vec<usize>,
    /// Rows of each slot, scored or not.
    totals: Vec<f64>,
}

impl Slots {
    pub(super) fn new(labelings: &[&[u32]]) -> Slots {
        let mut starts = vec![0];
        for labels in labelings {
            starts.push(starts[starts.len() - 1] + n_numbers(labels) + 1);
        }
        let mut slots = Slots { totals: vec![0.0; starts[labelings.len()]], starts };
        for (labeling, labels) in labelings.iter().enumerate() {
            for &label in *labels {
                let slot = slots.slot(labeling, label);
                slots.totals[slot] += 1.0;
            }
        }
        slots
    }

    pub(super) fn n_labelings(&self) -> usize {
        self.starts.len() - 1
    }

    /// The slots of the clusters of one labeling, its noise left out.
    fn clusters(&self, labeling: usize) -> Range<usize> {
        self.starts[labeling]..self.starts[labeling + 1] - 1
    }

    /// The slot of this label.
    pub(super) fn slot(&self, labeling: usize, label: u32) -> usize {
        let clusters = self.clusters(labeling);
        if label == NOISE { clusters.end } else { clusters.start + label as usize }
    }

    /// Whether this is the slot of the noise of its labeling.
    fn is_noise(&self, labeling: usize, slot: usize) -> bool {
        slot == self.clusters(labeling).end
    }

    /// The rows in clusters of one labeling, scored or not.
    pub(super) fn n_clustered(&self, labeling: usize) -> usize {
        self.totals[self.clusters(labeling)].iter().sum::<f64>() as usize
    }

    /// How many rows each slot must have scored, for its silhouettes to mean what they say: two, or all.
    pub(super) fn needed(&self) -> Vec<u8> {
        let mut needed: Vec<u8> = self.totals.iter().map(|total| total.min(2.0) as u8).collect();
        for labeling in 0..self.n_labelings() {
            needed[self.clusters(labeling).end] = 0;
        }
        needed
    }
}

/// Rows sorted into cells. Two rows of one cell have the same cluster in every labeling, so the distances
/// to a cell are summed once, in memory order, and serve all labelings.
pub(super) struct Cells<'a> {
    clusters: &'a Slots,
    /// The rows, cell after cell.
    pub(super) order: Vec<u32>,
    /// Where each cell ends in `order`.
    ends: Vec<usize>,
    /// The cell of each position in `order`.
    cell_of: Vec<u32>,
    /// For each cell and labeling, the slot of the cluster.
    slots: Vec<usize>,
    /// Rows of each slot that are scored.
    sizes: Vec<f64>,
}

/// Compares two rows by their clusters in one labeling after the other.
pub(super) fn by_clusters(labelings: &[&[u32]], a: u32, b: u32) -> Ordering {
    let differ = |labels: &&[u32]| labels[a as usize].cmp(&labels[b as usize]);
    labelings.iter().map(differ).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

impl<'a> Cells<'a> {
    /// The cells of these rows, which are sorted [`by_clusters`].
    pub(super) fn new(order: Vec<u32>, labelings: &[&[u32]], clusters: &'a Slots) -> Cells<'a> {
        let mut cells = Cells {
            clusters,
            ends: Vec::new(),
            cell_of: Vec::with_capacity(order.len()),
            slots: Vec::new(),
            sizes: vec![0.0; clusters.totals.len()],
            order: Vec::new(),
        };
        for run in order.chunk_by(|&a, &b| by_clusters(labelings, a, b).is_eq()) {
            cells.cell_of.extend(std::iter::repeat_n(cells.ends.len() as u32, run.len()));
            cells.ends.push(cells.cell_of.len());
            for (labeling, labels) in labelings.iter().enumerate() {
                let slot = clusters.slot(labeling, labels[run[0] as usize]);
                cells.slots.push(slot);
                cells.sizes[slot] += run.len() as f64;
            }
        }
        cells.order = order;
        cells
    }

    pub(super) fn n_labelings(&self) -> usize {
        self.clusters.n_labelings()
    }

    /// The clusters of one labeling that have a row scored.
    pub(super) fn n_clusters(&self, labeling: usize) -> usize {
        self.sizes[self.clusters.clusters(labeling)].iter().filter(|&&size| size > 0.0).count()
    }

    /// The rows scored of one labeling.
    pub(super) fn n_scored(&self, labeling: usize) -> usize {
        self.sizes[self.clusters.clusters(labeling)].iter().sum::<f64>() as usize
    }

    /// Whether every labeling has two clusters or more.
    pub(super) fn check(&self) -> Result<()> {
        match (0..self.n_labelings()).map(|labeling| self.n_clusters(labeling)).find(|&clusters| clusters < 2)
        {
            Some(got) => {
                Err(ErrorKind::NotEnoughData { of: "Silhouette", needed: 2, unit: "clusters", got }.into())
            }
            None => Ok(()),
        }
    }

    /// The silhouette of one row in each labeling, out of its distances to all rows.
    pub(super) fn score(&self, row: usize, distances: &[f64], sums: &mut [f64], scores: &mut [f64]) {
        let n_labelings = self.n_labelings();
        sums.fill(0.0);
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
        for (labeling, (score, &own)) in scores.iter_mut().zip(own).enumerate() {
            *score = self.silhouette(labeling, own, sums);
        }
    }

    /// How many sums [`Cells::score`] works with.
    pub(super) fn n_sums(&self) -> usize {
        self.sizes.len()
    }

    /// The silhouette of a row of the cluster `own`; 0 for noise.
    fn silhouette(&self, labeling: usize, own: usize, sums: &[f64]) -> f64 {
        if self.sizes[own] < 2.0 || self.clusters.is_noise(labeling, own) {
            return 0.0;
        }
        let within = sums[own] / (self.sizes[own] - 1.0);
        let others = self.clusters.clusters(labeling).filter(|&slot| slot != own && self.sizes[slot] > 0.0);
        let next = others.map(|slot| sums[slot] / self.sizes[slot]).fold(f64::INFINITY, f64::min);
        contrast(within, next)
    }

    /// The position in [`Cells::order`], the cluster and the silhouette of each row in a cluster of one
    /// labeling, out of the silhouettes of all rows in all labelings.
    pub(super) fn values(
        &self,
        labeling: usize,
        silhouettes: &[f64],
    ) -> impl Iterator<Item = (usize, usize, f64)> {
        let (clusters, n_labelings) = (self.clusters.clusters(labeling), self.n_labelings());
        silhouettes.chunks_exact(n_labelings).zip(&self.cell_of).enumerate().filter_map(
            move |(position, (scores, &cell))| {
                let slot = self.slots[cell as usize * n_labelings + labeling];
                clusters.contains(&slot).then(|| (position, slot - clusters.start, scores[labeling]))
            },
        )
    }

    /// The mean of one labeling, and that of each of its clusters. In a sample every cluster weighs as much as
    /// it has rows in all.
    pub(super) fn means(&self, labeling: usize, silhouettes: &[f64]) -> (f64, Vec<f64>) {
        let clusters = self.clusters.clusters(labeling);
        let (sizes, totals) = (&self.sizes[clusters.clone()], &self.clusters.totals[clusters]);
        let mut means = vec![0.0; sizes.len()];
        for (_, cluster, value) in self.values(labeling, silhouettes) {
            means[cluster] += value;
        }
        let (mut sum, mut rows) = (0.0, 0.0);
        for ((mean, &size), total) in
            means.iter_mut().zip(sizes).zip(totals).filter(|((_, size), _)| **size > 0.0)
        {
            sum += *mean * (total / size);
            rows += total;
            *mean /= size;
        }
        (sum / f64::max(rows, 1.0), means)
    }
}
