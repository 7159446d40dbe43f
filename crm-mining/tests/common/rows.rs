//! Made-up rows for the tests of clusterings and scalers, and what those tests ask of them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests; no binary needs all of it"
)]

use crm_mining::data::Features;
use crm_mining::learn::NOISE;
use crm_mining::{Control, Error};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Columns f0, f1 and so on; the values row by row.
pub(crate) fn features(width: usize, values: Vec<f64>) -> Features {
    Features::new((0..width).map(|column| format!("f{column}")), values).unwrap()
}

/// Numbers in [0, 1), the same on every machine and in the programs of the golden tests.
pub(crate) fn uniform() -> impl FnMut() -> f64 {
    let mut state = 12345_u64;
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Each value from its row, its column and random numbers, drawn row by row.
pub(crate) fn drawn(
    n: usize,
    width: usize,
    value: impl Fn(usize, usize, &mut dyn FnMut() -> f64) -> f64,
) -> Features {
    let mut uniform = uniform();
    let places = (0..n).flat_map(|i| (0..width).map(move |j| (i, j)));
    features(width, places.map(|(i, j)| value(i, j, &mut uniform)).collect())
}

/// `groups` clouds, row i in cloud i modulo `groups`.
pub(crate) fn clouds(n: usize, width: usize, groups: usize) -> Features {
    drawn(n, width, |i, j, uniform| ((i % groups) * (j + 3)) as f64 * 0.7 + uniform() + uniform() + uniform())
}

/// Row `i` of the permuted features is row `permutation[i]`. The length must not be a multiple of 7.
pub(crate) fn permutation(n: usize, shift: usize) -> Vec<u32> {
    assert!(!n.is_multiple_of(7));
    (0..n).map(|i| ((i * 7 + shift) % n) as u32).collect()
}

pub(crate) fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The rows of each cluster that has a row, in the order of their labels; rows of noise are in none.
pub(crate) fn members(labels: &[u32]) -> Vec<Vec<usize>> {
    let mut names: Vec<u32> = labels.iter().copied().filter(|&label| label != NOISE).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().map(|&name| (0..labels.len()).filter(|&i| labels[i] == name).collect()).collect()
}

/// The rows of each cluster, however they are numbered.
pub(crate) fn groups(labels: &[u32]) -> Vec<Vec<usize>> {
    let mut groups = members(labels);
    groups.sort();
    groups
}

pub(crate) fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// The name of a refusal.
pub(crate) fn kind<T>(result: Result<T, Error>) -> &'static str {
    result.err().expect("is refused").kind().name()
}

/// One who has asked to stop already.
pub(crate) fn stopped() -> Control {
    Control::default().cancelled_by(Arc::new(AtomicBool::new(true)))
}

/// What is read of what was saved.
pub(crate) fn copy<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}
