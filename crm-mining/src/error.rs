//! The one error of the library: what broke, where, which rule, and what was found.

use std::path::PathBuf;

/// The result of every fallible call of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The one error type, one word wide. [`Error::kind`] says what happened, with typed fields.
///
/// ```
/// use crm_mining::{ErrorKind, data::Features};
///
/// let error = Features::new(["spend"], vec![18.0, f64::NAN]).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 2, .. }));
/// assert_eq!(error.to_string(), "Features: column \"spend\", row 2: must be finite; got NaN");
/// ```
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// What happened, with the place, the rule and the finding as fields.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The kind by value.
    pub fn into_kind(self) -> ErrorKind {
        *self.0
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    #[inline(never)]
    fn from(kind: ErrorKind) -> Self {
        Error(Box::new(kind))
    }
}

/// Every way a call can fail. Row numbers count from 1, the header left aside.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named after what the message prints of them")]
pub enum ErrorKind {
    /// A setting is outside its range.
    #[error("{of}: {parameter} must be {must_be}; got {got}")]
    InvalidParameter { of: &'static str, parameter: &'static str, must_be: String, got: String },

    /// A column that the call needs is not in the table.
    #[error("{table}: no column for {column}; found columns: {}", listed(.found))]
    MissingColumn { table: String, column: String, found: Vec<String> },

    /// Two columns carry one name.
    #[error("{table}: column name {column:?} stands at positions {first} and {second}; names must differ")]
    DuplicateColumn { table: String, column: String, first: usize, second: usize },

    /// A column holds another type than its use asks for.
    #[error("{table}: column {column:?} must hold {must_be}; got {got}")]
    InvalidColumn { table: String, column: String, must_be: String, got: String },

    /// One value breaks a rule. Text values are shown as their pattern (`9` digit, `a` letter).
    #[error("{table}: column {column:?}, row {row}: must be {must_be}; got {got}")]
    InvalidValue { table: String, column: String, row: u64, must_be: String, got: String },

    /// A column of dates reads in more than one order.
    #[error(
        "{table}: column {column:?}: the dates do not decide the order of day, month and year \
         ({day_first} values only read day first, {month_first} only month first, {either} either way; \
         for example row {row}); choose a DateOrder"
    )]
    AmbiguousDates { table: String, column: String, day_first: u64, month_first: u64, either: u64, row: u64 },

    /// A column of numbers reads with a decimal point and with a decimal comma alike, or some only with the one
    /// and some only with the other.
    #[error(
        "{table}: column {column:?}: the numbers do not decide between decimal point and decimal comma \
         ({point} values only read with a point, {comma} only with a comma, {either} either way; \
         for example row {row}); choose a NumberStyle"
    )]
    AmbiguousNumbers { table: String, column: String, point: u64, comma: u64, either: u64, row: u64 },

    /// Amounts in several currencies stand in one column.
    #[error(
        "{table}: column {column:?}: amounts must be in one currency; found {}, the latter first in row {row}",
        .currencies.join(" and ")
    )]
    MixedCurrencies { table: String, column: String, currencies: Vec<String>, row: u64 },

    /// Fewer observations than the method needs.
    #[error("{of}: needs at least {needed} {unit}; got {got}")]
    NotEnoughData { of: &'static str, needed: usize, unit: &'static str, got: usize },

    /// More clusters were asked for than there are distinct rows.
    #[error("{of}: k must be at most the number of distinct rows ({distinct}); got {k}")]
    TooManyClusters { of: &'static str, k: usize, distinct: usize },

    /// The label takes one value only.
    #[error("{of}: the label must take two classes; every one of {rows} rows is {class}")]
    SingleClass { of: &'static str, class: bool, rows: usize },

    /// Two things that go together differ in length.
    #[error("{of}: {a} has length {a_len}, but {b} has length {b_len}; they must be equal")]
    LengthMismatch { of: &'static str, a: &'static str, a_len: usize, b: &'static str, b_len: usize },

    /// The features at prediction are not those of the fit.
    #[error("{of}: features must be {expected:?}, as at fit; got {got:?}")]
    FeatureMismatch { of: &'static str, expected: Vec<String>, got: Vec<String> },

    /// A search stopped before its tolerance was met.
    #[error(
        "{of}: not converged after {iterations} iterations; last change {change:.1e}, tolerance {tolerance:e}"
    )]
    NotConverged { of: &'static str, iterations: usize, change: f64, tolerance: f64 },

    /// There is nothing to read.
    #[error("{place}: is empty; needs {needed}")]
    EmptyInput { place: String, needed: &'static str },

    /// The bytes are not what their format says.
    #[error("{place}: {rule}; found {found}")]
    Malformed { place: String, rule: String, found: String },

    /// A bound that the caller can raise was reached.
    #[error("{place}: {of} is limited to {limit}; needed {needed}; raise it with {setting}")]
    LimitExceeded { place: String, of: &'static str, limit: u64, needed: u64, setting: &'static str },

    /// A sum or counter left its range.
    #[error(
        "{of}: the value {got:.3e} is outside the range that can be summed exactly (below {limit:e} in size)"
    )]
    Overflow { of: &'static str, got: f64, limit: f64 },

    /// Two shapes that meet do not agree on a setting.
    #[error("{of}: both sides must have the same {what}; got {a} and {b}")]
    Incompatible { of: &'static str, what: &'static str, a: String, b: String },

    /// The caller asked to stop.
    #[error("{stage}: cancelled by the caller")]
    Cancelled { stage: &'static str },

    /// The caller's deadline passed.
    #[error("{stage}: the deadline passed")]
    DeadlinePassed { stage: &'static str },

    /// An algorithm of another library, called through a bridge, refused or panicked.
    #[error("{library}: the bridged library failed: {found}")]
    Bridge { library: &'static str, found: String },

    /// The operating system refused.
    #[error("{}: cannot {action}: {source}", .path.display())]
    Io { path: PathBuf, action: &'static str, source: std::io::Error },
}

impl ErrorKind {
    /// The bare name of the kind, for callers that map kinds to exceptions or counters.
    pub fn name(&self) -> &'static str {
        match self {
            ErrorKind::InvalidParameter { .. } => "InvalidParameter",
            ErrorKind::MissingColumn { .. } => "MissingColumn",
            ErrorKind::DuplicateColumn { .. } => "DuplicateColumn",
            ErrorKind::InvalidColumn { .. } => "InvalidColumn",
            ErrorKind::InvalidValue { .. } => "InvalidValue",
            ErrorKind::AmbiguousDates { .. } => "AmbiguousDates",
            ErrorKind::AmbiguousNumbers { .. } => "AmbiguousNumbers",
            ErrorKind::MixedCurrencies { .. } => "MixedCurrencies",
            ErrorKind::NotEnoughData { .. } => "NotEnoughData",
            ErrorKind::TooManyClusters { .. } => "TooManyClusters",
            ErrorKind::SingleClass { .. } => "SingleClass",
            ErrorKind::LengthMismatch { .. } => "LengthMismatch",
            ErrorKind::FeatureMismatch { .. } => "FeatureMismatch",
            ErrorKind::NotConverged { .. } => "NotConverged",
            ErrorKind::EmptyInput { .. } => "EmptyInput",
            ErrorKind::Malformed { .. } => "Malformed",
            ErrorKind::LimitExceeded { .. } => "LimitExceeded",
            ErrorKind::Overflow { .. } => "Overflow",
            ErrorKind::Incompatible { .. } => "Incompatible",
            ErrorKind::Cancelled { .. } => "Cancelled",
            ErrorKind::DeadlinePassed { .. } => "DeadlinePassed",
            ErrorKind::Bridge { .. } => "Bridge",
            ErrorKind::Io { .. } => "Io",
        }
    }
}

/// The names of columns, fit for a screen: at most 40 of them, 60 signs each, without control signs.
fn listed(names: &[String]) -> String {
    let shown = |name: &String| {
        let sign = |c: char| if c.is_control() { '?' } else { c };
        name.chars().take(60).map(sign).collect::<String>()
    };
    let mut list = names.iter().take(40).map(shown).collect::<Vec<_>>().join(", ");
    if names.len() > 40 {
        list.push_str(&format!(" and {} more", names.len() - 40));
    }
    list
}

/// A setting outside its range, as an error.
pub(crate) fn invalid_parameter<T>(
    of: &'static str,
    parameter: &'static str,
    must_be: impl Into<String>,
    got: impl std::fmt::Debug,
) -> Result<T> {
    Err(ErrorKind::InvalidParameter { of, parameter, must_be: must_be.into(), got: format!("{got:?}") }
        .into())
}

/// An error of the operating system, with the path and what was being done.
pub(crate) fn io_error(path: &std::path::Path, action: &'static str) -> impl Fn(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| ErrorKind::Io { path: path.clone(), action, source }.into()
}

/// The pattern of a text value: `9` for a digit, `a` for a letter, other signs as they are.
/// Messages show patterns, because a value may be somebody's name or number.
pub(crate) fn masked(value: &str) -> String {
    const SHOWN: usize = 24;
    let mut pattern: String = value
        .chars()
        .take(SHOWN)
        .map(|c| match c {
            c if c.is_numeric() => '9',
            c if c.is_alphabetic() => 'a',
            c if c.is_control() => '?',
            c => c,
        })
        .collect();
    if value.chars().nth(SHOWN).is_some() {
        pattern.push('…');
    }
    format!("text like {pattern:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn messages_hide_values() {
        assert_eq!(masked("Anna 13812345678"), "text like \"aaaa 99999999999\"");
        assert_eq!(masked("王小明"), "text like \"aaa\"");
        assert!(masked(&"x".repeat(100)).ends_with("…\""));
    }
}
