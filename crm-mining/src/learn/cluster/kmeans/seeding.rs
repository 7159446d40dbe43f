//! The first centers: greedy k-means++.

#![allow(
    clippy::indexing_slicing,
    reason = "rows are below n, and there is one potential per candidate by construction"
)]

use super::lloyd::Rules;
use crate::error::Result;
use crate::learn::cluster::{BLOCK, Blocks, add, squared_distances, sum};
use crate::math::random::Random;

/// Draws `k` rows as centers: the first uniformly, every other one as the best of 2 + ln k rows drawn with
/// probability proportional to their squared distance to the centers so far.
pub(super) fn plus_plus(
    points: &Blocks,
    k: usize,
    random: &mut Random,
    rules: &Rules<'_>,
) -> Result<Vec<f64>> {
    let trials = 2 + (k as f64).ln() as usize;
    let mut centers = points.row(random.below(points.n_rows));
    let mut closest = vec![f64::INFINITY; points.n_rows];
    let mut block_sums = approach(points, &centers, &mut closest, rules)?;
    while centers.len() < k * points.width {
        let candidates: Vec<f64> =
            (0..trials).flat_map(|_| points.row(draw(&closest, &block_sums, random.uniform()))).collect();
        let potentials = potentials(points, &candidates, &mut closest, rules)?;
        let best = (1..trials).fold(
            0,
            |best, trial| {
                if potentials[trial] < potentials[best] { trial } else { best }
            },
        );
        let center = &candidates[best * points.width..(best + 1) * points.width];
        block_sums = approach(points, center, &mut closest, rules)?;
        centers.extend_from_slice(center);
    }
    Ok(centers)
}

/// Lowers every row's squared distance to the nearest center by a new center; their sums by block.
fn approach(points: &Blocks, center: &[f64], closest: &mut [f64], rules: &Rules<'_>) -> Result<Vec<f64>> {
    points.map(rules.threads, closest, |block, closest| {
        rules.control.check("k-means")?;
        let mut buffer = [0.0; BLOCK];
        let distances = &mut buffer[..closest.len()];
        squared_distances(block, center, distances);
        lower(closest, distances);
        closest.copy_from_slice(distances);
        Ok(sum(closest))
    })
}

/// What the squared distances would add up to with each candidate as the next center.
fn potentials(
    points: &Blocks,
    candidates: &[f64],
    closest: &mut [f64],
    rules: &Rules<'_>,
) -> Result<Vec<f64>> {
    let by_block = points.map(rules.threads, closest, |block, closest| {
        rules.control.check("k-means")?;
        let mut buffer = [0.0; BLOCK];
        let distances = &mut buffer[..closest.len()];
        let potential = |candidate| {
            squared_distances(block, candidate, distances);
            lower(closest, distances);
            sum(distances)
        };
        Ok(candidates.chunks_exact(points.width).map(potential).collect::<Vec<f64>>())
    })?;
    Ok(by_block.into_iter().fold(vec![0.0; candidates.len() / points.width], add))
}

/// Lowers the distances to those that are closest so far.
fn lower(closest: &[f64], distances: &mut [f64]) {
    for (distance, &closest) in distances.iter_mut().zip(closest) {
        *distance = if closest < *distance { closest } else { *distance };
    }
}

/// The row at `uniform`, of [0, 1), of the way along the cumulated distances. A row at distance 0 is drawn
/// only when there is no other.
fn draw(closest: &[f64], block_sums: &[f64], uniform: f64) -> usize {
    let mut left = uniform * block_sums.iter().sum::<f64>();
    for (number, (block, &block_sum)) in closest.chunks(BLOCK).zip(block_sums).enumerate() {
        if left >= block_sum {
            left -= block_sum;
            continue;
        }
        let mut drawn = 0;
        for (row, &distance) in block.iter().enumerate().filter(|&(_, &distance)| distance > 0.0) {
            drawn = number * BLOCK + row;
            left -= distance;
            if left < 0.0 {
                break;
            }
        }
        return drawn;
    }
    // Rounding can run past the end.
    closest.iter().rposition(|&distance| distance > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_in_proportion_to_distance_and_never_a_chosen_row() {
        let closest: Vec<f64> = (0..1_200).map(|row| f64::from(row % 3)).collect();
        let block_sums: Vec<f64> = closest.chunks(BLOCK).map(sum).collect();
        let mut drawn = [0i32; 3];
        for step in 0..3_000 {
            drawn[draw(&closest, &block_sums, f64::from(step) / 3_000.0) % 3] += 1;
        }
        assert_eq!(drawn[0], 0);
        assert!((drawn[2] - 2 * drawn[1]).abs() < 20, "{drawn:?}");
        assert_eq!(draw(&[0.0; 5], &[0.0], 0.5), 0);
        assert_eq!(draw(&[0.0, 1.0, 0.0], &[1.0], 1.0), 1);
    }
}
