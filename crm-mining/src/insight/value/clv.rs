//! Lifetime value: expected purchases times expected spend, discounted.

use super::buying::{BuyingModel, Record};
use super::gamma_gamma::GammaGammaModel;
use crate::data::{Column, Days, Keys, Summary, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use crate::model::Predict;
use serde::{Deserialize, Serialize};

/// What later money is worth today.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountRate {
    /// As much as today.
    None,
    /// Less by the factor 1 / (1 + rate) per month; 0.01 is one percent.
    Monthly(f64),
    /// Less by the factor 1 / (1 + rate) per year of 365 days; 0.1 is ten percent.
    Annual(f64),
}

/// Customer lifetime value: what each customer will bring within a horizon, in today's money.
///
/// For every month of the horizon the purchases expected of the [`BuyingModel`] are multiplied by the spend
/// expected of the [`GammaGammaModel`] and discounted from the end of the month; a rest shorter than a month
/// counts at its own end. Settings: horizon (default 365 days), length of a month (default 30 days),
/// discount (default 1 % per month).
///
/// `Clv::new(&buying, &spend).months(12)`, summed over the identified customers, is the
/// `customer_lifetime_value(time=12, discount_rate=0.01, freq="D")` of lifetimes.
///
/// # Errors
/// `predict` fails with [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter), and with
/// [`ErrorKind::Incompatible`](crate::ErrorKind::Incompatible) for a summary in another unit of time than
/// that of the fit.
///
/// # Complexity
/// O(n), and a series per distinct record and month. A customer's figures do not depend on the others.
///
/// # Reference
/// Fader, Hardie & Lee (2005), RFM and CLV: Using iso-value curves for customer base analysis, Journal of
/// Marketing Research 42(4).
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::{Days, Summary}, insight::{BgNbd, Clv, GammaGamma}};
///
/// let summary = Summary::new(
///     vec![2.0, 1.0, 0.0, 0.0, 5.0, 0.0, 3.0, 1.0],
///     vec![200.0, 12.0, 0.0, 0.0, 250.0, 0.0, 40.0, 210.0],
///     vec![272.0, 272.0, 272.0, 265.0, 265.0, 260.0, 260.0, 255.0],
///     vec![22.4, 11.8, 0.0, 0.0, 35.0, 0.0, 18.0, 60.0],
/// )?;
/// let (buying, spend) = (BgNbd::default().fit(&summary)?, GammaGamma::default().fit(&summary)?);
/// let clv = Clv::new(&buying, &spend).horizon(Days(365)).annual_discount(0.1).predict(&summary)?;
/// assert!(clv.clv()[4] > clv.clv()[6]);
/// assert_eq!(clv.p_alive(2), None); // one purchase only: nothing in the data can tell
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clv {
    buying: BuyingModel,
    spend: GammaGammaModel,
    horizon: Horizon,
    month: f64,
    discount: DiscountRate,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Horizon {
    Days(i32),
    Months(u32),
}

impl Clv {
    /// Lifetime value by these two models.
    pub fn new(buying: &BuyingModel, spend: &GammaGammaModel) -> Clv {
        Clv {
            buying: buying.clone(),
            spend: spend.clone(),
            horizon: Horizon::Days(365),
            month: 30.0,
            discount: DiscountRate::Monthly(0.01),
        }
    }

    /// Looks this many days ahead. From 1 to 36,500; default 365.
    pub fn horizon(mut self, days: Days) -> Clv {
        self.horizon = Horizon::Days(days.0);
        self
    }

    /// Looks this many months ahead, of the length of [`Clv::month`]. From 1 to 1200.
    pub fn months(mut self, months: u32) -> Clv {
        self.horizon = Horizon::Months(months);
        self
    }

    /// Days in a month, the step of discounting. From 1 to 366; default 30. Twelve months of 365 / 12 days
    /// make a year.
    pub fn month(mut self, days: f64) -> Clv {
        self.month = days;
        self
    }

    /// What later money is worth today. Rates from 0 to 10; default [`DiscountRate::Monthly`] of 0.01.
    pub fn discount(mut self, rate: DiscountRate) -> Clv {
        self.discount = rate;
        self
    }

    /// [`Clv::discount`] with a rate per month.
    pub fn monthly_discount(self, rate: f64) -> Clv {
        self.discount(DiscountRate::Monthly(rate))
    }

    /// [`Clv::discount`] with a rate per year.
    pub fn annual_discount(self, rate: f64) -> Clv {
        self.discount(DiscountRate::Annual(rate))
    }

    /// The ends of the months in days from the day of observation, and today's worth of money then.
    fn steps(&self) -> Result<Vec<(f64, f64)>> {
        const OF: &str = "Clv";
        if !(1.0..=366.0).contains(&self.month) {
            return invalid_parameter(OF, "month", "from 1 to 366 days", self.month);
        }
        let rate = match self.discount {
            DiscountRate::None => 0.0,
            DiscountRate::Monthly(rate) | DiscountRate::Annual(rate) => rate,
        };
        if !(0.0..=10.0).contains(&rate) {
            return invalid_parameter(OF, "discount", "from 0 to 10", self.discount);
        }
        let month_ends = |months: u32| (1..=months).map(|month| f64::from(month) * self.month);
        let ends: Vec<f64> = match self.horizon {
            Horizon::Days(days) if (1..=36_500).contains(&days) => {
                let days = f64::from(days);
                let whole = month_ends((days / self.month) as u32);
                whole.filter(|&end| end < days).chain([days]).collect()
            }
            Horizon::Months(months) if (1..=1200).contains(&months) => month_ends(months).collect(),
            Horizon::Days(days) => {
                return invalid_parameter(OF, "horizon", "from 1 to 36500 days", days);
            }
            Horizon::Months(months) => {
                return invalid_parameter(OF, "months", "from 1 to 1200", months);
            }
        };
        let worth = |end: f64| match self.discount {
            DiscountRate::None => 1.0,
            DiscountRate::Monthly(rate) => (1.0 + rate).powf(-end / self.month),
            DiscountRate::Annual(rate) => (1.0 + rate).powf(-end / 365.0),
        };
        Ok(ends.into_iter().map(|end| (end, worth(end))).collect())
    }
}

impl Clv {
    pub(super) fn buying(&self) -> &BuyingModel {
        &self.buying
    }

    pub(super) fn spend(&self) -> &GammaGammaModel {
        &self.spend
    }

    /// The ends of the months in the buying model's unit of time, and today's worth of money then.
    pub(super) fn spans(&self) -> Result<Vec<(f64, f64)>> {
        let days = self.buying.days_per_unit();
        Ok(self.steps()?.into_iter().map(|(end, worth)| (end / days, worth)).collect())
    }
}

/// Purchases until the ends of the months, each worth what money is then.
pub(super) fn discounted(until: &[f64], steps: &[(f64, f64)]) -> f64 {
    let (mut before, mut sum) = (0.0, 0.0);
    for (until, (_, worth)) in until.iter().zip(steps) {
        sum += (until - before) * worth;
        before = *until;
    }
    sum
}

/// What a record alone decides.
#[derive(Clone, Copy, Default)]
struct Buying {
    p_alive: f64,
    purchases: f64,
    discounted: f64,
}

impl Predict<Summary> for Clv {
    type Output = ClvEstimates;

    fn predict(&self, summary: &Summary) -> Result<ClvEstimates> {
        let steps = self.spans()?;
        let spans: Vec<f64> = steps.iter().map(|(span, _)| *span).collect();
        let figure = |parameters: &[f64; 4], record: &Record| {
            let until = self.buying.expected_until(parameters, record, &spans);
            Buying {
                p_alive: self.buying.alive(parameters, record).0,
                purchases: until.last().copied().unwrap_or_default(),
                discounted: discounted(&until, &steps),
            }
        };
        let buying = self.buying.per_record(summary, figure)?;
        let spend = self.spend.expected_spend(summary);
        let identified = |(&x, &mean): (&f64, &f64)| x > 0.0 && mean > 0.0;
        Ok(ClvEstimates {
            customers: summary.customers().clone(),
            horizon_days: steps.last().map_or(0.0, |(span, _)| span * self.buying.days_per_unit()),
            alive_known: self.buying.identified(summary),
            identified: summary.frequency().iter().zip(summary.monetary()).map(identified).collect(),
            p_alive: buying.iter().map(|of| of.p_alive).collect(),
            expected_purchases: buying.iter().map(|of| of.purchases).collect(),
            clv: buying.iter().zip(&spend).map(|(of, spend)| of.discounted * spend).collect(),
            expected_spend: spend,
        })
    }
}

/// Lifetime value per customer, with the figures it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ClvEstimates {
    customers: Keys,
    horizon_days: f64,
    alive_known: Vec<bool>,
    identified: Vec<bool>,
    p_alive: Vec<f64>,
    expected_purchases: Vec<f64>,
    expected_spend: Vec<f64>,
    clv: Vec<f64>,
}

impl ClvEstimates {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// How many days ahead the figures look.
    pub fn horizon_days(&self) -> f64 {
        self.horizon_days
    }

    /// The probability that the customer at this position is still one; `None` where the model supposes it and no
    /// record can tell, as BG/NBD does of customers without a repeat purchase: they are not identifiable from one
    /// order.
    pub fn p_alive(&self, customer: usize) -> Option<f64> {
        let known = self.alive_known.get(customer).copied().unwrap_or(false);
        if known { self.p_alive.get(customer).copied() } else { None }
    }

    /// Expected repeat purchases of each customer within the horizon, not discounted.
    pub fn expected_purchases(&self) -> &[f64] {
        &self.expected_purchases
    }

    /// Expected spend of each customer per purchase.
    pub fn expected_spend(&self) -> &[f64] {
        &self.expected_spend
    }

    /// Expected spend of each customer within the horizon, discounted.
    pub fn clv(&self) -> &[f64] {
        &self.clv
    }

    /// Whether each customer's own record bears their figures: a repeat purchase, and a mean spend above 0.
    /// For the others spend is the mean of all, and purchases rest on what the model supposes of one-time buyers
    /// (BG/NBD: that they are customers still, the likelier to return the less time they had).
    pub fn identified(&self) -> &[bool] {
        &self.identified
    }
}

impl ToTable for ClvEstimates {
    fn to_table(&self) -> Table {
        let p_alive = (0..self.clv.len()).map(|customer| self.p_alive(customer).unwrap_or(f64::NAN));
        Table::of(
            "clv",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("p_alive", p_alive.collect()),
                Column::floats("expected_purchases", self.expected_purchases.clone()),
                Column::floats("expected_spend", self.expected_spend.clone()),
                Column::floats("clv", self.clv.clone()),
                Column::bools("identified", self.identified.iter().copied()),
            ],
        )
    }
}
