//! A shop of our own making: a messy order file from a known process.

use crate::data::{Day, Days};
use crate::error::{Result, invalid_parameter};
use crate::math::random::Random;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Generates the order file of a shop whose customers buy by a known process, and messes it up.
///
/// Customers order as the BG/NBD model says and spend as the Gamma-Gamma model says (see [`Truth`]), so a
/// fit to the cleaned file must find these parameters again. Some products are bought together. The file
/// has what real files have: rows twice, rows without a customer, returns of earlier sales, two date
/// formats (the web shop writes `2024-03-05 14:30`, the store `05/03/2024 14:30`), ids with leading zeros,
/// Chinese and Latin names, and customers called `NA`, `null`, `=1+1` and `</script>`.
///
/// Use it to try the library without data, and in tests. The same settings give the same bytes.
///
/// # Errors
/// [`SampleShop::generate`] refuses fewer than 1 customer or fewer than 60 days.
///
/// # Complexity
/// Linear in the orders; 2,000 customers make about 20,000 rows in a few milliseconds.
///
/// # Reference
/// Fader, Hardie & Lee 2005, Marketing Science 24(2); Fader & Hardie 2013, note 025.
///
/// # Example
/// ```
/// use crm_mining::prepare::SampleShop;
///
/// let sample = SampleShop { customers: 50, ..SampleShop::default() }.generate()?;
/// assert!(sample.csv.starts_with("order_id,customer_id,customer_name,"));
/// assert_eq!(sample, SampleShop { customers: 50, ..SampleShop::default() }.generate()?);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleShop {
    /// How many customers. Default 2,000.
    pub customers: usize,
    /// From the first day on which somebody can become a customer. Default 2023-01-01.
    pub from: Day,
    /// How many days the file covers; customers arrive in the first half. Default 540.
    pub days: Days,
    /// The process. Times in days.
    pub truth: Truth,
    /// The seed. Default 7.
    pub seed: u64,
}

/// The parameters of the process that made a sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Shape of the gamma distribution of order rates. Default 1.2.
    pub r: f64,
    /// Its rate, in days. Default 40.
    pub alpha: f64,
    /// First shape of the beta distribution of dropout. Default 0.9.
    pub a: f64,
    /// Its second shape. Default 4.
    pub b: f64,
    /// Shape of the gamma distribution of order values. Default 6.
    pub p: f64,
    /// Shape of the gamma distribution of its rate across customers. Default 4.
    pub q: f64,
    /// Scale of it. Default 60.
    pub v: f64,
}

/// A generated file and how it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The file: UTF-8, comma separated, one header row.
    pub csv: String,
    /// The process behind it.
    pub truth: Truth,
    /// What was done to make it messy.
    pub mess: Mess,
}

/// How many rows of each kind of mess a sample holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mess {
    /// Data rows in all.
    pub rows: u64,
    /// Rows written a second time.
    pub duplicates: u64,
    /// Rows without a customer.
    pub without_customer: u64,
    /// Rows that return an earlier sale.
    pub returns: u64,
}

impl Default for SampleShop {
    fn default() -> Self {
        SampleShop {
            customers: 2_000,
            from: Day::from_number(19_358),
            days: Days(540),
            truth: Truth { r: 1.2, alpha: 40.0, a: 0.9, b: 4.0, p: 6.0, q: 4.0, v: 60.0 },
            seed: 7,
        }
    }
}

impl SampleShop {
    /// Makes the file.
    ///
    /// # Errors
    /// See [`SampleShop`].
    pub fn generate(&self) -> Result<Sample> {
        if self.customers == 0 {
            return invalid_parameter("SampleShop", "customers", "at least 1", self.customers);
        }
        if self.days.0 < 60 {
            return invalid_parameter("SampleShop", "days", "at least 60", self.days.0);
        }
        let Truth { r, alpha, a, b, p, q, v } = self.truth;
        if let Some(wrong) =
            [r, alpha, a, b, p, q, v].into_iter().find(|&value| !(value > 0.0 && value < 1e6))
        {
            return invalid_parameter("SampleShop", "truth", "parameters above 0 and below 1e6", wrong);
        }
        let mut lines: Vec<Line> = (0..self.customers).flat_map(|customer| self.lines_of(customer)).collect();
        lines.sort_by_key(|line| (line.minute, line.customer, line.order, line.sku));
        Ok(self.write(&lines))
    }

    /// Everything one customer did.
    fn lines_of(&self, customer: usize) -> Vec<Line> {
        let mut random = Random::for_part(self.seed, customer as u64);
        let truth = &self.truth;
        let rate = random.gamma(truth.r, truth.alpha);
        let dropout = random.beta(truth.a, truth.b);
        let spend_rate = random.gamma(truth.q, truth.v);
        let taste = random.below(CATALOG.len());
        let end = f64::from(self.days.0);
        let mut time = random.uniform() * end / 2.0;
        let mut lines = Vec::new();
        let mut order = 0;
        while time < end {
            let value = random.gamma(truth.p, spend_rate);
            self.add_order(&mut lines, &mut random, (customer, order), time, value, taste);
            // Nobody leaves right after the first order: that is the model.
            if order > 0 && random.uniform() < dropout {
                break;
            }
            order += 1;
            time += random.exponential(rate).max(1e-9);
        }
        lines
    }

    /// One order of this value: some products, the companions of some of them, a return now and then.
    fn add_order(
        &self,
        lines: &mut Vec<Line>,
        random: &mut Random,
        (customer, order): (usize, usize),
        time: f64,
        value: f64,
        taste: usize,
    ) {
        let mut skus = Vec::new();
        for _ in 0..1 + random.below(3) {
            // Half of what a customer buys is near the customer's taste.
            let near = (taste + random.below(6)) % CATALOG.len();
            let sku = if random.uniform() < 0.5 { near } else { random.below(CATALOG.len()) };
            skus.push(sku);
            if let Some(&(_, companion)) = COMPANIONS.iter().find(|(first, _)| *first == sku)
                && random.uniform() < 0.6
            {
                skus.push(companion);
            }
        }
        skus.sort_unstable();
        skus.dedup();
        let minute = (time * 1440.0) as i64;
        let parts = skus.len() as f64;
        for sku in skus {
            let quantity = 1 + random.below(4) as i64;
            let cents = (value * 100.0 / parts / quantity as f64).round().max(1.0) as i64;
            let line = Line { customer, order, minute, sku, quantity, cents };
            lines.push(line);
            let back = minute + 1440 * (1 + random.below(20) as i64);
            if random.uniform() < 0.015 && back < i64::from(self.days.0) * 1440 {
                lines.push(Line { minute: back, quantity: -quantity, ..line });
            }
        }
    }

    fn write(&self, lines: &[Line]) -> Sample {
        let mut random = Random::for_part(self.seed, u64::MAX);
        let mut mess = Mess::default();
        let header =
            "order_id,customer_id,customer_name,city,order_date,sku,product,quantity,unit_price,channel\n";
        let mut csv = String::from(header);
        for line in lines {
            let guest = line.quantity > 0 && random.uniform() < 0.01;
            let row = self.row(line, guest);
            csv.push_str(&row);
            mess.rows += 1;
            mess.without_customer += u64::from(guest);
            mess.returns += u64::from(line.quantity < 0);
            if random.uniform() < 0.005 {
                csv.push_str(&row);
                mess.rows += 1;
                mess.duplicates += 1;
            }
        }
        Sample { csv, truth: self.truth, mess }
    }

    fn row(&self, line: &Line, guest: bool) -> String {
        let day = (self.from + Days((line.minute / 1440) as i32)).to_string();
        let (hour, minute) = (line.minute / 60 % 24, line.minute % 60);
        let in_store = line.customer.is_multiple_of(3);
        let date = match (in_store, day.get(0..4), day.get(5..7), day.get(8..10)) {
            (true, Some(y), Some(m), Some(d)) => format!("{d}/{m}/{y} {hour:02}:{minute:02}"),
            _ => format!("{day} {hour:02}:{minute:02}"),
        };
        let prefix = if line.quantity < 0 { "R" } else { "" };
        let mut row = String::new();
        let (id, name, city) = match guest {
            true => (String::new(), String::new(), ""),
            false => (format!("{:06}", line.customer + 1), name(line.customer), pick(CITIES, line.customer)),
        };
        let (sku, product) = (line.sku + 10_100, pick(CATALOG, line.sku));
        let (quantity, price) = (line.quantity, line.cents as f64 / 100.0);
        let channel = if in_store { "store" } else { "web" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            row,
            "{prefix}{:06}-{:03},{id},{name},{city},{date},{sku},{product},{quantity},{price:.2},{channel}",
            line.customer + 1,
            line.order + 1,
        );
        row
    }
}

#[derive(Clone, Copy)]
struct Line {
    customer: usize,
    order: usize,
    /// From the first minute of the file.
    minute: i64,
    sku: usize,
    quantity: i64,
    cents: i64,
}

fn pick(words: &[&'static str], at: usize) -> &'static str {
    words.get(at % words.len()).copied().unwrap_or_default()
}

/// A name, quoted where the format asks for it. The first few customers have names that trip programs up.
fn name(customer: usize) -> String {
    match customer {
        0 => "NA".into(),
        1 => "null".into(),
        2 => "=1+1".into(),
        3 => "</script>".into(),
        4 => "\"O'Neill, \"\"Jo\"\"\"".into(),
        n if n % 2 == 0 => format!("{}{}", pick(FAMILY, n / 2), pick(GIVEN, n / 7)),
        n => format!("{} {}", pick(FIRST, n / 2), pick(LAST, n / 11)),
    }
}

const FAMILY: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "欧阳", "司马"];
const GIVEN: &[&str] = &["伟", "芳", "小明", "秀英", "娜", "静", "建国", "丽", "强", "敏", "晓红"];
const FIRST: &[&str] = &["Anna", "José", "Zoë", "Liam", "Søren", "Maria", "Noah", "Élodie", "Omar", "Ingrid"];
const LAST: &[&str] = &["Müller", "García", "Smith", "Novák", "Jensen", "Rossi", "Dubois", "Ahmed", "Okafor"];
const CITIES: &[&str] = &["上海", "London", "北京", "Zürich", "广州", "São Paulo", "成都"];

const CATALOG: &[&str] = &[
    "green tea 绿茶",
    "teapot",
    "oolong tea 乌龙茶",
    "tea cup",
    "coffee beans",
    "coffee filter",
    "espresso cup",
    "grinder",
    "oat biscuits",
    "dark chocolate",
    "honey",
    "strawberry jam",
    "notebook",
    "fountain pen",
    "ink bottle",
    "pencil set",
    "desk lamp",
    "light bulb",
    "candle",
    "matches",
    "incense",
    "photo frame",
    "scarf",
    "wool socks",
    "umbrella",
    "tote bag",
    "water bottle",
    "lunch box",
    "chopsticks",
    "rice bowl",
    "wok",
    "apron",
    "soap",
    "bath towel",
    "toothbrush",
    "hand cream",
    "puzzle",
    "playing cards",
    "kite",
    "teddy bear",
];

/// Bought together: the first draws the second into the basket in 6 cases of 10.
const COMPANIONS: &[(usize, usize)] = &[(0, 1), (4, 5), (13, 14), (16, 17), (18, 19), (28, 29), (32, 33)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_it_writes() {
        let sample = SampleShop::default().generate().unwrap();
        let rows: Vec<&str> = sample.csv.lines().skip(1).collect();
        assert_eq!(rows.len() as u64, sample.mess.rows);
        assert!(
            sample.mess.duplicates > 50 && sample.mess.without_customer > 100 && sample.mess.returns > 100
        );
        assert!(
            rows.iter().any(|row| row.contains("</script>")) && rows.iter().any(|row| row.contains("王"))
        );
    }

    #[test]
    fn refuses_an_empty_shop() {
        assert!(SampleShop { customers: 0, ..SampleShop::default() }.generate().is_err());
        assert!(SampleShop { days: Days(3), ..SampleShop::default() }.generate().is_err());
    }
}
