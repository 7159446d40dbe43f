//! A segmentation without the customers it was learnt from: what is saved, and what scores others.

use super::describe::SegmentDescription;
use crate::data::{Features, Table};
use crate::error::{Error, ErrorKind, Result};
use crate::feature::Prepared;
use crate::learn::KMeansModel;
use crate::model::Predict;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows that one task assigns.
const ROWS: usize = 1024;

/// Segments without their customers: how features are prepared, the centers, and what each segment is.
///
/// It is plain data of serde, holds figures of segments and of no single customer, and assigns customers as
/// [`Segments`](super::Segments) do, bit by bit, in whatever process it is loaded. A text or file that no fit
/// can have written (a center too few, numbers that are none, segments out of order) is refused when it is
/// loaded.
///
/// ```
/// use crm_mining::{Fit, Predict, data::Features, insight::{SegmentModel, Segmentation}};
///
/// let features = Features::new(["orders", "spend"], vec![1.0, 20.0, 2.0, 25.0, 9.0, 700.0, 8.0, 650.0])?;
/// let segments = Segmentation::kmeans(2..=2).fit(&features)?;
/// let saved = serde_json::to_string(segments.without_customers()).unwrap();
/// let loaded: SegmentModel = serde_json::from_str(&saved).unwrap();
/// assert_eq!(loaded.predict(&features)?, segments.labels());
/// assert!(serde_json::from_str::<SegmentModel>(&saved.replacen("\"index\":0", "\"index\":7", 1)).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Saved", try_from = "Saved")]
pub struct SegmentModel {
    pub(super) preparation: Prepared,
    /// In logged and standardized units, segment after segment.
    pub(super) centers: Vec<f64>,
    pub(super) segments: Vec<SegmentDescription>,
}

impl SegmentModel {
    pub(super) fn new(preparation: Prepared, clusters: &KMeansModel) -> SegmentModel {
        SegmentModel { preparation, centers: clusters.centers().to_vec(), segments: Vec::new() }
    }

    /// The number of segments.
    pub fn k(&self) -> usize {
        self.centers.len() / self.width()
    }

    /// The segments with size, means, medians and words, as they were at the fit.
    pub fn segments(&self) -> &[SegmentDescription] {
        &self.segments
    }

    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        self.preparation.names()
    }

    /// How features become comparable, as learnt at the fit.
    pub fn preparation(&self) -> &Prepared {
        &self.preparation
    }

    /// The center of a segment in the units of the features; of a logged feature, exp of the mean of
    /// ln(1 + x), less 1. `None` beyond the last.
    pub fn center(&self, segment: usize) -> Option<Vec<f64>> {
        let center = self.centers.chunks_exact(self.width()).nth(segment)?;
        Some((0..).zip(center).map(|(feature, &value)| self.preparation.restore(feature, value)).collect())
    }

    /// The mean squared distance of rows to the nearest center, in logged and standardized units.
    ///
    /// # Errors
    /// As [`SegmentModel::predict`](Predict::predict); no row.
    pub fn mean_inertia(&self, features: &Features) -> Result<f64> {
        features.expect_names("SegmentModel", self.feature_names())?;
        if features.n_rows() == 0 {
            let (of, needed, unit) = ("SegmentModel", 1, "rows");
            return Err(ErrorKind::NotEnoughData { of, needed, unit, got: 0 }.into());
        }
        let nearest = self.nearest(&self.preparation.predict(features)?)?;
        Ok(nearest.iter().map(|(_, distance)| distance).sum::<f64>() / nearest.len() as f64)
    }

    /// The rows of a table as features of this model, in the units of its columns: missing numbers filled in, 1 for the
    /// level of a category that a row has, in the order of the customers where the preparation names them. What
    /// [`ExplainSegments`](super::ExplainSegments), [`SegmentDrift`](super::SegmentDrift) and [`Refit`](super::Refit)
    /// take.
    ///
    /// # Errors
    /// As [`SegmentModel::predict`](Predict::predict); customers who stand in two rows.
    pub fn plain(&self, table: &Table) -> Result<Features> {
        self.preparation.plain(table)
    }

    fn width(&self) -> usize {
        self.feature_names().len().max(1)
    }

    /// The nearest center of each prepared row, the first of equals, and the squared distance to it.
    pub(super) fn nearest(&self, prepared: &Features) -> Result<Vec<(u32, f64)>> {
        let width = self.width();
        let of_row = |row: &[f64]| {
            let mut best = (0, f64::INFINITY);
            for (label, center) in (0..).zip(self.centers.chunks_exact(width)) {
                let distance: f64 = row.iter().zip(center).map(|(x, c)| (x - c) * (x - c)).sum();
                if distance < best.1 {
                    best = (label, distance);
                }
            }
            best
        };
        let chunks = prepared.values().par_chunks(ROWS * width);
        let nearest: Vec<(u32, f64)> = chunks
            .map(|chunk| chunk.chunks_exact(width).map(of_row).collect::<Vec<_>>())
            .collect::<Vec<_>>()
            .concat();
        match nearest.iter().find(|(_, distance)| !distance.is_finite()) {
            Some(&(_, got)) => Err(ErrorKind::Overflow { of: "SegmentModel", got, limit: f64::MAX }.into()),
            None => Ok(nearest),
        }
    }
}

impl Predict<Features> for SegmentModel {
    /// The segment of each row.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        features.expect_names("SegmentModel", self.feature_names())?;
        let nearest = self.nearest(&self.preparation.predict(features)?)?;
        Ok(nearest.into_iter().map(|(label, _)| label).collect())
    }
}

impl Predict<Table> for SegmentModel {
    /// The segment of each row, in the order of the table, whoever its customers are.
    type Output = Vec<u32>;

    fn predict(&self, table: &Table) -> Result<Vec<u32>> {
        let nearest = self.nearest(&self.preparation.row_by_row(table)?)?;
        Ok(nearest.into_iter().map(|(label, _)| label).collect())
    }
}

/// The fields of a model, unchecked.
#[derive(Serialize, Deserialize)]
struct Saved {
    preparation: Prepared,
    centers: Vec<f64>,
    segments: Vec<SegmentDescription>,
}

impl From<SegmentModel> for Saved {
    fn from(model: SegmentModel) -> Saved {
        let SegmentModel { preparation, centers, segments } = model;
        Saved { preparation, centers, segments }
    }
}

impl TryFrom<Saved> for SegmentModel {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<SegmentModel> {
        let refuse = |rule: &str, found: String| {
            Err(ErrorKind::Malformed { place: "SegmentModel".into(), rule: rule.into(), found }.into())
        };
        let Saved { preparation, centers, segments } = saved;
        let width = preparation.names().len();
        if segments.is_empty() || centers.len() != segments.len() * width {
            let found = format!("{} numbers for {} segments of {width}", centers.len(), segments.len());
            return refuse("a center for each segment, of one number per feature", found);
        }
        if let Some(center) = centers.iter().find(|center| !center.is_finite()) {
            return refuse("finite centers", center.to_string());
        }
        for (place, segment) in segments.iter().enumerate() {
            let lengths = [segment.means.len(), segment.medians.len(), segment.levels.len()];
            let numbers = segment.means.iter().chain(&segment.medians);
            let finite = numbers.chain([&segment.share, &segment.silhouette]).all(|value| value.is_finite());
            if segment.index != place || lengths != [width; 3] || !finite {
                return refuse(
                    "segments in order, each with finite figures for each feature",
                    place.to_string(),
                );
            }
        }
        Ok(SegmentModel { preparation, centers, segments })
    }
}
