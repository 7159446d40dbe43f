//! Segments: groups of customers alike in their features, found by k-means and said in words.

mod by_hand;
mod choice;
mod choose;
mod condition;
mod describe;
mod drift;
mod effects;
mod explain;
mod matching;
mod model;
mod refit;
mod report;
mod segmented;
mod step_up;
mod tree;
mod words;

use crate::data::{Column, Features, Keys, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::feature::{Preparation, Prepared};
use crate::learn::{Clustering, KMeans, KMeansModel, Silhouette, SilhouetteScore, distinct_rows};
use crate::model::{Control, Fit, Predict};
pub use by_hand::{NamedRule, SegmentRules};
pub use choice::{Favorites, Objection, SegmentChoice};
pub use choose::{ChooseSegments, ChosenSegments};
pub use condition::{Comparison, Condition};
pub use describe::{Level, SegmentDescription};
pub use drift::{FeatureDrift, Hotelling, PairDrift, SegmentDrift};
pub use effects::FeatureEffect;
pub use explain::{ExplainSegments, Revenue};
pub use matching::{MatchBy, MatchedPair, SegmentMatch, match_segments};
pub use model::SegmentModel;
use rayon::prelude::*;
pub use refit::{Refit, RefitCheck, RefitDecision};
pub use report::{ExplainedSegment, SegmentReport, SegmentRule, TypicalCustomer};
pub use segmented::{AboutSegment, NamedSegments, Segmented};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
pub use step_up::{Change, Direction, Lever, StepUp};

/// Segmentation of customers: k-means on their features, with the number of segments chosen by the mean
/// silhouette.
///
/// Use it on a few features that say how customers differ, such as recency, frequency and monetary value.
/// First, every column that leans right (skewness above 0.5) and has no negative value is replaced by
/// ln(1 + x); then all are standardized. [`Segments::logged`] lists the columns so treated. K-means runs for
/// each k of the range; the best mean silhouette wins, the smaller k of equals. A k above the number of
/// distinct customers is skipped ([`Segments::skipped`]).
///
/// Two segments often win although they only part the active customers from the rest: look at
/// [`Segments::silhouettes`] and [`Segments::structure`], ask for `3..=8` when finer groups are wanted, or let
/// [`Segmentation::choose`] find the finest division that the customers bear.
///
/// What the segments are, [`ExplainSegments`] tells; whether they are the same next month, [`match_segments`],
/// [`SegmentDrift`] and [`Refit`].
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | numbers of segments to try | 2 to 8 |
/// | `n_init` | starts of k-means for each k | 10 |
/// | `seed` | of the random numbers | 42 |
/// | `preparation` | how columns become comparable | ln(1 + x) where they lean right, then standardized |
///
/// Fitted on [`Features`], or on a [`Table`] whose columns the preparation names: raw rows, with categories and missing
/// values. Fitting gives [`Segments`], whose `predict` assigns new customers.
///
/// # Errors
/// A range that is empty or begins below 2; no row; fewer distinct rows than the smallest k; values of 1e140
/// or more in size.
///
/// # Complexity
/// That of [`KMeans`] for each k, run until no customer changes its segment, and of [`Silhouette`] once for all: O(n²) up to 20 000 customers, on a
/// sample of that size beyond.
///
/// # Reference
/// L. Kaufman and P. J. Rousseeuw (1990), Finding Groups in Data, chapter 2: k by silhouette.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, insight::Segmentation};
///
/// let features = Features::new(
///     ["recency", "frequency", "monetary"],
///     vec![3.0, 9.0, 900.0, 5.0, 8.0, 700.0, 200.0, 1.0, 20.0, 230.0, 1.0, 30.0, 180.0, 2.0, 25.0],
/// )?;
/// let segments = Segmentation::kmeans(2..=3).fit(&features)?;
/// assert_eq!(segments.k(), 2);
/// assert_eq!(segments.labels(), [0, 0, 1, 1, 1]);
/// let best = &segments.segments()[0];
/// assert_eq!((best.size, best.share), (2, 0.4));
/// assert_eq!(best.name, "bought lately, often, high spend");
///
/// let new = Features::new(["recency", "frequency", "monetary"], vec![10.0, 6.0, 500.0])?;
/// assert_eq!(segments.predict(&new)?, [0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segmentation {
    /// Numbers of segments to try.
    pub k: RangeInclusive<usize>,
    /// Starts of k-means for each k.
    pub n_init: usize,
    /// Of the random numbers.
    pub seed: u64,
    /// How columns become comparable.
    #[serde(default)]
    pub preparation: Preparation,
}

impl Default for Segmentation {
    fn default() -> Self {
        Segmentation::kmeans(2..=8)
    }
}

impl Segmentation {
    /// K-means with each of these numbers of segments.
    pub fn kmeans(k: RangeInclusive<usize>) -> Segmentation {
        Segmentation { k, n_init: 10, seed: 42, preparation: Preparation::default() }
    }

    /// The finest division of this range that is large enough, stable and not vague: all criteria, and a stated
    /// rule.
    pub fn choose(k: RangeInclusive<usize>) -> ChooseSegments {
        ChooseSegments { k, ..ChooseSegments::default() }
    }

    /// With so many starts for each k.
    pub fn n_init(self, n_init: usize) -> Segmentation {
        Segmentation { n_init, ..self }
    }

    /// With this seed.
    pub fn seed(self, seed: u64) -> Segmentation {
        Segmentation { seed, ..self }
    }

    /// With columns prepared like this.
    pub fn preparation(self, preparation: Preparation) -> Segmentation {
        Segmentation { preparation, ..self }
    }

    /// The numbers of segments that the rows allow, and those they do not.
    fn split_range(
        &self,
        scaled: &Features,
    ) -> Result<(RangeInclusive<usize>, Option<RangeInclusive<usize>>)> {
        let (first, last) = (*self.k.start(), *self.k.end());
        if first < 2 || last < first {
            let got = format_args!("{} to {}", self.k.start(), self.k.end());
            return invalid_parameter("Segmentation", "k", "a range from 2 or more, not empty", got);
        }
        let n_rows = scaled.n_rows();
        if n_rows == 0 {
            return Err(ErrorKind::NotEnoughData {
                of: "Segmentation",
                needed: 2,
                unit: "customers",
                got: 0,
            }
            .into());
        }
        let distinct = distinct_rows(scaled, last);
        if distinct < first {
            return Err(ErrorKind::TooManyClusters { of: "Segmentation", k: first, distinct }.into());
        }
        Ok((first..=distinct, (distinct < last).then(|| distinct + 1..=last)))
    }
}

impl Fit<Features> for Segmentation {
    type Model = Segments;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<Segments> {
        let prepared = self.preparation.fit_with(features, control)?;
        let scaled = prepared.predict(features)?;
        self.fit_prepared(features, &scaled, prepared, control)
    }
}

impl Fit<Table> for Segmentation {
    type Model = Segments;

    fn fit_with(&self, table: &Table, control: &Control) -> Result<Segments> {
        let prepared = self.preparation.fit_with(table, control)?;
        let (plain, scaled) = (prepared.plain(table)?, prepared.predict(table)?);
        self.fit_prepared(&plain, &scaled, prepared, control)
    }
}

impl Segmentation {
    fn fit_prepared(
        &self,
        features: &Features,
        scaled: &Features,
        prepared: Prepared,
        control: &Control,
    ) -> Result<Segments> {
        let (tried, skipped) = self.split_range(scaled)?;
        let fit = |k| {
            KMeans { n_init: self.n_init, seed: self.seed, tolerance: 0.0, ..KMeans::new(k) }
                .fit_with(scaled, control)
        };
        let models = tried.into_par_iter().map(fit).collect::<Result<Vec<KMeansModel>>>()?;
        let labelings: Vec<&[u32]> = models.iter().map(KMeansModel::labels).collect();
        let silhouette = Silhouette { seed: self.seed, ..Silhouette::default() };
        let scores = silhouette.score_all(scaled, &labelings, control)?;
        let silhouettes = models.iter().zip(&scores).map(|(model, score)| (model.k(), score.mean)).collect();
        let best = models.into_iter().zip(scores).reduce(|a, b| if b.1.mean > a.1.mean { b } else { a });
        let none =
            ErrorKind::NotEnoughData { of: "Segmentation", needed: 1, unit: "numbers of segments", got: 0 };
        let (clusters, score) = best.ok_or(none)?;
        Segments::of(features, scaled, prepared, clusters, (score, silhouettes, skipped))
    }
}

/// Customers in segments: what [`Segmentation`] learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    customers: Option<Keys>,
    labels: Vec<u32>,
    model: SegmentModel,
    clusters: KMeansModel,
    silhouettes: Vec<(usize, f64)>,
    score: SilhouetteScore,
    skipped: Option<RangeInclusive<usize>>,
}

/// How far a mean silhouette speaks for segments at all, by the words of Kaufman and Rousseeuw (1990).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// Up to 0.25: no substantial structure; the segments cut through a continuum.
    None,
    /// Up to 0.50: a weak structure that could be artificial.
    Weak,
    /// Up to 0.70: a reasonable structure.
    Reasonable,
    /// Above 0.70: a strong structure.
    Strong,
}

/// How good the division is: its silhouette, that of each number of segments tried, the numbers skipped.
type Scores = (SilhouetteScore, Vec<(usize, f64)>, Option<RangeInclusive<usize>>);

impl Segments {
    /// The segments of these clusters of prepared features, described by the features as they are.
    fn of(
        features: &Features,
        scaled: &Features,
        prepared: Prepared,
        clusters: KMeansModel,
        (score, silhouettes, skipped): Scores,
    ) -> Result<Segments> {
        let mut model = SegmentModel::new(prepared, &clusters);
        let labels: Vec<u32> = model.nearest(scaled)?.into_iter().map(|(label, _)| label).collect();
        model.segments = describe::describe(features, &labels, clusters.k(), &score);
        let customers = features.customers().cloned();
        Ok(Segments { customers, labels, model, clusters, silhouettes, score, skipped })
    }

    /// The customers, when the features named them.
    pub fn customers(&self) -> Option<&Keys> {
        self.customers.as_ref()
    }

    /// The segment of each customer, as a position in [`Segments::segments`].
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The number of segments chosen.
    pub fn k(&self) -> usize {
        self.model.k()
    }

    /// The segments with size, means, medians and words; ascending by the center in the first feature.
    pub fn segments(&self) -> &[SegmentDescription] {
        &self.model.segments
    }

    /// The segment of the customer in this row.
    pub fn segment_of(&self, row: usize) -> Option<&SegmentDescription> {
        self.segments().get(*self.labels().get(row)? as usize)
    }

    /// Each number of segments tried, and its mean silhouette.
    pub fn silhouettes(&self) -> &[(usize, f64)] {
        &self.silhouettes
    }

    /// The number of customers the silhouettes were computed on, when not all were.
    pub fn sampled(&self) -> Option<usize> {
        self.score.sampled
    }

    /// How far the silhouette of the chosen number speaks for segments at all.
    pub fn structure(&self) -> Structure {
        match self.score.mean {
            mean if mean > 0.70 => Structure::Strong,
            mean if mean > 0.50 => Structure::Reasonable,
            mean if mean > 0.25 => Structure::Weak,
            _ => Structure::None,
        }
    }

    /// The features that were replaced by ln(1 + x).
    pub fn logged(&self) -> impl Iterator<Item = &str> {
        self.model.preparation.logged()
    }

    /// The features in which all customers are equal; they part nobody.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        self.model.preparation.constant()
    }

    /// Numbers of segments asked for but not tried, because there are fewer distinct customers.
    pub fn skipped(&self) -> Option<RangeInclusive<usize>> {
        self.skipped.clone()
    }

    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        self.model.feature_names()
    }

    /// The clusters, in logged and standardized units.
    pub fn model(&self) -> &KMeansModel {
        &self.clusters
    }

    /// What is saved: the same segments without the customers of the fit.
    pub fn without_customers(&self) -> &SegmentModel {
        &self.model
    }
}

impl Predict<Table> for Segments {
    /// The segment of each row, in the order of the table, whoever its customers are.
    type Output = Vec<u32>;

    fn predict(&self, table: &Table) -> Result<Vec<u32>> {
        self.model.predict(table)
    }
}

impl Predict<Features> for Segments {
    /// The segment of each row.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        self.model.predict(features)
    }
}

impl Segmented for Segments {
    fn customers(&self) -> Option<&Keys> {
        self.customers.as_ref()
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn names(&self) -> Vec<&str> {
        self.segments().iter().map(|segment| segment.name.as_str()).collect()
    }
}

impl Clustering for Segments {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl ToTable for Segments {
    fn to_table(&self) -> Table {
        let name = |row| self.segment_of(row).map(|segment| segment.name.as_str());
        let columns = [
            Column::ints("segment", self.labels().iter().map(|&label| i64::from(label)).collect()),
            Column::text("segment_name", (0..self.labels().len()).map(name)),
        ];
        let customer = self.customers.iter().map(|keys| Column::keys("customer", keys));
        Table::of("segments", customer.chain(columns).collect())
    }
}
