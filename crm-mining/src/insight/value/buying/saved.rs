//! A model of buying as it is written and read.

use super::model::BuyingModel;
use super::process::BuyingProcess;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::insight::value::status::FitStatus;
use crate::math::linear::{Square, is_covariance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format written; others are refused.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    version: u32,
    process: BuyingProcess,
    parameters: BTreeMap<String, f64>,
    #[serde(default)]
    covariates: Vec<SavedEffect>,
    covariance: Option<Vec<Vec<f64>>>,
    days_per_unit: f64,
    n_customers: usize,
    log_likelihood: f64,
    iterations: usize,
    status: FitStatus,
}

#[derive(Serialize, Deserialize)]
struct SavedEffect {
    name: String,
    buying: f64,
    leaving: f64,
}

impl From<BuyingModel> for Saved {
    fn from(model: BuyingModel) -> Saved {
        let names = model.process.parameters().iter().map(|name| (*name).to_owned());
        let effects = model.covariates.iter().zip(&model.effects);
        Saved {
            version: VERSION,
            process: model.process,
            parameters: names.zip(model.parameters).collect(),
            covariates: effects
                .map(|(name, [buying, leaving])| SavedEffect {
                    name: name.clone(),
                    buying: *buying,
                    leaving: *leaving,
                })
                .collect(),
            covariance: model.covariance.map(|of| (0..of.n()).map(|row| of.row(row).to_vec()).collect()),
            days_per_unit: model.days_per_unit,
            n_customers: model.n_customers,
            log_likelihood: model.log_likelihood,
            iterations: model.iterations,
            status: model.status,
        }
    }
}

const OF: &str = "BuyingModel";

fn parameters(process: BuyingProcess, read: &BTreeMap<String, f64>) -> Result<[f64; 4]> {
    let mut parameters = [0.0, 0.0, 0.0, 1.0];
    let names = process.parameters();
    for (slot, name) in parameters.iter_mut().zip(names) {
        let may_be_0 = *name == "a";
        match read.get(*name) {
            Some(&value) if value > 1e-30 && value < 1e30 || value == 0.0 && may_be_0 => *slot = value,
            found => {
                let got = found.map_or("none".into(), f64::to_string);
                return invalid_parameter(OF, name, "from 1e-30 to 1e30", got);
            }
        }
    }
    if read.len() != names.len() {
        return invalid_parameter(OF, "parameters", format!("{names:?}"), format!("{} of them", read.len()));
    }
    Ok(parameters)
}

fn covariance(process: BuyingProcess, effects: usize, read: Option<Vec<Vec<f64>>>) -> Result<Option<Square>> {
    let Some(rows) = read else { return Ok(None) };
    let n = process.estimated(effects).len();
    let fits = rows.len() == n && rows.iter().all(|row| row.len() == n && row.iter().all(|v| v.is_finite()));
    match Square::from_rows(&rows).filter(|of| fits && is_covariance(of)) {
        Some(square) => Ok(Some(square)),
        None => {
            let rule =
                format!("a covariance: finite, {n} rows and columns, symmetric, positive semidefinite");
            invalid_parameter(OF, "covariance", &rule, format!("{} rows", rows.len()))
        }
    }
}

impl TryFrom<Saved> for BuyingModel {
    type Error = Error;

    fn try_from(read: Saved) -> Result<BuyingModel> {
        if read.version != VERSION {
            return Err(ErrorKind::Malformed {
                place: OF.into(),
                rule: format!("version must be {VERSION}"),
                found: format!("version {}", read.version),
            }
            .into());
        }
        let process = read.process;
        if !(1..=20).contains(&process.regularity()) {
            return invalid_parameter(OF, "regularity", "from 1 to 20", process.regularity());
        }
        let parameters = parameters(process, &read.parameters)?;
        let sizes = [("days_per_unit", read.days_per_unit, 1e-9)];
        for (parameter, value, least) in sizes {
            if !(value >= least && value < 1e9) {
                return invalid_parameter(OF, parameter, "above 0", value);
            }
        }
        for effect in &read.covariates {
            if !(effect.buying.abs() < 1e6 && effect.leaving.abs() < 1e6) {
                return invalid_parameter(OF, "covariates", "effects below 1e6 in size", effect.buying);
            }
        }
        let covariance = covariance(process, read.covariates.len(), read.covariance)?;
        if !read.log_likelihood.is_finite() {
            return invalid_parameter(OF, "log_likelihood", "finite", read.log_likelihood);
        }
        Ok(BuyingModel {
            process,
            parameters,
            effects: read.covariates.iter().map(|effect| [effect.buying, effect.leaving]).collect(),
            covariates: read.covariates.into_iter().map(|effect| effect.name).collect(),
            covariance,
            days_per_unit: read.days_per_unit,
            n_customers: read.n_customers,
            log_likelihood: read.log_likelihood,
            iterations: read.iterations,
            status: read.status,
        })
    }
}
