//! [`Features`] as ndarray sees them.

use super::features::Features;
use ::ndarray::ArrayView2;

impl Features {
    /// The values as a view of rows × features, without a copy.
    ///
    /// ```
    /// use crm_mining::data::Features;
    ///
    /// let features = Features::new(["recency", "spend"], vec![3.0, 120.5, 40.0, 18.0])?;
    /// let view = features.view();
    /// assert_eq!(view.dim(), (2, 2));
    /// assert_eq!(view[[1, 0]], 40.0);
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn view(&self) -> ArrayView2<'_, f64> {
        // The values fill whole rows, so the shape always fits.
        ArrayView2::from_shape((self.n_rows(), self.n_features()), self.values())
            .unwrap_or_else(|_| ArrayView2::from(&[[0.0; 0]; 0]))
    }
}
