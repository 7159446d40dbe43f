//! What is compared, and which rows meet at all.

use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// At most so many comparisons: their levels are packed into one word, four bits each.
pub(super) const MOST_COMPARISONS: usize = 16;
/// At most so many similarity thresholds per comparison.
const MOST_LEVELS: usize = 12;

/// What a column holds, and so how two of its values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Names of persons. One word in letters: Jaro–Winkler similarity. Several words, or Chinese signs: as
    /// [`Similarity::Name`](super::Similarity::Name), surname first or last, with initials, in signs or pinyin.
    Name,
    /// Other short text: edits against the longer length.
    Text,
    /// Addresses and parts of them: edits against the longer length, or the words in any order; in Chinese signs as
    /// [`Similarity::Address`](super::Similarity::Address).
    Address,
    /// Dates of any readable form, compared by day.
    Date,
    /// Telephone numbers, compared by their national digits.
    Phone,
    /// E-mail addresses, compared by edits and by what stands before the `@`.
    Email,
    /// Codes and numbers of persons or places, compared by edits.
    Code,
    /// Quantities, compared by their relative difference.
    Number,
    /// Equal or not.
    Exact,
}

impl Kind {
    /// The usual similarity thresholds.
    pub fn levels(self) -> Vec<f64> {
        match self {
            Kind::Name => vec![0.92, 0.88, 0.7],
            Kind::Text | Kind::Address => vec![0.9, 0.8, 0.65],
            Kind::Date => vec![0.87, 0.75],
            Kind::Phone | Kind::Code => vec![0.85, 0.7],
            Kind::Email => vec![0.9, 0.75],
            Kind::Number => vec![0.99, 0.9],
            Kind::Exact => vec![],
        }
    }
}

/// One column compared: the agreement of two values falls into the first level that it reaches.
///
/// The levels are: equal; at least as similar as each of [`Comparison::levels`] in turn; anything else. A missing
/// value says nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The column. Names are compared without blanks around them and without case.
    pub column: String,
    /// The column of the right table, when it is called otherwise.
    pub right_column: Option<String>,
    /// How values are compared.
    pub kind: Kind,
    /// Similarities from 0 to 1 that part the levels, falling.
    pub levels: Vec<f64>,
    /// Whether agreement on a rare value says more than agreement on a frequent one.
    pub term_frequency: bool,
}

impl Comparison {
    /// A column compared as this kind, at the usual levels; agreement on rare values says more, but for codes
    /// and numbers.
    pub fn new(column: impl Into<String>, kind: Kind) -> Comparison {
        let term_frequency = !matches!(kind, Kind::Number | Kind::Phone | Kind::Email | Kind::Date);
        Comparison { column: column.into(), right_column: None, kind, levels: kind.levels(), term_frequency }
    }

    /// The name of a level by its position: 0 missing, 1 equal, and so on.
    pub(super) fn level_name(&self, level: u8) -> String {
        match usize::from(level).checked_sub(2) {
            None if level == 0 => "missing".to_owned(),
            None => "equal".to_owned(),
            Some(at) => self
                .levels
                .get(at)
                .map_or_else(|| "different".to_owned(), |least| format!("similar {least} or more")),
        }
    }

    /// Whether values of this level differ and are alike.
    pub(super) fn is_similar(&self, level: u8) -> bool {
        (2..self.levels.len() + 2).contains(&usize::from(level))
    }

    /// How many levels there are, that of missing values included.
    pub(super) fn n_levels(&self) -> usize {
        self.levels.len() + 3
    }
}

/// What of a value must be equal for two rows to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// All of it.
    Whole,
    /// The first letters, this many.
    Prefix(u8),
    /// How it sounds in English (Soundex); text of other scripts whole.
    Soundex,
    /// The year of a date.
    Year,
    /// Its words in alphabetical order.
    Words,
    /// The letters of a name, of Chinese signs those of their pinyin, in alphabetical order: the same for 王小明,
    /// 王晓明, `Wang Xiaoming` and `Xiaoming Wang`.
    Letters,
    /// Its last digits, this many, as of a telephone number with or without what is dialed before.
    LastDigits(u8),
    /// Of an e-mail address, what stands before the `@`.
    User,
    /// Of an address, the street and the number, whatever town and room stand around them.
    House,
}

/// One part of a blocking rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The column, named as in [`Comparison::column`].
    pub column: String,
    /// The column of the right table, when it is called otherwise.
    pub right_column: Option<String>,
    /// What of the value counts.
    pub transform: Transform,
}

/// A blocking rule: rows that agree in every part are compared. A missing value agrees with nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// What must agree.
    pub parts: Vec<Part>,
    /// Whether the values may have changed places among the parts, as given name and surname do.
    pub any_order: bool,
}

impl Block {
    /// Rows that agree in all of these columns.
    pub fn on<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Block {
        let part =
            |column: S| Part { column: column.into(), right_column: None, transform: Transform::Whole };
        Block { parts: columns.into_iter().map(part).collect(), any_order: false }
    }

    /// The rule with one more part.
    pub fn and(mut self, column: impl Into<String>, transform: Transform) -> Block {
        self.parts.push(Part { column: column.into(), right_column: None, transform });
        self
    }

    /// The rule in which values may have changed places among the parts.
    pub fn in_any_order(mut self) -> Block {
        self.any_order = true;
        self
    }

    /// The rule in words.
    pub(super) fn name(&self) -> String {
        let part = |part: &Part| {
            let column = part.column.trim();
            match part.transform {
                Transform::Whole => column.to_owned(),
                Transform::Prefix(n) => format!("{column} (first {n})"),
                Transform::Soundex => format!("{column} (sound)"),
                Transform::Year => format!("{column} (year)"),
                Transform::Words => format!("{column} (words)"),
                Transform::Letters => format!("{column} (letters)"),
                Transform::LastDigits(n) => format!("{column} (last {n} digits)"),
                Transform::User => format!("{column} (user)"),
                Transform::House => format!("{column} (house)"),
            }
        };
        let mut name = self.parts.iter().map(part).collect::<Vec<_>>().join(" + ");
        if self.any_order {
            name.push_str(", in any order");
        }
        name
    }
}

/// A column that a proposal leaves alone, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    /// The column.
    pub column: String,
    /// Why.
    pub reason: IgnoredReason,
}

/// Why a column says nothing about who a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredReason {
    /// Numbers the rows of its table.
    RowNumber,
    /// Holds one value or none.
    Constant,
    /// Stands in one of the two tables only.
    NotShared,
    /// Is missing too often.
    Missing,
    /// Follows from a finer column, as a town does from its postcode: it would count twice.
    Implied,
    /// There were enough better columns.
    Surplus,
}

impl super::Linker {
    /// Checks every setting.
    pub(super) fn check(&self) -> Result<()> {
        const OF: &str = "Linker";
        let n = self.comparisons.len();
        if !(1..=MOST_COMPARISONS).contains(&n) {
            return invalid_parameter(OF, "comparisons", format!("1 to {MOST_COMPARISONS} columns"), n);
        }
        for comparison in &self.comparisons {
            let falling = comparison.levels.windows(2).all(|pair| pair.first() > pair.last());
            let in_range = comparison.levels.iter().all(|&level| level > 0.0 && level <= 1.0);
            if !falling || !in_range || comparison.levels.len() > MOST_LEVELS {
                let must_be = format!("at most {MOST_LEVELS} falling similarities above 0 and up to 1");
                return invalid_parameter(OF, "levels", must_be, &comparison.levels);
            }
        }
        let n = self.blocking.len();
        if !(1..=16).contains(&n) {
            return invalid_parameter(OF, "blocking", "1 to 16 rules", n);
        }
        if let Some(block) = self.blocking.iter().find(|block| !(1..=8).contains(&block.parts.len())) {
            return invalid_parameter(OF, "parts", "1 to 8 columns", block.parts.len());
        }
        if !(self.threshold > 0.0 && self.threshold <= 1.0) {
            return invalid_parameter(OF, "threshold", "above 0 and at most 1", self.threshold);
        }
        if !(self.keep > 0.0 && self.keep <= self.threshold) {
            return invalid_parameter(OF, "keep", "above 0 and at most the threshold", self.keep);
        }
        let counts = [
            ("most_per_block", self.most_per_block),
            ("window", self.window),
            ("chance_pairs", self.chance_pairs),
            ("sampled_pairs", self.sampled_pairs),
            ("max_iterations", self.max_iterations),
        ];
        for (parameter, value) in counts {
            if value == 0 {
                return invalid_parameter(OF, parameter, "at least 1", value);
            }
        }
        Ok(())
    }
}
