//! The gap statistic: how much tighter clusters are than those of data without any.

mod axes;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{Frame, KMeans, distinct_rows};
use crate::math::random::Random;
use crate::model::{Control, Fit};
use axes::principal_axes;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The gap statistic: for each number k of clusters, how far the logarithm of the dispersion within k-means
/// clusters lies below its mean in reference data without clusters.
///
/// Use it to ask whether there are clusters at all: it is defined for k = 1, where silhouettes are not.
/// The reference data have as many rows, uniform in a box around the rows, along the features or along the
/// principal axes. [`GapAt::first_sufficient`] is the rule of the authors: the smallest k whose gap is not
/// below that of k + 1 by more than its standard error. It finds clusters that are round and apart; overlapping
/// ones often count as one, and so do three in a row, since two halves are no better there than in a box: look
/// at all gaps.
///
/// Data and references are divided with the same settings of k-means, so that neither gains by more starts.
/// The dispersion is that of Tibshirani et al., squared distances; `clusGap` of R has it with `d.power = 2`.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `references` | sets of reference data | 20 |
/// | `shape` | where they are drawn | [`GapReference::Box`] |
/// | `n_init` | starts of k-means | 3 |
/// | `seed` | of the random numbers | 42 |
///
/// # Errors
/// No reference; no start; an empty range, or one that begins with 0; no k below the number of distinct rows
/// (with a cluster for each of them the dispersion is 0); values of 1e140 or more in size.
///
/// # Complexity
/// That of [`KMeans`] for each k, times `references` + 1, and the memory of one copy of the features per thread.
///
/// # Reference
/// R. Tibshirani, G. Walther and T. Hastie (2001), Estimating the number of clusters in a data set via the gap
/// statistic.
///
/// # Example
/// ```
/// use crm_mining::{Control, data::Features, learn::{Gap, GapAt}};
///
/// let orders = (0..60).map(|i| f64::from(i % 2 * 100 + i % 7)).collect();
/// let features = Features::new(["orders"], orders)?;
/// let gaps = Gap::default().score(&features, 1..=5, &Control::default())?;
/// assert_eq!(GapAt::first_sufficient(&gaps), Some(2));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Sets of reference data.
    pub references: usize,
    /// Where they are drawn.
    pub shape: GapReference,
    /// Starts of k-means.
    pub n_init: usize,
    /// Of the random numbers.
    pub seed: u64,
}

impl Default for Gap {
    fn default() -> Self {
        Gap { references: 20, shape: GapReference::Box, n_init: 3, seed: 42 }
    }
}

/// Where reference data are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReference {
    /// In the smallest box around the rows whose sides follow the features.
    Box,
    /// In the smallest box whose sides follow the principal axes of the rows. Better where features go together;
    /// the axes are those of the features as they are, not standardized.
    Principal,
}

/// The gap at one number of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GapAt {
    /// Number of clusters.
    pub k: usize,
    /// How far the logarithm of the dispersion lies below that of reference data.
    pub gap: f64,
    /// Of the gap, for the references being so many: s_k of the authors.
    pub standard_error: f64,
}

impl GapAt {
    /// The smallest k whose gap reaches that of k + 1 less its standard error; `None` when there is none: the
    /// range ended before.
    pub fn first_sufficient(gaps: &[GapAt]) -> Option<usize> {
        let reached = |pair: &[GapAt]| match pair {
            [here, next] if here.gap >= next.gap - next.standard_error => Some(here.k),
            _ => None,
        };
        gaps.windows(2).find_map(reached)
    }
}

impl Gap {
    /// The gap at each number of clusters of the range that is below the number of distinct rows.
    ///
    /// # Errors
    /// See [`Gap`]; and the caller's wish to stop.
    pub fn score(
        &self,
        features: &Features,
        k: RangeInclusive<usize>,
        control: &Control,
    ) -> Result<Vec<GapAt>> {
        let ks = self.check(features, k)?;
        let rows = framed(features)?;
        let rows = match self.shape {
            GapReference::Box => rows,
            GapReference::Principal => principal_axes(&rows)?,
        };
        let sides = sides(&rows);
        let silent = control.silent();
        let real = self.log_dispersions(&rows, &ks, &silent)?;
        let reference = |part: usize| -> Result<Vec<f64>> {
            let mut random = Random::for_part(self.seed, part as u64);
            let draw = |(least, side): &(f64, f64)| least + side * random.uniform();
            let values = sides.iter().cycle().take(rows.values().len()).map(draw).collect();
            let drawn = Features::new(rows.names().to_vec(), values)?;
            let logs = self.log_dispersions(&drawn, &ks, &silent)?;
            control.step("gap statistic", part as u64 + 1, self.references as u64)?;
            Ok(logs)
        };
        let references = (0..self.references).into_par_iter().map(reference).collect::<Result<Vec<_>>>()?;
        let gap = |(at, (&k, real)): (usize, (&usize, f64))| {
            let logs: Vec<f64> = references.iter().filter_map(|logs| logs.get(at)).copied().collect();
            let n = logs.len() as f64;
            let mean = logs.iter().sum::<f64>() / n;
            let variance = logs.iter().map(|log| (log - mean) * (log - mean)).sum::<f64>() / n;
            GapAt { k, gap: mean - real, standard_error: (variance * (1.0 + 1.0 / n)).sqrt() }
        };
        Ok(ks.iter().zip(real).enumerate().map(gap).collect())
    }

    /// The numbers of clusters to try.
    fn check(&self, features: &Features, k: RangeInclusive<usize>) -> Result<Vec<usize>> {
        for (parameter, value) in [("references", self.references), ("n_init", self.n_init)] {
            if value == 0 {
                return invalid_parameter("Gap", parameter, "at least 1", value);
            }
        }
        let (first, last) = (*k.start(), *k.end());
        if first == 0 || last < first {
            return invalid_parameter("Gap", "k", "a range from 1 or more, not empty", k);
        }
        let distinct = distinct_rows(features, last.saturating_add(1));
        if distinct <= first {
            let unit = "distinct rows";
            return Err(ErrorKind::NotEnoughData { of: "Gap", needed: first + 1, unit, got: distinct }.into());
        }
        Ok((first..=last.min(distinct - 1)).collect())
    }

    /// The logarithm of the dispersion for each number of clusters.
    fn log_dispersions(&self, rows: &Features, ks: &[usize], control: &Control) -> Result<Vec<f64>> {
        let fit = |&k: &usize| -> Result<f64> {
            let settings = KMeans { n_init: self.n_init, seed: self.seed, ..KMeans::new(k) };
            // Distances too small to be squared leave 0, which has no logarithm.
            Ok(settings.fit_with(rows, control)?.inertia().max(f64::MIN_POSITIVE).ln())
        };
        ks.iter().map(fit).collect()
    }
}

/// The rows in a frame in which squares neither overflow nor vanish: gaps do not depend on shift and scale.
fn framed(features: &Features) -> Result<Features> {
    let frame = Frame::centered("Gap", features)?;
    let offset = |column: usize| frame.offset.get(column).copied().unwrap_or_default();
    features.map(|column, value| (value - offset(column)) * frame.scale)
}

/// The smallest value of each column, and how far the largest lies above it.
fn sides(rows: &Features) -> Vec<(f64, f64)> {
    let side = |column| {
        let least = rows.column(column).fold(f64::INFINITY, f64::min);
        let most = rows.column(column).fold(f64::NEG_INFINITY, f64::max);
        (least, most - least)
    };
    (0..rows.n_features()).map(side).collect()
}
