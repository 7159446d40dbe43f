//! Numbers far from the others.

use super::evidence::{Entry, Evidence, Findings};
use super::suspicion::Signal;

/// Deviations from which a number alone is suspect; from the normal distribution's view one in 10¹⁵.
const FAR: f64 = 8.0;

/// Distances from the median, measured by the median absolute deviation, on the log scale when the numbers are
/// positive and lie more evenly there, as incomes and amounts do. A negative number among positive ones
/// is suspect by its sign.
pub(super) fn judge(mut numbers: Vec<(&Entry<'_>, f64)>, findings: &mut Findings) {
    const LEAST: u64 = 50;
    let weigh =
        |numbers: &[(&Entry<'_>, f64)]| numbers.iter().map(|(entry, _)| u64::from(entry.count)).sum::<u64>();
    let all = weigh(&numbers);
    if all < LEAST || numbers.len() < 10 {
        return;
    }
    let below: u64 = weigh(&numbers.iter().filter(|(_, x)| *x < 0.0).copied().collect::<Vec<_>>());
    if below > 0 && below * 200 <= all {
        for (entry, _) in numbers.iter().filter(|(_, x)| *x < 0.0) {
            let reason = Signal::Outlier { deviations: FAR };
            findings.entry(entry.code).or_default().push(Evidence::soft(reason, 0.55));
        }
        numbers.retain(|(_, x)| *x >= 0.0);
    }
    let logs: Vec<(&Entry<'_>, f64)> =
        numbers.iter().filter(|(_, x)| *x > 0.0).map(|&(entry, x)| (entry, x.ln())).collect();
    if below * 200 <= all && weigh(&logs) * 2 > all && skew(&logs) < skew(&numbers) {
        numbers = logs;
    }
    let center = quantile(&numbers, 0.5, |x| x);
    let spread = 1.4826 * quantile(&numbers, 0.5, |x| (x - center).abs());
    if spread <= 0.0 {
        return;
    }
    let far = |x: f64| (x - center).abs() / spread;
    let beyond = weigh(&numbers.iter().filter(|(_, x)| far(*x) >= FAR).copied().collect::<Vec<_>>());
    if beyond * 50 > all {
        return;
    }
    for (entry, x) in numbers.iter().filter(|(_, x)| far(*x) >= FAR / 2.0) {
        let deviations = far(*x);
        let weight = (0.6 * deviations / FAR).min(0.9);
        let weight = if deviations >= FAR { weight } else { 0.3 };
        findings.entry(entry.code).or_default().push(Evidence::soft(Signal::Outlier { deviations }, weight));
    }
}

/// How lopsided the middle four fifths are: 0 when the median lies in the middle, 1 at an end.
fn skew(numbers: &[(&Entry<'_>, f64)]) -> f64 {
    let [low, middle, high] = [0.1, 0.5, 0.9].map(|share| quantile(numbers, share, |x| x));
    if high > low { ((high - middle) - (middle - low)).abs() / (high - low) } else { 1.0 }
}

/// The weighted lower quantile of what the function makes of the numbers.
fn quantile(numbers: &[(&Entry<'_>, f64)], share: f64, of: impl Fn(f64) -> f64) -> f64 {
    let mut values: Vec<(f64, u32)> = numbers.iter().map(|&(entry, x)| (of(x), entry.count)).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: u64 = values.iter().map(|(_, count)| u64::from(*count)).sum();
    let mut seen = 0u64;
    for &(value, count) in &values {
        seen += u64::from(count);
        if seen as f64 >= share * all as f64 {
            return value;
        }
    }
    0.0
}
