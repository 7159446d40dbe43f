//! The silhouette: how much closer rows are to their own cluster than to the next.

mod cells;
mod sample;
mod samples;

use crate::data::Features;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::labels::check_labels;
use crate::learn::cluster::{BLOCK, Blocks, Frame, squared_distances, sum};
use crate::model::Control;
use cells::{Cells, Slots};
use rayon::prelude::*;
use sample::{rows_to_score, standard_errors};
pub use samples::SilhouetteSamples;
use serde::{Deserialize, Serialize};

/// Rows that are scored between two looks at the caller's wish to stop.
const ROWS: usize = 16;

/// The mean silhouette: how well a division into clusters separates them.
///
/// With a the mean distance of a row to the other rows of its cluster, and b the smallest mean distance to
/// the rows of another cluster, the silhouette of the row is (b − a) / max(a, b): near 1 well inside, 0
/// between two clusters, below 0 closer to another one. A row alone in its cluster scores 0. Rows labelled
/// [`NOISE`](crate::learn::NOISE) belong to no cluster: they are left out and counted. Use it to compare
/// divisions of the same rows, such as k-means with several k: [`Silhouette::score_all`] computes every
/// distance once for all of them.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `sample` | rows from which on only so many are scored, against each other | 20 000 |
/// | `seed` | of the sample | 42 |
///
/// The sample is stratified: rows are ordered by their clusters and cut into `sample` runs of equal length,
/// and of each run one row is drawn. A cluster of which fewer than two rows were drawn gets two, or all it has;
/// each cluster weighs as much as it has rows in all. [`SilhouetteScore::sampled`] says how many were scored,
/// [`SilhouetteScore::standard_error`] what this leaves uncertain: 32 interleaved parts of the sample are scored
/// by themselves, and the error follows from the spread of their means.
///
/// # Errors
/// Fewer than 2 clusters among the rows scored; a number of labels that is not the number of rows; a label
/// that is neither below the number of rows nor `NOISE`; values of 1e140 or more in size; a sample below 2.
///
/// # Complexity
/// O(rows² · features) time, whatever the number of labelings; O(rows · (features + labelings)) memory, since
/// distances are used where they arise. Each is computed from both of its rows: sums that grow in one place only
/// are the same on any number of threads.
///
/// # Reference
/// P. J. Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of cluster
/// analysis, Journal of Computational and Applied Mathematics 20. K. M. Wolter (2007), Introduction to
/// Variance Estimation, chapter 2, for the error from parts of a sample.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, learn::Silhouette};
///
/// let features = Features::new(["orders"], vec![0.0, 1.0, 10.0, 11.0])?;
/// let score = Silhouette::default().score(&features, &[0, 0, 1, 1])?;
/// assert!((score.mean - (9.5 / 10.5 + 8.5 / 9.5) / 2.0).abs() < 1e-12);
/// assert_eq!(score.sampled, None);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silhouette {
    /// Rows from which on only so many are scored.
    pub sample: usize,
    /// Of the sample.
    pub seed: u64,
}

impl Default for Silhouette {
    fn default() -> Self {
        Silhouette { sample: 20_000, seed: 42 }
    }
}

/// How well one division separates its clusters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilhouetteScore {
    /// The mean over all rows scored.
    pub mean: f64,
    /// The mean of each cluster; 0 for a number that no scored row carries.
    pub clusters: Vec<f64>,
    /// The number of rows scored, when it is a sample of the rows in clusters.
    pub sampled: Option<usize>,
    /// How far the mean of another sample would typically lie from the mean of all rows in clusters, rather too
    /// large for small samples; known for samples of 256 rows or more.
    pub standard_error: Option<f64>,
    /// Rows labelled [`NOISE`](crate::learn::NOISE), which no number above looks at.
    pub n_noise: usize,
}

impl Silhouette {
    /// Scores one division: the cluster of each row, numbered from 0.
    ///
    /// # Errors
    /// See [`Silhouette`].
    pub fn score(&self, features: &Features, labels: &[u32]) -> Result<SilhouetteScore> {
        let scores = self.score_all(features, &[labels], &Control::default())?;
        let none = ErrorKind::NotEnoughData { of: "Silhouette", needed: 1, unit: "labelings", got: 0 };
        scores.into_iter().next().ok_or_else(|| none.into())
    }

    /// Scores several divisions of the same rows at once, on the same sample if there is one.
    ///
    /// # Errors
    /// See [`Silhouette`]; and the caller's wish to stop.
    pub fn score_all(
        &self,
        features: &Features,
        labelings: &[&[u32]],
        control: &Control,
    ) -> Result<Vec<SilhouetteScore>> {
        if labelings.is_empty() {
            return Ok(Vec::new());
        }
        self.check(features, labelings)?;
        let clusters = Slots::new(labelings);
        let cells = self.cells(features, labelings, &clusters)?;
        let silhouettes = all_silhouettes(features, &cells, control)?;
        let sampled = |labeling| {
            Some(cells.n_scored(labeling)).filter(|&scored| scored < clusters.n_clustered(labeling))
        };
        let errors = if (0..labelings.len()).any(|labeling| sampled(labeling).is_some()) {
            standard_errors(features, labelings, &clusters, &cells, control)?
        } else {
            vec![None; labelings.len()]
        };
        let score = |(labeling, standard_error)| {
            let (mean, means) = cells.means(labeling, &silhouettes);
            let n_noise = features.n_rows() - clusters.n_clustered(labeling);
            SilhouetteScore { mean, clusters: means, sampled: sampled(labeling), standard_error, n_noise }
        };
        Ok(errors.into_iter().enumerate().map(score).collect())
    }

    /// The silhouette of each row of one division.
    ///
    /// # Errors
    /// See [`Silhouette`].
    pub fn samples(&self, features: &Features, labels: &[u32]) -> Result<SilhouetteSamples> {
        self.check(features, &[labels])?;
        let clusters = Slots::new(&[labels]);
        let cells = self.cells(features, &[labels], &clusters)?;
        let silhouettes = all_silhouettes(features, &cells, &Control::default())?;
        let mut scored: Vec<(u32, u32, f64)> = cells
            .values(0, &silhouettes)
            .filter_map(|(position, cluster, value)| {
                Some((*cells.order.get(position)?, cluster as u32, value))
            })
            .collect();
        scored.sort_unstable_by_key(|&(row, ..)| row);
        Ok(SilhouetteSamples {
            rows: scored.iter().map(|&(row, ..)| row).collect(),
            labels: scored.iter().map(|&(_, label, _)| label).collect(),
            values: scored.iter().map(|&(.., value)| value).collect(),
        })
    }

    fn check(&self, features: &Features, labelings: &[&[u32]]) -> Result<()> {
        if self.sample < 2 {
            return invalid_parameter("Silhouette", "sample", "at least 2", self.sample);
        }
        labelings.iter().try_for_each(|labels| check_labels("Silhouette", features.n_rows(), labels))
    }

    /// The rows to score, in cells.
    fn cells<'a>(&self, features: &Features, labelings: &[&[u32]], clusters: &'a Slots) -> Result<Cells<'a>> {
        let rows = rows_to_score(features.n_rows(), labelings, clusters, self);
        let cells = Cells::new(rows, labelings, clusters);
        cells.check()?;
        Ok(cells)
    }
}

/// The silhouette of every row of the cells in every labeling, row after row.
fn all_silhouettes(features: &Features, cells: &Cells<'_>, control: &Control) -> Result<Vec<f64>> {
    let rows = features.select(&cells.order);
    let points = Frame::centered("Silhouette", &rows)?.apply("Silhouette", &rows)?;
    let n_labelings = cells.n_labelings();
    let mut silhouettes = vec![0.0; cells.order.len() * n_labelings];
    silhouettes.par_chunks_mut(ROWS * n_labelings).enumerate().try_for_each(|(chunk, scores)| {
        control.check("silhouette")?;
        let (mut distances, mut sums) = (vec![0.0; points.n_rows], vec![0.0; cells.n_sums()]);
        for (row, scores) in (chunk * ROWS..).zip(scores.chunks_exact_mut(n_labelings)) {
            distances_to_all(&points, row, &mut distances);
            cells.score(row, &distances, &mut sums, scores);
        }
        Ok::<_, Error>(())
    })?;
    Ok(silhouettes)
}

/// The distance of one row to every row.
fn distances_to_all(points: &Blocks, row: usize, distances: &mut [f64]) {
    let point = points.row(row);
    for (block, distances) in points.iter().zip(distances.chunks_mut(BLOCK)) {
        squared_distances(block, &point, distances);
        for distance in distances {
            *distance = distance.sqrt();
        }
    }
}

/// (b − a) / max(a, b) for the distance a to the own cluster and b to the next one; 0 where both are.
pub(super) fn contrast(within: f64, next: f64) -> f64 {
    let larger = within.max(next);
    if larger > 0.0 { (next - within) / larger } else { 0.0 }
}
