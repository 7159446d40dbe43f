//! Mean, standard deviation and quantiles of values in ascending order, each with its count.

use super::column::NumberSummary;

/// The summary of ascending values; `None` when no finite one is among them.
pub(super) fn summarize(runs: &[(f64, u32)], quantiles: &[f64]) -> Option<NumberSummary> {
    let finite: Vec<(f64, u64)> = runs
        .iter()
        .filter(|(value, _)| value.is_finite())
        .map(|&(value, count)| (value, u64::from(count)))
        .collect();
    let ((min, _), (max, _)) = (*finite.first()?, *finite.last()?);
    let all: u64 = runs.iter().map(|&(_, count)| u64::from(count)).sum();
    let count: u64 = finite.iter().map(|&(_, count)| count).sum();
    let (mean, sd) = moments(&finite, count, min.abs().max(max.abs()));
    let rows_where = |test: fn(f64) -> bool| finite.iter().filter(|run| test(run.0)).map(|run| run.1).sum();
    let ranks = Ranks::of(&finite);
    Some(NumberSummary {
        count,
        infinite: all - count,
        min,
        max,
        mean,
        sd: (count > 1).then_some(sd),
        quantiles: quantiles.iter().filter_map(|&q| Some((q, ranks.quantile(q)?))).collect(),
        zeros: rows_where(|value| value == 0.0),
        negative: rows_where(|value| value < 0.0),
    })
}

/// Mean and standard deviation, in two passes, scaled where squares would leave the range of `f64`.
fn moments(runs: &[(f64, u64)], count: u64, largest: f64) -> (f64, f64) {
    let scale = if (1e-140..1e140).contains(&largest) || largest == 0.0 { 1.0 } else { largest };
    let n = count as f64;
    let weighted =
        |f: &dyn Fn(f64) -> f64| runs.iter().map(|&(x, count)| f(x / scale) * count as f64).sum::<f64>();
    let mean = weighted(&|x| x) / n;
    let squares = weighted(&|x| (x - mean) * (x - mean));
    // The rest of a mean that was rounded, by Chan, Golub and LeVeque.
    let rest = weighted(&|x| x - mean);
    let variance = (squares - rest * rest / n) / (n - 1.0).max(1.0);
    let back = |x: f64| (x * scale).clamp(f64::MIN, f64::MAX);
    (back(mean + rest / n), back(variance.max(0.0).sqrt()))
}

/// The values in order of rank without writing repeated ones out.
struct Ranks<'a> {
    runs: &'a [(f64, u64)],
    ends: Vec<u64>,
}

impl Ranks<'_> {
    fn of(runs: &[(f64, u64)]) -> Ranks<'_> {
        let sum = |end: &mut u64, run: &(f64, u64)| {
            *end += run.1;
            Some(*end)
        };
        Ranks { runs, ends: runs.iter().scan(0, sum).collect() }
    }

    fn value(&self, rank: u64) -> Option<f64> {
        self.runs.get(self.ends.partition_point(|&end| end <= rank)).map(|run| run.0)
    }

    /// Type 7 of Hyndman & Fan, the default of R, NumPy and pandas.
    fn quantile(&self, q: f64) -> Option<f64> {
        let position = q * (self.ends.last()?.checked_sub(1)?) as f64;
        let (below, above) = (self.value(position.floor() as u64)?, self.value(position.ceil() as u64)?);
        let step = (above - below) * position.fract();
        if step.is_finite() {
            Some(below + step)
        } else {
            Some(below * (1.0 - position.fract()) + above * position.fract())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_numpy() {
        // numpy 2.4.6: np.quantile([1, 2, 2, 4, 8], [.1, .5, .9]) and np.std(ddof=1)
        let summary = summarize(&[(1.0, 1), (2.0, 2), (4.0, 1), (8.0, 1)], &[0.1, 0.5, 0.9]).unwrap();
        assert_eq!(summary.quantiles, [(0.1, 1.4), (0.5, 2.0), (0.9, 6.4)]);
        assert_eq!(summary.mean, 3.4);
        assert!((summary.sd.unwrap() - 2.792_848_008_753_788).abs() < 1e-15);
    }

    #[test]
    fn at_the_ends_of_the_range() {
        let summary = summarize(&[(f64::MIN, 1), (f64::MAX, 1), (f64::INFINITY, 3)], &[0.5, 0.75]).unwrap();
        assert_eq!((summary.mean, summary.infinite, summary.count), (0.0, 3, 2));
        assert_eq!(summary.sd, Some(f64::MAX));
        assert_eq!(summary.quantiles[0], (0.5, 0.0));
        assert!(summarize(&[(f64::INFINITY, 3)], &[0.5]).is_none());
    }
}
