//! The settings of linking.

use super::{LinkModel, Records};
use crate::convert::{plain, setting};
use crate::run::run;
use crate::settings::settings;
use crm_mining::Fit;
use crm_mining::prepare::{self, Block, Comparison, Kind, Part, Transform};
use pyo3::prelude::*;
use serde::Deserialize;
use std::sync::Arc;

/// Links rows that are one customer, within a table or between two, without labels, by the model of Fellegi
/// and Sunter.
///
/// Use it when customers have no common key: names are misspelt, dates have a digit off, values are missing.
/// `Linker.for_records` finds settings for the records at hand.
///
/// Parameters
/// ----------
/// comparisons : sequence of dict
///     What is compared, such as ``{"column": "name", "kind": "name"}``. Kinds: "name", "text", "address",
///     "date", "phone", "email", "code", "number", "exact". May say more: "right_column", when the right table
///     calls it otherwise; "levels", the similarities that part the levels, falling; "term_frequency", whether
///     agreement on a rare value says more.
/// blocking : sequence
///     Which rows meet: those that agree by any of these rules. A rule is a column, a list of parts that must
///     all agree, or ``{"parts": [...], "any_order": True}`` for values that may have changed places. A part
///     is a column or ``{"column": "surname", "transform": "soundex"}``. Transforms: "whole", {"prefix": 3},
///     "soundex", "year", "words", "letters" (of a name, Chinese signs by their pinyin, in any order),
///     {"last_digits": 8} of a phone, "user" of an e-mail address, "house" (street and number of an address).
/// ignored : sequence of dict, optional
///     The columns that a proposal left alone, and why; for the reader.
/// threshold : float, default 0.5
///     The probability from which a pair is a link.
/// keep : float, default 0.01
///     The probability from which a pair is kept at all.
/// most_per_block : int, default 1000
///     A block of more pairs than so many rows of one table have is compared by neighborhoods.
/// window : int, default 20
///     In such a block each row is compared with so many that follow it in the order of values.
/// chance_pairs : int, default 200000
///     Pairs drawn to learn how often values agree by chance.
/// sampled_pairs : int, default 500000
///     Pairs that meet, drawn to learn how often matches agree.
/// max_iterations : int, default 500
///     Steps of a search.
/// tolerance : float, default 1e-5
///     The change of a share that counts as none.
/// seed : int, default 42
///     The seed of what is drawn.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> people = pl.DataFrame({
/// ...     "name": ["anna li", "anna lee", "ben fox", "ben fox", "carl ott", "dora may", "eva roth", "finn gray"],
/// ...     "town": ["york", "york", "bath", "bath", "ely", "wells", "ripon", "truro"]})
/// >>> linker = crm.Linker(
/// ...     [{"column": "name", "kind": "name"}, {"column": "town", "kind": "text"}], ["name", "town"])
/// >>> links = linker.fit(people).predict(people)
/// >>> customers = links.clusters(0.3)  # so few rows prove little
/// >>> customers.n_customers, customers.members(1)
/// (6, [2, 3])
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Linker(pub(super) prepare::Linker);

/// A comparison of which only column and kind must be said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compared {
    column: String,
    kind: Kind,
    right_column: Option<String>,
    levels: Option<Vec<f64>>,
    term_frequency: Option<bool>,
}

impl Compared {
    fn whole(self) -> Comparison {
        let usual = Comparison::new(self.column, self.kind);
        Comparison {
            right_column: self.right_column,
            levels: self.levels.unwrap_or_else(|| usual.levels.clone()),
            term_frequency: self.term_frequency.unwrap_or(usual.term_frequency),
            ..usual
        }
    }
}

/// A blocking rule in short or in full.
#[derive(Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a column, a list of parts, or {\"parts\": [...], \"any_order\": ...}"
)]
enum Blocked {
    Column(String),
    Parts(Vec<BlockedPart>),
    Whole {
        parts: Vec<BlockedPart>,
        #[serde(default)]
        any_order: bool,
    },
}

/// A part of a blocking rule in short or in full.
#[derive(Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a column or {\"column\": ..., \"transform\": ...}"
)]
enum BlockedPart {
    Column(String),
    Whole { column: String, right_column: Option<String>, transform: Option<Transform> },
}

impl Blocked {
    fn whole(self) -> Block {
        let (parts, any_order) = match self {
            Blocked::Column(column) => (vec![BlockedPart::Column(column)], false),
            Blocked::Parts(parts) => (parts, false),
            Blocked::Whole { parts, any_order } => (parts, any_order),
        };
        Block { parts: parts.into_iter().map(BlockedPart::whole).collect(), any_order }
    }
}

impl BlockedPart {
    fn whole(self) -> Part {
        let (column, right_column, transform) = match self {
            BlockedPart::Column(column) => (column, None, None),
            BlockedPart::Whole { column, right_column, transform } => (column, right_column, transform),
        };
        Part { column, right_column, transform: transform.unwrap_or(Transform::Whole) }
    }
}

settings! { Linker {
    #[new]
    #[pyo3(
        signature = (comparisons, blocking, *, ignored = None, threshold = 0.5, keep = 0.01, most_per_block = 1000, window = 20, chance_pairs = 200_000, sampled_pairs = 500_000, max_iterations = 500, tolerance = 1e-5, seed = 42),
        text_signature = "(comparisons, blocking, *, ignored=(), threshold=0.5, keep=0.01, most_per_block=1000, window=20, chance_pairs=200000, sampled_pairs=500000, max_iterations=500, tolerance=1e-5, seed=42)"
    )]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        comparisons: &Bound<'_, PyAny>,
        blocking: &Bound<'_, PyAny>,
        ignored: Option<&Bound<'_, PyAny>>,
        threshold: f64,
        keep: f64,
        most_per_block: usize,
        window: usize,
        chance_pairs: usize,
        sampled_pairs: usize,
        max_iterations: usize,
        tolerance: f64,
        seed: u64,
    ) -> PyResult<Linker> {
        const OF: &str = "Linker";
        let comparisons: Vec<Compared> = setting(OF, "comparisons", comparisons)?;
        let blocking: Vec<Blocked> = setting(OF, "blocking", blocking)?;
        let ignored = ignored.map(|ignored| setting(OF, "ignored", ignored)).transpose()?;
        Ok(Linker(prepare::Linker {
            comparisons: comparisons.into_iter().map(Compared::whole).collect(),
            blocking: blocking.into_iter().map(Blocked::whole).collect(),
            ignored: ignored.unwrap_or_default(),
            threshold,
            keep,
            most_per_block,
            window,
            chance_pairs,
            sampled_pairs,
            max_iterations,
            tolerance,
            seed,
        }))
    }

    /// Settings found from the records: which columns to compare and how, and rules by which nearly all
    /// matches meet at a bounded number of pairs. Columns left alone are listed in ``ignored``.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The records.
    /// right : frame, optional
    ///     Other records, to be linked with those of ``left``; without them duplicates within ``left`` are
    ///     sought.
    ///
    /// Returns
    /// -------
    /// Linker
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     No column is left to compare, or fewer rows than a pair needs.
    #[staticmethod]
    #[pyo3(signature = (left, right = None))]
    fn for_records(left: &Bound<'_, PyAny>, right: Option<&Bound<'_, PyAny>>) -> PyResult<Linker> {
        let records = Records::read(left, right)?;
        run(left.py(), None, move |_| prepare::Linker::for_records(&records.core())).map(Linker)
    }

    /// What is compared, and how.
    #[getter]
    fn comparisons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.comparisons)
    }

    /// Which rows meet.
    #[getter]
    fn blocking<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.blocking)
    }

    /// The columns that a proposal left alone, and why.
    #[getter]
    fn ignored<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.ignored)
    }

    /// The probability from which a pair is a link.
    #[getter]
    fn threshold(&self) -> f64 {
        self.0.threshold
    }

    /// The probability from which a pair is kept at all.
    #[getter]
    fn keep(&self) -> f64 {
        self.0.keep
    }

    /// A block of more pairs than so many rows of one table have is compared by neighborhoods.
    #[getter]
    fn most_per_block(&self) -> usize {
        self.0.most_per_block
    }

    /// In such a block each row is compared with so many that follow it in the order of values.
    #[getter]
    fn window(&self) -> usize {
        self.0.window
    }

    /// Pairs drawn to learn how often values agree by chance.
    #[getter]
    fn chance_pairs(&self) -> usize {
        self.0.chance_pairs
    }

    /// Pairs that meet, drawn to learn how often matches agree.
    #[getter]
    fn sampled_pairs(&self) -> usize {
        self.0.sampled_pairs
    }

    /// Steps of a search.
    #[getter]
    fn max_iterations(&self) -> usize {
        self.0.max_iterations
    }

    /// The change of a share that counts as none.
    #[getter]
    fn tolerance(&self) -> f64 {
        self.0.tolerance
    }

    /// The seed of what is drawn.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Learns how much every level of agreement says.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The records.
    /// right : frame, optional
    ///     Other records, to be linked with those of ``left``.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// LinkModel
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range.
    /// MissingColumn
    ///     A column compared is not there.
    /// NotEnoughData
    ///     Too few rows, or no pair of rows meets.
    #[pyo3(signature = (left, right = None, *, progress = None))]
    fn fit(
        &self,
        left: &Bound<'_, PyAny>,
        right: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<LinkModel> {
        let (linker, records) = (self.0.clone(), Records::read(left, right)?);
        let model = run(left.py(), progress, move |control| linker.fit_with(&records.core(), control))?;
        Ok(LinkModel(Arc::new(model)))
    }
} }
