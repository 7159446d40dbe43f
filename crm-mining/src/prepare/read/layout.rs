//! Where in a file the table begins: the lines before it, its header, its columns.

use super::dialect::{Aspect, Finding, Given, Signs};
use super::kinds::{Kind, agreement, of_columns};
use super::sample::{Row, rows, usual_width};
use super::signs::finding;
use std::collections::HashSet;
use std::ops::Range;

/// How many rows are looked at.
const ROWS: usize = 1000;

/// How far down a table may begin.
const DEEPEST: usize = 50;

/// The most header rows that are found; more must be told.
const HEADERS: usize = 4;

/// Where the table stands in the first text of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// The lines before the header.
    pub(super) preamble: Range<usize>,
    pub(super) preamble_lines: u64,
    /// The rows of the header: where they stand, and their values.
    pub(super) header: Vec<Row>,
    /// Where the rows of the table begin.
    pub(super) data: usize,
    /// Fields of most rows.
    pub(super) width: usize,
    /// Fields of the shortest rows that leave out empty ones at their end.
    pub(super) short: usize,
    /// The kinds of the columns.
    pub(super) kinds: Vec<Kind>,
    pub(super) findings: Vec<Finding>,
}

/// The layout of a text that is read by these signs. `None` when no row is whole.
pub(super) fn find(text: &[u8], signs: Signs, last: bool, given: &Given) -> Option<Layout> {
    let skipped = given.preamble_lines.map_or(0, |lines| after_lines(text, lines));
    let rest = text.get(skipped..)?;
    let sample = rows(rest, signs, last, ROWS, None);
    let (usual, ..) = usual_width(&sample);
    let width = match (usual, sample.first()) {
        (0, Some(row)) => {
            let line = rest.get(row.span.clone()).unwrap_or_default();
            memchr::memchr_iter(signs.delimiter, line).count() + 1
        }
        (width, _) => width,
    };
    let mut sample = rows(rest, signs, last, ROWS, Some(width));
    sample.first()?;
    for row in &mut sample {
        row.span = row.span.start + skipped..row.span.end + skipped;
        row.next += skipped;
        row.line += given.preamble_lines.unwrap_or(0);
    }
    let kinds = kinds(stretch(&sample), width);
    let (start, headers, says) = header(&sample, &kinds, given);
    let before = if given.preamble_lines.is_some() { 0 } else { start };
    let start = if given.preamble_lines.is_some() && given.header_rows.is_some() { 0 } else { start };
    Some(laid_out(sample, (start, headers, before), kinds, says, given, skipped))
}

/// Where the line after so many begins.
fn after_lines(text: &[u8], lines: u64) -> usize {
    let mut at = 0;
    for _ in 0..lines {
        let rest = text.get(at..).unwrap_or_default();
        let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else { return text.len() };
        let pair = rest.get(end..).is_some_and(|rest| rest.starts_with(b"\r\n"));
        at += end + 1 + usize::from(pair);
    }
    at
}

/// The longest stretch of rows without a blank line between, when it holds most of them: where tables stand one below
/// the other, or below lines of text, one of them.
fn stretch(sample: &[Row]) -> &[Row] {
    let stretches = sample.chunk_by(|row, next| row.next == next.span.start);
    let longest = stretches.max_by_key(|rows| rows.len()).unwrap_or(sample);
    if longest.len() * 2 > sample.len() { longest } else { sample }
}

/// The kinds of columns, told from the rows below those that may be header or preamble.
fn kinds(sample: &[Row], width: usize) -> Vec<Kind> {
    let even: Vec<&[String]> =
        sample.iter().filter(|row| row.fields.len() == width).map(|row| row.fields.as_slice()).collect();
    let skip = (even.len() / 2).min(2 * HEADERS);
    of_columns(even.into_iter().skip(skip), width)
}

/// Whether a row may hold column names: mostly filled, with hardly anything the columns hold.
fn names_columns(row: &Row, kinds: &[Kind]) -> bool {
    let width = kinds.len();
    let near = row.fields.len() + 1 >= width && row.fields.len() <= width + 1;
    let (agree, differ) = agreement(&row.fields, kinds);
    near && row.filled() * 2 > width && (agree == 0 || differ > 2 * agree || years(row, kinds))
}

/// Whether a row is one of the table: as wide, and of the kinds of the columns.
fn is_data(row: &Row, kinds: &[Kind]) -> bool {
    let (agree, differ) = agreement(&row.fields, kinds);
    row.fields.len() == kinds.len() && agree > differ && !years(row, kinds)
}

/// Whether the numbers in a row are years on end, as headers have: 2019, 2020, 2021, or each of them several times.
fn years(row: &Row, kinds: &[Kind]) -> bool {
    let strong =
        row.fields.iter().zip(kinds).filter(|(field, kind)| **kind == Kind::Number && !field.is_empty());
    let numbers: Vec<Option<i32>> = strong.map(|(field, _)| field.trim().parse().ok()).collect();
    let step = |pair: &[Option<i32>]| match pair {
        [Some(a), Some(b)] => (1900..2100).contains(a) && (b - a).abs() <= 1,
        _ => false,
    };
    numbers.len() >= 2 && numbers.windows(2).all(step)
}

/// The place of the header, its rows, and why.
fn header(sample: &[Row], kinds: &[Kind], given: &Given) -> (usize, usize, String) {
    let strong = kinds.iter().filter(|kind| kind.is_strong()).count();
    let top = sample.get(..DEEPEST.min(sample.len())).unwrap_or_default();
    let data = if strong > 0 { top.iter().position(|row| is_data(row, kinds)) } else { None };
    let above = data.and_then(|data| top.get(..data)).unwrap_or(top);
    let names = |row: &Row| names_columns(row, kinds);
    // Without numbers or dates, the first row that is as wide as the table names the columns.
    let first = match data {
        Some(_) => lowest(above, names).or(above.iter().position(names)),
        None if kinds.len() < 2 => Some(0),
        None if top.first().is_some_and(|row| repeats(row) && row.fields.len() == kinds.len()) => None,
        None => Some(above.iter().position(|row| names(row) && row.fields.len() == kinds.len()).unwrap_or(0)),
    };
    if let Some(rows) = given.header_rows {
        let start = first.or(data).unwrap_or(0);
        return (start, (rows as usize).min(sample.len() - start), "given".to_owned());
    }
    let Some(mut start) = first else {
        let says = match data {
            Some(_) => format!("the first row holds numbers or dates as {strong} columns do"),
            None => "the first row says one thing twice, and no column of numbers or dates tells".to_owned(),
        };
        return (data.unwrap_or(0), 0, says);
    };
    let sure = |row: &&Row| is_full(row, kinds) && names(row);
    let rest = above.get(start + 1..).unwrap_or_default();
    let more = if data.is_some() { rest.iter().take_while(sure).count().min(HEADERS - 1) } else { 0 };
    // A row of groups above the names: wide, and only partly filled.
    let groups = start.checked_sub(1).and_then(|at| above.get(at)).is_some_and(|row| {
        row.fields.len() == kinds.len() && row.filled() >= 2 && agreement(&row.fields, kinds).0 == 0
    });
    start -= usize::from(groups);
    let says = match data {
        Some(_) => format!("it holds no number or date where {strong} columns do"),
        None => "usual; no column of numbers or dates tells".to_owned(),
    };
    (start, 1 + more + usize::from(groups), says)
}

/// The first of the rows of names that stand right above the table, without a blank line between them.
fn lowest(above: &[Row], names: impl Fn(&Row) -> bool) -> Option<usize> {
    let (mut first, mut below) = (None, None::<&Row>);
    for (at, row) in above.iter().enumerate().rev() {
        if !names(row) || below.is_some_and(|below| row.next != below.span.start) {
            break;
        }
        (first, below) = (Some(at), Some(row));
    }
    first
}

/// Whether a row holds a value twice, as names do not.
fn repeats(row: &Row) -> bool {
    let mut seen = HashSet::new();
    row.fields.iter().filter(|field| !field.is_empty()).any(|field| !seen.insert(field))
}

/// Whether a row has a text in each column, above those that hold numbers or dates two at least.
fn is_full(row: &Row, kinds: &[Kind]) -> bool {
    let strong = kinds.iter().filter(|kind| kind.is_strong()).count();
    let words = row.fields.iter().zip(kinds).filter(|(_, kind)| kind.is_strong());
    let words = words.filter(|(field, _)| Kind::of(field) == Kind::Text).count();
    row.filled() == kinds.len() && words == strong && strong >= 2
}

/// Fields of the shortest rows, where the program that wrote the file leaves out empty fields at the end of its rows:
/// several rows are short, and nearly all of those hold what their columns hold.
fn shortest(rows: &[Row], kinds: &[Kind]) -> usize {
    const FEW: usize = 3;
    let short = || rows.iter().filter(|row| row.fields.len() < kinds.len() && !row.faulty);
    let agrees = |row: &&Row| is_start(&row.fields, kinds);
    let agreeing = short().filter(agrees).count();
    if agreeing < FEW || agreeing * 20 < rows.len() || agreeing * 10 < short().count() * 9 {
        return kinds.len();
    }
    short().filter(agrees).map(|row| row.fields.len()).min().unwrap_or(kinds.len())
}

/// Whether a row is the start of one of the table by all that the kinds of its columns tell.
pub(super) fn is_start(fields: &[String], kinds: &[Kind]) -> bool {
    let (agree, differ) = agreement(fields, kinds);
    agree > 0 && differ == 0
}

fn laid_out(
    sample: Vec<Row>,
    (start, headers, before): (usize, usize, usize),
    kinds: Vec<Kind>,
    says: String,
    given: &Given,
    skipped: usize,
) -> Layout {
    let first = sample.get(start);
    let at = first.map_or(skipped, |row| row.span.start);
    let (end, lines) = match before {
        0 => (skipped, given.preamble_lines.unwrap_or(0)),
        _ => (at, first.map_or(0, |row| row.line - 1)),
    };
    let preamble_says = match (given.preamble_lines, before) {
        (Some(_), _) => "given".to_owned(),
        (None, 0) => "the first row is as wide as the others".to_owned(),
        (None, rows) => format!("{rows} rows hold no names and less than a row of the table"),
    };
    let header: Vec<Row> = sample.get(start..start + headers).unwrap_or_default().to_vec();
    let short = shortest(sample.get(start + headers..).unwrap_or_default(), &kinds);
    let data = header.last().map_or(at, |row| row.next);
    let findings = vec![
        finding(Aspect::Preamble, format!("{lines} lines"), preamble_says),
        finding(Aspect::Header, format!("{headers} rows"), says),
    ];
    let preamble = 0..end;
    Layout { preamble, preamble_lines: lines, header, data, width: kinds.len(), short, kinds, findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> (u64, usize, usize) {
        let signs = Signs::of(b',');
        let found = find(text.as_bytes(), signs, true, &Given::default()).unwrap();
        (found.preamble_lines, found.header.len(), found.width)
    }

    #[test]
    fn headers_and_preambles() {
        for (text, expected) in [
            ("a,b,c\n1,2,3\n", (0, 1, 3)),
            ("a,b\n", (0, 1, 2)),
            ("1,2024-01-02,x\n2,2024-01-03,y\n3,2024-01-04,z\n", (0, 0, 3)),
            ("Report,,\n,,\nid,day,name\n1,2024-01-02,x\n2,2024-01-03,y\n", (2, 1, 3)),
            ("Sales of May\n\nid,day,name\n1,2024-01-02,x\n2,2024-01-03,y\n", (2, 1, 3)),
            ("country,2019,2020,2021\nA,1,2,3\nB,4,5,6\nC,7,8,9\n", (0, 1, 4)),
            (",2019,2019,2020\nland,in,out,in\nA,1,2,3\nB,4,5,6\nC,7,8,9\n", (0, 2, 4)),
            ("id,n,name\n1,2,x\n2,3,y\n\nname,city,land\nAnna,Bonn,D\n", (0, 1, 3)),
            ("of old, in parts, by day\nor not\nid,day,name\n1,2024-01-02,x\n2,2024-01-03,y\n", (2, 1, 3)),
            ("red,red,x\nblue,red,y\nblue,blue,z\n", (0, 0, 3)),
            ("id,paid,owed\n,EUR,EUR\nx,1.5,2\ny,2.5,3\n", (0, 1, 3)),
            ("id,paid,owed\ntext,EUR,EUR\nx,1.5,2\ny,2.5,3\nz,4,4\n", (0, 2, 3)),
            (",money,money\nid,paid,owed\nx,1.5,2\ny,2.5,3\nz,4,4\n", (0, 2, 3)),
            ("id,paid,owed\nx,NA,NA\ny,2.5,3\nz,4,4\n", (0, 1, 3)),
            ("name,city\nAnna,Bonn\nBob,Rome\n", (0, 1, 2)),
            ("milk,bread,tea\nmilk\ntea\n", (0, 1, 1)),
            ("idday,name\n1,2024-01-02,x\n2,2024-01-03,y\n", (0, 1, 3)),
        ] {
            assert_eq!(layout(text), expected, "{text}");
        }
    }
}
