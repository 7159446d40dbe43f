//! Lifetime value with intervals, and month by month.
#![allow(
    clippy::indexing_slicing,
    reason = "one row of slopes per customer, of the length of the covariance"
)]

use super::buying::{Collapsed, Interval};
use super::clv::Clv;
use crate::data::{Column, Keys, Summary, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::linear::Square;

/// Lifetime value of each customer with intervals, and of all or of groups. Made by [`Clv::forecast`].
///
/// | interval | holds | by |
/// |---|---|---|
/// | [`ClvForecast::customers_expected`] | the true expected value of a customer | delta method on the parameters of both models |
/// | [`ClvForecast::total`], [`ClvForecast::groups`] | what all of them, or a group, will bring | variance of numbers and amounts plus delta method, log-normal |
///
/// The models are taken as independent. An interval is unbounded where the variance of spend is infinite (q of the
/// Gamma-Gamma at 2 or less, for customers who bought once). Where a model is at a boundary the error of its
/// parameters is not known: customers' expectations have no interval then (NaN), and in totals it is left out;
/// [`ClvForecast::parameters_included`] says so.
#[derive(Debug, Clone, PartialEq)]
pub struct ClvForecast {
    customers: Keys,
    level: f64,
    of_customer: Vec<OfCustomer>,
    covariance: Square,
    parameters_included: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct OfCustomer {
    expected: f64,
    variance: f64,
    slopes: Vec<f64>,
}

impl Clv {
    /// Lifetime value with intervals that hold with probability `level`.
    ///
    /// Costs about ten times [`Predict::predict`](crate::Predict::predict).
    ///
    /// # Errors
    /// A level outside 0 to 1; else as `predict`.
    pub fn forecast(&self, summary: &Summary, level: f64) -> Result<ClvForecast> {
        if !(level > 0.0 && level < 1.0) {
            return invalid_parameter("Clv", "level", "above 0 and below 1", level);
        }
        let (buying, spend) = (self.buying(), self.spend());
        let steps = self.spans()?;
        let span = steps.last().map_or(0.0, |(span, _)| *span);
        buying.check(summary)?;
        let collapsed = Collapsed::new(summary);
        let value = |model: &super::BuyingModel| model.discounted_steps(&collapsed, &steps);
        let discounted = value(buying);
        let counts = buying.of_records(&collapsed, |at, record| buying.moments(at, record, span, level));
        let moved = buying.moved();
        let slopes: Vec<Vec<f64>> = moved.iter().map(|(up, down)| slope(&value(up), &value(down))).collect();
        let rows = summary.frequency().iter().zip(summary.monetary()).zip(&collapsed.of_customer);
        let of_customer = rows
            .map(|((&x, &mean), &place)| {
                let (place, spend) = (place as usize, spend.moments(x, mean.max(0.0)));
                let (discounted, (number, variance, _)) = (discounted[place], counts[place]);
                // Today's worth of one unit of money, on average over the purchases.
                let worth = if number > 0.0 { discounted / number } else { 0.0 };
                let of_amounts = number * spend.within + (variance + number * number) * spend.between;
                let variance = worth * worth * (variance * spend.mean * spend.mean + of_amounts);
                let by_buying = slopes.iter().map(|slopes| slopes[place] * spend.mean);
                let by_spend = spend.slopes.map(|slope| slope * discounted);
                OfCustomer {
                    expected: discounted * spend.mean,
                    variance,
                    slopes: by_buying.chain(by_spend).collect(),
                }
            })
            .collect();
        let blocks = [buying.covariance().cloned(), spend.covariance_square()];
        Ok(ClvForecast {
            customers: summary.customers().clone(),
            level,
            of_customer,
            parameters_included: blocks.iter().all(Option::is_some),
            covariance: joined(blocks[0].as_ref(), blocks[1].as_ref()),
        })
    }

    /// What all customers together are expected to bring, month by month.
    ///
    /// # Errors
    /// As [`Predict::predict`](crate::Predict::predict).
    pub fn by_month(&self, summary: &Summary) -> Result<ClvByMonth> {
        let (buying, spend) = (self.buying(), self.spend());
        let steps = self.spans()?;
        buying.check(summary)?;
        let collapsed = Collapsed::new(summary);
        let mut spent = vec![0.0; collapsed.records.len()];
        for (&place, spend) in collapsed.of_customer.iter().zip(spend.expected_spend(summary)) {
            spent[place as usize] += spend;
        }
        let spans: Vec<f64> = steps.iter().map(|(span, _)| *span).collect();
        let expected = buying.of_records(&collapsed, |at, record| buying.expected_until(at, record, &spans));
        let days = buying.days_per_unit();
        let mut months = ClvByMonth {
            month_ends: spans.iter().map(|span| span * days).collect(),
            ..ClvByMonth::default()
        };
        for (month, (_, worth)) in steps.iter().enumerate() {
            let (mut purchases, mut revenue) = (0.0, 0.0);
            for ((expected, spent), count) in expected.iter().zip(&spent).zip(&collapsed.counts) {
                let within = expected[month] - if month > 0 { expected[month - 1] } else { 0.0 };
                purchases += count * within;
                revenue += spent * within;
            }
            months.purchases.push(purchases);
            months.revenue.push(revenue);
            months.discounted.push(revenue * worth);
        }
        Ok(months)
    }
}

/// By how much figures change with a logarithm that was moved up and down.
fn slope(up: &[f64], down: &[f64]) -> Vec<f64> {
    up.iter().zip(down).map(|(up, down)| (up - down) / (2.0 * super::buying::STEP)).collect()
}

/// The covariance of two independent sets of parameters; zero for the Gamma-Gamma's three where it has none.
fn joined(buying: Option<&Square>, spend: Option<&Square>) -> Square {
    let n = buying.map_or(0, Square::n);
    let mut joined = Square::zero(n + 3);
    for (from, block) in [(0, buying), (n, spend)] {
        let Some(block) = block else { continue };
        for row in 0..block.n() {
            for column in 0..block.n() {
                *joined.at_mut(from + row, from + column) = block.at(row, column);
            }
        }
    }
    joined
}

impl ClvForecast {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The probability with which the intervals hold.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// Whether the intervals count in that the parameters of both models are estimates.
    pub fn parameters_included(&self) -> bool {
        self.parameters_included
    }

    /// Expected value of each customer, with the interval of the expectation itself; its ends are NaN where the error
    /// of the parameters is not known.
    pub fn customers_expected(&self) -> Vec<Interval> {
        let of = |of: &OfCustomer| match self.parameters_included {
            true => Interval::log_normal(of.expected, self.covariance.form(&of.slopes), self.level),
            false => Interval::unknown(of.expected),
        };
        self.of_customer.iter().map(of).collect()
    }

    /// What all customers together will bring.
    pub fn total(&self) -> Interval {
        self.sum(self.of_customer.iter())
    }

    /// What each group will bring; `group_of` names the group of each customer by its number from 0.
    ///
    /// # Errors
    /// Other than one group per customer; a group above ten million.
    pub fn groups(&self, group_of: &[u32]) -> Result<Vec<Interval>> {
        let (a_len, b_len) = (self.of_customer.len(), group_of.len());
        if a_len != b_len {
            let (of, a, b) = ("ClvForecast", "customers", "groups");
            return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
        }
        let n = group_of.iter().max().map_or(0, |&most| most as usize + 1);
        if n > 10_000_000 {
            return invalid_parameter("ClvForecast", "group_of", "numbers below ten million", n - 1);
        }
        let mut members: Vec<Vec<&OfCustomer>> = vec![Vec::new(); n];
        for (&group, of) in group_of.iter().zip(&self.of_customer) {
            members[group as usize].push(of);
        }
        Ok(members.into_iter().map(|members| self.sum(members.into_iter())).collect())
    }

    fn sum<'a>(&'a self, customers: impl Iterator<Item = &'a OfCustomer>) -> Interval {
        let (mut expected, mut variance, mut slopes) = (0.0, 0.0, vec![0.0; self.covariance.n()]);
        for of in customers {
            expected += of.expected;
            variance += of.variance;
            slopes.iter_mut().zip(&of.slopes).for_each(|(sum, slope)| *sum += slope);
        }
        Interval::log_normal(expected, variance + self.covariance.form(&slopes), self.level)
    }
}

impl ToTable for ClvForecast {
    fn to_table(&self) -> Table {
        let expected = self.customers_expected();
        Table::of(
            "clv_forecast",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("clv", expected.iter().map(|of| of.expected).collect()),
                Column::floats("low", expected.iter().map(|of| of.low).collect()),
                Column::floats("high", expected.iter().map(|of| of.high).collect()),
            ],
        )
    }
}

/// What all customers together are expected to bring, month by month. Made by [`Clv::by_month`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClvByMonth {
    /// The ends of the months, in days from the day of observation.
    pub month_ends: Vec<f64>,
    /// Purchases expected within each month.
    pub purchases: Vec<f64>,
    /// Money expected within each month.
    pub revenue: Vec<f64>,
    /// The same in today's worth.
    pub discounted: Vec<f64>,
}

impl ToTable for ClvByMonth {
    fn to_table(&self) -> Table {
        Table::of(
            "clv_by_month",
            vec![
                Column::floats("month_end", self.month_ends.clone()),
                Column::floats("purchases", self.purchases.clone()),
                Column::floats("revenue", self.revenue.clone()),
                Column::floats("discounted", self.discounted.clone()),
            ],
        )
    }
}
