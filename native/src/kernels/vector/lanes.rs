//! Lanes taken a vector at a time.

use super::traits::Vector;

/// `for_vectors!(V, range, |lane, count| body)`: the body for each whole vector of the range's lanes, from `lane` on,
/// and once more for the `count` lanes that are left.
macro_rules! for_vectors {
    ($V:ident, $range:expr, |$lane:ident, $count:ident| $body:expr) => {{
        let std::ops::Range { start, end } = $range;
        // The compiler sees from the remainder that the lanes left are fewer than a vector's.
        let left = (end - start) % $V::LANES;
        let mut $lane = start;
        while $lane < end - left {
            let $count = $V::LANES;
            $body;
            $lane += $V::LANES;
        }
        if left > 0 {
            let $count = left;
            $body;
        }
    }};
}
pub(crate) use for_vectors;

/// Writes +0 to `count` elements.
///
/// # Safety
/// `to` must be valid for these elements.
#[inline(always)]
pub unsafe fn zeros<V: Vector>(to: *mut V::Element, count: usize) {
    // SAFETY: the caller's promise.
    for_vectors!(V, 0..count, |lane, left| unsafe { V::zero().store_up_to(to.add(lane), left) });
}
