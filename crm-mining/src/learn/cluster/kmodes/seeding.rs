//! The first modes.

#![allow(
    clippy::indexing_slicing,
    reason = "codes are below the number of levels of their column, and rows below the number of rows"
)]

use crate::error::Result;
use crate::learn::cluster::BLOCK;
use crate::learn::cluster::distinct::{DistinctRows, Point};
use crate::learn::cluster::prototypes::Task;
use crate::math::random::Random;
use rayon::prelude::*;

/// How many rows hold each level of each column.
fn frequencies(rows: &DistinctRows) -> Vec<Vec<f64>> {
    let of = |(codes, &n_levels): (&Vec<u32>, &usize)| {
        let mut counts = vec![0.0; n_levels];
        codes.iter().zip(&rows.weights).for_each(|(&code, weight)| counts[code as usize] += weight);
        counts
    };
    rows.codes.iter().zip(&rows.n_levels).map(of).collect()
}

/// The distance of every row to a point: the number of categories that differ.
fn distances(task: &Task<'_>, point: &Point, into: &mut [f64]) -> Result<()> {
    into.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, into)| {
        task.control.check(task.stage)?;
        into.fill(0.0);
        task.rows.add_mismatches(block, point, 1.0, into);
        Ok(())
    })
}

/// Dense rows far from each other. Counts are whole numbers, exact in `f64`.
pub(super) fn cao(task: &Task<'_>, k: usize) -> Result<Vec<Point>> {
    let rows = task.rows;
    let frequencies = frequencies(rows);
    let columns = || rows.codes.iter().zip(&frequencies);
    let density = |row: usize| columns().map(|(codes, counts)| counts[codes[row] as usize]).sum();
    let densities: Vec<f64> = (0..rows.len()).into_par_iter().map(density).collect();
    let mut modes = vec![rows.point(largest(&densities))];
    let mut closest = vec![f64::INFINITY; rows.len()];
    let mut found = vec![0.0; rows.len()];
    while let (Some(last), true) = (modes.last(), modes.len() < k) {
        distances(task, last, &mut found)?;
        for ((closest, found), density) in closest.iter_mut().zip(&found).zip(&densities) {
            *closest = closest.min(found * density);
        }
        modes.push(rows.point(largest(&closest)));
    }
    Ok(modes)
}

/// Where the first of the largest values stands.
fn largest(values: &[f64]) -> usize {
    values.iter().enumerate().fold((0, f64::MIN), |best, (at, &v)| if v > best.1 { (at, v) } else { best }).0
}

/// Categories drawn by frequency, moved to rows that differ from each other.
pub(super) fn huang(task: &Task<'_>, k: usize, seed: u64, start: u64) -> Result<Vec<Point>> {
    let rows = task.rows;
    let frequencies = frequencies(rows);
    let mut random = Random::for_part(seed, start);
    let mut draw = |counts: &Vec<f64>| {
        let mut left = random.uniform() * counts.iter().sum::<f64>();
        let place = counts.iter().position(|count| {
            left -= count;
            left < 0.0
        });
        place.unwrap_or(0) as u32
    };
    let mut found = vec![0.0; rows.len()];
    let mut taken = vec![false; rows.len()];
    let mut modes = Vec::with_capacity(k.min(rows.len()));
    for _ in 0..k {
        let drawn = Point { numbers: Vec::new(), codes: frequencies.iter().map(&mut draw).collect() };
        distances(task, &drawn, &mut found)?;
        let free = found.iter().enumerate().filter(|(row, _)| !taken[*row]);
        let nearest = free.fold((0, f64::MAX), |best, (row, &d)| if d < best.1 { (row, d) } else { best }).0;
        taken[nearest] = true;
        modes.push(rows.point(nearest));
    }
    Ok(modes)
}
