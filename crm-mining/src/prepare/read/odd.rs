//! Records of files that are not RFC 4180: other quotes, backslashes, spaces beside delimiters. Byte by byte.

use super::dialect::Signs;
use super::records::{Cell, Stop, next_line};

/// The fields of records; those that differ from how they are written stand in a text of their own.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) cells: Vec<Cell>,
    /// Values rewritten.
    pub(super) extra: Vec<u8>,
    /// Which cells stand in `extra`.
    pub(super) moved: Vec<usize>,
}

impl Fields {
    /// Adds a value that stands nowhere in the text as it is.
    pub(super) fn write(&mut self, value: &[u8]) {
        let start = self.extra.len();
        self.extra.extend_from_slice(value);
        self.moved.push(self.cells.len());
        self.cells.push(Cell::new(start, self.extra.len(), false));
    }

    /// Forgets the cells from this one on.
    pub(super) fn truncate(&mut self, cells: usize) {
        self.cells.truncate(cells);
        while self.moved.last().is_some_and(|&cell| cell >= cells) {
            self.moved.pop();
        }
    }

    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.extra.clear();
        self.moved.clear();
    }

    /// Lets the rewritten values follow a text of this length.
    pub(super) fn settle(&mut self, text: &mut Vec<u8>) {
        let base = text.len();
        for &cell in &self.moved {
            if let Some(cell) = self.cells.get_mut(cell) {
                *cell = Cell::new(base + cell.range().start, base + cell.range().end, false);
            }
        }
        text.append(&mut self.extra);
        self.moved.clear();
    }
}

/// How the look at one field ended.
enum Field {
    /// Where it ends, and whether something in it must be rewritten.
    Plain {
        start: usize,
        end: usize,
        next: usize,
        rewrite: bool,
        lines: u64,
    },
    BadQuote {
        at: usize,
    },
    Cut,
}

/// Looks at the record that begins at `start` and keeps its first `cap` fields.
pub(super) fn record(
    text: &[u8],
    start: usize,
    signs: Signs,
    cap: usize,
    last: bool,
    out: &mut Fields,
) -> Stop {
    let (mut at, mut fields, mut lines) = (start, 0, 1);
    loop {
        let begin = at;
        if signs.skip_spaces {
            at = skip_spaces(text, at, signs.delimiter);
        }
        if fields == 0 || signs.merged() {
            match text.get(at) {
                Some(b'\n' | b'\r') => {
                    let Some(next) = next_line(text, at, last) else { return Stop::Cut { field: begin } };
                    return match fields {
                        0 => Stop::Blank { next },
                        _ => Stop::Record { fields, end: at, next, lines },
                    };
                }
                None if last && (fields > 0 || at > start) => {
                    return match fields {
                        0 => Stop::Blank { next: at },
                        _ => Stop::Record { fields, end: at, next: at, lines },
                    };
                }
                _ => {}
            }
        }
        let quoted = signs.quote.is_some() && text.get(at).copied() == signs.quote;
        let (end, next) =
            match if quoted { wrapped(text, at, signs, last) } else { bare(text, at, signs, last) } {
                Field::Plain { start, end, next, rewrite, lines: within } => {
                    if fields < cap {
                        let value = text.get(start..end).unwrap_or_default();
                        match rewrite {
                            true => out.write(&written(value, signs, quoted)),
                            false => out.cells.push(Cell::new(start, end, false)),
                        }
                    }
                    fields += 1;
                    lines += within;
                    (next, text.get(next).copied())
                }
                Field::BadQuote { at } => return Stop::BadQuote { at },
                Field::Cut => return Stop::Cut { field: begin },
            };
        match next {
            Some(b'\n' | b'\r') => {
                let Some(next) = next_line(text, end, last) else { return Stop::Cut { field: begin } };
                return Stop::Record { fields, end, next, lines };
            }
            None => return Stop::Record { fields, end, next: end, lines },
            Some(_) => at = end + 1 + usize::from(signs.twice),
        }
    }
}

fn skip_spaces(text: &[u8], at: usize, delimiter: u8) -> usize {
    let space = |&&byte: &&u8| byte == b' ' || byte == b'\t' && delimiter != b'\t';
    at + text.get(at..).unwrap_or_default().iter().take_while(space).count()
}

/// A field without quotes about it.
fn bare(text: &[u8], start: usize, signs: Signs, last: bool) -> Field {
    let (mut at, mut rewrite) = (start, false);
    while let Some(&byte) = text.get(at) {
        if byte == b'\n' || byte == b'\r' || byte == signs.delimiter {
            match parts(text, at, signs, last) {
                Some(true) => {
                    return Field::Plain {
                        start,
                        end: padded(text, start, at, signs),
                        next: at,
                        rewrite,
                        lines: 0,
                    };
                }
                Some(false) => {}
                None => return Field::Cut,
            }
        }
        let escapes = signs.backslash && byte == b'\\' && escaped(text.get(at + 1), signs);
        rewrite |= escapes;
        at += 1 + usize::from(escapes);
    }
    match last {
        true => {
            let next = text.len();
            Field::Plain { start, end: padded(text, start, next, signs), next, rewrite, lines: 0 }
        }
        false => Field::Cut,
    }
}

/// Whether a field ends at this delimiter or line end; `None` when more text must tell.
fn parts(text: &[u8], at: usize, signs: Signs, last: bool) -> Option<bool> {
    if !signs.twice || text.get(at) != Some(&signs.delimiter) {
        return Some(true);
    }
    match text.get(at + 1) {
        None if !last => None,
        after => Some(after == Some(&signs.delimiter)),
    }
}

/// Where a field that ends at `end` ends without the spaces that pad it.
fn padded(text: &[u8], start: usize, end: usize, signs: Signs) -> usize {
    match signs.skip_spaces {
        true => start + text.get(start..end).unwrap_or_default().trim_ascii_end().len(),
        false => end,
    }
}

/// A field in quotes, whose opening quote is at `open`.
fn wrapped(text: &[u8], open: usize, signs: Signs, last: bool) -> Field {
    let (mut at, mut rewrite, mut lines) = (open + 1, false, 0);
    while let Some(&byte) = text.get(at) {
        let after = text.get(at + 1);
        if signs.backslash && byte == b'\\' && escaped(after, signs) {
            rewrite = true;
            at += 1;
        } else if Some(byte) == signs.quote {
            if after.copied() == signs.quote {
                rewrite = true;
                at += 1;
            } else {
                let next =
                    if signs.skip_spaces { skip_spaces(text, at + 1, signs.delimiter) } else { at + 1 };
                let next = if signs.merged() { at + 1 } else { next };
                return match text.get(next) {
                    Some(&byte) if byte == signs.delimiter || byte == b'\n' || byte == b'\r' => {
                        match parts(text, next, signs, last) {
                            Some(true) => Field::Plain { start: open + 1, end: at, next, rewrite, lines },
                            Some(false) => Field::BadQuote { at },
                            None => Field::Cut,
                        }
                    }
                    Some(_) => Field::BadQuote { at },
                    None if last => Field::Plain { start: open + 1, end: at, next, rewrite, lines },
                    None => Field::Cut,
                };
            }
        } else if byte == b'\n' || byte == b'\r' && after != Some(&b'\n') {
            lines += 1;
        }
        at += 1;
    }
    if last { Field::BadQuote { at: text.len() } } else { Field::Cut }
}

/// Whether a backslash before this sign is there for it.
fn escaped(sign: Option<&u8>, signs: Signs) -> bool {
    sign.is_some_and(|&sign| sign == signs.delimiter || Some(sign) == signs.quote || sign == b'\\')
}

/// A value without what its writing added.
pub(super) fn written(value: &[u8], signs: Signs, quoted: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let after = value.get(at + 1);
        let escapes = signs.backslash && byte == b'\\' && escaped(after, signs);
        let doubled = quoted && Some(byte) == signs.quote && after.copied() == signs.quote;
        at += usize::from(escapes || doubled);
        out.extend(value.get(at));
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, signs: Signs) -> Vec<String> {
        let mut fields = Fields::default();
        let stop = record(text.as_bytes(), 0, signs, 100, true, &mut fields);
        assert!(matches!(stop, Stop::Record { .. }), "{stop:?}");
        let mut whole = text.as_bytes().to_vec();
        fields.settle(&mut whole);
        fields.cells.iter().map(|c| String::from_utf8_lossy(&whole[c.range()]).into_owned()).collect()
    }

    #[test]
    fn odd_signs() {
        let signs = Signs { quote: Some(b'\''), backslash: true, skip_spaces: true, ..Signs::of(b',') };
        assert_eq!(values("a , 'b, ''c' , d\\,e,'f\\'g\\h'\n", signs), ["a", "b, 'c", "d,e", "f'g\\h"]);
        let twice = Signs { twice: true, ..Signs::of(b':') };
        assert_eq!(values("1::a:b::\"c::d\"::\n", twice), ["1", "a:b", "c::d", ""]);
        let blanks = Signs { skip_spaces: true, ..Signs::of(b' ') };
        assert_eq!(values("  1   \"x y\"  3 \n", blanks), ["1", "x y", "3"]);
        let none = Signs { quote: None, ..Signs::of(b'\t') };
        assert_eq!(values("\"a\t\tb\"", none), ["\"a", "", "b\""]);
    }
}
