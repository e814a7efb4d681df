//! The AVX2 and AVX-512 instances of the vector type.
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

/// All bits set in the first `count` lanes.
#[inline(always)]
fn lanes_below(count: usize) -> __m256i {
    const ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: 8 integers from 8 - count on are within the table.
    unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(8 - count.min(8)).cast()) }
}

#[inline(always)]
fn bits_below(count: usize) -> __mmask16 {
    ((1u32 << count.min(16)) - 1) as __mmask16
}

/// As [`Vector::transpose`], for eight rows of eight.
///
/// # Safety
/// As there.
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

impl Vector for Avx2 {
    type Element = f32;
    type Mask = Self;
    const LANES: usize = 8;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm256_set1_ps(value) })
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { _mm256_loadu_ps(from) })
    }
    #[inline(always)]
    unsafe fn load_partial(from: *const f32, count: usize) -> Self {
        // SAFETY: masked-off lanes are not touched.
        Self(unsafe { _mm256_maskload_ps(from, lanes_below(count)) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe { _mm256_storeu_ps(to, self.0) };
    }
    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f32, count: usize) {
        // SAFETY: masked-off lanes are not touched.
        unsafe { _mm256_maskstore_ps(to, lanes_below(count), self.0) };
    }
    intrinsics! { Self (0) -> Self:
        add 2 _mm256_add_ps;
        sub 2 _mm256_sub_ps;
        mul 2 _mm256_mul_ps;
        div 2 _mm256_div_ps;
        sqrt 1 _mm256_sqrt_ps;
        round 1 _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>;
    }
    #[inline(always)]
    fn fma(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe {
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(_mm256_cvtps_epi32(self.0), _mm256_set1_epi32(127))))
        })
    }
    intrinsics! { Self (0) -> Self::Mask:
        equal 2 _mm256_cmp_ps::<_CMP_EQ_OQ>;
        less 2 _mm256_cmp_ps::<_CMP_LT_OQ>;
        less_equal 2 _mm256_cmp_ps::<_CMP_LE_OQ>;
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm256_blendv_ps(no.0, yes.0, mask.0) })
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // SAFETY: see the top of this file.
        unsafe {
            let bits = _mm256_castps_si256(self.0);
            let mantissa =
                _mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x007F_FFFF)), _mm256_set1_epi32(0x3F80_0000));
            let exponent = _mm256_cvtepi32_ps(_mm256_srli_epi32::<23>(bits));
            (Self(_mm256_castsi256_ps(mantissa)), Self(_mm256_sub_ps(exponent, _mm256_set1_ps(127.0))))
        }
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_step: usize, to: *mut f32, to_step: usize) {
        // SAFETY: the caller's promise.
        unsafe { transpose_8x8(from, from_step, to, to_step) };
    }
}

impl Vector for Avx512 {
    type Element = f32;
    type Mask = Bits;
    const LANES: usize = 16;
    const SIDE: usize = 8;
    const REGISTERS: usize = 32;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm512_set1_ps(value) })
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { _mm512_loadu_ps(from) })
    }
    #[inline(always)]
    unsafe fn load_partial(from: *const f32, count: usize) -> Self {
        // SAFETY: masked-off lanes are not touched.
        Self(unsafe { _mm512_maskz_loadu_ps(bits_below(count), from) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe { _mm512_storeu_ps(to, self.0) };
    }
    #[inline(always)]
    unsafe fn store_partial(self, to: *mut f32, count: usize) {
        // SAFETY: masked-off lanes are not touched.
        unsafe { _mm512_mask_storeu_ps(to, bits_below(count), self.0) };
    }
    intrinsics! { Self (0) -> Self:
        add 2 _mm512_add_ps;
        sub 2 _mm512_sub_ps;
        mul 2 _mm512_mul_ps;
        div 2 _mm512_div_ps;
        sqrt 1 _mm512_sqrt_ps;
        round 1 _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>;
    }
    #[inline(always)]
    fn fma(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe {
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_add_epi32(_mm512_cvtps_epi32(self.0), _mm512_set1_epi32(127))))
        })
    }
    intrinsics! { Bits (0) -> Self::Mask:
        equal 2 _mm512_cmp_ps_mask::<_CMP_EQ_OQ>;
        less 2 _mm512_cmp_ps_mask::<_CMP_LT_OQ>;
        less_equal 2 _mm512_cmp_ps_mask::<_CMP_LE_OQ>;
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        // SAFETY: see the top of this file.
        Self(unsafe { _mm512_mask_blend_ps(mask.0, no.0, yes.0) })
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // SAFETY: see the top of this file.
        unsafe {
            let bits = _mm512_castps_si512(self.0);
            let mantissa =
                _mm512_or_si512(_mm512_and_si512(bits, _mm512_set1_epi32(0x007F_FFFF)), _mm512_set1_epi32(0x3F80_0000));
            let exponent = _mm512_cvtepi32_ps(_mm512_srli_epi32::<23>(bits));
            (Self(_mm512_castsi512_ps(mantissa)), Self(_mm512_sub_ps(exponent, _mm512_set1_ps(127.0))))
        }
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_step: usize, to: *mut f32, to_step: usize) {
        // SAFETY: the caller's promise.
        unsafe { transpose_8x8(from, from_step, to, to_step) };
    }
}
