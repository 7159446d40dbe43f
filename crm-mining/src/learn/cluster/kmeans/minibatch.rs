//! K-means over batches, for rows that come as a stream or are too many for full passes.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k, of which there are as many counts and centers, and rows are below n"
)]

use super::lloyd::NONE;
use super::matrix::Matrix;
use super::model::{ascending, check_points, nearest_of, refused};
use super::nearest::{ALL, Centers, Nearest};
use super::rows::Rows;
use super::seeding::plus_plus;
use super::sums::{Sums, chunk};
use crate::data::Features;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{BLOCK, Clustering, Frame, Threads, distinct_rows};
use crate::math::random::Random;
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// K-means that learns from one batch of rows at a time.
///
/// Use it for rows that arrive in a stream ([`MiniBatchKMeans::start`], then
/// [`MiniBatchKMeansModel::update`]), or when a full pass over the rows is too long and an inertia some
/// percent above that of [`KMeans`](crate::learn::KMeans) will do. Up to millions of rows of few features,
/// k-means itself is as fast.
///
/// Every center is the mean of all rows that were nearest to it when they came. The first centers are drawn
/// from the first rows by greedy k-means++. A center that few rows moved, fewer than the share `reassignment`
/// of those that moved the busiest, is put on a row drawn from the batch, with the smallest count of the
/// others; this is looked at once 10 k rows came, and while a center has no rows. At most half as many
/// centers as the batch has rows are moved so, those of the smallest counts.
///
/// `fit` goes over the rows in batches of a shuffled order until the inertia of the batches, smoothed, has
/// not fallen for `patience` of them. Its clusters are numbered by their centers, as those of
/// [`KMeans`](crate::learn::KMeans); a stream keeps the numbers of its start.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `batch` | rows of a batch of `fit` | 1024 |
/// | `max_passes` | passes over the rows in `fit` | 100 |
/// | `patience` | batches without a fall of the inertia after which `fit` ends | 10 |
/// | `reassignment` | share of the largest count below which a center is put elsewhere; 0 for never | 0.01 |
/// | `seed` | of the random numbers | 42 |
///
/// Fitting gives a [`MiniBatchKMeansModel`]; the same rows in the same batches give the same bits on any
/// number of threads, also when the model was saved in between.
///
/// # Errors
/// A setting out of range; no row; more clusters than distinct rows, in a stream those of the first batch;
/// values of 1e140 or more in size, in a stream as multiples of the spread of the first batch.
///
/// # Complexity
/// O(batch · features · k) time per batch; the memory of one batch and of the labels.
///
/// # Reference
/// D. Sculley (2010), Web-scale k-means clustering. Reassignment and end as in scikit-learn 1.9.
///
/// # Example
/// ```
/// use crm_mining::{Predict, data::Features, learn::MiniBatchKMeans};
///
/// let monday = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5])?;
/// let mut model = MiniBatchKMeans::new(2).start(&monday)?;
/// assert_eq!(model.centers(), [1.5, 9.5]);
/// model.update(&Features::new(["orders"], vec![11.0, 1.5])?)?;
/// assert_eq!((model.centers(), model.counts()), (&[1.5, 10.0][..], &[4, 3][..]));
/// assert_eq!(model.predict(&Features::new(["orders"], vec![7.0])?)?, [1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MiniBatchKMeans {
    /// Number of clusters.
    pub k: usize,
    /// Rows of a batch of `fit`.
    pub batch: usize,
    /// Passes over the rows in `fit`.
    pub max_passes: usize,
    /// Batches without a fall of the inertia after which `fit` ends.
    pub patience: usize,
    /// Share of the largest count below which a center is put elsewhere.
    pub reassignment: f64,
    /// Of the random numbers.
    pub seed: u64,
}

/// Batches of `fit` whose rows the first centers are drawn from.
const FIRST: usize = 3;

impl MiniBatchKMeans {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> MiniBatchKMeans {
        MiniBatchKMeans { k, batch: 1024, max_passes: 100, patience: 10, reassignment: 0.01, seed: 42 }
    }

    fn check(&self, features: &Features) -> Result<()> {
        let counts = [
            ("k", self.k),
            ("batch", self.batch),
            ("max_passes", self.max_passes),
            ("patience", self.patience),
        ];
        for (parameter, value) in counts {
            if value == 0 {
                return invalid_parameter("MiniBatchKMeans", parameter, "at least 1", value);
            }
        }
        if !(0.0..1.0).contains(&self.reassignment) {
            let must_be = "at least 0 and below 1";
            return invalid_parameter("MiniBatchKMeans", "reassignment", must_be, self.reassignment);
        }
        if features.n_rows() == 0 {
            let of = "MiniBatchKMeans";
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
        }
        let distinct = distinct_rows(features, self.k);
        if distinct < self.k {
            return Err(ErrorKind::TooManyClusters { of: "MiniBatchKMeans", k: self.k, distinct }.into());
        }
        Ok(())
    }

    /// Starts a stream with its first batch, which draws the first centers and then moves them.
    ///
    /// # Errors
    /// See [`MiniBatchKMeans`].
    pub fn start(&self, first: &Features) -> Result<MiniBatchKMeansModel> {
        self.check(first)?;
        let frame = Frame::centered("MiniBatchKMeans", first)?;
        let mut model = self.seeded(first, frame, first)?;
        model.update(first)?;
        Ok(model)
    }

    /// A model of no rows, its centers drawn from `rows`.
    fn seeded(&self, features: &Features, frame: Frame, rows: &Features) -> Result<MiniBatchKMeansModel> {
        let points = Matrix::of("MiniBatchKMeans", &frame, rows)?;
        let control = Control::default();
        let rows = Rows { points: &points, weights: None, threads: Threads::All, control: &control };
        let centers = plus_plus(&rows, self.k, &mut Random::for_part(self.seed, 0))?;
        let (points, _) = ascending(&centers, features.n_features());
        Ok(MiniBatchKMeansModel {
            settings: self.clone(),
            feature_names: features.names().to_vec(),
            centers: frame.restore(&points),
            frame,
            points,
            counts: vec![0; self.k],
            since: 0,
            updates: 0,
            labels: Vec::new(),
            inertia: 0.0,
        })
    }
}

impl Fit<Features> for MiniBatchKMeans {
    type Model = MiniBatchKMeansModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<MiniBatchKMeansModel> {
        self.check(features)?;
        let frame = Frame::centered("MiniBatchKMeans", features)?;
        let n = features.n_rows();
        let mut random = Random::for_part(self.seed, u64::MAX);
        let mut order: Vec<u32> = (0..n as u32).collect();
        random.shuffle(&mut order);
        let sample = self.batch.saturating_mul(FIRST).max(self.k.saturating_mul(FIRST)).min(n);
        let first = features.select(&order[..sample]);
        // Rows that repeat may leave too few others in the sample.
        let few = distinct_rows(&first, self.k) < self.k;
        let mut model = self.seeded(features, frame, if few { features } else { &first })?;
        let smoothing = (2.0 * self.batch as f64 / (n as f64 + 1.0)).min(1.0);
        let (mut smooth, mut best, mut since) = (None, f64::INFINITY, 0);
        'passes: for pass in 0..self.max_passes {
            control.step("mini-batch k-means", pass as u64, self.max_passes as u64)?;
            random.shuffle(&mut order);
            for rows in order.chunks(self.batch) {
                control.check("mini-batch k-means")?;
                let batch = Matrix::of("MiniBatchKMeans", &model.frame, &features.select(rows))?;
                let inertia = model.learn(&batch, control)? / rows.len() as f64;
                let value = smooth.map_or(inertia, |smooth| smooth + smoothing * (inertia - smooth));
                // The centers of the first batch are still those drawn: its inertia says little.
                smooth = (model.updates > 1).then_some(value);
                since = if value < best { 0 } else { since + 1 };
                best = if model.updates > 1 { best.min(value) } else { best };
                if since >= self.patience {
                    break 'passes;
                }
            }
        }
        let (points, rank) = ascending(&model.points, features.n_features());
        let mut counts = vec![0; self.k];
        for (&rank, &count) in rank.iter().zip(&model.counts) {
            counts[rank as usize] = count;
        }
        (model.points, model.counts) = (points, counts);
        model.settle(features)?;
        Ok(model)
    }
}

/// A division that grows with the rows: what [`MiniBatchKMeans`] learns.
///
/// A saved model that does not fit together is refused when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct MiniBatchKMeansModel {
    settings: MiniBatchKMeans,
    feature_names: Vec<String>,
    frame: Frame,
    /// In the frame, as `centers` are in the units of the features.
    points: Vec<f64>,
    centers: Vec<f64>,
    counts: Vec<u64>,
    /// Rows since it was last looked whether centers have too few.
    since: u64,
    updates: u64,
    labels: Vec<u32>,
    inertia: f64,
}

impl MiniBatchKMeansModel {
    /// Learns from the next batch. The labels are then those of its rows. After an error the model is what
    /// it was.
    ///
    /// # Errors
    /// Features that are not those of the start; values of 1e140 or more in size, as multiples of the spread
    /// of the first batch.
    pub fn update(&mut self, batch: &Features) -> Result<()> {
        batch.expect_names("MiniBatchKMeansModel", &self.feature_names)?;
        let mut next = self.clone();
        if batch.n_rows() > 0 {
            let points = Matrix::of("MiniBatchKMeansModel", &self.frame, batch)?;
            next.learn(&points, &Control::default())?;
        }
        next.settle(batch)?;
        *self = next;
        Ok(())
    }

    /// Moves the centers by a batch. The inertia of the batch before.
    fn learn(&mut self, batch: &Matrix<'_>, control: &Control) -> Result<f64> {
        let k = self.settings.k;
        let rows = Rows { points: batch, weights: None, threads: Threads::All, control };
        let centers = Centers::<f64>::new(&self.points, batch.width);
        let parts = rows.each(chunk(k), |part| {
            let (mut nearest, mut sums) = (Nearest::new(), Sums::none(k, batch.width));
            let mut inertia = 0.0;
            for block in part.values.chunks(BLOCK * batch.width) {
                let rows = block.len() / batch.width;
                nearest.find(block, &ALL[..rows], &centers);
                for (point, &label) in block.chunks_exact(batch.width).zip(&nearest.labels) {
                    sums.change(point, NONE, label);
                }
                inertia += nearest.first[..rows].iter().sum::<f64>();
            }
            Ok((sums, inertia))
        })?;
        let (mut sums, mut inertia) = (Sums::none(k, batch.width), 0.0);
        for (more, part) in parts {
            sums.add(more);
            inertia += part;
        }
        self.since = self.since.saturating_add(batch.n_rows as u64);
        let due = self.counts.contains(&0) || self.since >= 10 * k as u64;
        for (cluster, center) in self.points.chunks_exact_mut(batch.width).enumerate() {
            let (came, sum) = sums.of_cluster(cluster);
            self.counts[cluster] = self.counts[cluster].saturating_add(came as u64);
            if came > 0.0 {
                for (x, sum) in center.iter_mut().zip(sum) {
                    *x += (sum - came * *x) / self.counts[cluster] as f64;
                }
            }
        }
        self.updates += 1;
        if due {
            self.since = 0;
            self.reassign(batch);
        }
        Ok(inertia)
    }

    /// Puts the centers that few rows moved on rows of the batch.
    fn reassign(&mut self, batch: &Matrix<'_>) {
        let most = self.counts.iter().copied().max().unwrap_or(0) as f64;
        let mut few: Vec<usize> = (0..self.counts.len())
            .filter(|&cluster| (self.counts[cluster] as f64) < self.settings.reassignment * most)
            .collect();
        few.sort_by_key(|&cluster| self.counts[cluster]);
        few.truncate(batch.n_rows / 2);
        let others = (0..self.counts.len()).filter(|cluster| !few.contains(cluster));
        let Some(least) = others.map(|cluster| self.counts[cluster]).min() else { return };
        let mut random = Random::for_part(self.settings.seed, self.updates);
        let mut drawn = Vec::with_capacity(few.len());
        for &cluster in &few {
            let row = loop {
                let row = random.below(batch.n_rows);
                if !drawn.contains(&row) {
                    break row;
                }
            };
            drawn.push(row);
            let width = batch.width;
            self.points[cluster * width..(cluster + 1) * width].copy_from_slice(batch.row(row));
            self.counts[cluster] = least;
        }
    }

    /// Labels these rows, and says the centers in the units of the features.
    fn settle(&mut self, features: &Features) -> Result<()> {
        let (labels, inertia) = nearest_of("MiniBatchKMeansModel", features, &self.frame, &self.points)?;
        let inertia = inertia / self.frame.scale / self.frame.scale;
        let centers = self.frame.restore(&self.points);
        if !inertia.is_finite() || !centers.iter().all(|value| value.is_finite()) {
            let (got, limit) = (inertia, f64::MAX);
            return Err(ErrorKind::Overflow { of: "MiniBatchKMeansModel", got, limit }.into());
        }
        (self.labels, self.inertia, self.centers) = (labels, inertia, centers);
        Ok(())
    }

    /// All centers, cluster after cluster.
    pub fn centers(&self) -> &[f64] {
        &self.centers
    }

    /// The center of one cluster; empty beyond the last.
    pub fn center(&self, cluster: usize) -> &[f64] {
        self.centers.chunks_exact(self.feature_names.len().max(1)).nth(cluster).unwrap_or_default()
    }

    /// The rows that moved each center so far.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The batches learnt from.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// The cluster of each row of the fit, or of the latest batch.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The sum of the squared distances of these rows to their centers.
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// The features of the start.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }
}

impl Clustering for MiniBatchKMeansModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.counts.len()
    }
}

impl Predict<Features> for MiniBatchKMeansModel {
    /// The number of the nearest center of each row.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        features.expect_names("MiniBatchKMeansModel", &self.feature_names)?;
        Ok(nearest_of("MiniBatchKMeansModel", features, &self.frame, &self.points)?.0)
    }
}

/// The fields of a model, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Saved {
    settings: MiniBatchKMeans,
    feature_names: Vec<String>,
    frame: Frame,
    points: Vec<f64>,
    centers: Vec<f64>,
    counts: Vec<u64>,
    since: u64,
    updates: u64,
    labels: Vec<u32>,
    inertia: f64,
}

impl From<MiniBatchKMeansModel> for Saved {
    fn from(model: MiniBatchKMeansModel) -> Saved {
        let MiniBatchKMeansModel { settings, feature_names, frame, points, centers, .. } = model;
        let MiniBatchKMeansModel { counts, since, updates, labels, inertia, .. } = model;
        Saved { settings, feature_names, frame, points, centers, counts, since, updates, labels, inertia }
    }
}

impl TryFrom<Saved> for MiniBatchKMeansModel {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<MiniBatchKMeansModel> {
        const PLACE: &str = "MiniBatchKMeansModel";
        let Saved { settings, feature_names, frame, points, centers, .. } = saved;
        let Saved { counts, since, updates, labels, inertia, .. } = saved;
        let k = check_points(PLACE, &feature_names, &frame, &points)?;
        if centers != frame.restore(&points) {
            return refused(PLACE, "centers that are the points of the frame", format!("{k} others"));
        }
        if settings.k != k || counts.len() != k || !(0.0..1.0).contains(&settings.reassignment) {
            let found = format!("k {}, {} counts, {k} centers", settings.k, counts.len());
            return refused(PLACE, "sound settings, and a count for each of k centers", found);
        }
        if let Some(label) = labels.iter().find(|&&label| label as usize >= k) {
            return refused(PLACE, "labels below the number of clusters", label.to_string());
        }
        if !(inertia.is_finite() && inertia >= 0.0) {
            return refused(PLACE, "an inertia that is finite and at least 0", inertia.to_string());
        }
        Ok(MiniBatchKMeansModel {
            settings,
            feature_names,
            frame,
            points,
            centers,
            counts,
            since,
            updates,
            labels,
            inertia,
        })
    }
}
