//! Whether two clouds of points come near each other.

#![allow(clippy::indexing_slicing, reason = "three columns, always")]

/// Clouds of so few pairs are compared pair by pair.
const FEW_PAIRS: usize = 256;

/// The squared distance, column after column.
#[inline]
pub(super) fn squared(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

/// The lowest and highest coordinates of points; infinite for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) low: [f64; 3],
    pub(super) high: [f64; 3],
}

impl Bounds {
    pub(super) fn of(points: impl IntoIterator<Item = [f64; 3]>) -> Bounds {
        let none = Bounds { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };
        points.into_iter().fold(none, |bounds, point| Bounds {
            low: std::array::from_fn(|i| bounds.low[i].min(point[i])),
            high: std::array::from_fn(|i| bounds.high[i].max(point[i])),
        })
    }

    /// No point within is nearer, squared; to the bit, as rounding keeps the order of numbers.
    #[inline]
    pub(super) fn least(&self, point: &[f64; 3]) -> f64 {
        let nearest = std::array::from_fn(|i| point[i].max(self.low[i]).min(self.high[i]));
        squared(point, &nearest)
    }

    /// No two points of the two are nearer, squared.
    fn between(&self, other: &Bounds) -> f64 {
        let gap = |i: usize| (self.low[i] - other.high[i]).max(other.low[i] - self.high[i]).max(0.0);
        squared(&[gap(0), gap(1), gap(2)], &[0.0; 3])
    }

    /// No two points of the two are farther, squared.
    fn across(&self, other: &Bounds) -> f64 {
        let gap = |i: usize| (self.high[i] - other.low[i]).max(other.high[i] - self.low[i]);
        squared(&[gap(0), gap(1), gap(2)], &[0.0; 3])
    }
}

/// Whether a point of `a` and a point of `b` are at most `square` apart, squared. Large clouds are halved until
/// their boxes tell, so that two clouds just out of reach do not cost every pair.
pub(super) fn touch(
    a: &[[f64; 3]],
    a_bounds: &Bounds,
    b: &[[f64; 3]],
    b_bounds: &Bounds,
    square: f64,
) -> bool {
    if a.is_empty() || b.is_empty() || a_bounds.between(b_bounds) > square {
        return false;
    }
    if a_bounds.across(b_bounds) <= square {
        return true;
    }
    if a.len() * b.len() <= FEW_PAIRS {
        return a.iter().any(|p| b_bounds.least(p) <= square && b.iter().any(|q| squared(p, q) <= square));
    }
    if a.len() < b.len() {
        return touch(b, b_bounds, a, a_bounds, square);
    }
    let mut near: Vec<[f64; 3]> = a.iter().filter(|p| b_bounds.least(p) <= square).copied().collect();
    if near.len() < 2 {
        return near.iter().any(|p| b.iter().any(|q| squared(p, q) <= square));
    }
    let bounds = Bounds::of(near.iter().copied());
    let extent = |i: &usize| bounds.high[*i] - bounds.low[*i];
    let widest = (0..3).max_by(|i, j| extent(i).total_cmp(&extent(j))).unwrap_or(0);
    let middle = near.len() / 2;
    near.select_nth_unstable_by(middle, |p, q| p[widest].total_cmp(&q[widest]));
    let (low, high) = near.split_at(middle);
    [low, high].iter().any(|half| touch(b, b_bounds, half, &Bounds::of(half.iter().copied()), square))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_touch_as_their_pairs_do() {
        let cloud = |n: usize, shift: f64, seed: usize| -> Vec<[f64; 3]> {
            let value = |i: usize| ((i * i * 37 + i * seed) % 1009) as f64 / 1009.0;
            (0..n).map(|i| [shift + value(i), value(i + 5), value(i + 11)]).collect()
        };
        let mut outcomes = [0; 2];
        for (n, m) in [(0, 3), (1, 1), (3, 90), (200, 170), (600, 5)] {
            let (a, b) = (cloud(n, 0.0, 13), cloud(m, 1.02, 101));
            let (a_bounds, b_bounds) = (Bounds::of(a.clone()), Bounds::of(b.clone()));
            for eps in [0.001, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0] {
                let expected = a.iter().any(|p| b.iter().any(|q| squared(p, q) <= eps * eps));
                assert_eq!(touch(&a, &a_bounds, &b, &b_bounds, eps * eps), expected, "{n} {m} {eps}");
                outcomes[usize::from(expected)] += 1;
            }
        }
        assert!(outcomes[0] > 5 && outcomes[1] > 5);
    }
}
