//! A random forest of probability trees.

mod bins;
mod grow;
mod saved;
mod tree;

use super::classes::{Explained, check_labels};
use crate::data::{Features, Labeled};
use crate::error::{Result, invalid_parameter};
use crate::math::random::Random;
use crate::model::{Control, Fit, Predict};
use bins::Column;
use grow::{Ground, Grower, MOST_DRAWN};
use rayon::prelude::*;
use saved::SavedForest;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};
use tree::Tree;

const NAME: &str = "RandomForest";
const STAGE: &str = "random forest";

/// Settings of a random forest for two classes.
///
/// Each tree grows on rows drawn with replacement; each split is the best by Gini impurity among a few
/// features drawn at random. The model's probability is the mean of the shares of positive rows in the
/// leaves that a row falls into. Use it when effects bend, jump or hang together; units and outliers do not
/// matter. For few features with straight effects [`LogisticRegression`](super::LogisticRegression) is
/// easier to explain and often as good.
///
/// Columns are cut into 256 bins. A column of at most 256 different values keeps every possible cut. A tree
/// draws as many rows as there are, but 2 097 151 at most.
///
/// # Errors
/// `fit`: a setting out of range; fewer than two rows; labels of one class only
/// ([`SingleClass`](crate::ErrorKind::SingleClass)); the caller's wish to stop.
///
/// # Complexity
/// O(trees · n · √d · depth) time. O(trees · n / min_leaf) memory for the model and O(n) for each thread.
///
/// # Reference
/// L. Breiman (2001), Random forests, Machine Learning 45.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Features, Labeled}, learn::RandomForest};
///
/// // Customers leave who came neither lately nor long ago: no straight line tells them apart.
/// let days: Vec<f64> = (0..300).map(f64::from).collect();
/// let left = days.iter().map(|&days| (100.0..200.0).contains(&days)).collect::<Vec<_>>();
/// let data = Labeled::new(Features::new(["days"], days)?, left)?;
/// let model = RandomForest { n_trees: 50, ..RandomForest::default() }.fit(&data)?;
/// let chance = model.predict_probability(&Features::new(["days"], vec![20.0, 150.0, 280.0])?)?;
/// assert!(chance[0] < 0.1 && chance[1] > 0.9 && chance[2] < 0.1);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomForest {
    /// How many trees, 1 to 100 000. Default 300.
    pub n_trees: usize,
    /// Fewest different rows in a leaf, at least 1. Default 5.
    pub min_leaf: usize,
    /// How many features are drawn for a split. Default: the square root of their number.
    pub max_features: MaxFeatures,
    /// Most splits above a leaf; `None` (the default) for no bound.
    pub max_depth: Option<usize>,
    /// The forest is the same for the same data, settings and seed. Default 42.
    pub seed: u64,
}

/// How many features a [`RandomForest`] draws for each split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MaxFeatures {
    /// The square root of their number, rounded down.
    Sqrt,
    /// All of them (bagged trees).
    All,
    /// So many, from 1 to all.
    Exactly(usize),
}

impl Default for RandomForest {
    fn default() -> Self {
        RandomForest { n_trees: 300, min_leaf: 5, max_features: MaxFeatures::Sqrt, max_depth: None, seed: 42 }
    }
}

impl RandomForest {
    fn check(&self, n_features: usize) -> Result<()> {
        if !(1..=100_000).contains(&self.n_trees) {
            return invalid_parameter(NAME, "n_trees", "from 1 to 100000", self.n_trees);
        }
        if self.min_leaf == 0 {
            return invalid_parameter(NAME, "min_leaf", "at least 1", self.min_leaf);
        }
        if self.max_depth == Some(0) {
            return invalid_parameter(NAME, "max_depth", "at least 1, or None", self.max_depth);
        }
        match self.max_features {
            MaxFeatures::Exactly(count) if !(1..=n_features).contains(&count) => invalid_parameter(
                NAME,
                "max_features",
                format!("from 1 to the number of features, {n_features}"),
                count,
            ),
            _ => Ok(()),
        }
    }

    fn features_per_split(&self, n_features: usize) -> usize {
        match self.max_features {
            MaxFeatures::Sqrt => n_features.isqrt(),
            MaxFeatures::All => n_features,
            MaxFeatures::Exactly(count) => count,
        }
    }
}

impl Fit<Labeled> for RandomForest {
    type Model = RandomForestModel;

    fn fit_with(&self, data: &Labeled, control: &Control) -> Result<RandomForestModel> {
        let features = data.features();
        self.check(features.n_features())?;
        check_labels(NAME, data)?;
        let columns = Column::all(features, STAGE, control)?;
        let labels: Vec<bool> = data.labels().collect();
        let ground = Ground {
            columns: &columns,
            labels: &labels,
            n_features: features.n_features(),
            features_per_split: self.features_per_split(features.n_features()),
            // No sample has so many rows: a larger bound means the same.
            min_leaf: self.min_leaf.min(2 * MOST_DRAWN) as u32,
            max_depth: self.max_depth.and_then(|depth| u32::try_from(depth).ok()).unwrap_or(u32::MAX),
            stage: STAGE,
        };
        let (done, total) = (AtomicU64::new(0), self.n_trees as u64);
        let grown = (0..total)
            .into_par_iter()
            .map_init(Grower::default, |grower, tree| {
                control.step(STAGE, done.fetch_add(1, Ordering::Relaxed), total)?;
                grower.grow(&ground, Random::for_part(self.seed, tree), control)
            })
            .collect::<Result<Vec<_>>>()?;
        let importances = mean_importances(grown.iter().map(|(_, importance)| importance), ground.n_features);
        let trees = grown.into_iter().map(|(tree, _)| tree).collect();
        Ok(RandomForestModel { names: features.names().to_vec(), trees, importances })
    }
}

/// The mean over trees of each feature's share of the tree's decrease of impurity.
fn mean_importances<'a>(trees: impl Iterator<Item = &'a Vec<f64>>, n_features: usize) -> Vec<f64> {
    let normalize = |values: &[f64]| -> Vec<f64> {
        let sum: f64 = values.iter().sum();
        values.iter().map(|value| if sum > 0.0 { value / sum } else { 0.0 }).collect()
    };
    let mut mean = vec![0.0; n_features];
    for tree in trees {
        mean.iter_mut().zip(normalize(tree)).for_each(|(sum, share)| *sum += share);
    }
    normalize(&mean)
}

/// A fitted [`RandomForest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedForest", into = "SavedForest")]
pub struct RandomForestModel {
    names: Vec<String>,
    trees: Vec<Tree>,
    importances: Vec<f64>,
}

/// Rows per piece of work at prediction: few enough to stay in the nearest cache with a tree.
const ROWS: usize = 256;

impl RandomForestModel {
    /// The features of the fit, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many trees.
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// How much each feature lowered the Gini impurity, as shares that add up to 1 (all 0 when no tree has a
    /// split). Features of many values are favored.
    pub fn importances(&self) -> &[f64] {
        &self.importances
    }

    /// The probability of the positive class, row by row.
    ///
    /// # Errors
    /// [`FeatureMismatch`](crate::ErrorKind::FeatureMismatch) when names or their order differ from the fit.
    pub fn predict_probability(&self, features: &Features) -> Result<Vec<f64>> {
        features.expect_names("RandomForestModel", &self.names)?;
        let d = self.names.len();
        let n_trees = self.trees.len() as f64;
        Ok(features
            .values()
            .par_chunks(d * ROWS)
            .flat_map_iter(|rows| {
                let mut sums = vec![0.0; rows.len() / d];
                for tree in &self.trees {
                    tree.add_probabilities(rows, d, &mut sums);
                }
                sums.into_iter().map(move |sum| sum / n_trees)
            })
            .collect())
    }

    /// The probabilities and why: along the path of a row, the change of probability at every split counts
    /// for the feature of the split. Contributions are means over the trees, in probability.
    ///
    /// # Errors
    /// As [`RandomForestModel::predict_probability`].
    ///
    /// # Reference
    /// A. Saabas (2014), Interpreting random forests.
    pub fn explain(&self, features: &Features) -> Result<Explained> {
        features.expect_names("RandomForestModel", &self.names)?;
        let d = self.names.len();
        let n_trees = self.trees.len() as f64;
        let (sums, parts): (Vec<_>, Vec<_>) = features
            .values()
            .par_chunks(d * ROWS)
            .map(|rows| {
                let (mut sums, mut parts) = (vec![0.0; rows.len() / d], vec![0.0; rows.len()]);
                for tree in &self.trees {
                    tree.add_explained(rows, d, &mut sums, &mut parts);
                }
                (sums, parts)
            })
            .unzip();
        let mean = |sums: Vec<Vec<f64>>| sums.into_iter().flatten().map(|sum| sum / n_trees).collect();
        let base = self.trees.iter().map(Tree::root).sum::<f64>() / n_trees;
        Explained::new(features, mean(sums), base, mean(parts))
    }
}

impl Predict<Features> for RandomForestModel {
    type Output = Vec<f64>;

    fn predict(&self, features: &Features) -> Result<Vec<f64>> {
        self.predict_probability(features)
    }
}
