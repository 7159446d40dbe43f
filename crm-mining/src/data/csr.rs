//! The compressed-sparse-row container under every sparse shape.

use serde::{Deserialize, Serialize};

/// Rows of different lengths, laid end to end (compressed sparse row).
///
/// ```
/// use crm_mining::data::Csr;
///
/// let rows: Csr<u32> = [vec![1, 2], vec![], vec![3]].into_iter().collect();
/// assert_eq!(rows.row(0), [1, 2]);
/// assert_eq!((rows.len(), rows.values().len()), (3, 3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Csr<T> {
    offsets: Vec<usize>,
    values: Vec<T>,
}

impl<T> Csr<T> {
    /// A container with room for so many rows and values.
    pub fn with_capacity(rows: usize, values: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Csr { offsets, values: Vec::with_capacity(values) }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of one row; empty beyond the last.
    #[inline]
    pub fn row(&self, row: usize) -> &[T] {
        self.values.get(self.span(row)).unwrap_or_default()
    }

    /// Where the values of one row stand among [`Csr::values`].
    #[inline]
    pub fn span(&self, row: usize) -> std::ops::Range<usize> {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&start), Some(&end)) => start..end,
            _ => 0..0,
        }
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[T]> + Clone {
        (0..self.len()).map(|row| self.row(row))
    }

    /// All values in row order.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Adds a row at the end.
    pub fn push_row(&mut self, row: impl IntoIterator<Item = T>) {
        self.values.extend(row);
        self.offsets.push(self.values.len());
    }

    /// Adds a value to the row being built; [`Csr::end_row`] closes it.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        self.values.push(value);
    }

    /// Closes the row being built.
    #[inline]
    pub(crate) fn end_row(&mut self) {
        self.offsets.push(self.values.len());
    }

    /// Adds all rows of another container after one's own.
    pub(crate) fn append(&mut self, other: Csr<T>) {
        let base = self.values.len();
        self.offsets.extend(other.offsets.iter().skip(1).map(|offset| offset + base));
        self.values.extend(other.values);
    }
}

impl<T> Default for Csr<T> {
    fn default() -> Self {
        Csr::with_capacity(0, 0)
    }
}

impl<T, R: IntoIterator<Item = T>> FromIterator<R> for Csr<T> {
    fn from_iter<I: IntoIterator<Item = R>>(rows: I) -> Self {
        let mut csr = Csr::default();
        for row in rows {
            csr.push_row(row);
        }
        csr
    }
}

/// The positions `0..codes.len()` grouped by their code, each group in ascending order (counting sort).
/// Codes at or above `n_groups` are left out.
pub(crate) fn group_positions(codes: &[u32], n_groups: usize) -> Csr<u32> {
    let mut offsets = vec![0usize; n_groups + 1];
    for &code in codes {
        if let Some(count) = offsets.get_mut(code as usize + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for offset in &mut offsets {
        total += *offset;
        *offset = total;
    }
    let mut next = offsets.clone();
    let mut values = vec![0u32; total];
    for (position, &code) in (0u32..).zip(codes) {
        if (code as usize) < n_groups
            && let Some(slot) = next.get_mut(code as usize)
        {
            if let Some(value) = values.get_mut(*slot) {
                *value = position;
            }
            *slot += 1;
        }
    }
    Csr { offsets, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_in_order() {
        let groups = group_positions(&[2, 0, 2, u32::MAX, 0], 3);
        assert_eq!(groups.rows().collect::<Vec<_>>(), [&[1, 4][..], &[], &[0, 2]]);
    }

    #[test]
    fn append_is_push() {
        let mut a: Csr<u8> = [vec![1], vec![2, 3]].into_iter().collect();
        a.append([vec![4], vec![]].into_iter().collect());
        assert_eq!(a, [vec![1], vec![2, 3], vec![4], vec![]].into_iter().collect());
    }
}
