//! Which sign parts the fields, told from the first records.

use super::marks::Marks;
use super::records::{Stop, record};

/// Signs looked for, the likelier first.
const USUAL: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The sign by which most records have the fields of the first one; a comma when none parts the first.
pub(super) fn find_delimiter(text: &[u8], last: bool) -> u8 {
    let mut best = (b',', 0.0);
    for delimiter in USUAL {
        let score = score(text, delimiter, last);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// The fields of the first record times the share of records with as many.
fn score(text: &[u8], delimiter: u8, last: bool) -> f64 {
    let mut marks = Marks::new(text, delimiter);
    let (mut header, mut records, mut agreeing) = (0, 0_u32, 0_u32);
    let mut start = 0;
    while start < text.len() {
        start = match record(text, &mut marks, start, (delimiter, 0, last), &mut Vec::new()) {
            Stop::Record { fields, next, .. } => {
                if records == 0 {
                    header = fields;
                }
                records += 1;
                agreeing += u32::from(fields == header);
                next
            }
            Stop::Blank { next } => next,
            Stop::BadQuote { .. } => {
                match memchr::memchr2(b'\n', b'\r', text.get(start..).unwrap_or_default()) {
                    Some(length) => {
                        records += 1;
                        marks.seek(start + length + 1);
                        start + length + 1
                    }
                    None => break,
                }
            }
            Stop::Cut { .. } => break,
        };
    }
    match header {
        0 | 1 => 0.0,
        fields => fields as f64 * f64::from(agreeing) / f64::from(records),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_by_agreement() {
        for (text, expected) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n3,1;4\n", b';'),
            ("name\tcity, country\nx\ty\n", b'\t'),
            ("a|b|c\n1|2|3\n", b'|'),
            ("only\n1;2\n", b','),
            ("\"a;b\",c\n\"x;y\",z\n", b','),
            ("", b','),
        ] {
            assert_eq!(find_delimiter(text.as_bytes(), true), expected, "{text}");
        }
    }
}
