//! How many bytes growing things take: what limits on memory are held against.

/// The bytes a vector takes once it holds this many more.
pub(crate) fn grown<T>(vector: &Vec<T>, more: usize) -> usize {
    capacity_after(vector.capacity(), vector.len() + more) * size_of::<T>()
}

/// What a capacity becomes for this many: one that is too small doubles at least.
pub(crate) fn capacity_after(capacity: usize, needed: usize) -> usize {
    if needed <= capacity { capacity } else { needed.max(2 * capacity) }
}
