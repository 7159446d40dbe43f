//! What a field looks like, as far as telling a table's shape needs it.

/// The look of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Nothing, or a word that stands for it.
    Missing,
    /// A number, with or without currency and percent.
    Number,
    /// A day, with or without a time.
    Date,
    /// A time of day.
    Time,
    /// Anything else.
    Text,
}

impl Kind {
    pub(super) fn of(field: &str) -> Kind {
        const NOTHING: [&str; 9] = ["", "na", "n/a", "nan", "null", "none", "-", "?", "."];
        const LONGEST: usize = 40;
        let field = field.trim();
        if field.len() > LONGEST {
            return Kind::Text;
        }
        match () {
            () if NOTHING.iter().any(|word| field.eq_ignore_ascii_case(word)) => Kind::Missing,
            () if is_number(field) => Kind::Number,
            () if is_time(field) => Kind::Time,
            () if is_date(field) => Kind::Date,
            () => Kind::Text,
        }
    }

    /// Whether a column of this kind tells its values from its name.
    pub(super) fn is_strong(self) -> bool {
        matches!(self, Kind::Number | Kind::Date | Kind::Time)
    }
}

fn is_number(field: &str) -> bool {
    let sign =
        |c: char| matches!(c, '+' | '-' | '(' | ')' | '%' | ' ' | '\u{A0}' | '$' | '€' | '£' | '¥' | '￥');
    let field = field.trim_matches(sign);
    let mut digits = 0;
    let mut after_digit = false;
    for c in field.chars() {
        let digit = c.is_ascii_digit() || ('０'..='９').contains(&c);
        digits += usize::from(digit);
        let joins = after_digit && matches!(c, '.' | ',' | '\'' | ' ' | '\u{A0}' | 'e' | 'E');
        let begins = digits == 0 && matches!(c, '.' | ',');
        let exponent = digits > 0 && !after_digit && matches!(c, '-' | '+');
        if !(digit || joins || begins || exponent) {
            return false;
        }
        after_digit = digit;
    }
    // Blanks and several points part thousands.
    let by_three = |signs: &[char]| {
        field.split(signs).skip(1).all(|part| part.chars().take_while(|c| c.is_numeric()).count() == 3)
    };
    let thousands = (field.matches('.').count() < 2 || by_three(&['.'])) && by_three(&[' ', '\u{A0}']);
    digits > 0 && field.matches(['e', 'E']).count() <= 1 && thousands
}

/// The numbers of a text parted by one of these signs, when it holds nothing else.
fn parts(field: &str, signs: &[char]) -> Vec<usize> {
    let digits =
        |part: &str| (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).then_some(part.len());
    field.split(signs).map(digits).collect::<Option<Vec<usize>>>().unwrap_or_default()
}

fn is_time(field: &str) -> bool {
    let upper = field.to_ascii_uppercase();
    let clock = upper.trim_end_matches(['A', 'P', 'M', 'Z', '.', ' ']);
    let clock = clock.split_once(['.', '+']).map_or(clock, |(clock, _)| clock);
    matches!(parts(clock, &[':'])[..], [1 | 2, 2] | [1 | 2, 2, 2])
}

fn is_date(field: &str) -> bool {
    let day = |day: &str| {
        let day = day.trim_end_matches('日').replace(['年', '月'], "-");
        matches!(parts(&day, &['-', '/', '.'])[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4])
    };
    if day(field) {
        return true;
    }
    match field.split_once(['T', ' ']) {
        Some((first, rest)) if day(first) => is_time(rest.trim()),
        _ => named_month(field),
    }
}

/// Whether it is a day and a year about the name of a month: `5 Mar 2024`, `Mar 5, 2024`.
fn named_month(field: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut months, mut numbers) = (0, 0);
    for word in field.split([' ', '-', ',', '/']).filter(|word| !word.is_empty()) {
        let start = word.get(..3).unwrap_or_default();
        if MONTHS.iter().any(|month| start.eq_ignore_ascii_case(month)) {
            months += 1;
        } else if word.bytes().all(|b| b.is_ascii_digit()) {
            numbers += 1;
        } else {
            return false;
        }
    }
    months == 1 && (1..=2).contains(&numbers)
}

/// The kind of each column: that of most of its values, [`Kind::Text`] without a clear one.
pub(super) fn of_columns<'a>(rows: impl Iterator<Item = &'a [String]>, width: usize) -> Vec<Kind> {
    const STRONG: [Kind; 3] = [Kind::Number, Kind::Date, Kind::Time];
    let mut counts = vec![[0_usize; 4]; width];
    for row in rows {
        for (field, count) in row.iter().zip(&mut counts) {
            let kind = Kind::of(field);
            let place = STRONG.iter().position(|&strong| strong == kind).unwrap_or(3);
            if let Some(count) = count.get_mut(place)
                && kind != Kind::Missing
            {
                *count += 1;
            }
        }
    }
    let of = |count: &[usize; 4]| {
        let all: usize = count.iter().sum();
        let clear = STRONG.iter().zip(count).find(|&(_, &n)| n > 0 && n * 5 >= all * 4);
        clear.map_or(Kind::Text, |(&kind, _)| kind)
    };
    counts.iter().map(of).collect()
}

/// How many fields of a row have the kind of their column, and how many clearly have not, of those columns
/// whose kind tells.
pub(super) fn agreement(row: &[String], kinds: &[Kind]) -> (usize, usize) {
    let (mut agree, mut differ) = (0, 0);
    for (field, &kind) in row.iter().zip(kinds).filter(|(_, kind)| kind.is_strong()) {
        match Kind::of(field) {
            Kind::Missing => {}
            found if found == kind => agree += 1,
            _ => differ += 1,
        }
    }
    (agree, differ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        for (kind, fields) in [
            (Kind::Missing, &["", " ", "NA", "null", "-"][..]),
            (
                Kind::Number,
                &[
                    "1", "-2.50", "$74.69", "1,234.5", "(45.00)", "12%", "1e-5", "€ 3", ".5", "１２",
                    "12 345,6",
                ],
            ),
            (Kind::Date, &["2024-03-05", "5/3/24", "2024年3月5日", "2024-03-05T10:00:00Z", "5 Mar 2024"]),
            (Kind::Time, &["10:00", "9:05:01", "10:00 PM"]),
            (
                Kind::Text,
                &["MG-8769", "Anna", "138-0000-1111", "A1", "e", "192.168.10.1", "may be", "861 4249 6112"],
            ),
        ] {
            for field in fields {
                assert_eq!(Kind::of(field), kind, "{field:?}");
            }
        }
    }
}
