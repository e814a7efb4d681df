//! `out[i] = f(a[i], b[i], ...)`: functions of single elements. Operands are read by [`Rows`].

use super::buffer::{Shared, filled};
use super::math;
use super::rows::{Part, Rows};
use super::vector::{Float, Kernel, Vector, for_vectors};
use crate::error::Result;
use crate::{fail, parallel};

/// A function of `N` numbers, written once for vectors.
pub trait Pointwise<T: Float, const N: usize>: Copy + Sync {
    fn apply<V: Vector<Element = T>>(self, x: [V; N]) -> V;
}

/// The elements `start..end` of a function's results.
struct Map<'a, T, F, const N: usize> {
    function: F,
    inputs: [&'a [T]; N],
    rows: &'a Rows<N>,
    out: Shared<T>,
    start: usize,
    end: usize,
}

impl<T: Float, F: Pointwise<T, N>, const N: usize> Kernel<T> for Map<'_, T, F, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        for Part { at, places, count } in self.rows.parts(self.start, self.end) {
            let (mut from, mut x) = ([std::ptr::null(); N], [V::zero(); N]);
            // SAFETY: `end` is at most the output's length, and the inputs have what the rows reach.
            unsafe {
                for n in 0..N {
                    from[n] = self.inputs[n].as_ptr().add(places[n]);
                    x[n] = V::splat(*from[n]);
                }
                for_vectors!(V, 0..count, |i, left| {
                    for n in 0..N {
                        if self.rows.steps[n] == 1 {
                            x[n] = V::load_up_to(from[n].add(i), left);
                        }
                    }
                    self.function.apply(x).store_up_to(self.out.at(at + i), left);
                });
            }
        }
    }
}

/// `to[i] = f(from[i])` for `count` elements; `to` may be `from`.
///
/// # Safety
/// `from` and `to` must be valid for `count` elements, and `to` be this thread's alone.
pub unsafe fn apply<T: Float, F: Pointwise<T, 1>>(function: F, from: *const T, to: *mut T, count: usize) {
    T::dispatch(Apply { function, from, to, count });
}

struct Apply<T, F> {
    function: F,
    from: *const T,
    to: *mut T,
    count: usize,
}

impl<T: Float, F: Pointwise<T, 1>> Kernel<T> for Apply<T, F> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        for_vectors!(V, 0..self.count, |i, left| {
            // SAFETY: `apply`'s caller promises these elements.
            unsafe { self.function.apply([V::load_up_to(self.from.add(i), left)]).store_up_to(self.to.add(i), left) };
        });
    }
}

/// A function of inputs that are read by rows.
///
/// # Errors
/// Where the memory cannot be had.
pub fn map<T: Float, F: Pointwise<T, N>, const N: usize>(function: F, inputs: [&[T]; N], rows: &Rows<N>) -> Result<Vec<T>> {
    if rows.reach().iter().zip(inputs).any(|(&reach, input)| input.len() < reach) {
        fail!("Internal error: an operand is shorter than what is read of it");
    }
    // SAFETY: the ranges cover all elements of the result.
    unsafe {
        filled(rows.length, |out| {
            parallel::for_ranges(rows.length, parallel::WORTH_A_THREAD, |start, end| {
                T::dispatch(Map { function, inputs, rows, out, start, end })
            });
        })
    }
}

/// `target[i] = f(target[i], input[i])`.
pub fn map_in_place<T: Float, F: Pointwise<T, 2>>(function: F, target: &mut [T], input: &[T]) {
    let rows = Rows::alike(target.len().min(input.len()));
    let out = Shared::new(target.as_mut_ptr());
    let target: &[T] = target;
    parallel::for_ranges(rows.length, parallel::WORTH_A_THREAD, |start, end| {
        T::dispatch(Map { function, inputs: [target, input], rows: &rows, out, start, end });
    });
}

macro_rules! pointwise {
    ($( $(#[$doc:meta])* $name:ident $({ $($field:ident),+ })? [$($x:ident),+] $body:expr; )*) => { $(
        pointwise!(@declare $(#[$doc])* $name $($($field)+)?);
        impl<T: Float> Pointwise<T, { [$(stringify!($x)),+].len() }> for $name {
            #[inline(always)]
            fn apply<V: Vector<Element = T>>(self, [$($x),+]: [V; { [$(stringify!($x)),+].len() }]) -> V {
                $($(let $field = V::constant(self.$field);)+)?
                $body
            }
        }
    )* };
    (@declare $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name;
    };
    (@declare $(#[$doc:meta])* $name:ident $($field:ident)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name {
            $(pub $field: f64),+
        }
    };
}

/// The standard normal density's factor, 1/sqrt(2 pi).
const NORMAL: f64 = 0.398_942_280_401_432_7;

pointwise! {
    Identity [x] x;
    Add [a, b] a.add(b);
    Subtract [a, b] a.sub(b);
    Multiply [a, b] a.mul(b);
    Divide [a, b] a.div(b);
    /// NaN passes on.
    Maximum [a, b] math::maximum(a, b);
    /// NaN passes on.
    Minimum [a, b] math::minimum(a, b);
    /// Rounded once.
    Affine { scale, shift } [x] x.fma(scale, shift);
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
    /// PyTorch's `leaky_relu`.
    LeakyRelu { slope } [x] V::select(V::zero().less(x), x, slope.mul(x));
    /// alpha (e^x - 1) where x <= 0 (Clevert et al., arXiv 1511.07289).
    Elu { alpha } [x] {
        let below = math::maximum(math::minimum(x, V::zero()), V::constant(-80.0));
        V::select(x.less_equal(V::zero()), alpha.mul(math::exp_minus_one(below)), x)
    };
    /// ln(1 + e^(beta x)) / beta; x itself where beta x is above the threshold.
    Softplus { beta, threshold } [x] {
        let t = beta.mul(x);
        let rest = math::ln_one_plus(math::exp(math::absolute(t).negate()));
        V::select(threshold.less(t), x, math::maximum(t, V::zero()).add(rest).div(beta))
    };
    /// x clamp(x + 3, 0, 6) / 6 (Howard et al., arXiv 1905.02244).
    Hardswish [x] {
        let raised = math::maximum(x.add(V::constant(3.0)), V::zero());
        x.mul(math::minimum(raised, V::constant(6.0)).mul(V::constant(1.0 / 6.0)))
    };
    /// x tanh(ln(1 + e^x)) (Misra, arXiv 1908.08681).
    Mish [x] x.mul(TanhOfSoftplus::at(x).value);
    SquareGradient [x, dy] {
        let half = dy.mul(x);
        half.add(half)
    };
    /// The sign times dy, 0 times dy at 0.
    AbsoluteGradient [x, dy] {
        V::select(V::zero().less(x), dy, V::select(x.less(V::zero()), dy.negate(), dy.mul(V::zero())))
    };
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
    LeakyReluGradient { slope } [x, dy] V::select(V::zero().less(x), dy, slope.mul(dy));
    EluGradient { alpha } [x, dy] V::select(x.less_equal(V::zero()), dy.mul(alpha.mul(math::exp(x))), dy);
    SoftplusGradient { beta, threshold } [x, dy] {
        let t = beta.mul(x);
        V::select(threshold.less(t), dy, dy.mul(math::sigmoid(t)))
    };
    HardswishGradient [x, dy] {
        let three = V::constant(3.0);
        let inside = dy.mul(x.fma(V::constant(1.0 / 3.0), V::constant(0.5)));
        V::select(x.less_equal(three.negate()), V::zero(), V::select(x.less(three), inside, dy))
    };
    MishGradient [x, dy] {
        let tanh = TanhOfSoftplus::at(x);
        dy.mul(tanh.x.fma(tanh.slope, tanh.value))
    };
}

/// tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2), and its slope 4 e^x (1 + e^x) / (n + 2)^2.
struct TanhOfSoftplus<V> {
    /// x, or 20, beyond which the value is 1 in f64 too.
    x: V,
    value: V,
    slope: V,
}

impl<V: Vector> TanhOfSoftplus<V> {
    #[inline(always)]
    fn at(x: V) -> Self {
        let (two, x) = (V::constant(2.0), math::minimum(x, V::constant(20.0)));
        let exp = math::exp(x);
        let n = exp.mul(exp.add(two));
        let below = n.add(two);
        let slope = exp.mul(exp.add(V::constant(1.0))).mul(V::constant(4.0)).div(below.mul(below));
        Self { x, value: n.div(below), slope }
    }
}

#[inline(always)]
fn normal_distribution<V: Vector>(x: V) -> V {
    let erf = math::erf(x.mul(V::constant(std::f64::consts::FRAC_1_SQRT_2)));
    V::constant(0.5).mul(erf.add(V::constant(1.0)))
}
