//! A plan with what it learnt.

use super::dependency::Follows;
use super::fill::FillOf;
use super::format::FormatOf;
use super::frame::Frame;
use super::isolation::Forest;
use super::nearest::Donors;
use super::outliers::Bounds;
use super::spelling::Spellings;
use super::{CleaningPlan, PlanResult, PlanStep, malformed, numbered};
use crate::data::Table;
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use serde::{Deserialize, Serialize};

/// A [`CleaningPlan`] with what it learnt from a table. It does the same to every table.
///
/// It travels as JSON and is checked when read. It holds what was learnt and nothing else of the table: means,
/// bounds, spellings, and the value of groups by their name. Only the step that fills from the nearest rows
/// keeps rows of the table it learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct FittedPlan {
    version: u32,
    steps: Vec<FittedStep>,
}

/// A step and what it learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FittedStep {
    pub(super) step: PlanStep,
    pub(super) learned: Learned,
}

/// What a step learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Learned {
    Nothing,
    Fills(Vec<FillOf>),
    Bounds(Vec<Bounds>),
    Donors(Vec<Donors>),
    Forest(Forest),
    Formats(Vec<FormatOf>),
    Spellings(Vec<Spellings>),
    Follows(Vec<Follows>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    version: u32,
    steps: Vec<FittedStep>,
}

impl TryFrom<Unchecked> for FittedPlan {
    type Error = crate::Error;

    fn try_from(plan: Unchecked) -> Result<FittedPlan> {
        if plan.version != FittedPlan::VERSION {
            let (rule, found) =
                (format!("must have version {}", FittedPlan::VERSION), plan.version.to_string());
            return Err(ErrorKind::Malformed { place: "FittedPlan".into(), rule, found }.into());
        }
        let fitted = FittedPlan::of(plan.steps);
        fitted.plan().check()?;
        for (number, FittedStep { step, learned }) in (1usize..).zip(&fitted.steps) {
            learned.check().map_err(|error| numbered(error, number, step.name()))?;
        }
        Ok(fitted)
    }
}

impl FittedPlan {
    const VERSION: u32 = 1;

    pub(super) fn of(steps: Vec<FittedStep>) -> FittedPlan {
        FittedPlan { version: FittedPlan::VERSION, steps }
    }

    /// A fitted plan from JSON, checked.
    ///
    /// # Errors
    /// [`Malformed`](crate::ErrorKind::Malformed) when it is no fitted plan.
    pub fn from_json(json: &str) -> Result<FittedPlan> {
        serde_json::from_str(json).map_err(|error| malformed("a fitted plan", &error))
    }

    /// The plan that was fitted, with the format steps that were added for text that says numbers.
    pub fn plan(&self) -> CleaningPlan {
        CleaningPlan { steps: self.steps.iter().map(|fitted| fitted.step.clone()).collect() }
    }

    /// Applies the plan, with what it learnt, to a table.
    ///
    /// # Errors
    /// A column that is missing or of another type than at the fit.
    pub fn run(&self, table: Table) -> Result<PlanResult> {
        self.run_with(table, &Control::default())
    }

    /// Applies the plan to a table, under control of the caller.
    ///
    /// # Errors
    /// As [`FittedPlan::run`]; and the caller's wish to stop.
    pub fn run_with(&self, table: Table, control: &Control) -> Result<PlanResult> {
        let mut frame = Frame::new(table, control);
        for (done, FittedStep { step, learned }) in (0u64..).zip(&self.steps) {
            control.step("cleaning plan", done, self.steps.len() as u64)?;
            frame.begin(step.name());
            step.kind().apply(learned, &mut frame)?;
            frame.end();
        }
        Ok(frame.finish())
    }
}

impl Learned {
    fn check(&self) -> Result<()> {
        let sound = match self {
            Learned::Nothing | Learned::Formats(_) | Learned::Spellings(_) => true,
            Learned::Fills(fills) => fills.iter().all(FillOf::is_sound),
            Learned::Bounds(bounds) => bounds.iter().all(Bounds::is_sound),
            Learned::Donors(donors) => donors.iter().all(Donors::is_sound),
            Learned::Forest(forest) => forest.is_sound(),
            Learned::Follows(follows) => follows.iter().all(Follows::is_sound),
        };
        if sound { Ok(()) } else { super::step::refuse("learned", "what such a step learns", "other values") }
    }
}

/// What a step learnt does not belong to it: the plan was put together by hand.
pub(super) fn foreign<T>(frame: &Frame) -> Result<T> {
    let rule = "a step must come with what it learnt, for each of its columns".to_owned();
    Err(ErrorKind::Malformed { place: frame.place(), rule, found: "something else".into() }.into())
}
