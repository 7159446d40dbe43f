//! A plan (or a fitted one) in JSON, a line `---`, and a table in CSV. Columns called `x…` are numbers, `n…`
//! whole numbers, `d…` moments, `b…` truth values, all others text.

use super::{bytes, parts, table_of};
use crm_mining::data::{Column, Table, Values};
use crm_mining::prepare::{CleaningPlan, FittedPlan, PlanResult};

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parts = parts(&text);
    let (json, csv) = (parts[0], parts.get(1).copied().unwrap_or("x,n,s\n1,2,a\n,3,b\n1e9,2,a\n"));
    let Some(table) = table_of(csv.as_bytes()).and_then(typed) else { return };
    if let Ok(plan) = CleaningPlan::from_json(json) {
        check(&plan, &table);
    }
    if let Ok(fitted) = FittedPlan::from_json(json)
        && let Ok(result) = fitted.run(table.clone())
    {
        sound(&result, &table);
    }
}

/// Learnt, run, undone, saved and run again.
pub(crate) fn check(plan: &CleaningPlan, table: &Table) {
    let Ok((fitted, result)) = plan.fit_and_run(table.clone()) else { return };
    sound(&result, table);
    let saved = FittedPlan::from_json(&serde_json::to_string(&fitted).unwrap()).unwrap();
    assert_eq!(saved, fitted);
    let again = saved.run(table.clone()).unwrap();
    assert_eq!(bytes(&again.table), bytes(&result.table));
    // The next table lacks half of the rows.
    let half: Vec<u32> = (0..table.n_rows() as u32).filter(|row| row % 2 == 1).collect();
    let next = table.take(&half);
    if let Ok(result) = fitted.run(next.clone()) {
        sound(&result, &next);
    }
}

/// No row is lost, and the way back leads to the very input.
fn sound(result: &PlanResult, table: &Table) {
    assert_eq!(result.table.n_rows() + result.rejected.len(), table.n_rows());
    assert_eq!(result.steps.iter().map(|step| step.rejected).sum::<u64>(), result.rejected.len() as u64);
    assert_eq!(result.steps.iter().map(|step| step.changed).sum::<u64>(), result.log.len() as u64);
    assert_eq!(bytes(&result.undo().unwrap()), bytes(table));
}

fn typed(table: Table) -> Option<Table> {
    let values = |column: &Column| -> Vec<Option<String>> {
        (0..column.len()).map(|row| column.show(row).map(|value| value.into_owned())).collect()
    };
    let number =
        |value: &Option<String>| value.as_deref().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    let column = |column: &Column| {
        let (name, texts) = (column.name(), values(column));
        let present = || texts.iter().map(Option::is_some).collect();
        match name.bytes().next() {
            Some(b'x') => Column::floats(name, texts.iter().map(number).collect()),
            Some(b'n') => Column::new(
                name,
                Values::Int(texts.iter().map(|value| number(value) as i64).collect(), Some(present())),
            ),
            Some(b'd') => Column::new(
                name,
                Values::Time(
                    texts.iter().map(|value| number(value) as i64 / 1_000_000).collect(),
                    Some(present()),
                ),
            ),
            Some(b'b') => Column::bools(name, texts.iter().map(|value| value.as_deref() == Some("1"))),
            _ => Column::text(name, texts.iter().map(Option::as_deref)),
        }
    };
    Table::new(table.name(), table.columns().iter().map(column).collect()).ok()
}
