//! Customers: the rows that links join, with decisions to part and to join them that can be taken back.

use super::links::{Link, Origin, stronger};
use super::union::Union;
use crate::data::{Column, Csr, Table, ToTable, group_positions};
use crate::error::{ErrorKind, Result};

/// Rows told apart by the caller: no customer has rows of two of these groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parting {
    pub(super) groups: Vec<Vec<u32>>,
}

/// Rows by customer, named by their positions from 0, those of the right table after those of the left. Every row is in
/// one cluster; a row without a link is one of its own. Clusters are numbered
/// from 0 in the order of their first rows.
///
/// Nothing is lost by merging: the members stay listed, and [`Clusters::split`], [`Clusters::unlink`] and
/// [`Clusters::join`] correct what the links say. Links are followed from the strongest on, and one that would
/// bring together what was parted is left out; so the outcome depends on the decisions, not on chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    origin: Origin,
    /// From the strongest on.
    links: Vec<Link>,
    threshold: f64,
    joined: Vec<(u32, u32)>,
    parted: Vec<Parting>,
    members: Csr<u32>,
    cluster_of: Vec<u32>,
}

impl Clusters {
    pub(super) fn new(origin: Origin, links: impl Iterator<Item = Link>, threshold: f64) -> Clusters {
        let mut links: Vec<Link> = links.collect();
        links.sort_by(stronger);
        let mut clusters = Clusters {
            origin,
            links,
            threshold,
            joined: Vec::new(),
            parted: Vec::new(),
            members: Csr::default(),
            cluster_of: Vec::new(),
        };
        clusters.follow();
        clusters
    }

    /// Joins rows anew by decisions and links.
    fn follow(&mut self) {
        let n = self.origin.numbers.len();
        let mut union = Union::new(n, &self.parted);
        for &(a, b) in &self.joined {
            union.join(a, b);
        }
        for link in &self.links {
            union.join(link.left, link.right);
        }
        let mut number = vec![u32::MAX; n];
        let mut next = 0;
        self.cluster_of.clear();
        for row in 0..n as u32 {
            let root = union.root(row);
            if let Some(number) = number.get_mut(root as usize) {
                if *number == u32::MAX {
                    *number = next;
                    next += 1;
                }
                self.cluster_of.push(*number);
            }
        }
        self.members = group_positions(&self.cluster_of, next as usize);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The probability from which links were followed.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The rows of a cluster, ascending; none beyond the last cluster.
    pub fn members(&self, cluster: usize) -> &[u32] {
        self.members.row(cluster)
    }

    /// All clusters in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> + Clone {
        self.members.rows()
    }

    /// The cluster of every row.
    pub fn cluster_of(&self) -> &[u32] {
        &self.cluster_of
    }

    /// Takes a cluster apart into these groups of rows. Members in no group stay with those that their links
    /// join them to.
    ///
    /// # Errors
    /// A row that is not a member, or stands in two groups.
    pub fn split(&mut self, cluster: usize, groups: &[Vec<u32>]) -> Result<()> {
        let members = self.members.row(cluster);
        let mut seen: Vec<u32> = groups.iter().flatten().copied().collect();
        seen.sort_unstable();
        if let Some(&row) = seen.iter().find(|row| members.binary_search(row).is_err()) {
            return refused(format!("rows of cluster {cluster}, each in one group"), row);
        }
        if let Some(row) =
            seen.windows(2).find_map(|pair| (pair.first() == pair.last()).then(|| pair.first().copied())?)
        {
            return refused(format!("rows of cluster {cluster}, each in one group"), row);
        }
        self.part(groups.to_vec());
        Ok(())
    }

    /// States that two rows are not one customer.
    ///
    /// # Errors
    /// A row beyond the last, or the same row twice.
    pub fn unlink(&mut self, a: u32, b: u32) -> Result<()> {
        self.two_rows(a, b)?;
        self.part(vec![vec![a], vec![b]]);
        Ok(())
    }

    fn part(&mut self, groups: Vec<Vec<u32>>) {
        let group_of = |row: u32| groups.iter().position(|group| group.contains(&row));
        // The newer decision counts.
        self.joined.retain(|&(a, b)| match (group_of(a), group_of(b)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        });
        self.parted.push(Parting { groups });
        self.follow();
    }

    /// States that the customers of two rows are one; decisions that part them are taken back, those
    /// that part them from others stay.
    ///
    /// # Errors
    /// A row beyond the last, or the same row twice.
    pub fn join(&mut self, a: u32, b: u32) -> Result<()> {
        self.two_rows(a, b)?;
        let cluster_of = &self.cluster_of;
        let of = |row: u32| cluster_of.get(row as usize).copied();
        let (one, other) = (of(a), of(b));
        if one != other {
            for parting in &mut self.parted {
                let group = |cluster| {
                    parting.groups.iter().position(|group| group.iter().any(|&row| of(row) == cluster))
                };
                if let (Some(x), Some(y)) = (group(one), group(other))
                    && x != y
                {
                    let moved = parting.groups.remove(x.max(y));
                    if let Some(kept) = parting.groups.get_mut(x.min(y)) {
                        kept.extend(moved);
                    }
                }
            }
            self.parted.retain(|parting| parting.groups.len() > 1);
        }
        self.joined.push((a.min(b), a.max(b)));
        self.follow();
        Ok(())
    }

    fn two_rows(&self, a: u32, b: u32) -> Result<()> {
        match a.max(b) as usize >= self.cluster_of.len() || a == b {
            true => refused(format!("two rows below {}", self.cluster_of.len()), a.max(b)),
            false => Ok(()),
        }
    }
}

fn refused<T>(must_be: String, row: u32) -> Result<T> {
    let (of, parameter) = ("Clusters", "rows");
    Err(ErrorKind::InvalidParameter { of, parameter, must_be, got: format!("row {row}") }.into())
}

impl ToTable for Clusters {
    /// One row per member, by customer: its position, the customer, the table it came from and its row number there,
    /// and how many rows the customer has.
    fn to_table(&self) -> Table {
        let rows: Vec<(usize, u32, usize)> = self
            .iter()
            .enumerate()
            .flat_map(|(cluster, members)| members.iter().map(move |&row| (cluster, row, members.len())))
            .collect();
        Table::of(
            "customers",
            vec![
                Column::ints("position", rows.iter().map(|&(_, row, _)| i64::from(row)).collect()),
                Column::ints("customer", rows.iter().map(|&(cluster, ..)| cluster as i64).collect()),
                Column::text("table", rows.iter().map(|&(_, row, _)| Some(self.origin.table(row)))),
                Column::ints("row", rows.iter().map(|&(_, row, _)| self.origin.number(row)).collect()),
                Column::ints("rows_of_customer", rows.iter().map(|&(.., n)| n as i64).collect()),
            ],
        )
    }
}
