//! Where other libraries count purchases wrongly, in numbers; and the CDNOW sample by days, weeks and months.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

mod common;

use crm_mining::ErrorKind;
use crm_mining::data::{
    Column, CountedPurchases, Day, MissingAmount, PurchaseCounting, PurchaseRows, PurchaseUnit, Refunds,
    Roles, Table, ToTable, Zone,
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn count(counting: &PurchaseCounting, days: &[&str], amounts: &[f64]) -> CountedPurchases {
    let days: Vec<Day> = days.iter().map(|text| day(text)).collect();
    let ids = vec![1_i64; days.len()];
    counting.count(PurchaseRows::new(&ids[..], &days[..], amounts).unwrap(), day("2024-01-31")).unwrap()
}

/// +10, −10, +20: lifetimes 0.11.3 and pymc-marketing 1.3.0 say frequency 2 and monetary value 5.0.
#[test]
fn a_refund_is_no_purchase() {
    let (days, amounts) = (["2024-01-01", "2024-01-05", "2024-01-09"], [10.0, -10.0, 20.0]);
    for refunds in [Refunds::Net, Refunds::Ignore, Refunds::Separate] {
        let counted = count(&PurchaseCounting::default().refunds(refunds), &days, &amounts);
        let summary = &counted.summary;
        assert_eq!((summary.frequency()[0], summary.recency()[0], summary.age()[0]), (1.0, 8.0, 30.0));
        assert_eq!(summary.monetary(), [20.0]);
        let told_apart = refunds == Refunds::Separate;
        assert_eq!(counted.counts.refunds, u64::from(told_apart));
        assert_eq!(counted.counts.refunds_left_out, u64::from(!told_apart));
        if let Some(refunds) = counted.refunds {
            assert_eq!((refunds.purchased(), refunds.refunded()), (&[30.0][..], &[10.0][..]));
            assert_eq!((refunds.refund_days(), refunds.refund_rate()), (&[1][..], vec![Some(10.0 / 30.0)]));
            assert_eq!(refunds.to_table().n_rows(), 1);
        }
    }
    // On the day of a purchase the refund is taken off it, and only by `Net`.
    let days = ["2024-01-01", "2024-01-09", "2024-01-09"];
    for (refunds, mean) in [(Refunds::Net, 10.0), (Refunds::Ignore, 20.0), (Refunds::Separate, 20.0)] {
        let counted = count(&PurchaseCounting::default().refunds(refunds), &days, &[10.0, -10.0, 20.0]);
        assert_eq!(counted.summary.monetary(), [mean]);
    }
}

/// lifetimes and pymc-marketing take a missing amount for 0.
#[test]
fn a_missing_amount_is_no_zero() {
    let (days, amounts) = (["2024-01-01", "2024-01-05", "2024-01-09"], [10.0, f64::NAN, 20.0]);
    let counting = |missing| PurchaseCounting::default().missing_amount(missing);
    let ids = [1_i64; 3];
    let days_of: Vec<Day> = days.iter().map(|text| day(text)).collect();
    let rows = PurchaseRows::new(&ids[..], &days_of[..], &amounts).unwrap();
    let error = PurchaseCounting::default().count(rows.clone(), day("2024-01-31")).unwrap_err();
    assert_eq!(error.to_string(), r#"PurchaseRows: column "amount", row 2: must be present; got nothing"#);
    // Rows after the end are not looked at.
    assert!(PurchaseCounting::default().count(rows, day("2024-01-04")).is_ok());

    let counted = count(&counting(MissingAmount::LeaveOut), &days, &amounts);
    assert_eq!((counted.summary.frequency(), counted.summary.monetary()), (&[1.0][..], &[20.0][..]));
    assert_eq!((counted.counts.without_amount, counted.counts.unknown_amounts), (1, 0));

    let counted = count(&counting(MissingAmount::Unknown), &days, &amounts);
    assert_eq!((counted.summary.frequency(), counted.summary.monetary()), (&[2.0][..], &[20.0][..]));
    assert_eq!((counted.counts.without_amount, counted.counts.unknown_amounts), (0, 1));
}

/// In a table the row is that of its source, and a price without a quantity is missing money too.
#[test]
fn a_missing_amount_of_a_table_is_named_by_its_row() {
    let table = |price: Vec<f64>| {
        Table::new(
            "shop",
            vec![
                Column::text("customer", [Some("a"), Some("a"), Some("b")]),
                Column::text("date", ["2024-01-01", "2024-01-05", "2024-01-05"].map(Some)),
                Column::ints("quantity", vec![2, 1, 1]),
                Column::floats("unit_price", price),
            ],
        )
        .unwrap()
    };
    let rows = PurchaseRows::from_table(&table(vec![1.5, f64::NAN, 4.0]), &Roles::default()).unwrap();
    let error = PurchaseCounting::default().count(rows.clone(), day("2024-01-31")).unwrap_err();
    assert_eq!(error.to_string(), r#"shop: column "unit_price", row 2: must be present; got nothing"#);
    let left = PurchaseCounting::default().missing_amount(MissingAmount::LeaveOut);
    let counted = left.count(rows, day("2024-01-31")).unwrap();
    assert_eq!(counted.summary.customers().name(0), "a");
    assert_eq!((counted.summary.frequency(), counted.summary.age()), (&[0.0, 0.0][..], &[30.0, 26.0][..]));
    let error =
        PurchaseRows::from_table(&table(vec![1.5, f64::INFINITY, 4.0]), &Roles::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 2, .. }), "{error}");
}

/// 23:30 and 00:30 of one night in Shanghai, and noon a day later: two days there by the first two alone, one in UTC.
#[test]
fn days_begin_in_the_business_time_zone() {
    let minutes = |day: i64, minute: i64| (day * 1_440 + minute) * 60_000_000;
    // 15:30 UTC is 23:30 in Shanghai, 16:30 is 00:30 of the next day.
    let times = [minutes(100, 15 * 60 + 30), minutes(100, 16 * 60 + 30), minutes(101, 16 * 60 + 30)];
    let (ids, amounts) = ([1_i64; 3], [1.0, 2.0, 4.0]);
    let rows = PurchaseRows::new(&ids[..], &times[..], &amounts).unwrap();
    for (zone, frequency, mean) in [("UTC", 1.0, 4.0), ("Asia/Shanghai", 2.0, 3.0)] {
        let zone = Zone::named(zone).unwrap();
        let last = rows.last_day(&zone);
        let counted = PurchaseCounting::default().zone(zone).count(rows.clone(), last).unwrap();
        assert_eq!((counted.summary.frequency()[0], counted.summary.monetary()[0]), (frequency, mean));
    }
}

#[test]
fn orders_of_a_day_are_one_purchase_or_several() {
    let days: Vec<Day> =
        ["2024-01-01", "2024-01-01", "2024-01-03", "2024-01-04", "2024-01-03"].map(day).into();
    let (ids, amounts) = ([5_i64; 5], [1.0, 2.0, 4.0, 8.0, -3.0]);
    // Order 2 is spread over two days; the refund is of order 1.
    let orders = [0, 1, 2, 2, 1];
    let rows = PurchaseRows::new(&ids[..], &days[..], &amounts).unwrap();
    let counting = PurchaseCounting::default().unit(PurchaseUnit::Order);
    let counted = counting.count(rows.clone().with_orders(&orders).unwrap(), day("2024-01-31")).unwrap();
    let summary = &counted.summary;
    assert_eq!((summary.frequency()[0], summary.recency()[0]), (2.0, 2.0));
    assert_eq!(summary.monetary(), [(2.0 - 3.0 + 12.0) / 2.0]);
    assert_eq!(summary.log_gaps(), None);
    assert_eq!((counted.counts.purchases, counted.counts.merged, counted.counts.refunds), (3, 1, 1));
    // Without orders every row is one, and the refund belongs to none.
    let counted = counting.count(rows.clone(), day("2024-01-31")).unwrap();
    assert_eq!((counted.counts.purchases, counted.counts.refunds_left_out), (4, 1));
    assert!(rows.with_orders(&[1, 2]).is_err());
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let keys = ["a"].into_iter().collect();
    let error = PurchaseRows::new((&keys, &[0_u32, 1][..]), &[0_i64; 2][..], &[1.0, 1.0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 2, .. }), "{error}");
    assert!(PurchaseRows::new(&[1_i64][..], &[0_i64; 2][..], &[1.0]).is_err());
    assert!(PurchaseRows::new(&[1_i64][..], &[0_i64][..], &[-1e16]).is_err());
    let amounts = vec![1e15; 5_000];
    let rows = PurchaseRows::new(&[1_i64; 5_000][..], &[0_i64; 5_000][..], &amounts).unwrap();
    let error = PurchaseCounting::default().count(rows, day("2024-01-31")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overflow { .. }), "{error}");
}

/// The log of 2,357 customers (Fader & Hardie 2001), which name days.
fn cdnow() -> Option<(Vec<i64>, Vec<Day>, Vec<f64>)> {
    let text = std::fs::read_to_string(common::data("cdnow/CDNOW_sample.txt")?).unwrap();
    let (mut ids, mut days, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        ids.push(fields[1].parse().unwrap());
        let date = fields[2];
        days.push(day(&format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])));
        amounts.push(fields[4].parse().unwrap());
    }
    Some((ids, days, amounts))
}

/// Totals, repeaters and named customers as in the papers: clv.json, "cdnow_sample"; exact.
#[test]
fn cdnow_by_days() {
    let Some((ids, days, amounts)) = cdnow() else { return };
    let rows = PurchaseRows::new(&ids[..], &days[..], &amounts).unwrap();
    let counted = PurchaseCounting::default().count(rows.clone(), day("1997-09-30")).unwrap();
    let summary = &counted.summary;
    assert_eq!((summary.len(), summary.frequency().iter().sum::<f64>()), (2357, 2457.0));
    assert_eq!(summary.frequency().iter().filter(|&&x| x > 0.0).count(), 946);
    let later = PurchaseCounting::default().count(rows, day("1998-06-30")).unwrap();
    assert_eq!(later.summary.frequency().iter().sum::<f64>() - 2457.0, 1882.0);
    assert_eq!((later.counts.rows, later.counts.purchases, later.counts.merged), (6919, 6696, 223));
    assert_eq!(counted.counts.rows, 6919);
    assert_eq!(counted.counts.purchases + counted.counts.merged + counted.counts.after_end, 6919);
    let weeks = summary.in_weeks();
    for (name, [x, t_x, age]) in [("1", [2.0, 30.4286, 38.8571]), ("1516", [26.0, 30.857, 31.0])] {
        let place = weeks.customers().position(name).unwrap();
        assert_eq!(weeks.frequency()[place], x);
        assert!((weeks.recency()[place] - t_x).abs() < 5e-4 && (weeks.age()[place] - age).abs() < 5e-4);
    }
    let mut histogram = [0; 8];
    summary.frequency().iter().for_each(|&x| histogram[(x as usize).min(7)] += 1);
    assert_eq!(histogram, [1411, 439, 214, 100, 62, 38, 29, 64]);
}

/// lifetimes 0.11.3, `summary_data_from_transaction_data(freq="W", observation_period_end="1998-06-30")` on pandas 3.1.1;
/// exact, and mean spend to the last digits. (With an end amid a week lifetimes counts the rest of that week too: at
/// 1997-09-30 it finds 2,248 repeat weeks, of which 32 came after the end.)
#[test]
fn cdnow_by_weeks() {
    let Some((ids, days, amounts)) = cdnow() else { return };
    let rows = PurchaseRows::new(&ids[..], &days[..], &amounts).unwrap();
    let counting = PurchaseCounting::default().unit(PurchaseUnit::WeekFromMonday);
    let counted = counting.count(rows.clone(), day("1998-06-30")).unwrap();
    let weeks = counted.summary.in_weeks();
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let totals = [weeks.frequency(), weeks.recency(), weeks.age()].map(sum).map(f64::round);
    assert_eq!((weeks.len(), totals), (2357, [4004.0, 43_920.0, 169_671.0]));
    assert!((sum(weeks.monetary()) - 42_918.752_244_706_6).abs() < 1e-6);
    let place = weeks.customers().position("1516").unwrap();
    assert_eq!([weeks.frequency()[place], weeks.recency()[place], weeks.age()[place]], [27.0, 67.0, 70.0]);
    assert_eq!(counted.counts.purchases + counted.counts.merged, 6919);
    let calibration = counting.count(rows, day("1997-09-30")).unwrap();
    assert_eq!(sum(calibration.summary.frequency()), 2248.0 - 32.0);
}
