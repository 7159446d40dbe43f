//! Equal rows as one point, in the order of their values: what comes after cannot know the order of rows.

use crate::data::Features;
use rayon::prelude::*;
use std::cmp::Ordering;

/// The distinct points, ascending by their values.
pub(super) struct Distinct {
    pub(super) width: usize,
    /// Scaled, row by row.
    pub(super) points: Vec<f64>,
    /// How many rows each point stands for.
    pub(super) weights: Vec<u32>,
    /// The point of each row.
    of_row: Vec<u32>,
}

impl Distinct {
    pub(super) fn new(features: &Features, scale: f64) -> Distinct {
        let compare = |a: u32, b: u32| {
            let pairs = features.row(a as usize).iter().zip(features.row(b as usize));
            // Numbers are finite; the two zeros are equal.
            let mut orders = pairs.map(|(a, b)| a.partial_cmp(b).unwrap_or(Ordering::Equal));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut rows: Vec<u32> = (0..features.n_rows() as u32).collect();
        rows.par_sort_unstable_by(|&a, &b| compare(a, b));
        let mut points = Vec::new();
        let mut weights = Vec::new();
        let mut of_row = vec![0; rows.len()];
        let mut last = None;
        for &row in &rows {
            if last.is_none_or(|last| compare(last, row).is_ne()) {
                points.extend(features.row(row as usize).iter().map(|x| (x + 0.0) * scale));
                weights.push(0);
            }
            last = Some(row);
            if let (Some(weight), Some(point)) = (weights.last_mut(), of_row.get_mut(row as usize)) {
                *weight += 1;
                *point = points.len() as u32 / features.n_features() as u32 - 1;
            }
        }
        Distinct { width: features.n_features(), points, weights, of_row }
    }

    /// Values of points as values of rows.
    pub(super) fn per_row<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.of_row.iter().filter_map(|&point| values.get(point as usize)).copied().collect()
    }
}
