//! The settings of a merge: sources, common columns, rules.

use super::rates::Rates;
use crate::data::{Day, Zone};
use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// What decides between different values for one customer. Rules narrow the candidates one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictRule {
    /// The rows with the latest own time; rows without one come last.
    Newest,
    /// The rows of the source with the lowest [`Source::trust_rank`].
    MostTrusted,
    /// The rows with the most common columns filled.
    MostComplete,
    /// The values that most rows hold.
    Majority,
    /// The texts with the most characters; numbers and moments stay as they are.
    Longest,
}

impl ConflictRule {
    /// The rule in words.
    pub fn name(self) -> &'static str {
        match self {
            ConflictRule::Newest => "newest",
            ConflictRule::MostTrusted => "most trusted",
            ConflictRule::MostComplete => "most complete",
            ConflictRule::Majority => "majority",
            ConflictRule::Longest => "longest",
        }
    }
}

/// What a common column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Text as it stands; blank text is missing.
    Text,
    /// Numbers.
    Number,
    /// Moments, aligned to UTC by the zone of their source.
    Moment,
}

/// One column of the merged table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// What decides between different values; empty: [`Merge::rules`].
    #[serde(default)]
    pub rules: Vec<ConflictRule>,
}

/// How the value of a source becomes that of the common column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Conversion {
    /// As it is.
    #[default]
    None,
    /// A number times this factor, such as 0.01 for cents.
    Factor(f64),
    /// A number in the unit that another column of the row names; each unit with its factor.
    Unit {
        /// The column that names the unit.
        column: String,
        /// The units, each with its factor.
        factors: Vec<(String, f64)>,
    },
    /// An amount in this currency, converted by [`Merge::rates`] of the row's business day.
    Currency(String),
    /// An amount in the currency that another column of the row names.
    CurrencyColumn(String),
}

/// One column of a source and where it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// The source's column.
    pub from: String,
    /// The common column.
    pub to: String,
    /// How its values are converted.
    #[serde(default)]
    pub conversion: Conversion,
}

/// Which customer a row of a source speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyMap {
    /// This column names the customer.
    Column(String),
    /// This column names a key that a table given at the merge maps to customers.
    Mapped {
        /// The key column of the source.
        column: String,
        /// The column of the mapping table that holds such keys.
        from: String,
        /// The column of the mapping table that holds customers.
        to: String,
    },
    /// A column given at the merge names the customer of each row, such as the clusters that linking found.
    Given,
}

/// When a row of a source was true.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsOf {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Each row says so in this column.
    Column(String),
    /// All rows at the start of this day in the source's zone.
    Day(Day),
}

/// One source of customer records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// 1 for the source that is trusted most, 2 for the next; several may share a rank.
    #[serde(default = "first_rank")]
    pub trust_rank: u32,
    /// Which customer a row speaks of.
    pub key: KeyMap,
    /// Which columns are taken, and how.
    pub columns: Vec<ColumnMap>,
    /// When a row was true.
    #[serde(default)]
    pub as_of: AsOf,
    /// The zone of moments that are written without an offset. A time that the clock skipped counts as later by
    /// what it skipped; of one shown twice, the first is meant.
    #[serde(default)]
    pub zone: Zone,
}

fn first_rank() -> u32 {
    1
}

impl Source {
    /// A source whose `key` column names the customer; trusted most, its time unknown, its zone UTC.
    pub fn new(name: impl Into<String>, key: impl Into<String>) -> Source {
        Source {
            name: name.into(),
            trust_rank: 1,
            key: KeyMap::Column(key.into()),
            columns: Vec::new(),
            as_of: AsOf::Unknown,
            zone: Zone::UTC,
        }
    }

    /// The source with this rank of trust; 1 is trusted most.
    pub fn trust_rank(mut self, rank: u32) -> Source {
        self.trust_rank = rank;
        self
    }

    /// The source with its customers told otherwise.
    pub fn key(mut self, key: KeyMap) -> Source {
        self.key = key;
        self
    }

    /// The source with this column taken as it is.
    pub fn column(self, from: impl Into<String>, to: impl Into<String>) -> Source {
        self.converted(from, to, Conversion::None)
    }

    /// The source with this column taken and converted.
    pub fn converted(
        mut self,
        from: impl Into<String>,
        to: impl Into<String>,
        conversion: Conversion,
    ) -> Source {
        self.columns.push(ColumnMap { from: from.into(), to: to.into(), conversion });
        self
    }

    /// The source with each row's own time in this column.
    pub fn as_of(mut self, column: impl Into<String>) -> Source {
        self.as_of = AsOf::Column(column.into());
        self
    }

    /// The source with moments of this zone.
    pub fn zone(mut self, zone: Zone) -> Source {
        self.zone = zone;
        self
    }
}

/// What happens to a row with a number or moment that cannot be read, or a unit, currency or rate that is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// It is set aside with its reason.
    #[default]
    SetAside,
    /// The merge fails with an error that names the first such row.
    Fail,
}

/// Several tables merged to one customer base: one row per customer, each cell with the source row it comes from and
/// the values that lost against it.
///
/// Use it when records of the same customers lie in several systems. Every source names its customers
/// ([`KeyMap`]), the columns it gives ([`ColumnMap`]), its zone and time, and its rank of trust. A cell with different
/// values is decided by [`ConflictRule`]s in order; what they leave open falls to the smallest value, so that the
/// order of sources and rows never matters. Nothing is overwritten in silence: every losing value is a conflict with
/// its source row, every row that cannot be used is set aside with a reason.
///
/// # Errors
/// [`Merge::run`] fails for settings that contradict each other, for a source without its table, and for a missing
/// column; with [`OnUnknown::Fail`] for the first value that cannot be used.
///
/// # Complexity
/// O(n log n) in rows for the customers, O(n) per column.
///
/// # Reference
/// Bleiholder & Naumann (2008), *Data fusion*, ACM Computing Surveys 41(1): the rules are its conflict resolution
/// functions *most recent*, *choose source*, *vote* and *longest*.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{ColumnKind, ConflictRule, Merge, Source, SourceTable};
///
/// let crm = Table::new("crm", vec![
///     Column::text("id", ["7", "8"].map(Some)),
///     Column::text("mail", ["anna@example.com", "li@example.com"].map(Some)),
///     Column::text("seen", ["2024-01-05", "2024-01-05"].map(Some)),
/// ])?;
/// let shop = Table::new("shop", vec![
///     Column::ints("customer", vec![7, 9]),
///     Column::text("email", ["anna@example.org", "mo@example.com"].map(Some)),
///     Column::text("at", ["2024-03-01", "2023-12-31"].map(Some)),
/// ])?;
/// let merge = Merge::default()
///     .source(Source::new("crm", "id").column("mail", "email").as_of("seen"))
///     .source(Source::new("shop", "customer").trust_rank(2).column("email", "email").as_of("at"))
///     .column("email", ColumnKind::Text, [ConflictRule::Newest]);
/// let merged = merge.run(&[SourceTable::new("crm", &crm), SourceTable::new("shop", &shop)])?;
/// assert_eq!(merged.table.n_rows(), 3);
/// let cell = merged.provenance.cell("7", "email").unwrap();
/// assert_eq!((cell.source, cell.row, cell.losing.len()), ("shop", 1, 1));
/// assert_eq!(merged.conflicts.len(), 1);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Merge {
    /// The sources.
    pub sources: Vec<Source>,
    /// The columns of the merged table.
    pub columns: Vec<CommonColumn>,
    /// What decides where a column has no rules of its own: most trusted, newest, most complete, majority.
    pub rules: Vec<ConflictRule>,
    /// The name of the merged table's column of customers; `customer` by default.
    pub customer: String,
    /// What currencies are worth.
    pub rates: Rates,
    /// The zone in which a row's time falls on its business day; UTC by default.
    pub zone: Zone,
    /// Common columns that one customer has one of, such as a name or date of birth: different values under one id
    /// are reported as a collision.
    pub identity: Vec<String>,
    /// What happens to rows with values that cannot be used.
    pub on_unknown: OnUnknown,
}

impl Default for Merge {
    fn default() -> Self {
        use ConflictRule::{Majority, MostComplete, MostTrusted, Newest};
        Merge {
            sources: Vec::new(),
            columns: Vec::new(),
            rules: vec![MostTrusted, Newest, MostComplete, Majority],
            customer: "customer".into(),
            rates: Rates::default(),
            zone: Zone::UTC,
            identity: Vec::new(),
            on_unknown: OnUnknown::SetAside,
        }
    }
}

impl Merge {
    /// The merge with one more source.
    pub fn source(mut self, source: Source) -> Merge {
        self.sources.push(source);
        self
    }

    /// The merge with one more common column and its own rules; none: those of the merge.
    pub fn column(
        mut self,
        name: impl Into<String>,
        kind: ColumnKind,
        rules: impl IntoIterator<Item = ConflictRule>,
    ) -> Merge {
        self.columns.push(CommonColumn { name: name.into(), kind, rules: rules.into_iter().collect() });
        self
    }

    /// Where a common column stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.sources.is_empty() {
            return invalid_parameter("Merge", "sources", "at least one", self.sources.len());
        }
        if let Some(name) = repeated(self.sources.iter().map(|source| source.name.as_str())) {
            return invalid_parameter("Merge", "sources", "of different names", name);
        }
        let names = self.columns.iter().map(|column| column.name.as_str());
        if let Some(name) = repeated(names.chain([self.customer.as_str()])) {
            return invalid_parameter("Merge", "columns", "of different names, none that of customers", name);
        }
        if let Some(name) = self.identity.iter().find(|name| self.position(name).is_none()) {
            return invalid_parameter("Merge", "identity", "common columns", name);
        }
        self.rates.check()?;
        self.sources.iter().try_for_each(|source| self.check_source(source))
    }

    fn check_source(&self, source: &Source) -> Result<()> {
        if let Some(name) = repeated(source.columns.iter().map(|map| map.to.as_str())) {
            return invalid_parameter("Merge", "ColumnMap", "one source column per common column", name);
        }
        for map in &source.columns {
            let Some(column) = self.columns.iter().find(|column| column.name == map.to) else {
                return invalid_parameter("Merge", "ColumnMap", "to a common column", &map.to);
            };
            let number = column.kind == ColumnKind::Number;
            if !number && map.conversion != Conversion::None {
                return invalid_parameter("Merge", "Conversion", "of a common column of numbers", &map.to);
            }
            let factors: Vec<f64> = match &map.conversion {
                Conversion::Factor(factor) => vec![*factor],
                Conversion::Unit { factors, .. } => factors.iter().map(|(_, factor)| *factor).collect(),
                _ => Vec::new(),
            };
            if let Some(factor) = factors.iter().find(|factor| !factor.is_finite() || **factor == 0.0) {
                return invalid_parameter("Merge", "Conversion", "by finite factors other than 0", factor);
            }
        }
        Ok(())
    }
}

/// A name that stands twice.
fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    })
}
