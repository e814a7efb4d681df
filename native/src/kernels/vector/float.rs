//! The two types of numbers that kernels run on: f32, and f64 for gradient checks.

use super::dispatch::{run_f32, run_f64};
use super::traits::{Float, Kernel};

/// `float!(type, its bits, a signed integer of that size, run { constants of its own })`.
macro_rules! float {
    ($T:ident, $Bits:ident, $Integer:ident, $run:ident { $($constants:tt)* }) => {
        impl Float for $T {
            $($constants)*
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const SMALLEST_NORMAL: f64 = $T::MIN_POSITIVE as f64;
            const MANTISSA_BITS: i32 = $T::MANTISSA_DIGITS as i32;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $T
            }
            #[inline(always)]
            fn multiply_add(self, factor: Self, addend: Self) -> Self {
                self.mul_add(factor, addend)
            }
            #[inline(always)]
            fn square_root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn round_to_even(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn power_of_two(self) -> Self {
                $T::from_bits(((self as $Integer + ($T::MAX_EXP - 1) as $Integer) as $Bits) << ($T::MANTISSA_DIGITS - 1))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                const FRACTION_BITS: u32 = $T::MANTISSA_DIGITS - 1;
                let (bits, one) = (self.to_bits(), (1 as $T).to_bits());
                let exponent = (bits >> FRACTION_BITS) as $Integer as $T - ($T::MAX_EXP - 1) as $T;
                ($T::from_bits((bits & ((1 << FRACTION_BITS) - 1)) | one), exponent)
            }
            #[inline]
            fn dispatch_for<K: Kernel<Self>>(lanes: usize, kernel: K) -> K::Output {
                $run(lanes, kernel)
            }
        }
    };
}

float!(f32, u32, i32, run_f32 {
    const TERMS: (usize, usize, usize, usize) = (7, 5, 0, 9);
    const EXP_RANGE: (f64, f64) = (89.5, -105.0);
    const LN_2: (f64, f64) = (0.693_359_375, -2.121_944_400_546_905_8e-4);
});

float!(f64, u64, i64, run_f64 {
    const TERMS: (usize, usize, usize, usize) = (14, 12, 120, 14);
    const EXP_RANGE: (f64, f64) = (710.5, -746.0);
    const LN_2: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
});
