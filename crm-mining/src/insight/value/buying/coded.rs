//! Numbers as codes into the table of the distinct ones.

use hashbrown::HashMap;

/// The distinct values in ascending order, and which of them each is. Equal means equal bits.
pub(super) fn coded(values: impl Iterator<Item = f64>) -> (Vec<f64>, Vec<u32>) {
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut distinct: Vec<(f64, u32)> = Vec::new();
    // Ordered records repeat their values one after another.
    let mut last = None;
    let mut code = |value: f64| {
        let bits = value.to_bits();
        if let Some((_, code)) = last.filter(|(before, _)| *before == bits) {
            return code;
        }
        let next = distinct.len() as u32;
        let code = *seen.entry(bits).or_insert_with(|| {
            distinct.push((value, next));
            next
        });
        last = Some((bits, code));
        code
    };
    let mut codes: Vec<u32> = values.map(&mut code).collect();
    distinct.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut ranks = vec![0; distinct.len()];
    for (rank, (_, code)) in (0..).zip(&distinct) {
        if let Some(slot) = ranks.get_mut(*code as usize) {
            *slot = rank;
        }
    }
    codes.iter_mut().for_each(|code| *code = ranks.get(*code as usize).copied().unwrap_or_default());
    (distinct.into_iter().map(|(value, _)| value).collect(), codes)
}
