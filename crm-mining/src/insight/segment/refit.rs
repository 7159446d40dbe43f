//! Whether it pays to fit a segmentation anew.

use super::model::SegmentModel;
use crate::data::{Column, Features, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::{KMeans, KMeansModel, Silhouette};
use crate::math::assignment::assign;
use crate::math::random::Random;
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a saved segmentation still fits customers of today, or whether it pays to fit it anew.
///
/// A new fit always follows its own data more closely, be it only their noise, and every new fit moves customers
/// between segments though they did nothing. So the two are compared on customers that the new fit has not seen:
/// the customers are cut into two halves at random; k-means with the k of the old model is fitted on one half and
/// judged beside the old model on the other, and the other way round. Both are judged in the units of the old
/// model, logged and standardized as at its fit.
///
/// The rule: fit anew when the mean squared distance to the nearest center falls by `min_gain` or more and the
/// mean silhouette does not fall, or when the mean silhouette rises by `min_silhouette_gain` or more, or when the
/// old model puts all customers into one segment. Otherwise keep the old one.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `min_gain` | fall of the mean squared distance that pays, 0 to 1 | 0.05 |
/// | `min_silhouette_gain` | rise of the mean silhouette that pays, 0 to 2 | 0.05 |
/// | `n_init` | starts of k-means | 10 |
/// | `seed` | of the halves and the starts | 42 |
///
/// # Errors
/// `check`: a setting out of range; features other than the model's; fewer than 2 customers, or fewer distinct ones
/// in a half than segments.
///
/// # Complexity
/// Three fits of [`KMeans`], and of [`Silhouette`] on both halves.
///
/// # Reference
/// The comparison on customers not seen is that of prediction strength: R. Tibshirani and G. Walther (2005), Cluster
/// validation by prediction strength, Journal of Computational and Graphical Statistics 14.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, insight::{Refit, RefitDecision, Segmentation}};
///
/// let spends = |few: f64, much: f64| {
///     let spend = |i: i32| f64::from(i % 7) + if i % 2 == 0 { few } else { much };
///     Features::new(["spend"], (0..60).map(spend).collect())
/// };
/// let segments = Segmentation::kmeans(2..=2).fit(&spends(100.0, 200.0)?)?;
/// let old = segments.without_customers();
/// assert_eq!(Refit::default().check(old, &spends(101.0, 199.0)?)?.decision, RefitDecision::Keep);
/// let check = Refit::default().check(old, &spends(60.0, 240.0)?)?;
/// assert_eq!(check.decision, RefitDecision::Refit);
/// assert!(check.why.starts_with("the mean squared distance to the nearest center falls by 9"), "{}", check.why);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refit {
    /// Fall of the mean squared distance that pays.
    pub min_gain: f64,
    /// Rise of the mean silhouette that pays.
    pub min_silhouette_gain: f64,
    /// Starts of k-means.
    pub n_init: usize,
    /// Of the halves and the starts.
    pub seed: u64,
}

impl Default for Refit {
    fn default() -> Self {
        Refit { min_gain: 0.05, min_silhouette_gain: 0.05, n_init: 10, seed: 42 }
    }
}

/// Whether to fit anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefitDecision {
    /// The old model does as well.
    Keep,
    /// A new fit pays.
    Refit,
}

/// The old model and a new fit beside each other, on customers that the new fit had not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefitCheck {
    /// What to do.
    pub decision: RefitDecision,
    /// Why, in one sentence.
    pub why: String,
    /// Customers.
    pub n_customers: usize,
    /// The mean squared distance to the nearest center of the old model.
    pub old_inertia: f64,
    /// The same of a new fit.
    pub new_inertia: f64,
    /// By what share the latter is lower; negative when it is higher.
    pub gain: f64,
    /// The mean silhouette of the old model; `None` where it puts a half into one segment.
    pub old_silhouette: Option<f64>,
    /// The same of a new fit.
    pub new_silhouette: Option<f64>,
    /// The share of customers whom a new fit on all of them would put into another segment than that which goes
    /// with their old one.
    pub moved: f64,
}

impl Refit {
    /// Sets [`Refit::min_gain`].
    pub fn min_gain(self, min_gain: f64) -> Self {
        Refit { min_gain, ..self }
    }

    /// Sets [`Refit::min_silhouette_gain`].
    pub fn min_silhouette_gain(self, min_silhouette_gain: f64) -> Self {
        Refit { min_silhouette_gain, ..self }
    }

    /// Sets [`Refit::seed`].
    pub fn seed(self, seed: u64) -> Self {
        Refit { seed, ..self }
    }

    /// Compares a model with a new fit on the customers of today.
    ///
    /// # Errors
    /// See [`Refit`].
    pub fn check(&self, old: &SegmentModel, features: &Features) -> Result<RefitCheck> {
        self.check_with(old, features, &Control::default())
    }

    /// As [`Refit::check`]; stops when asked by `control`.
    ///
    /// # Errors
    /// See [`Refit`]; and the caller's wish to stop.
    pub fn check_with(
        &self,
        old: &SegmentModel,
        features: &Features,
        control: &Control,
    ) -> Result<RefitCheck> {
        if !(0.0..=1.0).contains(&self.min_gain) {
            return invalid_parameter("Refit", "min_gain", "from 0 to 1", self.min_gain);
        }
        if !(0.0..=2.0).contains(&self.min_silhouette_gain) {
            let got = self.min_silhouette_gain;
            return invalid_parameter("Refit", "min_silhouette_gain", "from 0 to 2", got);
        }
        features.expect_names("Refit", old.feature_names())?;
        let n = features.n_rows();
        if n < 2 {
            let (needed, unit) = (2, "customers");
            return Err(ErrorKind::NotEnoughData { of: "Refit", needed, unit, got: n }.into());
        }
        let prepared = old.preparation.predict(features)?;
        let mut rows: Vec<u32> = (0..n as u32).collect();
        Random::new(self.seed).shuffle(&mut rows);
        let (a, b) = rows.split_at(n / 2);
        let (a, b) = (prepared.select(a), prepared.select(b));
        let both = [self.judge(old, &a, &b, control)?, self.judge(old, &b, &a, control)?];
        let mean = |of: fn(&Judged) -> f64| both.iter().map(of).sum::<f64>() / n as f64;
        let silhouette = |of: fn(&Judged) -> Option<f64>| {
            let sums = both.iter().map(|half| Some(of(half)? * half.n as f64)).sum::<Option<f64>>();
            sums.map(|sum| sum / n as f64)
        };
        let (old_inertia, new_inertia) = (mean(|half| half.old_sum), mean(|half| half.new_sum));
        let mut check = RefitCheck {
            decision: RefitDecision::Keep,
            why: String::new(),
            n_customers: n,
            old_inertia,
            new_inertia,
            gain: if old_inertia > 0.0 { 1.0 - new_inertia / old_inertia } else { 0.0 },
            old_silhouette: silhouette(|half| half.old_silhouette),
            new_silhouette: silhouette(|half| half.new_silhouette),
            moved: moved(old, &self.kmeans(old).fit_with(&prepared, control)?, &prepared)?,
        };
        (check.decision, check.why) = self.decide(&check);
        Ok(check)
    }

    fn kmeans(&self, old: &SegmentModel) -> KMeans {
        KMeans { n_init: self.n_init, seed: self.seed, tolerance: 0.0, ..KMeans::new(old.k()) }
    }

    /// Fits on one half and judges both on the other.
    fn judge(
        &self,
        old: &SegmentModel,
        fit_on: &Features,
        on: &Features,
        control: &Control,
    ) -> Result<Judged> {
        let new = self.kmeans(old).fit_with(fit_on, control)?;
        let ours = SegmentModel::new(old.preparation.clone(), &new);
        let (of_old, of_new) = (old.nearest(on)?, ours.nearest(on)?);
        let labels = |of: &[(u32, f64)]| -> Vec<u32> { of.iter().map(|(label, _)| *label).collect() };
        let sum = |of: &[(u32, f64)]| of.iter().map(|(_, distance)| distance).sum::<f64>();
        let silhouette = |labels: &[u32]| -> Result<Option<f64>> {
            if labels.iter().all(|label| Some(label) == labels.first()) {
                return Ok(None);
            }
            let scorer = Silhouette { seed: self.seed, ..Silhouette::default() };
            Ok(scorer.score_all(on, &[labels], control)?.first().map(|score| score.mean))
        };
        Ok(Judged {
            n: on.n_rows(),
            old_sum: sum(&of_old),
            new_sum: sum(&of_new),
            old_silhouette: silhouette(&labels(&of_old))?,
            new_silhouette: silhouette(&labels(&of_new))?,
        })
    }

    fn decide(&self, check: &RefitCheck) -> (RefitDecision, String) {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let (Some(old), Some(new)) = (check.old_silhouette, check.new_silhouette) else {
            return match (check.old_silhouette, check.new_silhouette) {
                (None, Some(_)) => (
                    RefitDecision::Refit,
                    "the old model puts half the customers into one segment".to_owned(),
                ),
                _ => (RefitDecision::Keep, "a new fit puts half the customers into one segment".to_owned()),
            };
        };
        let rise = new - old;
        if check.gain >= self.min_gain && rise >= 0.0 {
            let why = format!(
                "the mean squared distance to the nearest center falls by {} (pays from {}), the mean silhouette goes \
                 from {old:.3} to {new:.3}",
                percent(check.gain),
                percent(self.min_gain)
            );
            return (RefitDecision::Refit, why);
        }
        if rise >= self.min_silhouette_gain {
            let pays = self.min_silhouette_gain;
            let why = format!("the mean silhouette rises from {old:.3} to {new:.3} (pays from {pays})");
            return (RefitDecision::Refit, why);
        }
        let why = format!(
            "on customers it has not seen a new fit changes the mean squared distance by {} (pays from -{}) and the \
             mean silhouette by {rise:+.3} (pays from {:+})",
            percent(-check.gain),
            percent(self.min_gain),
            self.min_silhouette_gain
        );
        (RefitDecision::Keep, why)
    }
}

/// One half of the customers, judged.
struct Judged {
    n: usize,
    old_sum: f64,
    new_sum: f64,
    old_silhouette: Option<f64>,
    new_silhouette: Option<f64>,
}

/// The share of rows whose new cluster is not the one that goes with their old segment, when both are matched so
/// that as few as possible move.
fn moved(old: &SegmentModel, new: &KMeansModel, prepared: &Features) -> Result<f64> {
    let (of_old, of_new) = (old.nearest(prepared)?, new.predict(prepared)?);
    let mut costs = vec![vec![0.0; new.k()]; old.k()];
    for ((from, _), &to) in of_old.iter().zip(&of_new) {
        let cell = costs.get_mut(*from as usize).and_then(|row| row.get_mut(to as usize));
        cell.into_iter().for_each(|cost| *cost -= 1.0);
    }
    let stay = |(to, row): (Option<usize>, &Vec<f64>)| row.get(to?).copied();
    let stayed: f64 = assign(&costs).into_iter().zip(&costs).filter_map(stay).sum();
    Ok(1.0 + stayed / prepared.n_rows() as f64)
}

impl fmt::Display for RefitCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decision = match self.decision {
            RefitDecision::Keep => "keep",
            RefitDecision::Refit => "re-fit",
        };
        write!(f, "{decision}: {}; it would move {:.1} % of the customers", self.why, 100.0 * self.moved)
    }
}

impl ToTable for RefitCheck {
    /// The old model and the new fit, one row each.
    fn to_table(&self) -> Table {
        let or_nan = |value: Option<f64>| value.unwrap_or(f64::NAN);
        Table::of(
            "refit",
            vec![
                Column::text("model", [Some("old"), Some("new")]),
                Column::floats("mean_squared_distance", vec![self.old_inertia, self.new_inertia]),
                Column::floats("silhouette", vec![or_nan(self.old_silhouette), or_nan(self.new_silhouette)]),
            ],
        )
    }
}
