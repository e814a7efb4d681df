//! The three transforms of a line of a minimal filtering: of a kernel's three taps, of a patch of the source, and back to
//! a tile of outputs. For tiles of 2x2:
//!
//! `G g = (g0, ((g0 + g2) + g1) / 2, ((g0 + g2) - g1) / 2, g2)`,
//! `B^T d = (d0 - d2, d1 + d2, d2 - d1, d1 - d3)`,
//! `A^T m = ((m0 + m1) + m2, (m1 - m2) - m3)`.
//!
//! For tiles of 4x4 at the points 0, a, -a, b, -b and infinity, with `B^T d` as [`super::six_points`] has it:
//!
//! `G g = (g0 / (a² b²), (e + a g1) / f(a), (e - a g1) / f(a), (h + b g1) / f(b), (h - b g1) / f(b), g2)`
//! with `e = g0 + a² g2`, `h = g0 + b² g2`, `f(a) = 2 a² (a² - b²)`, `f(b) = 2 b² (b² - a²)`,
//!
//! `A^T m = ((m0 + p) + r, a q + b s, a² p + b² r, (a³ q + m5) + b³ s)`
//! with `p = m1 + m2`, `q = m1 - m2`, `r = m3 + m4`, `s = m3 - m4`.

use super::lines::Lines;
use super::six_points::{self, A, B, OF_A, OF_B};
use crate::kernels::vector::Vector;

/// F(TILE x TILE, 3x3), whose patches have a side of SIDE.
pub(super) struct Tiles<const TILE: usize, const SIDE: usize>;

/// The transforms of a line.
pub(super) trait Form<const TILE: usize, const SIDE: usize> {
    /// `G g`.
    fn filter<V: Vector>(g: [V; 3]) -> [V; SIDE];
    /// `B^T d`.
    fn input<V: Vector>(d: [V; SIDE]) -> [V; SIDE];
    /// `A^T m`.
    fn output<V: Vector>(m: [V; SIDE]) -> [V; TILE];
}

impl Form<2, 4> for Tiles<2, 4> {
    #[inline(always)]
    fn filter<V: Vector>([g0, g1, g2]: [V; 3]) -> [V; 4] {
        let (half, ends) = (V::constant(0.5), g0.add(g2));
        [g0, ends.add(g1).mul(half), ends.sub(g1).mul(half), g2]
    }
    #[inline(always)]
    fn input<V: Vector>([d0, d1, d2, d3]: [V; 4]) -> [V; 4] {
        [d0.sub(d2), d1.add(d2), d2.sub(d1), d1.sub(d3)]
    }
    #[inline(always)]
    fn output<V: Vector>([m0, m1, m2, m3]: [V; 4]) -> [V; 2] {
        [m0.add(m1).add(m2), m1.sub(m2).sub(m3)]
    }
}

impl Form<4, 6> for Tiles<4, 6> {
    #[inline(always)]
    fn filter<V: Vector>([g0, g1, g2]: [V; 3]) -> [V; 6] {
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
    #[inline(always)]
    fn input<V: Vector>(d: [V; 6]) -> [V; 6] {
        six_points::input(d)
    }
    #[inline(always)]
    fn output<V: Vector>([m0, m1, m2, m3, m4, m5]: [V; 6]) -> [V; 4] {
        let (even_a, odd_a, even_b, odd_b) = (m1.add(m2), m1.sub(m2), m3.add(m4), m3.sub(m4));
        [
            m0.add(even_a).add(even_b),
            odd_b.fma(V::constant(B), odd_a.mul(V::constant(A))),
            even_b.fma(V::constant(B * B), even_a.mul(V::constant(A * A))),
            odd_b.fma(V::constant(B * B * B), odd_a.fma(V::constant(A * A * A), m5)),
        ]
    }
}

impl<const TILE: usize, const SIDE: usize> Tiles<TILE, SIDE>
where
    Self: Form<TILE, SIDE>,
{
    /// `G g G^T`.
    #[inline(always)]
    pub(super) fn filter_kernel<V: Vector>(g: [V; 9]) -> [[V; SIDE]; SIDE] {
        let mut lines = Lines::<V, SIDE, 3>::new();
        for c in 0..3 {
            lines.set_column(c, Self::filter([g[c], g[3 + c], g[6 + c]]));
        }
        let mut u = [[V::zero(); SIDE]; SIDE];
        for r in 0..SIDE {
            // SAFETY: all columns were set.
            u[r] = Self::filter(unsafe { lines.row(r) });
        }
        u
    }

    /// `A^T m A`, a tile's outputs from its products, which lie `step` apart.
    ///
    /// # Safety
    /// `from` must be valid for a vector of every place.
    #[inline(always)]
    pub(super) unsafe fn output_tile<V: Vector>(from: *const V::Element, step: usize) -> [[V; TILE]; TILE] {
        let mut lines = Lines::<V, TILE, SIDE>::new();
        for c in 0..SIDE {
            let mut m = [V::zero(); SIDE];
            for r in 0..SIDE {
                // SAFETY: the caller's promise.
                m[r] = unsafe { V::load(from.add((r * SIDE + c) * step)) };
            }
            lines.set_column(c, Self::output(m));
        }
        let mut tile = [[V::zero(); TILE]; TILE];
        for r in 0..TILE {
            // SAFETY: all columns were set.
            tile[r] = Self::output(unsafe { lines.row(r) });
        }
        tile
    }
}
