//! Row numbers as ranges.

/// Ascending row numbers as text: `2-7,19`.
pub(super) fn ranges(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut text = String::new();
    let mut open: Option<(u64, u64)> = None;
    for number in numbers {
        open = match open {
            Some((start, end)) if number == end + 1 => Some((start, number)),
            Some((_, end)) if number == end => open,
            other => {
                push(&mut text, other);
                Some((number, number))
            }
        };
    }
    push(&mut text, open);
    text
}

fn push(text: &mut String, range: Option<(u64, u64)>) {
    let Some((start, end)) = range else { return };
    if !text.is_empty() {
        text.push(',');
    }
    text.push_str(&start.to_string());
    if end > start {
        text.push('-');
        text.push_str(&end.to_string());
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn ranges_and_singles() {
        assert_eq!(super::ranges([2, 3, 4, 7, 9, 10]), "2-4,7,9-10");
        assert_eq!(super::ranges([]), "");
    }
}
