//! The fitted model: the weight of every level of agreement, and what training did.

use super::blocks::{BlockCount, Blocks};
use super::em::LEAST;
use super::field::Field;
use super::records::Prepared;
use super::train::{Session, Trained, train};
use super::{Linker, Records};
use crate::data::{Column, Interner, Strings, Table, ToTable};
use crate::error::{ErrorKind, Result};
use crate::model::{Control, Fit};
use serde::{Deserialize, Serialize};

/// A level of agreement and how often it comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelShare {
    /// The level in words: `equal`, `similar 0.92 or more`, `different`.
    pub level: String,
    /// Its share among matches.
    pub m: f64,
    /// Its share among pairs that do not match.
    pub u: f64,
}

impl LevelShare {
    /// The evidence of the level for a match, in bits: log₂(m/u).
    pub fn weight(&self) -> f64 {
        (self.m.max(LEAST) / self.u.max(LEAST)).log2()
    }
}

/// How frequent the values of a column are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Terms {
    values: Strings,
    counts: Vec<u32>,
    total: f64,
}

/// What training did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkReport {
    /// Rows of both tables.
    pub rows: u64,
    /// All pairs that could be compared.
    pub pairs: f64,
    /// Pairs that some blocking rule brings together; an estimate when training saw a sample of them.
    pub compared: f64,
    /// The share of these that training saw.
    pub sampled: f64,
    /// Matches expected among them.
    pub matches: f64,
    /// What each blocking rule did.
    pub blocks: Vec<BlockCount>,
    /// The searches for m.
    pub sessions: Vec<Session>,
    /// Columns whose m no session could estimate, because every rule uses them; they keep the m of the start.
    pub not_estimated: Vec<String>,
}

/// A fitted model of linkage: says of any two rows how much speaks for one customer, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct LinkModel(pub(super) Parts);

/// The fields of a model, unchecked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Parts {
    pub(super) linker: Linker,
    pub(super) prior: f64,
    pub(super) levels: Vec<Vec<LevelShare>>,
    pub(super) terms: Vec<Option<Terms>>,
    pub(super) report: LinkReport,
}

impl From<LinkModel> for Parts {
    fn from(model: LinkModel) -> Parts {
        model.0
    }
}

impl TryFrom<Parts> for LinkModel {
    type Error = crate::Error;

    fn try_from(parts: Parts) -> Result<LinkModel> {
        let refused = |rule: &str, found: String| -> Result<LinkModel> {
            let (place, rule) = ("LinkModel".to_owned(), rule.to_owned());
            Err(ErrorKind::Malformed { place, rule, found }.into())
        };
        parts.linker.check()?;
        if !(parts.prior > 0.0 && parts.prior < 1.0) {
            return refused("the share of matches must lie between 0 and 1", parts.prior.to_string());
        }
        let wanted = parts.linker.comparisons.iter().map(|comparison| comparison.n_levels() - 1);
        if !wanted.eq(parts.levels.iter().map(Vec::len)) || parts.terms.len() != parts.levels.len() {
            return refused("every comparison must have its levels", "another number of them".to_owned());
        }
        let in_range = |share: f64| (0.0..=1.0 + 1e-9).contains(&share);
        if let Some(level) = parts.levels.iter().flatten().find(|l| !in_range(l.m) || !in_range(l.u)) {
            return refused("m and u must lie between 0 and 1", format!("m {}, u {}", level.m, level.u));
        }
        let agree = |terms: &Terms| terms.values.len() == terms.counts.len() && terms.total > 0.0;
        if !parts.terms.iter().flatten().all(agree) {
            return refused("every value must have its frequency", "another number of them".to_owned());
        }
        Ok(LinkModel(parts))
    }
}

impl LinkModel {
    /// The settings.
    pub fn settings(&self) -> &Linker {
        &self.0.linker
    }

    /// The share of matches among all pairs.
    pub fn prior(&self) -> f64 {
        self.0.prior
    }

    /// The levels of each comparison, from `equal` on, in the order of [`Linker::comparisons`].
    pub fn levels(&self) -> &[Vec<LevelShare>] {
        &self.0.levels
    }

    /// What training did.
    pub fn report(&self) -> &LinkReport {
        &self.0.report
    }

    fn new(linker: &Linker, prepared: &Prepared, blocks: &Blocks, trained: Trained) -> Result<LinkModel> {
        let level = |comparison: &super::Comparison, (at, (&m, &u)): (usize, (&f64, &f64))| LevelShare {
            level: comparison.level_name(at as u8),
            m,
            u,
        };
        let shares = trained.shares.m.iter().zip(&trained.shares.u);
        let levels = linker.comparisons.iter().zip(shares).map(|(comparison, (m, u))| {
            m.iter().zip(u).enumerate().skip(1).map(|share| level(comparison, share)).collect()
        });
        let estimated = linker.comparisons.iter().zip(&trained.estimated);
        let not_estimated = estimated.filter(|(_, estimated)| !**estimated);
        let terms = linker.comparisons.iter().zip(&prepared.fields);
        let terms = terms.map(|(comparison, field)| comparison.term_frequency.then(|| Terms::of(field)));
        let report = LinkReport {
            rows: prepared.n_rows as u64,
            pairs: prepared.n_pairs(),
            compared: trained.compared,
            sampled: trained.sampled,
            matches: trained.matches,
            blocks: blocks.counts(),
            not_estimated: not_estimated.map(|(comparison, _)| comparison.column.clone()).collect(),
            sessions: trained.sessions,
        };
        LinkModel::try_from(Parts {
            linker: linker.clone(),
            prior: trained.prior,
            levels: levels.collect(),
            terms: terms.map(|terms| terms.filter(|terms| terms.total > 0.0)).collect(),
            report,
        })
    }
}

impl Terms {
    fn of(field: &Field) -> Terms {
        let counts = field.counts(0..field.codes.len());
        let total = counts.iter().map(|&n| f64::from(n)).sum();
        Terms { values: field.distinct.clone(), counts, total }
    }

    /// The share of each of these values; of one never seen, that of a value seen once.
    pub(super) fn shares(&self, distinct: &Strings) -> Vec<f64> {
        let share = |count: u32| f64::from(count.max(1)) / self.total;
        if *distinct == self.values {
            return self.counts.iter().map(|&count| share(count)).collect();
        }
        let mut codes = Interner::default();
        self.values.iter().for_each(|value| {
            codes.intern(value);
        });
        let count = |value| codes.find(value).and_then(|code| self.counts.get(code as usize).copied());
        distinct.iter().map(|value| share(count(value).unwrap_or(1))).collect()
    }
}

impl Fit<Records<'_>> for Linker {
    type Model = LinkModel;

    fn fit_with(&self, records: &Records<'_>, control: &Control) -> Result<LinkModel> {
        self.check()?;
        let rows = [Some(records.left), records.right].into_iter().flatten().map(Table::n_rows);
        let needed = if records.right.is_some() { 1 } else { 2 };
        if let Some(got) = rows.into_iter().find(|&rows| rows < needed) {
            return Err(ErrorKind::NotEnoughData { of: "Linker", needed, unit: "rows", got }.into());
        }
        control.step("linking", 0, 3)?;
        let prepared = Prepared::new(self, records)?;
        control.step("linking", 1, 3)?;
        let blocks = Blocks::new(self, &prepared, control)?;
        control.step("linking", 2, 3)?;
        let trained = train(self, &prepared, &blocks, control)?;
        control.step("linking", 3, 3)?;
        LinkModel::new(self, &prepared, &blocks, trained)
    }
}

impl ToTable for LinkModel {
    /// One row per comparison and level: its shares and its weight in bits.
    fn to_table(&self) -> Table {
        let rows: Vec<(&str, &LevelShare)> = self
            .0
            .linker
            .comparisons
            .iter()
            .zip(&self.0.levels)
            .flat_map(|(comparison, levels)| levels.iter().map(|level| (comparison.column.trim(), level)))
            .collect();
        let floats = |name, of: fn(&LevelShare) -> f64| {
            Column::floats(name, rows.iter().map(|(_, level)| of(level)).collect())
        };
        Table::of(
            "link_model",
            vec![
                Column::text("comparison", rows.iter().map(|(column, _)| Some(*column))),
                Column::text("level", rows.iter().map(|(_, level)| Some(level.level.as_str()))),
                floats("m", |level| level.m),
                floats("u", |level| level.u),
                floats("weight", LevelShare::weight),
            ],
        )
    }
}
