//! Laws of reading values: no text makes a reader panic, and a number written in a style reads back.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{ClockChange, Column, Features, NumberStyle, Table, Transactions, Zone};
use crm_mining::prepare::{CsvReader, JsonLinesReader};
use proptest::prelude::*;

/// Texts that come near to numbers and dates, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9.,' \\-+()%$€¥￥元eE１２３，．－]{0,12}",
        "[0-9]{1,4}[-/.年 ][0-9A-Za-z]{1,4}[-/.月 ,][0-9]{1,4}日?[T ]?(上午|下午)?[0-9:.]{0,12} ?(am|PM|Z|[+-][0-9:]{0,5})?",
        "[0-9]{1,20}(\\.[0-9]{0,5})?",
        "\\PC{0,20}",
    ]
}

/// A whole part with its thousands set apart.
fn grouped(whole: u64, mark: &str) -> String {
    let digits = whole.to_string();
    let first = (digits.len() - 1) % 3 + 1;
    let mut text = digits[..first].to_owned();
    for group in digits.as_bytes()[first..].chunks(3) {
        text.push_str(mark);
        text.push_str(std::str::from_utf8(group).unwrap());
    }
    text
}

fn full_width(text: &str) -> String {
    let wide = |c: char| if c == ' ' { '\u{3000}' } else { char::from_u32(c as u32 + 0xFEE0).unwrap() };
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { wide(c) } else { c }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_panics(texts in proptest::collection::vec(text(), 1..6)) {
        let column = |name: &str| Column::text(name, texts.iter().map(Some));
        let amount = Column::floats("amount", vec![1.0; texts.len()]);
        let table = Table::new("t", vec![column("customer"), column("date"), amount]).unwrap();
        let _ = Transactions::from_table(&table);
        let _ = Features::from_table(&table, &["date"], None);
        for style in [NumberStyle::DecimalPoint, NumberStyle::DecimalComma] {
            let chosen = Table::new("t", vec![column("x").with_numbers(style)]).unwrap();
            let _ = Features::from_table(&chosen, &["x"], None);
        }
        let zone = Zone::named("Europe/London").unwrap();
        let _ = table.clone().with_local_times("date", &zone, ClockChange::Compatible);
        let _ = table.with_local_times("date", &zone, ClockChange::Reject);
        let csv: String = std::iter::once("x\n".to_owned())
            .chain(texts.iter().map(|text| format!("\"{}\"\n", text.replace('"', ""))))
            .collect();
        let _ = CsvReader::default().read_bytes("t", csv.as_bytes());
    }

    #[test]
    fn no_line_panics(lines in proptest::collection::vec("[{}\\[\\]\":,0-9a-z\\\\. \n-]{0,40}", 1..6)) {
        let text = lines.join("\n");
        let reader = JsonLinesReader::default().max_depth(3).flatten(1);
        if let Ok(raw) = reader.read_bytes("t", text.as_bytes()) {
            let rows = text.lines().filter(|line| !line.trim().is_empty()).count();
            prop_assert_eq!(raw.table.n_rows() + raw.rejected.len(), rows);
        }
    }

    #[test]
    fn written_numbers_read_back(
        whole in 0..10_000_000_000_u64,
        cents in 0..100_u32,
        negative in 0..3_usize,
        comma in any::<bool>(),
        group in 0..4_usize,
        currency in 0..5_usize,
        wide in any::<bool>(),
    ) {
        let (decimal, other) = if comma { (",", ".") } else { (".", ",") };
        let group = ["", other, "'", "\u{202F}"][group];
        let number = format!("{}{decimal}{cents:02}", grouped(whole, group));
        let (before, after) = [("", ""), ("$", ""), ("", " €"), ("CNY ", ""), ("", "元")][currency];
        let text = match negative {
            0 => format!("{before}{number}{after}"),
            1 => format!("-{before}{number}{after}"),
            _ => format!("({before}{number}{after})"),
        };
        let text = if wide { full_width(&text) } else { text };
        let table = Table::new("t", vec![Column::text("x", [Some(&text)])]).unwrap();
        let read = Features::from_table(&table, &["x"], None).unwrap().values()[0];
        let size: f64 = format!("{whole}.{cents:02}").parse().unwrap();
        prop_assert_eq!(read, if negative == 0 { size } else { -size }, "{}", text);
    }

    #[test]
    fn what_rust_writes_reads_back(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        let table = Table::new("t", vec![Column::text("x", [Some(value.to_string())])]).unwrap();
        prop_assert_eq!(Features::from_table(&table, &["x"], None).unwrap().values()[0], value);
    }
}
