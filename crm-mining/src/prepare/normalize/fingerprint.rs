//! Keys under which spellings of one thing meet (OpenRefine's key collision).

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case, without accents, signs and order of words: `Smith, Dr. John` and `john dr smith` meet.
pub(crate) fn fingerprint(text: &str) -> String {
    let plain = plain(text);
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// The runs of `n` signs of the plain text without blanks, each once, in order: words split otherwise meet too.
pub(crate) fn ngram_fingerprint(text: &str, n: usize) -> String {
    let signs: Vec<char> = plain(text).chars().filter(|c| !c.is_whitespace()).collect();
    if signs.len() <= n {
        return signs.into_iter().collect();
    }
    let mut grams: Vec<&[char]> = signs.windows(n.max(1)).collect();
    grams.sort_unstable();
    grams.dedup();
    grams.into_iter().flatten().collect()
}

/// Letters, digits and blanks in lower case, without accents.
fn plain(text: &str) -> String {
    let sign = |c: &char| !is_combining_mark(*c) && (c.is_alphanumeric() || c.is_whitespace());
    text.nfkd().filter(sign).flat_map(char::to_lowercase).filter(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        assert_eq!(fingerprint(" Smith,  Dr. John "), "dr john smith");
        assert_eq!(fingerprint("john dr smith SMITH"), "dr john smith");
        assert_eq!(fingerprint("Müller"), fingerprint("MULLER"));
        assert_eq!(fingerprint("ＡＢＣ"), "abc");
        // OpenRefine: the 2-gram fingerprint of Paris.
        assert_eq!(ngram_fingerprint("Paris", 2), "arispari");
        assert_eq!(ngram_fingerprint("Krzysztof", 1), "fkorstyz");
        assert_eq!(ngram_fingerprint("new york", 2), ngram_fingerprint("New  York", 2));
        assert_eq!(fingerprint("!?"), "");
    }
}
