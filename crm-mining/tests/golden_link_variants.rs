//! The same customers in other tables: columns renamed, moved, typed, left out, rows mixed and drawn. Settings are
//! found anew each time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::print_stderr, reason = "the figures reached")]

mod common;

use crm_mining::data::{Bitmap, Column, Table, Values};
use crm_mining::prelude::*;
use crm_mining::prepare::{Linker, Records};
use std::collections::{HashMap, HashSet};

/// febrl4: two tables and the number of each row, by which rows belong together.
struct Febrl {
    tables: [Table; 2],
    numbers: [Vec<String>; 2],
}

impl Febrl {
    fn read() -> Option<Febrl> {
        let tables = ["febrl/dataset4a.csv", "febrl/dataset4b.csv"];
        let tables = tables.map(|file| Some(read_csv(common::data(file)?).unwrap().table));
        let [Some(left), Some(right)] = tables else { return None };
        let numbers = [&left, &right].map(|table| {
            let ids = table.column("rec_id").unwrap();
            let number = |row| ids.show(row).unwrap().split('-').nth(1).unwrap().to_owned();
            (0..table.n_rows()).map(number).collect()
        });
        Some(Febrl { tables: [left, right], numbers })
    }

    /// Both tables with their columns changed.
    fn with(&self, change: impl Fn(usize, &Column) -> Option<Column>) -> [Table; 2] {
        [0, 1].map(|side| {
            let columns = self.tables[side].columns().iter().filter_map(|column| change(side, column));
            Table::new(["left", "right"][side], columns.collect()).unwrap()
        })
    }

    /// F1 from probability 0.5 on of these rows of these tables.
    fn f1(&self, what: &str, tables: &[Table; 2], rows: &[Vec<u32>; 2]) -> f64 {
        let [left, right] = [0, 1].map(|side| tables[side].take(&rows[side]));
        let records = Records::between(&left, &right);
        let linker = Linker::for_records(&records).unwrap();
        let links = linker.fit(&records).unwrap().predict(&records).unwrap();
        let number = |side: usize, at: usize| self.numbers[side][rows[side][at] as usize].as_str();
        let places: HashMap<&str, usize> = (0..rows[0].len()).map(|at| (number(0, at), at)).collect();
        let gold = (0..rows[1].len()).filter(|&at| places.contains_key(number(1, at))).count() as f64;
        let (mut found, mut right_ones) = (0.0, 0.0);
        for link in links.above(0.5) {
            found += 1.0;
            let (a, b) = (link.left as usize, link.right as usize - rows[0].len());
            right_ones += f64::from(u8::from(number(0, a) == number(1, b)));
        }
        let f1 = 2.0 * right_ones / (found + gold);
        let (precision, recall) = (right_ones / found, right_ones / gold);
        eprintln!("{what}: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}");
        f1
    }

    fn all(&self) -> [Vec<u32>; 2] {
        [0, 1].map(|side| (0..self.tables[side].n_rows() as u32).collect())
    }
}

/// Rows in an order that has nothing to do with them.
fn mixed(rows: &[u32], seed: u32) -> Vec<u32> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|&row| {
        (row.wrapping_add(seed).wrapping_mul(0x9E37_79B1) >> 7).wrapping_mul(0x85EB_CA6B)
    });
    rows
}

fn same(_: usize, column: &Column) -> Option<Column> {
    Some(column.clone())
}

#[test]
fn columns_of_other_names() {
    let Some(febrl) = Febrl::read() else { return };
    let rows = febrl.all();
    let position = |column: &Column| febrl.tables[0].columns().iter().position(|c| c.name() == column.name());
    let anonymous =
        |_: usize, column: &Column| Some(column.clone().named(format!("c{:?}", position(column))));
    assert!(febrl.f1("names that say nothing", &febrl.with(anonymous), &rows) >= 0.9995);
    let one_sided = |side: usize, column: &Column| match side {
        0 => Some(column.clone()),
        _ => anonymous(side, column),
    };
    assert!(febrl.f1("names of one table only", &febrl.with(one_sided), &rows) >= 0.999);
}

#[test]
fn columns_left_out() {
    let Some(febrl) = Febrl::read() else { return };
    let rows = febrl.all();
    for gone in febrl.tables[0].columns().iter().map(|column| column.name().to_owned()).skip(1) {
        let without = |_: usize, column: &Column| (column.name() != gone).then(|| column.clone());
        assert!(febrl.f1(&format!("without{gone}"), &febrl.with(without), &rows) >= 0.999);
        let without =
            |side: usize, column: &Column| (side == 0 || column.name() != gone).then(|| column.clone());
        assert!(febrl.f1(&format!("right table without{gone}"), &febrl.with(without), &rows) >= 0.999);
    }
    // Two columns leave open what neither brings together.
    for kept in [["surname", "date_of_birth"], ["given_name", "soc_sec_id"], ["address_1", "date_of_birth"]] {
        let only = |_: usize, column: &Column| kept.contains(&column.name().trim()).then(|| column.clone());
        assert!(febrl.f1(&format!("{kept:?}"), &febrl.with(only), &rows) >= 0.87);
    }
    let names = ["given_name", "surname", "suburb", "postcode", "state"];
    let only = |_: usize, column: &Column| names.contains(&column.name().trim()).then(|| column.clone());
    assert!(febrl.f1("names and place", &febrl.with(only), &rows) >= 0.98);
}

#[test]
fn rows_mixed_and_drawn() {
    let Some(febrl) = Febrl::read() else { return };
    let tables = febrl.with(same);
    let rows = febrl.all();
    let turned = [mixed(&rows[0], 1), mixed(&rows[1], 2)];
    assert!(febrl.f1("rows mixed", &tables, &turned) >= 0.9995);
    for n in [100, 500, 2500] {
        let some =
            [mixed(&rows[0], n)[..n as usize].to_vec(), mixed(&rows[1], n + 10)[..n as usize].to_vec()];
        let number = |side: usize, row: &u32| febrl.numbers[side][*row as usize].as_str();
        let wanted: HashSet<&str> = some[0].iter().map(|row| number(0, row)).collect();
        let theirs: Vec<u32> =
            rows[1].iter().copied().filter(|row| wanted.contains(number(1, row))).collect();
        for (what, right) in [
            ("and as many others", &some[1]),
            ("and their matches", &mixed(&theirs, 3)),
            ("beside all", &rows[1]),
        ] {
            let f1 = febrl.f1(&format!("{n} rows {what}"), &tables, &[some[0].clone(), right.clone()]);
            assert!(f1 >= 0.995, "{n} rows {what}");
        }
    }
    let other_order = [0, 1].map(|side| {
        let mut columns = tables[side].columns().to_vec();
        columns.reverse();
        Table::new("turned", columns).unwrap()
    });
    assert!(febrl.f1("columns in another order", &other_order, &rows) >= 0.9995);
}

#[test]
fn columns_of_other_types() {
    let Some(febrl) = Febrl::read() else { return };
    let rows = febrl.all();
    let numbers = |column: &Column| -> Vec<Option<f64>> {
        (0..column.len()).map(|row| column.show(row).and_then(|v| v.trim().parse().ok())).collect()
    };
    let typed = |side: usize, column: &Column| {
        Some(match column.name().trim() {
            "date_of_birth" if side == 0 => {
                let text = (0..column.len()).map(|row| {
                    let value = column.show(row)?;
                    Some(format!("{}-{}-{}", value.get(..4)?, value.get(4..6)?, value.get(6..)?))
                });
                Column::text(column.name(), text)
            }
            "soc_sec_id" | "postcode" => {
                let values = numbers(column).into_iter().map(|value| value.unwrap_or(f64::NAN));
                Column::floats(column.name(), values.collect())
            }
            "street_number" => {
                let values = numbers(column);
                let present: Bitmap = values.iter().map(Option::is_some).collect();
                let integers = values.iter().map(|value| value.unwrap_or(0.0) as i64).collect();
                Column::new(column.name(), Values::Int(integers, Some(present)))
            }
            _ => column.clone(),
        })
    };
    assert!(febrl.f1("numbers and dates", &febrl.with(typed), &rows) >= 0.999);
}
