//! Customers with equal records are computed once.

use crate::data::Summary;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The repeat-buying record of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Record {
    /// Repeat purchases, x.
    pub(super) x: f64,
    /// From the first purchase to the last, t_x.
    pub(super) recency: f64,
    /// From the first purchase to the observation, T.
    pub(super) age: f64,
}

impl Record {
    fn bits(&self) -> [u64; 3] {
        [self.x.to_bits(), self.recency.to_bits(), self.age.to_bits()]
    }
}

/// The distinct records of a summary in ascending order, how many customers share each, and which is whose.
///
/// Records are days by the thousand while customers are millions: at a million customers the work falls
/// tenfold. The order does not depend on that of the customers, so neither do sums.
#[derive(Debug)]
pub(super) struct Collapsed {
    pub(super) records: Vec<Record>,
    pub(super) counts: Vec<f64>,
    pub(super) of_customer: Vec<u32>,
}

impl Collapsed {
    pub(super) fn new(summary: &Summary) -> Collapsed {
        let hasher = DefaultHashBuilder::default();
        let hash = |record: &Record| hasher.hash_one(record.bits());
        let mut table: HashTable<(Record, u32)> = HashTable::new();
        let mut found: Vec<(Record, f64, u32)> = Vec::new();
        let rows = summary.frequency().iter().zip(summary.recency()).zip(summary.age());
        let mut of_customer: Vec<u32> = Vec::with_capacity(summary.len());
        for ((&x, &recency), &age) in rows {
            // Adding zero makes −0 the same record as 0.
            let record = Record { x: x + 0.0, recency: recency + 0.0, age: age + 0.0 };
            let next = found.len() as u32;
            let entry = table.entry(hash(&record), |(other, _)| *other == record, |(other, _)| hash(other));
            let place = entry.or_insert((record, next)).get().1;
            if place == next {
                found.push((record, 0.0, place));
            }
            if let Some((_, count, _)) = found.get_mut(place as usize) {
                *count += 1.0;
            }
            of_customer.push(place);
        }
        Collapsed::sorted(found, of_customer)
    }

    fn sorted(mut found: Vec<(Record, f64, u32)>, mut of_customer: Vec<u32>) -> Collapsed {
        found.sort_unstable_by_key(|(record, ..)| record.bits()); // bits of numbers ≥ 0 sort as the numbers
        let mut rank = vec![0u32; found.len()];
        for (to, (.., from)) in (0u32..).zip(&found) {
            if let Some(slot) = rank.get_mut(*from as usize) {
                *slot = to;
            }
        }
        for place in &mut of_customer {
            *place = rank.get(*place as usize).copied().unwrap_or_default();
        }
        Collapsed {
            records: found.iter().map(|(record, ..)| *record).collect(),
            counts: found.iter().map(|(_, count, _)| *count).collect(),
            of_customer,
        }
    }

    /// One value per record, laid out per customer.
    pub(super) fn spread<T: Copy + Default>(&self, values: &[T]) -> Vec<T> {
        self.of_customer
            .iter()
            .map(|&place| values.get(place as usize).copied().unwrap_or_default())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_records_meet_and_customers_keep_theirs() {
        let summary = Summary::new(
            vec![2.0, 0.0, 2.0, 0.0],
            vec![5.0, -0.0, 5.0, 0.0],
            vec![9.0, 4.0, 9.0, 4.0],
            vec![1.0; 4],
        )
        .unwrap();
        let collapsed = Collapsed::new(&summary);
        assert_eq!(collapsed.counts, [2.0, 2.0]);
        assert_eq!(collapsed.of_customer, [1, 0, 1, 0]);
        assert_eq!(collapsed.spread(&[7, 8]), [8, 7, 8, 7]);
    }

    #[test]
    fn many_records_meet_too() {
        let rows = || (0..30_000).map(|row| f64::from(row % 3000));
        let summary =
            Summary::new(rows().collect(), rows().collect(), vec![3000.0; 30_000], vec![0.0; 30_000])
                .unwrap();
        let collapsed = Collapsed::new(&summary);
        assert_eq!(collapsed.counts, [10.0; 3000]);
        assert!(collapsed.records.is_sorted_by(|a, b| a.x < b.x));
    }
}
