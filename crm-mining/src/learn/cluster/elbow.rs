//! Where a falling curve bends.

/// The number of clusters at the elbow of a curve of (k, dispersion within clusters), ascending in k: the
/// point that lies farthest below the straight line from the first point to the last, the smaller k of equals.
///
/// This is the rule of Kneedle without its smoothing and sensitivity: both axes are scaled to 0..=1, which
/// does not change which point lies farthest. `None` for fewer than three points, for a curve that does not
/// fall from its first point to its last, and where no point lies below the line: then there is no elbow.
/// An elbow is easily seen where there is none; the [`Gap`](crate::learn::Gap) compares with data that have no
/// clusters.
///
/// # Reference
/// V. Satopää, J. Albrecht, D. Irwin and B. Raghavan (2011), Finding a "kneedle" in a haystack: detecting knee
/// points in system behavior.
///
/// # Example
/// ```
/// use crm_mining::learn::elbow;
///
/// assert_eq!(elbow(&[(1, 100.0), (2, 40.0), (3, 10.0), (4, 8.0), (5, 7.0)]), Some(3));
/// assert_eq!(elbow(&[(1, 3.0), (2, 2.0), (3, 1.0)]), None);
/// ```
pub fn elbow(curve: &[(usize, f64)]) -> Option<usize> {
    let (&(first_k, first), &(last_k, last)) = (curve.first()?, curve.last()?);
    let (run, fall) = (last_k as f64 - first_k as f64, first - last);
    if !(run > 0.0 && fall > 0.0 && fall.is_finite()) {
        return None;
    }
    let below = |&(k, value): &(usize, f64)| {
        let line = 1.0 - (k as f64 - first_k as f64) / run;
        (k, line - (value - last) / fall)
    };
    // Points on the line may come out below it by the rounding of the three divisions.
    let bends = curve.iter().map(below).filter(|&(_, depth)| depth > 1e-12);
    bends.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(k, _)| k)
}

#[cfg(test)]
mod tests {
    use super::elbow;

    #[test]
    fn straight_rising_and_short_curves_have_none() {
        assert_eq!(elbow(&[]), None);
        assert_eq!(elbow(&[(2, 1.0)]), None);
        assert_eq!(elbow(&[(2, 9.0), (3, 1.0)]), None);
        assert_eq!(elbow(&[(2, 1.0), (3, 2.0), (4, 5.0)]), None);
        assert_eq!(elbow(&[(2, f64::NAN), (3, 2.0), (4, 5.0)]), None);
        assert_eq!(elbow(&[(1, 0.3), (2, 0.2), (3, 0.1)]), None);
        assert_eq!(elbow(&[(1, 1e308), (2, 0.0), (3, -1e308)]), None);
    }
}
