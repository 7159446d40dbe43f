//! Lloyd's iterations: assign every row to its nearest center, move every center to the mean of its rows.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k because `nearest` gives the number of a center, and sums hold k · width values"
)]

use crate::error::Result;
use crate::learn::cluster::{BLOCK, Blocks, Threads, add, squared_distances, sum};
use crate::model::Control;

/// When to stop, and who works.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) max_iterations: usize,
    /// Largest squared movement of all centers together that counts as standing still.
    pub(super) tolerance: f64,
    pub(super) threads: Threads,
    pub(super) control: &'a Control,
}

/// Where one start ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) centers: Vec<f64>,
    pub(super) labels: Vec<u32>,
    pub(super) inertia: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// Iterates from these centers. The labels are those of the centers returned.
pub(super) fn lloyd(points: &Blocks, mut centers: Vec<f64>, rules: &Rules<'_>) -> Result<Run> {
    let mut labels = vec![u32::MAX; points.n_rows];
    let (mut iterations, mut still) = (0, false);
    loop {
        let mut pass = assign(points, &centers, &mut labels, rules)?;
        let no_empty = !pass.counts.contains(&0.0);
        let converged = pass.changed == 0 || (still && no_empty);
        if converged || iterations == rules.max_iterations {
            return Ok(Run { centers, labels, inertia: pass.inertia, iterations, converged });
        }
        if !no_empty {
            relocate(points, &centers, &labels, &mut pass, rules)?;
        }
        let moved = means(&pass, &centers, points.width);
        still = moved.iter().zip(&centers).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() <= rules.tolerance;
        centers = moved;
        iterations += 1;
    }
}

/// What one pass over the rows finds.
struct Pass {
    sums: Vec<f64>,
    counts: Vec<f64>,
    inertia: f64,
    changed: usize,
}

/// Gives every row the number of its nearest center and sums the rows of each.
fn assign(points: &Blocks, centers: &[f64], labels: &mut [u32], rules: &Rules<'_>) -> Result<Pass> {
    let width = points.width;
    let k = centers.len() / width;
    let passes = points.map(rules.threads, labels, |block, labels| {
        rules.control.check("k-means")?;
        let mut pass = Pass { sums: vec![0.0; k * width], counts: vec![0.0; k], inertia: 0.0, changed: 0 };
        let (mut found, mut distances) = ([0; BLOCK], [0.0; BLOCK]);
        let (found, distances) = (&mut found[..labels.len()], &mut distances[..labels.len()]);
        nearest(block, centers, found, distances);
        pass.inertia = sum(distances);
        for (label, &found) in labels.iter_mut().zip(&*found) {
            pass.changed = pass.changed.wrapping_add(usize::from(*label != found as u32));
            *label = found as u32;
        }
        match width {
            1 => accumulate::<1>(block, found, &mut pass),
            2 => accumulate::<2>(block, found, &mut pass),
            3 => accumulate::<3>(block, found, &mut pass),
            4 => accumulate::<4>(block, found, &mut pass),
            _ => accumulate_columns(block, found, width, &mut pass),
        }
        Ok(pass)
    })?;
    let none = Pass { sums: vec![0.0; k * width], counts: vec![0.0; k], inertia: 0.0, changed: 0 };
    Ok(passes.into_iter().fold(none, |all, pass| Pass {
        sums: add(all.sums, pass.sums),
        counts: add(all.counts, pass.counts),
        inertia: all.inertia + pass.inertia,
        changed: all.changed + pass.changed,
    }))
}

/// The number of the nearest center of every row of a block, the first of equals, and the squared
/// distance to it.
pub(super) fn nearest(block: &[f64], centers: &[f64], labels: &mut [u64], distances: &mut [f64]) {
    let width = block.len() / distances.len().max(1);
    labels.fill(0);
    distances.fill(f64::INFINITY);
    match width {
        0 => {}
        1 => compete::<1>(block, centers, labels, distances),
        2 => compete::<2>(block, centers, labels, distances),
        3 => compete::<3>(block, centers, labels, distances),
        4 => compete::<4>(block, centers, labels, distances),
        _ => compete_wide(block, centers, width, labels, distances),
    }
}

/// Every center in turn takes the rows that are closer to it than to all before.
fn compete<const D: usize>(block: &[f64], centers: &[f64], labels: &mut [u64], distances: &mut [f64]) {
    let rows = distances.len();
    let labels = &mut labels[..rows];
    let columns: [&[f64]; D] = std::array::from_fn(|column| &block[column * rows..(column + 1) * rows]);
    for (number, center) in (0..).zip(centers.as_chunks::<D>().0) {
        for row in 0..rows {
            let mut distance = 0.0;
            for column in 0..D {
                let difference = columns[column][row] - center[column];
                distance += difference * difference;
            }
            let closer = distance < distances[row];
            labels[row] = select(closer, number, labels[row]);
            distances[row] = if closer { distance } else { distances[row] };
        }
    }
}

/// `a` or `b` without a branch: written as a mask, since the compiler makes a slow conditional store of an
/// `if` here.
#[inline]
fn select(first: bool, a: u64, b: u64) -> u64 {
    let mask = u64::from(first).wrapping_neg();
    (a & mask) | (b & !mask)
}

/// The same for any width, the distances in a buffer.
fn compete_wide(block: &[f64], centers: &[f64], width: usize, labels: &mut [u64], distances: &mut [f64]) {
    let mut buffer = [0.0; BLOCK];
    let candidates = &mut buffer[..distances.len()];
    for (number, center) in (0..).zip(centers.chunks_exact(width)) {
        squared_distances(block, center, candidates);
        for ((label, distance), &candidate) in labels.iter_mut().zip(&mut *distances).zip(&*candidates) {
            let closer = candidate < *distance;
            *label = select(closer, number, *label);
            *distance = if closer { candidate } else { *distance };
        }
    }
}

/// Adds every row of a block to the sums of its cluster.
fn accumulate<const D: usize>(block: &[f64], labels: &[u64], pass: &mut Pass) {
    let rows = labels.len();
    let columns: [&[f64]; D] = std::array::from_fn(|column| &block[column * rows..(column + 1) * rows]);
    for (row, &label) in labels.iter().enumerate() {
        let label = label as usize;
        pass.counts[label] += 1.0;
        let sums = &mut pass.sums[label * D..(label + 1) * D];
        for column in 0..D {
            sums[column] += columns[column][row];
        }
    }
}

/// The same, column after column, for any width.
fn accumulate_columns(block: &[f64], labels: &[u64], width: usize, pass: &mut Pass) {
    for &label in labels {
        pass.counts[label as usize] += 1.0;
    }
    for (column, values) in block.chunks_exact(labels.len().max(1)).enumerate() {
        for (value, &label) in values.iter().zip(labels) {
            pass.sums[label as usize * width + column] += value;
        }
    }
}

/// Gives every empty cluster one of the rows farthest from their centers, as scikit-learn does.
fn relocate(
    points: &Blocks,
    centers: &[f64],
    labels: &[u32],
    pass: &mut Pass,
    rules: &Rules<'_>,
) -> Result<()> {
    let width = points.width;
    let mut distances = vec![0.0; points.n_rows];
    points.map(rules.threads, &mut distances, |block, distances| {
        rules.control.check("k-means")?;
        nearest(block, centers, &mut [0; BLOCK][..distances.len()], distances);
        Ok(())
    })?;
    let mut farthest: Vec<usize> = (0..points.n_rows).filter(|&row| distances[row] > 0.0).collect();
    farthest.sort_unstable_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
    let mut farthest = farthest.into_iter();
    let empty: Vec<usize> = (0..pass.counts.len()).filter(|&cluster| pass.counts[cluster] == 0.0).collect();
    for cluster in empty {
        // A row that is alone in its cluster stays, or that cluster would be empty next.
        let Some(row) = farthest.find(|&row| pass.counts[labels[row] as usize] > 1.0) else { break };
        let from = labels[row] as usize;
        for (column, value) in points.row(row).into_iter().enumerate() {
            pass.sums[from * width + column] -= value;
            pass.sums[cluster * width + column] = value;
        }
        pass.counts[from] -= 1.0;
        pass.counts[cluster] = 1.0;
    }
    Ok(())
}

/// The mean of the rows of each cluster; a center without rows stays where it is.
fn means(pass: &Pass, centers: &[f64], width: usize) -> Vec<f64> {
    let place = |(place, (&sum, &center)): (usize, (&f64, &f64))| match pass.counts[place / width] {
        0.0 => center,
        count => sum / count,
    };
    pass.sums.iter().zip(centers).enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Features;
    use crate::learn::cluster::Frame;

    #[test]
    fn an_empty_cluster_gets_the_farthest_row() {
        let features = Features::new(["x"], vec![0.0, 1.0, 2.0, 10.0]).unwrap();
        let frame = Frame { offset: vec![0.0], scale: 1.0 };
        let points = frame.apply("test", &features).unwrap();
        let control = Control::default();
        let rules = Rules { max_iterations: 300, tolerance: 0.0, threads: Threads::This, control: &control };
        let run = lloyd(&points, vec![0.0, 1e6, 1e7], &rules).unwrap();
        assert_eq!((run.converged, run.labels[3] == run.labels[0]), (true, false));
        let mut centers = run.centers;
        centers.sort_by(f64::total_cmp);
        assert_eq!((centers.len(), run.inertia), (3, 0.5));
    }
}
