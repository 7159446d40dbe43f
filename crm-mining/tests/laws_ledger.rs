//! The ledger's laws: merging equals rebuilding, to the bit, for any split and order of the lines; the number
//! of threads changes nothing; the fast grouping equals a naive one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Column, Day, Days, Ledger, Table, ToTable, Transactions};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// customer, order, minute, quantity, cents; the last says on which side of the split the line falls
type Line = (u8, u8, i64, i8, i32, bool);

fn line() -> impl Strategy<Value = Line> {
    (0..6u8, 0..12u8, 0..(6 * 1440i64), -3..9i8, 0..100_000i32, any::<bool>())
}

fn table(lines: &[Line], with_orders: bool) -> Table {
    let mut columns = vec![
        Column::text("customer", lines.iter().map(|l| Some(format!("{:02}", l.0)))),
        Column::times("time", lines.iter().map(|l| l.2 * 60_000_000).collect()),
        Column::floats("quantity", lines.iter().map(|l| f64::from(l.3)).collect()),
        Column::floats("price", lines.iter().map(|l| f64::from(l.4) / 100.0).collect()),
    ];
    if with_orders {
        columns.push(Column::text("order", lines.iter().map(|l| Some(format!("o{}", l.1)))));
    }
    Table::new("lines", columns).unwrap()
}

fn ledger(lines: &[Line], with_orders: bool) -> Ledger {
    Ledger::new(&Transactions::from_table(&table(lines, with_orders)).unwrap())
}

proptest! {
    #[test]
    fn merging_equals_rebuilding(lines in prop::collection::vec(line(), 0..60), orders: bool, seed: u64) {
        let (a, b): (Vec<Line>, Vec<Line>) = lines.iter().partition(|line| line.5);
        let whole = ledger(&lines, orders);
        let merged = ledger(&a, orders).merge(&ledger(&b, orders)).unwrap();
        let swapped = ledger(&b, orders).merge(&ledger(&a, orders)).unwrap();
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(&swapped, &whole);

        let mut shuffled = lines.clone();
        shuffled.sort_by_key(|line| (line.2 as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        prop_assert_eq!(ledger(&shuffled, orders), whole);
    }

    #[test]
    fn merging_is_associative(lines in prop::collection::vec(line(), 0..60)) {
        let part = |k: u8| ledger(&lines.iter().copied().filter(|l| l.1 % 3 == k).collect::<Vec<_>>(), true);
        let (a, b, c) = (part(0), part(1), part(2));
        let left = a.merge(&b).unwrap().merge(&c).unwrap();
        let right = a.merge(&b.merge(&c).unwrap()).unwrap();
        prop_assert_eq!(left, right);
    }

    #[test]
    fn cells_are_what_a_map_counts(lines in prop::collection::vec(line(), 1..60)) {
        let ledger = ledger(&lines, true);
        let mut naive: BTreeMap<(String, i32), (BTreeSet<u8>, u32, f64)> = BTreeMap::new();
        for line in &lines {
            let cell = naive.entry((format!("{:02}", line.0), (line.2 / 1440) as i32)).or_default();
            let amount = f64::from(line.3) * (f64::from(line.4) / 100.0);
            if amount >= 0.0 {
                cell.0.insert(line.1);
            }
            cell.1 += 1;
            cell.2 += amount;
        }
        let mut cells = naive.into_iter();
        for customer in 0..ledger.customers().len() {
            for cell in ledger.days(customer) {
                let ((name, day), (orders, lines, amount)) = cells.next().unwrap();
                prop_assert_eq!((ledger.customers().name(customer), cell.day.number()), (name, day));
                prop_assert_eq!((cell.orders, cell.lines), (orders.len() as u32, lines));
                prop_assert!((cell.amount.value() - amount).abs() < 1e-9 * (1.0 + amount.abs()));
            }
        }
        prop_assert!(cells.next().is_none());
    }
}

#[test]
fn any_number_of_threads_gives_the_same_ledger() {
    let lines: Vec<Line> = (0..1_500_000u64)
        .map(|i| {
            let h = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
            ((h % 251) as u8, (h % 97) as u8, (h % 8_000) as i64, (h % 7) as i8, (h % 9_999) as i32, false)
        })
        .collect();
    let orders = Transactions::from_table(&table(&lines, true)).unwrap();
    let with = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| Ledger::new(&orders))
    };
    let one = with(1);
    assert!(with(2) == one && with(8) == one);
}

#[test]
fn a_summary_counts_days_and_ignores_the_future() {
    let day = |n: i64| n * 1440;
    let lines: Vec<Line> = vec![
        (1, 1, day(0), 1, 1000, true),
        (1, 2, day(0) + 60, 1, 1000, true), // the same day: one purchase day
        (1, 3, day(4), 1, 500, true),
        (1, 4, day(9), 1, 700, true),
        (1, 5, day(12), -1, 700, true), // a return is no purchase
        (2, 6, day(11), 1, 100, true),  // begins after the day of observation
    ];
    let ledger = ledger(&lines, true);
    assert_eq!(ledger.last_day(), Day::from_number(12));
    let summary = ledger.summary(ledger.last_day() - Days(2));
    assert_eq!(summary.customers().len(), 1);
    assert_eq!((summary.frequency()[0], summary.recency()[0], summary.age()[0]), (2.0, 9.0, 10.0));
    assert_eq!(summary.monetary()[0], 6.0);
    assert_eq!(ledger.n_orders(0, ledger.last_day()), 4);
    assert_eq!(ledger.summary(Day::from_number(-5)).len(), 0);
    assert_eq!(ledger.to_table().n_rows(), 5);
}

#[test]
fn ledgers_that_differ_in_kind_do_not_merge() {
    let (a, b) = (ledger(&[(1, 1, 0, 1, 1, true)], true), ledger(&[(1, 1, 0, 1, 1, true)], false));
    assert!(a.merge(&b).unwrap_err().to_string().contains("knowledge of orders"));
    assert_eq!(a.merge(&ledger(&[], false)).unwrap(), a);
}
