//! The results of a merge as tables.

use super::collide::IdCollision;
use super::merged::{Conflicts, Fusion, Merged, Provenance};
use super::report::{ColumnCount, MergeReport, SourceCount};
use super::resolve::Cell;
use super::stack::{NO_TIME, Stacked};
use crate::data::{Bitmap, Column, Keys, Table, Text, ToTable, Values};

impl ToTable for Merged {
    /// One row per customer.
    fn to_table(&self) -> Table {
        self.table.clone()
    }
}

/// A column of moments, [`NO_TIME`] missing.
fn times(name: &str, moments: impl Iterator<Item = i64>) -> Column {
    let moments: Vec<i64> = moments.collect();
    let present: Bitmap = moments.iter().map(|&moment| moment != NO_TIME).collect();
    Column::new(name, Values::Time(moments, Some(present)))
}

fn customers(keys: &Keys, customers: impl Iterator<Item = u32>) -> Column {
    match keys.integers() {
        Some(keys) => {
            Column::ints("customer", customers.filter_map(|c| keys.get(c as usize).copied()).collect())
        }
        None => Column::text("customer", customers.map(|customer| Some(keys.name(customer as usize)))),
    }
}

/// A losing row of a cell: its customer, its column, and the cell.
struct Lost<'a> {
    customer: u32,
    column: &'a str,
    values: &'a Stacked,
    cell: Cell,
    row: u32,
}

impl Fusion {
    /// All filled cells, by column, then by customer: its place among the customers, its column, the cell.
    fn cells(&self) -> impl Iterator<Item = (u32, &str, &Stacked, Cell)> + Clone {
        self.each().flat_map(|(name, values, resolved)| {
            let cells = (0_u32..).zip(&resolved.cells).filter(|(_, cell)| cell.row != Text::MISSING);
            cells.map(move |(customer, cell)| (customer, name, values, *cell))
        })
    }

    fn lost(&self) -> impl Iterator<Item = Lost<'_>> + Clone {
        self.each().flat_map(|(column, values, resolved)| {
            resolved.lost.iter().filter_map(move |&(customer, row)| {
                let cell = *resolved.cells.get(customer as usize)?;
                Some(Lost { customer, column, values, cell, row })
            })
        })
    }
}

impl ToTable for Provenance {
    fn to_table(&self) -> Table {
        let (fusion, origin) = (&self.fusion, &self.fusion.origin);
        let losing = fusion.each().flat_map(|(_, _, resolved)| {
            let filled = (0_u32..).zip(&resolved.cells).filter(|(_, cell)| cell.row != Text::MISSING);
            filled.map(|(customer, _)| resolved.lost(customer).len() as i64)
        });
        Table::of(
            "provenance",
            vec![
                customers(&fusion.keys, fusion.cells().map(|(customer, ..)| customer)),
                Column::text("column", fusion.cells().map(|(_, column, ..)| Some(column))),
                Column::text("value", fusion.cells().map(|(_, _, values, cell)| values.show(cell.row))),
                Column::text("source", fusion.cells().map(|(.., cell)| Some(origin.source_name(cell.row)))),
                Column::ints(
                    "row",
                    fusion.cells().map(|(.., cell)| i64::from(origin.number(cell.row))).collect(),
                ),
                times("as_of", fusion.cells().map(|(.., cell)| origin.time(cell.row))),
                Column::text("decided_by", fusion.cells().map(|(.., cell)| Some(cell.decision.name()))),
                Column::ints("losing", losing.collect()),
            ],
        )
    }
}

impl ToTable for Conflicts {
    fn to_table(&self) -> Table {
        let (fusion, origin) = (&self.fusion, &self.fusion.origin);
        let rows = |of: &dyn Fn(&Lost<'_>) -> u32| {
            fusion.lost().map(|lost| i64::from(origin.number(of(&lost)))).collect::<Vec<i64>>()
        };
        let kept: &dyn Fn(&Lost<'_>) -> u32 = &|lost| lost.cell.row;
        let own: &dyn Fn(&Lost<'_>) -> u32 = &|lost| lost.row;
        let sources = |name: &str, of: &dyn Fn(&Lost<'_>) -> u32| {
            Column::text(name, fusion.lost().map(|lost| Some(origin.source_name(of(&lost)))))
        };
        let values = |name: &str, of: &dyn Fn(&Lost<'_>) -> u32| {
            Column::text(name, fusion.lost().map(|lost| lost.values.show(of(&lost))))
        };
        Table::of(
            "conflicts",
            vec![
                customers(&fusion.keys, fusion.lost().map(|lost| lost.customer)),
                Column::text("column", fusion.lost().map(|lost| Some(lost.column))),
                values("kept", kept),
                sources("kept_source", kept),
                Column::ints("kept_row", rows(kept)),
                Column::text("decided_by", fusion.lost().map(|lost| Some(lost.cell.decision.name()))),
                values("lost", own),
                sources("lost_source", own),
                Column::ints("lost_row", rows(own)),
                times("lost_as_of", fusion.lost().map(|lost| origin.time(lost.row))),
            ],
        )
    }
}

impl ToTable for [IdCollision] {
    /// One row per source row of a collision; rows of one collision share its number.
    fn to_table(&self) -> Table {
        let all = || (1_i64..).zip(self).flat_map(|(n, c)| c.rows.iter().map(move |row| (n, c, row)));
        Table::of(
            "collisions",
            vec![
                Column::ints("collision", all().map(|(number, ..)| number).collect()),
                Column::text("kind", all().map(|(_, collision, _)| Some(collision.kind.name()))),
                Column::text("customer", all().map(|(.., row)| Some(&row.customer))),
                Column::text("column", all().map(|(_, collision, _)| collision.column.as_ref())),
                Column::text("value", all().map(|(.., row)| Some(&row.value))),
                Column::text("source", all().map(|(.., row)| Some(&row.source))),
                Column::ints("row", all().map(|(.., row)| row.row as i64).collect()),
            ],
        )
    }
}

impl ToTable for MergeReport {
    /// One row per common column.
    fn to_table(&self) -> Table {
        let ints = |name: &str, of: fn(&ColumnCount) -> u64| {
            Column::ints(name, self.columns.iter().map(|count| of(count) as i64).collect())
        };
        Table::of(
            "merge",
            vec![
                Column::text("column", self.columns.iter().map(|count| Some(&count.column))),
                ints("filled", |count| count.filled),
                ints("agreed", |count| count.agreed),
                ints("conflicts", |count| count.conflicts),
                ints("ties", |count| count.ties),
            ],
        )
    }
}

impl ToTable for [SourceCount] {
    /// One row per source.
    fn to_table(&self) -> Table {
        let ints = |name: &str, of: fn(&SourceCount) -> u64| {
            Column::ints(name, self.iter().map(|count| of(count) as i64).collect())
        };
        Table::of(
            "sources",
            vec![
                Column::text("source", self.iter().map(|count| Some(&count.source))),
                ints("rows_in", |count| count.rows_in),
                ints("used", |count| count.used),
                ints("set_aside", |count| count.set_aside),
                ints("cells", |count| count.cells),
            ],
        )
    }
}
