//! The Gamma-Gamma model of spend per purchase.

use super::gg_likelihood::Likelihood;
use super::search::{Climber, Edge, FAR, Settled, checked_stop, search_setters};
use super::status::{Boundary, FitStatus};
use crate::data::Summary;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::math::linear::{Cholesky, Square, is_covariance};
use crate::math::optimize::{Stop, Surface};
use crate::model::{Control, Fit};
use serde::{Deserialize, Serialize};

/// The Gamma-Gamma model of spend: what will a customer's next purchase be worth?
///
/// A customer's purchases vary around a mean of their own (gamma, shape p), and means vary over customers
/// (inverse gamma, q and v). A customer's expected spend lies between their observed mean and that of the
/// population, the nearer to their own the more they bought. Use it beside [`BgNbd`](super::BgNbd).
///
/// The model supposes that spend does not depend on how often one buys; look at
/// [`GammaGammaModel::correlation`]. It is fitted to customers with a repeat purchase and a mean spend above
/// 0; the others are counted in [`GammaGammaModel::left_out`].
///
/// # Errors
/// `fit` fails with [`ErrorKind::NotEnoughData`] unless two customers can be used and their mean spends
/// differ, [`ErrorKind::InvalidValue`] for a mean spend above 1e100 or below 1e-100,
/// [`ErrorKind::InvalidParameter`], and [`ErrorKind::NotConverged`].
///
/// # Complexity
/// O(n) per step, some dozens of steps.
///
/// # Reference
/// Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Summary, insight::{FitStatus, GammaGamma}};
///
/// let x = vec![12.0, 1.0, 0.0, 9.0, 16.0, 1.0, 14.0, 3.0];
/// let recency = x.iter().map(|x| 20.0 * x).collect();
/// let mean_spend = vec![12.0, 9.0, 0.0, 31.0, 80.0, 150.0, 20.0, 45.0];
/// let spend = GammaGamma::default().fit(&Summary::new(x, recency, vec![350.0; 8], mean_spend)?)?;
/// assert_eq!((spend.status(), spend.left_out()), (&FitStatus::Converged, 1));
///
/// // One large purchase is believed in part, sixteen nearly in full.
/// let (x, recency) = (vec![1.0, 16.0], vec![20.0, 320.0]);
/// let summary = Summary::new(x, recency, vec![350.0; 2], vec![150.0; 2])?;
/// let expected = spend.expected_spend(&summary);
/// assert!(expected[0] < 140.0 && expected[1] > 140.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GammaGamma {
    /// Weight of p² + q² + v², taken off the mean log-likelihood, with v in units of money (as in
    /// lifetimes). From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

impl Default for GammaGamma {
    fn default() -> Self {
        GammaGamma { penalizer: 0.0, max_iterations: 500, tolerance: 1e-9 }
    }
}

search_setters! { GammaGamma }

/// A fitted [`GammaGamma`] model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct GammaGammaModel {
    version: u32,
    p: f64,
    q: f64,
    v: f64,
    observed_mean: f64,
    correlation: f64,
    n_customers: usize,
    left_out: usize,
    log_likelihood: f64,
    iterations: usize,
    status: FitStatus,
    /// Of the logarithms of p, q and v.
    covariance: Option<[[f64; 3]; 3]>,
}

/// Standard errors of the parameters of a [`GammaGammaModel`], in the units of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaGammaStandardErrors {
    /// Of p.
    pub p: f64,
    /// Of q.
    pub q: f64,
    /// Of v.
    pub v: f64,
}

impl GammaGammaModel {
    /// Shape of the gamma distribution of a customer's purchases around their mean.
    pub fn p(&self) -> f64 {
        self.p
    }

    /// Shape of the gamma distribution of the rates of spend over customers.
    pub fn q(&self) -> f64 {
        self.q
    }

    /// Rate of the gamma distribution of the rates of spend over customers, in money; γ in the literature.
    pub fn v(&self) -> f64 {
        self.v
    }

    /// The mean over the population, p v / (q − 1); `None` where it is infinite (q ≤ 1).
    pub fn population_mean(&self) -> Option<f64> {
        (self.q > 1.0).then(|| self.p * self.v / (self.q - 1.0))
    }

    /// Pearson's correlation of the number of repeat purchases with their mean spend, 0 where either is the
    /// same for all. Far from 0 the model's supposition fails.
    pub fn correlation(&self) -> f64 {
        self.correlation
    }

    /// How many customers the model was fitted to.
    pub fn n_customers(&self) -> usize {
        self.n_customers
    }

    /// Customers without a repeat purchase or with a mean spend of 0 or less: not used in the fit.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The log-likelihood of the data of the fit, without the penalty.
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

    /// Standard errors from the exact Hessian; `None` where a parameter ran away.
    pub fn standard_errors(&self) -> Option<GammaGammaStandardErrors> {
        let [[p, ..], [_, q, _], [.., v]] = self.covariance?;
        let (p, q, v) = (p.sqrt() * self.p, q.sqrt() * self.q, v.sqrt() * self.v);
        Some(GammaGammaStandardErrors { p, q, v })
    }

    /// The expected spend of each customer per purchase.
    ///
    /// Without a repeat purchase it is the population's mean; a mean spend below 0 counts as 0. Under
    /// [`Boundary::InfiniteMean`] it is the customer's own mean, and the mean of all customers of the fit for
    /// those without a repeat purchase.
    pub fn expected_spend(&self, summary: &Summary) -> Vec<f64> {
        let customers = summary.frequency().iter().zip(summary.monetary());
        customers.map(|(&x, &mean)| self.expected(x, mean.max(0.0))).collect()
    }

    pub(super) fn expected(&self, x: f64, mean: f64) -> f64 {
        let GammaGammaModel { p, q, v, .. } = self;
        match (x > 0.0, *q > 1.0) {
            (false, true) => p * v / (q - 1.0),
            (false, false) => self.observed_mean,
            (true, true) => (p * v + (p * x) * mean) / (p * x + (q - 1.0)),
            (true, false) => mean,
        }
    }
}

/// Of the spend of a customer: the mean of a purchase with its slopes by the logarithms of p, q and v, and the variance
/// of a purchase around the customer's own mean, and of that mean.
pub(super) struct SpendMoments {
    pub(super) mean: f64,
    pub(super) slopes: [f64; 3],
    pub(super) within: f64,
    pub(super) between: f64,
}

impl GammaGammaModel {
    pub(super) fn moments(&self, x: f64, mean: f64) -> SpendMoments {
        let GammaGammaModel { p, q, v, .. } = *self;
        let expected = self.expected(x, mean);
        let (shape, rate) = (q + p * x, v + x * mean);
        if q <= 1.0 || shape <= 2.0 {
            let (within, between) = (f64::INFINITY, f64::INFINITY);
            return SpendMoments { mean: expected, slopes: [0.0; 3], within, between };
        }
        // The rate of spend of the customer is Gamma(shape, rate); its inverse has these moments.
        let square = (rate / (shape - 1.0)) * (rate / (shape - 2.0));
        let spread = (rate / (shape - 1.0)).powi(2) / (shape - 2.0);
        let all = shape - 1.0;
        let slopes = [expected * (1.0 - p * x / all), -expected * q / all, p * v / all];
        SpendMoments { mean: expected, slopes, within: p * square, between: p * p * spread }
    }

    /// The covariance of the logarithms of p, q and v.
    pub(super) fn covariance_square(&self) -> Option<Square> {
        Square::from_rows(&self.covariance?.map(Vec::from))
    }
}

const OF: &str = "GammaGamma";
/// The format in which models are written; others are refused.
const VERSION: u32 = 1;

impl Fit<Summary> for GammaGamma {
    type Model = GammaGammaModel;

    fn fit_with(&self, summary: &Summary, control: &Control) -> Result<GammaGammaModel> {
        let stop = checked_stop(OF, self.penalizer, self.max_iterations, self.tolerance)?;
        let (x, mean) = usable(summary)?;
        let likelihood = Likelihood::new(&x, &mean, self.penalizer * x.len() as f64);
        let observed_mean = mean.iter().sum::<f64>() / mean.len() as f64;
        let end = search(&likelihood, observed_mean.ln(), stop, control)?;
        let point = to_point(&end.optimum.at);
        let [p, q, v] = point.map(f64::exp);
        let covariance = if end.boundaries.is_empty() { covariance(&likelihood, &point) } else { None };
        let mut boundaries = end.boundaries;
        if q <= 1.0 {
            boundaries.push(Boundary::InfiniteMean);
        }
        Ok(GammaGammaModel {
            version: VERSION,
            p,
            q,
            v,
            observed_mean,
            correlation: correlation(&x, &mean),
            n_customers: x.len(),
            left_out: summary.len() - x.len(),
            log_likelihood: Likelihood::new(&x, &mean, 0.0).at(&point).value,
            iterations: end.optimum.iterations,
            status: FitStatus::of(boundaries),
            covariance,
        })
    }
}

/// Numbers of purchases and mean spends of the customers that the model can be fitted to.
fn usable(summary: &Summary) -> Result<(Vec<f64>, Vec<f64>)> {
    let rows = summary.frequency().iter().zip(summary.monetary()).enumerate();
    let (mut x, mut mean) = (Vec::new(), Vec::new());
    for (row, (&count, &spend)) in rows.filter(|(_, (count, spend))| **count > 0.0 && **spend > 0.0) {
        if !(1e-100..=1e100).contains(&spend) {
            return Err(ErrorKind::InvalidValue {
                table: "Summary".into(),
                column: "monetary".into(),
                row: row as u64 + 1,
                must_be: "from 1e-100 to 1e100, or 0".into(),
                got: spend.to_string(),
            }
            .into());
        }
        x.push(count);
        mean.push(spend);
    }
    let first = mean.first().copied();
    if mean.iter().all(|&spend| Some(spend) == first) {
        let (needed, got) = (2, mean.len().min(1));
        let unit = "customers with a repeat purchase and different mean spends";
        return Err(ErrorKind::NotEnoughData { of: OF, needed, unit, got }.into());
    }
    Ok((x, mean))
}

/// ln p, ln q, ln v out of the variables of the search: ln p, ln q, ln (p v / q). Every edge of the range is
/// one of them going to infinity while the others stay.
const MAP: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 1.0, 1.0]];

fn to_point(at: &[f64]) -> [f64; 3] {
    let [ln_p, ln_q, ln_mean] = std::array::from_fn(|place| at.get(place).copied().unwrap_or_default());
    // Beyond e⁶⁰ nothing changes but the risk to overflow.
    let (ln_p, ln_q) = (ln_p.clamp(-60.0, 60.0), ln_q.clamp(-60.0, 60.0));
    [ln_p, ln_q, (ln_mean - ln_p + ln_q).clamp(-500.0, 500.0)]
}

const EDGES: [Edge; 2] = [
    Edge { boundary: Boundary::HomogeneousSpend, place: 1, end: FAR },
    Edge { boundary: Boundary::ConstantSpend, place: 0, end: FAR },
];

fn search(likelihood: &Likelihood, ln_mean: f64, stop: Stop, control: &Control) -> Result<Settled> {
    let mut climber = Climber {
        function: |at: &[f64]| {
            control.check("Gamma-Gamma")?;
            let mut surface = Surface::zero(3);
            surface.add(&likelihood.at(&to_point(at)), &MAP.map(Vec::from));
            Ok(surface)
        },
        stop,
    };
    let mut best = climber.climb(vec![0.7, 1.1, ln_mean], &[false; 3])?;
    let steady = climber.climb(vec![3.0, 0.7, ln_mean], &[false; 3])?;
    if steady.value > best.value {
        best = steady;
    }
    climber.settle(Settled { optimum: best, fixed: vec![false; 3], boundaries: Vec::new() }, &EDGES, OF)
}

/// From the curvature of the log-likelihood at its top; `None` where it has no clear top.
fn covariance(likelihood: &Likelihood, point: &[f64; 3]) -> Option<[[f64; 3]; 3]> {
    let mut curvature = Square::zero(3);
    for (row, bends) in likelihood.at(point).hessian.iter().enumerate() {
        bends.iter().enumerate().for_each(|(column, bend)| *curvature.at_mut(row, column) = -bend);
    }
    let variance = Cholesky::new(&curvature)?.inverse();
    Some(std::array::from_fn(|row| std::array::from_fn(|column| variance.at(row, column))))
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let center = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (x_mean, y_mean) = (center(x), center(y));
    let [mut xx, mut yy, mut xy] = [0.0; 3];
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - x_mean, (y - y_mean) / y_mean);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    let scale = (xx * yy).sqrt();
    if scale > 0.0 { (xy / scale).clamp(-1.0, 1.0) } else { 0.0 }
}

/// A model as read from outside.
#[derive(Deserialize)]
struct Unchecked {
    version: u32,
    p: f64,
    q: f64,
    v: f64,
    observed_mean: f64,
    correlation: f64,
    n_customers: usize,
    left_out: usize,
    log_likelihood: f64,
    iterations: usize,
    status: FitStatus,
    covariance: Option<[[f64; 3]; 3]>,
}

impl TryFrom<Unchecked> for GammaGammaModel {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<GammaGammaModel> {
        let Unchecked { version, p, q, v, observed_mean, .. } = read;
        if version != VERSION {
            return invalid_parameter("GammaGammaModel", "version", format!("{VERSION}"), version);
        }
        for (parameter, value) in [("p", p), ("q", q), ("v", v), ("observed_mean", observed_mean)] {
            if !(value > 1e-130 && value < 1e130) {
                return invalid_parameter("GammaGammaModel", parameter, "from 1e-130 to 1e130", value);
            }
        }
        let covariance = read.covariance;
        let square = covariance.and_then(|rows| Square::from_rows(&rows.map(Vec::from)));
        if square.is_some_and(|of| !is_covariance(&of)) {
            let must_be = "a covariance: finite, symmetric, positive semidefinite";
            return invalid_parameter("GammaGammaModel", "covariance", must_be, "another matrix");
        }
        if read.correlation.is_nan() || read.correlation.abs() > 1.0 + 1e-9 {
            return invalid_parameter("GammaGammaModel", "correlation", "from -1 to 1", read.correlation);
        }
        Ok(GammaGammaModel {
            version,
            p,
            q,
            v,
            observed_mean,
            correlation: read.correlation,
            n_customers: read.n_customers,
            left_out: read.left_out,
            log_likelihood: read.log_likelihood,
            iterations: read.iterations,
            status: read.status,
            covariance,
        })
    }
}
