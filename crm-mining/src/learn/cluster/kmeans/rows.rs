//! The rows that are divided: points, weights, and who works on them.

#![allow(clippy::indexing_slicing, reason = "there is a weight for every row, and parts begin at rows")]

use crate::error::Result;
use crate::learn::cluster::{BLOCK, Blocks, Threads, add, squared_distances, sum};
use crate::model::Control;
use rayon::prelude::*;

/// Points with a weight each, unless all weigh 1.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) points: &'a Blocks,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) threads: Threads,
    pub(super) control: &'a Control,
}

/// Rows that follow each other: whole blocks of points, and the weights of these rows.
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

    /// Works on `size` rows after another, a multiple of [`BLOCK`]. The results come in the order of the rows.
    pub(super) fn each<R: Send>(
        &self,
        size: usize,
        work: impl Fn(Part<'a>) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let one = |(number, values): (usize, &'a [f64])| {
            self.control.check("k-means")?;
            work(self.part(number, size, values))
        };
        let (values, width) = (self.points.values(), size * self.width());
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
        let (values, width) = (self.points.values(), size * self.width());
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
            let mut buffer = [1.0; BLOCK];
            let values = &mut buffer[..part.rows];
            let mut sums = Vec::with_capacity(width + 1);
            sums.push(part.sum(values));
            for column in part.values.chunks_exact(part.rows) {
                values.copy_from_slice(column);
                sums.push(part.sum(values));
            }
            Ok(sums)
        })?;
        let sums = sums.into_iter().fold(vec![0.0; width + 1], add);
        let means: Vec<f64> = sums[1..].iter().map(|sum| sum / sums[0]).collect();
        let squares = self.each(BLOCK, |part| {
            let mut buffer = [0.0; BLOCK];
            let squares = &mut buffer[..part.rows];
            squared_distances(part.values, &means, squares);
            Ok(part.sum(squares))
        })?;
        Ok(squares.iter().sum::<f64>() / sums[0] / width as f64)
    }
}
