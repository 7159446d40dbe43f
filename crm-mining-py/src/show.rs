//! How tables and profiles show themselves in a console and in a notebook.

use crm_mining::data::{Column, Table, Values};
use crm_mining::profile::{Offer, Profile, Score};
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
    match (column.show(row), column.values()) {
        (None, _) => "–".to_owned(),
        (Some(value), Values::Float(values)) => number(values.get(row).copied(), &value),
        (Some(value), _) => shortened(&value),
    }
}

/// A number as it is written, when that is short; else six digits of it, and two decimals at least.
fn number(value: Option<f64>, written: &str) -> String {
    const LONGEST: usize = 12;
    let Some(value) = value.filter(|_| written.len() > LONGEST) else { return written.to_owned() };
    let exponent = value.abs().log10().floor();
    if !(-4.0..15.0).contains(&exponent) {
        return format!("{value:.5e}");
    }
    let decimals = (5.0 - exponent).max(2.0) as usize;
    let rounded = format!("{value:.decimals$}");
    let short = rounded.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

/// A number in few digits.
pub(crate) fn figure(value: f64) -> String {
    number(Some(value), &value.to_string())
}

/// One line of at most [`LONGEST_CELL`] characters.
fn shortened(value: &str) -> String {
    cut(value, LONGEST_CELL)
}

fn cut(value: &str, longest: usize) -> String {
    let mut line: String =
        value.chars().take(longest).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(longest).is_some() {
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

/// A profile in some lines of text.
pub(crate) fn lines(profile: &Profile) -> String {
    let mut shown = format!("{} as of {}", shortened(&profile.customer), profile.as_of);
    for fact in &profile.facts {
        let _ = write!(shown, "\n  {}: {}", shortened(&fact.name), one_line(&fact.value.to_string()));
    }
    for tag in &profile.tags {
        let _ = write!(shown, "\n  {} is {}", shortened(&tag.name), one_line(&tag.value));
    }
    for score in &profile.scores {
        let _ = write!(shown, "\n  {} = {}", shortened(&score.name), estimate(score));
    }
    for offer in &profile.offers {
        let _ = write!(shown, "\n  offer {}: {}", offered(offer), one_line(&offer.reason));
    }
    shown
}

/// A profile as a card.
pub(crate) fn card(profile: &Profile) -> String {
    let head = format!("{} as of {}", shortened(&profile.customer), profile.as_of);
    let mut card = format!(
        "<div style=\"border:1px solid #ccc;border-radius:6px;padding:0.5em 1em;margin:0.5em 0;\
         max-width:60em\"><b>{}</b>",
        escaped(&head)
    );
    let tags = profile.tags.iter().map(|tag| (format!("{}: {}", tag.name, tag.value), tag.evidence.clone()));
    for (tag, evidence) in tags {
        let _ = write!(
            card,
            " <span title=\"{}\" style=\"border:1px solid #999;border-radius:1em;padding:0 0.6em\">{}</span>",
            escaped(&evidence),
            escaped(&one_line(&tag))
        );
    }
    let facts =
        profile.facts.iter().map(|fact| (fact.name.to_string(), fact.value.to_string(), String::new()));
    rows(&mut card, "Facts", facts);
    let scores = profile
        .scores
        .iter()
        .map(|score| (score.name.to_string(), estimate(score), score.reasons.join("; ")));
    rows(&mut card, "Scores", scores);
    let offers = profile.offers.iter().map(|offer| {
        let strength = format!("lift {:.1}, confidence {:.0} %", offer.lift, offer.confidence * 100.0);
        (offered(offer), strength, offer.reason.clone())
    });
    rows(&mut card, "Offers", offers);
    if !profile.rows.is_empty() {
        let rows = format!("rows {} of {}", profile.rows, profile.source);
        let _ = write!(card, "<small>{}</small>", escaped(&one_line(&rows)));
    }
    card.push_str("</div>");
    card
}

/// A part of a card as a table of three columns; nothing when there is no row.
fn rows(card: &mut String, title: &str, rows: impl Iterator<Item = (String, String, String)>) {
    let mut shown = String::new();
    for (name, value, reason) in rows {
        let [name, value, reason] = [name, value, reason].map(|text| escaped(&one_line(&text)));
        let _ = write!(shown, "<tr><td>{name}</td><td>{value}</td><td>{reason}</td></tr>");
    }
    if !shown.is_empty() {
        let _ = write!(card, "<table><caption style=\"text-align:left\">{title}</caption>{shown}</table>");
    }
}

fn estimate(score: &Score) -> String {
    score.value.map_or_else(|| "not known".to_owned(), |value| format!("{value:.3}"))
}

fn offered(offer: &Offer) -> String {
    one_line(offer.item_name.as_ref().unwrap_or(&offer.item))
}

/// One line of at most 120 characters.
fn one_line(value: &str) -> String {
    cut(value, 120)
}
