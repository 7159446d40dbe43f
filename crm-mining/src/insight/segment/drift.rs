//! Whether the centers of segments moved from one day to another.

use super::matching::SegmentMatch;
use super::model::SegmentModel;
use super::segmented::{Segmented, expect_same_customers};
use crate::data::{Column, Features, Table, ToTable};
use crate::error::Result;
use crate::math::beta::{f_above, student_beyond};
use crate::math::linear::{Cholesky, Square};
use crate::model::Predict;
use serde::Serialize;

/// How the centers of matched segments moved between two days, and whether by more than chance.
///
/// All values are logged and standardized as at the fit of the segments before. For each pair of segments that
/// [`SegmentMatch`] put together, each feature is tested by Welch's t, and all together by Hotelling's T² with
/// unequal covariances (degrees of freedom by Krishnamoorthy and Yu). The p-values of t are adjusted by Holm
/// over all features of all pairs, those of T² over all pairs: the chance of any false alarm in the whole table
/// is at most the level that they are held against.
///
/// Two things to know. The tests take the customers of the two days as drawn apart; where most are the same
/// people, true differences are found less often than stated, not false ones more. And segments are cut along
/// the same features that are tested, so that a segmentation with other borders moves its centers too, though no
/// customer changed; to ask of the customers alone, label both days by one model's `predict`.
///
/// # Errors
/// `between`: features that are not those of the segments before; rows that are not one per label, or of other
/// customers where both know theirs; other segments than those matched.
///
/// # Complexity
/// O(rows · features²).
///
/// # Reference
/// B. L. Welch (1947), Biometrika 34; K. Krishnamoorthy and J. Yu (2004), Modified Nel and Van der Merwe test for
/// the multivariate Behrens-Fisher problem, Statistics & Probability Letters 66; S. Holm (1979), Scandinavian
/// Journal of Statistics 6.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, insight::{MatchBy, SegmentDrift, Segmentation, match_segments}};
///
/// let spends = |low: f64| {
///     let spend = |i: i32| f64::from(i % 7) + if i < 40 { low } else { 90.0 };
///     Features::new(["spend"], (0..80).map(spend).collect())
/// };
/// let (june, july) = (spends(10.0)?, spends(14.0)?);
/// let two = Segmentation::kmeans(2..=2);
/// let (before, after) = (two.fit(&june)?, two.fit(&july)?);
/// let matched = match_segments(&before, &after, MatchBy::Centers)?;
/// let drift = SegmentDrift::between((before.without_customers(), &june), (&after, &july), &matched)?;
/// let [low, high] = drift.pairs() else { unreachable!() };
/// assert!((low.features[0].mean_after - low.features[0].mean_before - 4.0).abs() < 1e-9);
/// assert!(low.features[0].adjusted_p < 1e-6 && high.features[0].adjusted_p > 0.99);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentDrift {
    pairs: Vec<PairDrift>,
}

/// How one segment moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairDrift {
    /// The segment before.
    pub before: usize,
    /// The segment after.
    pub after: usize,
    /// The name of the segment before.
    pub name: String,
    /// Customers before.
    pub size_before: usize,
    /// Customers after.
    pub size_after: usize,
    /// Feature by feature.
    pub features: Vec<FeatureDrift>,
    /// All features together; `None` where a side has no more customers than features, or where the features
    /// that vary do not vary independently.
    pub together: Option<Hotelling>,
}

/// How the mean of one feature moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureDrift {
    /// The feature.
    pub feature: String,
    /// Its mean before, in its own units.
    pub mean_before: f64,
    /// Its mean after, in its own units.
    pub mean_after: f64,
    /// The difference of the means, logged and standardized.
    pub shift: f64,
    /// Welch's t; infinite where the means differ and neither side varies.
    pub t: f64,
    /// Its degrees of freedom.
    pub degrees: f64,
    /// The chance of a t so far from 0 if nothing moved; 1 where a side has fewer than two customers.
    pub p: f64,
    /// The same, adjusted for all features of all pairs.
    pub adjusted_p: f64,
}

/// Hotelling's test of all features of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hotelling {
    /// T².
    pub t_squared: f64,
    /// The F it is brought to.
    pub f: f64,
    /// Degrees of freedom above: the features that vary.
    pub up: f64,
    /// Degrees of freedom below.
    pub down: f64,
    /// The chance of so large an F if nothing moved.
    pub p: f64,
    /// The same, adjusted for all pairs.
    pub adjusted_p: f64,
}

impl SegmentDrift {
    /// The drift of each pair of segments, from those that the model before puts its day's customers into, to those after,
    /// whose features stand in the order of their labels.
    ///
    /// # Errors
    /// [`ErrorKind::FeatureMismatch`](crate::ErrorKind::FeatureMismatch);
    /// [`ErrorKind::LengthMismatch`](crate::ErrorKind::LengthMismatch);
    /// [`ErrorKind::Incompatible`](crate::ErrorKind::Incompatible); as
    /// [`Segments::predict`](crate::Predict::predict).
    pub fn between(
        before: (&SegmentModel, &Features),
        after: (&impl Segmented, &Features),
        matched: &SegmentMatch,
    ) -> Result<SegmentDrift> {
        let names: Vec<&str> = before.0.segments().iter().map(|segment| segment.name.as_str()).collect();
        matched.expect(&names, &after.0.names())?;
        let preparation = &before.0.preparation;
        let prepare = |features: &Features| {
            features.expect_names("SegmentDrift", preparation.names())?;
            preparation.predict(features)
        };
        expect_same_customers("SegmentDrift", after.1, after.0)?;
        let prepared = [prepare(before.1)?, prepare(after.1)?];
        let [first, _] = &prepared;
        let labels: Vec<u32> = before.0.nearest(first)?.into_iter().map(|(label, _)| label).collect();
        let pair = |pair: &super::MatchedPair| {
            let name = names.get(pair.before).map_or_else(String::new, |name| (*name).to_owned());
            let rows = [rows_of(&labels, pair.before), rows_of(after.0.labels(), pair.after)];
            let [a, b] = [Moments::of(&prepared, &rows, 0), Moments::of(&prepared, &rows, 1)];
            let mean = |features: &Features, rows: &[u32], feature: usize| {
                let values = rows.iter().filter_map(|&row| features.row(row as usize).get(feature));
                values.sum::<f64>() / rows.len().max(1) as f64
            };
            let [of_before, of_after] = &rows;
            let features = preparation.names().iter().enumerate().map(|(feature, name)| {
                let means = [mean(before.1, of_before, feature), mean(after.1, of_after, feature)];
                welch(name, means, &a, &b, feature)
            });
            PairDrift {
                before: pair.before,
                after: pair.after,
                name,
                size_before: of_before.len(),
                size_after: of_after.len(),
                features: features.collect(),
                together: hotelling(&a, &b),
            }
        };
        let mut pairs: Vec<PairDrift> = matched.pairs().iter().map(pair).collect();
        adjust(pairs.iter_mut().flat_map(|of| &mut of.features).map(|of| (of.p, &mut of.adjusted_p)));
        adjust(pairs.iter_mut().filter_map(|of| of.together.as_mut()).map(|of| (of.p, &mut of.adjusted_p)));
        Ok(SegmentDrift { pairs })
    }

    /// The pairs, in the order of the segments before.
    pub fn pairs(&self) -> &[PairDrift] {
        &self.pairs
    }
}

fn rows_of(labels: &[u32], segment: usize) -> Vec<u32> {
    (0..).zip(labels).filter(|(_, label)| **label as usize == segment).map(|(row, _)| row).collect()
}

/// Size, means and covariances of a segment.
struct Moments {
    n: f64,
    means: Vec<f64>,
    covariance: Square,
}

impl Moments {
    fn of(prepared: &[Features; 2], rows: &[Vec<u32>; 2], side: usize) -> Moments {
        let (Some(features), Some(rows)) = (prepared.get(side), rows.get(side)) else {
            return Moments { n: 0.0, means: Vec::new(), covariance: Square::zero(0) };
        };
        let (n, width) = (rows.len() as f64, features.n_features());
        let mut means = vec![0.0; width];
        for &row in rows {
            means.iter_mut().zip(features.row(row as usize)).for_each(|(mean, x)| *mean += x / n);
        }
        let mut covariance = Square::zero(width);
        for &row in rows {
            let away: Vec<f64> =
                features.row(row as usize).iter().zip(&means).map(|(x, mean)| x - mean).collect();
            for (i, a) in away.iter().enumerate() {
                for (j, b) in away.iter().enumerate() {
                    *covariance.at_mut(i, j) += a * b / (n - 1.0).max(1.0);
                }
            }
        }
        Moments { n, means, covariance }
    }

    fn mean(&self, feature: usize) -> f64 {
        self.means.get(feature).copied().unwrap_or_default()
    }
}

/// Welch's test of one feature.
fn welch(
    name: &str,
    [mean_before, mean_after]: [f64; 2],
    a: &Moments,
    b: &Moments,
    feature: usize,
) -> FeatureDrift {
    let shift = b.mean(feature) - a.mean(feature);
    let [va, vb] = [a, b].map(|side| side.covariance.at(feature, feature) / side.n);
    let (mut t, mut degrees, mut p) = (0.0, 0.0, 1.0);
    if a.n >= 2.0 && b.n >= 2.0 && shift != 0.0 {
        t = shift / (va + vb).sqrt();
        degrees = match va + vb > 0.0 {
            true => (va + vb).powi(2) / (va * va / (a.n - 1.0) + vb * vb / (b.n - 1.0)),
            false => a.n + b.n - 2.0,
        };
        p = student_beyond(t, degrees);
    }
    FeatureDrift { feature: name.to_owned(), mean_before, mean_after, shift, t, degrees, p, adjusted_p: p }
}

/// Hotelling's test of all features that vary.
fn hotelling(a: &Moments, b: &Moments) -> Option<Hotelling> {
    let varies =
        |&feature: &usize| a.covariance.at(feature, feature) + b.covariance.at(feature, feature) > 0.0;
    let places: Vec<usize> = (0..a.means.len()).filter(varies).collect();
    let width = places.len() as f64;
    if places.is_empty() || a.n <= width || b.n <= width {
        return None;
    }
    let of = |side: &Moments| side.covariance.select(&places).map(|value| value / side.n);
    let (of_a, of_b) = (of(a), of(b));
    let n = places.len();
    let mut both = Square::zero(n);
    for row in 0..n {
        for column in 0..n {
            *both.at_mut(row, column) = of_a.at(row, column) + of_b.at(row, column);
        }
    }
    let factor = Cholesky::new(&both)?;
    let shift: Vec<f64> = places.iter().map(|&feature| b.mean(feature) - a.mean(feature)).collect();
    let t_squared: f64 = factor.solve(&shift).iter().zip(&shift).map(|(x, y)| x * y).sum();
    // The part of each side in the covariance of the shift, as a matrix: its trace, and that of its square.
    let part = |side: &Square, n: f64| {
        let columns: Vec<Vec<f64>> = (0..places.len()).map(|row| factor.solve(side.row(row))).collect();
        let at = |row: usize, column: usize| {
            columns.get(column).and_then(|of| of.get(row)).copied().unwrap_or(0.0)
        };
        let range = || 0..places.len();
        let trace: f64 = range().map(|i| at(i, i)).sum();
        let square: f64 =
            range().flat_map(|i| range().map(move |j| (i, j))).map(|(i, j)| at(i, j) * at(j, i)).sum();
        (square + trace * trace) / (n - 1.0)
    };
    let nu = (width + width * width) / (part(&of_a, a.n) + part(&of_b, b.n));
    let down = nu - width + 1.0;
    if !(t_squared.is_finite() && down > 0.0) {
        return None;
    }
    let f = t_squared * down / (nu * width);
    let p = f_above(f, width, down);
    Some(Hotelling { t_squared, f, up: width, down, p, adjusted_p: p })
}

/// Holm's adjustment.
fn adjust<'a>(of: impl Iterator<Item = (f64, &'a mut f64)>) {
    let mut of: Vec<(f64, &mut f64)> = of.collect();
    of.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = of.len();
    let mut least: f64 = 0.0;
    for (place, (p, adjusted)) in of.into_iter().enumerate() {
        least = least.max((p * (n - place) as f64).min(1.0));
        *adjusted = least;
    }
}

impl ToTable for SegmentDrift {
    /// One row per feature of each pair.
    fn to_table(&self) -> Table {
        let rows = || self.pairs.iter().flat_map(|pair| pair.features.iter().map(move |of| (pair, of)));
        let floats = |name: &str, of: fn(&PairDrift, &FeatureDrift) -> f64| {
            Column::floats(name, rows().map(|(pair, feature)| of(pair, feature)).collect())
        };
        let together = |pair: &PairDrift| pair.together.map_or(f64::NAN, |of| of.adjusted_p);
        Table::of(
            "segment_drift",
            vec![
                Column::text("segment", rows().map(|(pair, _)| Some(&pair.name))),
                Column::text("feature", rows().map(|(_, of)| Some(&of.feature))),
                floats("mean_before", |_, of| of.mean_before),
                floats("mean_after", |_, of| of.mean_after),
                floats("shift", |_, of| of.shift),
                floats("t", |_, of| of.t),
                floats("p", |_, of| of.p),
                floats("adjusted_p", |_, of| of.adjusted_p),
                Column::floats("together_adjusted_p", rows().map(|(pair, _)| together(pair)).collect()),
            ],
        )
    }
}
