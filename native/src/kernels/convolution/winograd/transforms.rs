//! The three transforms of a line: of a kernel's three taps, of a patch of the source ([`super::super::six_points`]), and back to a tile of
//! outputs. With a = 3/4 and b = 3/2, the points are 0, a, -a, b, -b and infinity:
//!
//! `G g = (g0 / (a² b²), (e + a g1) / f(a), (e - a g1) / f(a), (h + b g1) / f(b), (h - b g1) / f(b), g2)`
//! with `e = g0 + a² g2`, `h = g0 + b² g2`, `f(a) = 2 a² (a² - b²)`, `f(b) = 2 b² (b² - a²)`,
//!
//! `A^T m = ((m0 + p) + r, a q + b s, a² p + b² r, (a³ q + m5) + b³ s)`
//! with `p = m1 + m2`, `q = m1 - m2`, `r = m3 + m4`, `s = m3 - m4`.

use crate::kernels::convolution::six_points::{A, B, OF_A, OF_B};
pub(super) use crate::kernels::convolution::six_points::{PLACES, SIDE, TILE};
use crate::kernels::vector::Vector;

/// `G g`.
#[inline(always)]
pub(super) fn filter<V: Vector>([g0, g1, g2]: [V; 3]) -> [V; SIDE] {
    let (of_a, of_b) = (V::constant(OF_A), V::constant(OF_B));
    let (even_a, even_b) = (g2.fma(V::constant(A * A), g0), g2.fma(V::constant(B * B), g0));
    [
        g0.mul(V::constant(1.0 / (A * A * B * B))),
        g1.fma(V::constant(A), even_a).mul(of_a),
        g1.fma(V::constant(-A), even_a).mul(of_a),
        g1.fma(V::constant(B), even_b).mul(of_b),
        g1.fma(V::constant(-B), even_b).mul(of_b),
        g2,
    ]
}

/// `G g G^T`.
#[inline(always)]
pub(super) fn filter_kernel<V: Vector>(g: [V; 9]) -> [[V; SIDE]; SIDE] {
    let mut lines = [[V::zero(); 3]; SIDE];
    for c in 0..3 {
        let values = filter([g[c], g[3 + c], g[6 + c]]);
        for r in 0..SIDE {
            lines[r][c] = values[r];
        }
    }
    let mut u = [[V::zero(); SIDE]; SIDE];
    for r in 0..SIDE {
        u[r] = filter(lines[r]);
    }
    u
}

/// `A^T m`.
#[inline(always)]
pub(super) fn output<V: Vector>([m0, m1, m2, m3, m4, m5]: [V; SIDE]) -> [V; TILE] {
    let (even_a, odd_a, even_b, odd_b) = (m1.add(m2), m1.sub(m2), m3.add(m4), m3.sub(m4));
    [
        m0.add(even_a).add(even_b),
        odd_b.fma(V::constant(B), odd_a.mul(V::constant(A))),
        even_b.fma(V::constant(B * B), even_a.mul(V::constant(A * A))),
        odd_b.fma(V::constant(B * B * B), odd_a.fma(V::constant(A * A * A), m5)),
    ]
}

/// `A^T m A`, a tile's outputs from its products, which lie `step` apart.
///
/// # Safety
/// `from` must be valid for a vector of every place.
#[inline(always)]
pub(super) unsafe fn output_tile<V: Vector>(from: *const V::Element, step: usize) -> [[V; TILE]; TILE] {
    let mut lines = [[V::zero(); SIDE]; TILE];
    for c in 0..SIDE {
        let mut m = [V::zero(); SIDE];
        for r in 0..SIDE {
            // SAFETY: the caller's promise.
            m[r] = unsafe { V::load(from.add((r * SIDE + c) * step)) };
        }
        let values = output(m);
        for r in 0..TILE {
            lines[r][c] = values[r];
        }
    }
    let mut tile = [[V::zero(); TILE]; TILE];
    for r in 0..TILE {
        tile[r] = output(lines[r]);
    }
    tile
}
