//! The AVX2 and AVX-512 instances of the vector type: one body over two modules that call the intrinsics of a width by
//! the same names.
//!
//! SAFETY of every intrinsic below: a vector is only ever made inside [`run_avx2`] or [`run_avx512`], which
//! are only called where the processor has the instructions.

use std::arch::x86_64::*;

use super::intrinsics::intrinsics;
use super::traits::{Kernel, Vector};

#[derive(Clone, Copy)]
pub struct Avx2(__m256);

#[derive(Clone, Copy)]
pub struct Avx512(__m512);

/// A bit for each lane.
#[derive(Clone, Copy)]
pub struct Bits(__mmask16);

/// # Safety
/// The processor must have AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub unsafe fn run_avx2<K: Kernel<f32>>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

/// # Safety
/// The processor must have AVX-512 F and DQ, AVX2 and FMA.
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
pub unsafe fn run_avx512<K: Kernel<f32>>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

mod avx2 {
    use std::arch::x86_64::*;
    pub use std::arch::x86_64::{
        _mm256_add_epi32 as add_integers, _mm256_add_ps as add, _mm256_and_si256 as and, _mm256_castps_si256 as bits,
        _mm256_castsi256_ps as from_bits, _mm256_cmp_ps as compare, _mm256_cvtepi32_ps as from_integers,
        _mm256_cvtps_epi32 as to_integers, _mm256_div_ps as div, _mm256_fmadd_ps as fma, _mm256_loadu_ps as load,
        _mm256_maskload_ps as load_lanes, _mm256_maskstore_ps as store_lanes, _mm256_max_ps as max, _mm256_min_ps as min,
        _mm256_mul_ps as mul, _mm256_or_si256 as or, _mm256_round_ps as round, _mm256_set1_epi32 as splat_integer,
        _mm256_set1_ps as splat, _mm256_slli_epi32 as shift_left, _mm256_sqrt_ps as sqrt, _mm256_srli_epi32 as shift_right,
        _mm256_storeu_ps as store, _mm256_sub_ps as sub,
    };

    /// All bits set in the lanes `first..end`.
    #[inline(always)]
    pub fn lanes(first: usize, end: usize) -> __m256i {
        const ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
        // SAFETY: 8 integers from 8 - count on are within the table.
        let below = |count: usize| unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(8 - count.min(8)).cast()) };
        // SAFETY: see the top of this file.
        unsafe { _mm256_andnot_si256(below(first), below(end)) }
    }
    /// # Safety
    /// The processor must have AVX2.
    #[inline(always)]
    pub unsafe fn select(mask: __m256, no: __m256, yes: __m256) -> __m256 {
        // SAFETY: see the top of this file.
        unsafe { _mm256_blendv_ps(no, yes, mask) }
    }
}

mod avx512 {
    use std::arch::x86_64::*;
    pub use std::arch::x86_64::{
        _mm512_add_epi32 as add_integers, _mm512_add_ps as add, _mm512_and_si512 as and, _mm512_castps_si512 as bits,
        _mm512_castsi512_ps as from_bits, _mm512_cmp_ps_mask as compare, _mm512_cvtepi32_ps as from_integers,
        _mm512_cvtps_epi32 as to_integers, _mm512_div_ps as div, _mm512_fmadd_ps as fma, _mm512_loadu_ps as load,
        _mm512_mask_blend_ps as select, _mm512_mask_storeu_ps as store_lanes, _mm512_max_ps as max, _mm512_min_ps as min,
        _mm512_mul_ps as mul, _mm512_or_si512 as or, _mm512_roundscale_ps as round, _mm512_set1_epi32 as splat_integer,
        _mm512_set1_ps as splat, _mm512_slli_epi32 as shift_left, _mm512_sqrt_ps as sqrt, _mm512_srli_epi32 as shift_right,
        _mm512_storeu_ps as store, _mm512_sub_ps as sub,
    };

    /// The bits of the lanes `first..end`.
    #[inline(always)]
    pub fn lanes(first: usize, end: usize) -> __mmask16 {
        let below = |count: usize| ((1u32 << count.min(16)) - 1) as __mmask16;
        below(end) & !below(first)
    }
    /// # Safety
    /// `from` must be valid for these lanes.
    #[inline(always)]
    pub unsafe fn load_lanes(from: *const f32, lanes: __mmask16) -> __m512 {
        // SAFETY: the caller's promise.
        unsafe { _mm512_maskz_loadu_ps(lanes, from) }
    }
}

/// As [`Vector::transpose`], for eight rows of eight elements.
///
/// # Safety
/// As [`Vector::transpose`].
#[inline(always)]
unsafe fn transpose_8x8(from: *const f32, from_step: usize, to: *mut f32, to_step: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        // Elements 4 * half.. of rows i and i + 4 side by side: two of the halves then meet in each shuffle.
        let four = |i: usize, half: usize| _mm_loadu_ps(from.add(i * from_step + 4 * half));
        for half in 0..2 {
            let rows: [__m256; 4] = std::array::from_fn(|i| _mm256_set_m128(four(i + 4, half), four(i, half)));
            let (low, high) = (_mm256_unpacklo_ps(rows[0], rows[1]), _mm256_unpackhi_ps(rows[0], rows[1]));
            let (next_low, next_high) = (_mm256_unpacklo_ps(rows[2], rows[3]), _mm256_unpackhi_ps(rows[2], rows[3]));
            let columns = [
                _mm256_shuffle_ps::<0x44>(low, next_low),
                _mm256_shuffle_ps::<0xEE>(low, next_low),
                _mm256_shuffle_ps::<0x44>(high, next_high),
                _mm256_shuffle_ps::<0xEE>(high, next_high),
            ];
            for j in 0..4 {
                _mm256_storeu_ps(to.add((4 * half + j) * to_step), columns[j]);
            }
        }
    }
}

/// `instance!(Avx2, its mask, its module, LANES, REGISTERS, { methods of its own })`
macro_rules! instance {
    ($Instance:ident, $Mask:ident, $width:ident, $lanes:literal, $registers:literal, { $($own:tt)* }) => {
        impl Vector for $Instance {
            type Element = f32;
            type Mask = $Mask;
            const LANES: usize = $lanes;
            const SIDE: usize = 8;
            const REGISTERS: usize = $registers;

            #[inline(always)]
            fn splat(value: f32) -> Self {
                // SAFETY: see the top of this file.
                Self(unsafe { $width::splat(value) })
            }
            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: the caller's promise.
                Self(unsafe { $width::load(from) })
            }
            #[inline(always)]
            unsafe fn load_partial(from: *const f32, count: usize) -> Self {
                // SAFETY: masked-off lanes are not touched.
                Self(unsafe { $width::load_lanes(from, $width::lanes(0, count)) })
            }
            #[inline(always)]
            unsafe fn load_within(row: *const f32, position: isize, length: usize) -> Self {
                let lane = |place: isize| (place - position).clamp(0, $lanes) as usize;
                let lanes = $width::lanes(lane(0), lane(length as isize));
                // SAFETY: masked-off lanes, those outside the row, are not touched.
                Self(unsafe { $width::load_lanes(row.wrapping_offset(position), lanes) })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: the caller's promise.
                unsafe { $width::store(to, self.0) };
            }
            #[inline(always)]
            unsafe fn store_partial(self, to: *mut f32, count: usize) {
                // SAFETY: masked-off lanes are not touched.
                unsafe { $width::store_lanes(to, $width::lanes(0, count), self.0) };
            }
            intrinsics! { Self (0) -> Self:
                add 2 $width::add;
                sub 2 $width::sub;
                mul 2 $width::mul;
                div 2 $width::div;
                larger 2 $width::max;
                smaller 2 $width::min;
                sqrt 1 $width::sqrt;
                round 1 $width::round::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>;
            }
            intrinsics! { $Mask (0) -> Self::Mask:
                equal 2 $width::compare::<_CMP_EQ_OQ>;
                less 2 $width::compare::<_CMP_LT_OQ>;
                less_equal 2 $width::compare::<_CMP_LE_OQ>;
            }
            #[inline(always)]
            fn fma(self, factor: Self, addend: Self) -> Self {
                // SAFETY: see the top of this file.
                Self(unsafe { $width::fma(self.0, factor.0, addend.0) })
            }
            #[inline(always)]
            fn power_of_two(self) -> Self {
                // SAFETY: see the top of this file.
                Self(unsafe {
                    let exponent = $width::add_integers($width::to_integers(self.0), $width::splat_integer(127));
                    $width::from_bits($width::shift_left::<23>(exponent))
                })
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                // SAFETY: see the top of this file.
                unsafe {
                    let bits = $width::bits(self.0);
                    let fraction = $width::and(bits, $width::splat_integer(0x007F_FFFF));
                    let mantissa = $width::from_bits($width::or(fraction, $width::splat_integer(0x3F80_0000)));
                    let exponent = $width::from_integers($width::shift_right::<23>(bits));
                    (Self(mantissa), Self($width::sub(exponent, $width::splat(127.0))))
                }
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                // SAFETY: see the top of this file.
                Self(unsafe { $width::select(mask.0, no.0, yes.0) })
            }
            #[inline(always)]
            unsafe fn transpose(from: *const f32, from_step: usize, to: *mut f32, to_step: usize) {
                // SAFETY: the caller's promise.
                unsafe { transpose_8x8(from, from_step, to, to_step) };
            }
            $($own)*
        }
    };
}

instance!(Avx2, Avx2, avx2, 8, 16, {});
instance!(Avx512, Bits, avx512, 16, 32, {
    #[inline(always)]
    fn times_power_of_two(self, n: Self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm512_scalef_ps(self.0, n.0) })
    }
});
