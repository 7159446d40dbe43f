//! Rows in ascending order, so that what is drawn from them depends on their values alone.

use super::model::nearest_of;
use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::Frame;
use rayon::prelude::*;
use std::cmp::Ordering;

/// The distinct rows of weight above 0, ascending.
pub(super) struct Ascending {
    /// The first row of each kind.
    pub(super) first: Vec<u32>,
    /// The weight of all rows of each kind; none when it is 1 for all.
    pub(super) weights: Option<Vec<f64>>,
    /// The kind of each row of weight above 0.
    kinds: Vec<(u32, u32)>,
    /// The rows of weight 0.
    weightless: Vec<u32>,
}

impl Ascending {
    pub(super) fn new(features: &Features, weights: Option<&[f64]>) -> Ascending {
        let weight =
            |row: u32| weights.and_then(|weights| weights.get(row as usize)).map_or(1.0, |weight| *weight);
        let (mut order, weightless): (Vec<u32>, Vec<u32>) =
            (0..features.n_rows() as u32).partition(|&row| weight(row) > 0.0);
        let compared = |a: u32, b: u32| compare(features.row(a as usize), features.row(b as usize));
        order.par_sort_unstable_by(|&a, &b| compared(a, b).then(a.cmp(&b)));
        let (mut first, mut sums): (Vec<u32>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut kinds = Vec::with_capacity(order.len());
        for row in order {
            match (first.last(), sums.last_mut()) {
                (Some(&last), Some(sum)) if compared(last, row).is_eq() => *sum += weight(row),
                _ => {
                    first.push(row);
                    sums.push(weight(row));
                }
            }
            kinds.push((row, first.len() as u32 - 1));
        }
        let weights = sums.iter().any(|&sum| sum != 1.0).then_some(sums);
        Ascending { first, weights, kinds, weightless }
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
        let mut put = |row: u32, label: u32| {
            if let Some(place) = spread.get_mut(row as usize) {
                *place = label;
            }
        };
        for &(row, kind) in &self.kinds {
            put(row, labels.get(kind as usize).copied().unwrap_or_default());
        }
        let (nearest, _) = nearest_of(of, &features.select(&self.weightless), frame, centers)?;
        for (&row, label) in self.weightless.iter().zip(nearest) {
            put(row, label);
        }
        Ok(spread)
    }
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
        let rows = Ascending::new(&features, Some(&[1.0, 2.0, 0.0, 0.5, 4.0]));
        assert_eq!((&*rows.first, rows.weights.as_deref()), (&[1, 0][..], Some(&[2.5, 5.0][..])));
        let frame = Frame { offset: vec![0.0], scale: 1.0 };
        let labels = rows.spread("KMeans", &[0, 1], &features, &frame, &[0.0, 3.0]).unwrap();
        assert_eq!(labels, [1, 0, 1, 0, 1]);
        let distinct = Features::new(["x"], vec![3.0, 1.0]).unwrap();
        assert_eq!(Ascending::new(&distinct, None).weights, None);
    }
}
