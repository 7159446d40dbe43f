//! Parameters as their types. What does not fit names the parameter and the rule that it breaks.
//!
//! pyo3's own errors say neither: a whole number out of range is an `OverflowError` without a name.

use crate::convert::kind_of;
use crate::error::raise;
use crm_mining::ErrorKind;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyRange, PyRangeMethods, PyString};
use std::ops::RangeInclusive;

/// A type that parameters have.
trait Given: Sized {
    /// What the parameter must be.
    const RULE: &'static str;

    fn given(of: &'static str, parameter: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Self>;
}

macro_rules! whole_numbers {
    ($($type:ty: $rule:literal),*) => {
        $(impl Given for $type {
            const RULE: &'static str = $rule;

            fn given(of: &'static str, parameter: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
                value.extract().or_else(|_| match value.call_method0("__index__") {
                    Ok(integer) => out_of_range(of, parameter, Self::RULE, &integer),
                    Err(_) => other_type(of, parameter, "a whole number", value),
                })
            }
        })*
    };
}
whole_numbers! {
    u8: "from 0 to 255",
    u32: "from 0 to 4294967295",
    u64: "from 0 to 18446744073709551615",
    usize: "from 0 to 18446744073709551615",
    i32: "from -2147483648 to 2147483647"
}

impl Given for f64 {
    const RULE: &'static str = "from -1.8e308 to 1.8e308";

    fn given(of: &'static str, parameter: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.extract().or_else(|_| match value.call_method0("__index__") {
            Ok(integer) => out_of_range(of, parameter, Self::RULE, &integer),
            Err(_) => other_type(of, parameter, "a number", value),
        })
    }
}

/// None, or a value.
impl<T: Given> Given for Option<T> {
    const RULE: &'static str = T::RULE;

    fn given(of: &'static str, parameter: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() { Ok(None) } else { T::given(of, parameter, value).map(Some) }
    }
}

/// Any sequence; of a value in it that does not fit the same is said as of one alone.
impl<T: Given + for<'a, 'py> FromPyObject<'a, 'py>> Given for Vec<T> {
    const RULE: &'static str = T::RULE;

    fn given(of: &'static str, parameter: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(values) = value.extract() {
            return Ok(values);
        }
        sequence(of, parameter, value)?.iter().map(|value| T::given(of, parameter, value)).collect()
    }
}

/// The values of a sequence that has a length; what has none may never end.
pub(crate) fn sequence<'py>(
    of: &str,
    parameter: &str,
    value: &Bound<'py, PyAny>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    match value.try_iter() {
        Ok(values) if value.len().is_ok() && !value.is_instance_of::<PyString>() => values.collect(),
        _ => other_type(of, parameter, "a sequence", value),
    }
}

/// Three numbers, such as weights of recency, frequency and monetary value.
impl Given for (f64, f64, f64) {
    const RULE: &'static str = f64::RULE;

    fn given(of: &'static str, parameter: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        match <Vec<f64>>::given(of, parameter, value)?[..] {
            [first, second, third] => Ok((first, second, third)),
            ref other => {
                let (must_be, got) = ("three numbers".into(), format!("{} of them", other.len()));
                Err(raise(ErrorKind::InvalidParameter { of, parameter, must_be, got }.into()))
            }
        }
    }
}

/// Numbers of clusters: one, a pair of the first and the last, or a range.
pub(crate) struct Ks(pub(crate) RangeInclusive<usize>);

impl<'py> FromPyObject<'_, 'py> for Ks {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(range) = given.cast::<PyRange>() {
            let (start, stop, step) = (range.start()?, range.stop()?, range.step()?);
            if step == 1 && start >= 0 && stop > start {
                return Ok(Ks(start as usize..=(stop - 1) as usize));
            }
        }
        if let Ok(k) = given.extract::<usize>() {
            return Ok(Ks(k..=k));
        }
        if let Ok((first, last)) = given.extract::<(usize, usize)>() {
            return Ok(Ks(first..=last));
        }
        Err(PyTypeError::new_err(format!(
            "k must be one number, a pair of the first and the last, or a range of step 1; got {}",
            given.repr()?
        )))
    }
}

fn out_of_range<T>(
    of: &'static str,
    parameter: &'static str,
    rule: &str,
    integer: &Bound<'_, PyAny>,
) -> PyResult<T> {
    // Python refuses to write out integers of thousands of digits.
    let written = integer.str().and_then(|text| text.extract::<String>());
    let got = match written {
        Ok(text) if text.len() <= 40 => text,
        _ => "an integer of more than 40 digits".into(),
    };
    Err(raise(ErrorKind::InvalidParameter { of, parameter, must_be: rule.into(), got }.into()))
}

fn other_type<T>(of: &str, parameter: &str, rule: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    Err(PyTypeError::new_err(format!("{of}: {parameter} must be {rule}; got {}", kind_of(value))))
}

/// A function for every parameter, for `#[pyo3(from_py_with = ...)]`, which knows no names.
macro_rules! parameters {
    ($($module:ident $of:literal { $($name:ident: $type:ty),* })*) => {
        $(pub(crate) mod $module {
            use super::*;

            $(pub(crate) fn $name(given: &Bound<'_, PyAny>) -> PyResult<$type> {
                <$type>::given($of, stringify!($name), given)
            })*
        })*
    };
}
parameters! {
    summary "Summary" { frequency: Vec<f64>, recency: Vec<f64>, age: Vec<f64>, monetary: Vec<f64>, days: f64 }
    rfm "Rfm" { bins: u8, weights: (f64, f64, f64) }
    bg_nbd "BgNbd" { regularity: u32, penalizer: f64, max_iterations: usize, tolerance: f64 }
    pareto_nbd "ParetoNbd" { penalizer: f64, max_iterations: usize, tolerance: f64 }
    nbd "Nbd" { penalizer: f64, max_iterations: usize, tolerance: f64 }
    bg_bb "BgBb" { penalizer: f64, max_iterations: usize, tolerance: f64 }
    gamma_gamma "GammaGamma" { penalizer: f64, max_iterations: usize, tolerance: f64 }
    buying_model "BuyingModel" {
        horizon_days: i32, level: f64, most: usize, annual_discount: f64, covariates: Vec<f64>, ages: Vec<f64>,
        seed: u64
    }
    forecast "Forecast" { group_of: Vec<u32> }
    clv "Clv" {
        horizon_days: i32, months: Option<u32>, month: f64, monthly_discount: f64, annual_discount: Option<f64>,
        level: f64
    }
    clv_forecast "ClvForecast" { group_of: Vec<u32> }
    holdout "Holdout" { level: f64 }
    contract "Contract" { max_iterations: usize, tolerance: f64, cohorts: Vec<Vec<f64>> }
    contract_model "ContractModel" { renewals: u32, renewal: u32, discount: f64 }
    agglomerative "Agglomerative.plot" { clusters: usize }
    compare_k "CompareK" { n_init: usize, seed: u64 }
    gap "Gap" { references: usize, n_init: usize, seed: u64 }
    stability "Stability" { resamples: usize, seed: u64 }
    segmentation "Segmentation" { n_init: usize, seed: u64 }
    choose_segments "ChooseSegments" {
        n_init: usize, seed: u64, min_share: f64, min_stability: f64, min_silhouette: f64,
        min_silhouette_of_groups: f64, resamples: usize,
        references: usize
    }
    explain_segments "ExplainSegments" { depth: usize, min_share: f64, typical: usize, revenue: Vec<f64> }
    segment_report "SegmentReport.step_up" { values: Vec<f64>, segment: usize }
    segment_rules "SegmentRules" { rules: f64 }
    named_segments "NamedSegments" { labels: Vec<i32> }
    top_share "NamedSegments.top_share" { share: f64 }
    refit "Refit" { min_gain: f64, min_silhouette_gain: f64, n_init: usize, seed: u64 }
    lifecycle "Lifecycle" { new_days: u32, loyal_orders: u32 }
    migration "Migration" { steps: u32 }
    rolling_retention "RollingRetention" { every_days: i32, windows: u32 }
    value_tiers "ValueTiers" { high: f64, middle: f64 }
    concentration "Concentration" { values: Vec<f64>, customers: f64, share: f64 }
    durations "Durations" { duration: Vec<f64>, entry: Option<Vec<f64>>, weight: Option<Vec<f64>> }
    kaplan_meier "KaplanMeier" { level: f64 }
    survival_curve "SurvivalCurve" { time: f64, q: f64, until: f64 }
    cox "Cox" { penalizer: f64, max_iterations: usize, tolerance: f64 }
    cox_model "CoxModel" { level: f64, time: f64, times: Vec<f64> }
    aft "Aft" { max_iterations: usize, tolerance: f64 }
    aft_model "AftModel" { level: f64, time: f64, times: Vec<f64>, q: f64 }
    concordance "concordance" { risk_scores: Vec<f64> }
}
