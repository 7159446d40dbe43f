//! Numbers of clusters side by side.

use crate::data::{Column, Features, Table, ToTable};
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{
    Clustering, Gap, GapAt, KMeans, KMeansModel, Silhouette, SilhouetteScore, Stability, StabilityScore,
    calinski_harabasz, davies_bouldin, distinct_rows,
};
use crate::model::{Control, Fit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// K-means with each number of clusters of a range, and all that speaks for or against each.
///
/// Use it to see what the measures say side by side; none is right for all data, and none is made the judge
/// here. Standardize the features first, as for [`KMeans`]. Distances between rows are computed once for all
/// numbers of clusters.
///
/// K-means runs until no row changes its cluster. A number of clusters above the number of distinct rows is
/// skipped ([`KComparison::skipped`]).
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | numbers of clusters, from 1 | – |
/// | `n_init` | starts of k-means for each | 10 |
/// | `seed` | of its random numbers | 42 |
/// | `silhouette` | how silhouettes are sampled | [`Silhouette::default`] |
/// | `gap` | whether and how gaps are computed | not |
/// | `stability` | whether and how clusters are divided again | not |
///
/// Fitting gives a [`KComparison`].
///
/// # Errors
/// A range that is empty or begins with 0; a setting out of range; no row; fewer distinct rows than the
/// smallest k; values of 1e140 or more in size.
///
/// # Complexity
/// That of [`KMeans`] for each k, of [`Silhouette`] once for all; on request that of [`Gap`] once for all and of
/// [`Stability`] for each k.
///
/// # Reference
/// G. W. Milligan and M. C. Cooper (1985), An examination of procedures for determining the number of clusters
/// in a data set; and those of the measures.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::CompareK};
///
/// let orders = (0..60).map(|i| f64::from(i % 3 * 100 + i % 7)).collect();
/// let comparison = CompareK::new(1..=5).fit(&Features::new(["orders"], orders)?)?;
/// let best = comparison.reports.iter().max_by(|a, b| a.silhouette.partial_cmp(&b.silhouette).unwrap());
/// assert_eq!(best.unwrap().k, 3);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareK {
    /// Numbers of clusters.
    pub k: RangeInclusive<usize>,
    /// Starts of k-means for each.
    pub n_init: usize,
    /// Of its random numbers.
    pub seed: u64,
    /// How silhouettes are sampled.
    pub silhouette: Silhouette,
    /// Whether and how gaps are computed.
    pub gap: Option<Gap>,
    /// Whether and how clusters are divided again.
    pub stability: Option<Stability>,
}

/// What the measures say of one number of clusters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KReport {
    /// Number of clusters.
    pub k: usize,
    /// The sum of the squared distances of the rows to their centers.
    pub inertia: f64,
    /// The mean [`Silhouette`]; none for one cluster.
    pub silhouette: Option<f64>,
    /// Its standard error, when it is that of a sample.
    pub silhouette_se: Option<f64>,
    /// [`calinski_harabasz`]; none for one cluster, for one cluster per row, and where the inertia is 0.
    pub calinski_harabasz: Option<f64>,
    /// [`davies_bouldin`]; none for one cluster, and for one cluster per row.
    pub davies_bouldin: Option<f64>,
    /// The [`Gap`], when asked for; none for one cluster per distinct row.
    pub gap: Option<f64>,
    /// Its standard error.
    pub gap_se: Option<f64>,
    /// Rows of the smallest cluster, as a share of all.
    pub smallest_share: f64,
    /// The [`Stability`], when asked for.
    pub stability: Option<StabilityScore>,
}

/// Numbers of clusters side by side: what [`CompareK`] finds. The lists go together, ascending by k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KComparison {
    /// What the measures say.
    pub reports: Vec<KReport>,
    /// The clusters.
    pub models: Vec<KMeansModel>,
    /// The silhouettes, with those of single clusters; none for one cluster.
    pub silhouettes: Vec<Option<SilhouetteScore>>,
    /// Numbers of clusters above that of distinct rows.
    pub skipped: Option<RangeInclusive<usize>>,
}

impl CompareK {
    /// Compares these numbers of clusters with the default settings.
    pub fn new(k: RangeInclusive<usize>) -> CompareK {
        CompareK { k, n_init: 10, seed: 42, silhouette: Silhouette::default(), gap: None, stability: None }
    }

    fn kmeans(&self, k: usize) -> KMeans {
        KMeans { n_init: self.n_init, seed: self.seed, tolerance: 0.0, ..KMeans::new(k) }
    }

    /// The last number of clusters that the rows allow.
    fn last(&self, features: &Features) -> Result<usize> {
        let (of, first, last) = ("CompareK", *self.k.start(), *self.k.end());
        if first == 0 || last < first {
            let got = format_args!("{} to {}", self.k.start(), self.k.end());
            return invalid_parameter(of, "k", "a range from 1 or more, not empty", got);
        }
        if features.n_rows() == 0 {
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
        }
        match distinct_rows(features, last) {
            distinct if distinct < first => Err(ErrorKind::TooManyClusters { of, k: first, distinct }.into()),
            distinct => Ok(distinct),
        }
    }

    /// The silhouettes of all models of more than one cluster.
    fn silhouettes(
        &self,
        features: &Features,
        models: &[KMeansModel],
        control: &Control,
    ) -> Result<Vec<Option<SilhouetteScore>>> {
        let several = models.iter().filter(|model| model.k() > 1);
        let labelings: Vec<&[u32]> = several.map(KMeansModel::labels).collect();
        let mut scores = self.silhouette.score_all(features, &labelings, control)?.into_iter();
        Ok(models.iter().map(|model| if model.k() > 1 { scores.next() } else { None }).collect())
    }

    /// Gaps as far as there is one: with a cluster for every distinct row there is none.
    fn gaps(&self, features: &Features, last: usize, control: &Control) -> Result<Vec<GapAt>> {
        match &self.gap {
            Some(gap) if distinct_rows(features, last + 1) > *self.k.start() => {
                gap.score(features, *self.k.start()..=last, control)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn report(
        &self,
        features: &Features,
        model: &KMeansModel,
        silhouette: Option<&SilhouetteScore>,
        gap: Option<&GapAt>,
        control: &Control,
    ) -> Result<KReport> {
        let (k, labels) = (model.k(), model.labels());
        let between = k > 1 && k < features.n_rows();
        let measure = |measure: fn(&Features, &[u32]) -> Result<f64>| -> Result<Option<f64>> {
            if between {
                Ok(Some(measure(features, labels)?).filter(|value| value.is_finite()))
            } else {
                Ok(None)
            }
        };
        let stability = |stability: &Stability| stability.score(&self.kmeans(k), features, labels, control);
        let smallest = model.sizes().into_iter().min().unwrap_or(0);
        Ok(KReport {
            k,
            inertia: model.inertia(),
            silhouette: silhouette.map(|score| score.mean),
            silhouette_se: silhouette.and_then(|score| score.standard_error),
            calinski_harabasz: measure(calinski_harabasz)?,
            davies_bouldin: measure(davies_bouldin)?,
            gap: gap.map(|at| at.gap),
            gap_se: gap.map(|at| at.standard_error),
            smallest_share: smallest as f64 / features.n_rows().max(1) as f64,
            stability: self.stability.as_ref().map(stability).transpose()?,
        })
    }
}

impl Fit<Features> for CompareK {
    type Model = KComparison;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<KComparison> {
        let last = self.last(features)?;
        let fit = |k| self.kmeans(k).fit_with(features, control);
        let models = (*self.k.start()..=last).into_par_iter().map(fit).collect::<Result<Vec<_>>>()?;
        let silhouettes = self.silhouettes(features, &models, control)?;
        let gaps = self.gaps(features, last, control)?;
        let reports = models
            .iter()
            .zip(&silhouettes)
            .map(|(model, silhouette)| {
                let gap = gaps.iter().find(|at| at.k == model.k());
                self.report(features, model, silhouette.as_ref(), gap, control)
            })
            .collect::<Result<Vec<KReport>, Error>>()?;
        let skipped = (last < *self.k.end()).then(|| last + 1..=*self.k.end());
        Ok(KComparison { reports, models, silhouettes, skipped })
    }
}

impl KComparison {
    /// The number of clusters at the [`elbow`](crate::learn::elbow) of the inertia.
    pub fn elbow(&self) -> Option<usize> {
        crate::learn::cluster::elbow(
            &self.reports.iter().map(|report| (report.k, report.inertia)).collect::<Vec<_>>(),
        )
    }

    /// The smallest number of clusters whose gap suffices: [`GapAt::first_sufficient`].
    pub fn first_sufficient_gap(&self) -> Option<usize> {
        let gap =
            |report: &KReport| Some(GapAt { k: report.k, gap: report.gap?, standard_error: report.gap_se? });
        GapAt::first_sufficient(&self.reports.iter().filter_map(gap).collect::<Vec<_>>())
    }
}

impl ToTable for KComparison {
    /// One row per number of clusters; of the stability the smallest of the cluster means.
    fn to_table(&self) -> Table {
        let column = |name: &str, value: &dyn Fn(&KReport) -> Option<f64>| {
            Column::floats(
                name,
                self.reports.iter().map(|report| value(report).unwrap_or(f64::NAN)).collect(),
            )
        };
        let columns = vec![
            Column::ints("k", self.reports.iter().map(|report| report.k as i64).collect()),
            column("inertia", &|report| Some(report.inertia)),
            column("silhouette", &|report| report.silhouette),
            column("silhouette_se", &|report| report.silhouette_se),
            column("calinski_harabasz", &|report| report.calinski_harabasz),
            column("davies_bouldin", &|report| report.davies_bouldin),
            column("gap", &|report| report.gap),
            column("gap_se", &|report| report.gap_se),
            column("smallest_share", &|report| Some(report.smallest_share)),
            column("stability", &|report| report.stability.as_ref().map(StabilityScore::smallest)),
        ];
        Table::of("numbers of clusters", columns)
    }
}
