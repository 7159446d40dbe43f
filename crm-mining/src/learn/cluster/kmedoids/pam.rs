//! FasterPAM of Schubert and Rousseeuw (2021), without a matrix of dissimilarities.

#![allow(
    clippy::indexing_slicing,
    reason = "places of medoids are below k and rows below the number of distinct rows"
)]

use super::Measure;
use crate::error::Result;
use crate::learn::cluster::BLOCK;
use crate::learn::cluster::distinct::DistinctRows;
use crate::math::random::Random;
use crate::model::Control;
use rayon::prelude::*;

/// The most rows that are tried side by side.
const MOST_TRIED: usize = 256;

pub(super) struct Pam<'a> {
    pub(super) rows: &'a DistinctRows,
    pub(super) measure: &'a Measure,
    pub(super) control: &'a Control,
    pub(super) max_iterations: usize,
}

/// Where one start ended.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Distinct rows.
    pub(super) medoids: Vec<usize>,
    /// In the frame.
    pub(super) loss: f64,
    pub(super) iterations: usize,
    pub(super) swaps: usize,
    pub(super) converged: bool,
}

/// The nearest and the second nearest medoid of a row, as places among the medoids, and their distances.
#[derive(Debug, Clone, Copy)]
struct Near {
    first: u32,
    second: u32,
    to_first: f64,
    to_second: f64,
}

impl Pam<'_> {
    /// Calls `each` with blocks of the distances of all rows to one of them.
    fn distances(&self, row: usize, mut each: impl FnMut(usize, &[f64])) {
        let point = self.rows.point(row);
        let mut buffer = [0.0; BLOCK];
        for start in (0..self.rows.len()).step_by(BLOCK) {
            let distances = &mut buffer[..BLOCK.min(self.rows.len() - start)];
            self.measure.distances(self.rows, start / BLOCK, &point, distances);
            each(start, distances);
        }
    }

    /// BUILD: each medoid the row that lowers the loss most, the first of equals.
    pub(super) fn build(&self, k: usize) -> Result<Vec<usize>> {
        let (rows, weights) = (self.rows, &self.rows.weights);
        let mut medoids: Vec<usize> = Vec::with_capacity(k);
        let mut nearest = vec![f64::INFINITY; rows.len()];
        while medoids.len() < k {
            let loss = |candidate: usize| {
                if candidate.is_multiple_of(64) {
                    self.control.check("k-medoids")?;
                }
                let mut loss = 0.0;
                self.distances(candidate, |start, distances| {
                    for ((distance, near), weight) in
                        distances.iter().zip(&nearest[start..]).zip(&weights[start..])
                    {
                        loss += weight * if distance < near { *distance } else { *near };
                    }
                });
                Ok((candidate, loss))
            };
            let all = (0..rows.len()).into_par_iter().filter(|row| !medoids.contains(row));
            let best = all.map(loss).collect::<Result<Vec<(usize, f64)>>>()?;
            let Some((row, _)) = best.into_iter().reduce(|a, b| if b.1 < a.1 { b } else { a }) else { break };
            self.distances(row, |start, distances| {
                for (near, &distance) in nearest[start..].iter_mut().zip(distances) {
                    *near = near.min(distance);
                }
            });
            medoids.push(row);
        }
        Ok(medoids)
    }

    /// Distinct rows at random.
    pub(super) fn draw(&self, k: usize, seed: u64, start: u64) -> Vec<usize> {
        let mut random = Random::for_part(seed, start);
        let n = self.rows.len();
        // The first k places of a shuffle, of which only the places that moved are held.
        let mut moved = hashbrown::HashMap::new();
        let mut at = |place: usize| {
            let other = place + random.below(n - place);
            let here = moved.get(&place).copied().unwrap_or(place);
            moved.insert(other, here).unwrap_or(other)
        };
        (0..k.min(n)).map(&mut at).collect()
    }

    /// Tries all rows in turn until none lowers the loss, or the passes are over. What one row tried would do does
    /// not depend on the others, so several are tried side by side; the first that lowers the loss is taken, as if
    /// they were tried one by one.
    pub(super) fn swap(&self, medoids: Vec<usize>) -> Result<Outcome> {
        let n = self.rows.len();
        if medoids.len() == 1 {
            // BUILD has compared every row with every other.
            let State { medoids, loss, .. } = State::new(self, self.build(1)?);
            return Ok(Outcome { medoids, loss, iterations: 1, swaps: 0, converged: true });
        }
        let mut state = State::new(self, medoids);
        let (mut iterations, mut swaps, mut unchanged, mut next, mut side_by_side) = (0, 0, 0, 0, 1);
        while unchanged < n && iterations < self.max_iterations {
            self.control.check("k-medoids")?;
            let last = (next + side_by_side).min(n);
            let tried: Vec<Option<(f64, usize)>> =
                (next..last).into_par_iter().map(|row| self.gain(&state, row)).collect();
            match tried.iter().position(|gain| gain.is_some_and(|(gain, _)| gain < -state.rounding())) {
                Some(found) => {
                    let place = tried[found].map_or(0, |(_, place)| place);
                    state.replace(self, place, next + found);
                    swaps += 1;
                    unchanged = 0;
                    next += found + 1;
                    side_by_side = 1.max(side_by_side / 4);
                }
                None => {
                    unchanged += last - next;
                    next = last;
                    side_by_side = (2 * side_by_side).min(MOST_TRIED);
                }
            }
            if next == n {
                (next, iterations) = (0, iterations + 1);
            }
        }
        let converged = unchanged >= n;
        // The last pass may end within.
        let iterations = iterations + usize::from(next > 0);
        Ok(Outcome { loss: state.loss, medoids: state.medoids, iterations, swaps, converged })
    }

    /// How the loss changes when this row takes the place of the best medoid, and which place that is; `None` for a
    /// medoid.
    fn gain(&self, state: &State, row: usize) -> Option<(f64, usize)> {
        if state.medoids.contains(&row) {
            return None;
        }
        let weights = &self.rows.weights;
        let mut shared = 0.0;
        let mut changes = state.removal.clone();
        self.distances(row, |start, distances| {
            for ((&distance, near), weight) in
                distances.iter().zip(&state.near[start..]).zip(&weights[start..])
            {
                if distance < near.to_second {
                    if distance < near.to_first {
                        shared += weight * (distance - near.to_first);
                        changes[near.first as usize] += weight * (near.to_first - near.to_second);
                    } else {
                        changes[near.first as usize] += weight * (distance - near.to_second);
                    }
                }
            }
        });
        let (place, change) = changes.into_iter().enumerate().reduce(|a, b| if b.1 < a.1 { b } else { a })?;
        Some((change + shared, place))
    }
}

/// The medoids of a moment and what follows from them.
struct State {
    medoids: Vec<usize>,
    near: Vec<Near>,
    /// What the loss would rise by without each medoid.
    removal: Vec<f64>,
    loss: f64,
}

impl State {
    fn new(pam: &Pam<'_>, medoids: Vec<usize>) -> State {
        let none = Near { first: 0, second: 0, to_first: f64::INFINITY, to_second: f64::INFINITY };
        let near = vec![none; pam.rows.len()];
        let mut state = State { removal: vec![0.0; medoids.len()], medoids, near, loss: 0.0 };
        for place in 0..state.medoids.len() {
            state.approach(pam, place);
        }
        state.sum(pam);
        state
    }

    /// What a swap must gain to be more than the rounding of the sums.
    fn rounding(&self) -> f64 {
        1e-12 * self.loss
    }

    /// Lets the medoid at a place be nearest or second nearest where it is.
    fn approach(&mut self, pam: &Pam<'_>, place: usize) {
        let near = &mut self.near;
        pam.distances(self.medoids[place], |start, distances| {
            for (near, &distance) in near[start..].iter_mut().zip(distances) {
                if distance < near.to_first {
                    (near.second, near.to_second) = (near.first, near.to_first);
                    (near.first, near.to_first) = (place as u32, distance);
                } else if distance < near.to_second {
                    (near.second, near.to_second) = (place as u32, distance);
                }
            }
        });
    }

    /// Puts a row in the place of a medoid.
    fn replace(&mut self, pam: &Pam<'_>, place: usize, row: usize) {
        self.medoids[place] = row;
        let old = place as u32;
        // Rows that lose their first or second medoid look at all of them again.
        let lost = |near: &Near| near.first == old || near.second == old;
        let lost: Vec<usize> = (0..self.near.len()).filter(|&row| lost(&self.near[row])).collect();
        for &row in &lost {
            let near = &mut self.near[row];
            (near.to_first, near.to_second) = (f64::INFINITY, f64::INFINITY);
        }
        for place in 0..self.medoids.len() {
            if place as u32 == old {
                self.approach(pam, place);
            } else {
                self.approach_again(pam, place, &lost);
            }
        }
        self.sum(pam);
    }

    /// As [`State::approach`], for some rows only.
    fn approach_again(&mut self, pam: &Pam<'_>, place: usize, rows: &[usize]) {
        let near = &mut self.near;
        let mut left = rows.iter().peekable();
        pam.distances(self.medoids[place], |start, distances| {
            while let Some(&&row) = left.peek().filter(|row| ***row < start + distances.len()) {
                let (near, distance) = (&mut near[row], distances[row - start]);
                if distance < near.to_first {
                    (near.second, near.to_second) = (near.first, near.to_first);
                    (near.first, near.to_first) = (place as u32, distance);
                } else if distance < near.to_second {
                    (near.second, near.to_second) = (place as u32, distance);
                }
                left.next();
            }
        });
    }

    /// The loss, and what it would rise by without each medoid; infinitely for one alone.
    fn sum(&mut self, pam: &Pam<'_>) {
        self.removal.fill(0.0);
        self.loss = 0.0;
        for (near, weight) in self.near.iter().zip(&pam.rows.weights) {
            self.loss += weight * near.to_first;
            self.removal[near.first as usize] += weight * (near.to_second - near.to_first);
        }
    }
}
