//! Pairs of rows, and what is known or said of them.

use crate::data::{Column, Table, ToTable};
use crate::error::{ErrorKind, Result};

/// Pairs of rows that may be of one customer: a row of one table and a row of another, or of the same.
///
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::RowPairs;
///
/// let shop = Table::new("shop", vec![Column::text("name", [Some("Anna Smith"), Some("王小明")])])?;
/// let web = Table::new("web", vec![Column::text("name", [Some("Xiaoming Wang")])])?;
/// let pairs = RowPairs::new(&shop, &web, vec![[0, 0], [1, 0]])?;
/// assert_eq!(pairs.len(), 2);
/// assert!(RowPairs::new(&shop, &web, vec![[0, 1]]).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RowPairs<'a> {
    left: &'a Table,
    right: &'a Table,
    rows: Vec<[u32; 2]>,
}

impl<'a> RowPairs<'a> {
    /// Pairs by the positions of their rows, from 0.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a row beyond the end of its table.
    pub fn new(left: &'a Table, right: &'a Table, rows: Vec<[u32; 2]>) -> Result<RowPairs<'a>> {
        let beyond = |table: &Table, row: u32| row as usize >= table.n_rows();
        for &[a, b] in &rows {
            let wrong =
                if beyond(left, a) { Some((left, a)) } else { beyond(right, b).then_some((right, b)) };
            if let Some((table, row)) = wrong {
                return Err(ErrorKind::InvalidParameter {
                    of: "RowPairs",
                    parameter: "rows",
                    must_be: format!("below the {} rows of {}", table.n_rows(), table.name()),
                    got: row.to_string(),
                }
                .into());
            }
        }
        Ok(RowPairs { left, right, rows })
    }

    /// The table of the first row of each pair.
    pub fn left(&self) -> &'a Table {
        self.left
    }

    /// The table of the second row of each pair.
    pub fn right(&self) -> &'a Table {
        self.right
    }

    /// The positions of the rows.
    pub fn rows(&self) -> &[[u32; 2]] {
        &self.rows
    }

    /// How many pairs.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Pairs of rows of which somebody said whether they are of one customer.
#[derive(Debug, Clone)]
pub struct LabeledPairs<'a> {
    pairs: RowPairs<'a>,
    labels: Vec<bool>,
}

impl<'a> LabeledPairs<'a> {
    /// Pairs and whether each is of one customer.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`].
    pub fn new(pairs: RowPairs<'a>, labels: Vec<bool>) -> Result<LabeledPairs<'a>> {
        if pairs.len() != labels.len() {
            let (a_len, b_len) = (pairs.len(), labels.len());
            return Err(ErrorKind::LengthMismatch {
                of: "LabeledPairs",
                a: "pairs",
                a_len,
                b: "labels",
                b_len,
            }
            .into());
        }
        Ok(LabeledPairs { pairs, labels })
    }

    /// The pairs.
    pub fn pairs(&self) -> &RowPairs<'a> {
        &self.pairs
    }

    /// Whether each is of one customer.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }
}

/// How likely each pair is of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredPairs {
    pub(super) rows: Vec<[u32; 2]>,
    pub(super) numbers: Vec<[u64; 2]>,
    pub(super) probabilities: Vec<f64>,
    pub(super) threshold: f64,
}

impl ScoredPairs {
    /// The positions of the rows.
    pub fn rows(&self) -> &[[u32; 2]] {
        &self.rows
    }

    /// The probability of each pair.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// From which probability on a pair counts as linked.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The pairs that count as linked.
    pub fn links(&self) -> impl Iterator<Item = [u32; 2]> + '_ {
        let scored = self.rows.iter().zip(&self.probabilities);
        scored.filter(|&(_, &p)| p >= self.threshold).map(|(&rows, _)| rows)
    }
}

impl ToTable for ScoredPairs {
    /// Either row by its position in its table and by its number in its source, the probability, and whether the pair
    /// counts as linked.
    fn to_table(&self) -> Table {
        let number = |side: fn(&[u64; 2]) -> u64| self.numbers.iter().map(|rows| side(rows) as i64).collect();
        let position =
            |side: fn(&[u32; 2]) -> u32| self.rows.iter().map(|rows| i64::from(side(rows))).collect();
        let linked = self.probabilities.iter().map(|&p| p >= self.threshold);
        let columns = vec![
            Column::ints("left_position", position(|[left, _]| *left)),
            Column::ints("right_position", position(|[_, right]| *right)),
            Column::ints("left_row", number(|[left, _]| *left)),
            Column::ints("right_row", number(|[_, right]| *right)),
            Column::floats("probability", self.probabilities.clone()),
            Column::bools("linked", linked),
        ];
        Table::of("scored pairs", columns)
    }
}
