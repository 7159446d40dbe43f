//! The rows that are scored when not all are, and what the sample leaves uncertain.

#![allow(
    clippy::indexing_slicing,
    reason = "runs are cut within the length of the order and hold a row each; there is a slot for every label"
)]

use super::cells::{Cells, Slots, by_clusters};
use super::{Silhouette, all_silhouettes};
use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::NOISE;
use crate::math::random::Random;
use crate::model::Control;
use rayon::prelude::*;

/// Parts a sample is cut into, each scored by itself.
const PARTS: usize = 32;

/// Rows that a part should have, and parts below which their spread says too little.
const PART_ROWS: usize = 32;
const FEW_PARTS: usize = 8;

/// The rows to score, sorted [`by_clusters`]: those in a cluster of one labeling at least, or a sample.
pub(super) fn rows_to_score(
    n_rows: usize,
    labelings: &[&[u32]],
    clusters: &Slots,
    settings: &Silhouette,
) -> Vec<u32> {
    let clustered = |&row: &u32| labelings.iter().any(|labels| labels[row as usize] != NOISE);
    let mut order: Vec<u32> = (0..n_rows as u32).filter(clustered).collect();
    order.par_sort_unstable_by(|&a, &b| by_clusters(labelings, a, b).then(a.cmp(&b)));
    if order.len() <= settings.sample {
        return order;
    }
    let drawn = stratified(order.len(), settings);
    with_every_cluster(&drawn, &order, labelings, clusters)
}

/// One position at random out of each of `sample` runs of equal length, ascending.
fn stratified(len: usize, settings: &Silhouette) -> Vec<usize> {
    let mut random = Random::new(settings.seed);
    let bound = |run: usize| (run as u128 * len as u128 / settings.sample as u128) as usize;
    (0..settings.sample).map(|run| bound(run) + random.below(bound(run + 1) - bound(run))).collect()
}

/// The rows drawn, given by their positions in `order`, and the first rows of clusters of which fewer than
/// two rows were drawn: without its rare neighbors a row would be compared with others. At most as many rows
/// are added as were drawn.
fn with_every_cluster(drawn: &[usize], order: &[u32], labelings: &[&[u32]], clusters: &Slots) -> Vec<u32> {
    let mut needed = clusters.needed();
    let slots = |row: u32| {
        let slot = move |(labeling, labels): (usize, &&[u32])| clusters.slot(labeling, labels[row as usize]);
        labelings.iter().enumerate().map(slot)
    };
    for &position in drawn {
        slots(order[position]).for_each(|slot| needed[slot] = needed[slot].saturating_sub(1));
    }
    let (mut rows, mut room) = (Vec::with_capacity(drawn.len()), drawn.len());
    let mut next = drawn.iter().copied().peekable();
    for (position, &row) in order.iter().enumerate() {
        if next.next_if_eq(&position).is_some() {
            rows.push(row);
        } else if room > 0 && slots(row).any(|slot| needed[slot] > 0) {
            slots(row).for_each(|slot| needed[slot] = needed[slot].saturating_sub(1));
            rows.push(row);
            room -= 1;
        }
    }
    rows
}

/// The standard error of the mean of each labeling, when its rows are a sample: from the means of every
/// `PARTS`-th row, scored against each other only.
///
/// The parts vary as rows scored and as rows that others are scored against, as the sample does.
pub(super) fn standard_errors(
    features: &Features,
    labelings: &[&[u32]],
    clusters: &Slots,
    sample: &Cells<'_>,
    control: &Control,
) -> Result<Vec<Option<f64>>> {
    let parts = PARTS.min(sample.order.len() / PART_ROWS);
    if parts < FEW_PARTS {
        return Ok(vec![None; labelings.len()]);
    }
    let means = (0..parts)
        .map(|part| {
            let drawn: Vec<usize> = (part..sample.order.len()).step_by(parts).collect();
            let rows = with_every_cluster(&drawn, &sample.order, labelings, clusters);
            let cells = Cells::new(rows, labelings, clusters);
            let silhouettes = all_silhouettes(features, &cells, control)?;
            let mean =
                |labeling| (cells.n_clusters(labeling) > 1).then(|| cells.means(labeling, &silhouettes).0);
            Ok((0..labelings.len()).map(mean).collect())
        })
        .collect::<Result<Vec<Vec<Option<f64>>>>>()?;
    let error = |labeling: usize| {
        let means: Vec<f64> = means.iter().filter_map(|part| part[labeling]).collect();
        let left_out = 1.0 - sample.n_scored(labeling) as f64 / clusters.n_clustered(labeling) as f64;
        (means.len() >= FEW_PARTS && left_out > 0.0).then(|| (variance_of_mean(&means) * left_out).sqrt())
    };
    Ok((0..labelings.len()).map(error).collect())
}

fn variance_of_mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0) / n
}
