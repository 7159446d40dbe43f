//! How long customers under contract stay: the shifted beta-geometric and the beta-discrete-Weibull.
#![allow(clippy::indexing_slicing, reason = "arrays have three places")]

use super::search::{Climber, Edge, FAR, Settled, checked_stop};
use super::status::{Boundary, FitStatus};
use super::survivors::Survivors;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::math::linear::{Cholesky, Square};
use crate::math::optimize::{Local, Surface};
use crate::math::quadrature::panels;
use crate::math::special::{gamma_rise, stirling_rest};
use crate::model::{Control, Fit};
use serde::{Deserialize, Serialize};

/// The shifted beta-geometric and the beta-discrete-Weibull model: how many customers renew a contract once more?
///
/// At every renewal a customer leaves with a probability of their own; probabilities follow a beta distribution
/// (alpha, beta) over customers. Those likely to leave do so early, so retention rises with age although nobody
/// changes. In the beta-discrete-Weibull, [`Contract::weibull`], each customer's own chances change with age too: they
/// rise for c above 1 and fall for c below.
///
/// # Errors
/// `fit` fails with [`ErrorKind::NotEnoughData`] unless somebody left and, for the Weibull, there are three renewals;
/// [`ErrorKind::InvalidParameter`], [`ErrorKind::NotConverged`].
///
/// # Complexity
/// O(renewals) per step, some dozens of steps.
///
/// # Reference
/// Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1); Fader, Hardie, Liu,
/// Davin & Steenburgh (2018), JIM 43.
///
/// # Example
/// ```
/// use crm_mining::{Fit, insight::{Contract, Survivors}};
///
/// let customers = Survivors::new([vec![1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0]])?;
/// let staying = Contract::default().fit(&customers)?;
/// assert!(staying.retention(8)? > staying.retention(1)?); // those who stayed are those who stay
/// let worth = staying.residual_lifetime(5, 0.1)?; // renewals still to come, in today's, before the fifth
/// assert!(worth > staying.residual_lifetime(1, 0.1)?);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contract {
    /// Whether each customer's chance to leave changes with age: the beta-discrete-Weibull. Default no.
    pub weibull: bool,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

impl Default for Contract {
    fn default() -> Self {
        Contract { weibull: false, max_iterations: 500, tolerance: 1e-9 }
    }
}

impl Contract {
    /// The beta-discrete-Weibull.
    pub fn weibull() -> Self {
        Contract { weibull: true, ..Contract::default() }
    }

    /// Sets [`Contract::max_iterations`].
    pub fn max_iterations(mut self, steps: usize) -> Self {
        self.max_iterations = steps;
        self
    }

    /// Sets [`Contract::tolerance`].
    pub fn tolerance(mut self, rise: f64) -> Self {
        self.tolerance = rise;
        self
    }
}

/// A fitted [`Contract`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ContractModel {
    version: u32,
    weibull: bool,
    alpha: f64,
    beta: f64,
    c: f64,
    n_customers: f64,
    log_likelihood: f64,
    iterations: usize,
    status: FitStatus,
    standard_errors: Option<[f64; 3]>,
}

/// The format in which models are written; others are refused.
const VERSION: u32 = 1;
const OF: &str = "Contract";

impl ContractModel {
    /// First shape of the beta distribution of the chances to leave.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Second shape of the beta distribution of the chances to leave.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The Weibull's exponent; 1 for the shifted beta-geometric.
    pub fn c(&self) -> f64 {
        self.c
    }

    /// Standard errors of alpha, beta and c (0 when not estimated); `None` at a boundary.
    pub fn standard_errors(&self) -> Option<[f64; 3]> {
        self.standard_errors
    }

    /// How many customers the model was fitted to.
    pub fn n_customers(&self) -> f64 {
        self.n_customers
    }

    /// The log-likelihood of the data of the fit.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Newton steps from the start to the end.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the parameters lie inside their range, or which simpler model the data prefer.
    pub fn status(&self) -> &FitStatus {
        &self.status
    }

    /// The share of customers who are still there after so many renewals.
    pub fn survival(&self, renewals: u32) -> f64 {
        survival(self.alpha, self.beta, self.c, f64::from(renewals)).value.exp()
    }

    /// Of those who were there before a renewal, the share who renew.
    ///
    /// # Errors
    /// Renewal 0: they are counted from 1.
    pub fn retention(&self, renewal: u32) -> Result<f64> {
        check_renewal(renewal)?;
        Ok((self.log_survival(f64::from(renewal)) - self.log_survival(f64::from(renewal - 1))).exp())
    }

    /// Expected payments of a new customer, the first now, each later one worth less by 1 / (1 + `discount`) per
    /// period.
    ///
    /// # Errors
    /// A discount of 0 or less, or above 10.
    pub fn expected_lifetime(&self, discount: f64) -> Result<f64> {
        self.discounted(0, discount)
    }

    /// Expected payments still to come of a customer who is about to decide on renewal `renewal`, from 1 on; that
    /// renewal's is due now, later ones are worth less by 1 / (1 + `discount`) per period.
    ///
    /// # Errors
    /// Renewal 0; a discount of 0 or less, or above 10.
    pub fn residual_lifetime(&self, renewal: u32, discount: f64) -> Result<f64> {
        check_renewal(renewal)?;
        self.discounted(renewal, discount)
    }

    fn log_survival(&self, renewals: f64) -> f64 {
        survival(self.alpha, self.beta, self.c, renewals).value
    }

    fn discounted(&self, from: u32, discount: f64) -> Result<f64> {
        if !(discount > 0.0 && discount <= 10.0) {
            return invalid_parameter(
                "ContractModel",
                "discount",
                "above 0 and at most 10 per period",
                discount,
            );
        }
        let (start, rate) = (f64::from(from), discount.ln_1p());
        let given = if from == 0 { 0.0 } else { self.log_survival(start - 1.0) };
        let payment = |passed: f64| (self.log_survival(start + passed) - given - rate * passed).exp();
        let mut sum = 0.0;
        for passed in 0..TERMS {
            sum += payment(f64::from(passed));
        }
        // The rest by the formula of Euler and Maclaurin: a discount near 0 has more terms than time to add them.
        let first = f64::from(TERMS);
        sum += 0.5 * payment(first) - (payment(first + 1.0) - payment(first - 1.0)) / 24.0;
        let mut at = first;
        while rate * at < 40.0 + rate * first {
            panels(at, 2.0, |passed, weight| sum += weight * payment(at + passed));
            at *= 2.0;
        }
        Ok(sum)
    }
}

/// Payments that are added one by one.
const TERMS: u32 = 1024;

fn check_renewal(renewal: u32) -> Result<()> {
    if renewal == 0 {
        return invalid_parameter("ContractModel", "renewal", "at least 1", renewal);
    }
    Ok(())
}

/// ln S(t) = ln B(α, β + tᶜ) / B(α, β), with its derivatives by ln α, ln β and ln c.
fn survival(alpha: f64, beta: f64, c: f64, t: f64) -> Local<3> {
    if t == 0.0 {
        return Local::ZERO;
    }
    let power = t.powf(c);
    let ([low, low1, low2], [high, high1, high2]) =
        (gamma_rise(beta, power), gamma_rise(alpha + beta, power));
    let [_, across1, across2] = gamma_rise(beta + power, alpha);
    let all = alpha + beta + power;
    let at_all = 1.0 / all + 0.5 / (all * all) + stirling_rest(all)[2];
    // tᶜ rises by this with ln c.
    let turn = power * c * t.ln();
    let mut local = Local::ZERO;
    local.value = low - high - power * (alpha / beta).ln_1p();
    local.gradient = [-alpha * high1, beta * (low1 - high1), -turn * across1];
    local.hessian[0][0] = -alpha * high1 - alpha * alpha * high2;
    local.hessian[0][1] = -alpha * beta * high2;
    local.hessian[1][1] = beta * (low1 - high1) + beta * beta * (low2 - high2);
    local.hessian[0][2] = -alpha * turn * at_all;
    local.hessian[1][2] = -beta * turn * across2;
    local.hessian[2][2] = -turn * (1.0 + c * t.ln()) * across1 - turn * turn * across2;
    for (i, j) in [(1, 0), (2, 0), (2, 1)] {
        local.hessian[i][j] = local.hessian[j][i];
    }
    local
}

impl Fit<Survivors> for Contract {
    type Model = ContractModel;

    fn fit_with(&self, survivors: &Survivors, control: &Control) -> Result<ContractModel> {
        let stop = checked_stop(OF, 0.0, self.max_iterations, self.tolerance)?;
        let (needed, got) = (if self.weibull { 3 } else { 1 }, survivors.renewals());
        if got < needed {
            return Err(ErrorKind::NotEnoughData { of: OF, needed, unit: "renewals", got }.into());
        }
        if survivors.lost().iter().all(|&lost| lost == 0.0) {
            let unit = "customers who left";
            return Err(ErrorKind::NotEnoughData { of: OF, needed: 1, unit, got: 0 }.into());
        }
        // The variables are ln (alpha / beta), ln beta and ln c.
        let map = [vec![1.0, 1.0, 0.0], vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
        let point = |at: &[f64]| [at[0] + at[1], at[1], at[2]].map(|log| log.clamp(-60.0, 60.0).exp());
        let mut climber = Climber {
            function: |at: &[f64]| {
                control.check(OF)?;
                let mut surface = Surface::zero(3);
                surface.add(&log_likelihood(survivors, point(at)), &map);
                Ok(surface)
            },
            stop,
        };
        let fixed = vec![false, false, !self.weibull];
        let optimum = climber.climb(vec![-1.0, 0.5, 0.0], &fixed)?;
        let inside = Settled { optimum, fixed, boundaries: Vec::new() };
        let end = climber.settle(inside, &EDGES, OF)?;
        let [alpha, beta, c] = point(&end.optimum.at);
        let local = log_likelihood(survivors, [alpha, beta, c]);
        let standard_errors = if end.boundaries.is_empty() {
            standard_errors(&local, [alpha, beta, c], self.weibull)
        } else {
            None
        };
        Ok(ContractModel {
            version: VERSION,
            weibull: self.weibull,
            alpha,
            beta,
            c,
            n_customers: survivors.n_customers(),
            log_likelihood: local.value,
            iterations: end.optimum.iterations,
            status: FitStatus::of(end.boundaries),
            standard_errors,
        })
    }
}

const EDGES: [Edge; 3] = [
    Edge { boundary: Boundary::HomogeneousDropout, place: 1, end: FAR },
    Edge { boundary: Boundary::PolarizedDropout, place: 1, end: -FAR },
    Edge { boundary: Boundary::EverybodyLeaves, place: 0, end: FAR },
];

/// Those who left between two renewals, and those who were still there after the last.
fn log_likelihood(survivors: &Survivors, [alpha, beta, c]: [f64; 3]) -> Local<3> {
    let mut sum = Local::ZERO;
    let mut before = Local::ZERO;
    for (renewal, (&lost, &left)) in (1u32..).zip(survivors.lost().iter().zip(survivors.left())) {
        let here = survival(alpha, beta, c, f64::from(renewal));
        if lost > 0.0 {
            let stay = (here.value - before.value).min(-f64::MIN_POSITIVE);
            let odds = -1.0 / (-stay).exp_m1();
            add(&mut sum, &before, lost);
            sum.value += lost * (-stay.exp_m1()).ln();
            for i in 0..3 {
                let by_i = here.gradient[i] - before.gradient[i];
                sum.gradient[i] += lost * odds * by_i;
                for j in 0..3 {
                    let bend = here.hessian[i][j] - before.hessian[i][j];
                    let by_j = here.gradient[j] - before.gradient[j];
                    sum.hessian[i][j] += lost * odds * (bend + (odds - 1.0) * -(by_i * by_j));
                }
            }
        }
        add(&mut sum, &here, left);
        before = here;
    }
    sum
}

fn add(sum: &mut Local<3>, local: &Local<3>, weight: f64) {
    sum.value += weight * local.value;
    for i in 0..3 {
        sum.gradient[i] += weight * local.gradient[i];
        (0..3).for_each(|j| sum.hessian[i][j] += weight * local.hessian[i][j]);
    }
}

fn standard_errors(local: &Local<3>, parameters: [f64; 3], weibull: bool) -> Option<[f64; 3]> {
    let rows: Vec<Vec<f64>> =
        local.hessian.iter().map(|row| row.iter().map(|bend| -bend).collect()).collect();
    let places: Vec<usize> = if weibull { vec![0, 1, 2] } else { vec![0, 1] };
    let variance = Cholesky::new(&Square::from_rows(&rows)?.select(&places))?.inverse();
    let mut errors = [0.0; 3];
    for place in places {
        errors[place] = variance.at(place, place).sqrt() * parameters[place];
    }
    Some(errors)
}

/// A model as read from outside.
#[derive(Deserialize)]
struct Unchecked {
    version: u32,
    weibull: bool,
    alpha: f64,
    beta: f64,
    c: f64,
    n_customers: f64,
    log_likelihood: f64,
    iterations: usize,
    status: FitStatus,
    standard_errors: Option<[f64; 3]>,
}

impl TryFrom<Unchecked> for ContractModel {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<ContractModel> {
        const OF: &str = "ContractModel";
        if read.version != VERSION {
            return invalid_parameter(OF, "version", format!("{VERSION}"), read.version);
        }
        for (parameter, value) in [("alpha", read.alpha), ("beta", read.beta), ("c", read.c)] {
            if !(value > 1e-30 && value < 1e31) {
                return invalid_parameter(OF, parameter, "from 1e-30 to 1e31", value);
            }
        }
        if !read.log_likelihood.is_finite() {
            return invalid_parameter(OF, "log_likelihood", "finite", read.log_likelihood);
        }
        if !(read.n_customers > 0.0 && read.n_customers.is_finite()) {
            return invalid_parameter(OF, "n_customers", "above 0", read.n_customers);
        }
        let Unchecked { version, weibull, alpha, beta, c, n_customers, .. } = read;
        let Unchecked { log_likelihood, iterations, status, standard_errors, .. } = read;
        Ok(ContractModel {
            version,
            weibull,
            alpha,
            beta,
            c,
            n_customers,
            log_likelihood,
            iterations,
            status,
            standard_errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::optimize::assert_derivatives;

    #[test]
    fn derivatives_match_differences() {
        let survivors =
            Survivors::new([vec![100.0, 86.0, 74.0, 66.0, 60.0], vec![50.0, 30.0, 30.0]]).unwrap();
        assert_derivatives(
            |at| log_likelihood(&survivors, at.map(f64::exp)),
            [[-0.4, 1.3, 0.0], [0.5, -0.3, 0.6], [-3.0, 4.0, -0.5]],
        );
    }

    #[test]
    fn names_the_edges() {
        // Every renewal loses a fifth: all leave with one chance.
        let even = (0..8).map(|t| 1e6 * 0.8f64.powi(t)).collect();
        let model = Contract::default().fit(&Survivors::new([even]).unwrap()).unwrap();
        assert_eq!(*model.status(), FitStatus::Boundary(vec![Boundary::HomogeneousDropout]));
        assert!((model.survival(20) - 0.8f64.powi(20)).abs() < 1e-6);
        // A fifth leaves at once, nobody later.
        let model = Contract::default().fit(&Survivors::new([vec![10.0, 8.0, 8.0, 8.0]]).unwrap()).unwrap();
        assert_eq!(*model.status(), FitStatus::Boundary(vec![Boundary::PolarizedDropout]));
        assert!((model.survival(3) - 0.8).abs() < 1e-6);
        assert_eq!(model.status().to_string(), "boundary: polarized dropout");
        let none = Contract::default().fit(&Survivors::new([vec![10.0, 10.0]]).unwrap()).unwrap_err();
        assert!(matches!(none.kind(), ErrorKind::NotEnoughData { .. }));
    }
    #[test]
    fn discounted_payments_equal_their_sum() {
        let customers = Survivors::new([vec![1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0]]).unwrap();
        let model = Contract::default().fit(&customers).unwrap();
        for discount in [0.5f64, 0.01, 1e-3, 1e-4] {
            let payment = |t: i32| model.survival(t as u32) * (1.0 + discount).powi(-t);
            let sum: f64 = (0..400_000).rev().map(payment).sum();
            let found = model.expected_lifetime(discount).unwrap();
            assert!((found / sum - 1.0).abs() < 1e-10, "{discount}: {found}, {sum}");
        }
        assert!(model.expected_lifetime(1e-12).unwrap() > model.expected_lifetime(1e-4).unwrap());
        assert!(model.retention(0).is_err() && model.residual_lifetime(0, 0.1).is_err());
    }
}
