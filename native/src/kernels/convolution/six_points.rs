//! The points 0, a = 3/4, -a, b = 3/2, -b and infinity, at which a patch of six numbers is evaluated. With them the
//! errors of minimal filtering are half of those with the usual points 0, +-1, +-2 and infinity.
//!
//! `B^T d = (a² b² d0 - (a² + b²) d2 + d4, e + a f, e - a f, g + b h, g - b h, a² b² d1 - (a² + b²) d3 + d5)`
//! with `e = d4 - b² d2`, `f = d3 - b² d1`, `g = d4 - a² d2`, `h = d3 - a² d1`.

use crate::kernels::vector::Vector;

/// The side of a tile of outputs, and of the patch behind it.
pub(super) const TILE: usize = 4;
pub(super) const SIDE: usize = 6;
pub(super) const PLACES: usize = SIDE * SIDE;

pub(super) const A: f64 = 3.0 / 4.0;
pub(super) const B: f64 = 3.0 / 2.0;
/// 1 / (the product of a's differences from the other finite points), which is the same for -a; and so for b.
pub(super) const OF_A: f64 = 1.0 / (2.0 * A * A * (A * A - B * B));
pub(super) const OF_B: f64 = 1.0 / (2.0 * B * B * (B * B - A * A));

/// `B^T d`.
#[inline(always)]
pub(super) fn input<V: Vector>([d0, d1, d2, d3, d4, d5]: [V; 6]) -> [V; 6] {
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
