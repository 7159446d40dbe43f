//! Reads every CSV file of a folder by default settings and writes what was read into another folder, as RFC 4180,
//! for `benches/peers/pollock/run.py`. A file that cannot be read is not written, but for one that is empty.

use crm_mining::prepare::{CsvReader, RawTable};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    const USAGE: &str = "usage: pollock FOLDER OUT";
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (folder, out) = (arguments.next().ok_or(USAGE)?, arguments.next().ok_or(USAGE)?);
    fs::create_dir_all(&out)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let text = match CsvReader::default().read_path(&path) {
            Ok(raw) => written(&raw),
            Err(_) if fs::metadata(&path)?.len() == 0 => String::new(),
            Err(_) => continue,
        };
        fs::write(out.join(path.file_name().unwrap_or_default()), text)?;
    }
    Ok(())
}

/// The table as text: its header, if the file has one, and its rows.
fn written(raw: &RawTable) -> String {
    let columns = raw.table.columns();
    let mut out = String::new();
    if raw.report.dialect.is_some_and(|dialect| dialect.header_rows > 0) {
        line(&mut out, columns.iter().map(|column| column.name().to_owned()));
    }
    for row in 0..raw.table.n_rows() {
        line(&mut out, columns.iter().map(|column| column.show(row).unwrap_or_default().into_owned()));
    }
    out
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    let quoted: Vec<String> = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    out.push_str(&quoted.join(","));
    out.push('\n');
}
