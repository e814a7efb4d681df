//! One step of an optimizer on one parameter, in place: each element by itself, as torch.optim defines it.

use super::buffer::Shared;
use super::partials::sum;
use super::vector::{Float, Kernel, Vector, for_vectors};
use crate::parallel;

/// How a parameter p, its gradient g and its state change in a step.
pub trait Rule<T: Float, const STATES: usize>: Copy + Sync {
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, state: [V; STATES]) -> (V, [V; STATES]);
}

/// Stochastic gradient descent with momentum (Sutskever et al., 2013).
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    pub rate: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub nesterov: bool,
    pub weight_decay: f64,
    /// The first step: the momentum is not there yet.
    pub first: bool,
}

impl<T: Float> Rule<T, 0> for Sgd {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, _: [V; 0]) -> (V, [V; 0]) {
        let g = V::constant(self.weight_decay).fma(p, g);
        (V::constant(-self.rate).fma(g, p), [])
    }
}

impl<T: Float> Rule<T, 1> for Sgd {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, [momentum]: [V; 1]) -> (V, [V; 1]) {
        let g = V::constant(self.weight_decay).fma(p, g);
        let factor = V::constant(self.momentum);
        let momentum = if self.first { g } else { factor.fma(momentum, V::constant(1.0 - self.dampening).mul(g)) };
        let step = if self.nesterov { factor.fma(momentum, g) } else { momentum };
        (V::constant(-self.rate).fma(step, p), [momentum])
    }
}

/// Adam (Kingma and Ba, arXiv 1412.6980), or AdamW (Loshchilov and Hutter, arXiv 1711.05101) with `decoupled`.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    pub rate: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub epsilon: f64,
    pub weight_decay: f64,
    pub decoupled: bool,
    /// 1 - beta1^t and 1 - beta2^t for step t.
    pub correction1: f64,
    pub correction2: f64,
}

impl<T: Float> Rule<T, 2> for Adam {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, [m, v]: [V; 2]) -> (V, [V; 2]) {
        let (p, g) = if self.decoupled {
            (p.mul(V::constant(1.0 - self.rate * self.weight_decay)), g)
        } else {
            (p, V::constant(self.weight_decay).fma(p, g))
        };
        let m = V::constant(1.0 - self.beta1).fma(g.sub(m), m);
        let v = V::constant(self.beta2).fma(v, V::constant(1.0 - self.beta2).mul(g).mul(g));
        let size = v.sqrt().div(V::constant(self.correction2.sqrt())).add(V::constant(self.epsilon));
        (V::constant(-self.rate / self.correction1).fma(m.div(size), p), [m, v])
    }
}

/// RMSprop (Hinton, "Neural networks for machine learning", lecture 6e).
#[derive(Clone, Copy, Debug)]
pub struct RmsProp {
    pub rate: f64,
    pub alpha: f64,
    pub epsilon: f64,
    pub weight_decay: f64,
    pub momentum: f64,
}

impl RmsProp {
    #[inline(always)]
    fn scaled<T: Float, V: Vector<Element = T>>(self, p: V, g: V, square: V) -> (V, V) {
        let g = V::constant(self.weight_decay).fma(p, g);
        let square = V::constant(self.alpha).fma(square, V::constant(1.0 - self.alpha).mul(g).mul(g));
        (g.div(square.sqrt().add(V::constant(self.epsilon))), square)
    }
}

impl<T: Float> Rule<T, 1> for RmsProp {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, [square]: [V; 1]) -> (V, [V; 1]) {
        let (step, square) = self.scaled::<T, V>(p, g, square);
        (V::constant(-self.rate).fma(step, p), [square])
    }
}

impl<T: Float> Rule<T, 2> for RmsProp {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, [square, momentum]: [V; 2]) -> (V, [V; 2]) {
        let (step, square) = self.scaled::<T, V>(p, g, square);
        let momentum = V::constant(self.momentum).fma(momentum, step);
        (V::constant(-self.rate).fma(momentum, p), [square, momentum])
    }
}

/// Lion (Chen et al., arXiv 2302.06675), whose update is a sign.
#[derive(Clone, Copy, Debug)]
pub struct Lion {
    pub rate: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub weight_decay: f64,
}

impl<T: Float> Rule<T, 1> for Lion {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, [m]: [V; 1]) -> (V, [V; 1]) {
        let p = p.mul(V::constant(1.0 - self.rate * self.weight_decay));
        let mixed = V::constant(self.beta1).fma(m, V::constant(1.0 - self.beta1).mul(g));
        // A zero and a NaN are their own signs.
        let positive = V::select(V::zero().less(mixed), V::constant(1.0), mixed);
        let sign = V::select(mixed.less(V::zero()), V::constant(-1.0), positive);
        let m = V::constant(self.beta2).fma(m, V::constant(1.0 - self.beta2).mul(g));
        (V::constant(-self.rate).fma(sign, p), [m])
    }
}

/// A running mean p, which moves by a share of what it lacks of g.
#[derive(Clone, Copy, Debug)]
pub struct Average {
    pub share: f64,
}

impl<T: Float> Rule<T, 0> for Average {
    #[inline(always)]
    fn apply<V: Vector<Element = T>>(self, p: V, g: V, _: [V; 0]) -> (V, [V; 0]) {
        (V::constant(self.share).fma(g.sub(p), p), [])
    }
}

/// A step of the elements `start..end`.
struct Step<'a, T, R, const STATES: usize> {
    rule: R,
    parameter: Shared<T>,
    gradient: &'a [T],
    states: [Shared<T>; STATES],
    start: usize,
    end: usize,
}

impl<T: Float, R: Rule<T, STATES>, const STATES: usize> Kernel<T> for Step<'_, T, R, STATES> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        for_vectors!(V, self.start..self.end, |i, count| {
            // SAFETY: all slices are at least `end` long, and the elements are this task's alone.
            unsafe {
                let p = V::load_up_to(self.parameter.at(i), count);
                let g = V::load_up_to(self.gradient.as_ptr().add(i), count);
                let mut states = [V::zero(); STATES];
                for s in 0..STATES {
                    states[s] = V::load_up_to(self.states[s].at(i), count);
                }
                let (p, states) = self.rule.apply(p, g, states);
                p.store_up_to(self.parameter.at(i), count);
                for s in 0..STATES {
                    states[s].store_up_to(self.states[s].at(i), count);
                }
            }
        });
    }
}

/// `slices` is the parameter, then its states; all are as long as the gradient.
pub fn step<T: Float, R: Rule<T, STATES>, const STATES: usize>(rule: R, slices: &mut [&mut [T]], gradient: &[T]) {
    let length = slices.iter().map(|slice| slice.len()).min().unwrap_or(0).min(gradient.len());
    let places: Vec<Shared<T>> = slices.iter_mut().map(|slice| Shared::new(slice.as_mut_ptr())).collect();
    let (parameter, states) = (places[0], std::array::from_fn(|s| places[s + 1]));
    parallel::for_ranges(length, parallel::WORTH_A_THREAD, |start, end| {
        T::dispatch(Step { rule, parameter, gradient, states, start, end });
    });
}

struct SquareSum<'a, T>(&'a [T]);

impl<T: Float> Kernel<T> for SquareSum<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) -> T {
        sum(self.0.len(), |total: V, i| {
            // SAFETY: i is below the length.
            let x = unsafe { V::load_up_to(self.0.as_ptr().add(i), self.0.len() - i) };
            x.fma(x, total)
        })
    }
}

/// The sum of squares: sixteen partials, term i in partial i mod 16, joined by the fixed tree.
pub fn square_sum<T: Float>(x: &[T]) -> T {
    T::dispatch(SquareSum(x))
}
