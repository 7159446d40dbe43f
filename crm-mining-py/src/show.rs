//! How a table shows itself in a console and in a notebook.

use crm_mining::data::{Column, Table};
use std::fmt::Write;

const TEXT_ROWS: usize = 5;
const TEXT_COLUMNS: usize = 10;
const HTML_ROWS: usize = 10;
const HTML_COLUMNS: usize = 30;
const LONGEST_CELL: usize = 32;

/// The first rows as aligned text.
pub(crate) fn text(table: &Table) -> String {
    let mut shown = headline(table);
    let columns: Vec<Vec<String>> = table
        .columns()
        .iter()
        .take(TEXT_COLUMNS)
        .map(|column| {
            let cells = (0..table.n_rows().min(TEXT_ROWS)).map(|row| cell(column, row));
            std::iter::once(shortened(column.name())).chain(cells).collect()
        })
        .collect();
    for line in 0..=table.n_rows().min(TEXT_ROWS) {
        shown.push('\n');
        for column in &columns {
            let width = column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
            let cell = column.get(line).map_or("", String::as_str);
            let _ = write!(shown, "{cell:<width$}  ");
        }
        shown.truncate(shown.trim_end_matches(' ').len());
    }
    if table.n_rows() > TEXT_ROWS || table.columns().len() > TEXT_COLUMNS {
        shown.push_str("\n…");
    }
    shown
}

/// The first rows as an HTML table.
pub(crate) fn html(table: &Table) -> String {
    let columns = || table.columns().iter().take(HTML_COLUMNS);
    let mut shown = String::from("<table><thead><tr>");
    for column in columns() {
        let _ = write!(shown, "<th>{}</th>", escaped(&shortened(column.name())));
    }
    shown.push_str("</tr></thead><tbody>");
    for row in 0..table.n_rows().min(HTML_ROWS) {
        shown.push_str("<tr>");
        for column in columns() {
            let _ = write!(shown, "<td>{}</td>", escaped(&cell(column, row)));
        }
        shown.push_str("</tr>");
    }
    let _ = write!(shown, "</tbody></table><p>{}</p>", escaped(&headline(table)));
    shown
}

fn headline(table: &Table) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    format!("{}: {} × {}", table.name(), count(table.n_rows(), "row"), count(table.columns().len(), "column"))
}

fn cell(column: &Column, row: usize) -> String {
    column.show(row).map_or_else(|| "–".to_owned(), |value| shortened(&value))
}

/// One line of at most [`LONGEST_CELL`] characters.
fn shortened(value: &str) -> String {
    let mut line: String =
        value.chars().take(LONGEST_CELL).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(LONGEST_CELL).is_some() {
        line.push('…');
    }
    line
}

/// Text as it must stand in HTML: names and values of other people's data are never markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
