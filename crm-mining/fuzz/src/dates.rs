//! Every line is the text of a date.

use super::{bytes, shown};
use crm_mining::data::{ClockChange, Column, Table, TimeUnit, Transactions, Zone};
use crm_mining::prepare::{CleaningPlan, Format, FormatKind, Unfit};

pub fn run(data: &[u8]) {
    const MOST_LINES: usize = 24;
    let text = String::from_utf8_lossy(data);
    let lines: Vec<&str> = text.split('\n').take(MOST_LINES).collect();
    lines.iter().for_each(|line| alone(line));
    let table = table(&lines);
    if let Ok(orders) = Transactions::from_table(&table) {
        assert_eq!(orders.len(), lines.len());
    }
    for unit in [TimeUnit::ExcelDays, TimeUnit::ExcelDays1904, TimeUnit::UnixSeconds, TimeUnit::YearMonthDay]
    {
        if let Ok(column) = table.columns()[1].clone().with_time_unit(unit) {
            let counted = table.clone().with_column(column).unwrap();
            let _ = Transactions::from_table(&counted);
            assert_eq!(shown(&counted), shown(&table));
        }
    }
    for zone in ["America/New_York", "Australia/Lord_Howe"] {
        let zone = Zone::named(zone).unwrap();
        for change in [ClockChange::Compatible, ClockChange::Reject] {
            if let Ok(moments) = table.clone().with_local_times("date", &zone, change) {
                assert_eq!(moments.n_rows(), lines.len());
            }
        }
    }
    for unfit in [Unfit::Reject, Unfit::SetMissing, Unfit::Flag] {
        let plan = CleaningPlan::new().step(Format::date(["date"], unfit));
        if let Ok(result) = plan.run(table.clone()) {
            assert_eq!(result.table.n_rows() + result.rejected.len(), lines.len());
            assert_eq!(bytes(&result.undo().unwrap()), bytes(&table));
        }
    }
}

fn table(lines: &[&str]) -> Table {
    let columns = vec![
        Column::text("customer", lines.iter().map(|_| Some("c"))),
        Column::text("date", lines.iter().map(Some)),
        Column::floats("amount", vec![1.0; lines.len()]),
    ];
    Table::new("t", columns).unwrap()
}

/// One text by itself: what it says is said the same way again, and a plain date is the day that it names.
fn alone(line: &str) {
    let moment = |text: &str| Transactions::from_table(&table(&[text])).ok().map(|orders| orders.times()[0]);
    let said = moment(line);
    if let Some(micros) = said {
        let written = Column::times("date", vec![micros]).show(0).unwrap().into_owned();
        assert_eq!(moment(&written), said, "{line:?} {written:?}");
    }
    if let Some((year, month, day)) = plain(line) {
        let expected = day_number(year, month, day).map(|days| days * 86_400_000_000);
        assert_eq!(said, expected, "{line:?}");
    }
    let as_date =
        Format { columns: vec!["date".into()], to: FormatKind::Date { order: None }, unfit: Unfit::Reject };
    if let Ok(result) = CleaningPlan::new().step(as_date).run(table(&[line])) {
        let kept = (result.table.n_rows() == 1).then(|| result.table.columns()[1].show(0)).flatten();
        let again = kept.and_then(|text| moment(&text));
        if let (Some(a), Some(b)) = (again, said) {
            assert_eq!(a, b, "{line:?}: a plan and the roles read it differently");
        }
    }
}

/// Year, month and day of `2024-03-05`.
fn plain(line: &str) -> Option<(i64, i64, i64)> {
    let digits = |from: usize, to: usize| {
        let part = line.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let sound = line.len() == 10 && line.get(4..5) == Some("-") && line.get(7..8) == Some("-");
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    // Years before 1 are no years of the calendar, and far ones are refused on purpose.
    (sound && (1900..=2200).contains(&year)).then_some((year, month, day))
}

/// Days from 1970-01-01 (Hinnant, days_from_civil), counted apart from the library; none for 30 February.
fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
