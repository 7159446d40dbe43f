//! Every line is the text of a number.

use super::bytes;
use crm_mining::data::{Column, Features, NumberStyle, Table, Values};
use crm_mining::prepare::{CleaningPlan, Format, Unfit};

pub fn run(data: &[u8]) {
    const MOST_LINES: usize = 24;
    let text = String::from_utf8_lossy(data);
    let lines: Vec<&str> = text.split('\n').take(MOST_LINES).collect();
    lines.iter().for_each(|line| alone(line));
    let column = || Column::text("x", lines.iter().map(Some));
    let read = features(column());
    let _ = features(column().with_numbers(NumberStyle::DecimalComma));
    let table = Table::new("t", vec![column()]).unwrap();
    for unfit in [Unfit::Reject, Unfit::SetMissing, Unfit::Flag] {
        let Ok(result) = CleaningPlan::new().step(Format::number(["x"], unfit)).run(table.clone()) else {
            continue;
        };
        assert_eq!(result.table.n_rows() + result.rejected.len(), lines.len());
        assert_eq!(bytes(&result.undo().unwrap()), bytes(&table));
        // A plan reads what the features read.
        if let (Some(features), Values::Float(values), true) =
            (&read, result.table.columns()[0].values(), result.rejected.is_empty())
        {
            assert_eq!(features, values);
        }
    }
    for chunk in data.chunks_exact(8).take(4) {
        let value = f64::from_le_bytes(chunk.try_into().unwrap());
        if value.is_finite() {
            assert_eq!(features(Column::text("x", [Some(value.to_string())])), Some(vec![value]));
        }
    }
}

fn features(column: Column) -> Option<Vec<f64>> {
    let table = Table::new("t", vec![column]).unwrap();
    Features::from_table(&table, &["x"], None).ok().map(|features| features.values().to_vec())
}

/// A number written plainly is read as Rust reads it.
fn alone(line: &str) {
    let read = features(Column::text("x", [Some(line)]));
    if let Some(values) = &read {
        assert!(values[0].is_finite(), "{line:?}");
    }
    let unsigned = line.strip_prefix('-').unwrap_or(line);
    let (whole, rest) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(whole) && digits(rest) && (whole == "0" || !whole.starts_with('0')) && line.len() <= 15 {
        assert_eq!(read, line.parse().ok().map(|value: f64| vec![value]), "{line:?}");
    }
}
