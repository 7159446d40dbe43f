//! The assignment problem: who goes with whom, so that the costs are least in sum.
#![allow(
    clippy::indexing_slicing,
    reason = "rows and columns are numbered from 1 below the lengths of the arrays made for them"
)]

/// For each row of a matrix of finite costs, rows of one length, the column that goes with it, each column
/// with one row at most; `None` for the rows left over where there are more rows than columns. The costs of
/// the pairs are least in sum; O(short² · long) by shortest augmenting paths with potentials (Jonker and
/// Volgenant 1987, without their start).
pub(crate) fn assign(costs: &[Vec<f64>]) -> Vec<Option<usize>> {
    let (n, m) = (costs.len(), costs.first().map_or(0, Vec::len));
    if n <= m {
        return rows_to_columns(n, m, |row, column| costs[row][column]).into_iter().map(Some).collect();
    }
    let mut of_rows = vec![None; n];
    for (column, row) in rows_to_columns(m, n, |column, row| costs[row][column]).into_iter().enumerate() {
        of_rows[row] = Some(column);
    }
    of_rows
}

/// The column of each row, with at least as many columns as rows.
fn rows_to_columns(n: usize, m: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let (mut of_row, mut of_column) = (vec![0.0; n + 1], vec![0.0; m + 1]);
    // The row of each column, from 1; column 0 holds the row that is being placed.
    let mut row_of = vec![0; m + 1];
    for row in 1..=n {
        row_of[0] = row;
        let mut least = vec![f64::INFINITY; m + 1];
        let (mut from, mut seen) = (vec![0; m + 1], vec![false; m + 1]);
        let mut column = 0;
        while row_of[column] != 0 {
            seen[column] = true;
            let here = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for other in (1..=m).filter(|&other| !seen[other]) {
                let reduced = cost(here - 1, other - 1) - of_row[here] - of_column[other];
                if reduced < least[other] {
                    (least[other], from[other]) = (reduced, column);
                }
                if next == 0 || least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for other in 0..=m {
                if seen[other] {
                    of_row[row_of[other]] += step;
                    of_column[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[from[column]];
            column = from[column];
        }
    }
    let mut columns = vec![0; n];
    for (column, &row) in row_of.iter().enumerate().skip(1).filter(|(_, row)| **row != 0) {
        columns[row - 1] = column - 1;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::assign;
    use crate::math::random::Random;

    /// The least sum of all ways, by trying them.
    fn least(costs: &[Vec<f64>], taken: &mut Vec<usize>) -> f64 {
        let Some((first, rest)) = costs.split_first() else { return 0.0 };
        let mut best = f64::INFINITY;
        for (column, cost) in first.iter().enumerate() {
            if !taken.contains(&column) {
                taken.push(column);
                best = best.min(cost + least(rest, taken));
                taken.pop();
            }
        }
        best
    }

    #[test]
    fn equals_scipy() {
        // scipy 1.17.1: linear_sum_assignment([[4, 1, 3], [2, 0, 5], [3, 2, 2]]) gives columns 1, 0, 2
        let costs = [vec![4.0, 1.0, 3.0], vec![2.0, 0.0, 5.0], vec![3.0, 2.0, 2.0]];
        assert_eq!(assign(&costs), [Some(1), Some(0), Some(2)]);
        // ... of [[1, 2], [0, 5], [0, 1]]: rows 1, 2 go with columns 0, 1
        assert_eq!(assign(&[vec![1.0, 2.0], vec![0.0, 5.0], vec![0.0, 1.0]]), [None, Some(0), Some(1)]);
        assert!(assign(&[]).is_empty());
        assert_eq!(assign(&[Vec::new()]), [None]);
    }

    #[test]
    fn is_the_least_of_all_ways() {
        let mut random = Random::new(7);
        for _ in 0..200 {
            let (n, m) = (1 + random.below(5), 1 + random.below(6));
            let costs: Vec<Vec<f64>> =
                (0..n).map(|_| (0..m).map(|_| random.below(9) as f64 - 3.0).collect()).collect();
            let pairs = assign(&costs);
            let found: f64 =
                pairs.iter().zip(&costs).filter_map(|(column, row)| column.map(|column| row[column])).sum();
            assert_eq!(pairs.iter().flatten().count(), n.min(m));
            let mut columns: Vec<usize> = pairs.iter().flatten().copied().collect();
            columns.sort_unstable();
            columns.dedup();
            assert_eq!(columns.len(), n.min(m));
            if n <= m {
                assert_eq!(found, least(&costs, &mut Vec::new()));
            } else {
                let turned: Vec<Vec<f64>> =
                    (0..m).map(|column| costs.iter().map(|row| row[column]).collect()).collect();
                assert_eq!(found, least(&turned, &mut Vec::new()));
            }
        }
    }
}
