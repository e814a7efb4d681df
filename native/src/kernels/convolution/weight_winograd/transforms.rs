//! The three transforms of a line. With a = 3/4 and b = 3/2, the points are 0, a, -a, b, -b and infinity:
//!
//! `B^T d = (a² b² d0 - (a² + b²) d2 + d4, e + a f, e - a f, g + b h, g - b h, a² b² d1 - (a² + b²) d3 + d5)`
//! with `e = d4 - b² d2`, `f = d3 - b² d1`, `g = d4 - a² d2`, `h = d3 - a² d1`,
//!
//! `A y = (y0, e + a f, e - a f, g + b h, g - b h, y3)`
//! with `e = y0 + a² y2`, `f = y1 + a² y3`, `g = y0 + b² y2`, `h = y1 + b² y3`,
//!
//! `G^T m`: see [`weight`].

use crate::kernels::vector::Vector;

/// The side of a patch, and of the square of places.
pub(super) const SIDE: usize = 6;
/// The side of a tile of outputs.
pub(super) const TILE: usize = 4;

const A: f64 = 3.0 / 4.0;
const B: f64 = 3.0 / 2.0;

/// `B^T d`.
#[inline(always)]
pub(super) fn input<V: Vector>([d0, d1, d2, d3, d4, d5]: [V; SIDE]) -> [V; SIDE] {
    let (product, sum) = (V::constant(A * A * B * B), V::constant(-(A * A + B * B)));
    let (even_a, odd_a) = (d2.fma(V::constant(-B * B), d4), d1.fma(V::constant(-B * B), d3));
    let (even_b, odd_b) = (d2.fma(V::constant(-A * A), d4), d1.fma(V::constant(-A * A), d3));
    [
        d0.fma(product, d2.fma(sum, d4)),
        odd_a.fma(V::constant(A), even_a),
        odd_a.fma(V::constant(-A), even_a),
        odd_b.fma(V::constant(B), even_b),
        odd_b.fma(V::constant(-B), even_b),
        d1.fma(product, d3.fma(sum, d5)),
    ]
}

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
    const OF_A: f64 = 1.0 / (2.0 * A * A * (A * A - B * B));
    const OF_B: f64 = 1.0 / (2.0 * B * B * (B * B - A * A));
    let (even_a, odd_a, even_b, odd_b) = (m1.add(m2), m1.sub(m2), m3.add(m4), m3.sub(m4));
    let first = m0.mul(V::constant(1.0 / (A * A * B * B)));
    [
        even_b.fma(V::constant(OF_B), even_a.fma(V::constant(OF_A), first)),
        odd_b.fma(V::constant(B * OF_B), odd_a.mul(V::constant(A * OF_A))),
        even_b.fma(V::constant(B * B * OF_B), even_a.fma(V::constant(A * A * OF_A), m5)),
    ]
}
