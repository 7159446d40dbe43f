//! Expectations with intervals: for customers, for groups of them and for all.
#![allow(
    clippy::indexing_slicing,
    reason = "per-record columns have one value per record; groups are counted first"
)]

use super::collapse::{Collapsed, Record};
use super::model::BuyingModel;
use crate::data::{Column, Days, Keys, Summary, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::linear::Square;
use crate::math::special::normal_reach;

/// An expectation and the range that holds what it is about with a stated probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The expectation.
    pub expected: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Where nothing is known of the error.
    pub(in crate::insight::value) fn unknown(expected: f64) -> Interval {
        Interval { expected, low: f64::NAN, high: f64::NAN }
    }

    /// Log-normal with this mean and variance, so that no end is below 0.
    pub(in crate::insight::value) fn log_normal(expected: f64, variance: f64, level: f64) -> Interval {
        if expected <= 0.0 {
            return Interval { expected, low: expected, high: expected };
        }
        if !variance.is_finite() {
            return Interval { expected, low: 0.0, high: f64::INFINITY };
        }
        let log_variance = (variance.max(0.0) / (expected * expected)).ln_1p();
        let reach = normal_reach(level) * log_variance.sqrt();
        let middle = expected * (-0.5 * log_variance).exp();
        Interval { expected, low: middle * (-reach).exp(), high: middle * reach.exp() }
    }
}

/// What is expected of each customer, with intervals. Made by [`BuyingModel::forecast`].
///
/// | interval | holds | by |
/// |---|---|---|
/// | [`Forecast::customers_expected`] | the true expectation of a customer | delta method on the parameters, on the scale of logarithms |
/// | [`Forecast::counts`] | the customer's own number of purchases | their conditional distribution at the estimated parameters |
/// | [`Forecast::total`], [`Forecast::groups`] | the number that all of them, or a group, will make | variance of the numbers plus delta method, log-normal |
///
/// Where the model has no covariance (at a boundary) the error of the parameters is not known: customers' expectations
/// have no interval then (NaN), and in totals it is left out; [`Forecast::parameters_included`] says so. All suppose that the model is true; how far it is shows in a
/// [`Holdout`](super::Holdout).
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    customers: Keys,
    level: f64,
    of_customer: Vec<u32>,
    records: Vec<OfRecord>,
    covariance: Option<Square>,
}

/// Of one distinct record.
#[derive(Debug, Clone, PartialEq)]
struct OfRecord {
    expected: f64,
    variance: f64,
    low_count: f64,
    high_count: f64,
    /// By the logarithms of the parameters and the effects.
    slopes: Vec<f64>,
}

impl BuyingModel {
    /// Expected purchases of each customer within `horizon`, with intervals that hold with probability `level`.
    ///
    /// Costs about ten times [`BuyingModel::expected_purchases`].
    ///
    /// # Errors
    /// A level outside 0 to 1; else as [`BuyingModel::expected_purchases`].
    pub fn forecast(&self, summary: &Summary, horizon: Days, level: f64) -> Result<Forecast> {
        let span = self.span(horizon)?;
        if !(level > 0.0 && level < 1.0) {
            return invalid_parameter("BuyingModel", "level", "above 0 and below 1", level);
        }
        self.check(summary)?;
        let collapsed = Collapsed::new(summary);
        let moved = self.moved();
        let mut records = self.of_records(&collapsed, |parameters, record| {
            let (expected, variance, [low_count, high_count]) = self.moments(parameters, record, span, level);
            OfRecord { expected, variance, low_count, high_count, slopes: Vec::with_capacity(moved.len()) }
        });
        for (up, down) in &moved {
            let [up, down] = [up, down]
                .map(|model| model.of_records(&collapsed, |at, record| model.expected(at, record, span)));
            for ((of, up), down) in records.iter_mut().zip(up).zip(down) {
                of.slopes.push((up - down) / (2.0 * STEP));
            }
        }
        let covariance = self.covariance.clone();
        let customers = summary.customers().clone();
        Ok(Forecast { customers, level, of_customer: collapsed.of_customer, records, covariance })
    }

    /// This model with each estimate moved up and down a little; empty without a covariance.
    pub(in crate::insight::value) fn moved(&self) -> Vec<(BuyingModel, BuyingModel)> {
        let Some(covariance) = &self.covariance else { return Vec::new() };
        let places = self.process.estimated(self.effects.len());
        let by = |place: usize, step: f64| {
            let mut model = self.clone();
            match place {
                0..4 => model.parameters[place] *= step.exp(),
                _ => model.effects[(place - 4) / 2][place % 2] += step,
            }
            model
        };
        let places = places.into_iter().take(covariance.n());
        places.map(|place| (by(place, STEP), by(place, -STEP))).collect()
    }

    /// Mean and variance of the number of purchases within a span, and the range that holds it.
    pub(in crate::insight::value) fn moments(
        &self,
        at: &[f64; 4],
        record: &Record,
        span: f64,
        level: f64,
    ) -> (f64, f64, [f64; 2]) {
        let expected = self.expected(at, record, span);
        let mut counts = vec![0.0; 32];
        loop {
            self.counts(at, record, span, &mut counts);
            if counts.iter().sum::<f64>() > 1.0 - 1e-9 || counts.len() >= 16_384 {
                break;
            }
            counts.resize(2 * counts.len(), 0.0);
        }
        let (mut below, mut square, mut low, mut high) = (0.0, 0.0, None, None);
        let mut number = 0.0;
        for probability in counts {
            below += probability;
            square += probability * number * number;
            if below > 0.5 - 0.5 * level {
                low = low.or(Some(number));
            }
            if below >= 0.5 + 0.5 * level {
                high = high.or(Some(number));
            }
            number += 1.0;
        }
        let range = [low.unwrap_or(number), high.unwrap_or(number)];
        (expected, (square - expected * expected).max(0.0), range)
    }
}

/// By how much a logarithm is moved for a slope.
pub(in crate::insight::value) const STEP: f64 = 1e-4;

impl Forecast {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The probability with which the intervals hold.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// Whether the intervals count in that the parameters are estimates.
    pub fn parameters_included(&self) -> bool {
        self.covariance.is_some()
    }

    /// Expected purchases of each customer, with the interval of the expectation itself; its ends are NaN where the
    /// error of the parameters is not known.
    pub fn customers_expected(&self) -> Vec<Interval> {
        let interval = |of: &OfRecord| match &self.covariance {
            Some(covariance) => Interval::log_normal(of.expected, covariance.form(&of.slopes), self.level),
            None => Interval::unknown(of.expected),
        };
        let of_record: Vec<Interval> = self.records.iter().map(interval).collect();
        self.of_customer.iter().map(|&place| of_record[place as usize]).collect()
    }

    /// Per customer, the range that holds the number of purchases with probability `level` or more.
    pub fn counts(&self) -> Vec<[f64; 2]> {
        let range = |of: &OfRecord| [of.low_count, of.high_count];
        self.of_customer.iter().map(|&place| range(&self.records[place as usize])).collect()
    }

    /// Purchases of all customers together.
    pub fn total(&self) -> Interval {
        let mut counts = vec![0.0; self.records.len()];
        self.of_customer.iter().for_each(|&place| counts[place as usize] += 1.0);
        self.sum(&counts)
    }

    /// Purchases of each group together; `group_of` names the group of each customer by its number from 0.
    ///
    /// # Errors
    /// Other than one group per customer; a group above ten million.
    pub fn groups(&self, group_of: &[u32]) -> Result<Vec<Interval>> {
        let (a_len, b_len) = (self.of_customer.len(), group_of.len());
        if a_len != b_len {
            let (of, a, b) = ("Forecast", "customers", "groups");
            return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
        }
        let n = group_of.iter().max().map_or(0, |&most| most as usize + 1);
        if n > 10_000_000 {
            return invalid_parameter("Forecast", "group_of", "numbers below ten million", n - 1);
        }
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (&group, &place) in group_of.iter().zip(&self.of_customer) {
            members[group as usize].push(place);
        }
        let sum = |members: &mut Vec<u32>| {
            members.sort_unstable(); // so that the order of customers changes no bit
            let runs = members.chunk_by(|a, b| a == b).map(|run| (run[0] as usize, run.len() as f64));
            self.sum_of(runs)
        };
        Ok(members.iter_mut().map(sum).collect())
    }

    fn sum(&self, counts: &[f64]) -> Interval {
        self.sum_of(counts.iter().copied().enumerate())
    }

    fn sum_of(&self, counts: impl Iterator<Item = (usize, f64)>) -> Interval {
        let (mut expected, mut variance) = (0.0, 0.0);
        let mut slopes = vec![0.0; self.covariance.as_ref().map_or(0, Square::n)];
        for (place, count) in counts {
            let of = &self.records[place];
            expected += count * of.expected;
            variance += count * of.variance;
            slopes.iter_mut().zip(&of.slopes).for_each(|(sum, slope)| *sum += count * slope);
        }
        let of_parameters = self.covariance.as_ref().map_or(0.0, |by| by.form(&slopes));
        Interval::log_normal(expected, variance + of_parameters, self.level)
    }
}

impl ToTable for Forecast {
    fn to_table(&self) -> Table {
        let (expected, counts) = (self.customers_expected(), self.counts());
        Table::of(
            "forecast",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("expected", expected.iter().map(|of| of.expected).collect()),
                Column::floats("low", expected.iter().map(|of| of.low).collect()),
                Column::floats("high", expected.iter().map(|of| of.high).collect()),
                Column::floats("low_count", counts.iter().map(|of| of[0]).collect()),
                Column::floats("high_count", counts.iter().map(|of| of[1]).collect()),
            ],
        )
    }
}
