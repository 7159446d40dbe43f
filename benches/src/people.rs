//! Made-up customers, some of them twice with errors.

use super::Draw;
use crm_mining::Result;
use crm_mining::data::{Column, Table};

/// Customers as a table, and which row repeats which.
#[derive(Debug, Clone)]
pub struct People {
    /// One row per customer, then one per repetition, shuffled.
    pub table: Table,
    /// The rows of one customer each, where there are two or more.
    pub same: Vec<(u32, u32)>,
}

const COLUMNS: [&str; 10] = [
    "id",
    "given_name",
    "surname",
    "date_of_birth",
    "street_number",
    "street",
    "town",
    "postcode",
    "phone",
    "email",
];

type Row = [Option<String>; 10];

/// Words by rank, drawn by Zipf's law.
struct Words {
    words: Vec<String>,
    cumulative: Vec<f64>,
}

impl Words {
    fn new(draw: &mut Draw, n: usize, syllables: std::ops::RangeInclusive<usize>, end: &str) -> Words {
        const ONSETS: [&str; 20] = [
            "b", "br", "c", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v",
            "w",
        ];
        const RIMES: [&str; 16] =
            ["a", "an", "ar", "e", "el", "en", "er", "i", "in", "is", "o", "on", "or", "u", "ay", "ith"];
        let of = |list: &[&'static str], draw: &mut Draw| *list.get(draw.below(list.len())).unwrap_or(&"");
        let word = |draw: &mut Draw| {
            let n = syllables.start() + draw.below(syllables.end() - syllables.start() + 1);
            let mut word: String =
                (0..n).map(|_| format!("{}{}", of(&ONSETS, draw), of(&RIMES, draw))).collect();
            word.push_str(end);
            word
        };
        let mut total = 0.0;
        let cumulative = (1..=n).map(|rank| {
            total += 1.0 / rank as f64;
            total
        });
        Words { cumulative: cumulative.collect(), words: (0..n).map(|_| word(draw)).collect() }
    }

    fn rank(&self, draw: &mut Draw) -> usize {
        let at = draw.uniform() * self.cumulative.last().copied().unwrap_or(1.0);
        self.cumulative.partition_point(|&sum| sum < at).min(self.words.len().saturating_sub(1))
    }

    fn word(&self, rank: usize) -> String {
        self.words.get(rank).cloned().unwrap_or_default()
    }
}

/// So many customers and a tenth of them twice, with one to five errors: letters lost, added, changed or exchanged,
/// values lost, names exchanged, a move to another house. Names, streets and towns follow Zipf's law; a
/// postcode belongs to its town.
///
/// # Errors
/// None in practice: the columns are of one length.
pub fn people(customers: usize, seed: u64) -> Result<People> {
    let mut draw = Draw::new(seed);
    let given = Words::new(&mut draw, 3_000, 1..=3, "");
    let surnames = Words::new(&mut draw, 60_000, 2..=3, "");
    let streets = Words::new(&mut draw, 40_000, 2..=3, " street");
    let towns = Words::new(&mut draw, 3_000, 2..=3, "");
    let house = |draw: &mut Draw| {
        let town = towns.rank(draw);
        let codes = 1 + 40 / (1 + town / 20);
        let postcode = format!("{:05}", town * 29 % 1_000 * 97 + draw.below(codes));
        let street = streets.word(streets.rank(draw));
        [Some((1 + draw.below(200)).to_string()), Some(street), Some(towns.word(town)), Some(postcode)]
    };
    let mut rows: Vec<(Row, u32)> = Vec::with_capacity(customers + customers / 10);
    for customer in 0..customers as u32 {
        let (name, surname) = (given.word(given.rank(&mut draw)), surnames.word(surnames.rank(&mut draw)));
        let born = format!("{}{:02}{:02}", 1930 + draw.below(75), 1 + draw.below(12), 1 + draw.below(28));
        let phone = (draw.uniform() < 0.7).then(|| format!("0{:09}", draw.below(1_000_000_000)));
        let email = (draw.uniform() < 0.5)
            .then(|| format!("{name}.{surname}{}@mail{}.com", draw.below(100), draw.below(9)));
        let [number, street, town, postcode] = house(&mut draw);
        let person = [Some(name), Some(surname), Some(born)];
        let [name, surname, born] = person;
        rows.push(([None, name, surname, born, number, street, town, postcode, phone, email], customer));
    }
    for _ in 0..customers / 10 {
        let Some((mut row, customer)) = rows.get(draw.below(customers)).cloned() else { continue };
        for _ in 0..1 + draw.below(5) {
            match draw.below(20) {
                0 => row.swap(1, 2),
                1 => row.iter_mut().skip(4).zip(house(&mut draw)).for_each(|(value, new)| *value = new),
                2..=4 => {
                    let at = 1 + draw.below(9);
                    row.iter_mut().skip(at).take(1).for_each(|value| *value = None);
                }
                _ => {
                    let at = 1 + draw.below(9);
                    row.iter_mut().skip(at).take(1).for_each(|value| misspell(value, &mut draw));
                }
            }
        }
        rows.push((row, customer));
    }
    for last in (1..rows.len()).rev() {
        rows.swap(last, draw.below(last + 1));
    }
    table(rows)
}

fn misspell(value: &mut Option<String>, draw: &mut Draw) {
    let Some(text) = value else { return };
    let mut letters: Vec<char> = text.chars().collect();
    let at = draw.below(letters.len().max(1));
    let (first, signs) =
        if letters.first().is_some_and(char::is_ascii_digit) { (b'0', 10) } else { (b'a', 26) };
    let new = char::from(first + draw.below(signs) as u8);
    match draw.below(4) {
        0 if letters.len() > 1 => drop(letters.remove(at)),
        1 => letters.insert(at, new),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters.iter_mut().skip(at).take(1).for_each(|letter| *letter = new),
    }
    *text = letters.into_iter().collect();
}

fn table(rows: Vec<(Row, u32)>) -> Result<People> {
    let n = rows.len();
    let mut of_customer: Vec<(u32, u32)> = (0u32..).zip(&rows).map(|(row, (_, who))| (*who, row)).collect();
    of_customer.sort_unstable();
    let mut same = Vec::new();
    for (at, &(who, row)) in of_customer.iter().enumerate() {
        let others = of_customer.iter().skip(at + 1).take_while(|(other, _)| *other == who);
        same.extend(others.map(|&(_, other)| (row, other)));
    }
    let mut columns = vec![Column::ints("id", (1..=n as i64).collect())];
    for (at, name) in COLUMNS.iter().enumerate().skip(1) {
        columns.push(Column::text(*name, rows.iter().map(|(row, _)| row.get(at).and_then(|v| v.as_deref()))));
    }
    Ok(People { table: Table::new("people", columns)?, same })
}
