//! The criteria for each number of segments, and the one chosen.

use crate::data::{Column, Table, ToTable};
use crate::learn::{KComparison, KReport, StabilityScore};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What speaks against a number of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Its smallest segment is too small.
    Small,
    /// One of its segments does not come back when the customers are drawn anew.
    Unstable,
    /// Its silhouette is too far below the best.
    Vague,
}

impl Objection {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Objection::Small => "small",
            Objection::Unstable => "unstable",
            Objection::Vague => "vague",
        }
    }
}

/// What each criterion alone would choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Favorites {
    /// The greatest mean silhouette.
    pub silhouette: Option<usize>,
    /// The greatest index of Calinski and Harabasz.
    pub calinski_harabasz: Option<usize>,
    /// The least index of Davies and Bouldin.
    pub davies_bouldin: Option<usize>,
    /// The smallest k whose gap is not less than the next less its error; `None` where no gap suffices.
    pub gap: Option<usize>,
    /// The elbow of the inertia.
    pub elbow: Option<usize>,
    /// The most stable least stable segment.
    pub stability: Option<usize>,
}

/// The criteria for each number of segments, the one chosen, and why. Shows itself as text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentChoice {
    pub(super) reports: Vec<KReport>,
    pub(super) objections: Vec<Vec<Objection>>,
    pub(super) favorites: Favorites,
    pub(super) k: usize,
    pub(super) fits: bool,
    pub(super) why: String,
}

/// What each criterion alone would choose, the smaller k of equals.
pub(super) fn favorites(comparison: &KComparison) -> Favorites {
    let best = |of: fn(&KReport) -> Option<f64>| {
        let values = comparison.reports.iter().filter_map(|report| Some((report.k, of(report)?)));
        values.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(k, _)| k)
    };
    Favorites {
        silhouette: best(|report| report.silhouette),
        calinski_harabasz: best(|report| report.calinski_harabasz),
        davies_bouldin: best(|report| report.davies_bouldin.map(|index| -index)),
        gap: comparison.first_sufficient_gap(),
        elbow: comparison.elbow(),
        stability: best(|report| report.stability.as_ref().map(StabilityScore::smallest)),
    }
}

impl SegmentChoice {
    /// The criteria, one entry for each k tried, ascending.
    pub fn reports(&self) -> &[KReport] {
        &self.reports
    }

    /// What speaks against each of [`SegmentChoice::reports`].
    pub fn objections(&self) -> &[Vec<Objection>] {
        &self.objections
    }

    /// What each criterion alone would choose.
    pub fn favorites(&self) -> &Favorites {
        &self.favorites
    }

    /// The number chosen.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Whether nothing speaks against it.
    pub fn fits(&self) -> bool {
        self.fits
    }

    /// Why it was chosen.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The objections to each k in words; `fits` where there are none.
    fn verdicts(&self) -> Vec<String> {
        let verdict = |objections: &Vec<Objection>| match objections.as_slice() {
            [] => "fits".to_owned(),
            some => some.iter().map(|objection| objection.name()).collect::<Vec<_>>().join(", "),
        };
        self.objections.iter().map(verdict).collect()
    }
}

impl ToTable for SegmentChoice {
    /// One row per k tried; of the stability that of the least stable segment.
    fn to_table(&self) -> Table {
        let floats = |name: &str, of: fn(&KReport) -> Option<f64>| {
            Column::floats(name, self.reports.iter().map(|report| of(report).unwrap_or(f64::NAN)).collect())
        };
        Table::of(
            "segment_choice",
            vec![
                Column::ints("k", self.reports.iter().map(|report| report.k as i64).collect()),
                floats("silhouette", |report| report.silhouette),
                floats("stability", |report| report.stability.as_ref().map(StabilityScore::smallest)),
                floats("smallest_share", |report| Some(report.smallest_share)),
                floats("calinski_harabasz", |report| report.calinski_harabasz),
                floats("davies_bouldin", |report| report.davies_bouldin),
                floats("gap", |report| report.gap),
                floats("gap_se", |report| report.gap_se),
                floats("inertia", |report| Some(report.inertia)),
                Column::text("verdict", self.verdicts().into_iter().map(Some)),
                Column::bools("chosen", self.reports.iter().map(|report| report.k == self.k)),
            ],
        )
    }
}

impl fmt::Display for SegmentChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.why)?;
        writeln!(f, " k  silhouette  stability  smallest      CH     DB    gap   inertia  verdict")?;
        for (report, verdict) in self.reports.iter().zip(self.verdicts()) {
            let or_none = |value: Option<f64>, digits: usize| {
                value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
            };
            writeln!(
                f,
                "{:>2}  {:>10}  {:>9}  {:>6.1} %  {:>6}  {:>5}  {:>5}  {:>8.1}  {verdict}",
                report.k,
                or_none(report.silhouette, 3),
                or_none(report.stability.as_ref().map(StabilityScore::smallest), 3),
                100.0 * report.smallest_share,
                or_none(report.calinski_harabasz, 0),
                or_none(report.davies_bouldin, 2),
                or_none(report.gap, 3),
                report.inertia,
            )?;
        }
        let of = &self.favorites;
        let named = [
            ("silhouette", of.silhouette),
            ("Calinski-Harabasz", of.calinski_harabasz),
            ("Davies-Bouldin", of.davies_bouldin),
            ("gap", of.gap),
            ("elbow", of.elbow),
            ("stability", of.stability),
        ];
        let each =
            named.map(|(name, k)| format!("{name} {}", k.map_or_else(|| "-".to_owned(), |k| k.to_string())));
        write!(f, "alone would choose: {}", each.join(", "))
    }
}
