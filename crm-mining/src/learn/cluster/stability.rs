//! Whether clusters come back when the rows vary.

use crate::data::Features;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::labels::{check_labels, n_clustered, n_numbers};
use crate::learn::cluster::{Clustering, Contingency, NOISE};
use crate::math::random::Random;
use crate::model::{Control, Fit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A cluster whose best counterpart overlaps it this little, or less, has dissolved.
const DISSOLVED: f64 = 0.5;

/// Stability of clusters by the bootstrap: rows are drawn with replacement, divided again by the same method,
/// and every cluster is compared with the new cluster that is most like it.
///
/// Likeness is Jaccard's: the rows that both have, over the rows that one of them has, among the rows drawn.
/// Hennig reads a mean of 0.75 or more as a valid, stable cluster, 0.6 to 0.75 as a pattern whose members are
/// doubtful, 0.5 or less as a dissolved cluster. Stable clusters need not be apart: a method that always cuts
/// a cloud in two the same way is stable; look at the [`Silhouette`](crate::learn::Silhouette) too.
///
/// Rows drawn more than once count once, as in `clusterboot` of R's fpc by default: about 63 % of the rows are
/// divided again. Rows labelled [`NOISE`] are drawn as all others, and are no cluster.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `resamples` | draws | 50 |
/// | `seed` | of the random numbers | 42 |
///
/// # Errors
/// No resample; a number of labels that is not the number of rows; a label that is neither below the number of
/// rows nor `NOISE`; no row in a cluster; no resample that could be divided; what the method refuses.
///
/// # Complexity
/// `resamples` times that of the method on about 63 % of the rows, shared out over the threads.
///
/// # Reference
/// C. Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52.
///
/// # Example
/// ```
/// use crm_mining::{Control, Fit, data::Features, learn::{KMeans, Stability}};
///
/// let orders = (0..60).map(|i| f64::from(i % 2 * 100 + i % 7)).collect();
/// let features = Features::new(["orders"], orders)?;
/// let settings = KMeans::new(2);
/// let model = settings.fit(&features)?;
/// let score = Stability::default().score(&settings, &features, model.labels(), &Control::default())?;
/// assert_eq!((score.clusters[0].mean, score.clusters[1].dissolved), (1.0, 0.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stability {
    /// Draws.
    pub resamples: usize,
    /// Of the random numbers.
    pub seed: u64,
}

impl Default for Stability {
    fn default() -> Self {
        Stability { resamples: 50, seed: 42 }
    }
}

/// How far the clusters of one division come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StabilityScore {
    /// Each cluster, by its number.
    pub clusters: Vec<ClusterStability>,
    /// Resamples that were divided again.
    pub resamples: usize,
    /// Resamples that the method refused for having too few rows or distinct rows. They count nowhere.
    pub refused: usize,
}

/// How far one cluster comes back.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ClusterStability {
    /// Mean likeness of the cluster and its counterpart, over the resamples that drew a row of it; 0 when none
    /// did.
    pub mean: f64,
    /// Share of these resamples in which the likeness was 0.5 or less.
    pub dissolved: f64,
    /// The number of these resamples.
    pub resamples: usize,
}

impl StabilityScore {
    /// The mean likeness of the least stable cluster that was drawn at all.
    pub fn smallest(&self) -> f64 {
        let drawn = self.clusters.iter().filter(|cluster| cluster.resamples > 0);
        drawn.map(|cluster| cluster.mean).fold(1.0, f64::min)
    }
}

impl Stability {
    /// The stability of `labels`, the division of all rows that `settings` find.
    ///
    /// # Errors
    /// See [`Stability`]; and the caller's wish to stop.
    pub fn score<S>(
        &self,
        settings: &S,
        features: &Features,
        labels: &[u32],
        control: &Control,
    ) -> Result<StabilityScore>
    where
        S: Fit<Features> + Sync,
        S::Model: Clustering,
    {
        let divide =
            |rows: &Features, control: &Control| Ok(settings.fit_with(rows, control)?.labels().to_vec());
        self.score_with(features, labels, divide, control)
    }

    /// The stability of `labels`, the division of all rows that `divide` finds: the label of each row given.
    ///
    /// # Errors
    /// See [`Stability`]; a number of labels from `divide` that is not the number of rows it was given; and the
    /// caller's wish to stop.
    pub fn score_with(
        &self,
        features: &Features,
        labels: &[u32],
        divide: impl Fn(&Features, &Control) -> Result<Vec<u32>> + Sync,
        control: &Control,
    ) -> Result<StabilityScore> {
        if self.resamples == 0 {
            return invalid_parameter("Stability", "resamples", "at least 1", self.resamples);
        }
        check_labels("Stability", features.n_rows(), labels)?;
        if n_clustered(labels) == 0 {
            let unit = "rows in clusters";
            return Err(ErrorKind::NotEnoughData { of: "Stability", needed: 1, unit, got: 0 }.into());
        }
        let silent = control.silent();
        let resample = |part: usize| -> Result<Option<Vec<Option<f64>>>> {
            let rows = self.draw(features.n_rows(), part);
            control.step("stability", part as u64, self.resamples as u64)?;
            let found = match divide(&features.select(&rows), &silent) {
                Ok(found) => found,
                Err(error) if is_too_few(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let before: Vec<u32> = rows.iter().filter_map(|&row| labels.get(row as usize)).copied().collect();
            likeness(&before, &found, n_numbers(labels)).map(Some)
        };
        let divided = (0..self.resamples).into_par_iter().map(resample).collect::<Result<Vec<_>>>()?;
        summarize(&divided.into_iter().flatten().collect::<Vec<_>>(), self.resamples, n_numbers(labels))
    }

    /// The rows that a draw of as many rows as there are hits, ascending.
    fn draw(&self, n_rows: usize, part: usize) -> Vec<u32> {
        let mut random = Random::for_part(self.seed, part as u64);
        let mut rows: Vec<u32> = (0..n_rows).map(|_| random.below(n_rows) as u32).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

fn is_too_few(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TooManyClusters { .. } | ErrorKind::NotEnoughData { .. })
}

/// For each cluster before, the likeness of the cluster found that is most like it; `None` where no row of it
/// was drawn.
fn likeness(before: &[u32], found: &[u32], n_clusters: usize) -> Result<Vec<Option<f64>>> {
    let both = Contingency::new(before, found)?;
    let (sizes_before, sizes_found) = (both.sizes_a(), both.sizes_b());
    let mut best = vec![None; n_clusters];
    for &(label, _) in &sizes_before {
        if let Some(best) = best.get_mut(label as usize) {
            *best = Some(0.0);
        }
    }
    let size = |sizes: &[(u32, usize)], label: u32| {
        let at = sizes.binary_search_by_key(&label, |&(label, _)| label).ok();
        at.and_then(|at| sizes.get(at)).map_or(0, |&(_, size)| size)
    };
    for (before, found, shared) in both.cells().filter(|&(_, found, _)| found != NOISE) {
        if let Some(Some(best)) = best.get_mut(before as usize) {
            let either = size(&sizes_before, before) + size(&sizes_found, found) - shared;
            *best = f64::max(*best, shared as f64 / either as f64);
        }
    }
    Ok(best)
}

fn summarize(likenesses: &[Vec<Option<f64>>], resamples: usize, n_clusters: usize) -> Result<StabilityScore> {
    if likenesses.is_empty() {
        let unit = "resamples that can be divided";
        return Err(ErrorKind::NotEnoughData { of: "Stability", needed: 1, unit, got: 0 }.into());
    }
    let cluster = |cluster: usize| {
        let of_cluster = likenesses.iter().filter_map(|clusters| *clusters.get(cluster)?);
        let values: Vec<f64> = of_cluster.collect();
        let n = values.len().max(1) as f64;
        ClusterStability {
            mean: values.iter().sum::<f64>() / n,
            dissolved: values.iter().filter(|&&value| value <= DISSOLVED).count() as f64 / n,
            resamples: values.len(),
        }
    };
    Ok(StabilityScore {
        clusters: (0..n_clusters).map(cluster).collect(),
        resamples: likenesses.len(),
        refused: resamples - likenesses.len(),
    })
}
