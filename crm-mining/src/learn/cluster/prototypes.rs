//! Clusters around prototypes: means of the numbers and most frequent categories of their rows.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k, which `nearest` guarantees, and rows and blocks below the numbers there are"
)]

use crate::data::group_positions;
use crate::error::Result;
use crate::learn::cluster::distinct::{DistinctRows, Point, sort};
use crate::learn::cluster::{BLOCK, sum};
use crate::model::Control;
use rayon::prelude::*;

/// The rows, what a category that differs costs, and who may stop the work.
pub(super) struct Task<'a> {
    pub(super) rows: &'a DistinctRows,
    pub(super) gamma: f64,
    pub(super) stage: &'static str,
    pub(super) control: &'a Control,
}

/// Where one start ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) prototypes: Vec<Point>,
    /// Of the distinct rows.
    pub(super) labels: Vec<u32>,
    /// In the frame.
    pub(super) cost: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// What one pass over the rows finds.
struct Pass {
    cost: f64,
    changed: bool,
}

impl Task<'_> {
    /// Squared distance of the numbers, and `gamma` for every category that differs.
    pub(super) fn costs(&self, block: usize, point: &Point, into: &mut [f64]) {
        self.rows.squared(block, point, into);
        self.rows.add_mismatches(block, point, self.gamma, into);
    }

    /// Moves the prototypes until no row changes its cluster or the cost no longer falls. The labels are those of
    /// the prototypes returned, which ascend.
    pub(super) fn run(&self, mut prototypes: Vec<Point>, max_iterations: usize) -> Result<Run> {
        let mut labels = vec![u32::MAX; self.rows.len()];
        let mut costs = vec![0.0; self.rows.len()];
        let (mut iterations, mut last) = (0, f64::INFINITY);
        loop {
            // In ascending order, because of equals the first gets the row, now and in a later prediction.
            sort(&mut prototypes, &mut labels);
            let pass = self.assign(&prototypes, &mut labels, &mut costs)?;
            let mut sizes = vec![0_usize; prototypes.len()];
            labels.iter().for_each(|&label| sizes[label as usize] += 1);
            let no_empty = !sizes.contains(&0);
            let converged = !pass.changed || (no_empty && pass.cost >= last);
            if converged || iterations == max_iterations {
                return Ok(Run { prototypes, labels, cost: pass.cost, iterations, converged });
            }
            if !no_empty {
                fill_empty(&mut labels, &costs, &mut sizes);
            }
            self.update(&labels, &mut prototypes);
            last = pass.cost;
            iterations += 1;
        }
    }

    /// Gives every row its nearest prototype, the first of equals.
    fn assign(&self, prototypes: &[Point], labels: &mut [u32], costs: &mut [f64]) -> Result<Pass> {
        let blocks = labels.par_chunks_mut(BLOCK).zip(costs.par_chunks_mut(BLOCK)).enumerate();
        let passes = blocks.map(|(block, (labels, costs))| {
            self.control.check(self.stage)?;
            let (mut found, mut buffer) = ([0_u32; BLOCK], [0.0; BLOCK]);
            let (found, buffer) = (&mut found[..labels.len()], &mut buffer[..labels.len()]);
            costs.fill(f64::INFINITY);
            for (number, prototype) in (0..).zip(prototypes) {
                self.costs(block, prototype, buffer);
                for ((label, least), &cost) in found.iter_mut().zip(costs.iter_mut()).zip(&*buffer) {
                    *label = if cost < *least { number } else { *label };
                    *least = if cost < *least { cost } else { *least };
                }
            }
            let changed = labels != found;
            labels.copy_from_slice(found);
            let weighted = buffer.iter_mut().zip(&*costs).zip(&self.rows.weights[block * BLOCK..]);
            weighted.for_each(|((weighted, cost), weight)| *weighted = cost * weight);
            Ok(Pass { cost: sum(buffer), changed })
        });
        let passes = passes.collect::<Result<Vec<Pass>>>()?;
        let none = Pass { cost: 0.0, changed: false };
        Ok(passes.into_iter().fold(none, |all, pass| Pass {
            cost: all.cost + pass.cost,
            changed: all.changed || pass.changed,
        }))
    }

    /// Moves every prototype to the mean and the most frequent categories of its rows; of equally frequent ones the
    /// first. That of no row stays.
    fn update(&self, labels: &[u32], prototypes: &mut [Point]) {
        let rows = self.rows;
        let members = group_positions(labels, prototypes.len());
        let weight = |row: &u32| rows.weights[*row as usize];
        let mean = |column: usize| -> Vec<Option<f64>> {
            let of = |members: &[u32]| {
                let total: f64 = members.iter().map(weight).sum();
                let at = |row: &u32| weight(row) * rows.number_at(*row as usize, column);
                (total > 0.0).then(|| members.iter().map(at).sum::<f64>() / total)
            };
            members.rows().map(of).collect()
        };
        let mode = |(codes, &n_levels): (&Vec<u32>, &usize)| -> Vec<Option<u32>> {
            let mut counts = vec![0.0; n_levels];
            members.rows().map(|members| most_frequent(members, codes, &rows.weights, &mut counts)).collect()
        };
        let means: Vec<_> = (0..rows.width).into_par_iter().map(mean).collect();
        let modes: Vec<_> = rows.codes.par_iter().zip(&rows.n_levels).map(mode).collect();
        for (cluster, prototype) in prototypes.iter_mut().enumerate() {
            for (to, means) in prototype.numbers.iter_mut().zip(&means) {
                *to = means[cluster].unwrap_or(*to);
            }
            for (to, modes) in prototype.codes.iter_mut().zip(&modes) {
                *to = modes[cluster].unwrap_or(*to);
            }
        }
    }

    /// The numeric part of the cost, in the frame, and the number of categories that differ.
    pub(super) fn parts(&self, run: &Run) -> (f64, u64) {
        let block = |(block, labels): (usize, &[u32])| {
            let (mut numeric, mut differing) = ([0.0; BLOCK], [0.0; BLOCK]);
            let mut parts = (0.0, 0.0);
            let (numeric, differing) = (&mut numeric[..labels.len()], &mut differing[..labels.len()]);
            for (number, prototype) in (0..).zip(&run.prototypes).filter(|(n, _)| labels.contains(n)) {
                self.rows.squared(block, prototype, numeric);
                differing.fill(0.0);
                self.rows.add_mismatches(block, prototype, 1.0, differing);
                for (row, _) in labels.iter().enumerate().filter(|(_, label)| **label == number) {
                    let weight = self.rows.weights[block * BLOCK + row];
                    parts = (parts.0 + weight * numeric[row], parts.1 + weight * differing[row]);
                }
            }
            parts
        };
        let blocks: Vec<(f64, f64)> = run.labels.par_chunks(BLOCK).enumerate().map(block).collect();
        let all = blocks.into_iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        // Counts of rows times columns stay far below 2⁵³.
        (all.0, all.1 as u64)
    }
}

/// The most frequent code of some rows, the first of equals. `counts` holds zeros, before and after.
fn most_frequent(members: &[u32], codes: &[u32], weights: &[f64], counts: &mut [f64]) -> Option<u32> {
    for &row in members {
        counts[codes[row as usize] as usize] += weights[row as usize];
    }
    let mut best: Option<(f64, u32)> = None;
    for &row in members {
        let code = codes[row as usize];
        let count = counts[code as usize];
        if best.is_none_or(|(most, first)| count > most || (count == most && code < first)) {
            best = Some((count, code));
        }
    }
    members.iter().for_each(|&row| counts[codes[row as usize] as usize] = 0.0);
    best.map(|(_, code)| code)
}

/// Gives every empty cluster the row that costs most in its own, of those that leave another row behind.
fn fill_empty(labels: &mut [u32], costs: &[f64], sizes: &mut [usize]) {
    let empty: Vec<usize> = (0..sizes.len()).filter(|&cluster| sizes[cluster] == 0).collect();
    let mut farthest: Vec<u32> = (0..labels.len() as u32).collect();
    farthest.sort_by(|&a, &b| costs[b as usize].total_cmp(&costs[a as usize]).then(a.cmp(&b)));
    let mut farthest = farthest.into_iter().map(|row| row as usize);
    for cluster in empty {
        if let Some(row) = farthest.find(|&row| sizes[labels[row] as usize] > 1) {
            sizes[labels[row] as usize] -= 1;
            labels[row] = cluster as u32;
            sizes[cluster] = 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_clusters_take_the_farthest_row_of_company() {
        let (mut labels, mut sizes) = (vec![0, 0, 0, 1], vec![3, 1, 0, 0]);
        fill_empty(&mut labels, &[1.0, 5.0, 2.0, 9.0], &mut sizes);
        assert_eq!((labels, sizes), (vec![0, 2, 3, 1], vec![1; 4]));
    }

    #[test]
    fn the_first_of_the_most_frequent() {
        let mut counts = vec![0.0; 4];
        let found = most_frequent(&[0, 1, 2], &[3, 1, 0], &[2.0, 2.0, 1.0], &mut counts);
        assert_eq!((found, counts), (Some(1), vec![0.0; 4]));
    }
}
