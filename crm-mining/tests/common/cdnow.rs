//! The CDNOW sample (Fader & Hardie 2001): 2,357 customers who first bought in the first quarter of 1997.

use crm_mining::data::{Day, Ledger, Summary, Transaction, Transactions};

/// A file of the CDNOW sample (Fader & Hardie 2001), if the data are there.
pub(crate) fn cdnow(name: &str) -> Option<String> {
    Some(std::fs::read_to_string(super::data(&format!("cdnow/{name}"))?).unwrap())
}

/// The log of 2,357 customers. An order is a customer's day, so that frequency counts purchase days.
pub(crate) fn ledger() -> Option<Ledger> {
    let text = cdnow("CDNOW_sample.txt")?;
    let rows: Vec<(&str, Day, String, f64)> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (id, date) = (fields[1], fields[2]);
            let day = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]).parse().unwrap();
            (id, day, format!("{id} {date}"), fields[4].parse().unwrap())
        })
        .collect();
    let lines = rows.iter().map(|(customer, day, order, amount)| Transaction {
        customer,
        time: day.start_micros(),
        order,
        item: "cd",
        quantity: 1.0,
        unit_price: *amount,
    });
    Some(Ledger::new(&Transactions::from_rows(lines).unwrap()))
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The 39 weeks of calibration.
pub(crate) fn days7() -> Option<Summary> {
    Some(ledger()?.summary(day("1997-09-30")).in_weeks())
}

/// The summary file of lifetimes; its times are weeks.
pub(crate) fn csv() -> Option<Summary> {
    let text = cdnow("cdnow_customers_summary_with_transactions.csv")?;
    let mut columns: [Vec<f64>; 4] = Default::default();
    for line in text.lines().skip(1) {
        let fields = line.split(',').skip(1).map(|field| field.parse::<f64>().unwrap());
        for (column, (place, value)) in columns.iter_mut().zip(fields.enumerate()) {
            column.push(if place == 1 || place == 2 { value * 7.0 } else { value });
        }
    }
    let [x, recency, age, mean] = columns;
    Some(Summary::new(x, recency, age, mean).unwrap().in_weeks())
}
