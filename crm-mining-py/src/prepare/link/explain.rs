//! Why a pair is, or is not, one customer.

use crate::show;
use crate::table::Table;
use crm_mining::prepare::Explanation;
use pyo3::prelude::*;
use std::fmt::Write;
use std::sync::Arc;

/// The evidence on a pair of rows in bits: comparison, level, why, weight, and the part of the weight that comes
/// from how rare the value is; the first row is the prior. What ``why`` says of values that differ: "spelling",
/// "other order", "pinyin", "same sound", "initials", "words in common", "streets, places and numbers", "day and
/// month swapped", "same last digits", "same user" or "size". A notebook shows it as a waterfall. Made by
/// `Links.explain`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct LinkExplanation(Arc<Explanation>);

impl LinkExplanation {
    pub(super) fn bound(py: Python<'_>, explanation: Explanation) -> PyResult<Bound<'_, LinkExplanation>> {
        let explanation = Arc::new(explanation);
        Bound::new(py, Table::of(explanation.clone()).add_subclass(LinkExplanation(explanation)))
    }
}

#[pymethods]
impl LinkExplanation {
    /// How rare matches are among all pairs, in bits.
    #[getter]
    fn prior(&self) -> f64 {
        self.0.prior
    }

    /// The sum of all evidence in bits, the prior among it.
    #[getter]
    fn weight(&self) -> f64 {
        self.0.weight
    }

    /// The probability of a match.
    #[getter]
    fn probability(&self) -> f64 {
        self.0.probability
    }

    fn __repr__(&self) -> String {
        self.0.to_string()
    }

    fn _repr_html_(&self) -> String {
        waterfall(&self.0)
    }
}

/// One bar a line, each from the sum so far to the next.
fn waterfall(explanation: &Explanation) -> String {
    let mut sum = 0.0;
    let prior = ("prior", String::new(), explanation.prior);
    let parts = explanation.contributions.iter().map(|part| (&*part.column, part.in_words(), part.weight));
    let steps: Vec<_> = std::iter::once(prior)
        .chain(parts)
        .map(|(name, level, weight)| {
            let from = sum;
            sum += weight;
            (name, level, weight, from, sum)
        })
        .collect();
    let (low, high) =
        steps.iter().fold((0.0_f64, 0.0_f64), |(low, high), step| (low.min(step.4), high.max(step.4)));
    let percent = |bits: f64| 100.0 * bits / (high - low).max(f64::MIN_POSITIVE);
    let mut shown = String::from("<table><tbody>");
    for (name, level, weight, from, to) in steps {
        let (left, width) = (percent(from.min(to) - low), percent((to - from).abs()));
        let color = if weight < 0.0 { "#c44" } else { "#484" };
        let _ = write!(
            shown,
            "<tr><td>{}</td><td>{}</td><td style=\"text-align:right\">{weight:+.2}</td>\
             <td style=\"width:20em\"><div style=\"margin-left:{left:.1}%;width:{width:.1}%;height:0.8em;\
             background:{color}\"></div></td></tr>",
            show::escaped(name),
            show::escaped(&level),
        );
    }
    let (weight, probability) = (explanation.weight, explanation.probability);
    let _ = write!(shown, "</tbody></table><p>{weight:.2} bits, probability {probability:.6}</p>");
    shown
}
