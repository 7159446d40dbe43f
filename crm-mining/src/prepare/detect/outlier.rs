//! Numbers far from the others.

use super::evidence::{Entry, Evidence, Findings};
use super::suspicion::Signal;

/// Deviations from which a number alone is suspect; from the normal distribution's view one in 10¹⁵.
const FAR: f64 = 8.0;

/// Distances from the median, measured by the median absolute deviation, on the log scale when the numbers are
/// positive: incomes and amounts are skewed, and a wrong unit multiplies. A negative number among positive ones
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
    let zero: u64 = weigh(&numbers.iter().filter(|(_, x)| *x == 0.0).copied().collect::<Vec<_>>());
    if below * 200 <= all && zero * 2 < all {
        numbers.retain(|(_, x)| *x > 0.0);
        numbers.iter_mut().for_each(|(_, x)| *x = x.ln());
    }
    let center = median(numbers.iter().map(|(entry, x)| (*x, entry.count)).collect());
    let spread =
        1.4826 * median(numbers.iter().map(|(entry, x)| ((x - center).abs(), entry.count)).collect());
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

/// The weighted lower median.
fn median(mut values: Vec<(f64, u32)>) -> f64 {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: u64 = values.iter().map(|(_, count)| u64::from(*count)).sum::<u64>().div_ceil(2);
    let mut seen = 0;
    for &(value, count) in &values {
        seen += u64::from(count);
        if seen >= half {
            return value;
        }
    }
    0.0
}
