//! Cleans the customers of a folder by a plan of ten steps, for `benches/peers/plan/run.py`.
//!
//! Each column is a file: 8-byte little-endian numbers, or one text a line, an empty one for none.
//! One line of JSON says what was found and what it cost. Loading is not timed.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::data::{Column, Table, Values};
use crm_mining::prepare::{
    Action, CleaningPlan, DropMissing, Duplicates, Fill, Format, NormalizeText, Outliers, Range, Rule,
    TextForm, Unfit,
};
use std::collections::HashSet;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: plan FOLDER")?;
    let table = load(Path::new(&folder))?;
    let text =
        |name: &str, forms: &[TextForm]| NormalizeText { columns: vec![name.into()], forms: forms.to_vec() };
    let plan = CleaningPlan::new()
        .step(Duplicates::exact())
        .step(text("city", &[TextForm::Nfkc, TextForm::CollapseSpaces, TextForm::LowerCase]))
        .step(text("email", &[TextForm::Trim, TextForm::LowerCase]))
        .step(Format::number(["price"], Unfit::SetMissing))
        .step(DropMissing::of(["city"]))
        .step(Fill::median(["age"]))
        .step(Fill::mean(["spend"]).by("segment"))
        .step(Outliers::three_sigma(["quantity"], Action::Cap))
        .step(Range::of("age", Action::Reject).min(0.0).max(120.0))
        .step(Rule::keep_where("paid >= 0 and paid <= due"));
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let result = plan.run(table)?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let start = Instant::now();
    let back = result.undo()?.n_rows();
    let undo = start.elapsed().as_secs_f64();
    let sum = |name: &str| sum(&result.table, name);
    println!(
        r#"{{"wall": {wall}, "cpu": {cpu}, "undo": {undo}, "rows_in": {back}, "rows": {}, "changes": {}, "price": {}, "age": {}, "spend": {}, "quantity": {}, "cities": {}, "emails": {}}}"#,
        result.table.n_rows(),
        result.log.len(),
        sum("price")?,
        sum("age")?,
        sum("spend")?,
        sum("quantity")?,
        distinct(&result.table, "city")?,
        distinct(&result.table, "email")?,
    );
    Ok(())
}

fn load(folder: &Path) -> Result<Table, Box<dyn Error>> {
    let texts = |name: &str| -> Result<Column, Box<dyn Error>> {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt")))?;
        Ok(Column::text(name, text.split('\n').map(|line| (!line.is_empty()).then_some(line))))
    };
    let floats = |name: &str| -> Result<Column, Box<dyn Error>> {
        let bytes = std::fs::read(folder.join(format!("{name}.f64")))?;
        Ok(Column::floats(name, bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect()))
    };
    let id = std::fs::read(folder.join("id.i64"))?;
    let id = Column::ints("id", id.as_chunks().0.iter().map(|&value| i64::from_le_bytes(value)).collect());
    let mut columns = vec![id];
    for name in ["city", "email", "segment", "price"] {
        columns.push(texts(name)?);
    }
    for name in ["age", "spend", "quantity", "due", "paid"] {
        columns.push(floats(name)?);
    }
    Ok(Table::new("customers", columns)?)
}

fn sum(table: &Table, name: &str) -> Result<f64, Box<dyn Error>> {
    match table.column(name)?.values() {
        Values::Float(values) => Ok(values.iter().filter(|value| !value.is_nan()).sum()),
        _ => Err(format!("{name} holds no numbers").into()),
    }
}

fn distinct(table: &Table, name: &str) -> Result<usize, Box<dyn Error>> {
    match table.column(name)?.values() {
        Values::Text(text) => {
            let codes: HashSet<u32> = text.codes().iter().copied().collect();
            Ok(codes.iter().filter(|&&code| (code as usize) < text.distinct().len()).count())
        }
        _ => Err(format!("{name} holds no text").into()),
    }
}

/// What all threads of this process, none of which has ended, have used.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += times.split(' ').next().ok_or("an empty schedstat")?.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}
