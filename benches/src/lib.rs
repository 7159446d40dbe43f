//! Data for the benches: all generated, the same at every run.

mod people;

pub use people::{People, people};

use crm_mining::Result;
use crm_mining::data::{Baskets, Column, Days, Features, Labeled, Ledger, Summary, Table, Transactions};
use crm_mining::prepare::{CsvReader, RawTable, SampleShop};

/// Random numbers: SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// The numbers of this seed.
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    /// Uniform above 0 and up to 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64).ceil() as usize - 1
    }

    /// Exponential with this rate.
    pub fn exponential(&mut self, rate: f64) -> f64 {
        -self.uniform().ln() / rate
    }

    /// Gamma with a whole shape: a sum of exponentials.
    pub fn gamma(&mut self, shape: usize, rate: f64) -> f64 {
        (0..shape).map(|_| self.exponential(rate)).sum()
    }

    /// Normal around 0 with variance 1 (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let length = (-2.0 * self.uniform().ln()).sqrt();
        length * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// The order file of a made-up shop, about 10 rows per customer.
///
/// # Errors
/// Those of [`SampleShop::generate`].
pub fn shop_file(customers: usize) -> Result<String> {
    Ok(SampleShop { customers, ..SampleShop::default() }.generate()?.csv)
}

/// That file, read.
///
/// # Errors
/// Those of the reader.
pub fn shop(customers: usize) -> Result<RawTable> {
    CsvReader::default().read_bytes("shop", shop_file(customers)?.as_bytes())
}

/// Sales without orders and items: `rows` of them, by one tenth as many customers, over two years.
///
/// # Errors
/// None that these data can cause.
pub fn sales(rows: usize) -> Result<Transactions> {
    let mut draw = Draw::new(1);
    let customer: Vec<String> = (0..rows).map(|_| format!("C{:07}", draw.below(rows / 10))).collect();
    let time = (0..rows).map(|_| (draw.uniform() * 730.0 * 86_400e6) as i64).collect();
    let amount = (0..rows).map(|_| (draw.gamma(2, 0.05) * 100.0).round() / 100.0).collect();
    let table = Table::new(
        "sales",
        vec![
            Column::text("customer", customer.iter().map(|name| Some(name.as_str()))),
            Column::times("time", time),
            Column::floats("amount", amount),
        ],
    )?;
    Transactions::from_table(&table)
}

/// The ledger of [`sales`].
///
/// # Errors
/// None that these data can cause.
pub fn ledger(rows: usize) -> Result<Ledger> {
    Ok(Ledger::new(&sales(rows)?))
}

/// Customers who buy as the BG/NBD model says (r 1, alpha 20, a 1, b 3) and spend as the Gamma-Gamma model
/// says (p 6, q 4, v 15), observed for up to two years, by whole days.
///
/// # Errors
/// None that these data can cause.
pub fn summary(customers: usize) -> Result<Summary> {
    let mut draw = Draw::new(2);
    let mut columns = [(); 4].map(|()| Vec::with_capacity(customers));
    for _ in 0..customers {
        let age = 1.0 + draw.below(730) as f64;
        let (rate, spend_rate) = (draw.gamma(1, 20.0), draw.gamma(4, 15.0));
        // The smallest of three uniform numbers is beta(1, 3).
        let dropout = draw.uniform().min(draw.uniform()).min(draw.uniform());
        let (mut time, mut last, mut orders) = (draw.exponential(rate), 0.0, 0usize);
        while time < age {
            // More than one purchase on a day counts once.
            if time.ceil() > last {
                (last, orders) = (time.ceil(), orders + 1);
            }
            if draw.uniform() < dropout {
                break;
            }
            time += draw.exponential(rate);
        }
        let spend = if orders == 0 { 0.0 } else { draw.gamma(6 * orders, spend_rate) / orders as f64 };
        let [frequency, recency, ages, monetary] = &mut columns;
        frequency.push(orders as f64);
        recency.push(last);
        ages.push(age);
        monetary.push(spend);
    }
    let [frequency, recency, ages, monetary] = columns;
    Summary::new(frequency, recency, ages, monetary)
}

/// Rows around six centers.
///
/// # Errors
/// None that these data can cause.
pub fn features(rows: usize, width: usize) -> Result<Features> {
    let mut draw = Draw::new(3);
    let centers: Vec<f64> = (0..6 * width).map(|_| 4.0 * draw.normal()).collect();
    let mut values = Vec::with_capacity(rows * width);
    for _ in 0..rows {
        let center = draw.below(6) * width;
        values.extend(centers.iter().skip(center).take(width).map(|middle| middle + draw.normal()));
    }
    Features::new((0..width).map(|column| format!("feature_{column}")), values)
}

/// Rows of [`features`] in two classes that the first half of the features tell apart, with noise.
///
/// # Errors
/// None that these data can cause.
pub fn labeled(rows: usize, width: usize) -> Result<Labeled> {
    let features = features(rows, width)?;
    let mut draw = Draw::new(4);
    let score = |row: &[f64]| row.iter().take(width.div_ceil(2)).sum::<f64>();
    let labels: Vec<bool> = features.rows().map(|row| score(row) + 4.0 * draw.normal() > 0.0).collect();
    Labeled::new(features, labels)
}

/// Baskets of about 20 out of 3,000 items, some sold far more often than others, some in fixed sets.
pub fn baskets(n: usize) -> Baskets {
    let mut draw = Draw::new(5);
    let rows = (0..n).map(|_| {
        let mut items = Vec::new();
        for _ in 0..1 + draw.below(30) {
            let item = (3_000.0 * draw.uniform().powi(3)).ceil() as usize - 1;
            // The first items of a hundred come with two companions in one case of three.
            let companions = if item % 100 < 30 && draw.below(3) == 0 { 2 } else { 0 };
            items.extend((item..=item + companions).map(|item| format!("item {item}")));
        }
        items
    });
    Baskets::from_rows(rows)
}

/// The horizon that benches look ahead.
pub const WINDOW: Days = Days(90);
