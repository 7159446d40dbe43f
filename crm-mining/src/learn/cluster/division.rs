//! The rows of each cluster of a division: how many, and where their mean is.

#![allow(
    clippy::indexing_slicing,
    reason = "places are below the number of clusters, each of which has a size and a center of one value per feature"
)]

use crate::data::Features;
use crate::error::{ErrorKind, Result};
use crate::learn::cluster::labels::{check_labels, n_numbers};
use crate::learn::cluster::{Frame, NOISE};

/// The clusters that hold a row, numbered without gaps. Rows labelled [`NOISE`] are left out.
pub(super) struct Division<'a> {
    features: &'a Features,
    pub(super) frame: Frame,
    /// The cluster of each row, or [`NOISE`].
    pub(super) places: Vec<u32>,
    /// The label of each cluster.
    pub(super) labels: Vec<u32>,
    /// Rows of each cluster.
    pub(super) sizes: Vec<f64>,
    /// The mean of each cluster, in the frame.
    pub(super) centers: Vec<f64>,
}

impl<'a> Division<'a> {
    /// Divides the rows; there must be `needed` clusters or more.
    pub(super) fn new(
        of: &'static str,
        features: &'a Features,
        labels: &[u32],
        needed: usize,
    ) -> Result<Division<'a>> {
        check_labels(of, features.n_rows(), labels)?;
        let frame = Frame::centered(of, features)?;
        let mut place_of = vec![NOISE; n_numbers(labels)];
        for &label in labels.iter().filter(|&&label| label != NOISE) {
            place_of[label as usize] = 0;
        }
        let used: Vec<u32> =
            (0..).zip(&place_of).filter(|(_, at)| **at == 0).map(|(label, _)| label).collect();
        for (place, &label) in (0..).zip(&used) {
            place_of[label as usize] = place;
        }
        if used.len() < needed {
            let got = used.len();
            return Err(ErrorKind::NotEnoughData { of, needed, unit: "clusters", got }.into());
        }
        let place = |&label: &u32| if label == NOISE { NOISE } else { place_of[label as usize] };
        let mut division = Division {
            features,
            frame,
            places: labels.iter().map(place).collect(),
            sizes: vec![0.0; used.len()],
            centers: vec![0.0; used.len() * features.n_features()],
            labels: used,
        };
        division.find_centers();
        Ok(division)
    }

    fn find_centers(&mut self) {
        let width = self.features.n_features();
        for (row, &place) in self.features.rows().zip(&self.places).filter(|(_, place)| **place != NOISE) {
            let place = place as usize;
            self.sizes[place] += 1.0;
            let sums = &mut self.centers[place * width..(place + 1) * width];
            for ((sum, x), offset) in sums.iter_mut().zip(row).zip(&self.frame.offset) {
                *sum += (x - offset) * self.frame.scale;
            }
        }
        for (center, size) in self.centers.chunks_exact_mut(width).zip(&self.sizes) {
            center.iter_mut().for_each(|sum| *sum /= size);
        }
    }

    /// The number of clusters.
    pub(super) fn k(&self) -> usize {
        self.sizes.len()
    }

    /// The rows in clusters.
    pub(super) fn n_rows(&self) -> f64 {
        self.sizes.iter().sum()
    }

    pub(super) fn center(&self, cluster: usize) -> &[f64] {
        let width = self.features.n_features();
        &self.centers[cluster * width..(cluster + 1) * width]
    }

    /// The cluster of each row that has one, and the squared distance to its mean, in the frame.
    pub(super) fn squared_distances(&self) -> impl Iterator<Item = (usize, f64)> {
        let (offset, scale) = (&self.frame.offset, self.frame.scale);
        let clustered = self.features.rows().zip(&self.places).filter(|(_, place)| **place != NOISE);
        clustered.map(move |(row, &place)| {
            let center = self.center(place as usize);
            let squares = row.iter().zip(offset).zip(center).map(|((x, offset), center)| {
                let difference = (x - offset) * scale - center;
                difference * difference
            });
            (place as usize, squares.sum())
        })
    }
}

/// The squared distance between two points.
pub(super) fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
