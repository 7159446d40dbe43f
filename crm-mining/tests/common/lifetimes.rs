//! What the tests of lifetimes (the Python package) have in common: models set by hand, records in weeks.

use super::cdnow::cdnow;
use crm_mining::data::Summary;
use crm_mining::insight::BuyingModel;
use serde_json::{Value, json};

/// A model at these parameters.
pub(crate) fn given(process: &Value, parameters: &Value, days_per_unit: f64) -> BuyingModel {
    serde_json::from_value(json!({
        "version": 1, "process": process, "parameters": parameters, "covariance": null, "days_per_unit": days_per_unit,
        "n_customers": 0, "log_likelihood": 0.0, "iterations": 0, "status": "converged",
    }))
    .unwrap()
}

pub(crate) fn bg(dropout: &str) -> Value {
    json!({"bg_nbd": {"dropout": dropout, "regularity": 1}})
}

/// Their summary file without spend, in weeks: the data of their tests of the models of buying.
pub(crate) fn customers() -> Option<Summary> {
    let text = cdnow("cdnow_customers_summary.csv")?;
    let mut columns: [Vec<f64>; 3] = Default::default();
    for line in text.lines().skip(1) {
        let fields = line.split(',').skip(1).map(|field| field.parse::<f64>().unwrap());
        columns.iter_mut().zip(fields).for_each(|(column, value)| column.push(value));
    }
    let [x, recency, age] = columns;
    Some(in_weeks(x, recency, age))
}

/// A summary of times in weeks.
pub(crate) fn in_weeks(x: Vec<f64>, recency: Vec<f64>, age: Vec<f64>) -> Summary {
    let (days, zeros) = (|weeks: Vec<f64>| weeks.iter().map(|week| week * 7.0).collect(), vec![0.0; x.len()]);
    Summary::new(x, days(recency), days(age), zeros).unwrap().in_weeks()
}

pub(crate) fn one(x: f64, recency: f64, age: f64) -> Summary {
    in_weeks(vec![x], vec![recency], vec![age])
}

pub(crate) fn values(model: &BuyingModel) -> Vec<f64> {
    model.parameters().iter().map(|parameter| parameter.value).collect()
}
