//! The three transforms of F(2x2, 3x3): of a kernel, of a patch of the source, and back to a tile of outputs.

use crate::kernels::vector::Vector;

/// The side of a patch, and the places in it.
pub(super) const SIDE: usize = 4;
pub(super) const PLACES: usize = SIDE * SIDE;

/// `G g`.
#[inline(always)]
pub(super) fn filter<V: Vector>([g0, g1, g2]: [V; 3]) -> [V; SIDE] {
    let (half, ends) = (V::constant(0.5), g0.add(g2));
    [g0, ends.add(g1).mul(half), ends.sub(g1).mul(half), g2]
}

/// `G g G^T`, place by place.
#[inline(always)]
pub(super) fn filter_kernel<V: Vector>(g: [V; 9]) -> [V; PLACES] {
    let mut lines = [[V::zero(); 3]; SIDE];
    for c in 0..3 {
        let values = filter([g[c], g[3 + c], g[6 + c]]);
        for r in 0..SIDE {
            lines[r][c] = values[r];
        }
    }
    let mut u = [V::zero(); PLACES];
    for r in 0..SIDE {
        let values = filter(lines[r]);
        for c in 0..SIDE {
            u[r * SIDE + c] = values[c];
        }
    }
    u
}

/// `B^T d`.
#[inline(always)]
pub(super) fn input<V: Vector>([d0, d1, d2, d3]: [V; SIDE]) -> [V; SIDE] {
    [d0.sub(d2), d1.add(d2), d2.sub(d1), d1.sub(d3)]
}

/// `A^T m A`: the 2x2 outputs of a tile.
#[inline(always)]
pub(super) fn output<V: Vector>(m: [V; PLACES]) -> [[V; 2]; 2] {
    let mut sums = [[V::zero(); SIDE]; 2];
    for c in 0..SIDE {
        sums[0][c] = m[c].add(m[4 + c]).add(m[8 + c]);
        sums[1][c] = m[4 + c].sub(m[8 + c]).sub(m[12 + c]);
    }
    let mut tile = [[V::zero(); 2]; 2];
    for r in 0..2 {
        tile[r][0] = sums[r][0].add(sums[r][1]).add(sums[r][2]);
        tile[r][1] = sums[r][1].sub(sums[r][2]).sub(sums[r][3]);
    }
    tile
}
