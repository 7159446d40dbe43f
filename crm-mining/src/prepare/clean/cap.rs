//! Extreme quantities and prices lowered to a bound taken from the rows left.

use super::lines::Lines;
use crate::math::quantile;

/// Lowers quantities and unit prices to q99 + 1.5 · (q99 − q1), and the amount of the line with them.
pub(super) fn lower(lines: &mut Lines<'_>) {
    for role in ["quantity", "unit price"] {
        let rows: Vec<usize> = lines.rows().collect();
        let Some(numeric) = lines.numeric_mut(role) else { continue };
        let values: Vec<f64> = rows.iter().filter_map(|&row| numeric.values.get(row).copied()).collect();
        let sorted = quantile::sorted(&values);
        let (Some(q1), Some(q99)) = (quantile::linear(&sorted, 0.01), quantile::linear(&sorted, 0.99)) else {
            continue;
        };
        let cap = q99 + 1.5 * (q99 - q1);
        for (row, value) in rows.into_iter().zip(values) {
            if value > cap {
                lines.change(role, row, cap, "cap", None);
                let amount = lines.numeric_mut("amount").and_then(|amounts| amounts.values.get(row).copied());
                if let Some(amount) = amount {
                    lines.change("amount", row, amount * (cap / value), "cap", None);
                }
            }
        }
    }
}
