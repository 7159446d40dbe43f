//! Links learnt from pairs of which somebody said whether they are of one customer.

mod evaluation;
mod features;
mod pairs;
mod value;

pub use evaluation::LinkQuality;
pub use pairs::{LabeledPairs, RowPairs, ScoredPairs};

use crate::data::{Features, Labeled};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::random::Random;
use crate::model::{Control, Fit, Predict};
use evaluation::best_threshold;
use features::Measures;
use serde::{Deserialize, Serialize};

const NAME: &str = "LinkByExample";

/// Settings of linking by example: a classifier learns from labeled pairs which rows are of one customer.
///
/// Use it when some hundred pairs or more have been looked at by people; without labels use Fellegi and Sunter's model.
/// Each compared column, and the whole record as one text, is measured in twelve ways: whether both values are
/// there, Jaro–Winkler, Levenshtein, words and runs of three signs in common, the shorter text within the longer, the
/// difference of numbers, words with digits in common, the tf-idf cosine (how rare words are is learnt from both
/// tables, which needs no label), and two measures of product or order codes that hyphens do not disturb. The
/// learner, such as a [random forest](crate::learn::RandomForest), tells from these how likely a pair is one customer.
///
/// # Errors
/// `fit`: no column, or one that a table does not have; a threshold outside 0 to 1; fewer than two folds;
/// fewer pairs of a class than folds ([`NotEnoughData`](ErrorKind::NotEnoughData)); what the learner refuses;
/// the caller's wish to stop.
///
/// # Complexity
/// O(pairs · length of the values) time for the features; `folds` + 1 fits of the learner.
///
/// # Reference
/// P. Konda and others (2016), Magellan: toward building entity matching management systems, PVLDB 9(12).
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::{Column, Table}, learn::RandomForest};
/// use crm_mining::prepare::{LabeledPairs, LinkByExample, RowPairs};
///
/// let names = (0..40).map(|i| format!("customer {} of street {}", i * 37, i * 11)).collect::<Vec<_>>();
/// let typed = names.iter().map(|name| name.replace("customer", "custmer")).collect::<Vec<_>>();
/// let shop = Table::new("shop", vec![Column::text("name", names.iter().map(Some))])?;
/// let web = Table::new("web", vec![Column::text("name", typed.iter().map(Some))])?;
///
/// // Each row beside its own and its neighbor.
/// let rows: Vec<[u32; 2]> = (0..40).flat_map(|i| [[i, i], [i, (i + 1) % 40]]).collect();
/// let labels = rows.iter().map(|[a, b]| a == b).collect();
/// let pairs = RowPairs::new(&shop, &web, rows)?;
/// let settings = LinkByExample::new(["name"], RandomForest { n_trees: 50, ..RandomForest::default() });
/// let model = settings.fit(&LabeledPairs::new(pairs.clone(), labels)?)?;
/// assert_eq!(model.predict(&pairs)?.links().count(), 40);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkByExample<L> {
    /// The columns compared, by their name in both tables.
    pub columns: Vec<String>,
    /// What learns from the features of the pairs. Its model must give probabilities.
    pub learner: L,
    /// From which probability on a pair is linked. Default: the best F1 in 5 folds.
    pub threshold: LinkThreshold,
}

/// From which probability on a pair counts as linked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkThreshold {
    /// From the one of the highest F1 over all labeled pairs, each scored by a model that did not see its fold.
    BestF1 {
        /// How many folds, at least 2.
        folds: usize,
        /// Decides the folds.
        seed: u64,
    },
    /// From this one, from 0 to 1.
    At(f64),
}

impl<L> LinkByExample<L> {
    /// These columns compared, and this learner; the threshold by default.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>, learner: L) -> LinkByExample<L> {
        let columns = columns.into_iter().map(Into::into).collect();
        LinkByExample { columns, learner, threshold: LinkThreshold::BestF1 { folds: 5, seed: 42 } }
    }

    fn check(&self) -> Result<()> {
        if self.columns.is_empty() {
            return invalid_parameter(NAME, "columns", "at least one", 0);
        }
        match self.threshold {
            LinkThreshold::BestF1 { folds, .. } if folds < 2 => {
                invalid_parameter(NAME, "threshold.folds", "at least 2", folds)
            }
            LinkThreshold::At(threshold) if !(0.0..=1.0).contains(&threshold) => {
                invalid_parameter(NAME, "threshold", "from 0 to 1", threshold)
            }
            _ => Ok(()),
        }
    }
}

impl<L> Fit<LabeledPairs<'_>> for LinkByExample<L>
where
    L: Fit<Labeled>,
    L::Model: Predict<Features, Output = Vec<f64>>,
{
    type Model = LinkByExampleModel<L::Model>;

    fn fit_with(&self, data: &LabeledPairs<'_>, control: &Control) -> Result<Self::Model> {
        self.check()?;
        let pairs = data.pairs();
        let measures = Measures::learn(&self.columns, pairs.left(), pairs.right(), control)?;
        let features = measures.of(pairs, control)?;
        let labeled = Labeled::new(features, data.labels().iter().copied())?;
        let (threshold, cross_validated) = match self.threshold {
            LinkThreshold::At(threshold) => (threshold, None),
            LinkThreshold::BestF1 { folds, seed } => {
                let probabilities = out_of_fold(&self.learner, &labeled, folds, seed, control)?;
                let threshold = best_threshold(data.labels(), &probabilities);
                (threshold, Some(LinkQuality::at(threshold, data.labels(), &probabilities)))
            }
        };
        let learner = self.learner.fit_with(&labeled, control)?;
        Ok(LinkByExampleModel { measures, learner, threshold, cross_validated })
    }
}

/// The probability of every row by a model that learnt from the other folds.
fn out_of_fold<L>(learner: &L, data: &Labeled, folds: usize, seed: u64, control: &Control) -> Result<Vec<f64>>
where
    L: Fit<Labeled>,
    L::Model: Predict<Features, Output = Vec<f64>>,
{
    let fold_of_row = deal(data, folds, seed)?;
    let mut probabilities = vec![0.0; fold_of_row.len()];
    for fold in 0..folds {
        let rows = |test: bool| -> Vec<u32> {
            let dealt = (0u32..).zip(&fold_of_row);
            dealt.filter(|&(_, &of)| (of == fold) == test).map(|(row, _)| row).collect()
        };
        let model = learner.fit_with(&data.select(&rows(false)), &control.silent())?;
        let test = rows(true);
        for (&row, probability) in test.iter().zip(model.predict(&data.features().select(&test))?) {
            if let Some(place) = probabilities.get_mut(row as usize) {
                *place = probability;
            }
        }
        control.step(NAME, fold as u64 + 1, folds as u64)?;
    }
    Ok(probabilities)
}

/// Rows dealt at random into folds, each class evenly.
fn deal(data: &Labeled, folds: usize, seed: u64) -> Result<Vec<usize>> {
    let (rows, linked) = (data.features().n_rows(), data.n_positive());
    for (got, unit) in [(linked, "linked pairs"), (rows - linked, "pairs not linked")] {
        if got < folds {
            return Err(ErrorKind::NotEnoughData { of: NAME, needed: folds, unit, got }.into());
        }
    }
    let mut order: Vec<usize> = (0..rows).collect();
    Random::new(seed).shuffle(&mut order);
    order.sort_by_key(|&row| data.label(row));
    let mut fold_of_row = vec![0; rows];
    for (place, row) in order.into_iter().enumerate() {
        if let Some(fold) = fold_of_row.get_mut(row) {
            *fold = place % folds;
        }
    }
    Ok(fold_of_row)
}

/// A fitted [`LinkByExample`]. It is plain data, checked when it is read; it holds no word of the tables, only hashes of
/// words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "Saved<M>",
    bound(deserialize = "M: Deserialize<'de> + Predict<Features, Output = Vec<f64>>")
)]
pub struct LinkByExampleModel<M> {
    measures: Measures,
    learner: M,
    threshold: f64,
    cross_validated: Option<LinkQuality>,
}

/// The fields of a model, unchecked.
#[derive(Deserialize)]
struct Saved<M> {
    measures: Measures,
    learner: M,
    threshold: f64,
    cross_validated: Option<LinkQuality>,
}

impl<M: Predict<Features, Output = Vec<f64>>> TryFrom<Saved<M>> for LinkByExampleModel<M> {
    type Error = crate::Error;

    fn try_from(saved: Saved<M>) -> Result<LinkByExampleModel<M>> {
        let Saved { measures, learner, threshold, cross_validated } = saved;
        if !(0.0..=1.0).contains(&threshold) {
            return invalid_parameter("LinkByExampleModel", "threshold", "from 0 to 1", threshold);
        }
        measures.check()?;
        // The learner must have learnt from these measures.
        let probability = learner.predict(&measures.nothing()?)?;
        if !probability.iter().all(|probability| (0.0..=1.0).contains(probability)) {
            let must_be = "a model of probabilities";
            return invalid_parameter("LinkByExampleModel", "learner", must_be, format!("{probability:?}"));
        }
        Ok(LinkByExampleModel { measures, learner, threshold, cross_validated })
    }
}

impl<M: Predict<Features, Output = Vec<f64>>> LinkByExampleModel<M> {
    /// From which probability on a pair counts as linked.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// How good links were on labeled pairs that the model had not seen, at the threshold chosen for them; `None`
    /// when the threshold was given.
    pub fn cross_validated(&self) -> Option<LinkQuality> {
        self.cross_validated
    }

    /// What the learner learnt.
    pub fn learner(&self) -> &M {
        &self.learner
    }

    /// What the learner sees of pairs.
    ///
    /// # Errors
    /// [`MissingColumn`](ErrorKind::MissingColumn).
    pub fn features(&self, pairs: &RowPairs<'_>) -> Result<Features> {
        self.measures.of(pairs, &Control::default())
    }

    /// The same model with the threshold of the highest F1 on other labeled pairs.
    ///
    /// # Errors
    /// As [`LinkByExampleModel::features`].
    pub fn with_threshold_from(mut self, validation: &LabeledPairs<'_>) -> Result<Self> {
        let probabilities = self.probabilities(validation.pairs())?;
        self.threshold = best_threshold(validation.labels(), &probabilities);
        Ok(self)
    }

    /// How good links are on labeled pairs.
    ///
    /// # Errors
    /// As [`LinkByExampleModel::features`].
    pub fn evaluate(&self, test: &LabeledPairs<'_>) -> Result<LinkQuality> {
        Ok(LinkQuality::at(self.threshold, test.labels(), &self.probabilities(test.pairs())?))
    }

    fn probabilities(&self, pairs: &RowPairs<'_>) -> Result<Vec<f64>> {
        if pairs.is_empty() { Ok(Vec::new()) } else { self.learner.predict(&self.features(pairs)?) }
    }
}

impl<M: Predict<Features, Output = Vec<f64>>> Predict<RowPairs<'_>> for LinkByExampleModel<M> {
    type Output = ScoredPairs;

    fn predict(&self, pairs: &RowPairs<'_>) -> Result<ScoredPairs> {
        let numbers = pairs.rows().iter().map(|&[left, right]| {
            [pairs.left().row_number(left as usize), pairs.right().row_number(right as usize)]
        });
        Ok(ScoredPairs {
            rows: pairs.rows().to_vec(),
            numbers: numbers.collect(),
            probabilities: self.probabilities(pairs)?,
            threshold: self.threshold,
        })
    }
}
