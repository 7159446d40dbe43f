//! The pattern of a text: which kinds of signs stand where.

/// Signs of a pattern; what follows is cut.
const LONGEST: usize = 32;

/// Writes the pattern of `value` into `into`: `A` for upper case, `a` for lower case, `字` for a letter without
/// case, `9` for a digit, `?` for a control sign; other signs as they are.
pub(super) fn write(value: &str, into: &mut String) {
    into.clear();
    let mut signs = value.chars();
    into.extend(signs.by_ref().take(LONGEST).map(class));
    if signs.next().is_some() {
        into.push('…');
    }
}

/// The pattern of a text.
pub(super) fn of(value: &str) -> String {
    let mut pattern = String::new();
    write(value, &mut pattern);
    pattern
}

fn class(c: char) -> char {
    match c {
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        '0'..='9' => '9',
        ' '..='~' => c,
        c if c.is_numeric() => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_lowercase() => 'a',
        c if c.is_alphabetic() => '字',
        c if c.is_control() => '?',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn classes() {
        assert_eq!(of("7590-VHVeg"), "9999-AAAaa");
        assert_eq!(of("王小明 １２"), "字字字 99");
        assert_eq!(of("\u{7}É"), "?A");
        assert_eq!(of(&"x".repeat(40)), format!("{}…", "a".repeat(32)));
    }
}
