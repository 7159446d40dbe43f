//! Numbers and dates: signs beside a number, values of another type, and outliers.

use super::evidence::{Entry, Evidence, Findings, Values};
use super::suspicion::Signal;
use crate::data::parse::{Moment, is_missing_marker};
use hashbrown::{HashMap, HashSet};

/// A number with what stands before and after it.
struct Affixed<'a> {
    number: f64,
    core: &'a str,
    before: &'a str,
    after: &'a str,
}

impl Affixed<'_> {
    fn is_plain(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Currency and percent signs, and words; a single letter is part of a code (`85123A`) unless it stands apart.
    fn is_unit(&self) -> bool {
        let word = |text: &str| {
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            letters != 1 || text.starts_with(' ') || text.ends_with(' ') || !text.is_ascii()
        };
        !self.is_plain() && word(self.before) && word(self.after)
    }
}

fn affixed(text: &str) -> Option<Affixed<'_>> {
    const LONGEST: usize = 24;
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let signed = text.get(..start)?.strip_suffix('-').map_or(start, str::len);
    let (before, rest) = text.split_at_checked(signed)?;
    let end =
        rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-'))).unwrap_or(rest.len());
    let (core, after) = rest.split_at_checked(end)?;
    let trimmed = core.trim_end_matches(['.', ',', '-']);
    let after = rest.get(trimmed.len()..).filter(|_| after.len() <= LONGEST)?;
    // A prefix is a sign of currency or a word that stands apart; `ami-2` and `A11` are codes.
    let currency = |sign: char| matches!(sign, '$' | '€' | '£' | '¥' | '￥' | '₹' | '₽' | '₩');
    let apart = before.is_empty() || before.ends_with(' ') || before.trim().chars().all(currency);
    let coded = !apart
        || before.len() > 8
        || before.contains(['<', '>'])
        || after.contains(|c: char| c.is_ascii_digit());
    let number: f64 = trimmed.replace(',', "").parse().ok()?;
    (!coded && number.is_finite()).then_some(Affixed { number, core: trimmed, before, after })
}

/// The number alone, in its shortest spelling: `12.0` is 12, and 0.055999999999999994 is 0.056.
fn shortest(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// What the numbers and dates of a column say against some of its values. Returns whether the column is one of
/// numbers or dates, whose patterns then say nothing more.
pub(super) fn judge(values: &Values<'_>, findings: &mut Findings) -> bool {
    let read: Vec<Option<Affixed<'_>>> = values.entries.iter().map(|entry| affixed(&entry.text)).collect();
    let both = || values.entries.iter().zip(&read);
    // Words such as `none` mark a missing number, but may be a category among words.
    let marked = values.share(|entry| is_missing_marker(entry.text.trim()));
    let rows = |is_such: &dyn Fn(&Affixed<'_>) -> bool| -> f64 {
        let rows: usize = both()
            .filter(|(_, read)| read.as_ref().is_some_and(is_such))
            .map(|(entry, _)| entry.count as usize)
            .sum();
        rows as f64 / ((1.0 - marked) * values.rows as f64).max(1.0)
    };
    let (plain, unit) = (rows(&|read| read.is_plain()), rows(&|read| read.is_unit()));
    if plain + unit >= 0.8 && unit > 0.0 {
        units(both(), plain, unit, values.rows, findings);
    }
    if plain >= 0.95 {
        types(both().filter(|(_, read)| read.is_none()).map(|(entry, _)| entry), values.rows, findings);
    }
    if plain >= 0.8 {
        let plain = both().filter_map(|(entry, read)| {
            read.as_ref().filter(|read| read.is_plain()).map(|read| (entry, read.number))
        });
        super::outlier::judge(plain.collect(), findings);
    }
    let moment = |entry: &Entry<'_>| Moment::read(&entry.text) != Moment::Other;
    let dates = values.share(moment);
    if dates >= 0.95 {
        types(values.entries.iter().filter(|entry| !moment(entry)), values.rows, findings);
    }
    plain >= 0.8 || dates >= 0.95
}

/// A rare value that is no number or date where nearly all are. Digits among the same signs again and again
/// (`C536379`) are codes by intent.
fn types<'a>(others: impl Iterator<Item = &'a Entry<'a>> + Clone, rows: usize, findings: &mut Findings) {
    let has_digit = |entry: &Entry<'_>| entry.text.contains(|sign: char| sign.is_ascii_digit());
    let skeleton =
        |entry: &Entry<'_>| entry.text.chars().filter(|sign| !sign.is_ascii_digit()).collect::<String>();
    let mut skeletons: HashMap<String, u64> = HashMap::new();
    for entry in others.clone().filter(|entry| has_digit(entry)) {
        *skeletons.entry(skeleton(entry)).or_default() += u64::from(entry.count);
    }
    for entry in others {
        if is_missing_marker(entry.text.trim()) {
            let found = Evidence::hard(Signal::MissingMarker, 0.9).missing();
            findings.entry(entry.code).or_default().push(found);
            continue;
        }
        let seen = if has_digit(entry) {
            skeletons.get(&skeleton(entry)).copied().unwrap_or(0)
        } else {
            u64::from(entry.count)
        };
        let rare = if has_digit(entry) { rows / 1000 } else { rows / 100 };
        let weight = if seen <= rare.max(2) as u64 { 0.8 } else { 0.45 };
        findings.entry(entry.code).or_default().push(Evidence::soft(Signal::Type, weight));
    }
}

/// Either one unit throughout, or the number alone. With nine tenths of the rows in one form the others are
/// wrong. With the plain number in half of the rows every unit is wrong. Where units are mixed and go with the
/// same numbers, none is the rule: the number alone is the value.
fn units<'a>(
    both: impl Iterator<Item = (&'a Entry<'a>, &'a Option<Affixed<'a>>)> + Clone,
    plain: f64,
    unit: f64,
    rows: usize,
    findings: &mut Findings,
) {
    let with_unit = || {
        both.clone().filter_map(|(entry, read)| Some((entry, read.as_ref().filter(|read| read.is_unit())?)))
    };
    let mut forms: HashMap<(&str, &str), usize> = HashMap::new();
    for (entry, read) in with_unit() {
        *forms.entry((read.before, read.after)).or_default() += entry.count as usize;
    }
    let mut forms: Vec<((&str, &str), usize)> = forms.into_iter().collect();
    forms.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let Some(&((before, after), top)) = forms.first() else { return };
    let all = unit * rows as f64;
    let repeated: usize = forms.iter().take(20).map(|(_, count)| count).sum();
    let few = (repeated as f64) >= 0.95 * all;
    if plain < 0.5 && top as f64 >= 0.9 * (unit + plain) * rows as f64 {
        for (entry, read) in both.clone().filter_map(|(entry, read)| Some((entry, read.as_ref()?))) {
            if (read.before, read.after) != (before, after) {
                let repair = format!("{before}{}{after}", read.core);
                findings
                    .entry(entry.code)
                    .or_default()
                    .push(Evidence::soft(Signal::Affix, 0.8).value(repair));
            }
        }
    } else if few && (plain >= 0.5 || crossed(with_unit()) >= 0.5) {
        // A word that follows at once is a unit when it is usual (12oz), else part of a code (15056BL).
        let usual = |read: &Affixed<'_>| {
            let count = forms
                .iter()
                .find(|(form, _)| *form == (read.before, read.after))
                .map_or(0, |(_, count)| *count);
            !read.after.starts_with(char::is_alphabetic) || count as f64 >= 0.2 * all
        };
        for (entry, read) in with_unit().filter(|(_, read)| usual(read)) {
            let found = Evidence::hard(Signal::Affix, 0.9).value(shortest(read.number));
            findings.entry(entry.code).or_default().push(found);
        }
    }
}

/// The share of rows whose number occurs with several units and whose unit occurs with several numbers. In
/// house numbers before street names it is small.
fn crossed<'a>(with_unit: impl Iterator<Item = (&'a Entry<'a>, &'a Affixed<'a>)> + Clone) -> f64 {
    let mut units: HashMap<u64, HashSet<(&str, &str)>> = HashMap::new();
    let mut numbers: HashMap<(&str, &str), HashSet<u64>> = HashMap::new();
    for (_, read) in with_unit.clone() {
        units.entry(read.number.to_bits()).or_default().insert((read.before, read.after));
        numbers.entry((read.before, read.after)).or_default().insert(read.number.to_bits());
    }
    let (mut crossed, mut all) = (0usize, 0usize);
    for (entry, read) in with_unit {
        let several = units.get(&read.number.to_bits()).is_some_and(|units| units.len() > 1)
            && numbers.get(&(read.before, read.after)).is_some_and(|numbers| numbers.len() > 1);
        all += entry.count as usize;
        crossed += if several { entry.count as usize } else { 0 };
    }
    crossed as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_what_stands_beside_them() {
        let parts =
            |text| affixed(text).map(|read| (read.before.to_owned(), read.number, read.after.to_owned()));
        assert_eq!(parts("12.0 oz."), Some(("".into(), 12.0, " oz.".into())));
        assert_eq!(parts("$1,234.50"), Some(("$".into(), 1234.5, "".into())));
        assert_eq!(parts("-3%"), Some(("".into(), -3.0, "%".into())));
        for text in ["", "abc", "1 - 4 yrs", "2024-01-05", "10.0.0.1", "< 5 DM", "ami-2", "A11"] {
            assert_eq!(parts(text), None, "{text}");
        }
        assert_eq!(shortest(0.055999999999999994), "0.056");
        assert_eq!(shortest(12.0), "12");
    }
}
