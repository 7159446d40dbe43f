//! The first centers by k-means||: a few passes that draw many rows each, instead of one pass per center.

#![allow(
    clippy::indexing_slicing,
    reason = "a row has a place in every array of rows, and owners are candidates"
)]

use super::lloyd::{Stop, lloyd};
use super::matrix::Matrix;
use super::nearest::{ALL, Centers, Nearest};
use super::rows::Rows;
use super::seeding::{any, draw, plus_plus};
use crate::error::Result;
use crate::learn::cluster::{BLOCK, Threads};
use crate::math::random::Random;

/// Passes over the rows.
const ROUNDS: u64 = 5;
/// Rows drawn in each, in the mean, for each center.
const PER_CENTER: f64 = 2.0;
/// How the candidates are refined among themselves.
const STOP: Stop = Stop { max_iterations: 30, tolerance: 0.0 };

/// The nearest candidate of a row and the squared distance to it.
#[derive(Clone, Copy)]
struct Owner {
    candidate: u32,
    distance: f64,
}

/// Draws candidates by distance, weighs each by the rows nearest to it, and divides the candidates into `k`
/// clusters, whose centers are the result.
pub(super) fn parallel(rows: &Rows<'_>, k: usize, random: &mut Random) -> Result<Vec<f64>> {
    let width = rows.width();
    let mut candidates = rows.points.row(any(rows, random)).to_vec();
    let mut owners = vec![Owner { candidate: 0, distance: f64::INFINITY }; rows.n()];
    let mut block_sums = take_over(rows, &candidates, 0, &mut owners)?;
    for _ in 0..ROUNDS {
        let total = block_sums.iter().sum::<f64>();
        if total == 0.0 {
            break;
        }
        let share = PER_CENTER * k as f64 / total;
        let seed = random.next_u64();
        // Every block has random numbers of its own, so that blocks may be drawn on any thread.
        let drawn = rows.map(BLOCK, &mut owners, |part, owners| {
            let mut random = Random::for_part(seed, part.first as u64);
            let wins = |(row, owner): (usize, &Owner)| {
                let weight = part.weights.map_or(1.0, |weights| weights[row]);
                (random.uniform() < share * weight * owner.distance).then_some(part.first + row)
            };
            Ok(owners.iter().enumerate().filter_map(wins).collect::<Vec<usize>>())
        })?;
        let new: Vec<f64> =
            drawn.concat().into_iter().flat_map(|row| rows.points.row(row)).copied().collect();
        block_sums = take_over(rows, &new, candidates.len() / width, &mut owners)?;
        candidates.extend(new);
    }
    // So few rows may have been drawn that they do not make k: the rest as k-means++ draws them.
    while candidates.len() < k * width {
        let closest: Vec<f64> = owners.iter().map(|owner| owner.distance).collect();
        let new = rows.points.row(draw(rows, &closest, &block_sums, random.uniform()));
        block_sums = take_over(rows, new, candidates.len() / width, &mut owners)?;
        candidates.extend(new);
    }
    let mut weights = vec![0.0; candidates.len() / width];
    for (row, owner) in owners.iter().enumerate() {
        weights[owner.candidate as usize] += rows.weight(row);
    }
    let points = Matrix::new(width, candidates);
    let few = Rows { points: &points, weights: Some(&weights), threads: Threads::This, ..*rows };
    let centers = plus_plus(&few, k, random)?;
    // Candidates that stand on each other do not part any further.
    Ok(lloyd(&few, centers.clone(), &STOP).map_or(centers, |run| run.centers))
}

/// Gives new candidates, numbered from `first`, the rows that are closer to them; the weighted sums of
/// distances by block.
fn take_over(rows: &Rows<'_>, new: &[f64], first: usize, owners: &mut [Owner]) -> Result<Vec<f64>> {
    let new = Centers::<f64>::new(new, rows.width());
    rows.map(BLOCK, owners, |part, owners| {
        let mut nearest = Nearest::new();
        nearest.find(part.values, &ALL[..part.rows], &new);
        let mut distances = [0.0; BLOCK];
        let found = nearest.labels.iter().zip(&nearest.first);
        for ((owner, (&label, &distance)), kept) in owners.iter_mut().zip(found).zip(&mut distances) {
            if distance < owner.distance {
                *owner = Owner { candidate: first as u32 + label, distance };
            }
            *kept = owner.distance;
        }
        Ok(part.sum(&mut distances[..part.rows]))
    })
}
