//! The steps there are, and what each of them can do.

use super::fitted::Learned;
use super::frame::Frame;
use super::*;
use crate::prepare::clean::Cleaner;

/// One step of a [`CleaningPlan`]. Each is a small type of its own that turns into a step by itself; the
/// cleaner of order lines, [`Cleaner`], is one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is documented at its type")]
pub enum PlanStep {
    Duplicates(Duplicates),
    MissingMarkers(MissingMarkers),
    DropMissing(DropMissing),
    Fill(Fill),
    ForwardFill(ForwardFill),
    Interpolate(Interpolate),
    Outliers(Outliers),
    NormalizeText(NormalizeText),
    Range(Range),
    Rule(Rule),
    NearestFill(NearestFill),
    Isolation(Isolation),
    Format(Format),
    Spelling(Spelling),
    Reference(Reference),
    Dependency(EnforceDependency),
    Orders(Cleaner),
}

/// What every step can do.
pub(super) trait Kind {
    /// Checks the settings.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The columns that it works on as numbers, where they are such.
    fn numbers(&self, _frame: &Frame) -> Vec<String> {
        Vec::new()
    }

    /// Learns from the table as the steps before left it.
    fn learn(&self, _frame: &Frame) -> Result<Learned> {
        Ok(Learned::Nothing)
    }

    /// Does it.
    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()>;
}

macro_rules! steps {
    ($($step:ident $type:ty, $name:literal;)*) => {
        $(impl From<$type> for PlanStep {
            fn from(step: $type) -> PlanStep {
                PlanStep::$step(step)
            }
        })*

        impl PlanStep {
            /// The name that counts, changes and errors are reported under.
            pub fn name(&self) -> &'static str {
                match self {
                    $(PlanStep::$step(_) => $name),*
                }
            }

            pub(super) fn kind(&self) -> &dyn Kind {
                match self {
                    $(PlanStep::$step(step) => step),*
                }
            }
        }
    };
}

steps! {
    Duplicates Duplicates, "duplicates";
    MissingMarkers MissingMarkers, "missing markers";
    DropMissing DropMissing, "drop missing";
    Fill Fill, "fill";
    ForwardFill ForwardFill, "forward fill";
    Interpolate Interpolate, "interpolate";
    NearestFill NearestFill, "nearest fill";
    Outliers Outliers, "outliers";
    Isolation Isolation, "isolation";
    NormalizeText NormalizeText, "normalize text";
    Format Format, "format";
    Spelling Spelling, "spelling";
    Range Range, "range";
    Reference Reference, "reference";
    Rule Rule, "rule";
    Dependency EnforceDependency, "dependency";
    Orders Cleaner, "orders";
}

/// A setting of a step outside its range, as an error.
pub(super) fn refuse<T>(
    parameter: &'static str,
    must_be: impl Into<String>,
    got: impl std::fmt::Debug,
) -> Result<T> {
    invalid_parameter("CleaningPlan", parameter, must_be, got)
}

/// Steps that learn for each column need the columns named.
pub(super) fn named(columns: &[String]) -> Result<()> {
    match columns {
        [] => refuse("columns", "at least one", columns.len()),
        _ => Ok(()),
    }
}

pub(super) fn owned<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}
