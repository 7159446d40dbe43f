//! Customers with equal records are computed once.

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

impl Record {
    /// A customer at their first purchase.
    pub(super) const NEW: Record = Record { group: 0, x: 0.0, recency: 0.0, age: 0.0 };

    /// Bits of numbers ≥ 0 sort as the numbers.
    fn bits(&self) -> (u32, u64, u64, u64) {
        (self.group, self.x.to_bits(), self.recency.to_bits(), self.age.to_bits())
    }
}

/// The distinct records of a summary in ascending order, how many customers share each, and which is whose.
///
/// Records are days by the thousand while customers are millions: at a million customers the work falls
/// tenfold. The order does not depend on that of the customers, so neither do sums.
#[derive(Debug)]
pub(in crate::insight::value) struct Collapsed {
    pub(in crate::insight::value) records: Vec<Record>,
    pub(in crate::insight::value) counts: Vec<f64>,
    pub(in crate::insight::value) of_customer: Vec<u32>,
    /// The distinct rows of covariates; one empty row where there are none.
    pub(in crate::insight::value) groups: Vec<Vec<f64>>,
}

/// Hash tables that fit the cache, each for the records whose hash falls to it by its first four bits.
const PARTS: usize = 16;
/// Customers per unit of parallel work.
const CHUNK: usize = 1 << 16;

/// The hash of a record, and the row of the summary that has it.
type Row = (u64, u32, Record);

/// A distinct record, how many share it, its part, and its place in the order in which the part came upon it.
type Found = (Record, f64, u32, u32);

/// The distinct records of one table in ascending order, and which of them, by its place, is that of each row.
#[derive(Default)]
struct Part {
    found: Vec<Found>,
    places: Vec<(u32, u32)>,
}

impl Part {
    fn of<'a>(part: u32, rows: impl Iterator<Item = &'a Row>, with_places: bool) -> Part {
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
                None => of.found.push((record, 1.0, part, place)),
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
        let hasher = DefaultHashBuilder::default();
        // The rows of each part, chunk by chunk.
        let chunks: Vec<Vec<Vec<Row>>> = frequency
            .par_chunks(CHUNK)
            .zip(recency.par_chunks(CHUNK))
            .zip(age.par_chunks(CHUNK))
            .enumerate()
            .map(|(chunk, ((frequency, recency), age))| {
                let part = || Vec::with_capacity(2 * age.len() / PARTS);
                let mut rows: Vec<Vec<Row>> = std::iter::repeat_with(part).take(PARTS).collect();
                let columns = frequency.iter().zip(recency).zip(age);
                for (row, ((x, recency), age)) in ((chunk * CHUNK) as u32..).zip(columns) {
                    let group = of_group.get(row as usize).copied().unwrap_or_default();
                    // Adding 0 makes 0 of −0.
                    let record = Record { group, x: x + 0.0, recency: recency + 0.0, age: age + 0.0 };
                    let hash = hasher.hash_one(record.bits());
                    if let Some(rows) = rows.get_mut((hash >> 60) as usize) {
                        rows.push((hash, row, record));
                    }
                }
                rows
            })
            .collect();
        let parts: Vec<Part> = (0..PARTS)
            .into_par_iter()
            .map(|part| {
                let rows = chunks.iter().filter_map(|chunk| chunk.get(part)).flatten();
                Part::of(part as u32, rows, with_places)
            })
            .collect();
        Collapsed::sorted(parts, if with_places { summary.len() } else { 0 }, groups)
    }

    fn sorted(parts: Vec<Part>, n: usize, groups: Vec<Vec<f64>>) -> Collapsed {
        let mut all: Vec<Found> = parts.iter().flat_map(|of| &of.found).copied().collect();
        all.sort_by_key(|(record, ..)| record.bits()); // a merge of the parts
        let mut ranks: Vec<Vec<u32>> = parts.iter().map(|of| vec![0; of.found.len()]).collect();
        for (rank, (.., part, place)) in (0u32..).zip(&all) {
            if let Some(slot) = ranks.get_mut(*part as usize).and_then(|part| part.get_mut(*place as usize)) {
                *slot = rank;
            }
        }
        let mut of_customer = vec![0; n];
        for (of, ranks) in parts.iter().zip(&ranks) {
            for (row, place) in &of.places {
                if let (Some(slot), Some(rank)) =
                    (of_customer.get_mut(*row as usize), ranks.get(*place as usize))
                {
                    *slot = *rank;
                }
            }
        }
        let counts = all.iter().map(|(_, count, ..)| *count).collect();
        Collapsed { records: all.iter().map(|(record, ..)| *record).collect(), counts, of_customer, groups }
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
