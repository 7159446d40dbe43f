//! Quantiles of a sample.

/// The `q`-quantile of sorted values, interpolated linearly between order statistics (type 7 of
/// Hyndman & Fan 1996, the default of R, NumPy and pandas). `None` for no values.
pub(crate) fn linear(sorted: &[f64], q: f64) -> Option<f64> {
    let position = q * sorted.len().checked_sub(1)? as f64;
    let below = *sorted.get(position.floor() as usize)?;
    let above = *sorted.get(position.ceil() as usize)?;
    Some(below + (above - below) * position.fract())
}

/// The values in ascending order.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut copy = values.to_vec();
    copy.sort_unstable_by(f64::total_cmp);
    copy
}

#[cfg(test)]
mod tests {
    #[test]
    fn interpolates_like_numpy() {
        // numpy 2.4.6: np.quantile([1, 2, 4, 8], [0, .25, .5, .99, 1])
        let values = [1.0, 2.0, 4.0, 8.0];
        for (q, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.99, 7.88), (1.0, 8.0)] {
            assert!((super::linear(&values, q).unwrap() - expected).abs() < 1e-12);
        }
        assert_eq!(super::linear(&[], 0.5), None);
    }
}
