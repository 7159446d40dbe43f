//! The silhouette: how much closer rows are to their own cluster than to the next.

mod cells;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{BLOCK, Blocks, Frame, squared_distances, sum};
use crate::model::Control;
use cells::Cells;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows that are scored between two looks at the caller's wish to stop.
const ROWS: usize = 16;

/// The mean silhouette: how well a division into clusters separates them.
///
/// With a the mean distance of a row to the other rows of its cluster, and b the smallest mean distance to
/// the rows of another cluster, the silhouette of the row is (b − a) / max(a, b): near 1 well inside, 0
/// between two clusters, below 0 closer to another one. A row alone in its cluster scores 0. Use it to
/// compare divisions of the same rows, such as k-means with several k: [`Silhouette::score_all`] computes
/// every distance once for all of them.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `sample` | rows from which on only so many are scored, against each other | 20 000 |
/// | `seed` | of the sample | 42 |
///
/// The sample is stratified: rows are ordered by their clusters and cut into `sample` runs of equal length,
/// and of each run one row is drawn. [`SilhouetteScore::sampled`] says so.
///
/// # Errors
/// Fewer than 2 clusters among the rows scored; a number of labels that is not the number of rows; a label
/// that is not below the number of rows; values of 1e140 or more in size; a sample below 2.
///
/// # Complexity
/// O(rows² · features) time, whatever the number of labelings; O(rows · (features + labelings)) memory.
///
/// # Reference
/// P. J. Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of cluster
/// analysis, Journal of Computational and Applied Mathematics 20.
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
    /// The number of rows scored, when not all were.
    pub sampled: Option<usize>,
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
        self.check(features, labelings)?;
        if labelings.is_empty() {
            return Ok(Vec::new());
        }
        let cells = Cells::new(features.n_rows(), labelings, self);
        cells.check()?;
        let rows = features.select(&cells.order);
        let points = Frame::centered("Silhouette", &rows)?.apply("Silhouette", &rows)?;
        let mut silhouettes = vec![0.0; cells.order.len() * labelings.len()];
        silhouettes.par_chunks_mut(ROWS * labelings.len()).enumerate().try_for_each(|(chunk, scores)| {
            control.check("silhouette")?;
            let mut distances = vec![0.0; points.n_rows];
            for (row, scores) in (chunk * ROWS..).zip(scores.chunks_exact_mut(labelings.len())) {
                distances_to_all(&points, row, &mut distances);
                cells.score(row, &distances, scores);
            }
            Ok::<_, crate::error::Error>(())
        })?;
        let sampled = (cells.order.len() < features.n_rows()).then_some(cells.order.len());
        Ok((0..labelings.len()).map(|labeling| cells.summarize(labeling, &silhouettes, sampled)).collect())
    }

    fn check(&self, features: &Features, labelings: &[&[u32]]) -> Result<()> {
        if self.sample < 2 {
            return invalid_parameter("Silhouette", "sample", "at least 2", self.sample);
        }
        let n_rows = features.n_rows();
        for labels in labelings {
            if labels.len() != n_rows {
                return Err(ErrorKind::LengthMismatch {
                    of: "Silhouette",
                    a: "rows",
                    a_len: n_rows,
                    b: "labels",
                    b_len: labels.len(),
                }
                .into());
            }
            if let Some(label) = labels.iter().find(|&&label| label as usize >= n_rows) {
                let must_be = format!("below the number of rows ({n_rows})");
                return invalid_parameter("Silhouette", "labels", must_be, label);
            }
        }
        Ok(())
    }
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
