//! What the rows of each cluster add up to, and the centers that follow.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k because the kernel gives the number of a center, and sums hold k · width values"
)]

use super::lloyd::Place;
use super::rows::Rows;
use crate::error::{ErrorKind, Result};
use crate::learn::cluster::BLOCK;

/// The sum of the rows of every cluster, and of their weights.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// Cluster after cluster.
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
            for (row, (point, place)) in part.values.chunks_exact(width).zip(places).enumerate() {
                let (label, weight) = (place.label as usize, part.weight(row));
                sums.counts[label] += weight;
                for (sum, x) in sums.points[label * width..(label + 1) * width].iter_mut().zip(point) {
                    *sum += weight * x;
                }
            }
            Ok(sums)
        })?;
        let mut all = Sums::none(k, width);
        parts.into_iter().for_each(|part| all.add(part));
        Ok(all)
    }

    /// Takes a row of weight 1 from one cluster, if it was in any, to another.
    #[inline]
    pub(super) fn change(&mut self, point: &[f64], from: u32, to: u32) {
        let (from, to) = (from as usize, to as usize);
        let width = point.len();
        self.counts[to] += 1.0;
        for (sum, x) in self.points[to * width..(to + 1) * width].iter_mut().zip(point) {
            *sum += x;
        }
        if let Some(count) = self.counts.get_mut(from) {
            *count -= 1.0;
            for (sum, x) in self.points[from * width..(from + 1) * width].iter_mut().zip(point) {
                *sum -= x;
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

    /// The weight of the rows of one cluster, and their sum.
    pub(super) fn of_cluster(&self, cluster: usize) -> (f64, &[f64]) {
        let width = self.points.len() / self.counts.len();
        (self.counts[cluster], &self.points[cluster * width..(cluster + 1) * width])
    }

    /// The same with each cluster at its rank.
    pub(super) fn renumbered(&self, rank: &[u32]) -> Sums {
        let width = self.points.len() / self.counts.len();
        let mut sums = Sums::none(rank.len(), width);
        for (cluster, &new) in rank.iter().enumerate() {
            let (count, points) = self.of_cluster(cluster);
            let start = new as usize * width;
            sums.points[start..start + width].copy_from_slice(points);
            sums.counts[new as usize] = count;
        }
        sums
    }

    pub(super) fn some_empty(&self) -> bool {
        self.counts.contains(&0.0)
    }

    /// The mean of the rows of each cluster; a center without rows stays where it is.
    pub(super) fn means(&self, centers: &[f64]) -> Vec<f64> {
        let width = centers.len() / self.counts.len();
        let place = |(place, (&sum, &center)): (usize, (&f64, &f64))| match self.counts[place / width] {
            0.0 => center,
            count => sum / count,
        };
        self.points.iter().zip(centers).enumerate().map(place).collect()
    }

    /// The same with one of the rows farthest from their centers in every empty cluster, as scikit-learn has it.
    pub(super) fn with_relocated(&self, rows: &Rows<'_>, places: &[Place], centers: &[f64]) -> Result<Sums> {
        let mut sums = self.clone();
        let mut distances = vec![0.0; rows.n()];
        rows.map(BLOCK, &mut distances, |part, distances| {
            to_own(part.values, &places[part.first..part.first + part.rows], centers, distances);
            for (row, distance) in distances.iter_mut().enumerate() {
                // A row that does not count fills no cluster.
                *distance = if part.weight(row) == 0.0 { 0.0 } else { *distance };
            }
            Ok(())
        })?;
        let mut farthest: Vec<usize> = (0..rows.n()).filter(|&row| distances[row] > 0.0).collect();
        farthest.sort_unstable_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
        let mut farthest = farthest.into_iter();
        let (k, width) = (self.counts.len(), rows.width());
        for cluster in (0..k).filter(|&cluster| self.counts[cluster] == 0.0) {
            // A row that is alone in its cluster stays, or that cluster would be empty next.
            let shares = |&row: &usize| sums.counts[places[row].label as usize] > rows.weight(row);
            let Some(row) = farthest.find(shares) else {
                let distinct = sums.counts.iter().filter(|&&count| count > 0.0).count();
                return Err(ErrorKind::TooManyClusters { of: "KMeans", k, distinct }.into());
            };
            let (from, weight) = (places[row].label as usize, rows.weight(row));
            for (column, value) in rows.points.row(row).iter().enumerate() {
                sums.points[from * width + column] -= weight * value;
                sums.points[cluster * width + column] = weight * value;
            }
            sums.counts[from] -= weight;
            sums.counts[cluster] = weight;
        }
        Ok(sums)
    }
}

/// The squared distance of every row to the center of its cluster, added column after column as the kernel
/// does.
fn to_own(values: &[f64], places: &[Place], centers: &[f64], distances: &mut [f64]) {
    let width = values.len() / places.len();
    for ((point, place), distance) in values.chunks_exact(width).zip(places).zip(distances) {
        let start = place.label as usize * width;
        let center = &centers[start..start + width];
        *distance = point.iter().zip(center).fold(0.0, |sum, (x, c)| sum + (x - c) * (x - c));
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
