//! Lanes taken a vector at a time.

/// `for_vectors!(V, range, |lane, count| body)`: the body for each whole vector of the range's lanes, from `lane` on,
/// and once more for the `count` lanes that are left.
macro_rules! for_vectors {
    ($V:ident, $range:expr, |$lane:ident, $count:ident| $body:expr) => {{
        let std::ops::Range { start, end } = $range;
        let mut $lane = start;
        while $lane + $V::LANES <= end {
            let $count = $V::LANES;
            $body;
            $lane += $V::LANES;
        }
        if $lane < end {
            let $count = end - $lane;
            $body;
        }
    }};
}
pub(crate) use for_vectors;
