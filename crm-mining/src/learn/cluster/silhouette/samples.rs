//! The silhouette of every row, for plots.

use crate::math::quantile::{linear, sorted};
use serde::{Deserialize, Serialize};

/// The silhouette of every row scored, in the order of the rows. Rows labelled
/// [`NOISE`](crate::learn::NOISE) are absent, and so are those that a sample leaves out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilhouetteSamples {
    /// The position of each row scored, ascending.
    pub rows: Vec<u32>,
    /// Its cluster.
    pub labels: Vec<u32>,
    /// Its silhouette.
    pub values: Vec<f64>,
}

impl SilhouetteSamples {
    /// Quantiles of the silhouettes of one cluster, interpolated linearly as NumPy does by default; empty
    /// for a cluster without rows. A probability outside 0..=1 counts as the nearest of the two, NaN as 0.
    ///
    /// ```
    /// use crm_mining::{data::Features, learn::Silhouette};
    ///
    /// let features = Features::new(["orders"], vec![0.0, 1.0, 10.0, 11.0])?;
    /// let samples = Silhouette::default().samples(&features, &[0, 0, 1, 1])?;
    /// assert_eq!(samples.values, [9.5 / 10.5, 8.5 / 9.5, 8.5 / 9.5, 9.5 / 10.5]);
    /// assert_eq!(samples.quantiles(1, &[0.0, 1.0]), [8.5 / 9.5, 9.5 / 10.5]);
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn quantiles(&self, cluster: u32, probabilities: &[f64]) -> Vec<f64> {
        let of_cluster = self.values.iter().zip(&self.labels).filter(|(_, label)| **label == cluster);
        let values = sorted(&of_cluster.map(|(&value, _)| value).collect::<Vec<f64>>());
        let within = |q: f64| if q.is_nan() { 0.0 } else { q.clamp(0.0, 1.0) };
        probabilities.iter().filter_map(|&q| linear(&values, within(q))).collect()
    }
}
