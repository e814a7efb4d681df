//! `out[i] = f(a[i], b[i], ...)`: functions of single elements.

use super::buffer::{Shared, filled};
use super::math;
use super::vector::{Float, Kernel, Vector, for_vectors};
use crate::error::Result;
use crate::parallel;

/// A function of `N` numbers, written once for vectors.
pub trait Pointwise<T: Float, const N: usize>: Copy + Sync {
    fn apply<V: Vector<Element = T>>(self, x: [V; N]) -> V;
}

/// The elements `start..end` of a function's results.
struct Map<'a, T, F, const N: usize> {
    function: F,
    inputs: [&'a [T]; N],
    out: Shared<T>,
    start: usize,
    end: usize,
}

impl<T: Float, F: Pointwise<T, N>, const N: usize> Kernel<T> for Map<'_, T, F, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        for_vectors!(V, self.start..self.end, |i, count| {
            let mut x = [V::zero(); N];
            // SAFETY: `end` is at most each input's and the output's length.
            unsafe {
                for n in 0..N {
                    x[n] = V::load_up_to(self.inputs[n].as_ptr().add(i), count);
                }
                self.function.apply(x).store_up_to(self.out.at(i), count);
            }
        });
    }
}

/// Inputs of equal length to an output of that length.
pub fn map<T: Float, F: Pointwise<T, N>, const N: usize>(function: F, inputs: [&[T]; N]) -> Result<Vec<T>> {
    let length = inputs.iter().map(|input| input.len()).min().unwrap_or(0);
    // SAFETY: the ranges cover 0..length.
    unsafe {
        filled(length, |out| {
            parallel::for_ranges(length, parallel::WORTH_A_THREAD, |start, end| {
                T::dispatch(Map { function, inputs, out, start, end })
            });
        })
    }
}

/// `target[i] = f(target[i], input[i])`.
pub fn map_in_place<T: Float, F: Pointwise<T, 2>>(function: F, target: &mut [T], input: &[T]) {
    let length = target.len().min(input.len());
    let out = Shared::new(target.as_mut_ptr());
    let target: &[T] = target;
    parallel::for_ranges(length, parallel::WORTH_A_THREAD, |start, end| {
        T::dispatch(Map { function, inputs: [target, input], out, start, end });
    });
}

macro_rules! pointwise {
    ($( $(#[$doc:meta])* $name:ident [$($x:ident),+] $body:expr; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name;
        impl<T: Float> Pointwise<T, { [$(stringify!($x)),+].len() }> for $name {
            #[inline(always)]
            fn apply<V: Vector<Element = T>>(self, [$($x),+]: [V; { [$(stringify!($x)),+].len() }]) -> V {
                $body
            }
        }
    )* };
}

/// The standard normal density's factor, 1/sqrt(2 pi).
const NORMAL: f64 = 0.398_942_280_401_432_7;

pointwise! {
    Add [a, b] a.add(b);
    Subtract [a, b] a.sub(b);
    Multiply [a, b] a.mul(b);
    Divide [a, b] a.div(b);
    /// NaN passes on.
    Maximum [a, b] math::maximum(a, b);
    /// NaN passes on.
    Minimum [a, b] V::select(b.less(a), b, V::select(b.equal(b), a, b));
    Negate [x] x.negate();
    Absolute [x] math::absolute(x);
    Square [x] x.mul(x);
    SquareRoot [x] x.sqrt();
    Exponential [x] math::exp(x);
    Logarithm [x] math::ln(x);
    Tanh [x] math::tanh(x);
    Sigmoid [x] math::sigmoid(x);
    /// +0 where x <= 0; NaN passes on.
    Relu [x] V::select(x.less_equal(V::zero()), V::zero(), x);
    /// x Phi(x) (Hendrycks and Gimpel, arXiv 1606.08415).
    Gelu [x] x.mul(normal_distribution(x));
    /// x sigmoid(x) (Elfwing et al., arXiv 1702.03118).
    Silu [x] x.mul(math::sigmoid(x));
    ReluGradient [y, dy] V::select(y.less_equal(V::zero()), V::zero(), dy);
    TanhGradient [y, dy] dy.mul(V::constant(1.0).sub(y.mul(y)));
    SigmoidGradient [y, dy] dy.mul(y.mul(V::constant(1.0).sub(y)));
    GeluGradient [x, dy] {
        let density = V::constant(NORMAL).mul(math::exp(x.mul(x).mul(V::constant(-0.5))));
        dy.mul(x.fma(density, normal_distribution(x)))
    };
    SiluGradient [x, dy] {
        let s = math::sigmoid(x);
        dy.mul(s.mul(x.mul(V::constant(1.0).sub(s)).add(V::constant(1.0))))
    };
}

#[inline(always)]
fn normal_distribution<V: Vector>(x: V) -> V {
    let erf = math::erf(x.mul(V::constant(std::f64::consts::FRAC_1_SQRT_2)));
    V::constant(0.5).mul(erf.add(V::constant(1.0)))
}

/// scale x + shift.
#[derive(Clone, Copy)]
pub struct Affine {
    pub scale: f64,
    pub shift: f64,
}

impl<T: Float> Pointwise<T, 1> for Affine {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, [x]: [V; 1]) -> V {
        x.fma(V::constant(self.scale), V::constant(self.shift))
    }
}

/// f(x, s) or f(s, x) for a single number s.
#[derive(Clone, Copy)]
pub struct WithNumber<T, F> {
    pub function: F,
    pub number: T,
    pub number_first: bool,
}

impl<T: Float, F: Pointwise<T, 2>> Pointwise<T, 1> for WithNumber<T, F> {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, [x]: [V; 1]) -> V {
        let number = V::splat(self.number);
        if self.number_first { self.function.apply([number, x]) } else { self.function.apply([x, number]) }
    }
}
