//! The transforms of a line at the points 0, a, -a, b, -b and infinity: `B^T d` (see [`six_points`]),
//!
//! `A y = (y0, e + a f, e - a f, g + b h, g - b h, y3)`
//! with `e = y0 + a² y2`, `f = y1 + a² y3`, `g = y0 + b² y2`, `h = y1 + b² y3`,
//!
//! `G^T m`: see [`weight`].

use crate::kernels::convolution::six_points::{A, B, OF_A, OF_B, SIDE, TILE};
use crate::kernels::vector::Vector;

/// `A y`.
#[inline(always)]
pub(super) fn output_gradient<V: Vector>([y0, y1, y2, y3]: [V; TILE]) -> [V; SIDE] {
    let (even_a, odd_a) = (y2.fma(V::constant(A * A), y0), y3.fma(V::constant(A * A), y1));
    let (even_b, odd_b) = (y2.fma(V::constant(B * B), y0), y3.fma(V::constant(B * B), y1));
    [
        y0,
        odd_a.fma(V::constant(A), even_a),
        odd_a.fma(V::constant(-A), even_a),
        odd_b.fma(V::constant(B), even_b),
        odd_b.fma(V::constant(-B), even_b),
        y3,
    ]
}

/// `G^T m`, where row p of G is `(1, p, p²) / (the product of p's differences from the other points)` and the last row is
/// `(0, 0, 1)`.
#[inline(always)]
pub(super) fn weight<V: Vector>([m0, m1, m2, m3, m4, m5]: [V; SIDE]) -> [V; 3] {
    let (even_a, odd_a, even_b, odd_b) = (m1.add(m2), m1.sub(m2), m3.add(m4), m3.sub(m4));
    let first = m0.mul(V::constant(1.0 / (A * A * B * B)));
    [
        even_b.fma(V::constant(OF_B), even_a.fma(V::constant(OF_A), first)),
        odd_b.fma(V::constant(B * OF_B), odd_a.mul(V::constant(A * OF_A))),
        even_b.fma(V::constant(B * B * OF_B), even_a.fma(V::constant(A * A * OF_A), m5)),
    ]
}
