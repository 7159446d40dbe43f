//! The rows that are divided: points, weights, and who works on them.

#![allow(clippy::indexing_slicing, reason = "there is a weight for every row, and parts begin at rows")]

use super::matrix::Matrix;
use crate::error::Result;
use crate::learn::cluster::{BLOCK, Threads, add, sum};
use crate::model::Control;
use rayon::prelude::*;

/// Points with a weight each, unless all weigh 1.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) points: &'a Matrix<'a>,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) threads: Threads,
    pub(super) control: &'a Control,
}

/// Rows that follow each other: their points, row by row, and their weights.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The number of the first row.
    pub(super) first: usize,
    /// How many rows.
    pub(super) rows: usize,
    pub(super) values: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
}

impl Part<'_> {
    /// The weight of one of these rows.
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// The sum of a value of each row by its weight.
    pub(super) fn sum(&self, values: &mut [f64]) -> f64 {
        if let Some(weights) = self.weights {
            for (value, weight) in values.iter_mut().zip(weights) {
                *value *= weight;
            }
        }
        sum(values)
    }
}

impl<'a> Rows<'a> {
    pub(super) fn n(&self) -> usize {
        self.points.n_rows
    }

    pub(super) fn width(&self) -> usize {
        self.points.width
    }

    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// The part whose points these are, of parts of `size` rows.
    fn part(&self, number: usize, size: usize, values: &'a [f64]) -> Part<'a> {
        let (first, rows) = (number * size, values.len() / self.width());
        Part { first, rows, values, weights: self.weights.map(|weights| &weights[first..first + rows]) }
    }

    /// Works on `size` rows after another. The results come in the order of the rows.
    pub(super) fn each<R: Send>(
        &self,
        size: usize,
        work: impl Fn(Part<'a>) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let one = |(number, values): (usize, &'a [f64])| {
            self.control.check("k-means")?;
            work(self.part(number, size, values))
        };
        let (values, width) = (&self.points.values, size * self.width());
        match self.threads {
            Threads::All => values.par_chunks(width).enumerate().map(one).collect(),
            Threads::This => values.chunks(width).enumerate().map(one).collect(),
        }
    }

    /// The same with the entries of `state`, one per row, that belong to the rows.
    pub(super) fn map<T: Send, R: Send>(
        &self,
        size: usize,
        state: &mut [T],
        work: impl Fn(Part<'a>, &mut [T]) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let one = |(number, (values, state)): (usize, (&'a [f64], &mut [T]))| {
            self.control.check("k-means")?;
            work(self.part(number, size, values), state)
        };
        let (values, width) = (&self.points.values, size * self.width());
        match self.threads {
            Threads::All => {
                values.par_chunks(width).zip(state.par_chunks_mut(size)).enumerate().map(one).collect()
            }
            Threads::This => values.chunks(width).zip(state.chunks_mut(size)).enumerate().map(one).collect(),
        }
    }

    /// The mean of the variances of the columns.
    pub(super) fn mean_variance(&self) -> Result<f64> {
        let width = self.width();
        let sums = self.each(BLOCK, |part| {
            let mut sums = vec![0.0; width + 1];
            for (row, point) in part.values.chunks_exact(width).enumerate() {
                let weight = part.weight(row);
                sums[width] += weight;
                for (sum, x) in sums.iter_mut().zip(point) {
                    *sum += weight * x;
                }
            }
            Ok(sums)
        })?;
        let sums = sums.into_iter().fold(vec![0.0; width + 1], add);
        let weight = sums[width];
        let means: Vec<f64> = sums[..width].iter().map(|sum| sum / weight).collect();
        let squares = self.each(BLOCK, |part| {
            let mut buffer = [0.0; BLOCK];
            let squares = &mut buffer[..part.rows];
            squared_distances(part.values, &means, squares);
            Ok(part.sum(squares))
        })?;
        Ok(squares.iter().sum::<f64>() / weight / width as f64)
    }
}

/// The squared distance of every row to `point`.
pub(super) fn squared_distances(values: &[f64], point: &[f64], distances: &mut [f64]) {
    match point.len() {
        1 => squares::<1>(values, point, distances),
        2 => squares::<2>(values, point, distances),
        3 => squares::<3>(values, point, distances),
        4 => squares::<4>(values, point, distances),
        width => {
            for (row, distance) in values.chunks_exact(width).zip(distances) {
                // Four parts, which vector registers can follow.
                let mut parts = [0.0; 4];
                let (fours, rest) = row.as_chunks::<4>();
                let (points, points_left) = point.as_chunks::<4>();
                for (four, point) in fours.iter().zip(points) {
                    for ((part, x), p) in parts.iter_mut().zip(four).zip(point) {
                        *part += (x - p) * (x - p);
                    }
                }
                let left = rest.iter().zip(points_left).map(|(x, p)| (x - p) * (x - p));
                *distance = left.sum::<f64>() + parts.iter().sum::<f64>();
            }
        }
    }
}

/// The same for `D` columns, four rows side by side.
fn squares<const D: usize>(values: &[f64], point: &[f64], distances: &mut [f64]) {
    let point: [f64; D] = std::array::from_fn(|column| point[column]);
    let one = |row: &[f64; D]| {
        let mut sum = 0.0;
        for column in 0..D {
            sum += (row[column] - point[column]) * (row[column] - point[column]);
        }
        sum
    };
    let rows = values.as_chunks::<D>().0;
    let (fours, rest) = rows.as_chunks::<4>();
    let (to, to_rest) = distances.as_chunks_mut::<4>();
    for (four, to) in fours.iter().zip(to) {
        let lanes: [[f64; 4]; D] = std::array::from_fn(|column| four.map(|row| row[column]));
        let mut sums = [0.0; 4];
        for column in 0..D {
            for (sum, x) in sums.iter_mut().zip(lanes[column]) {
                *sum += (x - point[column]) * (x - point[column]);
            }
        }
        *to = sums;
    }
    for (row, to) in rest.iter().zip(to_rest) {
        *to = one(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_equal_the_definition_at_every_width() {
        for width in 1..=10 {
            let values: Vec<f64> = (0..37 * width).map(|i| ((i * 7919) % 1000) as f64 - 300.0).collect();
            let point: Vec<f64> = (0..width).map(|column| column as f64 * 11.0).collect();
            let mut distances = vec![0.0; 37];
            squared_distances(&values, &point, &mut distances);
            for (row, &distance) in values.chunks(width).zip(&distances) {
                let naive: f64 = row.iter().zip(&point).map(|(x, p)| (x - p) * (x - p)).sum();
                assert_eq!(distance, naive);
            }
        }
    }
}
