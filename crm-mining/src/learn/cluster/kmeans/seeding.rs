//! The first centers.

#![allow(
    clippy::indexing_slicing,
    reason = "rows are below n, and there is one potential per candidate by construction"
)]

use super::rows::{Rows, squared_distances};
use crate::error::Result;
use crate::learn::cluster::{BLOCK, add};
use crate::math::random::Random;

/// Draws `k` rows as centers: the first by weight, every other one as the best of 2 + ln k rows drawn with
/// probability proportional to weight and squared distance to the centers so far (greedy k-means++).
pub(super) fn plus_plus(rows: &Rows<'_>, k: usize, random: &mut Random) -> Result<Vec<f64>> {
    let trials = 2 + (k as f64).ln() as usize;
    let width = rows.width();
    let mut centers = rows.points.row(any(rows, random)).to_vec();
    let mut closest = vec![f64::INFINITY; rows.n()];
    let mut block_sums = approach(rows, &centers, &mut closest)?;
    while centers.len() < k * width {
        let candidates: Vec<f64> = (0..trials)
            .flat_map(|_| rows.points.row(draw(rows, &closest, &block_sums, random.uniform())))
            .copied()
            .collect();
        let potentials = potentials(rows, &candidates, &mut closest)?;
        let best = (1..trials).fold(
            0,
            |best, trial| {
                if potentials[trial] < potentials[best] { trial } else { best }
            },
        );
        let center = &candidates[best * width..(best + 1) * width];
        block_sums = approach(rows, center, &mut closest)?;
        centers.extend_from_slice(center);
    }
    Ok(centers)
}

/// Draws `k` different rows by weight, regardless of their values.
pub(super) fn any_rows(rows: &Rows<'_>, k: usize, random: &mut Random) -> Vec<f64> {
    // The largest of uᵂ, W = 1 / weight, are a sample without replacement (Efraimidis and Spirakis 2006).
    let mut keys: Vec<(f64, usize)> = (0..rows.n())
        .filter(|&row| rows.weight(row) > 0.0)
        .map(|row| ((1.0 - random.uniform()).ln() / rows.weight(row), row))
        .collect();
    let k = k.min(keys.len());
    if k < keys.len() {
        keys.select_nth_unstable_by(k, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    let mut chosen: Vec<usize> = keys[..k].iter().map(|&(_, row)| row).collect();
    chosen.sort_unstable();
    chosen.into_iter().flat_map(|row| rows.points.row(row)).copied().collect()
}

/// One row by weight.
pub(super) fn any(rows: &Rows<'_>, random: &mut Random) -> usize {
    let Some(weights) = rows.weights else { return random.below(rows.n()) };
    let mut left = random.uniform() * weights.iter().sum::<f64>();
    let mut drawn = 0;
    for (row, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        drawn = row;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    drawn
}

/// Lowers every row's squared distance to the nearest center by a new center; their weighted sums by block.
pub(super) fn approach(rows: &Rows<'_>, center: &[f64], closest: &mut [f64]) -> Result<Vec<f64>> {
    rows.map(BLOCK, closest, |part, closest| {
        let mut buffer = [0.0; BLOCK];
        let distances = &mut buffer[..closest.len()];
        squared_distances(part.values, center, distances);
        lower(closest, distances);
        closest.copy_from_slice(distances);
        Ok(part.sum(distances))
    })
}

/// What the weighted squared distances would add up to with each candidate as the next center.
fn potentials(rows: &Rows<'_>, candidates: &[f64], closest: &mut [f64]) -> Result<Vec<f64>> {
    let by_block = rows.map(BLOCK, closest, |part, closest| {
        let mut buffer = [0.0; BLOCK];
        let distances = &mut buffer[..closest.len()];
        let potential = |candidate| {
            squared_distances(part.values, candidate, distances);
            lower(closest, distances);
            part.sum(distances)
        };
        Ok(candidates.chunks_exact(rows.width()).map(potential).collect::<Vec<f64>>())
    })?;
    Ok(by_block.into_iter().fold(vec![0.0; candidates.len() / rows.width()], add))
}

/// Lowers the distances to those that are closest so far.
fn lower(closest: &[f64], distances: &mut [f64]) {
    for (distance, &closest) in distances.iter_mut().zip(closest) {
        *distance = if closest < *distance { closest } else { *distance };
    }
}

/// The row at `uniform`, of [0, 1), of the way along the cumulated distances by weight. A row at distance 0
/// is drawn only when there is no other.
pub(super) fn draw(rows: &Rows<'_>, closest: &[f64], block_sums: &[f64], uniform: f64) -> usize {
    let share = |row: usize| closest[row] * rows.weight(row);
    let mut left = uniform * block_sums.iter().sum::<f64>();
    for (first, &block_sum) in (0..).step_by(BLOCK).zip(block_sums) {
        if left >= block_sum {
            left -= block_sum;
            continue;
        }
        let mut drawn = first;
        for row in (first..rows.n().min(first + BLOCK)).filter(|&row| share(row) > 0.0) {
            drawn = row;
            left -= share(row);
            if left < 0.0 {
                break;
            }
        }
        return drawn;
    }
    // Rounding can run past the end.
    (0..rows.n()).rev().find(|&row| share(row) > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::*;
    use crate::learn::cluster::{Threads, sum};
    use crate::model::Control;

    #[test]
    fn draws_in_proportion_to_distance_and_never_a_chosen_row() {
        let control = Control::default();
        let rows_of = |points, weights| Rows { points, weights, threads: Threads::This, control: &control };
        let points = Matrix::new(1, vec![0.0; 1_200]);
        let rows = rows_of(&points, None);
        let closest: Vec<f64> = (0..1_200).map(|row| f64::from(row % 3)).collect();
        let block_sums: Vec<f64> = closest.chunks(BLOCK).map(sum).collect();
        let mut drawn = [0i32; 3];
        for step in 0..3_000 {
            drawn[draw(&rows, &closest, &block_sums, f64::from(step) / 3_000.0) % 3] += 1;
        }
        assert_eq!(drawn[0], 0);
        assert!((drawn[2] - 2 * drawn[1]).abs() < 20, "{drawn:?}");
        let few = Matrix::new(1, vec![0.0; 5]);
        assert_eq!(draw(&rows_of(&few, None), &[0.0; 5], &[0.0], 0.5), 0);
        let three = Matrix::new(1, vec![0.0; 3]);
        assert_eq!(draw(&rows_of(&three, None), &[0.0, 1.0, 0.0], &[1.0], 1.0), 1);
        let weights = [0.0, 2.0, 1.0];
        let weighted = rows_of(&three, Some(&weights));
        let mut random = Random::new(1);
        let mut drawn = [0i32; 3];
        for _ in 0..3_000 {
            drawn[any(&weighted, &mut random)] += 1;
        }
        assert_eq!(drawn[0], 0);
        assert!((drawn[1] - 2_000).abs() < 80, "{drawn:?}");
        assert_eq!(any_rows(&weighted, 3, &mut random).len(), 2);
    }
}
