//! Calls every export with arguments that no caller of good will would pass: stale, doubled, foreign and zero
//! handles, wrong element types and lengths, huge sizes, detached buffers. Each may fail, but only with its
//! sentence; nothing else may happen.
//!
//! An input is a sequence of calls on one set of tensors, and a pure function of its number. So a failure is
//! found again by its number alone, and those in `FOUND` are tried first ever after.

use std::any::Any;
use std::time::{Duration, Instant};

use crate::abi::{hash, wick_last_error};
use crate::exports::all;
use crate::exports::tensor::{tensor_from_f32, tensor_from_f64, tensor_from_i64, tensor_from_u8, tensor_from_u32, tensor_full};
use crate::handles::{get, live};
use crate::memory::{BUDGET_HERE, LARGEST_HERE};
use crate::ops::storage::force_composed;
use crate::random::Stream;

/// Inputs that failed once.
const FOUND: &[u32] = &[];

/// What a test runs where `WICK_FUZZ_INPUTS` asks for no other number.
const SHORT: u32 = 40_000;

const CALLS: usize = 8;
const SECOND: Duration = Duration::from_secs(1);
const BUDGET: usize = 4 << 20;

/// Shapes that fit one another here and there, so that many calls get as far as a kernel.
const SHAPES: &[&[u32]] = &[
    &[2, 3, 5, 5],
    &[4, 3, 3, 3],
    &[2, 4, 5, 5],
    &[2, 4, 2, 2],
    &[4],
    &[3],
    &[2],
    &[1],
    &[],
    &[2, 10],
    &[10],
    &[4, 10],
    &[10, 4],
    &[3, 2, 4],
    &[1, 1, 40, 40],
    &[0, 3],
    &[300, 200],
    &[1, 1, 1, 1, 1, 1, 1, 1],
];

/// Shapes of which almost any fit together, so that calls of many tensors get as far as a kernel too.
const FAMILIES: &[&[&[u32]]] = &[&[&[1, 1, 1, 1], &[1]], &[&[2, 2], &[2]], &[&[2, 2], &[2], &[3], &[]], MANY_CHANNELS];

/// A convolution by Winograd's kernel.
const MANY_CHANNELS: &[&[u32]] = &[&[1, 8, 6, 6], &[8, 8, 3, 3], &[8]];

/// A buffer as Deno hands it over: its own elements, or the address of a detached or misaligned one.
pub struct Buffer<T> {
    data: Vec<T>,
    place: Place,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Right,
    Detached,
    Misaligned,
}

impl<T> Buffer<T> {
    pub fn pointer(&mut self) -> *mut T {
        match self.place {
            Place::Right => self.data.as_mut_ptr(),
            Place::Detached => std::ptr::null_mut(),
            Place::Misaligned => (self.data.as_mut_ptr() as usize | 1) as *mut T,
        }
    }
    pub fn length(&self) -> u32 {
        // A single byte is never misaligned: leaves room for the shift.
        self.data.len().saturating_sub(usize::from(self.place == Place::Misaligned)) as u32
    }
}

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
    handles: Vec<f64>,
    /// A tensor of another thread.
    foreign: f64,
    /// Whether sizes stay small: the composed forms are for tests and take what memory they need.
    small: bool,
    /// The only shapes that this input's tensors have.
    shapes: &'static [&'static [u32]],
}

#[allow(non_snake_case)]
impl Arguments {
    fn of_input(input: u32, foreign: f64) -> Self {
        let stream = Stream { seed: 1, purpose: hash("fuzz"), epoch: 0, index: input };
        Self { words: Box::new(stream.words(0)), handles: Vec::new(), foreign, small: false, shapes: SHAPES }
    }

    fn word(&mut self) -> u32 {
        self.words.next().unwrap_or_default()
    }
    fn below(&mut self, limit: usize) -> usize {
        self.word() as usize % limit.max(1)
    }
    fn chance(&mut self, percent: u32) -> bool {
        self.word() % 100 < percent
    }

    pub fn u32(&mut self) -> u32 {
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
        const NUMBERS: &[f64] = &[
            0.0,
            1.0,
            -1.0,
            0.5,
            0.9,
            1e-8,
            -0.0,
            1e308,
            5e-324,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            9_007_199_254_740_993.0,
        ];
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
                let size = if self.shapes == MANY_CHANNELS { 2 } else { 1 };
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

    /// A tensor of one of the shapes, of any type, now and then a view.
    fn tensor(&mut self) -> f64 {
        let dims = self.shapes[self.below(self.shapes.len())];
        let count = dims.iter().product::<u32>() as usize;
        let (shape, rank) = (dims.as_ptr(), dims.len() as u32);
        match self.below(9) {
            0 => tensor_from_u8(vec![1; count].as_ptr(), count as u32, shape, rank, 0),
            1 => tensor_from_u32(vec![1; count].as_ptr(), count as u32, shape, rank, 0),
            2 => tensor_from_f64(vec![0.25; count].as_ptr(), count as u32, shape, rank, 0),
            3 => tensor_full(self.f64(), self.word() % 6, shape, rank, 0),
            4 => tensor_from_i64(vec![1; count].as_ptr(), count as u32, shape, rank, 0),
            _ => {
                let data: Vec<f32> = (0..count).map(|_| crate::random::unit(self.word()) - 0.5).collect();
                tensor_from_f32(data.as_ptr(), count as u32, shape, rank, 0)
            }
        }
    }
}

/// A vector as one of another type where that is the same one, else an empty one.
fn cast<From: 'static, To: Default + 'static>(data: Vec<From>) -> Vec<To> {
    let mut data = Some(data);
    (&mut data as &mut dyn Any).downcast_mut::<Option<Vec<To>>>().and_then(Option::take).unwrap_or_default()
}

fn last_error() -> String {
    let mut text = [0; 500];
    let length = wick_last_error(text.as_mut_ptr(), text.len() as u32) as usize;
    String::from_utf8_lossy(&text[..length.min(text.len())]).into_owned()
}

/// Runs one input and adds to how often each export succeeded; an error is what no input may lead to.
fn run(input: u32, foreign: f64, successes: &mut [u32]) -> Result<(), String> {
    let rows: Vec<_> = all().collect();
    let mut arguments = Arguments::of_input(input, foreign);
    arguments.small = arguments.chance(20);
    if arguments.chance(50) {
        arguments.shapes = FAMILIES[arguments.below(FAMILIES.len())];
    }
    let composed = arguments.small && arguments.chance(50);
    for _ in 0..6 {
        let handle = arguments.tensor();
        arguments.handles.push(handle);
    }
    let failure = (0..CALLS).find_map(|call| {
        let row = arguments.below(rows.len());
        let name = rows[row].name;
        if matches!(name, "wick_panic_next" | "wick_force_generic") {
            return None;
        }
        force_composed(composed);
        LARGEST_HERE.set(0);
        let outcome = (rows[row].call)(&mut arguments);
        force_composed(false);
        // candle's own operations ask nobody.
        if LARGEST_HERE.get() > BUDGET && !composed {
            return Some(format!("input {input}, call {call}, {name}: took {} bytes beyond the budget", LARGEST_HERE.get()));
        }
        let error = if outcome == 0.0 { last_error() } else { String::new() };
        let meant = if outcome == 0.0 { !error.is_empty() && !error.starts_with("Internal error") } else { outcome >= 1.0 };
        if !meant {
            return Some(format!("input {input}, call {call}, {name}: {outcome} {error}"));
        }
        if outcome != 0.0 {
            successes[row] += 1;
            if rows[row].result == "Handle" {
                arguments.handles.push(outcome);
            }
        }
        None
    });
    for &handle in &arguments.handles {
        crate::exports::tensor::tensor_free(handle);
    }
    match failure {
        Some(failure) => Err(failure),
        None if live() > 0 => Err(format!("input {input} left {} tensors behind", live())),
        None => Ok(()),
    }
}

/// The most memory this process has had so far, in bytes.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kibibytes| kibibytes << 10)
}

#[test]
fn every_export_survives_hostile_arguments() {
    BUDGET_HERE.set(Some(BUDGET));
    let inputs = std::env::var("WICK_FUZZ_INPUTS").map_or(SHORT, |text| text.parse().unwrap());
    let (send, receive) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        send.send(tensor_full(1.0, 3, [2].as_ptr(), 1, 0)).unwrap();
        ended.recv().unwrap();
    });
    let foreign = receive.recv().unwrap();
    let rows: Vec<_> = all().collect();
    let mut successes = vec![0; rows.len()];
    let mut slowest = Duration::ZERO;
    let mut failures = Vec::new();
    for input in FOUND.iter().copied().chain(0..inputs) {
        // An input that takes too long has to do so again: the machine may have been busy.
        let mut time = Duration::MAX;
        for _ in 0..3 {
            let begun = Instant::now();
            failures.extend(run(input, foreign, &mut successes).err());
            time = time.min(begun.elapsed());
            if time < SECOND || cfg!(miri) {
                break;
            }
        }
        if time >= SECOND && !cfg!(miri) {
            failures.push(format!("input {input} takes {time:?}"));
        }
        slowest = slowest.max(time);
        if failures.len() > 20 {
            break;
        }
    }
    end.send(()).unwrap();
    other.join().unwrap();
    let never: Vec<_> = rows.iter().zip(&successes).filter(|(_, count)| **count == 0).map(|(row, _)| row.name).collect();
    println!(
        "{inputs} sequences of {CALLS} calls, {} calls succeeded, 0 crashes, slowest {slowest:?}, peak memory {} MiB",
        successes.iter().sum::<u32>(),
        peak_memory().map_or("unknown".to_owned(), |bytes| (bytes >> 20).to_string())
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    if inputs < SHORT {
        return;
    }
    // The first two are for tests alone. Four tensors of four kinds hardly ever meet by chance. Drawn bytes are no
    // picture; edited ones are tried from TypeScript.
    let expected = ["wick_force_generic", "wick_panic_next", "metrics_accumulate", "picture_from_png", "picture_from_jpeg"];
    assert_eq!(never, expected, "these never succeeded");
}
