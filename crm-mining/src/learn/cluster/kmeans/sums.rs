//! What the rows of each cluster add up to, and the centers that follow.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k because the kernel gives the number of a center, and sums hold k · width values"
)]

use super::lloyd::{Change, Place};
use super::rows::Rows;
use crate::error::{ErrorKind, Result};
use crate::learn::cluster::BLOCK;

/// The sum of the rows of every cluster, and of their weights.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// Column after column, each with the sums of all clusters.
    points: Vec<f64>,
    counts: Vec<f64>,
}

/// Rows that are summed together, so many that the partial sums of all take a sixteenth of the memory of
/// the rows at most.
pub(super) fn chunk(k: usize) -> usize {
    (16 * k).max(8_192).next_multiple_of(BLOCK)
}

impl Sums {
    pub(super) fn none(k: usize, width: usize) -> Sums {
        Sums { points: vec![0.0; k * width], counts: vec![0.0; k] }
    }

    /// Those of the rows with these labels.
    pub(super) fn of(rows: &Rows<'_>, places: &[Place], k: usize) -> Result<Sums> {
        let width = rows.width();
        let parts = rows.each(chunk(k), |part| {
            let mut sums = Sums::none(k, width);
            let places = &places[part.first..part.first + part.rows];
            let blocks = part.values.chunks(BLOCK * width).zip(places.chunks(BLOCK)).enumerate();
            for (number, (block, places)) in blocks {
                match part.weights {
                    None => sums.take(block, places, |_| 1.0),
                    Some(weights) => {
                        let weights = &weights[number * BLOCK..];
                        sums.take(block, places, |row| weights[row]);
                    }
                }
            }
            Ok(sums)
        })?;
        let mut all = Sums::none(k, width);
        parts.into_iter().for_each(|part| all.add(part));
        Ok(all)
    }

    fn take(&mut self, block: &[f64], places: &[Place], weight: impl Fn(usize) -> f64) {
        for (row, place) in places.iter().enumerate() {
            self.counts[place.label as usize] += weight(row);
        }
        let columns = block.chunks_exact(places.len()).zip(self.points.chunks_exact_mut(self.counts.len()));
        for (values, sums) in columns {
            for (row, (value, place)) in values.iter().zip(places).enumerate() {
                sums[place.label as usize] += weight(row) * value;
            }
        }
    }

    /// Takes rows of a block of so many, all of weight 1, from one cluster to another.
    pub(super) fn change(&mut self, block: &[f64], rows: usize, changes: &[Change]) {
        let k = self.counts.len();
        for &Change { from, to, .. } in changes {
            self.counts[to as usize] += 1.0;
            if let Some(count) = self.counts.get_mut(from as usize) {
                *count -= 1.0;
            }
        }
        for (values, sums) in block.chunks_exact(rows).zip(self.points.chunks_exact_mut(k)) {
            for &Change { row, from, to } in changes {
                let value = values[row as usize];
                sums[to as usize] += value;
                // A row that was in no cluster leaves none.
                if let Some(sum) = sums.get_mut(from as usize) {
                    *sum -= value;
                }
            }
        }
    }

    pub(super) fn add(&mut self, more: Sums) {
        for (sum, more) in self.points.iter_mut().zip(&more.points) {
            *sum += more;
        }
        for (count, more) in self.counts.iter_mut().zip(&more.counts) {
            *count += more;
        }
    }

    /// The weight of the rows of one cluster.
    pub(super) fn count(&self, cluster: usize) -> f64 {
        self.counts[cluster]
    }

    /// The sums of one cluster, column after column.
    pub(super) fn of_cluster(&self, cluster: usize) -> impl Iterator<Item = f64> + '_ {
        self.points.iter().skip(cluster).step_by(self.counts.len()).copied()
    }

    pub(super) fn some_empty(&self) -> bool {
        self.counts.contains(&0.0)
    }

    /// The mean of the rows of each cluster; a center without rows stays where it is.
    pub(super) fn means(&self, centers: &[f64]) -> Vec<f64> {
        let k = self.counts.len();
        let mut means = centers.to_vec();
        for (center, (cluster, &count)) in
            means.chunks_exact_mut(centers.len() / k).zip(self.counts.iter().enumerate())
        {
            if count > 0.0 {
                for (mean, sums) in center.iter_mut().zip(self.points.chunks_exact(k)) {
                    *mean = sums[cluster] / count;
                }
            }
        }
        means
    }

    /// The same with one of the rows farthest from their centers in every empty cluster, as scikit-learn has it.
    pub(super) fn with_relocated(&self, rows: &Rows<'_>, places: &[Place], centers: &[f64]) -> Result<Sums> {
        let mut sums = self.clone();
        let mut distances = vec![0.0; rows.n()];
        rows.map(BLOCK, &mut distances, |part, distances| {
            to_own(part.values, &places[part.first..part.first + part.rows], centers, distances);
            for (row, distance) in distances.iter_mut().enumerate() {
                // A row that does not count fills no cluster.
                *distance = if part.weights.is_some_and(|all| all[row] == 0.0) { 0.0 } else { *distance };
            }
            Ok(())
        })?;
        let mut farthest: Vec<usize> = (0..rows.n()).filter(|&row| distances[row] > 0.0).collect();
        farthest.sort_unstable_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
        let mut farthest = farthest.into_iter();
        let k = self.counts.len();
        for cluster in (0..k).filter(|&cluster| self.counts[cluster] == 0.0) {
            // A row that is alone in its cluster stays, or that cluster would be empty next.
            let shares = |&row: &usize| sums.counts[places[row].label as usize] > rows.weight(row);
            let Some(row) = farthest.find(shares) else {
                let distinct = sums.counts.iter().filter(|&&count| count > 0.0).count();
                return Err(ErrorKind::TooManyClusters { of: "KMeans", k, distinct }.into());
            };
            let (from, weight) = (places[row].label as usize, rows.weight(row));
            for (column, value) in rows.points.row(row).into_iter().enumerate() {
                sums.points[column * k + from] -= weight * value;
                sums.points[column * k + cluster] = weight * value;
            }
            sums.counts[from] -= weight;
            sums.counts[cluster] = weight;
        }
        Ok(sums)
    }
}

/// The squared distance of every row of a block to the center of its cluster.
fn to_own(block: &[f64], places: &[Place], centers: &[f64], distances: &mut [f64]) {
    let width = block.len() / places.len();
    distances.fill(0.0);
    for (column, values) in block.chunks_exact(places.len()).enumerate() {
        for ((distance, value), place) in distances.iter_mut().zip(values).zip(places) {
            let difference = value - centers[place.label as usize * width + column];
            *distance += difference * difference;
        }
    }
}

/// The sum of the squared distances of the rows to the centers of their clusters.
pub(super) fn inertia(rows: &Rows<'_>, places: &[Place], centers: &[f64]) -> Result<f64> {
    let sums = rows.each(BLOCK, |part| {
        let mut buffer = [0.0; BLOCK];
        let distances = &mut buffer[..part.rows];
        to_own(part.values, &places[part.first..part.first + part.rows], centers, distances);
        Ok(part.sum(distances))
    })?;
    Ok(sums.iter().sum())
}
