//! When the next purchase comes.

use super::model::BuyingModel;
use crate::data::{Column, Day, Days, Keys, Summary, Table, ToTable};
use crate::error::{Result, invalid_parameter};

/// When each customer buys next, as seen at the day of observation. Made by [`BuyingModel::next_purchase`].
#[derive(Debug, Clone, PartialEq)]
pub struct NextPurchases {
    customers: Keys,
    as_of: Day,
    level: f64,
    figures: Vec<Figures>,
}

/// Of one customer: the chance of another purchase, and the days until it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Figures {
    probability: f64,
    low: f64,
    median: f64,
    high: f64,
}

impl BuyingModel {
    /// When each customer buys next: the probability that they ever do, and, if they do, the median of the days until
    /// then with a range that holds it with probability `level` (0.9 is customary). The range is that of the
    /// purchase itself, at the estimated parameters.
    ///
    /// # Errors
    /// A level outside 0 to 1; else as [`BuyingModel::p_alive`].
    pub fn next_purchase(&self, summary: &Summary, as_of: Day, level: f64) -> Result<NextPurchases> {
        if !(level > 0.0 && level < 1.0) {
            return invalid_parameter("BuyingModel", "level", "above 0 and below 1", level);
        }
        let days = self.days_per_unit;
        let figures = self.per_record(summary, |parameters, record| {
            let (p_alive, alive) = self.alive(parameters, record);
            let wait = |share: f64| days * alive.wait(share);
            Figures {
                probability: p_alive * alive.ever(),
                low: wait(0.5 - 0.5 * level),
                median: wait(0.5),
                high: wait(0.5 + 0.5 * level),
            }
        })?;
        Ok(NextPurchases { customers: summary.customers().clone(), as_of, level, figures })
    }
}

impl NextPurchases {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The probability that the range holds the purchase.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The probability that each customer buys again at any time.
    pub fn probability(&self) -> Vec<f64> {
        self.column(|of| of.probability)
    }

    /// The median of the days until the next purchase, if there is one.
    pub fn days(&self) -> Vec<f64> {
        self.column(|of| of.median)
    }

    /// The lower end of the range of days.
    pub fn earliest(&self) -> Vec<f64> {
        self.column(|of| of.low)
    }

    /// The upper end of the range of days.
    pub fn latest(&self) -> Vec<f64> {
        self.column(|of| of.high)
    }

    fn column(&self, figure: fn(&Figures) -> f64) -> Vec<f64> {
        self.figures.iter().map(figure).collect()
    }

    /// The day so many days after the day of observation; `None` beyond the calendar.
    fn day(&self, days: f64) -> Option<Day> {
        let number = f64::from(self.as_of.number()) + days.ceil();
        (number < f64::from(Day::from_number(i32::MAX).number()))
            .then(|| self.as_of + Days(days.ceil() as i32))
    }
}

impl ToTable for NextPurchases {
    fn to_table(&self) -> Table {
        let days = |name: &str, figure: fn(&Figures) -> f64| {
            Column::text(name, self.figures.iter().map(|of| self.day(figure(of)).map(|day| day.to_string())))
        };
        Table::of(
            "next_purchases",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("probability", self.probability()),
                Column::floats("days", self.days()),
                days("date", |of| of.median),
                days("earliest", |of| of.low),
                days("latest", |of| of.high),
            ],
        )
    }
}
