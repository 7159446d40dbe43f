//! One column described: its tally told in figures, personal values withheld.

use super::column::{ColumnQuality, ColumnRole, ContentType, DateSpan, NumberSummary, share};
use super::numbers::summarize;
use super::personal::{Personal, mentions_person, personal};
use super::settings::{PersonalValues, Quality};
use super::tally::Tally;
use super::texts::{self, Texts, add_person, shown};
use super::words::Words;
use super::{patterns, texts::misfits};
use crate::data::{Column, Day, NumberStyle, show_time};
use crate::error::Result;
use crate::model::Control;

/// Signs of a shown value; what follows is cut.
const LONGEST: usize = 120;

/// What the rest of the table is compared by.
pub(super) struct Described {
    pub(super) quality: ColumnQuality,
    /// What columns must share to correspond one to one.
    pub(super) signature: u64,
}

pub(super) fn describe(column: &Column, settings: &Quality, control: &Control) -> Result<Described> {
    let column = &*column.coded();
    let tally = Tally::of(column, control)?;
    let words = Words::of(column.name());
    let texts = match &tally {
        Tally::Text { text, counts } => {
            let limits = (settings.type_share, settings.top);
            Texts::of((text, counts), (&words, &settings.markers), limits, control)?
        }
        typed => typed_texts(typed, &words),
    };
    let (mut present, mut distinct, mut unique) = (0, 0, 0);
    for count in tally.counts() {
        (present, distinct, unique) = (present + count, distinct + 1, unique + u64::from(count == 1));
    }
    let rows = column.len() as u64;
    let content = texts.content.unwrap_or(ContentType::Empty);
    let mut quality = ColumnQuality {
        name: column.name().to_owned(),
        content,
        fits: share(texts.fitting, texts.valued).unwrap_or(1.0),
        rows,
        missing: rows - present,
        markers: texts.markers,
        distinct,
        unique,
        padded: texts.padded,
        lengths: texts.lengths,
        numbers: numbers(&tally, (content, texts.style), &settings.quantiles),
        dates: span(&tally, content),
        top: shown(tally.top(settings.top)),
        misfits: match &tally {
            Tally::Text { text, counts } if texts.fitting < texts.valued => {
                let read = (content, texts.style);
                shown(misfits((text, counts), read, &settings.markers, settings.top))
            }
            _ => Vec::new(),
        },
        patterns: Vec::new(),
        n_patterns: texts.n_patterns,
        roles: Vec::new(),
        regular: share(texts.valued - texts.irregular, texts.valued).unwrap_or(1.0),
    };
    quality.roles = roles(&quality, &texts, &words, settings);
    quality.patterns = texts.patterns;
    if settings.personal_values == PersonalValues::Masked {
        mask(&mut quality);
    }
    let values = quality.top.iter_mut().chain(&mut quality.misfits);
    values.for_each(|value| cut(&mut value.value));
    Ok(Described { quality, signature: tally.signature() })
}

/// What a column of numbers, moments or truth values has of what texts are asked for.
fn typed_texts(tally: &Tally<'_>, words: &Words) -> Texts {
    let mut texts = Texts { valued: tally.counts().sum(), ..Texts::default() };
    texts.fitting = texts.valued;
    let mut number = |value: i64, count: u32| {
        let count = u64::from(count);
        if (19_000_101..=21_001_231).contains(&value) {
            let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
            let exists = Day::from_ymd(year as i32, month as u32, day as u32).is_some();
            texts.dates += if exists { count } else { 0 };
        }
        // Fewer digits are no phone number, unless the column's name says so.
        if (value >= 1_000_000_000 || words.phone || words.birth)
            && let Some(kind) = personal(&value.to_string(), words)
        {
            add_person(&mut texts.personal, kind, count);
        }
    };
    let content = match tally {
        Tally::Whole(runs) => {
            runs.iter().for_each(|&(value, count)| number(value, count));
            ContentType::Whole
        }
        Tally::Real(runs) => {
            // Whole numbers with gaps become floats in pandas.
            let whole = |value: f64| value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
            let runs = runs.iter().filter(|run| whole(run.0));
            runs.for_each(|&(value, count)| number(value as i64, count));
            ContentType::Number
        }
        Tally::Moments(_) => {
            texts.dates = texts.valued;
            if words.birth {
                add_person(&mut texts.personal, Personal::BirthDate, texts.valued);
            }
            ContentType::Date
        }
        _ => ContentType::Truth,
    };
    texts.content = Some(if texts.valued == 0 { ContentType::Empty } else { content });
    texts
}

fn numbers(
    tally: &Tally<'_>,
    (content, style): (ContentType, NumberStyle),
    quantiles: &[f64],
) -> Option<NumberSummary> {
    if !matches!(content, ContentType::Whole | ContentType::Number) {
        return None;
    }
    match tally {
        Tally::Text { text, counts } => summarize(&texts::numbers((text, counts), style), quantiles),
        Tally::Whole(runs) => {
            // Integers above 2⁵³ may meet as floats: equal neighbors do no harm.
            let runs: Vec<(f64, u32)> = runs.iter().map(|&(value, count)| (value as f64, count)).collect();
            summarize(&runs, quantiles)
        }
        Tally::Real(runs) => summarize(runs, quantiles),
        _ => None,
    }
}

fn span(tally: &Tally<'_>, content: ContentType) -> Option<DateSpan> {
    let (first, last) = match tally {
        Tally::Text { text, counts } if content == ContentType::Date => texts::span((text, counts))?,
        Tally::Moments(runs) => (runs.first()?.0, runs.last()?.0),
        _ => return None,
    };
    Some(DateSpan { first: show_time(first), last: show_time(last) })
}

fn roles(quality: &ColumnQuality, texts: &Texts, words: &Words, settings: &Quality) -> Vec<ColumnRole> {
    let mut roles = Vec::new();
    let is_key = quality.rows > 1 && quality.missing == 0 && quality.distinct == quality.rows;
    // Codes: short, without blanks, with a digit, of few patterns.
    let code_like = matches!(quality.content, ContentType::Text)
        && quality.distinct > 1
        && quality.distinct_share() >= Some(0.95)
        && texts.patterns.iter().all(|p| p.value.contains('9') && !p.value.contains(' '))
        && quality.lengths.is_some_and(|lengths| lengths.max <= 64);
    let nameable = matches!(quality.content, ContentType::Text | ContentType::Whole);
    if nameable && (words.id || code_like) {
        roles.push(ColumnRole::Id);
    }
    if is_key {
        roles.push(ColumnRole::Key);
    }
    if texts.valued > 0 && texts.dates as f64 >= settings.type_share * texts.valued as f64 {
        roles.push(ColumnRole::Date);
    }
    if quality.distinct == 1 && quality.missing == 0 && quality.rows > 1 {
        roles.push(ColumnRole::Constant);
    }
    for (kind, &rows) in Personal::ALL.into_iter().zip(&texts.personal) {
        // One in ten numbers passes Luhn's check by chance.
        let needed = if kind == Personal::BankCard { 0.5 } else { 0.0 };
        match share(rows, texts.valued) {
            Some(share) if rows > 0 && share >= settings.personal_share.max(needed) => {
                roles.push(ColumnRole::Personal { kind, share });
            }
            _ => {}
        }
    }
    roles
}

/// Puts patterns in the place of personal values, and withholds figures that are such values.
fn mask(quality: &mut ColumnQuality) {
    let personal = quality.is_personal();
    for value in quality.top.iter_mut().chain(&mut quality.misfits) {
        if personal || mentions_person(&value.value) {
            value.value = patterns::of(&value.value);
        }
    }
    if personal {
        (quality.numbers, quality.dates) = (None, None);
    }
}

fn cut(value: &mut String) {
    if let Some((end, _)) = value.char_indices().nth(LONGEST) {
        value.truncate(end);
        value.push('…');
    }
}
