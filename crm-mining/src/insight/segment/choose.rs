//! How many segments: all criteria side by side, and a rule that also weighs size and stability.

use super::Segments;
use super::choice::{Objection, SegmentChoice, favorites};
use crate::data::{Features, Table};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::feature::{Preparation, Prepared};
use crate::learn::{CompareK, Gap, KComparison, KReport, Stability, StabilityScore, distinct_rows};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A mean silhouette above this is a reasonable structure.
const REASONABLE: f64 = 0.5;

/// Segments by k-means, with the finest division that the customers bear.
///
/// The mean silhouette, and most measures like it, answer 2 wherever customers form one cloud that thins out:
/// two halves are easy to tell apart, and of little use. This rule asks how fine a division may be before it
/// stops being true of the customers. For each k of the range, k-means runs as in
/// [`Segmentation`](super::Segmentation), and a k **fits** when
///
/// 1. its smallest segment holds `min_share` of the customers: each is worth an action of its own;
/// 2. each of its segments comes back, with a mean Jaccard likeness of `min_stability`, when the customers are
///    drawn anew ([`Stability`]): Hennig calls clusters below 0.75 doubtful and below 0.6 not to be trusted;
/// 3. its mean silhouette is at least `min_silhouette` times the best of all k: finer, but not much vaguer. Where the
///    best is above 0.5, which Kaufman and Rousseeuw call a reasonable structure, customers form groups, and a group is
///    not to be cut because k-means can: there it must be `min_silhouette_of_groups` times the best.
///
/// The largest k that fits is chosen. Where none fits, it is that of the fewest objections, among these the one of
/// the best silhouette; [`SegmentChoice::fits`] is then false, and the segments should be taken for what they are.
/// The other criteria (Calinski-Harabasz, Davies-Bouldin, gap, elbow) are reported, and what each would choose
/// ([`SegmentChoice::favorites`]); they do not vote. A k above half the number of distinct customers is skipped.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | numbers of segments to try | 2 to 12 |
/// | `n_init` | starts of k-means for each k | 10 |
/// | `seed` | of the random numbers | 42 |
/// | `min_share` | least share of the smallest segment, 0 to 0.5 | 0.05 |
/// | `min_stability` | least mean likeness of each segment, 0 to 1 | 0.75 |
/// | `min_silhouette` | least mean silhouette, as a share of the best, 0 to 1 | 0.75 |
/// | `min_silhouette_of_groups` | the same where the best is above 0.5 | 0.95 |
/// | `resamples` | draws of the customers for stability | 30 |
/// | `references` | reference sets for the gap | 10 |
///
/// # Errors
/// As [`Segmentation`](super::Segmentation); a setting out of range.
///
/// # Complexity
/// That of [`Segmentation`](super::Segmentation), and of as many fits of k-means for each k as there are resamples
/// and reference sets.
///
/// # Reference
/// C. Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52; for
/// stability as the judge of k, A. Ben-Hur, A. Elisseeff and I. Guyon (2002), A stability based method for
/// discovering structure in clustered data. The rule itself is ours.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, insight::Segmentation};
///
/// let spend = |i: i32| f64::from([10, 40, 80, 120][(i % 4) as usize] + i * i % 11);
/// let features = Features::new(["spend"], (0..200).map(spend).collect())?;
/// let chosen = Segmentation::choose(2..=6).fit(&features)?;
/// assert_eq!(chosen.segments().k(), 4);
/// assert!(chosen.choice().fits());
/// assert!(chosen.choice().why().starts_with("4 is the largest number of segments that fits"));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChooseSegments {
    /// Numbers of segments to try.
    pub k: RangeInclusive<usize>,
    /// Starts of k-means for each k.
    pub n_init: usize,
    /// Of the random numbers.
    pub seed: u64,
    /// Least share of the smallest segment.
    pub min_share: f64,
    /// Least mean likeness of each segment.
    pub min_stability: f64,
    /// Least mean silhouette, as a share of the best.
    pub min_silhouette: f64,
    /// The same where the best is above 0.5.
    pub min_silhouette_of_groups: f64,
    /// Draws of the customers for stability.
    pub resamples: usize,
    /// Reference sets for the gap.
    pub references: usize,
    /// How columns become comparable.
    pub preparation: Preparation,
}

impl Default for ChooseSegments {
    fn default() -> Self {
        ChooseSegments {
            k: 2..=12,
            n_init: 10,
            seed: 42,
            min_share: 0.05,
            min_stability: 0.75,
            min_silhouette: 0.75,
            min_silhouette_of_groups: 0.95,
            resamples: 30,
            references: 10,
            preparation: Preparation::default(),
        }
    }
}

/// Segments and how their number was chosen: what [`ChooseSegments`] learns.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenSegments {
    segments: Segments,
    choice: SegmentChoice,
}

impl ChosenSegments {
    /// The segments.
    pub fn segments(&self) -> &Segments {
        &self.segments
    }

    /// The segments, by value.
    pub fn into_segments(self) -> Segments {
        self.segments
    }

    /// How their number was chosen.
    pub fn choice(&self) -> &SegmentChoice {
        &self.choice
    }
}

impl ChooseSegments {
    /// Sets [`ChooseSegments::min_share`].
    pub fn min_share(self, min_share: f64) -> Self {
        ChooseSegments { min_share, ..self }
    }

    /// Sets [`ChooseSegments::min_stability`].
    pub fn min_stability(self, min_stability: f64) -> Self {
        ChooseSegments { min_stability, ..self }
    }

    /// Sets [`ChooseSegments::min_silhouette`].
    pub fn min_silhouette(self, min_silhouette: f64) -> Self {
        ChooseSegments { min_silhouette, ..self }
    }

    /// Sets [`ChooseSegments::seed`].
    pub fn seed(self, seed: u64) -> Self {
        ChooseSegments { seed, ..self }
    }

    fn check(&self) -> Result<()> {
        const OF: &str = "ChooseSegments";
        if *self.k.start() < 2 || self.k.end() < self.k.start() {
            let got = format_args!("{} to {}", self.k.start(), self.k.end());
            return invalid_parameter(OF, "k", "a range from 2 or more, not empty", got);
        }
        for (parameter, value, most, must_be) in [
            ("min_share", self.min_share, 0.5, "from 0 to 0.5"),
            ("min_stability", self.min_stability, 1.0, "from 0 to 1"),
            ("min_silhouette", self.min_silhouette, 1.0, "from 0 to 1"),
            ("min_silhouette_of_groups", self.min_silhouette_of_groups, 1.0, "from 0 to 1"),
        ] {
            if !(0.0..=most).contains(&value) {
                return invalid_parameter(OF, parameter, must_be, value);
            }
        }
        Ok(())
    }

    /// The least mean silhouette that fits.
    fn least_silhouette(&self, reports: &[KReport]) -> f64 {
        let best = reports.iter().filter_map(|report| report.silhouette).fold(f64::NEG_INFINITY, f64::max);
        match best {
            // Of a best below 0 nothing less is asked.
            best if best <= 0.0 => best,
            best if best > REASONABLE => self.min_silhouette_of_groups * best,
            best => self.min_silhouette * best,
        }
    }

    /// What speaks against each number of segments.
    fn objections(&self, reports: &[KReport]) -> Vec<Vec<Objection>> {
        let least = self.least_silhouette(reports);
        let of = |report: &KReport| {
            let stability = report.stability.as_ref().map_or(0.0, StabilityScore::smallest);
            let against = [
                (Objection::Small, report.smallest_share < self.min_share),
                (Objection::Unstable, stability < self.min_stability),
                (Objection::Vague, report.silhouette.is_none_or(|silhouette| silhouette < least)),
            ];
            against.into_iter().filter(|(_, holds)| *holds).map(|(objection, _)| objection).collect()
        };
        reports.iter().map(of).collect()
    }

    /// The place of the number chosen, and why.
    fn decide(&self, reports: &[KReport], objections: &[Vec<Objection>]) -> Option<(usize, bool, String)> {
        let conditions = format!(
            "smallest segment at least {} % of the customers, each segment stable to {}, silhouette at least {:.3}",
            100.0 * self.min_share,
            self.min_stability,
            self.least_silhouette(reports)
        );
        if let Some(place) = objections.iter().rposition(Vec::is_empty) {
            let k = reports.get(place)?.k;
            return Some((
                place,
                true,
                format!("{k} is the largest number of segments that fits: {conditions}"),
            ));
        }
        let fewest = objections.iter().map(Vec::len).min()?;
        let silhouette = |place: &usize| reports.get(*place).and_then(|report| report.silhouette);
        let near =
            (0..reports.len()).filter(|&place| objections.get(place).is_some_and(|o| o.len() == fewest));
        let place = near.reduce(|a, b| if silhouette(&b) > silhouette(&a) { b } else { a })?;
        let k = reports.get(place)?.k;
        let against: Vec<&str> = objections.get(place)?.iter().map(|objection| objection.name()).collect();
        let against = against.join(", ");
        Some((
            place,
            false,
            format!("no number of segments fits ({conditions}); {k} comes nearest, but is {against}"),
        ))
    }
}

impl Fit<Features> for ChooseSegments {
    type Model = ChosenSegments;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<ChosenSegments> {
        self.check()?;
        let prepared = self.preparation.fit_with(features, control)?;
        let scaled = prepared.predict(features)?;
        self.fit_prepared(features, &scaled, prepared, control)
    }
}

impl Fit<Table> for ChooseSegments {
    type Model = ChosenSegments;

    fn fit_with(&self, table: &Table, control: &Control) -> Result<ChosenSegments> {
        self.check()?;
        let prepared = self.preparation.fit_with(table, control)?;
        let (plain, scaled) = (prepared.plain(table)?, prepared.predict(table)?);
        self.fit_prepared(&plain, &scaled, prepared, control)
    }
}

impl ChooseSegments {
    fn fit_prepared(
        &self,
        features: &Features,
        scaled: &Features,
        prepared: Prepared,
        control: &Control,
    ) -> Result<ChosenSegments> {
        let (first, last) = (*self.k.start(), *self.k.end());
        let distinct = distinct_rows(scaled, last.saturating_mul(2));
        if distinct < first {
            return Err(ErrorKind::TooManyClusters { of: "ChooseSegments", k: first, distinct }.into());
        }
        let tried = last.min(distinct / 2).max(first);
        let mut compare = CompareK {
            n_init: self.n_init,
            seed: self.seed,
            gap: Some(Gap { references: self.references, seed: self.seed, ..Gap::default() }),
            stability: Some(Stability { resamples: self.resamples, seed: self.seed }),
            ..CompareK::new(first..=tried)
        };
        compare.silhouette.seed = self.seed;
        let comparison = compare.fit_with(scaled, control)?;
        let favorites = favorites(&comparison);
        let KComparison { reports, models, silhouettes, .. } = comparison;
        let objections = self.objections(&reports);
        let none =
            ErrorKind::NotEnoughData { of: "ChooseSegments", needed: 1, unit: "numbers of segments", got: 0 };
        let decided = self.decide(&reports, &objections);
        let of = |(place, fits, why): (usize, bool, String)| {
            let clusters = models.into_iter().nth(place)?;
            Some((clusters, silhouettes.into_iter().nth(place)??, fits, why))
        };
        let Some((clusters, score, fits, why)) = decided.and_then(of) else { return Err(none.into()) };
        let means = reports.iter().filter_map(|report| Some((report.k, report.silhouette?))).collect();
        let skipped = (tried < last).then(|| tried + 1..=last);
        let segments = Segments::of(features, scaled, prepared, clusters, (score, means, skipped))?;
        let k = segments.k();
        let choice = SegmentChoice { reports, objections, favorites, k, fits, why };
        Ok(ChosenSegments { segments, choice })
    }
}
