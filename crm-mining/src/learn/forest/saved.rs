//! A forest as plain data, checked when it comes back.

use super::RandomForestModel;
use super::tree::Tree;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The fields of a forest, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedForest {
    names: Vec<String>,
    importances: Vec<f64>,
    trees: Vec<SavedTree>,
}

/// The nodes of a tree, each by its number. A leaf leads to itself, its threshold is 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedTree {
    pub(super) features: Vec<u32>,
    pub(super) thresholds: Vec<f64>,
    pub(super) left: Vec<u32>,
    pub(super) probabilities: Vec<f64>,
}

impl From<RandomForestModel> for SavedForest {
    fn from(model: RandomForestModel) -> SavedForest {
        let RandomForestModel { names, trees, importances } = model;
        SavedForest { names, importances, trees: trees.iter().map(Tree::save).collect() }
    }
}

impl TryFrom<SavedForest> for RandomForestModel {
    type Error = Error;

    fn try_from(saved: SavedForest) -> Result<RandomForestModel> {
        let SavedForest { names, importances, trees } = saved;
        if names.is_empty() || trees.is_empty() {
            return refused("a feature and a tree at least", format!("{} and {}", names.len(), trees.len()));
        }
        if importances.len() != names.len() || !importances.iter().copied().all(is_share) {
            return refused("an importance from 0 to 1 for each feature", format!("{importances:?}"));
        }
        for (at, tree) in trees.iter().enumerate() {
            if !tree.is_sound(names.len()) {
                return refused("nodes that lead to later nodes of the same tree", format!("tree {at}"));
            }
        }
        Ok(RandomForestModel { names, trees: trees.into_iter().map(Tree::load).collect(), importances })
    }
}

fn is_share(share: f64) -> bool {
    (0.0..=1.0 + 1e-9).contains(&share)
}

fn refused<T>(rule: &str, found: String) -> Result<T> {
    Err(ErrorKind::Malformed { place: "RandomForestModel".into(), rule: rule.into(), found }.into())
}

impl SavedTree {
    /// Whether every walk of rows of so many features stays in the tree and ends.
    fn is_sound(&self, n_features: usize) -> bool {
        let n = self.left.len();
        let lengths = [self.features.len(), self.thresholds.len(), self.probabilities.len()];
        let nodes = self.left.iter().zip(&self.features).zip(&self.thresholds).enumerate();
        n > 0
            && lengths == [n; 3]
            && self.probabilities.iter().copied().all(is_share)
            && nodes.into_iter().all(|(at, ((&left, &feature), threshold))| {
                let left = left as usize;
                let leads_on = left == at || (left > at && left + 1 < n);
                leads_on && (feature as usize) < n_features && threshold.is_finite()
            })
    }
}
