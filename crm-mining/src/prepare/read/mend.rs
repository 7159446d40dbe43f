//! Rows that break the rules and can still be read in one way only.

use super::dialect::Signs;
use super::kinds::{Kind, agreement};
use super::odd::written;

/// More pieces than this are not tried: such a row is set aside.
const MAX_WORK: usize = 1 << 22;

/// Wider rows are not looked at for surplus fields.
const WIDEST: usize = 1000;

/// The cheapest way to read pieces up to some place.
#[derive(Debug, Clone, Copy)]
struct Best {
    /// Stray quotes taken for themselves.
    cost: u32,
    /// In how many ways.
    ways: u32,
    /// Where the last field begins, and whether it is quoted.
    from: u32,
    quoted: bool,
}

/// Reads one line as exactly `width` fields, taking as few quotes as can be for part of a value. `None` when
/// that cannot be done, or in several ways.
pub(super) fn fields_of_line(line: &[u8], signs: Signs, width: usize) -> Option<Vec<Vec<u8>>> {
    let quote = signs.quote.filter(|_| !signs.twice)?;
    let ends: Vec<usize> = memchr::memchr_iter(signs.delimiter, line).chain([line.len()]).collect();
    let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().map(|end| end + 1)).collect();
    let piece = |from: usize, to: usize| {
        let span = *starts.get(from)?..*ends.get(to)?;
        let text = line.get(span)?;
        Some(if signs.skip_spaces { text.trim_ascii() } else { text })
    };
    let n = ends.len();
    let opening = (0..n).filter(|&at| piece(at, at).and_then(|p| p.first()) == Some(&quote)).count();
    if width == 0 || n < width || (opening + 1).saturating_mul(n).saturating_mul(width) > MAX_WORK {
        return None;
    }
    // best[k * (n + 1) + i]: the first i pieces as k fields.
    let mut best: Vec<Option<Best>> = vec![None; (width + 1) * (n + 1)];
    *best.first_mut()? = Some(Best { cost: 0, ways: 1, from: 0, quoted: false });
    for k in 0..width {
        for i in 0..n {
            let Some(so_far) = best.get(k * (n + 1) + i).copied().flatten() else { continue };
            let opens = piece(i, i).and_then(|p| p.first()) == Some(&quote);
            let mut offer = |to: usize, cost: u32, quoted: bool| {
                if let Some(slot) = best.get_mut((k + 1) * (n + 1) + to + 1) {
                    let cost = so_far.cost.saturating_add(cost);
                    let new = Best { cost, ways: so_far.ways, from: i as u32, quoted };
                    match slot {
                        Some(old) if old.cost < cost => {}
                        Some(old) if old.cost == cost => old.ways = old.ways.saturating_add(so_far.ways),
                        _ => *slot = Some(new),
                    }
                }
            };
            let all = |text: &[u8]| memchr::memchr_iter(quote, text).count() as u32;
            offer(i, if opens { piece(i, i).map_or(0, all) } else { 0 }, false);
            for to in i..if opens { n } else { i } {
                if let Some(cost) = piece(i, to).and_then(|text| cost_of_quoted(text, quote)) {
                    offer(to, cost, true);
                }
            }
        }
    }
    let mut out = Vec::with_capacity(width);
    let mut to = n;
    for k in (1..=width).rev() {
        let step = best.get(k * (n + 1) + to).copied().flatten()?;
        if k == width && step.ways > 1 {
            return None;
        }
        let from = step.from as usize;
        let text = piece(from, to - 1)?;
        out.push(match step.quoted {
            true => unwrapped(text, signs),
            false => text.to_vec(),
        });
        to = from;
    }
    out.reverse();
    Some(out)
}

/// How many quotes within a quoted text stand for themselves though they are not doubled.
fn cost_of_quoted(text: &[u8], quote: u8) -> Option<u32> {
    let inner = text.strip_prefix(&[quote])?.strip_suffix(&[quote])?;
    let (mut cost, mut at) = (0, 0);
    while let Some(found) = inner.get(at..).and_then(|rest| memchr::memchr(quote, rest)) {
        at += found + 1;
        match inner.get(at) {
            Some(&next) if next == quote => at += 1,
            _ => cost += 1,
        }
    }
    Some(cost)
}

fn unwrapped(text: &[u8], signs: Signs) -> Vec<u8> {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    written(inner, signs, true)
}

/// A row without its surplus empty fields: the one way in which most fields have the kind of their column,
/// the surplus taken from the end when the kinds do not tell. `None` when too few fields are empty, or when
/// the kinds speak against every way.
pub(super) fn without_surplus(row: &[String], kinds: &[Kind]) -> Option<Vec<usize>> {
    let surplus = row.len().checked_sub(kinds.len()).filter(|&surplus| surplus > 0)?;
    let empty: Vec<usize> = (0..row.len()).filter(|&at| row.get(at).is_some_and(String::is_empty)).collect();
    if empty.len() < surplus || row.len() > WIDEST {
        return None;
    }
    // One gap of neighbouring fields, or the last empty ones.
    let gaps =
        empty.windows(surplus).filter(|gap| gap.last().copied() == gap.first().map(|at| at + surplus - 1));
    let tail = empty.get(empty.len() - surplus..)?;
    let mut best: Option<(usize, usize, Vec<usize>)> = None;
    for gap in gaps.chain([tail]) {
        let kept: Vec<usize> = (0..row.len()).filter(|at| !gap.contains(at)).collect();
        let values: Vec<String> = kept.iter().filter_map(|&at| row.get(at).cloned()).collect();
        let (agree, differ) = agreement(&values, kinds);
        if best
            .as_ref()
            .is_none_or(|best| (differ, std::cmp::Reverse(agree)) <= (best.1, std::cmp::Reverse(best.0)))
        {
            best = Some((agree, differ, kept));
        }
    }
    best.filter(|(agree, differ, _)| differ == &0 || agree > differ).map(|(_, _, kept)| kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Signs =
        Signs { delimiter: b',', quote: Some(b'"'), backslash: false, skip_spaces: false, twice: false };

    #[test]
    fn stray_quotes() {
        let read = |line: &str, width| {
            let fields = fields_of_line(line.as_bytes(), PLAIN, width)?;
            Some(fields.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect::<Vec<_>>())
        };
        let fields = |values: &[&str]| Some(values.iter().map(|v| v.to_string()).collect::<Vec<_>>());
        assert_eq!(read("4,\"open,4", 3), fields(&["4", "\"open", "4"]));
        assert_eq!(read("6,\"x\"y,\"a,b\"", 3), fields(&["6", "\"x\"y", "a,b"]));
        assert_eq!(
            read("1,\"Round 48\"\",\"Made, here\",", 4),
            fields(&["1", "Round 48\"", "Made, here", ""])
        );
        assert_eq!(read("\"he said \"no\", twice\",2", 2), fields(&["he said \"no\", twice", "2"]));
        assert_eq!(read("\"a\",\"", 2), fields(&["a", "\""]));
        assert_eq!(read("\"a,b", 3), None);
        assert_eq!(read("\"a,b", 1), None);
    }

    #[test]
    fn surplus_fields() {
        let kinds = [Kind::Date, Kind::Number, Kind::Text, Kind::Text];
        let row = |fields: &[&str]| fields.iter().map(|f| f.to_string()).collect::<Vec<_>>();
        let kept = |fields: &[&str]| without_surplus(&row(fields), &kinds);
        assert_eq!(kept(&["", "2024-01-02", "5", "x", ""]), Some(vec![1, 2, 3, 4]));
        assert_eq!(kept(&["2024-01-02", "5", "x", "", ""]), Some(vec![0, 1, 2, 3]));
        assert_eq!(kept(&["2024-01-02", "5", "x", "y", "z"]), None);
        assert_eq!(kept(&["5", "", "", "2024-01-02", "x"]), None);
    }
}
