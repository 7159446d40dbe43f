//! Customers with equal records are computed once.
#![allow(
    clippy::indexing_slicing,
    reason = "rows are those of the summary, borders part them into PARTS, and a part numbers what it found from 0"
)]

use crate::data::{Features, Summary};
use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::hash::BuildHasher;

/// The repeat-buying record of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::insight::value) struct Record {
    /// Which row of covariates, among the distinct ones in ascending order.
    pub(in crate::insight::value) group: u32,
    /// Repeat purchases, x.
    pub(in crate::insight::value) x: f64,
    /// From the first purchase to the last, t_x.
    pub(in crate::insight::value) recency: f64,
    /// From the first purchase to the observation, T.
    pub(in crate::insight::value) age: f64,
}

/// The fields of a record as whole numbers.
type Bits = (u32, u64, u64, u64);

impl Record {
    /// A customer at their first purchase.
    pub(super) const NEW: Record = Record { group: 0, x: 0.0, recency: 0.0, age: 0.0 };

    /// Bits of numbers ≥ 0 sort as the numbers.
    fn bits(&self) -> Bits {
        (self.group, self.x.to_bits(), self.recency.to_bits(), self.age.to_bits())
    }
}

/// The distinct records of a summary in ascending order, how many customers share each, and which is whose.
///
/// Many customers share a record: those who never came back and began on one day, above all. The order does not depend on
/// that of the customers, so neither do sums.
#[derive(Debug)]
pub(in crate::insight::value) struct Collapsed {
    pub(in crate::insight::value) records: Vec<Record>,
    pub(in crate::insight::value) counts: Vec<f64>,
    pub(in crate::insight::value) of_customer: Vec<u32>,
    /// The distinct rows of covariates; one empty row where there are none.
    pub(in crate::insight::value) groups: Vec<Vec<f64>>,
}

/// Ranges of records, each with a hash table that fits the cache.
const PARTS: usize = 64;
/// Records that are looked at to find borders between ranges of like size.
const SAMPLE: usize = 4096;
/// Customers per unit of parallel work.
const CHUNK: usize = 1 << 16;

/// The hash of a record, and the row of the summary that has it.
type Row = (u64, u32, Record);

/// A distinct record, how many share it, and its place in the order in which the part came upon it.
type Found = (Record, f64, u32);

/// The distinct records of one range in ascending order, and which of them, by its place, is that of each row.
#[derive(Default)]
struct Part {
    found: Vec<Found>,
    places: Vec<(u32, u32)>,
}

impl Part {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>, with_places: bool) -> Part {
        let mut of = Part::default();
        let mut table: HashTable<(u64, u32)> = HashTable::new();
        for &(hash, row, record) in rows {
            let same = |(other, place): &(u64, u32)| {
                *other == hash && of.found.get(*place as usize).is_some_and(|found| found.0 == record)
            };
            let next = of.found.len() as u32;
            let place = table.entry(hash, same, |(hash, _)| *hash).or_insert((hash, next)).get().1;
            match of.found.get_mut(place as usize) {
                Some((_, count, ..)) => *count += 1.0,
                None => of.found.push((record, 1.0, place)),
            }
            if with_places {
                of.places.push((row, place));
            }
        }
        of.found.sort_unstable_by_key(|(record, ..)| record.bits());
        of
    }
}

impl Collapsed {
    pub(in crate::insight::value) fn new(summary: &Summary) -> Collapsed {
        Collapsed::collapse(summary, true)
    }

    /// Without `of_customer`, which stays empty: all that a fit needs.
    pub(in crate::insight::value) fn counted(summary: &Summary) -> Collapsed {
        Collapsed::collapse(summary, false)
    }

    fn collapse(summary: &Summary, with_places: bool) -> Collapsed {
        let (groups, of_group) = distinct_rows(summary.covariates());
        let (frequency, recency, age) = (summary.frequency(), summary.recency(), summary.age());
        let record = |row: usize| {
            let group = of_group.get(row).copied().unwrap_or_default();
            // Adding 0 makes 0 of −0.
            Record { group, x: frequency[row] + 0.0, recency: recency[row] + 0.0, age: age[row] + 0.0 }
        };
        let n = summary.len();
        let borders = borders((0..n).step_by((n / SAMPLE).max(1)).map(record));
        let hasher = DefaultHashBuilder::default();
        // The rows of each part, chunk by chunk.
        let chunks: Vec<Vec<Vec<Row>>> = (0..n.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let part = || Vec::with_capacity(2 * CHUNK / PARTS);
                let mut parts: Vec<Vec<Row>> = std::iter::repeat_with(part).take(PARTS).collect();
                for row in chunk * CHUNK..n.min((chunk + 1) * CHUNK) {
                    let record = record(row);
                    let bits = record.bits();
                    let part = borders.partition_point(|border| *border <= bits);
                    parts[part].push((hasher.hash_one(bits), row as u32, record));
                }
                parts
            })
            .collect();
        let parts: Vec<Part> = (0..PARTS)
            .into_par_iter()
            .map(|part| {
                let rows = chunks.iter().filter_map(|chunk| chunk.get(part)).flatten();
                Part::of(rows, with_places)
            })
            .collect();
        Collapsed::joined(&parts, if with_places { n } else { 0 }, groups)
    }

    /// Parts that follow each other.
    fn joined(parts: &[Part], n: usize, groups: Vec<Vec<f64>>) -> Collapsed {
        let all = || parts.iter().flat_map(|part| &part.found);
        let mut of_customer = vec![0; n];
        let mut first = 0;
        for part in parts.iter().filter(|_| n > 0) {
            let mut ranks = vec![0; part.found.len()];
            for (rank, (_, _, place)) in (first..).zip(&part.found) {
                ranks[*place as usize] = rank;
            }
            for (row, place) in &part.places {
                of_customer[*row as usize] = ranks[*place as usize];
            }
            first += part.found.len() as u32;
        }
        let mut records = Vec::with_capacity(parts.iter().map(|part| part.found.len()).sum());
        records.extend(all().map(|(record, ..)| *record));
        Collapsed { records, counts: all().map(|(_, count, _)| *count).collect(), of_customer, groups }
    }

    /// The records of each row of covariates, with their counts.
    pub(in crate::insight::value) fn by_group(&self) -> impl Iterator<Item = (&[Record], &[f64])> {
        let sizes = self.records.chunk_by(|a, b| a.group == b.group).map(<[Record]>::len);
        let (mut records, mut counts) = (self.records.as_slice(), self.counts.as_slice());
        sizes.map(move |size| {
            let (of_group, rest) = records.split_at(size);
            let (counts_of_group, counts_left) = counts.split_at(size);
            (records, counts) = (rest, counts_left);
            (of_group, counts_of_group)
        })
    }

    /// One value per record, laid out per customer.
    pub(in crate::insight::value) fn spread<T: Clone>(&self, values: &[T]) -> Vec<T> {
        self.of_customer.iter().filter_map(|&place| values.get(place as usize).cloned()).collect()
    }
}

/// Where the parts begin but for the first, so that each holds about as many of these records.
fn borders(sample: impl Iterator<Item = Record>) -> Vec<Bits> {
    let mut sample: Vec<Bits> = sample.map(|record| record.bits()).collect();
    sample.sort_unstable();
    sample.dedup();
    (1..PARTS).filter_map(|part| sample.get(part * sample.len() / PARTS)).copied().collect()
}

/// The distinct rows in ascending order, and which is whose.
fn distinct_rows(covariates: Option<&Features>) -> (Vec<Vec<f64>>, Vec<u32>) {
    let Some(covariates) = covariates else { return (vec![Vec::new()], Vec::new()) };
    let compare = |a: &&[f64], b: &&[f64]| {
        let mut pairs = a.iter().zip(b.iter());
        pairs.find_map(|(a, b)| Some(a.total_cmp(b)).filter(|order| order.is_ne())).unwrap_or(Ordering::Equal)
    };
    let mut rows: Vec<&[f64]> = covariates.rows().collect();
    rows.par_sort_unstable_by(compare);
    rows.dedup_by(|a, b| compare(a, b).is_eq());
    let place = |row: &[f64]| rows.binary_search_by(|other| compare(other, &row)).unwrap_or_default() as u32;
    let of_customer = covariates.rows().map(place).collect();
    (rows.iter().map(|row| row.to_vec()).collect(), of_customer)
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
        // A covariate parts them, in the order of its values.
        let apart =
            summary.with_covariates(Features::new(["z"], vec![1.0, 0.0, -1.0, 0.0]).unwrap()).unwrap();
        let collapsed = Collapsed::new(&apart);
        assert_eq!(collapsed.groups, [[-1.0], [0.0], [1.0]]);
        assert_eq!(collapsed.of_customer, [2, 1, 0, 1]);
        assert_eq!(
            collapsed.by_group().map(|(_, counts)| counts.to_vec()).collect::<Vec<_>>(),
            [[1.0], [2.0], [1.0]]
        );
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
