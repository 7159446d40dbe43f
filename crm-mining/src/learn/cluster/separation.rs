//! How good a division is by the means of its clusters: measures that need no distances between rows.

#![allow(
    clippy::indexing_slicing,
    reason = "clusters run below their number, and every block holds as many distances as rows"
)]

use crate::data::Features;
use crate::error::{ErrorKind, Result};
use crate::learn::cluster::division::{Division, squared};
use crate::learn::cluster::silhouette::{SilhouetteScore, contrast};
use crate::learn::cluster::{BLOCK, NOISE, Threads, squared_distances};
use rayon::prelude::*;

/// The sum of the squared distances of rows to the mean of their cluster: what k-means makes small.
/// Rows labelled [`NOISE`](crate::learn::NOISE) are left out.
///
/// # Errors
/// A number of labels that is not the number of rows; a label that is neither below the number of rows nor
/// `NOISE`; values of 1e140 or more in size; no row in a cluster.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, learn::within_dispersion};
///
/// let features = Features::new(["orders"], vec![0.0, 1.0, 10.0, 12.0])?;
/// assert_eq!(within_dispersion(&features, &[0, 0, 1, 1])?, 2.5);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn within_dispersion(features: &Features, labels: &[u32]) -> Result<f64> {
    let division = Division::new("within dispersion", features, labels, 1)?;
    let within: f64 = division.squared_distances().map(|(_, square)| square).sum();
    Ok(within / division.frame.scale / division.frame.scale)
}

/// The Calinski–Harabasz index, the variance ratio: the squared distances of the cluster means to the mean of
/// all rows, per cluster less one, over those of the rows to the mean of their cluster, per row less the
/// clusters. Larger is better. O(rows · features) time.
///
/// Equal to scikit-learn's, except where every row lies on the mean of its cluster: the ratio is infinite
/// there, or 0 when the means coincide too, and scikit-learn says 1. Rows labelled [`NOISE`](crate::learn::NOISE) are left out; scikit-learn
/// takes them for a cluster.
///
/// # Errors
/// As [`within_dispersion`]; fewer than 2 clusters; no more rows than clusters.
///
/// # Reference
/// T. Caliński and J. Harabasz (1974), A dendrite method for cluster analysis.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, learn::calinski_harabasz};
///
/// let features = Features::new(["orders"], vec![0.0, 2.0, 10.0, 12.0])?;
/// assert_eq!(calinski_harabasz(&features, &[0, 0, 1, 1])?, 100.0 / (4.0 / 2.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn calinski_harabasz(features: &Features, labels: &[u32]) -> Result<f64> {
    let of = "Calinski-Harabasz";
    let division = Division::new(of, features, labels, 2)?;
    more_rows_than_clusters(of, &division)?;
    let (n, k) = (division.n_rows(), division.k() as f64);
    let mut mean = vec![0.0; features.n_features()];
    for (cluster, &size) in division.sizes.iter().enumerate() {
        for (mean, center) in mean.iter_mut().zip(division.center(cluster)) {
            *mean += center * size / n;
        }
    }
    let between = division.sizes.iter().enumerate();
    let between: f64 = between.map(|(at, size)| size * squared(division.center(at), &mean)).sum();
    let within: f64 = division.squared_distances().map(|(_, square)| square).sum();
    Ok(if between == 0.0 { 0.0 } else { (between / (k - 1.0)) / (within / (n - k)) })
}

/// The Davies–Bouldin index: for each cluster the largest ratio, over all others, of the two mean distances
/// of rows to their cluster mean, added, to the distance of the two means; averaged over the clusters.
/// Smaller is better; 0 where every row lies on the mean of its cluster. O(rows · features + clusters² ·
/// features) time.
///
/// Equal to scikit-learn's, except where two clusters share their mean: the index is infinite there, and
/// scikit-learn leaves the pair out, or says 0. Rows labelled [`NOISE`](crate::learn::NOISE) are left out;
/// scikit-learn takes them for a cluster.
///
/// # Errors
/// As [`calinski_harabasz`].
///
/// # Reference
/// D. L. Davies and D. W. Bouldin (1979), A cluster separation measure.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, learn::davies_bouldin};
///
/// let features = Features::new(["orders"], vec![0.0, 2.0, 10.0, 12.0])?;
/// assert_eq!(davies_bouldin(&features, &[0, 0, 1, 1])?, (1.0 + 1.0) / 10.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn davies_bouldin(features: &Features, labels: &[u32]) -> Result<f64> {
    let of = "Davies-Bouldin";
    let division = Division::new(of, features, labels, 2)?;
    more_rows_than_clusters(of, &division)?;
    let mut spread = vec![0.0; division.k()];
    for (cluster, square) in division.squared_distances() {
        spread[cluster] += square.sqrt();
    }
    for (spread, size) in spread.iter_mut().zip(&division.sizes) {
        *spread /= size;
    }
    let ratio =
        |a: usize, b: usize| match (spread[a] + spread[b], squared(division.center(a), division.center(b))) {
            (0.0, _) => 0.0,
            (spread, distance) => spread / distance.sqrt(),
        };
    let worst = |a| (0..division.k()).filter(|&b| b != a).map(|b| ratio(a, b)).fold(0.0, f64::max);
    let worst: Vec<f64> = (0..division.k()).into_par_iter().map(worst).collect();
    Ok(worst.iter().sum::<f64>() / division.k() as f64)
}

fn more_rows_than_clusters(of: &'static str, division: &Division<'_>) -> Result<()> {
    let (needed, got) = (division.k() + 1, division.n_rows() as usize);
    if got < needed {
        return Err(ErrorKind::NotEnoughData { of, needed, unit: "rows in clusters", got }.into());
    }
    Ok(())
}

/// The simplified silhouette: as [`Silhouette`](crate::learn::Silhouette), with the distance to the mean of a
/// cluster in place of the mean distance to its rows. O(rows · clusters · features) time instead of
/// O(rows² · features), so every row is scored.
///
/// Its values are larger than those of the silhouette, since a row is closer to a mean than to the rows around
/// it: compare simplified ones with each other only. A row alone in its cluster scores 0 here too.
///
/// # Errors
/// As [`Silhouette`](crate::learn::Silhouette).
///
/// # Reference
/// E. R. Hruschka, L. N. de Castro and R. J. G. B. Campello (2004), Evolutionary algorithms for clustering
/// gene-expression data.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, learn::simplified_silhouette};
///
/// let features = Features::new(["orders"], vec![0.0, 2.0, 10.0, 12.0])?;
/// let score = simplified_silhouette(&features, &[0, 0, 1, 1])?;
/// assert_eq!(score.mean, (10.0 / 11.0 + 8.0 / 9.0) / 2.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn simplified_silhouette(features: &Features, labels: &[u32]) -> Result<SilhouetteScore> {
    let of = "simplified silhouette";
    let division = Division::new(of, features, labels, 2)?;
    let points = division.frame.apply(of, features)?;
    let mut rows: Vec<(u32, f64)> = division.places.iter().map(|&place| (place, 0.0)).collect();
    points.map(Threads::All, &mut rows, |block, rows| {
        score_block(&division, block, rows);
        Ok(())
    })?;
    let mut sums = vec![0.0; division.k()];
    for &(place, value) in rows.iter().filter(|(place, _)| *place != NOISE) {
        sums[place as usize] += value;
    }
    let mean = sums.iter().sum::<f64>() / division.n_rows();
    let last = division.labels.iter().max().map_or(0, |&label| label as usize + 1);
    let mut clusters = vec![0.0; last];
    for ((&label, sum), size) in division.labels.iter().zip(&sums).zip(&division.sizes) {
        clusters[label as usize] = sum / size;
    }
    let n_noise = features.n_rows() - division.n_rows() as usize;
    Ok(SilhouetteScore { mean, clusters, sampled: None, standard_error: None, n_noise })
}

/// Sets the value of each row of a block, given with its cluster.
fn score_block(division: &Division<'_>, block: &[f64], rows: &mut [(u32, f64)]) {
    let mut buffers = [[0.0; BLOCK], [f64::INFINITY; BLOCK], [f64::INFINITY; BLOCK]];
    let [distances, within, next] = &mut buffers;
    let distances = &mut distances[..rows.len()];
    for cluster in 0..division.k() {
        squared_distances(block, division.center(cluster), distances);
        for (row, &distance) in distances.iter().enumerate() {
            let nearest = if rows[row].0 as usize == cluster { &mut within[row] } else { &mut next[row] };
            *nearest = nearest.min(distance);
        }
    }
    for ((place, value), (within, next)) in rows.iter_mut().zip(within.iter().zip(next.iter())) {
        let alone = division.sizes.get(*place as usize).is_none_or(|&size| size < 2.0);
        *value = if alone { 0.0 } else { contrast(within.sqrt(), next.sqrt()) };
    }
}
