//! The two types of numbers that kernels run on.

use super::array::Array;
use super::dispatch;
use super::traits::{Float, Kernel};

impl Float for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TERMS: (usize, usize, usize, usize) = (7, 5, 44, 9);
    const EXP_RANGE: (f64, f64) = (88.722_84, -103.972_08);
    const LN_2: (f64, f64) = (0.693_359_375, -2.121_944_400_546_905_8e-4);
    const SMALLEST_NORMAL: f64 = f32::MIN_POSITIVE as f64;
    const MANTISSA_BITS: i32 = 24;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
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
        f32::from_bits(((self as i32 + 127) as u32) << 23)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let bits = self.to_bits();
        (f32::from_bits((bits & 0x007F_FFFF) | 0x3F80_0000), (bits >> 23) as i32 as f32 - 127.0)
    }
    #[inline]
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        dispatch::run(kernel)
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TERMS: (usize, usize, usize, usize) = (14, 12, 120, 14);
    const EXP_RANGE: (f64, f64) = (709.782_712_893_384, -745.133_219_101_941_2);
    const LN_2: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
    const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;
    const MANTISSA_BITS: i32 = 53;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
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
        f64::from_bits(((self as i64 + 1023) as u64) << 52)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let bits = self.to_bits();
        (f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000), (bits >> 52) as i64 as f64 - 1023.0)
    }
    #[inline]
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
        kernel.run::<Array<f64>>()
    }
}
