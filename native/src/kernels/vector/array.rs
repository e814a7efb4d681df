//! The portable instance of the vector type, for f32 and f64, and the specification of the others.

use super::traits::{Float, Vector};

#[derive(Clone, Copy)]
pub struct Array<T>([T; 8]);

/// Declares methods by the names of their operands' lanes and what those give.
macro_rules! lanewise {
    ($($name:ident [$a:ident $($other:ident)*] $result:expr;)*) => { $(
        #[inline(always)]
        fn $name(self, $($other: Self),*) -> Self {
            let mut result = self;
            for lane in 0..Self::LANES {
                let ($a, $($other,)*) = (self.0[lane], $($other.0[lane],)*);
                result.0[lane] = $result;
            }
            result
        }
    )* };
}

impl<T: Float> Vector for Array<T> {
    type Element = T;
    type Mask = [bool; 8];
    const LANES: usize = 8;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn splat(value: T) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { from.cast::<[T; 8]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_partial(from: *const T, count: usize) -> Self {
        let mut lanes = [T::ZERO; 8];
        // SAFETY: the caller's promise.
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
        Self(lanes)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<[T; 8]>().write_unaligned(self.0) };
    }
    #[inline(always)]
    unsafe fn store_partial(self, to: *mut T, count: usize) {
        // SAFETY: the caller's promise.
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), to, count) };
    }
    lanewise! {
        add [a b] a + b;
        sub [a b] a - b;
        mul [a b] a * b;
        div [a b] a / b;
        fma [a b c] a.multiply_add(b, c);
        sqrt [a] a.square_root();
        round [a] a.round_to_even();
        power_of_two [a] a.power_of_two();
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let (mut mantissa, mut exponent) = (self, self);
        for lane in 0..8 {
            (mantissa.0[lane], exponent.0[lane]) = self.0[lane].split();
        }
        (mantissa, exponent)
    }
    #[inline(always)]
    fn equal(self, other: Self) -> Self::Mask {
        std::array::from_fn(|lane| self.0[lane] == other.0[lane])
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        std::array::from_fn(|lane| self.0[lane] < other.0[lane])
    }
    #[inline(always)]
    fn less_equal(self, other: Self) -> Self::Mask {
        std::array::from_fn(|lane| self.0[lane] <= other.0[lane])
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(std::array::from_fn(|lane| if mask[lane] { yes.0[lane] } else { no.0[lane] }))
    }
}
