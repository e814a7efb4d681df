//! What a gradient reads: x - centre, and dy, which is 0 where a ReLU gave 0.

use crate::kernels::partials::Terms;
use crate::kernels::vector::Vector;

/// Subtrahend of x; scale and shift of y, for the ReLU.
#[derive(Clone, Copy)]
pub struct Numbers<V> {
    pub centre: V,
    pub scale: V,
    pub shift: V,
}

impl<V: Vector> Numbers<V> {
    /// x - centre, and dy as it comes out of the ReLU.
    #[inline(always)]
    pub fn apply<const RELU: bool>(self, x: V, dy: V) -> (V, V) {
        let u = x.sub(self.centre);
        if !RELU {
            return (u, dy);
        }
        let y = u.fma(self.scale, self.shift);
        (u, V::select(y.less_equal(V::zero()), V::zero(), dy))
    }
}

/// dy and dy (x - centre) of blocks of equal length one after the other.
pub struct Products<V: Vector, const RELU: bool> {
    pub x: *const V::Element,
    pub dy: *const V::Element,
    pub terms: usize,
    pub numbers: Numbers<V>,
}

impl<V: Vector, const RELU: bool> Terms<V, 2> for Products<V, RELU> {
    #[inline(always)]
    unsafe fn add(&self, [plain, product]: [V; 2], block: usize, j: usize, left: usize) -> [V; 2] {
        let at = block * self.terms + j;
        // SAFETY: the caller's promise.
        let (x, dy) = unsafe { (V::load_up_to(self.x.add(at), left), V::load_up_to(self.dy.add(at), left)) };
        let (u, dy) = self.numbers.apply::<RELU>(x, dy);
        [plain.add(dy), dy.fma(u, product)]
    }
}
