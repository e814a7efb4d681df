//! Softmax cross-entropy over `[class, image]`, images innermost; mean over the batch as PyTorch defines it.
//!
//! With p = softmax, weights w and smoothing e over C classes:
//! `loss = (sum over i of -(1 - e) w[y_i] ln p[y_i] - (e / C) sum over c of w[c] ln p[c]) / (sum over i of w[y_i])`
//! (Szegedy et al., arXiv 1512.00567). Sums over classes are chains in ascending order; the sum over images
//! has sixteen partials, image i in partial i mod 16. A term whose share is 0 is 0, also where p is.

use super::buffer::{Shared, filled};
use super::math;
use super::partials::{PARTIALS, join, sum};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;

pub struct CrossEntropy<'a, T> {
    pub classes: usize,
    pub images: usize,
    /// The right class of each image, as a number.
    pub labels: &'a [T],
    pub weights: &'a [T],
    pub smoothing: f64,
}

impl<T: Float> CrossEntropy<'_, T> {
    /// The sum of the images' weights: what the mean divides by.
    pub fn total_weight(&self) -> T {
        let mut partials = [T::ZERO; PARTIALS];
        for (i, label) in self.labels.iter().enumerate() {
            partials[i % PARTIALS] += self.weights[label.to_f64() as usize];
        }
        join(partials)
    }

    #[inline(always)]
    fn shares<V: Vector<Element = T>>(&self) -> (V, V) {
        (V::constant(1.0 - self.smoothing), V::constant(self.smoothing / self.classes as f64))
    }

    /// What counts -ln p of a class in the losses of images with these labels.
    #[inline(always)]
    fn share<V: Vector<Element = T>>(&self, (right_share, each_share): (V, V), class: usize, label: V) -> V {
        let right = V::select(label.equal(V::constant(class as f64)), right_share, V::zero());
        let share = right.add(each_share);
        // A share of 0 stays 0 beside an infinite weight: 0 times infinity would be NaN.
        V::select(share.equal(V::zero()), V::zero(), share.mul(V::splat(self.weights[class])))
    }
}

struct Forward<'a, T> {
    loss: &'a CrossEntropy<'a, T>,
    logits: &'a [T],
    probabilities: Shared<T>,
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) -> T {
        let CrossEntropy { classes, images, labels, .. } = *self.loss;
        let shares = self.loss.shares::<V>();
        sum(images, |total: V, image| {
            let left = images - image;
            // SAFETY: all indices are below classes * images.
            unsafe {
                let at = |class: usize| V::load_up_to(self.logits.as_ptr().add(class * images + image), left);
                let label = V::load_up_to(labels.as_ptr().add(image), left);
                let mut largest = at(0);
                for class in 1..classes {
                    largest = math::maximum(largest, at(class));
                }
                let mut sum = V::zero();
                for class in 0..classes {
                    let power = math::exp(at(class).sub(largest));
                    power.store_up_to(self.probabilities.at(class * images + image), left);
                    sum = sum.add(power);
                }
                let logarithm = math::ln(sum);
                let mut cost = V::zero();
                for class in 0..classes {
                    let minus_ln_p = logarithm.sub(at(class).sub(largest));
                    let share = self.loss.share(shares, class, label);
                    // A share of 0 stays 0 beside an infinite -ln p, too. A NaN is passed on.
                    let is_counted = V::select(minus_ln_p.equal(minus_ln_p), share, minus_ln_p);
                    let counted = V::select(is_counted.equal(V::zero()), V::zero(), minus_ln_p);
                    cost = share.fma(counted, cost);
                    let to = self.probabilities.at(class * images + image);
                    V::load_up_to(to, left).div(sum).store_up_to(to, left);
                }
                if left < V::LANES {
                    let mut lanes = [T::ZERO; PARTIALS];
                    cost.store_partial(lanes.as_mut_ptr(), left);
                    cost = V::load(lanes.as_ptr());
                }
                total.add(cost)
            }
        })
    }
}

/// `logits [c, n] -> (mean loss, probabilities [c, n])`.
pub fn forward<T: Float>(loss: &CrossEntropy<T>, logits: &[T]) -> Result<(T, Vec<T>)> {
    let mut sum = T::ZERO;
    // SAFETY: every class of every image is written.
    let probabilities =
        unsafe { filled(logits.len(), |probabilities| sum = T::dispatch(Forward { loss, logits, probabilities })) }?;
    Ok((sum / loss.total_weight(), probabilities))
}

struct Backward<'a, T> {
    loss: &'a CrossEntropy<'a, T>,
    probabilities: &'a [T],
    scale: T,
    out: Shared<T>,
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let CrossEntropy { classes, images, labels, .. } = *self.loss;
        let shares = self.loss.shares::<V>();
        let scale = V::splat(self.scale);
        for image in (0..images).step_by(V::LANES) {
            let left = images - image;
            // SAFETY: all indices are below classes * images.
            unsafe {
                let label = V::load_up_to(labels.as_ptr().add(image), left);
                let share = |class: usize| self.loss.share(shares, class, label);
                let mut total = V::zero();
                for class in 0..classes {
                    total = total.add(share(class));
                }
                for class in 0..classes {
                    let at = class * images + image;
                    let p = V::load_up_to(self.probabilities.as_ptr().add(at), left);
                    p.fma(total, share(class).negate()).mul(scale).store_up_to(self.out.at(at), left);
                }
            }
        }
    }
}

/// `probabilities [c, n] -> dlogits [c, n]`, for the gradient `dloss` of the mean loss.
pub fn backward<T: Float>(loss: &CrossEntropy<T>, probabilities: &[T], dloss: T) -> Result<Vec<T>> {
    let scale = dloss / loss.total_weight();
    // SAFETY: every class of every image is written.
    unsafe { filled(probabilities.len(), |out| T::dispatch(Backward { loss, probabilities, scale, out })) }
}
