//! K-modes: groups of rows of categories around their most frequent ones.

mod seeding;

use crate::data::Mixed;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::Clustering;
use crate::learn::cluster::distinct::{DistinctRows, Point};
use crate::learn::cluster::prototypes::{Run, Task};
use crate::model::{Control, Fit, Predict};
use rayon::prelude::*;
use seeding::{cao, huang};
use serde::{Deserialize, Serialize};

/// K-modes: divides rows of categories into `k` groups, each around its mode, the most frequent category in every
/// column, so that the categories in which rows differ from their mode are few in sum.
///
/// Use it where customers are described by categories only, such as city, channel and tariff. Every column counts
/// alike. For categories beside numbers take [`KPrototypes`](super::KPrototypes).
///
/// Rows are assigned to the nearest mode, all at once, then all modes are moved, until nothing changes. Of equally
/// near modes and equally frequent categories the first counts. An empty cluster is given the row farthest from its
/// mode. Clusters are numbered by their modes: ascending by the level in the first column, then by the next. A
/// missing category is a level as any other.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `init` | the first modes: by density, without chance (Cao), or drawn (Huang) | Cao |
/// | `max_iterations` | updates of the modes per start | 100 |
///
/// Fitting gives a [`KModesModel`]; the same data and seed give the same model for rows in any order and on any
/// number of threads.
///
/// Different from the package kmodes: it moves the modes after every single row, so that its result depends on the
/// order of rows. Where Cao finds several equally dense rows, the package takes the first, here it is the one of
/// the first levels. Costs and modes agree where the groups are clear.
///
/// # Errors
/// A setting out of range; no categorical column, or a numeric one; no row; more clusters than distinct rows.
///
/// # Complexity
/// O(distinct rows · columns · k) time per iteration; O(rows + distinct rows · columns) memory.
///
/// # Reference
/// Z. Huang (1998), Extensions to the k-means algorithm for clustering large data sets with categorical values,
/// Data Mining and Knowledge Discovery 2. F. Cao, J. Liang and L. Bai (2009), A new initialization method for
/// categorical data clustering, Expert Systems with Applications 36.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Column, Mixed}, learn::{Clustering, KModes}};
///
/// let city = Column::text("city", ["Ulm", "Bonn", "Ulm", "Bonn", "Kiel"].map(Some));
/// let channel = Column::text("channel", ["web", "shop", "web", "shop", "shop"].map(Some));
/// let model = KModes::new(2).fit(&Mixed::new(None, &[city, channel])?)?;
/// assert_eq!(model.labels(), [1, 0, 1, 0, 0]);
/// assert_eq!(model.mode(0), [Some("Bonn"), Some("shop")]);
/// assert_eq!(model.cost(), 1);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KModes {
    /// Number of clusters.
    pub k: usize,
    /// The first modes.
    pub init: ModeInit,
    /// Updates of the modes per start.
    pub max_iterations: usize,
}

/// How the first modes are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ModeInit {
    /// The row of the most frequent categories; then, one by one, the row with the largest product of this density
    /// and the distance to the nearest mode so far (Cao, Liang and Bai 2009). One start.
    #[default]
    Cao,
    /// Categories drawn by their frequency, and for each mode drawn the nearest row that is none yet (Huang 1998).
    /// The start with the smallest cost wins.
    Huang {
        /// Starts.
        n_init: usize,
        /// Of the random numbers.
        seed: u64,
    },
}

impl KModes {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> KModes {
        KModes { k, init: ModeInit::Cao, max_iterations: 100 }
    }

    fn check(&self, mixed: &Mixed) -> Result<()> {
        let n_init = if let ModeInit::Huang { n_init, .. } = self.init { n_init } else { 1 };
        for (parameter, value) in [("k", self.k), ("n_init", n_init), ("max_iterations", self.max_iterations)]
        {
            if value == 0 {
                return invalid_parameter("KModes", parameter, "at least 1", value);
            }
        }
        if let Some(name) = mixed.numeric_names().first() {
            return Err(ErrorKind::InvalidColumn {
                table: "Mixed".into(),
                column: name.clone(),
                must_be: "categories for KModes (KPrototypes takes both)".into(),
                got: "numbers".into(),
            }
            .into());
        }
        Ok(())
    }

    fn best_run(&self, task: &Task<'_>) -> Result<Run> {
        let ModeInit::Huang { n_init, seed } = self.init else {
            return task.run(cao(task, self.k)?, self.max_iterations);
        };
        let run = |start| task.run(huang(task, self.k, seed, start)?, self.max_iterations);
        best((0..n_init as u64).into_par_iter().map(run).collect::<Result<Vec<Run>>>()?, "KModes")
    }
}

/// The run of the smallest cost, the earlier of equals.
pub(super) fn best(runs: Vec<Run>, of: &'static str) -> Result<Run> {
    let none = ErrorKind::NotEnoughData { of, needed: 1, unit: "starts", got: 0 };
    let best = runs.into_iter().reduce(|a, b| if b.cost < a.cost { b } else { a });
    best.ok_or_else(|| none.into())
}

impl Fit<Mixed> for KModes {
    type Model = KModesModel;

    fn fit_with(&self, mixed: &Mixed, control: &Control) -> Result<KModesModel> {
        self.check(mixed)?;
        let no_numbers = |_: &_| Ok(super::Frame { offset: Vec::new(), scale: 1.0 });
        let (rows, _) = DistinctRows::of_mixed("KModes", mixed, no_numbers)?;
        rows.check("KModes", self.k)?;
        let task = Task { rows: &rows, gamma: 1.0, stage: "k-modes", control };
        let run = self.best_run(&task)?;
        Ok(KModesModel {
            names: mixed.categorical().to_vec(),
            modes: run.prototypes.iter().map(|prototype| said(mixed, prototype)).collect(),
            labels: rows.spread(&run.labels),
            cost: task.parts(&run).1,
            iterations: run.iterations,
            converged: run.converged,
        })
    }
}

/// The categories of a prototype in words.
pub(super) fn said(mixed: &Mixed, prototype: &Point) -> Vec<Option<String>> {
    let codes = prototype.codes.iter().enumerate();
    codes.map(|(column, &code)| mixed.levels(column).get(code as usize).cloned()).collect()
}

/// The categories of a prototype by their numbers in other data; one that does not occur there equals none.
pub(super) fn coded(mixed: &Mixed, modes: &[Option<String>]) -> Vec<u32> {
    let code = |(column, level): (usize, &Option<String>)| {
        let levels = mixed.levels(column);
        let Some(level) = level else { return levels.len() as u32 };
        levels.iter().position(|other| other == level).map_or(u32::MAX, |code| code as u32)
    };
    modes.iter().enumerate().map(code).collect()
}

/// Fitted clusters: what [`KModes`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct KModesModel {
    names: Vec<String>,
    modes: Vec<Vec<Option<String>>>,
    labels: Vec<u32>,
    cost: u64,
    iterations: usize,
    converged: bool,
}

/// The fields of a model as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    names: Vec<String>,
    modes: Vec<Vec<Option<String>>>,
    labels: Vec<u32>,
    cost: u64,
    iterations: usize,
    converged: bool,
}

impl TryFrom<Unchecked> for KModesModel {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<KModesModel> {
        let Unchecked { names, modes, labels, cost, iterations, converged } = saved;
        if names.is_empty() {
            let (place, rule) = ("KModesModel".into(), "a column at least".into());
            return Err(ErrorKind::Malformed { place, rule, found: "none".into() }.into());
        }
        check_saved("KModesModel", names.len(), &modes, &labels)?;
        Ok(KModesModel { names, modes, labels, cost, iterations, converged })
    }
}

/// Saved modes have a category or none for each column; every row belongs to one of them.
pub(super) fn check_saved(
    place: &'static str,
    n_columns: usize,
    modes: &[Vec<Option<String>>],
    labels: &[u32],
) -> Result<()> {
    let refused = |rule: &str, found: String| -> Result<()> {
        Err(ErrorKind::Malformed { place: place.into(), rule: rule.into(), found }.into())
    };
    if modes.is_empty() {
        return refused("a cluster at least", "none".to_owned());
    }
    if let Some(mode) = modes.iter().find(|mode| mode.len() != n_columns) {
        return refused("a category for each column", format!("{} for {n_columns}", mode.len()));
    }
    match labels.iter().find(|&&label| label as usize >= modes.len()) {
        Some(label) => refused("labels below the number of clusters", label.to_string()),
        None => Ok(()),
    }
}

impl KModesModel {
    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.modes.len()
    }

    /// The mode of one cluster: a category for each column, `None` where most rows lack one; empty beyond the last.
    pub fn mode(&self, cluster: usize) -> Vec<Option<&str>> {
        self.modes.get(cluster).map_or_else(Vec::new, |mode| mode.iter().map(Option::as_deref).collect())
    }

    /// The cluster of each row of the fit.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The number of categories, of all rows, that differ from the mode of their cluster.
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// Updates of the modes in the best start.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the best start came to a standstill within its iterations.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The columns of the fit.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl Clustering for KModesModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl Predict<Mixed> for KModesModel {
    /// The number of the nearest mode of each row. A category that no mode has differs from all.
    type Output = Vec<u32>;

    fn predict(&self, mixed: &Mixed) -> Result<Vec<u32>> {
        mixed.expect_names("KModesModel", &[], &self.names)?;
        let modes: Vec<Vec<u32>> = self.modes.iter().map(|mode| coded(mixed, mode)).collect();
        let nearest = |row: usize| {
            let codes = mixed.codes(row);
            let differing = |mode: &Vec<u32>| mode.iter().zip(codes).filter(|(a, b)| a != b).count();
            (0..).zip(&modes).min_by_key(|(_, mode)| differing(mode)).map_or(0, |(cluster, _)| cluster)
        };
        Ok((0..mixed.n_rows()).into_par_iter().map(nearest).collect())
    }
}
