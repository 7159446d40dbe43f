//! Charts of survival.

use super::chart::{Channel, Chart, Encoding, Mark};
use super::pick::{check_names, percent};
use crate::data::{Column, Table};
use crate::error::{ErrorKind, Result};
use crate::learn::SurvivalCurve;

/// The share that survives each time, as a step line per group with its confidence band. The names are those of the
/// legend; a single curve whose name is empty has none.
///
/// Times at which nobody had the event change no curve and are left out, but for the last of each.
///
/// # Errors
/// [`NotEnoughData`](ErrorKind::NotEnoughData) without a curve;
/// [`InvalidParameter`](ErrorKind::InvalidParameter) for two curves of one name.
///
/// # Example
/// ```
/// use crm_mining::{Fit, learn::{Durations, KaplanMeier}, report};
///
/// let fit = |days: &[f64]| KaplanMeier::default().fit(&Durations::new(days.to_vec(), vec![true; days.len()])?);
/// let (web, shop) = (fit(&[30.0, 45.0, 90.0])?, fit(&[60.0, 200.0, 380.0])?);
/// let chart = report::survival_chart(&[("web", &web), ("shop", &shop)])?;
/// assert_eq!(chart.subtitle(), Some("with pointwise intervals of 95 %"));
/// assert_eq!(chart.to_vega_lite()["layer"][1]["mark"]["interpolate"], "step-after");
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn survival_chart(curves: &[(&str, &SurvivalCurve)]) -> Result<Chart> {
    let Some((first_name, first)) = curves.first() else {
        let (of, needed, unit) = ("survival_chart", 1, "curves");
        return Err(ErrorKind::NotEnoughData { of, needed, unit, got: 0 }.into());
    };
    check_names("survival_chart", "curves", curves.iter().map(|(name, _)| *name))?;
    let rows: Vec<(&str, [f64; 4])> =
        curves.iter().flat_map(|(name, curve)| corners(curve).into_iter().map(|row| (*name, row))).collect();
    let column = |name: &str, place: usize| {
        let value = |(_, row): &(&str, [f64; 4])| row.get(place).copied().unwrap_or(f64::NAN);
        Column::floats(name, rows.iter().map(value).collect())
    };
    let mut columns = vec![column("time", 0), column("survival", 1), column("lower", 2), column("upper", 3)];
    let mut encodings = vec![
        (Channel::X, Encoding::quantitative("time", "time")),
        (Channel::Y, Encoding::quantitative("survival", "share surviving").format(".0%")),
        (Channel::Low, Encoding::quantitative("lower", "")),
        (Channel::High, Encoding::quantitative("upper", "")),
    ];
    if curves.len() > 1 || !first_name.is_empty() {
        columns.push(Column::text("group", rows.iter().map(|(name, _)| Some(name))));
        encodings.push((Channel::Color, Encoding::nominal("group", "group")));
    }
    let chart = Chart::of("Survival", Mark::Step, Table::of("survival", columns), encodings);
    let level = first.level();
    Ok(match curves.iter().all(|(_, curve)| curve.level() == level) {
        true => chart.with_subtitle(format!("with pointwise intervals of {}", percent(level))),
        false => chart.with_subtitle("with pointwise intervals"),
    })
}

/// Where a curve begins, comes down and ends: time, survival and its bounds.
fn corners(curve: &SurvivalCurve) -> Vec<[f64; 4]> {
    let last = curve.steps().len().saturating_sub(1);
    let bounds = curve.lower().iter().zip(curve.upper());
    let steps = curve.steps().iter().zip(curve.survival()).zip(bounds).enumerate();
    let seen = steps.filter(|(place, ((step, _), _))| step.events > 0.0 || *place == last);
    let corner = seen.map(|(_, ((step, &survival), (&lower, &upper)))| [step.time, survival, lower, upper]);
    std::iter::once([0.0, 1.0, 1.0, 1.0]).chain(corner).collect()
}
