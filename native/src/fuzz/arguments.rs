//! The arguments of a call, drawn one by one.

use std::any::Any;

use super::buffer::{Buffer, Place};
use super::shapes::{MANY_CHANNELS, NORMALISED, POOLED, SHAPES};
use crate::handles::get;
use crate::random::Stream;

/// An element of a drawn buffer.
pub trait Element: Copy + Default + 'static {
    fn draw(from: &mut Arguments) -> Self;
}
macro_rules! elements {
    ($($T:ident: $draw:expr),*) => { $(impl Element for $T { fn draw(from: &mut Arguments) -> Self { $draw(from) } })* };
}
elements!(
    u8: |from: &mut Arguments| from.word() as u8,
    u32: |from: &mut Arguments| from.u32(),
    i64: |from: &mut Arguments| i64::from(from.u32()) - 3,
    f32: |from: &mut Arguments| from.f64() as f32,
    f64: |from: &mut Arguments| if from.chance(80) { from.Handle() } else { from.f64() }
);

/// Draws arguments, and remembers the handles that calls gave.
pub struct Arguments {
    words: Box<dyn Iterator<Item = u32>>,
    pub handles: Vec<f64>,
    /// A tensor of another thread.
    foreign: f64,
    /// Whether sizes stay small: the composed forms are for tests and take what memory they need.
    pub small: bool,
    /// The only shapes that this input's tensors have.
    pub shapes: &'static [&'static [u32]],
}

#[allow(non_snake_case)]
impl Arguments {
    pub fn of(stream: Stream, foreign: f64) -> Self {
        Self { words: Box::new(stream.words(0)), handles: Vec::new(), foreign, small: false, shapes: SHAPES }
    }

    pub fn word(&mut self) -> u32 {
        self.words.next().unwrap_or_default()
    }
    pub fn below(&mut self, limit: usize) -> usize {
        self.word() as usize % limit.max(1)
    }
    pub fn chance(&mut self, percent: u32) -> bool {
        self.word() % 100 < percent
    }

    pub fn u32(&mut self) -> u32 {
        // The number of groups that one channel has.
        if self.shapes == NORMALISED && self.chance(50) {
            return 1;
        }
        if self.small || self.chance(85) {
            return self.word() % 6;
        }
        let word = self.word();
        match self.below(4) {
            0 => word % 100,
            1 => 1 << (word % 32),
            2 => u32::MAX - word % 3,
            _ => word,
        }
    }

    pub fn f64(&mut self) -> f64 {
        const INFINITE: f64 = f64::INFINITY;
        const NUMBERS: &[f64] = &[0.0, 1.0, -1.0, 0.5, 0.9, 1e-8, -0.0, 1e308, 5e-324, f64::NAN, INFINITE, -INFINITE, 1e16];
        let number = self.below(NUMBERS.len());
        NUMBERS[number]
    }

    pub fn Handle(&mut self) -> f64 {
        let place = self.below(self.handles.len());
        let known = self.handles.get(place).copied().unwrap_or(0.0);
        if self.chance(88) {
            return known;
        }
        match self.below(8) {
            0 | 1 => 0.0,
            2 => self.foreign,
            3 => known + 0.5,
            4 => -known,
            5 => f64::from(self.word()) * 1e6,
            6 => u64::MAX as f64,
            _ => self.f64(),
        }
    }

    /// What an export reads; `name` tells which numbers could be right.
    pub fn input<T: Element>(&mut self, name: &str) -> Buffer<T> {
        let data = match name {
            // Kernels, strides and dilations of 1 and no padding, in the order of pooling and of convolution.
            "p" if self.shapes != SHAPES && self.chance(80) => {
                if self.shapes != MANY_CHANNELS && self.chance(50) {
                    vec![1, 1, 1, 1, 0, 0]
                } else {
                    vec![1, 1, 0, 0, 1, 1, 1]
                }
            }
            "pooling" if self.chance(90) => {
                let size = if [MANY_CHANNELS, POOLED].contains(&self.shapes) { 2 } else { 1 };
                vec![size, size, size, size, 0, 0]
            }
            "p" if self.chance(90) => {
                let length = 6 + self.below(2);
                let largest = if length == 7 { 20 } else { 6 };
                let one = |_| if self.chance(5) { 1 << self.below(largest) } else { 1 + self.word() % 3 };
                (0..length).map(one).collect::<Vec<u32>>()
            }
            "shape" | "dims" | "x_shape" | "weight_shape" if self.chance(60) => {
                let tensor = self.Handle();
                let of = get(tensor).map_or(Vec::new(), |tensor| tensor.dims().to_vec());
                of.into_iter().map(|size| size as u32).collect()
            }
            _ => Vec::new(),
        };
        let mut data = cast(data);
        if data.is_empty() {
            let length = if self.chance(50) { self.below(3) } else { self.below(10) };
            data = (0..length).map(|_| T::draw(self)).collect();
        }
        Buffer { data, place: self.place() }
    }

    /// What an export writes.
    pub fn output<T: Element>(&mut self) -> Buffer<T> {
        let sizes = [0, 1, 2, 3, 4, 10, 12, 20, 150, 400];
        let size = sizes[self.below(sizes.len())];
        Buffer { data: vec![T::default(); size], place: self.place() }
    }

    fn place(&mut self) -> Place {
        match self.below(60) {
            0 => Place::Detached,
            1 => Place::Misaligned,
            _ => Place::Right,
        }
    }

    pub fn keep_handles<T: Element>(&mut self, outcome: f64, written: Buffer<T>) {
        let written: Vec<f64> = cast(written.data);
        if outcome != 0.0 {
            self.handles.extend(written.into_iter().filter(|&handle| handle >= 1.0));
        }
    }
}

/// A vector as a vector of another type where the two types are one, else an empty vector.
fn cast<From: 'static, To: Default + 'static>(data: Vec<From>) -> Vec<To> {
    let mut data = Some(data);
    (&mut data as &mut dyn Any).downcast_mut::<Option<Vec<To>>>().and_then(Option::take).unwrap_or_default()
}
