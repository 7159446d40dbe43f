//! Scored pairs: what is expected of a threshold, and which links to take.

use super::clusters::Clusters;
use super::model::LinkModel;
use super::pattern::Pattern;
use super::{Comparison, Records};
use crate::data::{Column, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// A pair of rows, by their positions from 0, and what speaks for it. Rows of the right table follow those of the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The position of the lower row.
    pub left: u32,
    /// The position of the higher row.
    pub right: u32,
    /// The evidence for a match in bits, the prior odds among it.
    pub weight: f64,
    /// The probability of a match.
    pub probability: f64,
    pub(super) pattern: Pattern,
}

/// What a threshold is expected to give, by the probabilities themselves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Links are pairs of at least this probability.
    pub threshold: f64,
    /// So many there are.
    pub links: u64,
    /// The share of these that are matches.
    pub precision: f64,
    /// The share of the matches, among all pairs that met, that are links.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// The pairs worth keeping, in the order of their rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    links: Vec<Link>,
    comparisons: Vec<Comparison>,
    pub(super) origin: Origin,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) tables: Vec<String>,
    /// Rows of the left table.
    pub(super) border: u32,
    /// The number of every row in its source.
    pub(super) numbers: Vec<u64>,
}

impl Origin {
    fn of(records: &Records<'_>) -> Origin {
        let tables: Vec<&Table> = [Some(records.left), records.right].into_iter().flatten().collect();
        let numbers = tables.iter().flat_map(|table| (0..table.n_rows()).map(|row| table.row_number(row)));
        Origin {
            border: records.left.n_rows() as u32,
            numbers: numbers.collect(),
            tables: tables.iter().map(|table| table.name().to_owned()).collect(),
        }
    }

    pub(super) fn table(&self, row: u32) -> &str {
        let at = usize::from(row >= self.border && self.tables.len() > 1);
        self.tables.get(at).map_or("", String::as_str)
    }

    pub(super) fn number(&self, row: u32) -> i64 {
        self.numbers.get(row as usize).map_or(0, |&number| number as i64)
    }
}

impl Links {
    pub(super) fn new(model: &LinkModel, records: &Records<'_>, links: Vec<Link>) -> Links {
        Links { links, comparisons: model.settings().comparisons.clone(), origin: Origin::of(records) }
    }

    /// The pairs, in the order of their rows.
    pub fn pairs(&self) -> &[Link] {
        &self.links
    }

    /// The pairs of at least this probability.
    pub fn above(&self, threshold: f64) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(move |link| link.probability >= threshold)
    }

    /// What is expected of a threshold, if the probabilities are right. Matches that no blocking rule brings
    /// together, or that fall below the probability kept, do not count.
    pub fn expected(&self, threshold: f64) -> Expected {
        let all: f64 = self.links.iter().map(|link| link.probability).sum();
        let (mut links, mut matches) = (0u64, 0.0);
        for link in self.above(threshold) {
            links += 1;
            matches += link.probability;
        }
        Expected::new(threshold, links, matches, all)
    }

    /// The threshold whose links are expected to have the highest F1.
    pub fn suggest_threshold(&self) -> f64 {
        let mut falling: Vec<f64> = self.links.iter().map(|link| link.probability).collect();
        falling.sort_by(|a, b| b.total_cmp(a));
        let all: f64 = falling.iter().sum();
        let (mut best, mut matches) = ((0.5, 0.0), 0.0);
        for (at, &probability) in falling.iter().enumerate() {
            matches += probability;
            let f1 = Expected::new(probability, at as u64 + 1, matches, all).f1;
            if f1 > best.1 {
                best = (probability, f1);
            }
        }
        best.0
    }

    /// The links of at least this probability of which no row has two: the strongest first (ties by rows), each
    /// taken if both its rows are free. For two tables without duplicates. Not the assignment of the greatest sum.
    pub fn one_to_one(&self, threshold: f64) -> Links {
        let mut strongest: Vec<&Link> = self.above(threshold).collect();
        strongest.sort_by(|a, b| stronger(a, b));
        let mut taken = vec![false; self.origin.numbers.len()];
        let mut kept = Vec::new();
        for link in strongest {
            let free = |row: u32| taken.get(row as usize) == Some(&false);
            if free(link.left) && free(link.right) {
                for row in [link.left, link.right] {
                    if let Some(taken) = taken.get_mut(row as usize) {
                        *taken = true;
                    }
                }
                kept.push(*link);
            }
        }
        kept.sort_by_key(|link| (link.left, link.right));
        Links { links: kept, comparisons: self.comparisons.clone(), origin: self.origin.clone() }
    }

    /// The customers: rows joined by links of at least this probability, directly or through others.
    ///
    /// # Errors
    /// A threshold outside 0 to 1.
    pub fn clusters(&self, threshold: f64) -> Result<Clusters> {
        if !(threshold > 0.0 && threshold <= 1.0) {
            return invalid_parameter("Links", "threshold", "above 0 and at most 1", threshold);
        }
        Ok(Clusters::new(self.origin.clone(), self.above(threshold).copied(), threshold))
    }
}

impl Expected {
    fn new(threshold: f64, links: u64, matches: f64, all: f64) -> Expected {
        let precision = if links > 0 { matches / links as f64 } else { 1.0 };
        let recall = if all > 0.0 { matches / all } else { 1.0 };
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        Expected { threshold, links, precision, recall, f1 }
    }
}

/// The order of links by falling weight, then by rows.
pub(super) fn stronger(a: &Link, b: &Link) -> std::cmp::Ordering {
    b.weight.total_cmp(&a.weight).then((a.left, a.right).cmp(&(b.left, b.right)))
}

impl ToTable for Links {
    /// One row per pair: both rows by their positions and by their numbers in their sources, weight, probability, and
    /// the level of each comparison.
    fn to_table(&self) -> Table {
        let position = |row: fn(&Link) -> u32| self.links.iter().map(|link| i64::from(row(link))).collect();
        let number =
            |row: fn(&Link) -> u32| self.links.iter().map(|link| self.origin.number(row(link))).collect();
        let mut columns = vec![
            Column::ints("left_position", position(|link| link.left)),
            Column::ints("right_position", position(|link| link.right)),
            Column::ints("left_row", number(|link| link.left)),
            Column::ints("right_row", number(|link| link.right)),
            Column::floats("weight", self.links.iter().map(|link| link.weight).collect()),
            Column::floats("probability", self.links.iter().map(|link| link.probability).collect()),
        ];
        for (at, comparison) in self.comparisons.iter().enumerate() {
            let names: Vec<String> = (0..16).map(|level| comparison.level_name(level)).collect();
            let level = |link: &Link| names.get(usize::from(link.pattern.level(at)));
            let name = format!("{} level", comparison.column.trim());
            columns.push(Column::text(name, self.links.iter().map(level)));
        }
        Table::of("links", columns)
    }
}
