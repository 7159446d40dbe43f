//! Who moved from which segment to which between two days.

use crate::data::{Column, Customers, Keys, Roles, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use serde::Serialize;

/// Migration between segments or stages: how many customers moved from each to each between two days.
///
/// Any label per customer serves: [`RfmSegment`](super::super::RfmSegment),
/// [`LifecycleStage`](super::LifecycleStage), value tiers, the numbers of k-means segments. Customers are
/// matched by their keys. Those labelled at both days are counted in the matrix; those labelled only before
/// are leavers, only after entrants, and both are counted by their state. Row probabilities are shares of the
/// customers of the row, with the standard error √(p (1 − p) / n) of a multinomial share; where p is 0 or 1
/// that is 0 although n may be small, so look at the counts too.
///
/// # Errors
/// `between`, `among`: labels that are not one per customer; more than a thousand states (a column of customers named
/// in place of labels has as many as customers); `among`: a label that is not among the states.
///
/// # Complexity
/// O(n + s²) for n customers and s states, and a search of its state for each.
///
/// # Reference
/// T. W. Anderson and L. A. Goodman (1957), Statistical inference about Markov chains, Annals of Mathematical
/// Statistics 28.
///
/// # Example
/// ```
/// use crm_mining::data::Keys;
/// use crm_mining::insight::Migration;
///
/// let before: Keys = ["a", "b", "c", "d"].into_iter().collect();
/// let after: Keys = ["b", "c", "d", "e"].into_iter().collect();
/// let moved = Migration::between(
///     (&before, &["gold", "gold", "gold", "tin"]),
///     (&after, &["gold", "tin", "tin", "tin"]),
/// )?;
/// assert_eq!((moved.states(), moved.counts()), (&["gold".to_owned(), "tin".into()][..], &[vec![1, 1], vec![0, 1]][..]));
/// assert_eq!((moved.leavers(), moved.entrants()), (&[1, 0][..], &[0, 1][..]));
/// assert_eq!(moved.probability(0, 1), Some(0.5));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Migration {
    states: Vec<String>,
    counts: Vec<Vec<u32>>,
    leavers: Vec<u32>,
    entrants: Vec<u32>,
}

impl Migration {
    /// The moves between the states that any customer was in, in their order.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; more than a thousand different labels.
    pub fn between<L: Ord + Clone + ToString>(
        before: (&Keys, &[L]),
        after: (&Keys, &[L]),
    ) -> Result<Migration> {
        let mut states: Vec<L> = before.1.iter().chain(after.1).cloned().collect();
        states.sort_unstable();
        states.dedup();
        Migration::among(&states, before, after)
    }

    /// The moves between these states, in this order, also those that no customer was in.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a label that is not among the states, or a state given twice;
    /// [`ErrorKind::LengthMismatch`]; more than a thousand states.
    pub fn among<L: Ord + ToString>(
        states: &[L],
        before: (&Keys, &[L]),
        after: (&Keys, &[L]),
    ) -> Result<Migration> {
        if states.len() > 1_000 {
            return invalid_parameter("Migration", "states", "at most a thousand", states.len());
        }
        let mut sorted: Vec<(&L, usize)> = states.iter().zip(0..).collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            let must_be = "each state once";
            return invalid_parameter("Migration", "states", must_be, names(states));
        }
        let codes = |side: &'static str, (keys, labels): (&Keys, &[L])| -> Result<Vec<usize>> {
            if keys.len() != labels.len() {
                let (a_len, b_len) = (keys.len(), labels.len());
                let (a, b) = ("customers", "labels");
                return Err(ErrorKind::LengthMismatch { of: "Migration", a, a_len, b, b_len }.into());
            }
            let code =
                |(row, label): (usize, &L)| match sorted.binary_search_by(|(state, _)| (*state).cmp(label)) {
                    Ok(place) => Ok(sorted.get(place).map_or(0, |&(_, code)| code)),
                    Err(_) => invalid_parameter(
                        "Migration",
                        side,
                        "one of the states",
                        format!("another label in row {}", row + 1),
                    ),
                };
            labels.iter().enumerate().map(code).collect()
        };
        let (of_before, of_after) = (codes("before", before)?, codes("after", after)?);
        let (union, mine, theirs) = before.0.union(after.0);
        let mut moves: Vec<(Option<usize>, Option<usize>)> = vec![(None, None); union.len()];
        for (&place, &state) in mine.iter().zip(&of_before) {
            moves.get_mut(place as usize).into_iter().for_each(|of| of.0 = Some(state));
        }
        for (&place, &state) in theirs.iter().zip(&of_after) {
            moves.get_mut(place as usize).into_iter().for_each(|of| of.1 = Some(state));
        }
        let mut migration = Migration {
            states: names(states),
            counts: vec![vec![0; states.len()]; states.len()],
            leavers: vec![0; states.len()],
            entrants: vec![0; states.len()],
        };
        for of in moves {
            let cell = match of {
                (Some(from), Some(to)) => migration.counts.get_mut(from).and_then(|row| row.get_mut(to)),
                (Some(from), None) => migration.leavers.get_mut(from),
                (None, Some(to)) => migration.entrants.get_mut(to),
                (None, None) => None,
            };
            cell.into_iter().for_each(|count| *count += 1);
        }
        Ok(migration)
    }

    /// The moves between the labels of two tables with a column of customers and one of labels: any result
    /// that is a table, or a file. Where a customer has several rows the last label counts; a customer
    /// without one is not labelled. States are those given, in their order, or else all labels in the order
    /// of their texts.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; as [`Migration::among`].
    pub fn from_tables(
        before: &Table,
        after: &Table,
        label: &str,
        customer: &str,
        states: Option<&[String]>,
    ) -> Result<Migration> {
        let (before, from) = labels(before, customer, label)?;
        let (after, to) = labels(after, customer, label)?;
        match states {
            Some(states) => Migration::among(states, (&before, &from), (&after, &to)),
            None => Migration::between((&before, &from), (&after, &to)),
        }
    }

    /// The names of the states.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// Customers labelled at both days: one row per state before, one column per state after.
    pub fn counts(&self) -> &[Vec<u32>] {
        &self.counts
    }

    /// Customers labelled only before, by their state then.
    pub fn leavers(&self) -> &[u32] {
        &self.leavers
    }

    /// Customers labelled only after, by their state then.
    pub fn entrants(&self) -> &[u32] {
        &self.entrants
    }

    fn row_size(&self, from: usize) -> Option<f64> {
        let size: u64 = self.counts.get(from)?.iter().map(|&count| u64::from(count)).sum();
        (size > 0).then_some(size as f64)
    }

    /// The share of the customers of a state before, labelled at both days, who were in another state after;
    /// `None` for a state without such a customer.
    pub fn probability(&self, from: usize, to: usize) -> Option<f64> {
        Some(f64::from(*self.counts.get(from)?.get(to)?) / self.row_size(from)?)
    }

    /// The standard error of [`Migration::probability`].
    pub fn standard_error(&self, from: usize, to: usize) -> Option<f64> {
        let p = self.probability(from, to)?;
        Some((p * (1.0 - p) / self.row_size(from)?).sqrt())
    }

    /// How many of the customers labelled after stand in each state so many steps later, if the same
    /// probabilities hold at every step, nobody enters and nobody leaves. Customers of a state without
    /// probabilities stay there.
    ///
    /// # Errors
    /// More than 10,000 steps.
    pub fn forecast(&self, steps: u32) -> Result<Vec<f64>> {
        if steps > 10_000 {
            return invalid_parameter("Migration", "steps", "at most 10,000", steps);
        }
        let n = self.states.len();
        let after = |to: usize| {
            let stayed: u64 =
                self.counts.iter().filter_map(|row| row.get(to)).map(|&count| u64::from(count)).sum();
            stayed as f64 + self.entrants.get(to).map_or(0.0, |&count| f64::from(count))
        };
        let mut now: Vec<f64> = (0..n).map(after).collect();
        for _ in 0..steps {
            let share = |from, to| self.probability(from, to).unwrap_or(if from == to { 1.0 } else { 0.0 });
            let moved = |to| now.iter().enumerate().map(|(from, count)| count * share(from, to)).sum();
            now = (0..n).map(moved).collect();
        }
        Ok(now)
    }
}

/// The labelled customers of a table, and their labels.
fn labels(table: &Table, customer: &str, label: &str) -> Result<(Keys, Vec<String>)> {
    table.column(customer)?;
    let customers = Customers::from_table(table, &Roles::default().customer(customer), &[label])?;
    let all = (0..customers.keys().len()).map(|place| customers.attribute(label, place));
    let labelled: Vec<(u32, String)> =
        (0u32..).zip(all).filter_map(|(place, of)| Some((place, of?))).collect();
    let (places, labels): (Vec<u32>, Vec<String>) = labelled.into_iter().unzip();
    Ok((customers.keys().select(&places), labels))
}

fn names<L: ToString>(states: &[L]) -> Vec<String> {
    states.iter().map(ToString::to_string).collect()
}

impl ToTable for Migration {
    /// One row per pair of states.
    fn to_table(&self) -> Table {
        let n = self.states.len();
        let pairs = || (0..n).flat_map(|from| (0..n).map(move |to| (from, to)));
        let name = |place: usize| self.states.get(place);
        let count = |(from, to): (usize, usize)| {
            self.counts.get(from).and_then(|row| row.get(to)).map_or(0, |&count| i64::from(count))
        };
        let probability = pairs().map(|(from, to)| self.probability(from, to).unwrap_or(f64::NAN));
        let error = pairs().map(|(from, to)| self.standard_error(from, to).unwrap_or(f64::NAN));
        Table::of(
            "migration",
            vec![
                Column::text("from", pairs().map(|(from, _)| name(from))),
                Column::text("to", pairs().map(|(_, to)| name(to))),
                Column::ints("customers", pairs().map(count).collect()),
                Column::floats("probability", probability.collect()),
                Column::floats("standard_error", error.collect()),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Keys {
        names.iter().collect()
    }

    #[test]
    fn states_nobody_was_in_and_labels_nobody_knows() {
        let customers = keys(&["a", "b"]);
        let moved = Migration::among(&[3, 1, 2], (&customers, &[1, 1]), (&customers, &[1, 3])).unwrap();
        assert_eq!(moved.counts(), [vec![0, 0, 0], vec![1, 1, 0], vec![0, 0, 0]]);
        assert_eq!(
            (moved.probability(0, 0), moved.probability(1, 0), moved.probability(9, 0)),
            (None, Some(0.5), None)
        );
        assert!((moved.standard_error(1, 0).unwrap() - 0.125f64.sqrt()).abs() < 1e-15);
        assert_eq!(moved.forecast(0).unwrap(), [1.0, 1.0, 0.0]);
        assert_eq!(moved.forecast(2).unwrap(), [1.75, 0.25, 0.0]);
        assert!(moved.forecast(10_001).is_err());
        let many: Keys =
            (0..1_001).map(|of| of.to_string()).collect::<Vec<_>>().iter().map(String::as_str).collect();
        let labels: Vec<usize> = (0..1_001).collect();
        assert!(Migration::between((&many, &labels), (&many, &labels)).is_err());
        let unknown = Migration::among(&[1], (&customers, &[1, 2]), (&customers, &[1, 1])).unwrap_err();
        assert!(unknown.to_string().contains("row 2"), "{unknown}");
        assert!(Migration::among(&[1, 1], (&customers, &[1, 1]), (&customers, &[1, 1])).is_err());
        assert!(Migration::between((&customers, &[1]), (&customers, &[1, 1])).is_err());
        let table = |labels: [Option<&str>; 3]| {
            let id = Column::text("id", [Some("b"), Some("a"), Some("b")]);
            Table::new("crm", vec![id, Column::text("tier", labels)]).unwrap()
        };
        let (before, after) = (table([Some("low"), Some("high"), None]), table([None, None, Some("high")]));
        let moved = Migration::from_tables(&before, &after, "tier", "id", None).unwrap();
        assert_eq!((moved.states(), moved.counts()[1][0]), (&["high".to_owned(), "low".into()][..], 1));
        assert_eq!(moved.leavers(), [1, 0]);
        assert!(Migration::from_tables(&before, &after, "tier", "nobody", None).is_err());
        let none: Migration = Migration::between::<u8>((&keys(&[]), &[]), (&keys(&[]), &[])).unwrap();
        assert_eq!(
            (none.states().len(), none.forecast(3).unwrap().len(), none.to_table().n_rows()),
            (0, 0, 0)
        );
    }
}
