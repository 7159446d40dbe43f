//! K-prototypes: groups of rows of numbers and categories around means and most frequent categories.

mod seeding;

use crate::data::Mixed;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::distinct::{DistinctRows, Point};
use crate::learn::cluster::kmodes::{best, check_saved, coded, said};
use crate::learn::cluster::prototypes::{Run, Task};
use crate::learn::cluster::{BLOCK, Clustering, Frame};
use crate::model::{Control, Fit, Predict};
use rayon::prelude::*;
use seeding::plus_plus;
use serde::{Deserialize, Serialize};

/// What a category that differs costs in the frame at most: any distance there is far below.
const LARGEST_GAMMA: f64 = 1e140;

/// K-prototypes: k-means for numbers and categories together. Each group lies around its prototype, the mean of every
/// numeric column and the most frequent category of every other; a row costs the squared distance of its numbers and
/// `gamma` for every category that differs.
///
/// Use it where both describe the customers; without a categorical column it is k-means. Bring the numeric columns to one scale first, or the largest decides
/// alone. `gamma` is by default half the mean standard deviation of the numeric columns, as the package kmodes has it:
/// half, then, for standardized columns, in which two rows drawn at random are 2 apart per column. Raise it to give
/// categories more weight.
///
/// Each start draws its first prototypes among the rows by greedy k-means++ on these costs, then assigns all rows and
/// moves all prototypes until nothing changes; the start of the smallest cost wins. An empty cluster is given the row
/// that costs most. Clusters are numbered by their prototypes: ascending by the first number, then by the next, then by
/// the categories. A missing category is a level as any other.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `gamma` | what a category that differs costs; above 0 | half the mean standard deviation |
/// | `n_init` | starts | 10 |
/// | `max_iterations` | updates of the prototypes per start | 100 |
/// | `seed` | of the random numbers | 42 |
///
/// Fitting gives a [`KPrototypesModel`]; the same data and seed give the same bits for rows in any order and on any
/// number of threads. Where all numeric columns are constant, the default `gamma` is 1.
///
/// Different from the package kmodes: it draws the first numbers from normal distributions and moves prototypes after
/// every single row, so that its result depends on the order of rows.
///
/// # Errors
/// A setting out of range; no numeric column; no row; more clusters than distinct rows; numbers of
/// 1e140 or more in size.
///
/// # Complexity
/// O(rows · columns · k) time per iteration and O(rows · log rows) once; the memory of two copies of the data.
///
/// # Reference
/// Z. Huang (1998), Extensions to the k-means algorithm for clustering large data sets with categorical values,
/// Data Mining and Knowledge Discovery 2.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Column, Features, Mixed}, learn::{Clustering, KPrototypes}};
///
/// let age = Features::new(["age"], vec![-1.0, 1.0, -1.2, 0.9, 1.1])?;
/// let city = Column::text("city", ["Ulm", "Bonn", "Ulm", "Bonn", "Ulm"].map(Some));
/// let model = KPrototypes::new(2).fit(&Mixed::new(Some(age), &[city])?)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 1]);
/// assert_eq!(model.mode(1), [Some("Bonn")]);
/// assert!((model.center(1)[0] - 1.0).abs() < 1e-12);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KPrototypes {
    /// Number of clusters.
    pub k: usize,
    /// What a category that differs costs; half the mean standard deviation of the numeric columns when not given.
    pub gamma: Option<f64>,
    /// Starts.
    pub n_init: usize,
    /// Updates of the prototypes per start.
    pub max_iterations: usize,
    /// Of the random numbers.
    pub seed: u64,
}

impl KPrototypes {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> KPrototypes {
        KPrototypes { k, gamma: None, n_init: 10, max_iterations: 100, seed: 42 }
    }

    fn check(&self, mixed: &Mixed) -> Result<()> {
        for (parameter, value) in
            [("k", self.k), ("n_init", self.n_init), ("max_iterations", self.max_iterations)]
        {
            if value == 0 {
                return invalid_parameter("KPrototypes", parameter, "at least 1", value);
            }
        }
        if let Some(gamma) = self.gamma.filter(|gamma| !(*gamma > 0.0 && gamma.is_finite())) {
            return invalid_parameter("KPrototypes", "gamma", "finite and above 0", gamma);
        }
        if mixed.numeric_names().is_empty() {
            let unit = "numeric columns (KModes takes categories alone)";
            return Err(ErrorKind::NotEnoughData { of: "KPrototypes", needed: 1, unit, got: 0 }.into());
        }
        Ok(())
    }
}

/// Half the mean standard deviation of the numeric columns, in the frame.
fn half_deviation(rows: &DistinctRows) -> f64 {
    let n: f64 = rows.weights.iter().sum();
    let deviation = |column: usize| {
        let values = || rows.weights.iter().enumerate().map(|(row, w)| (*w, rows.number_at(row, column)));
        let mean = values().map(|(weight, value)| weight * value).sum::<f64>() / n;
        (values().map(|(weight, value)| weight * (value - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    let deviations: Vec<f64> = (0..rows.width).into_par_iter().map(deviation).collect();
    0.5 * deviations.iter().sum::<f64>() / rows.width as f64
}

impl Fit<Mixed> for KPrototypes {
    type Model = KPrototypesModel;

    fn fit_with(&self, mixed: &Mixed, control: &Control) -> Result<KPrototypesModel> {
        self.check(mixed)?;
        let (rows, frame) =
            DistinctRows::of_mixed("KPrototypes", mixed, |numeric| Frame::centered("KPrototypes", numeric))?;
        rows.check("KPrototypes", self.k)?;
        let default = || match half_deviation(&rows) / frame.scale {
            0.0 => 1.0,
            gamma => gamma,
        };
        let gamma = self.gamma.unwrap_or_else(default);
        let framed = (gamma * frame.scale * frame.scale).min(LARGEST_GAMMA);
        let task = Task { rows: &rows, gamma: framed, stage: "k-prototypes", control };
        let run = |start| {
            let run = task.run(plus_plus(&task, self.k, self.seed, start)?, self.max_iterations)?;
            control.step("k-prototypes", start + 1, self.n_init as u64)?;
            Ok(run)
        };
        let runs = (0..self.n_init as u64).into_par_iter().map(run).collect::<Result<Vec<Run>>>()?;
        let run = best(runs, "KPrototypes")?;
        let points: Vec<f64> = run.prototypes.iter().flat_map(|point| &point.numbers).copied().collect();
        let (numeric, differing) = task.parts(&run);
        Ok(KPrototypesModel {
            names: mixed.numeric_names().to_vec(),
            categorical: mixed.categorical().to_vec(),
            gamma,
            centers: frame.restore(&points),
            modes: run.prototypes.iter().map(|prototype| said(mixed, prototype)).collect(),
            labels: rows.spread(&run.labels),
            cost: numeric / frame.scale / frame.scale + gamma * differing as f64,
            iterations: run.iterations,
            converged: run.converged,
            frame,
            points,
        })
    }
}

/// Fitted clusters: what [`KPrototypes`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct KPrototypesModel {
    names: Vec<String>,
    categorical: Vec<String>,
    gamma: f64,
    frame: Frame,
    /// In the frame, as `centers` are in the units of the columns.
    points: Vec<f64>,
    centers: Vec<f64>,
    modes: Vec<Vec<Option<String>>>,
    labels: Vec<u32>,
    cost: f64,
    iterations: usize,
    converged: bool,
}

/// The fields of a model as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    names: Vec<String>,
    categorical: Vec<String>,
    gamma: f64,
    frame: Frame,
    points: Vec<f64>,
    centers: Vec<f64>,
    modes: Vec<Vec<Option<String>>>,
    labels: Vec<u32>,
    cost: f64,
    iterations: usize,
    converged: bool,
}

impl TryFrom<Unchecked> for KPrototypesModel {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<KPrototypesModel> {
        let Unchecked { names, categorical, gamma, frame, points, centers, modes, labels, .. } = saved;
        let (cost, iterations, converged) = (saved.cost, saved.iterations, saved.converged);
        check_saved("KPrototypesModel", categorical.len(), &modes, &labels)?;
        let lengths = [points.len(), centers.len()];
        let is_sound = lengths == [names.len() * modes.len(); 2]
            && !names.is_empty()
            && frame.offset.len() == names.len()
            && frame.scale.is_normal()
            && [frame.scale, gamma].iter().all(|&value| value > 0.0 && value.is_finite())
            && points.iter().chain(&centers).chain(&frame.offset).all(|value| value.is_finite());
        if !is_sound {
            let rule = "a finite number for each numeric column and cluster".into();
            let found = format!("{lengths:?} numbers, gamma {gamma}");
            return Err(ErrorKind::Malformed { place: "KPrototypesModel".into(), rule, found }.into());
        }
        let model = KPrototypesModel {
            names,
            categorical,
            gamma,
            frame,
            points,
            centers,
            modes,
            labels,
            cost,
            iterations,
            converged,
        };
        Ok(model)
    }
}

impl KPrototypesModel {
    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.modes.len()
    }

    /// The numeric columns of the fit.
    pub fn numeric_names(&self) -> &[String] {
        &self.names
    }

    /// The categorical columns of the fit.
    pub fn categorical(&self) -> &[String] {
        &self.categorical
    }

    /// The means of all clusters, cluster after cluster.
    pub fn centers(&self) -> &[f64] {
        &self.centers
    }

    /// The means of one cluster; empty beyond the last.
    pub fn center(&self, cluster: usize) -> &[f64] {
        self.centers.chunks_exact(self.names.len().max(1)).nth(cluster).unwrap_or_default()
    }

    /// The mode of one cluster: a category for each column, `None` where most rows lack one; empty beyond the last.
    pub fn mode(&self, cluster: usize) -> Vec<Option<&str>> {
        self.modes.get(cluster).map_or_else(Vec::new, |mode| mode.iter().map(Option::as_deref).collect())
    }

    /// What a category that differs costs.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// The cluster of each row of the fit.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The sum of the squared distances of the rows to their centers, and of `gamma` for every category that differs.
    pub fn cost(&self) -> f64 {
        self.cost
    }

    /// Updates of the prototypes in the best start.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the best start came to a standstill within its iterations.
    pub fn converged(&self) -> bool {
        self.converged
    }
}

impl Clustering for KPrototypesModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl Predict<Mixed> for KPrototypesModel {
    /// The number of the nearest prototype of each row. A category that no prototype has differs from all.
    type Output = Vec<u32>;

    fn predict(&self, mixed: &Mixed) -> Result<Vec<u32>> {
        mixed.expect_names("KPrototypesModel", &self.names, &self.categorical)?;
        let (rows, _) = DistinctRows::of_mixed("KPrototypes", mixed, |_| Ok(self.frame.clone()))?;
        let prototype = |(point, mode): (&[f64], &Vec<Option<String>>)| Point {
            numbers: point.to_vec(),
            codes: coded(mixed, mode),
        };
        let prototypes: Vec<Point> =
            self.points.chunks_exact(self.names.len()).zip(&self.modes).map(prototype).collect();
        let gamma = (self.gamma * self.frame.scale * self.frame.scale).min(LARGEST_GAMMA);
        let control = Control::default();
        let task = Task { rows: &rows, gamma, stage: "k-prototypes", control: &control };
        let mut labels = vec![0_u32; rows.len()];
        labels.par_chunks_mut(BLOCK).enumerate().for_each(|(block, labels)| {
            let (mut least, mut costs) = (vec![f64::INFINITY; labels.len()], vec![0.0; labels.len()]);
            for (number, prototype) in (0..).zip(&prototypes) {
                task.costs(block, prototype, &mut costs);
                for ((label, least), &cost) in labels.iter_mut().zip(&mut least).zip(&costs) {
                    (*label, *least) = if cost < *least { (number, cost) } else { (*label, *least) };
                }
            }
        });
        Ok(rows.spread(&labels))
    }
}
