//! The first prototypes: greedy k-means++ on the costs of k-prototypes.

#![allow(clippy::indexing_slicing, reason = "there is one sum per trial, and trials are at least 2")]

use crate::error::Result;
use crate::learn::cluster::distinct::Point;
use crate::learn::cluster::prototypes::Task;
use crate::learn::cluster::{BLOCK, add, sum};
use crate::math::random::Random;
use rayon::prelude::*;

/// Draws `k` rows: the first uniformly, every other one as the best of 2 + ln k rows drawn with probability
/// proportional to their cost under the prototypes so far.
pub(super) fn plus_plus(task: &Task<'_>, k: usize, seed: u64, start: u64) -> Result<Vec<Point>> {
    let mut random = Random::for_part(seed, start);
    let trials = 2 + (k as f64).ln() as usize;
    let weights = &task.rows.weights;
    let mut prototypes = vec![task.rows.point(draw(weights, weights.iter().sum(), random.uniform()))];
    let mut least = vec![f64::INFINITY; task.rows.len()];
    while let (Some(last), true) = (prototypes.last(), prototypes.len() < k) {
        let total = lower(task, last, &mut least)?;
        let weighted: Vec<f64> = least.iter().zip(weights).map(|(cost, weight)| cost * weight).collect();
        let candidates: Vec<Point> =
            (0..trials).map(|_| task.rows.point(draw(&weighted, total, random.uniform()))).collect();
        let sums = totals(task, &candidates, &least)?;
        let best = (1..trials).fold(0, |best, trial| if sums[trial] < sums[best] { trial } else { best });
        prototypes.extend(candidates.into_iter().nth(best));
    }
    Ok(prototypes)
}

/// Lowers every row's cost to that of a new prototype; what all cost together.
fn lower(task: &Task<'_>, prototype: &Point, least: &mut [f64]) -> Result<f64> {
    let sums = least.par_chunks_mut(BLOCK).enumerate().map(|(block, least)| {
        task.control.check(task.stage)?;
        let mut buffer = [0.0; BLOCK];
        let costs = &mut buffer[..least.len()];
        task.costs(block, prototype, costs);
        let weights = &task.rows.weights[block * BLOCK..];
        for ((least, cost), weight) in least.iter_mut().zip(costs.iter_mut()).zip(weights) {
            *least = if *cost < *least { *cost } else { *least };
            *cost = *least * weight;
        }
        Ok(sum(costs))
    });
    Ok(sums.collect::<Result<Vec<f64>>>()?.iter().sum())
}

/// What all rows would cost together with each candidate as the next prototype.
fn totals(task: &Task<'_>, candidates: &[Point], least: &[f64]) -> Result<Vec<f64>> {
    let sums = least.par_chunks(BLOCK).enumerate().map(|(block, least)| {
        task.control.check(task.stage)?;
        let mut buffer = [0.0; BLOCK];
        let costs = &mut buffer[..least.len()];
        let total = |candidate| {
            task.costs(block, candidate, costs);
            let weights = &task.rows.weights[block * BLOCK..];
            for ((cost, least), weight) in costs.iter_mut().zip(least).zip(weights) {
                *cost = weight * if *cost < *least { *cost } else { *least };
            }
            sum(costs)
        };
        Ok(candidates.iter().map(total).collect::<Vec<f64>>())
    });
    Ok(sums.collect::<Result<Vec<_>>>()?.into_iter().fold(vec![0.0; candidates.len()], add))
}

/// The row at `uniform`, of [0, 1), of the way along the cumulated shares. A row without a share is drawn only when
/// there is no other.
fn draw(shares: &[f64], total: f64, uniform: f64) -> usize {
    let mut left = uniform * total;
    let mut drawn = 0;
    for (row, &share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        drawn = row;
        left -= share;
        if left < 0.0 {
            break;
        }
    }
    drawn
}
