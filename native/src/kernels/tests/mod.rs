//! Each kernel on every instance of the vector type, bit for bit, over thousands of random shapes: against the
//! definition, written out word for word, where it is a sum; against the portable instance where it is not.

mod convolution;
mod dropout;
mod group_norm;
mod images;
mod loss;
mod math;
mod matmul;
mod normalization;
mod normalization_joined;
mod optimizer;
mod pointwise;
mod pooling;
mod reduce;
mod softmax;
mod vector;

use std::fmt::Debug;

use super::geometry::{Axis, Geometry};
use super::vector::{FORCED, InstructionSet, available};
use crate::parallel::ALONE;
use crate::random::{Stream, unit};

/// How many random shapes each kernel is tried on.
const CASES: u32 = 3000;

/// The random choices of one case.
struct Chance(Box<dyn Iterator<Item = u32>>);

impl Chance {
    fn of(case: u32) -> Self {
        Self(Box::new(Stream { seed: 3, purpose: 2, epoch: 0, index: case }.words(0)))
    }
    fn word(&mut self) -> u32 {
        self.0.next().unwrap()
    }
    fn pick(&mut self, low: usize, high: usize) -> usize {
        low + self.word() as usize % (high - low + 1)
    }
    fn flag(&mut self) -> bool {
        self.pick(0, 1) == 1
    }
    /// Numbers in [-1/2, 1/2).
    fn numbers(&mut self, count: usize) -> Vec<f32> {
        self.0.by_ref().take(count).map(|word| unit(word) - 0.5).collect()
    }

    /// A sliding window: odd sizes, strides, padding, dilation.
    fn axis(&mut self) -> Axis {
        loop {
            let (input, kernel, stride) = (self.pick(1, 12), self.pick(1, 4), [1, 1, 2, 3][self.pick(0, 3)]);
            let (padding, dilation) = (self.pick(0, 2), self.pick(1, 2));
            if let Some(room) = (input + 2 * padding).checked_sub(dilation * (kernel - 1) + 1) {
                return Axis { input, output: room / stride + 1, kernel, stride, padding, dilation };
            }
        }
    }

    fn geometry(&mut self) -> Geometry {
        let groups = [1, 1, 2, 3][self.pick(0, 3)];
        let (rows, columns, images) = (self.axis(), self.axis(), self.pick(1, 40));
        let (in_channels, out_channels) = (groups * self.pick(1, 4), groups * self.pick(1, 14));
        Geometry { images, in_channels, out_channels, groups, rows, columns }
    }
}

/// What `element` gives for every place of `[channel, row, column, image]`, in the order of memory.
fn every([channels, rows, columns, images]: [usize; 4], mut element: impl FnMut([usize; 4]) -> f32) -> Vec<f32> {
    let place = |i: usize| [i / images / columns / rows, i / images / columns % rows, i / images % columns, i % images];
    (0..channels * rows * columns * images).map(|i| element(place(i))).collect()
}

/// A NaN is a NaN: processors differ in its sign and payload.
fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() }).collect()
}

/// What a kernel gives on one instance; other threads than this one know nothing of it.
fn on_instance(set: InstructionSet, kernel: &impl Fn() -> Vec<f32>) -> Vec<f32> {
    FORCED.set(Some(set));
    ALONE.set(true);
    let result = kernel();
    ALONE.set(false);
    FORCED.set(None);
    result
}

/// Every instance of this processor has to give the bits of `expected`.
#[track_caller]
fn assert_bits(what: impl Debug, expected: &[f32], kernel: impl Fn() -> Vec<f32>) {
    let expected = bits(expected);
    for set in available() {
        let ours = bits(&on_instance(set, &kernel));
        let differ = ours.iter().zip(&expected).position(|(ours, expected)| ours != expected);
        assert!(ours == expected, "{set:?} differs at {differ:?} for {what:?}");
    }
}

/// Every instance of this processor has to give the bits of the portable one.
#[track_caller]
fn assert_same_bits(what: impl Debug, kernel: impl Fn() -> Vec<f32>) {
    let expected = on_instance(InstructionSet::Scalar, &kernel);
    assert_bits(what, &expected, kernel);
}

/// `sum of a[i] b[i]`, for adjoints: they are equal but for rounding.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
