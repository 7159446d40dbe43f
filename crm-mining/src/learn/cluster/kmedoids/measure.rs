//! How unlike rows are.

use crate::learn::cluster::distinct::{DistinctRows, Point};
use crate::learn::cluster::{BLOCK, Frame};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How unlike two rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dissimilarity {
    /// The square root of the sum of the squared differences.
    #[default]
    Euclidean,
    /// The sum of the differences.
    Manhattan,
    /// The mean over the columns of the difference as a share of the range of a numeric column, and of 0 or 1 for a
    /// category that agrees or differs. A constant column adds 0. A missing category agrees with a missing one only;
    /// Gower leaves such a column out of the mean.
    Gower,
}

/// How unlike two rows of one frame are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Measure {
    pub(super) dissimilarity: Dissimilarity,
    pub(super) frame: Frame,
    /// For Gower, one over the range of each numeric column in the frame, and 0 for a constant one.
    pub(super) shares: Vec<f64>,
    pub(super) n_columns: usize,
}

impl Measure {
    pub(super) fn new(dissimilarity: Dissimilarity, frame: Frame, rows: &mut DistinctRows) -> Measure {
        let n_columns = rows.width + rows.codes.len();
        let mut measure = Measure { dissimilarity, frame, shares: Vec::new(), n_columns };
        if dissimilarity == Dissimilarity::Gower {
            let range = |column| {
                let values = || (0..rows.len()).map(|row| rows.number_at(row, column));
                values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
            };
            let share = |range: f64| if range > 0.0 { range.recip() } else { 0.0 };
            measure.shares = (0..rows.width).map(range).map(share).collect();
            measure.share(rows);
        }
        measure
    }

    /// Brings the numbers to the share of the range of their column.
    pub(super) fn share(&self, rows: &mut DistinctRows) {
        let width = rows.width;
        rows.numbers.par_chunks_mut((BLOCK * width).max(1)).for_each(|block| {
            let n_rows = block.len() / width;
            for (column, share) in block.chunks_exact_mut(n_rows).zip(&self.shares) {
                column.iter_mut().for_each(|value| *value *= share);
            }
        });
    }

    /// The dissimilarity of every row of a block to a point, in the frame.
    pub(super) fn distances(&self, rows: &DistinctRows, block: usize, point: &Point, into: &mut [f64]) {
        match self.dissimilarity {
            Dissimilarity::Euclidean => {
                rows.squared(block, point, into);
                into.iter_mut().for_each(|distance| *distance = distance.sqrt());
            }
            Dissimilarity::Manhattan => rows.absolute(block, point, into),
            Dissimilarity::Gower => {
                rows.absolute(block, point, into);
                rows.add_mismatches(block, point, 1.0, into);
            }
        }
    }

    /// A loss in the units of the data.
    pub(super) fn restored(&self, loss: f64) -> f64 {
        match self.dissimilarity {
            Dissimilarity::Euclidean | Dissimilarity::Manhattan => loss / self.frame.scale,
            Dissimilarity::Gower => loss / self.n_columns as f64,
        }
    }

    /// The number of the nearest point for every row, the first of equals.
    pub(super) fn nearest(&self, rows: &DistinctRows, points: &[Point]) -> Vec<u32> {
        let mut labels = vec![0_u32; rows.len()];
        labels.par_chunks_mut(BLOCK).enumerate().for_each(|(block, labels)| {
            let (mut least, mut found) = (vec![f64::INFINITY; labels.len()], vec![0.0; labels.len()]);
            for (number, point) in (0..).zip(points) {
                self.distances(rows, block, point, &mut found);
                for ((label, least), &distance) in labels.iter_mut().zip(&mut least).zip(&found) {
                    (*label, *least) = if distance < *least { (number, distance) } else { (*label, *least) };
                }
            }
        });
        labels
    }
}
