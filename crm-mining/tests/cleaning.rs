//! Cleaning: every row accounted for, cancellations netted, bad values returned with reasons.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::ErrorKind;
use crm_mining::data::{Column, Roles, Table, Transactions};
use crm_mining::prepare::{Cancellations, Cleaner, Reason, Step};

/// customer, item, day of March 2024, quantity, price
type Row<'a> = (Option<&'a str>, &'a str, &'a str, &'a str, &'a str);

fn table(rows: &[Row<'_>]) -> Table {
    let dates: Vec<String> = rows.iter().map(|row| format!("2024-03-{}", row.2)).collect();
    Table::new(
        "orders",
        vec![
            Column::text("customer", rows.iter().map(|row| row.0)),
            Column::text("item", rows.iter().map(|row| Some(row.1))),
            Column::text("date", dates.iter().map(Some)),
            Column::text("quantity", rows.iter().map(|row| Some(row.3))),
            Column::text("price", rows.iter().map(|row| Some(row.4))),
        ],
    )
    .unwrap()
}

fn reasons(rows: &[Row<'_>]) -> Vec<(u64, Reason)> {
    let cleaned = Cleaner::transactions().clean(table(rows)).unwrap();
    assert_eq!(cleaned.rows_in() as usize, rows.len());
    let counted: u64 = cleaned.steps.iter().map(|step| step.rejected).sum();
    assert_eq!(counted as usize, cleaned.rejected.len());
    let numbers = (0..cleaned.rejected.len()).map(|row| cleaned.rejected.rows().row_number(row));
    numbers.zip(cleaned.rejected.reasons().to_vec()).collect()
}

const A: Option<&str> = Some("A");

#[test]
fn the_very_sale_is_netted_before_the_latest() {
    let found = reasons(&[
        (A, "tea", "01", "5", "2.0"),
        (A, "tea", "02", "9", "2.0"),
        (A, "tea", "03", "-5", "2.0"),
        (A, "tea", "04", "5", "2.0"),
    ]);
    assert_eq!(found, [(1, Reason::CancelledBy { row: 3 }), (3, Reason::NetsSale { sale: 1 })]);
}

#[test]
fn a_cancellation_may_take_several_sales_and_leave_some() {
    let rows = [
        (A, "tea", "01", "3", "2.0"),
        (A, "tea", "02", "4", "2.0"),
        (A, "tea", "03", "-5", "2.0"),
        (A, "tea", "04", "-9", "2.0"),
        (A, "pot", "05", "-1", "2.0"),
        (Some("B"), "tea", "01", "1", "2.0"),
    ];
    assert_eq!(
        reasons(&rows),
        [
            (1, Reason::CancelledBy { row: 4 }),
            (2, Reason::CancelledBy { row: 3 }),
            (3, Reason::NetsSale { sale: 2 }),
            (4, Reason::NetsSalePartly { sale: 1, left: 7.0 }),
            (5, Reason::CancellationWithoutSale),
        ]
    );
    let cleaned = Cleaner::transactions().clean(table(&rows)).unwrap();
    let change = &cleaned.changes[0];
    assert_eq!((change.row, change.before, change.after, change.because_of), (1, 3.0, 2.0, Some(3)));
}

#[test]
fn other_customers_items_prices_and_later_sales_are_not_touched() {
    let found = reasons(&[
        (Some("B"), "tea", "01", "5", "2.0"),
        (A, "pot", "01", "5", "2.0"),
        (A, "tea", "01", "5", "2.5"),
        (A, "tea", "09", "5", "2.0"),
        (A, "tea", "03", "-5", "2.0"),
    ]);
    assert_eq!(found, [(5, Reason::CancellationWithoutSale)]);
}

#[test]
fn duplicates_missing_and_unreadable_rows_are_returned() {
    let found = reasons(&[
        (A, "tea", "01", "5", "2.0"),
        (A, "tea", "01", "5", "2.0"),
        (None, "tea", "01", "5", "2.0"),
        (A, "tea", "32", "5", "2.0"),
        (A, "tea", "02", "five", "2.0"),
        (A, "tea", "02", "NA", "2.0"),
        (A, "tea", "02", "5", "inf"),
        (A, "tea", "02", "5", "0"),
        (A, "cup", "02", "5", "1"),
        (A, "jam", "02", "5", "1"),
    ]);
    let number = "a number";
    assert_eq!(
        found,
        [
            (2, Reason::DuplicateOf { row: 1 }),
            (3, Reason::MissingCustomer),
            (4, Reason::Unreadable { role: "time", must_be: "a date of the calendar" }),
            (5, Reason::Unreadable { role: "quantity", must_be: number }),
            (6, Reason::Missing { role: "quantity" }),
            (7, Reason::Unreadable { role: "unit price", must_be: "finite and at most 1e15 in size" }),
            (8, Reason::NonPositive { role: "unit price" }),
        ]
    );
}

/// A date after the export, or before there was a shop, is no sale; unread dates have reasons of their own.
#[test]
fn days_that_cannot_be_are_set_aside() {
    let raw = table(&[
        (A, "tea", "01", "5", "2.0"),
        (A, "tea", "05", "5", "2.0"),
        (A, "tea", "09", "5", "2.0"),
        (A, "tea", "32", "5", "2.0"),
    ]);
    let day = |day: &str| Some(day.parse().unwrap());
    let mut cleaner = Cleaner::transactions();
    cleaner.steps.insert(3, Step::Days { first: day("2024-03-02"), last: day("2024-03-08") });
    let cleaned = cleaner.clean(raw).unwrap();
    assert_eq!((cleaned.table.n_rows(), cleaned.table.row_number(0)), (1, 2));
    let unreadable = Reason::Unreadable { role: "time", must_be: "a date of the calendar" };
    assert_eq!(cleaned.rejected.reasons(), [Reason::OutsideDays, Reason::OutsideDays, unreadable]);
    let json = serde_json::to_string(&cleaner).unwrap();
    assert_eq!(serde_json::from_str::<Cleaner>(&json).unwrap(), cleaner);
}

#[test]
fn an_amount_follows_its_quantity() {
    let raw = table(&[(A, "tea", "01", "10", "2.0"), (A, "tea", "02", "-4", "2.0")])
        .with_column(Column::text("amount", [Some("19.0"), Some("-7.6")]))
        .unwrap();
    let named = Roles::default().amount("amount");
    let cleaned = Cleaner::transactions().roles(named).clean(raw).unwrap();
    let orders = Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap();
    assert_eq!(orders.quantities().unwrap(), [6.0]);
    assert!((orders.amounts()[0] - 11.4).abs() < 1e-12);
}

#[test]
fn amounts_alone_are_netted_too() {
    let raw = Table::new(
        "amounts",
        vec![
            Column::text("customer", [A, A, A]),
            Column::text("date", ["2024-03-01", "2024-03-02", "2024-03-03"].map(Some)),
            Column::floats("amount", vec![10.0, 5.0, -5.0]),
        ],
    )
    .unwrap();
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    assert_eq!(cleaned.rejected.reasons(), [Reason::CancelledBy { row: 3 }, Reason::NetsSale { sale: 2 }]);
}

#[test]
fn a_column_of_another_type_is_an_error() {
    let raw =
        table(&[(A, "tea", "01", "five", "2.0"), (A, "tea", "02", "six", "2.0"), (A, "tea", "02", "7", "2")]);
    let error = Cleaner::transactions().clean(raw).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidColumn { column, .. } if column == "quantity"));
    assert!(!error.to_string().contains("five"), "{error}");
    assert!(error.to_string().contains("2 of 3"), "{error}");
}

#[test]
fn a_missing_column_lists_what_there_is() {
    let raw =
        Table::new("t", vec![Column::text("who", [A]), Column::text("date", [Some("2024-03-01")])]).unwrap();
    let error = Cleaner::transactions().clean(raw).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t: no column for the role customer, named or found by a usual name; found columns: who, date"
    );
}

#[test]
fn a_bad_pattern_is_refused() {
    let mut cleaner = Cleaner::transactions();
    cleaner.steps.push(Step::ItemPattern("[".into()));
    let error = cleaner.clean(table(&[(A, "tea", "01", "5", "2.0")])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidParameter { of: "Cleaner", .. }));
}

#[test]
fn nothing_in_nothing_out() {
    for rows in [&[][..], &[(None, "tea", "01", "5", "2.0")]] {
        let cleaned = Cleaner::transactions().clean(table(rows)).unwrap();
        assert_eq!(cleaned.table.n_rows(), 0);
        assert!(Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap().is_empty());
    }
}

#[test]
fn dropped_cancellations_leave_the_sale_and_caps_lower_it() {
    let mut rows = vec![(A, "22222A", "01", "1", "2.0"); 300];
    rows[0].3 = "1000";
    rows[1].3 = "-1";
    rows[2].1 = "POST";
    let mut cleaner = Cleaner::customary();
    cleaner.steps.retain(|step| *step != Step::ExactDuplicates);
    assert!(cleaner.steps.contains(&Step::Cancellations(Cancellations::Drop)));
    let cleaned = cleaner.clean(table(&rows)).unwrap();
    assert_eq!(cleaned.rejected.reasons(), [Reason::Cancellation, Reason::NotAProduct]);
    // 298 rows; numpy: np.quantile([1]*297 + [1000], .99) = 1
    assert_eq!((cleaned.changes.len(), cleaned.changes[0].after), (1, 1.0));
}

#[test]
fn one_bad_cell_costs_one_row() {
    let mut raw = table(&[
        (A, "tea", "01", "5", "2.0"),
        (Some("  "), "tea", "01", "5", "2.0"),
        (A, "tea", "03", "1e16", "2.0"),
        (A, "pot", "04", "1", "2.0"),
    ]);
    let items = [Some("tea"), Some("tea"), Some("tea"), None];
    raw = raw.with_column(Column::text("item", items)).unwrap();
    raw = raw.with_column(Column::text("order", [Some("1"), Some("2"), Some("3"), Some("4")])).unwrap();
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    assert_eq!(
        cleaned.rejected.reasons(),
        [
            Reason::MissingCustomer,
            Reason::Unreadable { role: "quantity", must_be: "finite and at most 1e15 in size" },
            Reason::Missing { role: "item" },
        ]
    );
    assert_eq!(Transactions::from_table(&cleaned.table).unwrap().len(), 1);
}

#[test]
fn an_order_total_is_not_taken_for_the_amount_of_a_line() {
    let raw = table(&[(A, "tea", "01", "10", "2.0")])
        .with_column(Column::text("Total", [Some("999")]))
        .unwrap()
        .with_column(Column::text("order", [None::<&str>]))
        .unwrap();
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    assert_eq!(
        cleaned.roles.to_string(),
        "customer = customer, time = date, item = item, quantity = quantity, unit_price = price"
    );
    assert_eq!(Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap().amounts(), [20.0]);
}
