//! Cox's proportional hazards: settings and fit.

mod likelihood;
mod model;

use super::arrange::{Lines, Scaling, useless};
use super::concordance::{of_sorted, rising};
use super::durations::Timed;
use super::newton::{Cholesky, Stop, Stuck, Top, climb, dot};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::model::{Control, Fit};
use likelihood::Partial;
use serde::{Deserialize, Serialize};

pub use model::CoxModel;

const OF: &str = "Cox";
const STAGE: &str = "Cox regression";

/// Cox's proportional hazards: which features bring the event nearer, and by how much.
///
/// The hazard of a subject is a common one, of any form, times e^(Σ coefficient × value); coefficients are those
/// of greatest partial likelihood. Use it to learn what makes customers leave sooner or buy again sooner, and
/// for the chance that a given customer is still there at a time. Where the effect of a feature is on time itself
/// rather than on the hazard, take [`Aft`](super::Aft).
///
/// Inside, columns are standardised, so that units do not matter to the arithmetic; coefficients come out in the
/// units of the features. Standard errors are from the exact information. Whole weights count as repeated rows,
/// under Efron's ties too; with other weights each of tied events has their mean weight there.
///
/// # Errors
/// `fit`: a setting out of range; [`ErrorKind::NotEnoughData`] for fewer than two rows or no observed event;
/// [`ErrorKind::InvalidColumn`], naming it, for a column of one value, one that follows from the columns before
/// it (without a penalizer), one that is the same for all at risk at every event, one whose coefficient grows
/// without end because it foretells the events without exception (without a penalizer), and one beyond 1e100
/// in size; [`ErrorKind::NotConverged`]; the caller's wish to stop.
///
/// # Complexity
/// O(n log n + n d²) time and O(n d) memory; 5 to 10 passes over the rows as a rule.
///
/// # Reference
/// D. R. Cox (1972), Regression models and life-tables, JRSS B 34. B. Efron (1977), The efficiency of Cox's
/// likelihood function for censored data, JASA 72. N. E. Breslow (1974), Biometrics 30.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::{Cox, Durations, Timed}};
///
/// let complaints = Features::new(["complaints"], vec![3.0, 0.0, 2.0, 1.0, 0.0, 2.0])?;
/// let months = Durations::new(
///     vec![2.0, 24.0, 9.0, 4.0, 12.0, 14.0],
///     vec![true, false, true, true, true, true],
/// )?;
/// let model = Cox::default().fit(&Timed::new(complaints, months)?)?;
/// assert!(model.hazard_ratios()[0] > 1.0);
/// let new = Features::new(["complaints"], vec![0.0, 3.0])?;
/// let still_there = model.survival(&new, &[6.0, 12.0])?; // row by row
/// assert!(still_there[0] > still_there[2]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cox {
    /// How events at one time share the risk. Default Efron's.
    pub ties: Ties,
    /// Weight of half the squared coefficients of standardised columns, taken off the mean log-likelihood (as in
    /// lifelines with `l1_ratio` 0). From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed. From 1; default 100.
    pub max_iterations: usize,
    /// The search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

/// How the partial likelihood of [`Cox`] takes events at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ties {
    /// They came one after the other in an unknown order, and each left the risk set by an equal part.
    Efron,
    /// All of them were at risk to the last. Simpler, and biased towards 0 with many ties.
    Breslow,
}

impl Default for Cox {
    fn default() -> Self {
        Cox { ties: Ties::Efron, penalizer: 0.0, max_iterations: 100, tolerance: 1e-9 }
    }
}

impl Cox {
    /// Sets [`Cox::ties`].
    pub fn ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Sets [`Cox::penalizer`].
    pub fn penalizer(mut self, weight: f64) -> Self {
        self.penalizer = weight;
        self
    }

    /// Sets [`Cox::max_iterations`].
    pub fn max_iterations(mut self, steps: usize) -> Self {
        self.max_iterations = steps;
        self
    }

    /// Sets [`Cox::tolerance`].
    pub fn tolerance(mut self, rise: f64) -> Self {
        self.tolerance = rise;
        self
    }
}

impl Fit<Timed> for Cox {
    type Model = CoxModel;

    fn fit_with(&self, data: &Timed, control: &Control) -> Result<CoxModel> {
        if !(self.penalizer >= 0.0 && self.penalizer <= 1e12) {
            return invalid_parameter(OF, "penalizer", "from 0 to 1e12", self.penalizer);
        }
        let stop = Stop::checked(OF, self.max_iterations, self.tolerance)?;
        let (rows, names) = (data.durations().len(), data.features().names());
        if rows < 2 {
            return Err(ErrorKind::NotEnoughData { of: OF, needed: 2, unit: "rows", got: rows }.into());
        }
        data.durations().check_events(OF)?;
        control.check(STAGE)?;
        let (lines, scaling) = Lines::of(OF, data, true)?;
        scaling.check_constant(OF, names)?;
        if self.penalizer == 0.0
            && let Some(column) = lines.dependent_column()
        {
            return named(names, column, "free of the columns before it", "a linear combination of them");
        }
        control.check(STAGE)?;
        let partial = Partial::new(&lines, self.ties, self.penalizer);
        let top = self.search(&partial, &scaling, names, stop, control)?;
        let covariance = match Cholesky::new(&top.place.information, lines.width) {
            Ok(factor) => factor.inverse(),
            Err(column) => return flat(names, column),
        };
        let unscaled = |place: usize| {
            let deviation = |at: usize| scaling.deviations.get(at).copied().unwrap_or(1.0);
            deviation(place / lines.width) * deviation(place % lines.width)
        };
        let (baseline_times, baseline_hazards) = partial.baseline(&top.at);
        Ok(CoxModel {
            names: names.to_vec(),
            coefficients: top
                .at
                .iter()
                .zip(&scaling.deviations)
                .map(|(b, deviation)| b / deviation)
                .collect(),
            covariance: covariance.iter().enumerate().map(|(at, value)| value / unscaled(at)).collect(),
            means: scaling.means,
            log_likelihood: top.place.value + partial.penalty_at(&top.at),
            null_log_likelihood: partial.at(&vec![0.0; lines.width]).value,
            concordance: of_sorted(&rising(&lines, |line| dot(lines.line(line), &top.at))),
            baseline_times,
            baseline_hazards,
            n_rows: rows,
            n_events: data.durations().n_events(),
            iterations: top.iterations,
        })
    }
}

impl Cox {
    /// The top of the partial likelihood, which must be at a finite place.
    fn search(
        &self,
        partial: &Partial<'_>,
        scaling: &Scaling,
        names: &[String],
        stop: Stop,
        control: &Control,
    ) -> Result<Top> {
        let mut passes = 0;
        let function = |at: &[f64]| {
            passes += 1;
            control.step(STAGE, passes, 0)?;
            Ok(partial.at(at))
        };
        let top = match climb(OF, function, vec![0.0; names.len()], stop)? {
            Ok(top) => top,
            Err(Stuck::Flat(column)) => return flat(names, column),
            Err(Stuck::NotConverged(kind)) => return Err(kind.into()),
        };
        // On the way to infinity the likelihood hardly rises any more, but the steps stay as long as they were.
        let lengths = top.step.iter().zip(&scaling.ranges).map(|(step, range)| step.abs() * range);
        match lengths.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((column, length)) if length > RUNS_OFF && self.penalizer == 0.0 => named(
                names,
                column,
                "such that it does not foretell the events without exception (or set a penalizer)",
                "a coefficient that grows without end",
            ),
            _ => Ok(top),
        }
    }
}

/// A last step that changes log hazards by more than this, though it raises nothing, leads to infinity.
const RUNS_OFF: f64 = 0.05;

fn named<T>(names: &[String], column: usize, must_be: &str, got: &str) -> Result<T> {
    useless(OF, names.get(column).map_or("", String::as_str), must_be, got)
}

fn flat<T>(names: &[String], column: usize) -> Result<T> {
    let must_be = "different, given the columns before it, among those at risk at some event";
    named(names, column, must_be, "the same for all of them")
}
