//! What texts say: ids, numbers, dates and local times, by the numbered cases of bad input.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::ErrorKind;
use crm_mining::data::{
    ClockChange, Column, DateOrder, Features, Found, Ledger, NumberStyle, ReadAs, Roles, Table, TimeUnit,
    Transactions, Values, Zone,
};
use crm_mining::prepare::{Aspect, Cleaner, CsvReader, JsonLinesReader, RawTable, Reason};

fn read(csv: &str) -> RawTable {
    CsvReader::default().read_bytes("orders", csv.as_bytes()).unwrap()
}

fn found(column: &Column) -> Found {
    match column.values() {
        Values::Text(text) => text.found(),
        _ => panic!("not text"),
    }
}

/// Orders of one customer with these dates.
fn dated(dates: &[&str]) -> Table {
    let columns = vec![
        Column::text("customer", dates.iter().map(|_| Some("a"))),
        Column::text("date", dates.iter().map(|&date| Some(date))),
        Column::floats("amount", vec![1.0; dates.len()]),
    ];
    Table::new("orders", columns).unwrap()
}

fn micros(text: &str) -> i64 {
    Transactions::from_table(&dated(&[text])).unwrap().times()[0]
}

/// The numbers of a column of these texts.
fn numbers(texts: &[&str]) -> Result<Vec<f64>, ErrorKind> {
    let column = Column::text("amount", texts.iter().map(|&text| Some(text)));
    let table = Table::new("orders", vec![column]).unwrap();
    match Features::from_table(&table, &["amount"], None) {
        Ok(features) => Ok(features.values().to_vec()),
        Err(error) => Err(error.into_kind()),
    }
}

#[test]
fn case_13_ids_that_look_like_one_number() {
    let csv = read("customer,date,amount\n00123,2024-03-05,1\n123,2024-03-05,1\n0123,2024-03-05,1\n");
    let lines = "{\"customer\":\"00123\",\"date\":\"2024-03-05\",\"amount\":1}\n\
                 {\"customer\":123,\"date\":\"2024-03-05\",\"amount\":1}\n\
                 {\"customer\":\"0123\",\"date\":\"2024-03-05\",\"amount\":1}\n";
    let json = JsonLinesReader::default().read_bytes("orders", lines.as_bytes()).unwrap();
    for raw in [csv, json] {
        assert_eq!(found(raw.table.column("customer").unwrap()), Found::Text);
        assert_eq!(Transactions::from_table(&raw.table).unwrap().customers().len(), 3);
    }
}

#[test]
fn case_14_long_ids_stay_exact() {
    let raw = read("customer,amount\n9007199254740993,1\n9007199254740992,2\n,3\n12345678901234567890,4\n");
    let column = raw.table.column("customer").unwrap();
    assert_eq!(found(column), Found::Text);
    assert_eq!(column.show(0).as_deref(), Some("9007199254740993"));
    assert_eq!(column.show(1).as_deref(), Some("9007199254740992"));
    assert!(column.is_missing(2));
    let phones = read("phone\n+8613812345678\n+8613812345679\n");
    assert_eq!(found(&phones.table.columns()[0]), Found::Text);
    let lines = b"{\"id\":9007199254740993}\n{\"id\":null}\n{\"id\":12345678901234567891}\n";
    let json = JsonLinesReader::default().read_bytes("ids", lines).unwrap();
    let ids: Vec<_> = (0..3).map(|row| json.table.columns()[0].show(row).map(|id| id.into_owned())).collect();
    assert_eq!(ids, [Some("9007199254740993".into()), None, Some("12345678901234567891".into())]);
}

#[test]
fn case_15_customers_named_na() {
    let raw = read(
        "customer,date,amount\nNA,2024-03-05,1\nnull,2024-03-05,1\nNone,2024-03-05,1\nnan,2024-03-05,1\n",
    );
    let orders = Transactions::from_table(&raw.table).unwrap();
    let names: Vec<_> = (0..4).map(|customer| orders.customers().name(customer)).collect();
    assert_eq!(names, ["NA", "None", "nan", "null"]);
}

#[test]
fn case_18_mixed_date_formats() {
    let texts = [
        "2024-03-05",
        "5/3/2024",
        "31/12/2023",
        "2024年3月5日 下午3:05",
        "5 Mar 2024",
        "March 5, 2024",
        "05-Mar-24",
        "２０２４／３／５",
        "20240305",
        "45356",
        "soon",
    ];
    let cleaned = Cleaner::transactions().clean(dated(&texts)).unwrap();
    assert_eq!((cleaned.table.n_rows(), cleaned.rejected.len()), (10, 1));
    assert!(matches!(cleaned.rejected.reasons(), [Reason::Unreadable { role: "time", .. }]));
    assert_eq!(cleaned.rejected.rows().row_number(0), 11);
    let orders = Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap();
    let days: Vec<String> =
        orders.times().iter().map(|&micros| shown(micros).split('T').next().unwrap().to_owned()).collect();
    assert_eq!(days.iter().filter(|day| *day == "2024-03-05").count(), 9);
    assert_eq!(days[2], "2023-12-31");
}

fn shown(micros: i64) -> String {
    Column::times("", vec![micros]).show(0).unwrap().into_owned()
}

#[test]
fn case_19_one_decisive_date_in_any_place() {
    for (dates, order) in [
        (["03/04/2024", "25/12/2024"], DateOrder::DayFirst),
        (["25/12/2024", "03/04/2024"], DateOrder::DayFirst),
        (["03/04/2024", "12/25/2024"], DateOrder::MonthFirst),
        (["12/25/24", "03/04/24"], DateOrder::MonthFirst),
    ] {
        let raw = read(&format!("date\n{}\n{}\n", dates[0], dates[1]));
        assert_eq!(found(&raw.table.columns()[0]), Found::Time(Some(order)), "{dates:?}");
    }
}

#[test]
fn case_19_the_deciding_row_is_named() {
    // Rows of the file count: the second is set aside.
    let ambiguous = "1,03/04/2024,x\n".repeat(14);
    let csv =
        format!("n,date,text\n1,03/04/2024,x\n2,too few\n{ambiguous}17,25/12/2024,x\n18,26/12/2024,x\n");
    let why = "row 17, text like \"99/99/9999\": first part above 12; 2 values say so, 1 read either way";
    let of_date = ("\"date\": dates, day first".to_owned(), why.to_owned());
    assert_eq!(columns_found(&read(&csv))[1], of_date);
    let day = |day: &str| format!("{{\"date\":\"{day}\"}}\n");
    let lines = day("03/04/2024").repeat(15) + "{\n" + &day("12/25/2024");
    let json = JsonLinesReader::default().read_bytes("orders", lines.as_bytes()).unwrap();
    let [(found, why)] = &columns_found(&json)[..] else { panic!() };
    assert_eq!(found, "\"date\": dates, month first");
    assert!(why.starts_with("row 17, text like \"99/99/9999\": second part above 12"), "{why}");
    let told = CsvReader::default().date_order(DateOrder::MonthFirst).read_bytes("x", b"date\n03/04/2024\n");
    assert_eq!(columns_found(&told.unwrap())[0].1, "the order is given");
    assert_eq!(
        columns_found(&read("date\n05/05/2024\n"))[0].1,
        "day and month are alike in all of its dates"
    );
    // In chunks, the first that proves it names the row, the later ones say so.
    let mut csv = String::from("n,date\n1,25/12/2024\n");
    (0..60_000).for_each(|n| csv += &format!("{n},03/04/2024\n"));
    let chunks = CsvReader::default().chunk_bytes(1000).chunks_of("x", csv.as_bytes()).unwrap();
    let says: Vec<String> = chunks.map(|chunk| columns_found(&chunk.unwrap())[1].1.clone()).collect();
    assert!(says[0].starts_with("row 1, text like \"99/99/9999\""), "{says:?}");
    assert!(says[1..].iter().all(|says| says == "earlier rows of the file settle the order"), "{says:?}");
}

/// What was found of each column, and why.
fn columns_found(raw: &RawTable) -> Vec<(String, String)> {
    let findings = raw.report.findings.iter().filter(|finding| finding.of == Aspect::Column);
    findings.map(|finding| (finding.found.clone(), finding.evidence.clone())).collect()
}

#[test]
fn the_type_of_every_column_is_stated_with_its_evidence() {
    let csv = "id;n;price;day;note;code;none;both\n7;1;1.234,50;2024-03-05;ok;00123;;5\n\
               8;2;12,5;2024-03-06;7;123;;6\n9;-3;99;5 Mar 2024;2024-01-01;5;;2024-01-01\n";
    let found = columns_found(&read(csv));
    let expected = [
        ("\"id\": whole numbers", "all of its 3 distinct values"),
        ("\"n\": whole numbers", "all of its 3 distinct values"),
        ("\"price\": numbers, decimal comma, thousands set apart", "all of its 3 distinct values"),
        ("\"day\": dates", "all of its 3 distinct values"),
        ("\"note\": text", "row 1, text like \"aa\": neither a number nor a date"),
        ("\"code\": text", "row 1, text like \"99999\": written as codes are"),
        ("\"none\": text", "no value"),
        ("\"both\": text", "row 3, text like \"9999-99-99\": a date among numbers"),
    ];
    assert_eq!(found, expected.map(|(found, why)| (found.to_owned(), why.to_owned())));
}

#[test]
fn a_column_is_read_as_the_caller_says() {
    let csv = b"zip,paid,sent,price,at\n4020,03/04/2024,03/04/2024,1.234,1709600400\n1010,05/06/2024,12/25/2024,2.5,x\n";
    let reader = CsvReader::default()
        .read_as("zip", ReadAs::Text)
        .read_as("paid", ReadAs::Dates(DateOrder::DayFirst))
        .read_as("price", ReadAs::Numbers(NumberStyle::DecimalComma))
        .read_as("at", ReadAs::Counted(TimeUnit::UnixSeconds));
    let raw = reader.read_bytes("orders", csv).unwrap();
    let types: Vec<Found> = raw.table.columns().iter().map(found).collect();
    assert_eq!(
        types[..3],
        [Found::Text, Found::Time(Some(DateOrder::DayFirst)), Found::Time(Some(DateOrder::MonthFirst)),]
    );
    assert!(matches!(types[3], Found::Float(format) if format.style == NumberStyle::DecimalComma));
    assert_eq!(types[4], Found::Counted(TimeUnit::UnixSeconds));
    assert_eq!(columns_found(&raw)[0], ("\"zip\": text".to_owned(), "given".to_owned()));
    let chunks: Result<Vec<RawTable>, _> = reader.chunks_of("orders", &csv[..]).unwrap().collect();
    assert_eq!(chunks.unwrap()[0].table, raw.table);
    let json = br#"{"zip": "4020"}"#;
    let lines = JsonLinesReader::default().read_as("zip", ReadAs::Text).read_bytes("x", json).unwrap();
    assert_eq!(found(&lines.table.columns()[0]), Found::Text);
    let absent = CsvReader::default().read_as("plz", ReadAs::Text).read_bytes("orders", csv).unwrap_err();
    assert!(matches!(absent.kind(), ErrorKind::MissingColumn { .. }), "{absent}");
    let stored = serde_json::to_string(&reader).unwrap();
    assert!(stored.contains(r#""zip":"text""#), "{stored}");
    assert_eq!(serde_json::from_str::<CsvReader>(&stored).unwrap(), reader);
}

#[test]
fn case_20_no_decisive_date() {
    for dates in ["03/04/2024\n05/06/2024", "03/04/24\n05/06/24", "24-03-05\n24-03-06"] {
        let csv = format!("date\n{dates}\n");
        let error = CsvReader::default().read_bytes("orders", csv.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::AmbiguousDates { row: 1, .. }), "{error}");
        let chosen =
            CsvReader::default().date_order(DateOrder::MonthFirst).read_bytes("orders", csv.as_bytes());
        assert_eq!(found(&chosen.unwrap().table.columns()[0]), Found::Time(Some(DateOrder::MonthFirst)));
    }
}

#[test]
fn case_21_serials_and_epochs() {
    let unit = |texts: &[&str]| Column::text("date", texts.iter().map(|&text| Some(text))).time_unit();
    for (text, expected, recognized) in [
        ("45292", "2024-01-01", TimeUnit::ExcelDays),
        ("45292.5", "2024-01-01T12:00:00", TimeUnit::ExcelDays),
        ("1709622300", "2024-03-05T07:05:00", TimeUnit::UnixSeconds),
        ("1709622300000", "2024-03-05T07:05:00", TimeUnit::UnixMillis),
    ] {
        assert_eq!(shown(micros(text)), expected, "{text}");
        assert_eq!(unit(&[text, "NA"]), Some(recognized), "{text}");
    }
    // Nothing is a date only because it could be one.
    assert_eq!(found(&read("n\n45292\n45293\n").table.columns()[0]), Found::Int);
    // Two units in one column, or a number out of place: no silent guess.
    assert_eq!(unit(&["45292", "1709622300"]), None);
    let error = Transactions::from_table(&dated(&["12", "13"])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 1, .. }), "{error}");
    // The 1904 system and typed columns, by choice and by range.
    let chosen = |column: Column| {
        let table =
            dated(&["2024-01-01"]).with_column(column.with_time_unit(TimeUnit::ExcelDays1904).unwrap());
        shown(Transactions::from_table(&table.unwrap()).unwrap().times()[0])
    };
    assert_eq!(chosen(Column::text("date", [Some("43830")])), "2024-01-01");
    assert_eq!(chosen(Column::floats("date", vec![43_830.25])), "2024-01-01T06:00:00");
    let typed = dated(&["x"]).with_column(Column::ints("date", vec![1_709_622_300])).unwrap();
    assert_eq!(shown(Transactions::from_table(&typed).unwrap().times()[0]), "2024-03-05T07:05:00");
    let beyond =
        Column::floats("date", vec![45_292.0, 1e300]).with_time_unit(TimeUnit::ExcelDays).unwrap_err();
    assert!(matches!(beyond.kind(), ErrorKind::InvalidValue { row: 2, .. }), "{beyond}");
}

#[test]
fn case_22_days_that_do_not_exist() {
    for date in ["2024-02-30", "30/02/2024", "30 Feb 2024", "2024年2月30日", "2023-02-29"] {
        let error = Transactions::from_table(&dated(&["2024-02-29", date])).unwrap_err();
        let ErrorKind::InvalidValue { row: 2, must_be, .. } = error.kind() else { panic!("{date}: {error}") };
        assert_eq!(must_be, "a date of the calendar");
    }
}

#[test]
fn case_23_amounts_as_people_write_them() {
    for (texts, expected) in [
        (&["1,234.50", "$99", "(45.00)", "１２３", "12%"][..], &[1234.5, 99.0, -45.0, 123.0, 0.12][..]),
        (&["1.234,50", "99 €", "-5"], &[1234.5, 99.0, -5.0]),
        (&["1 234,50", "1 000"], &[1234.5, 1000.0]),
        (&["1'234.50", "￥100", "100元"], &[1234.5, 100.0, 100.0]),
        (&["1,234", "5,678"], &[1234.0, 5678.0]),
        (&["1.234", "5.678"], &[1.234, 5.678]),
        (&["1.234", "2.345.678"], &[1234.0, 2_345_678.0]),
        (&["45.00-", "−3"], &[-45.0, -3.0]),
    ] {
        assert_eq!(numbers(texts).unwrap(), expected, "{texts:?}");
    }
    let contradiction = numbers(&["1,234", "1.234"]).unwrap_err();
    assert!(
        matches!(contradiction, ErrorKind::AmbiguousNumbers { either: 2, row: 1, .. }),
        "{contradiction}"
    );
    let mixed = numbers(&["$5", "7", "€6"]).unwrap_err();
    let ErrorKind::MixedCurrencies { currencies, row: 3, .. } = &mixed else { panic!("{mixed}") };
    assert_eq!(currencies, &["$", "EUR"]);
}

#[test]
fn case_23_the_format_is_stated_and_may_be_chosen() {
    let raw = read("amount;code\n\"1.234,50 €\";00123\n99,5;1\n");
    let Found::Float(format) = found(raw.table.column("amount").unwrap()) else { panic!() };
    assert_eq!(format.to_string(), "decimal comma, thousands set apart, currency EUR");
    assert_eq!(found(raw.table.column("code").unwrap()), Found::Text);
    let column = Column::text("amount", ["1.234", "5.678"].map(Some)).with_numbers(NumberStyle::DecimalComma);
    let table = Table::new("t", vec![column]).unwrap();
    assert_eq!(Features::from_table(&table, &["amount"], None).unwrap().values(), [1234.0, 5678.0]);
}

#[test]
fn case_24_sums_that_leave_their_range() {
    let big = 1_i64 << 62;
    let table = dated(&["2024-03-05"; 3]).with_column(Column::ints("amount", vec![big; 3])).unwrap();
    let error = Transactions::from_table(&table).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 1, .. }), "{error}");
    let text = read("customer,date,amount\na,2024-03-05,4611686018427387904\n");
    assert!(Transactions::from_table(&text.table).is_err());
}

#[test]
fn case_31_local_times_at_changes_of_the_clock() {
    // New York 2024: 02:00 to 03:00 skipped on 10 March, 01:00 to 02:00 shown twice on 3 November.
    let zone = Zone::named("America/New_York").unwrap();
    let dates =
        ["2024-03-10 01:59", "2024-03-10 02:30", "10 Mar 2024 03:00", "2024-11-03 01:30", "2024-11-03 02:00"];
    let utc = ["06:59", "07:30", "07:00", "05:30", "07:00"];
    let table = dated(&dates);
    let moments = table.clone().with_local_times("date", &zone, ClockChange::Compatible).unwrap();
    for (row, time) in utc.iter().enumerate() {
        let shown = moments.column("date").unwrap().show(row).unwrap().into_owned();
        assert_eq!(&shown[11..16], *time, "{}", dates[row]);
    }
    for (date, row) in [(dates[1], 2), (dates[3], 2)] {
        let table = dated(&["2024-03-10 01:59", date]);
        let error = table.with_local_times("date", &zone, ClockChange::Reject).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: at, .. } if *at == row), "{error}");
    }
    // A typed column does the same; the days are those of the zone.
    let typed = table.with_column(Column::times("date", dates.map(micros).to_vec())).unwrap();
    let typed = typed.with_local_times("date", &zone, ClockChange::Compatible).unwrap();
    let times = |table: &Table| Transactions::with_roles(table, &Roles::default()).unwrap().times().to_vec();
    assert_eq!(times(&typed), times(&moments));
    let ledger = Ledger::in_zone(&Transactions::from_table(&moments).unwrap(), zone);
    let days: Vec<String> = ledger.days(0).iter().map(|cell| cell.day.to_string()).collect();
    assert_eq!(days, ["2024-03-10", "2024-11-03"]);
}

#[test]
fn case_31_what_is_no_local_time() {
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let table = dated(&["2024-03-05T07:00Z", "soon", "1709622300", "2024-03-05"]);
    let moments = table.with_local_times("date", &zone, ClockChange::Compatible).unwrap();
    let shown: Vec<_> = (0..4).map(|row| moments.column("date").unwrap().show(row).unwrap()).collect();
    assert_eq!(shown, ["2024-03-05T07:00:00Z", "soon", "2024-03-05T07:05:00Z", "2024-03-04T16:00:00Z"]);
    let wrong =
        dated(&["2024-03-05"]).with_local_times("amount", &zone, ClockChange::Compatible).unwrap_err();
    assert!(matches!(wrong.kind(), ErrorKind::InvalidColumn { .. }), "{wrong}");
}
