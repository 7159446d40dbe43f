//! Rows in ascending order, so that what is drawn from them depends on their values alone.

#![allow(clippy::indexing_slicing, reason = "kinds begin within the order, which holds rows of the features")]

use super::model::nearest_of;
use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::Frame;
use rayon::prelude::*;
use std::cmp::Ordering;

/// The rows of weight above 0 in ascending order, equal ones together as rows of one kind.
pub(super) struct Ascending {
    order: Vec<u32>,
    /// Where each kind begins in the order.
    starts: Vec<u32>,
    /// The rows of weight 0.
    weightless: Vec<u32>,
}

impl Ascending {
    pub(super) fn new(features: &Features, weights: Option<&[f64]>) -> Ascending {
        let (mut order, weightless): (Vec<u32>, Vec<u32>) =
            (0..features.n_rows() as u32).partition(|&row| weight_of(weights, row) > 0.0);
        let compared = |a: u32, b: u32| compare(features.row(a as usize), features.row(b as usize));
        order.par_sort_unstable_by(|&a, &b| compared(a, b).then(a.cmp(&b)));
        let mut starts = Vec::with_capacity(order.len());
        let mut last = None;
        for (place, &row) in (0..).zip(&order) {
            if last.is_none_or(|last| compared(last, row).is_ne()) {
                starts.push(place);
            }
            last = Some(row);
        }
        Ascending { order, starts, weightless }
    }

    /// The rows of each kind.
    fn kinds(&self) -> impl Iterator<Item = &[u32]> {
        let ends = self.starts.iter().skip(1).copied().chain([self.order.len() as u32]);
        self.starts.iter().zip(ends).map(|(&start, end)| &self.order[start as usize..end as usize])
    }

    /// The first row of each kind.
    pub(super) fn first(&self) -> Vec<u32> {
        self.starts.iter().map(|&start| self.order[start as usize]).collect()
    }

    /// The weight of all rows of each kind; none when it is 1 for all.
    pub(super) fn weights(&self, weights: Option<&[f64]>) -> Option<Vec<f64>> {
        if weights.is_none() && self.starts.len() == self.order.len() {
            return None;
        }
        let sum = |rows: &[u32]| rows.iter().map(|&row| weight_of(weights, row)).sum();
        let sums: Vec<f64> = self.kinds().map(sum).collect();
        sums.iter().any(|&sum| sum != 1.0).then_some(sums)
    }

    /// The label of each row, from those of the kinds; of a row of weight 0, that of the nearest center.
    pub(super) fn spread(
        &self,
        of: &'static str,
        labels: &[u32],
        features: &Features,
        frame: &Frame,
        centers: &[f64],
    ) -> Result<Vec<u32>> {
        let mut spread = vec![0; features.n_rows()];
        for (rows, &label) in self.kinds().zip(labels) {
            rows.iter().for_each(|&row| spread[row as usize] = label);
        }
        let (nearest, _) = nearest_of(of, &features.select(&self.weightless), frame, centers)?;
        for (&row, label) in self.weightless.iter().zip(nearest) {
            spread[row as usize] = label;
        }
        Ok(spread)
    }
}

fn weight_of(weights: Option<&[f64]>, row: u32) -> f64 {
    weights.map_or(1.0, |weights| weights[row as usize])
}

/// The first difference decides.
fn compare(a: &[f64], b: &[f64]) -> Ordering {
    // Adding 0 makes one zero of the two.
    let mut both = a.iter().zip(b).map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0)));
    both.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_come_together_and_weightless_ones_stand_apart() {
        let features = Features::new(["x"], vec![3.0, -0.0, 9.0, 0.0, 3.0]).unwrap();
        let weights = Some(&[1.0, 2.0, 0.0, 0.5, 4.0][..]);
        let rows = Ascending::new(&features, weights);
        assert_eq!((rows.first(), rows.weights(weights)), (vec![1, 0], Some(vec![2.5, 5.0])));
        let frame = Frame { offset: vec![0.0], scale: 1.0 };
        let labels = rows.spread("KMeans", &[0, 1], &features, &frame, &[0.0, 3.0]).unwrap();
        assert_eq!(labels, [1, 0, 1, 0, 1]);
        let distinct = Features::new(["x"], vec![3.0, 1.0]).unwrap();
        assert_eq!(Ascending::new(&distinct, None).weights(None), None);
    }
}
