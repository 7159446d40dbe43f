//! Telephone numbers.

use super::edit::damerau_levenshtein;

/// A telephone number made ready for comparison: its national digits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phone(String);

/// The digits of a telephone number without what is dialed before them from elsewhere.
pub(crate) fn national(text: &str) -> String {
    let digits: String = text.chars().filter_map(digit).collect();
    let international = text.trim_start().starts_with(['+', '＋']) || digits.starts_with("00");
    let digits = digits.trim_start_matches('0');
    // A mobile number of China with its country code, marked as such or not, has 13 digits.
    let national = digits.strip_prefix("86").filter(|rest| {
        let length = rest.trim_start_matches('0').len();
        (international && length >= 7) || (length == 11 && rest.starts_with('1'))
    });
    national.unwrap_or(digits).trim_start_matches('0').to_owned()
}

/// Numbers with and without the code of the country or the area end alike.
pub(crate) fn same_ending(a: &str, b: &str) -> bool {
    let (shorter, longer) = if a.len() < b.len() { (a, b) } else { (b, a) };
    shorter.len() >= 7 && longer.ends_with(shorter)
}

/// What a number is worth beside one of the same ending.
pub(crate) const SAME_ENDING: f64 = 0.95;

impl Phone {
    pub(crate) fn new(text: &str) -> Phone {
        Phone(national(text))
    }

    /// 1 for the same national number, 0.95 for one with and one without country or area code, 0.85 for one
    /// digit off or two swapped, 0.3 for the last four digits alone, else 0. Spaces, signs and full-width
    /// digits do not matter.
    pub(crate) fn similarity(&self, other: &Phone) -> f64 {
        let (a, b) = (self.0.as_str(), other.0.as_str());
        if a == b {
            return 1.0;
        }
        if same_ending(a, b) {
            return SAME_ENDING;
        }
        // One edit in n digits leaves 1 − 1/n.
        let edits = (1.0 - damerau_levenshtein(a, b)) * a.len().max(b.len()) as f64;
        if a.len() >= 7 && a.len() == b.len() && edits < 1.5 {
            return 0.85;
        }
        let end = |text: &str| text.len().checked_sub(4).and_then(|at| text.get(at..).map(str::to_owned));
        if end(a).is_some() && end(a) == end(b) { 0.3 } else { 0.0 }
    }
}

fn digit(sign: char) -> Option<char> {
    match sign {
        '0'..='9' => Some(sign),
        '０'..='９' => char::from_u32(u32::from(sign) - u32::from('０') + u32::from('0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_slips() {
        for (a, b, expected) in [
            ("+86 138-1234-5678", "13812345678", 1.0),
            ("0086 13812345678", "１３８１２３４５６７８", 1.0),
            ("8613812345678", "138 1234 5678", 1.0),
            ("010-62345678", "62345678", 0.95),
            ("+44 20 7946 0958", "020 7946 0958", 0.95),
            ("13812345678", "13812345687", 0.85),
            ("13812345678", "13912345678", 0.85),
            ("13812345678", "15600005678", 0.3),
            ("13812345678", "15600001111", 0.0),
            ("", "", 1.0),
            ("", "13812345678", 0.0),
        ] {
            assert_eq!(Phone::new(a).similarity(&Phone::new(b)), expected, "{a} {b}");
            assert_eq!(Phone::new(b).similarity(&Phone::new(a)), expected, "{b} {a}");
        }
    }
}
