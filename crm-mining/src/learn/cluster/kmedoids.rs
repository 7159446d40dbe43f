//! K-medoids: groups of rows around one of them.

mod measure;
mod model;
mod pam;

use crate::data::{Features, Mixed};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::Frame;
use crate::learn::cluster::distinct::{DistinctRows, Point};
use crate::learn::cluster::kmodes::said;
use crate::model::{Control, Fit};
pub use measure::Dissimilarity;
use measure::Measure;
pub use model::KMedoidsModel;
use pam::{Outcome, Pam};
use serde::{Deserialize, Serialize};

/// K-medoids by FasterPAM: divides rows into `k` groups, each around the one of its rows, the medoid, to which the
/// others are closest in sum.
///
/// Use it where a center must be a real customer, where a few far-off rows should not pull the centers (distances count
/// as they are, not squared), or where rows hold categories beside numbers ([`Dissimilarity::Gower`]).
///
/// The first medoids are chosen one by one, each the row that lowers the loss most (BUILD of Kaufman and Rousseeuw), or
/// drawn at random. Then rows are tried in turn in the place of the best of the medoids, and take it whenever that
/// lowers the loss, until no row does. Rows are tried in ascending order of their values, so the result does not depend
/// on the order in which they come. Clusters are numbered by their medoids: ascending by the first feature, then by the
/// next.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `dissimilarity` | Euclidean, Manhattan or Gower | Euclidean |
/// | `init` | the first medoids: BUILD, or drawn at random | BUILD |
/// | `max_iterations` | passes over all rows per start | 100 |
///
/// Fitting gives a [`KMedoidsModel`]; the same data and seed give the same bits for rows in any order and on any number
/// of threads. On [`Mixed`] the dissimilarity must be Gower.
///
/// Dissimilarities are computed when they are needed, not held: there is no matrix of all pairs, and no limit of rows
/// but patience. Rows alike are one row of more weight.
///
/// # Errors
/// A setting out of range; no row; more clusters than distinct rows; values of 1e140 or more in size; another
/// dissimilarity than Gower's on [`Mixed`].
///
/// # Complexity
/// O(rows² · features) time per pass, a few passes as a rule, and O(rows² · features · k) for BUILD; the memory of two
/// copies of the features and O(rows).
///
/// # Reference
/// E. Schubert and P. J. Rousseeuw (2021), Fast and eager k-medoids clustering, Information Systems 101.
/// L. Kaufman and P. J. Rousseeuw (1990), Finding Groups in Data, chapter 2. J. C. Gower (1971), A general coefficient
/// of similarity and some of its properties, Biometrics 27.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, learn::KMedoids};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 3.0, 400.0])?;
/// let model = KMedoids::new(3).fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 0, 2]);
/// assert_eq!(model.medoids(), [2, 1, 5]);
/// assert_eq!(model.loss(), 3.0);
/// assert_eq!(model.predict(&Features::new(["orders"], vec![7.0])?)?, [1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KMedoids {
    /// Number of clusters.
    pub k: usize,
    /// How unlike two rows are.
    pub dissimilarity: Dissimilarity,
    /// The first medoids.
    pub init: MedoidInit,
    /// Passes over all rows per start.
    pub max_iterations: usize,
}

/// How the first medoids are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MedoidInit {
    /// One by one, each the row that lowers the loss most. One start.
    #[default]
    Build,
    /// Distinct rows at random; the start of the smallest loss wins.
    Random {
        /// Starts.
        n_init: usize,
        /// Of the random numbers.
        seed: u64,
    },
}

impl KMedoids {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> KMedoids {
        KMedoids { k, dissimilarity: Dissimilarity::Euclidean, init: MedoidInit::Build, max_iterations: 100 }
    }

    fn check(&self) -> Result<()> {
        let n_init = if let MedoidInit::Random { n_init, .. } = self.init { n_init } else { 1 };
        for (parameter, value) in [("k", self.k), ("n_init", n_init), ("max_iterations", self.max_iterations)]
        {
            if value == 0 {
                return invalid_parameter("KMedoids", parameter, "at least 1", value);
            }
        }
        Ok(())
    }

    /// The medoids of these rows, and what they cost.
    fn solve(&self, measure: &Measure, rows: &DistinctRows, control: &Control) -> Result<Outcome> {
        rows.check("KMedoids", self.k)?;
        let pam = Pam { rows, measure, control, max_iterations: self.max_iterations };
        let MedoidInit::Random { n_init, seed } = self.init else {
            return pam.swap(pam.build(self.k)?);
        };
        let mut best: Option<Outcome> = None;
        for start in 0..n_init as u64 {
            let outcome = pam.swap(pam.draw(self.k, seed, start))?;
            control.step("k-medoids", start + 1, n_init as u64)?;
            best = Some(best.filter(|best| best.loss <= outcome.loss).unwrap_or(outcome));
        }
        let none = ErrorKind::NotEnoughData { of: "KMedoids", needed: 1, unit: "starts", got: 0 };
        best.ok_or_else(|| none.into())
    }
}

impl Fit<Features> for KMedoids {
    type Model = KMedoidsModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<KMedoidsModel> {
        self.check()?;
        let (mut rows, frame) = DistinctRows::of_features("KMedoids", features, |features| {
            Frame::centered("KMedoids", features)
        })?;
        let measure = Measure::new(self.dissimilarity, frame, &mut rows);
        let outcome = self.solve(&measure, &rows, control)?;
        let categories = |_: &Point| Vec::new();
        Ok(KMedoidsModel::new(features.names(), &[], categories, measure, &rows, outcome))
    }
}

impl Fit<Mixed> for KMedoids {
    type Model = KMedoidsModel;

    fn fit_with(&self, mixed: &Mixed, control: &Control) -> Result<KMedoidsModel> {
        self.check()?;
        if self.dissimilarity != Dissimilarity::Gower {
            let must_be = "Gower for rows of numbers and categories";
            return invalid_parameter("KMedoids", "dissimilarity", must_be, self.dissimilarity);
        }
        let (mut rows, frame) =
            DistinctRows::of_mixed("KMedoids", mixed, |numeric| Frame::centered("KMedoids", numeric))?;
        let measure = Measure::new(self.dissimilarity, frame, &mut rows);
        let outcome = self.solve(&measure, &rows, control)?;
        let (names, categorical) = (mixed.numeric_names(), mixed.categorical());
        Ok(KMedoidsModel::new(names, categorical, |point| said(mixed, point), measure, &rows, outcome))
    }
}
