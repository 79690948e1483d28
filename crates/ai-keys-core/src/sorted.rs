//! Sorting and collecting, small in WebAssembly.
//!
//! The standard library compiles its sort anew for every type, 4 kB each, and
//! once more for every map and set that is collected: a fifth of the module.
//! There, one sort of positions serves every type, and maps grow entry by
//! entry. The order is the same; elsewhere it is the standard library's own,
//! which is faster. The parity run of `cargo xtask wasm --test` compares.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts, and keeps the order of equal items.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    items.sort_by(compare);
}

/// Sorts, and keeps the order of equal items.
#[cfg(target_arch = "wasm32")]
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    positions::sort_by(items, compare);
}

/// Sorts by a key, and keeps the order of items with equal keys.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts, and keeps the order of equal items.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Collects a map; the last entry of a key counts.
pub(crate) fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    if cfg!(not(target_arch = "wasm32")) {
        return entries.into_iter().collect();
    }
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

/// Collects a set.
pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    if cfg!(not(target_arch = "wasm32")) {
        return items.into_iter().collect();
    }
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}

#[cfg(any(target_arch = "wasm32", test))]
mod positions {
    use std::cmp::Ordering;

    /// Sorts positions, then moves the items to theirs.
    pub(super) fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
        let mut order: Vec<usize> = (0..items.len()).collect();
        sort_positions(&mut order, &mut |a, b| match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        move_to(&invert(&order), &mut |a, b| items.swap(a, b));
    }

    /// The one sort of the module: runs of one, two, four … are merged. The
    /// standard library's is six times as large.
    #[inline(never)]
    fn sort_positions(order: &mut Vec<usize>, compare: &mut dyn FnMut(usize, usize) -> Ordering) {
        let mut merged = Vec::with_capacity(order.len());
        let mut width = 1;
        while width < order.len() {
            merged.clear();
            for pair in order.chunks(width * 2) {
                let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
                merge(left, right, &mut merged, compare);
            }
            std::mem::swap(order, &mut merged);
            width *= 2;
        }
    }

    fn merge(
        left: &[usize],
        right: &[usize],
        merged: &mut Vec<usize>,
        compare: &mut dyn FnMut(usize, usize) -> Ordering,
    ) {
        let (mut left, mut right) = (left, right);
        let seam = left.last().zip(right.first());
        // What is in order already costs one look.
        if seam.is_some_and(|(last, first)| compare(*last, *first).is_gt()) {
            while let (Some((a, after_a)), Some((b, after_b))) =
                (left.split_first(), right.split_first())
            {
                if compare(*a, *b).is_le() {
                    merged.push(*a);
                    left = after_a;
                } else {
                    merged.push(*b);
                    right = after_b;
                }
            }
        }
        merged.extend_from_slice(left);
        merged.extend_from_slice(right);
    }

    /// Says for each position where its item goes.
    fn invert(order: &[usize]) -> Vec<usize> {
        let mut places = vec![0; order.len()];
        for (place, from) in order.iter().enumerate() {
            if let Some(to) = places.get_mut(*from) {
                *to = place;
            }
        }
        places
    }

    #[inline(never)]
    fn move_to(places: &[usize], swap: &mut dyn FnMut(usize, usize)) {
        let mut places = places.to_vec();
        for at in 0..places.len() {
            while let Some(place) = places.get(at).copied().filter(|place| *place != at) {
                swap(at, place);
                places.swap(at, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_give_the_order_of_the_standard_library() {
        let mut seed = 1_u64;
        for length in [0, 1, 2, 3, 20, 21, 50, 1000] {
            let mut items: Vec<(u64, usize)> = Vec::new();
            for at in 0..length {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                items.push(((seed >> 33) % 16, at));
            }
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            positions::sort_by(&mut items, |a, b| a.0.cmp(&b.0));
            assert_eq!(items, expected);
        }
    }
}
