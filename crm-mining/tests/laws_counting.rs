//! The laws of counting purchases: the default is what the ledger's summary is, to the bit; every row is accounted for;
//! order, pieces and threads change nothing; the fast count equals a naive one under every rule.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{
    Column, CountedPurchases, Day, Keys, Ledger, MissingAmount, PurchaseCounting, PurchaseCounts,
    PurchaseRows, PurchaseUnit, Refunds, Roles, Summary, Table, ToTable, Transactions, Zone,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const HOUR: i64 = 3_600_000_000;

/// customer, order, hour, cents (none: missing); the last says on which side of a split the row falls
type Row = (u8, u8, i64, Option<i32>, bool);

fn rows(missing: bool) -> impl Strategy<Value = Vec<Row>> {
    let cents = prop_oneof![4 => (0..100_000i32).prop_map(Some), 2 => (-50_000..0i32).prop_map(Some),
        1 => Just(if missing { None } else { Some(0) })];
    prop::collection::vec((0..6u8, 0..12u8, 0..(24 * 100i64), cents, any::<bool>()), 0..80)
}

fn amount(row: &Row) -> f64 {
    row.3.map_or(f64::NAN, |cents| f64::from(cents) / 100.0)
}

/// The same rows as a table, and as plain columns.
fn table(rows: &[Row], with_orders: bool) -> Table {
    let mut columns = vec![
        Column::text("customer", rows.iter().map(|row| Some(format!("{:02}", row.0)))),
        Column::times("time", rows.iter().map(|row| row.2 * HOUR).collect()),
        Column::floats("amount", rows.iter().map(amount).collect()),
    ];
    if with_orders {
        columns.push(Column::text("order", rows.iter().map(|row| Some(format!("o{:02}", row.1)))));
    }
    Table::new("rows", columns).unwrap()
}

struct Columns {
    ids: Vec<i64>,
    times: Vec<i64>,
    amounts: Vec<f64>,
    orders: Vec<u32>,
}

fn columns(rows: &[Row]) -> Columns {
    Columns {
        ids: rows.iter().map(|row| i64::from(row.0) * 1_000_003 - 7).collect(),
        times: rows.iter().map(|row| row.2 * HOUR).collect(),
        amounts: rows.iter().map(amount).collect(),
        orders: rows.iter().map(|row| u32::from(row.1)).collect(),
    }
}

impl Columns {
    fn rows(&self, with_orders: bool) -> PurchaseRows<'_> {
        let rows = PurchaseRows::new(&self.ids[..], &self.times[..], &self.amounts).unwrap();
        if with_orders { rows.with_orders(&self.orders).unwrap() } else { rows }
    }
}

fn ledger(rows: &[Row], zone: Zone) -> Ledger {
    Ledger::in_zone(&Transactions::from_table(&table(rows, true)).unwrap(), zone)
}

fn same_figures(a: &Summary, b: &Summary) -> bool {
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    bits(a.frequency()) == bits(b.frequency())
        && bits(a.recency()) == bits(b.recency())
        && bits(a.age()) == bits(b.age())
        && bits(a.monetary()) == bits(b.monetary())
        && a.log_gaps().map(bits) == b.log_gaps().map(bits)
}

fn check_counts(counted: &CountedPurchases, rows: usize) {
    let PurchaseCounts { purchases, merged, refunds, after_end, without_amount, refunds_left_out, .. } =
        counted.counts;
    assert_eq!(counted.counts.rows, rows as u64);
    assert_eq!(purchases + merged + refunds + after_end + without_amount + refunds_left_out, rows as u64);
    assert_eq!(counted.counts.used() + counted.counts.left_out(), rows as u64);
    let in_summary: f64 = counted.summary.frequency().iter().map(|x| x + 1.0).sum();
    assert_eq!(purchases as f64, in_summary);
    assert_eq!(counted.counts.customers, counted.summary.len() as u64);
    assert_eq!(counted.counts.customers_without_purchase, counted.without_purchase.len() as u64);
}

fn counting() -> impl Strategy<Value = PurchaseCounting> {
    use PurchaseUnit::*;
    let refunds = prop::sample::select(vec![Refunds::Net, Refunds::Ignore, Refunds::Separate]);
    let missing = prop::sample::select(vec![MissingAmount::LeaveOut, MissingAmount::Unknown]);
    let unit = prop::sample::select(vec![Day, WeekFromMonday, WeekFromSunday, Month, Order]);
    (refunds, missing, unit).prop_map(|(refunds, missing, unit)| {
        PurchaseCounting::default().refunds(refunds).missing_amount(missing).unit(unit)
    })
}

proptest! {
    #[test]
    fn the_default_is_the_summary_of_the_ledger(rows in rows(false), as_of in 0..110i32, london: bool) {
        let zone = if london { Zone::named("Asia/Shanghai").unwrap() } else { Zone::UTC };
        let counting = PurchaseCounting::default().zone(zone.clone());
        let as_of = Day::from_number(as_of);
        let whole = ledger(&rows, zone.clone());
        let orders = Transactions::from_table(&table(&rows, true)).unwrap();
        let counted = counting.count(&orders, as_of).unwrap();
        prop_assert_eq!(&counted.summary, &whole.summary(as_of));
        check_counts(&counted, rows.len());
        let all = counted.summary.len() + counted.without_purchase.len();
        prop_assert_eq!(all, whole.customers().len());

        let (a, b): (Vec<Row>, Vec<Row>) = rows.iter().partition(|row| row.4);
        let merged = ledger(&a, zone.clone()).merge(&ledger(&b, zone.clone())).unwrap();
        prop_assert_eq!(&counted.summary, &merged.summary(as_of));

        let columns = columns(&rows);
        let plain = counting.count(columns.rows(false), as_of).unwrap();
        prop_assert!(same_figures(&plain.summary, &counted.summary));
        prop_assert_eq!(plain.counts, counted.counts);
        let last = columns.rows(false).last_day(&zone);
        prop_assert_eq!(last, if rows.is_empty() { Day::from_number(0) } else { whole.last_day() });
    }

    #[test]
    fn rows_in_any_order_and_form_give_the_same(
        rows in rows(true), counting in counting(), as_of in 0..110i32, orders: bool, seed: u64,
    ) {
        let as_of = Day::from_number(as_of);
        let columns_of = columns(&rows);
        let counted = counting.count(columns_of.rows(orders), as_of).unwrap();
        check_counts(&counted, rows.len());
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.2 as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shuffled = columns(&shuffled);
        prop_assert_eq!(&counting.count(shuffled.rows(orders), as_of).unwrap(), &counted);

        let from_table = PurchaseRows::from_table(&table(&rows, orders), &Roles::default()).unwrap();
        let from_table = counting.count(from_table, as_of).unwrap();
        prop_assert!(same_figures(&from_table.summary, &counted.summary));
        prop_assert_eq!(from_table.counts, counted.counts);

        let days: Vec<Day> = rows.iter().map(|row| Day::from_number((row.2 / 24) as i32)).collect();
        let keys: Keys = (0..9).map(|customer| format!("c{customer}")).collect();
        let codes: Vec<u32> = rows.iter().map(|row| u32::from(row.0)).collect();
        let by_code = PurchaseRows::new((&keys, &codes[..]), &days[..], &columns_of.amounts).unwrap();
        let by_code = if orders { by_code.with_orders(&columns_of.orders).unwrap() } else { by_code };
        let by_code = counting.count(by_code, as_of).unwrap();
        prop_assert!(same_figures(&by_code.summary, &counted.summary));
        // Keys of whom no row speaks bought nothing either.
        prop_assert_eq!(by_code.summary.len() + by_code.without_purchase.len(), 9);
    }

    #[test]
    fn the_fast_count_equals_a_naive_one(rows in rows(true), counting in counting(), as_of in 0..110i32) {
        let counted = counting.count(columns(&rows).rows(true), Day::from_number(as_of)).unwrap();
        let naive = naive(&rows, &counting, as_of);
        prop_assert_eq!(counted.summary.len(), naive.len());
        let refunds = counted.refunds.as_ref();
        prop_assert_eq!(refunds.is_some(), counting.refunds == Refunds::Separate);
        for (place, (customer, n)) in naive.into_iter().enumerate() {
            let got = &counted.summary;
            prop_assert_eq!(got.customers().integers().unwrap()[place], customer);
            prop_assert_eq!((got.frequency()[place], got.recency()[place], got.age()[place]), (n.x, n.t_x, n.age));
            let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * (1.0 + b.abs());
            prop_assert!(close(got.monetary()[place], n.mean), "{} {}", got.monetary()[place], n.mean);
            if let Some(refunds) = refunds {
                prop_assert!(close(refunds.refunded()[place], n.back) && close(refunds.purchased()[place], n.paid));
                prop_assert_eq!(refunds.refund_days()[place], n.refund_days);
            }
        }
    }
}

#[derive(Default)]
struct Naive {
    x: f64,
    t_x: f64,
    age: f64,
    mean: f64,
    paid: f64,
    back: f64,
    refund_days: u32,
}

/// Maps of maps, one rule after the other.
fn naive(rows: &[Row], counting: &PurchaseCounting, as_of: i32) -> BTreeMap<i64, Naive> {
    let start = |day: i32| match counting.unit {
        PurchaseUnit::Day | PurchaseUnit::Order => day,
        PurchaseUnit::WeekFromMonday => (0..7).map(|back| day - back).find(|d| (d + 3) % 7 == 0).unwrap(),
        PurchaseUnit::WeekFromSunday => (0..7).map(|back| day - back).find(|d| (d + 4) % 7 == 0).unwrap(),
        PurchaseUnit::Month => (0..31)
            .map(|back| day - back)
            .find(|d| Day::from_number(*d).to_string().ends_with("-01"))
            .unwrap(),
    };
    let kept = rows.iter().filter(|row| {
        row.2 / 24 <= i64::from(as_of)
            && (row.3.is_some() || counting.missing_amount == MissingAmount::Unknown)
            && !(row.3.is_some_and(|cents| cents < 0) && counting.refunds == Refunds::Ignore)
    });
    let mut customers: BTreeMap<i64, BTreeMap<(i32, u8), Vec<Row>>> = BTreeMap::new();
    for row in kept {
        let units = customers.entry(i64::from(row.0) * 1_000_003 - 7).or_default();
        let day = start((row.2 / 24) as i32);
        let unit = if counting.unit == PurchaseUnit::Order { (0, row.1) } else { (day, 0) };
        units.entry(unit).or_default().push(*row);
    }
    let bought = |row: &&Row| row.3.is_none_or(|cents| cents >= 0);
    let mut found = BTreeMap::new();
    for (customer, units) in customers {
        let day_of = |rows: &[Row]| {
            let first = rows.iter().filter(bought).map(|row| row.2 / 24).min();
            start(first.or(rows.iter().map(|row| row.2 / 24).min()).unwrap() as i32)
        };
        let mut units: Vec<((i32, u8), Vec<Row>)> =
            units.into_iter().map(|(key, rows)| ((day_of(&rows), key.1), rows)).collect();
        units.sort_by_key(|unit| unit.0);
        let mut naive = Naive::default();
        let mut days = BTreeSet::new();
        for ((day, _), rows) in &units {
            for row in rows {
                let amount = amount(row);
                if amount < 0.0 {
                    naive.back -= amount;
                    days.insert(*day);
                } else if !amount.is_nan() {
                    naive.paid += amount;
                }
            }
        }
        naive.refund_days = days.len() as u32;
        let purchases: Vec<_> = units.iter().filter(|unit| unit.1.iter().any(|row| bought(&row))).collect();
        let (Some(first), Some(last)) = (purchases.first(), purchases.last()) else { continue };
        naive.x = purchases.len() as f64 - 1.0;
        naive.t_x = f64::from(last.0.0 - first.0.0);
        naive.age = f64::from(start(as_of) - first.0.0);
        let money =
            purchases.iter().skip(1).filter(|unit| unit.1.iter().all(|row| row.3.is_some())).map(|unit| {
                let whole = |row: &&Row| counting.refunds != Refunds::Separate || bought(row);
                unit.1.iter().filter(whole).map(amount).sum::<f64>()
            });
        let money: Vec<f64> = money.collect();
        naive.mean = if money.is_empty() { 0.0 } else { money.iter().sum::<f64>() / money.len() as f64 };
        found.insert(customer, naive);
    }
    found
}

/// Rows of many parts, passes and chunks.
#[test]
fn any_number_of_threads_and_any_order_give_the_same() {
    const N: u64 = 5_000_000;
    let row = |i: u64| {
        let h = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let id = (h % 400_009).cast_signed().wrapping_mul(1 << 20) - (1 << 30);
        (id, (h % 8_009).cast_signed() * HOUR, (h % 9_999) as f64 / 100.0 - 5.0)
    };
    let columns = |rows: &mut dyn Iterator<Item = u64>| {
        let (mut ids, mut times, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
        for (id, time, amount) in rows.map(row) {
            ids.push(id);
            times.push(time);
            amounts.push(amount);
        }
        (ids, times, amounts)
    };
    let zone = Zone::named("Europe/London").unwrap();
    let counting = PurchaseCounting::default().refunds(Refunds::Separate).zone(zone);
    let count = |threads, (ids, times, amounts): &(Vec<i64>, Vec<i64>, Vec<f64>)| {
        let rows = PurchaseRows::new(&ids[..], &times[..], amounts).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| counting.count(rows, Day::from_number(300)).unwrap())
    };
    let forward = columns(&mut (0..N));
    let one = count(1, &forward);
    assert_eq!(one.counts.rows, N);
    assert!(one.summary.len() > 390_000);
    check_counts(&one, N as usize);
    assert!(count(2, &forward) == one && count(8, &forward) == one);
    assert!(count(2, &columns(&mut (0..N).rev())) == one);
}

#[test]
fn ids_that_all_fall_into_one_part_are_counted_too() {
    // Found by trying: the part is the upper bits of a product.
    let same_part = |id: &i64| (id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52) == 0;
    let ids: Vec<i64> = (0..1_i64 << 30).filter(same_part).take(20_000).collect();
    let times = vec![0_i64; ids.len()];
    let amounts = vec![1.0; ids.len()];
    let (ids, times, amounts) = (ids.repeat(8), times.repeat(8), amounts.repeat(8));
    let rows = PurchaseRows::new(&ids[..], &times[..], &amounts).unwrap();
    let counted = PurchaseCounting::default().count(rows, Day::from_number(9)).unwrap();
    assert_eq!((counted.summary.len(), counted.counts.merged), (20_000, 140_000));
    assert!(counted.summary.age().iter().all(|&age| age == 9.0));
}

#[test]
fn nothing_gives_nothing() {
    let rows = PurchaseRows::new(&[0_i64; 0][..], &[0_i64; 0][..], &[]).unwrap();
    let counted =
        PurchaseCounting::default().refunds(Refunds::Separate).count(rows, Day::from_number(0)).unwrap();
    assert_eq!((counted.summary.len(), counted.counts.rows, counted.without_purchase.len()), (0, 0, 0));
    assert_eq!(counted.refunds.unwrap().to_table().n_rows(), 0);
}
