//! Which signs part and wrap the fields, told from the first rows.

use super::dialect::{Aspect, Escape, Finding, Given, LineEnds, Repeat, Signs, Spaces};
use super::kinds::{Kind, of_columns};
use super::sample::{Row, rows, usual_width};

/// Signs looked for, the likelier first.
const USUAL: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Signs looked for when none of the usual ones parts the rows well.
const UNUSUAL: [u8; 16] = *b" :^~#*!&=%@$/+_\x01";

/// Signs looked for twice in a row.
const TWICE: [u8; 8] = *b":|~^;#$%";

/// How many rows are looked at under each guess.
const ROWS: usize = 400;

/// What a guess is worth that does not part the first row as the others: the header, if there is no preamble.
const NO_HEADER: f64 = 0.75;

/// How well one guess fits.
#[derive(Debug, Clone, Copy)]
struct Fit {
    signs: Signs,
    score: f64,
    width: usize,
    agreeing: usize,
    rows: usize,
    faulty: usize,
    /// Whether the first row is parted as most are.
    first: bool,
    /// Whether some column holds numbers or dates.
    strong: bool,
}

/// The signs of a text, given or found, with the evidence.
pub(super) fn find(text: &[u8], last: bool, given: &Given) -> (Signs, Vec<Finding>) {
    let (quote, mut quote_says) = match given.quote {
        Some(quote) => ((quote > 0).then_some(quote), "given".to_owned()),
        None => find_quote(text),
    };
    let start = Signs {
        delimiter: b',',
        quote,
        backslash: given.escape == Some(Escape::Backslash),
        skip_spaces: given.spaces == Some(Spaces::Skipped),
        twice: given.repeat == Some(Repeat::Twice),
    };
    let (mut best, mut says) = match given.delimiter {
        Some(delimiter) => (fit(text, last, Signs { delimiter, ..start }), "given".to_owned()),
        None => find_delimiter(text, last, start),
    };
    if given.delimiter.is_none()
        && given.escape.is_none()
        && best.faulty > 0
        && escaped_quotes(text, quote) > 0
    {
        // Rows broken by backslashes tell nothing of the delimiter.
        let (other, why) = find_delimiter(text, last, Signs { backslash: true, ..start });
        if other.faulty < best.faulty && other.score > best.score {
            best = fit(text, last, Signs { delimiter: other.signs.delimiter, ..start });
            says = why;
        }
    }
    let escape_says = if given.escape.is_some() { "given".to_owned() } else { escape(text, last, &mut best) };
    let spaces_say = if given.spaces.is_some() { "given".to_owned() } else { spaces(text, last, &mut best) };
    if given.quote.is_none() && given.escape.is_none() {
        none_quoted(text, last, &mut best, &mut says, &mut quote_says, given);
    }
    let signs = best.signs;
    let delimiter = named(signs.delimiter).repeat(1 + usize::from(signs.twice));
    let mut findings = vec![finding(Aspect::Delimiter, delimiter, says)];
    findings.push(finding(Aspect::Quote, signs.quote.map_or("none".to_owned(), named), quote_says));
    let how = if signs.backslash { "by a backslash" } else { "doubled" };
    findings.push(finding(Aspect::Escape, how.to_owned(), escape_says));
    let how = if signs.skip_spaces { "skipped" } else { "kept" };
    findings.push(finding(Aspect::Spaces, how.to_owned(), spaces_say));
    (signs, findings)
}

pub(super) fn finding(of: Aspect, found: String, evidence: String) -> Finding {
    Finding { of, found, evidence }
}

/// A sign as a reader sees it.
fn named(sign: u8) -> String {
    match sign {
        b'\t' => "tab".to_owned(),
        b' ' => "space".to_owned(),
        sign if sign.is_ascii_graphic() => char::from(sign).to_string(),
        sign => format!("byte {sign}"),
    }
}

/// How well these signs part the text: best when all rows have as many fields, of a clear kind.
fn fit(text: &[u8], last: bool, signs: Signs) -> Fit {
    let sample = rows(text, signs, last, ROWS, None);
    let (width, agreeing, good) = usual_width(&sample);
    let (rows, faulty) = (sample.len(), sample.len() - good);
    let first = sample.first().is_some_and(|row| row.fields.len() == width);
    let even = || sample.iter().filter(|row| row.fields.len() == width);
    let body = even().skip(1).map(|row| row.fields.as_slice());
    let strong = of_columns(body, width).iter().any(|kind| kind.is_strong());
    let score = if width < 2 || agreeing < 2 && rows > 1 {
        0.0
    } else {
        let agreeing = (agreeing as f64 + faulty as f64 / 2.0) / rows as f64;
        let header = if first || sample.first().is_some_and(|row| row.faulty) { 1.0 } else { NO_HEADER };
        agreeing * agreeing * (1.0 - 1.0 / width as f64) * clearness(even(), signs.delimiter) * header
    };
    Fit { signs, score, width, agreeing, rows, faulty, first, strong }
}

/// How clear the fields are: numbers and dates are, texts that hold another delimiter may be parted wrongly.
fn clearness<'a>(rows: impl Iterator<Item = &'a Row>, delimiter: u8) -> f64 {
    const LOOKED_AT: usize = 100;
    let (mut sum, mut count) = (0.0, 0);
    for field in rows.take(LOOKED_AT).flat_map(|row| &row.fields) {
        let other = |byte: u8| byte != delimiter && (USUAL.contains(&byte) || byte == b'"');
        sum += match Kind::of(field) {
            Kind::Text if field.bytes().any(other) => 0.5,
            Kind::Text => 0.9,
            _ => 1.0,
        };
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn find_delimiter(text: &[u8], last: bool, start: Signs) -> (Fit, String) {
    const GOOD: f64 = 0.4;
    let mut best = fit(text, last, Signs { delimiter: USUAL[0], ..start });
    let try_on = |best: &mut Fit, signs: Signs, usual: bool| {
        let guess = fit(text, last, signs);
        if guess.score > best.score && (usual || is_evident(&guess)) {
            *best = guess;
        }
    };
    for delimiter in USUAL.into_iter().skip(1) {
        try_on(&mut best, Signs { delimiter, ..start }, true);
    }
    for delimiter in TWICE {
        // A sign of a field, or one around it, does not part fields by standing twice.
        if memchr::memmem::find(text, &[delimiter; 2]).is_none() || Some(delimiter) == start.quote {
            continue;
        }
        let guess = fit(text, last, Signs { delimiter, twice: true, ..start });
        // Alone it finds a field between any two, always empty.
        let alone = best.signs.delimiter == delimiter && best.width + 1 == 2 * guess.width;
        if guess.score > best.score && is_evident(&guess) || alone && guess.agreeing >= best.agreeing {
            best = guess;
        }
    }
    if best.score < GOOD && !is_one_column(text, last, start) {
        for delimiter in UNUSUAL {
            if Some(delimiter) != start.quote {
                try_on(&mut best, Signs { delimiter, ..start }, false);
            }
        }
        try_on(&mut best, Signs { delimiter: b' ', skip_spaces: true, ..start }, false);
    }
    let says = match best.score > 0.0 {
        true => format!("parts {} of {} rows into {} fields", best.agreeing, best.rows, best.width),
        false => "nothing parts the rows evenly".to_owned(),
    };
    (best, says)
}

/// Whether an unusual sign parts the rows so well that it is hardly chance.
fn is_evident(fit: &Fit) -> bool {
    let even = fit.agreeing * 10 >= fit.rows * 9 && fit.rows > 1 && fit.first;
    even && (fit.width > 3 || fit.strong && (fit.width > 2 || fit.signs.delimiter != b' '))
}

/// Whether the lines as they stand are numbers, dates or times.
fn is_one_column(text: &[u8], last: bool, start: Signs) -> bool {
    let sample = rows(text, Signs { delimiter: 0, skip_spaces: false, ..start }, last, ROWS, None);
    let lines = || sample.iter().skip(1).flat_map(|row| row.fields.first());
    let clear = lines().filter(|line| Kind::of(line).is_strong()).count();
    clear * 2 > lines().count()
}

/// How often a sign opens and closes a field, as far as its neighbors tell.
fn wraps(text: &[u8], quote: u8) -> (usize, usize) {
    let edge =
        |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'\n' | b'\r') || USUAL.contains(byte));
    let (mut opens, mut closes) = (0, 0);
    for at in memchr::memchr_iter(quote, text) {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let spaced = before == Some(&b' ') && edge(at.checked_sub(2).and_then(|at| text.get(at)));
        opens += usize::from(edge(before) || spaced);
        closes += usize::from(edge(text.get(at + 1)));
    }
    (opens, closes)
}

fn find_quote(text: &[u8]) -> (Option<u8>, String) {
    let (double, single) = (wraps(text, b'"'), wraps(text, b'\''));
    let pairs = |(opens, closes): (usize, usize)| opens.min(closes);
    if pairs(single) >= 2 && pairs(single) > 2 * double.0 {
        return (Some(b'\''), format!("about {} fields; double quotes open {}", pairs(single), double.0));
    }
    let says = match double.0 {
        0 => "usual; no field begins with one".to_owned(),
        opens => format!("{opens} fields begin with one"),
    };
    (Some(b'"'), says)
}

/// How many quotes stand after a backslash.
fn escaped_quotes(text: &[u8], quote: Option<u8>) -> usize {
    quote.map_or(0, |quote| memchr::memmem::find_iter(text, &[b'\\', quote]).count())
}

/// Takes backslashes for escapes when rows read better so.
fn escape(text: &[u8], last: bool, best: &mut Fit) -> String {
    let Some(quote) = best.signs.quote else { return "there is no quote".to_owned() };
    let found = escaped_quotes(text, Some(quote));
    if found == 0 {
        return "usual; no backslash stands before a quote".to_owned();
    }
    let other = fit(text, last, Signs { backslash: true, ..best.signs });
    let says = |best: usize, other: usize| {
        format!("{best} rows have a misplaced quote so, {other} otherwise, of {found} backslashes before one")
    };
    if other.faulty < best.faulty && other.agreeing >= best.agreeing {
        let says = says(other.faulty, best.faulty);
        *best = other;
        return says;
    }
    says(best.faulty, other.faulty)
}

/// Takes spaces after delimiters for padding when they follow all of them, or quotes follow them.
fn spaces(text: &[u8], last: bool, best: &mut Fit) -> String {
    if best.signs.delimiter == b' ' {
        return "the delimiter is a space".to_owned();
    }
    let sample = rows(text, best.signs, last, ROWS, None);
    let fields = || sample.iter().flat_map(|row| row.fields.iter().skip(1));
    let all = fields().count();
    let spaced = fields().filter(|field| field.starts_with(' ')).count();
    let says = format!("{spaced} of {all} fields follow a space");
    let quoted = fields().filter(|field| field.trim_start().as_bytes().first().copied() == best.signs.quote);
    if all >= 4 && spaced * 20 >= all * 19 || spaced > 0 && quoted.count() > 0 {
        let other = fit(text, last, Signs { skip_spaces: true, ..best.signs });
        if other.score >= best.score {
            *best = other;
        }
    }
    says
}

/// Whether quotes are about most lines as a whole, as about the values of a single column.
fn wraps_lines(text: &[u8], last: bool, signs: Signs) -> bool {
    let sample = rows(text, signs, last, ROWS, None);
    let wrapped = |row: &&Row| !row.faulty && text.get(row.span.start).copied() == signs.quote;
    sample.iter().filter(wrapped).count() * 2 > sample.len()
}

/// Takes quotes for letters when most rows with one would be broken otherwise.
fn none_quoted(
    text: &[u8],
    last: bool,
    best: &mut Fit,
    delimiter: &mut String,
    says: &mut String,
    given: &Given,
) {
    let faulty = best.faulty;
    let broken = faulty * 2 > best.rows || best.score <= 0.0 && !wraps_lines(text, last, best.signs);
    let opens = best.signs.quote.is_some_and(|quote| wraps(text, quote).0 > 0);
    if !broken || !opens || best.rows < 4 || best.signs.backslash {
        return;
    }
    let bare = Signs { quote: None, ..best.signs };
    let (other, why) = match given.delimiter {
        Some(_) => (fit(text, last, bare), delimiter.clone()),
        None => find_delimiter(text, last, bare),
    };
    if other.score > best.score && (best.score <= 0.0 || other.agreeing > best.agreeing) {
        *best = other;
        *delimiter = why;
        *says = format!("{} of {} rows part evenly so, fewer otherwise", best.agreeing, best.rows);
    }
}

/// How the lines of a text end.
pub(super) fn line_ends(text: &[u8]) -> (LineEnds, Finding) {
    let pairs = memchr::memmem::find_iter(text, b"\r\n").count();
    let feeds = memchr::memchr_iter(b'\n', text).count() - pairs;
    let returns = memchr::memchr_iter(b'\r', text).count() - pairs;
    let (ends, name) = match (feeds, pairs, returns) {
        (_, 0, 0) => (LineEnds::Lf, "LF"),
        (0, _, 0) => (LineEnds::CrLf, "CRLF"),
        (0, 0, _) => (LineEnds::Cr, "CR"),
        _ => (LineEnds::Mixed, "mixed"),
    };
    let says = format!("{feeds} LF, {pairs} CRLF, {returns} CR; each ends a line, within quotes none does");
    (ends, finding(Aspect::LineEnds, name.to_owned(), says))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Signs {
        find(text.as_bytes(), true, &Given::default()).0
    }

    #[test]
    fn delimiters() {
        for (text, expected) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n3,1;4\n", b';'),
            ("name\tcity, country\nx\ty\n", b'\t'),
            ("a|b|c\n1|2|3\n", b'|'),
            ("only\n1;2\n", b','),
            ("\"a;b\",c\n\"x;y\",z\n", b','),
            ("", b','),
            ("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", b';'),
            ("id^day^n\n1^2024-01-02^3\n2^2024-01-03^4\n", b'^'),
            ("id:n:m\n1:2:3\n2:3:4\n", b':'),
            ("when\n10:00\n10:05\n10:10\n", b','),
            ("name\nAnna Smith\nBob Jones\n", b','),
            ("full name\nAnna Smith\nBob Jones\n", b','),
            ("id  n   m\n 1  20  3.5\n 2   3  4.5\n", b' '),
            ("6 8 9\n861 4249 6112\n17 4 1\n", b' '),
            ("n;words;towns\n1;a,b,c;Bonn,Rome,Oslo\n2;d,e,f;Lyon,Wien,Graz\n", b';'),
            ("note\n\"one, two\"\n\"three, four\"\n\"five, six\"\n\"seven, eight\"\n", b','),
            ("1::North (1958)::Drama|War\n2::South (1961)::Crime|Noir\n3::East::Drama|War\n", b':'),
        ] {
            assert_eq!(char::from(found(text).delimiter), char::from(expected), "{text}");
        }
        assert!(found("1::a:b::2\n2::c::3\n3::d::4\n").twice);
        assert!(found("a||b||c\n1||x||3\n2||y||4\n").twice);
        assert!(!found("a;b;c\n1;;x\n2;;y\n").twice);
        assert!(found("id  n   m\n 1  20  3.5\n 2   3  4.5\n").merged());
    }

    #[test]
    fn quotes_and_escapes() {
        assert_eq!(found("a,b\n'x, y',1\n'don't',2\n").quote, Some(b'\''));
        assert_eq!(found("a,b\nit's,1\n\"don't, no\",2\n").quote, Some(b'"'));
        assert!(found("a,b\n\"say \\\"hi\\\", you\",1\n\"x\",2\n").backslash);
        let all =
            "\"n\";\"title\"\n\"1\";\"the \\\"red\\\" one, 3\\\"\"\n\"2\";\"the \\\"big\\\" one, 4\\\"\"\n";
        assert_eq!((found(all).delimiter, found(all).backslash), (b';', true));
        assert!(!found("path,b\n\"C:\\dir\\\",1\n\"D:\\\",2\n").backslash);
        assert!(found("a, b, c\n1, \"x, y\", 3\n2, z, 4\n").skip_spaces);
        assert!(!found("a,b,c\n1, x,3\n2,z, 4\n").skip_spaces);
        let unquoted = found("n\ttext\n1\t\"open\n2\t\"ope\" n\n3\t\"open\n4\t\"op en\n5\t\"o\n");
        assert_eq!((unquoted.quote, unquoted.delimiter), (None, b'\t'));
    }
}
