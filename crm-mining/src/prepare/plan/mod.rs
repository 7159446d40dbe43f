//! A cleaning plan: a list of steps that is learnt on one table and applied unchanged to the next.

mod between;
mod cells;
mod dependency;
mod duplicates;
mod fill;
mod fitted;
mod format;
mod frame;
mod isolation;
mod log;
mod missing;
mod nearest;
mod orders;
mod outliers;
mod range;
mod reference;
mod result;
mod rule;
mod scalar;
mod spelling;
mod step;
mod text;
mod views;

pub use between::{ForwardFill, Interpolate};
pub use dependency::{DependencyAction, EnforceDependency};
pub use duplicates::{Duplicates, Keep};
pub use fill::{Fill, FillWith};
pub use fitted::FittedPlan;
pub use format::{Format, FormatKind, Unfit};
pub use isolation::{Isolation, IsolationBound};
pub use log::ChangeLog;
pub use missing::{DropMissing, MissingMarkers};
pub use nearest::NearestFill;
pub use outliers::{Action, OutlierRule, Outliers};
pub use range::Range;
pub use reference::Reference;
pub use result::{PlanRejected, PlanResult};
pub use rule::{Rule, WhenMissing};
pub use scalar::Literal;
pub use spelling::{Spelling, SpellingKey};
pub use step::PlanStep;
pub use text::{NormalizeText, TextForm};

use crate::data::Table;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::model::Control;
use fitted::FittedStep;
use frame::Frame;
use serde::{Deserialize, Serialize};

/// A list of cleaning steps. Nothing is lost: every row is kept or set aside with a reason, every changed cell
/// is in the log, and the input can be had back.
///
/// A plan is plain data and travels as JSON. [`CleaningPlan::fit`] learns what its steps need (means, bounds,
/// spellings), each on the table as the steps before left it; the [`FittedPlan`] does the same to any other
/// table, so that nothing of a test set leaks into what was learnt from a training set.
///
/// Missing is what the column says is missing: text such as `NA` is text, until [`MissingMarkers`] says
/// otherwise. Numeric steps take columns of numbers, whole numbers and dates; other text is first read as such by a
/// [`Format`] step. Text of which the reader of its file found that it says numbers gets that step by itself, before the
/// first step that takes it as numbers: the fitted plan shows it. Columns of whole numbers and dates keep their type: what is written into them is rounded.
/// Infinite numbers are never learnt from.
///
/// # Errors
/// A setting out of range, a column that is missing or of the wrong type (with the number and name of the
/// step), a value that cannot be learnt, and the caller's wish to stop.
///
/// # Complexity
/// Each step looks at each row of its columns a fixed number of times, at texts once for each distinct one.
/// Exceptions are said at their step.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{CleaningPlan, Duplicates, Fill, NormalizeText, Rule};
///
/// let table = Table::new("customers", vec![
///     Column::text("name", [Some(" Ｌi "), Some("Wu"), Some("Li"), Some("Wu")]),
///     Column::floats("age", vec![31.0, f64::NAN, 31.0, 240.0]),
/// ])?;
/// let plan = CleaningPlan::new()
///     .step(NormalizeText::usual(["name"]))
///     .step(Duplicates::exact())
///     .step(Rule::keep_where("age <= 120"))
///     .step(Fill::mean(["age"]));
/// let result = plan.run(table.clone())?;
/// assert_eq!((result.table.n_rows(), result.rejected.len(), result.log.len()), (2, 2, 2));
/// assert_eq!(result.rejected.reason(1), Some("breaks the rule age <= 120"));
/// let saved = serde_json::to_string(&plan).unwrap();
/// assert_eq!(CleaningPlan::from_json(&saved)?, plan);
/// assert_eq!(result.undo()?.column("name")?.show(0).as_deref(), Some(" Ｌi "));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CleaningPlan {
    /// What is done, in order.
    pub steps: Vec<PlanStep>,
}

impl CleaningPlan {
    /// The most steps of one plan.
    pub const MOST_STEPS: usize = 1_000;

    /// A plan without steps.
    pub fn new() -> CleaningPlan {
        CleaningPlan::default()
    }

    /// The plan with this step added.
    pub fn step(mut self, step: impl Into<PlanStep>) -> CleaningPlan {
        self.steps.push(step.into());
        self
    }

    /// A plan from JSON, checked.
    ///
    /// # Errors
    /// [`Malformed`](crate::ErrorKind::Malformed) when it is no plan; a setting out of range.
    pub fn from_json(json: &str) -> Result<CleaningPlan> {
        let plan: CleaningPlan = serde_json::from_str(json).map_err(|error| malformed("a plan", &error))?;
        plan.check()?;
        Ok(plan)
    }

    /// Checks the settings of all steps.
    ///
    /// # Errors
    /// The first setting that is out of range.
    pub fn check(&self) -> Result<()> {
        if self.steps.len() > CleaningPlan::MOST_STEPS {
            let must_be = format!("at most {}", CleaningPlan::MOST_STEPS);
            return invalid_parameter("CleaningPlan", "number of steps", must_be, self.steps.len());
        }
        for (number, step) in (1usize..).zip(&self.steps) {
            step.kind().check().map_err(|error| numbered(error, number, step.name()))?;
        }
        Ok(())
    }

    /// Learns the plan on a table, which stays as it is.
    ///
    /// # Errors
    /// See [`CleaningPlan`].
    pub fn fit(&self, table: &Table) -> Result<FittedPlan> {
        self.fit_with(table, &Control::default())
    }

    /// Learns the plan on a table, under control of the caller.
    ///
    /// # Errors
    /// See [`CleaningPlan`]; and the caller's wish to stop.
    pub fn fit_with(&self, table: &Table, control: &Control) -> Result<FittedPlan> {
        Ok(self.fit_and_run_with(table.clone(), control)?.0)
    }

    /// Learns the plan on a table and applies it to the same.
    ///
    /// # Errors
    /// See [`CleaningPlan`].
    pub fn run(&self, table: Table) -> Result<PlanResult> {
        Ok(self.fit_and_run(table)?.1)
    }

    /// Learns the plan on a table and applies it to the same; gives both.
    ///
    /// # Errors
    /// See [`CleaningPlan`].
    pub fn fit_and_run(&self, table: Table) -> Result<(FittedPlan, PlanResult)> {
        self.fit_and_run_with(table, &Control::default())
    }

    /// As [`CleaningPlan::fit_and_run`], under control of the caller.
    ///
    /// # Errors
    /// See [`CleaningPlan`]; and the caller's wish to stop.
    pub fn fit_and_run_with(&self, table: Table, control: &Control) -> Result<(FittedPlan, PlanResult)> {
        self.check()?;
        let mut frame = Frame::new(table, control);
        let mut steps = Vec::with_capacity(self.steps.len());
        for (done, step) in (0u64..).zip(&self.steps) {
            control.step("cleaning plan", done, self.steps.len() as u64)?;
            let texts = frame.texts_of_numbers(step.kind().numbers(&frame));
            if !texts.is_empty() {
                steps.push(fitted(Format::number(texts, Unfit::Reject).into(), &mut frame)?);
            }
            steps.push(fitted(step.clone(), &mut frame)?);
        }
        Ok((FittedPlan::of(steps), frame.finish()))
    }
}

/// The step learnt and applied.
fn fitted(step: PlanStep, frame: &mut Frame) -> Result<FittedStep> {
    frame.begin(step.name());
    let learned = step.kind().learn(frame)?;
    step.kind().apply(&learned, frame)?;
    frame.end();
    Ok(FittedStep { step, learned })
}

fn malformed(place: &str, error: &serde_json::Error) -> Error {
    let rule = format!("must be {place} in JSON");
    ErrorKind::Malformed { place: "CleaningPlan".into(), rule, found: error.to_string() }.into()
}

/// The error with the number and name of its step.
fn numbered(error: Error, number: usize, name: &str) -> Error {
    match error.into_kind() {
        ErrorKind::InvalidParameter { of, parameter, must_be, got } => {
            let got = format!("{got} in step {number} ({name})");
            ErrorKind::InvalidParameter { of, parameter, must_be, got }.into()
        }
        other => other.into(),
    }
}
