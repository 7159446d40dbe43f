//! What every division of rows into clusters says of itself.

/// The label of a row that belongs to no cluster.
pub const NOISE: u32 = u32::MAX;

/// Rows divided into clusters, whichever way: the cluster of each row of the fit.
///
/// ```
/// use crm_mining::{Fit, data::Features, learn::{Clustering, KMeans}};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5])?;
/// let model = KMeans::new(2).fit(&orders)?;
/// assert_eq!((Clustering::labels(&model), model.n_clusters()), (&[0, 1, 0, 1, 0][..], 2));
/// assert_eq!(model.sizes(), [3, 2]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub trait Clustering {
    /// The cluster of each row of the fit, numbered from 0; [`NOISE`] for a row that belongs to none.
    fn labels(&self) -> &[u32];

    /// The number of clusters.
    fn n_clusters(&self) -> usize;

    /// The number of rows in each cluster.
    fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.n_clusters()];
        for &label in self.labels() {
            if let Some(size) = sizes.get_mut(label as usize) {
                *size += 1;
            }
        }
        sizes
    }

    /// The number of rows that belong to no cluster.
    fn n_noise(&self) -> usize {
        self.labels().iter().filter(|&&label| label == NOISE).count()
    }
}
