//! Calls every export with arguments that no caller of good will would pass: stale, doubled, foreign and zero
//! handles, wrong element types and lengths, huge sizes, detached buffers. Each may fail, but only with its
//! sentence; nothing else may happen.
//!
//! An input is a sequence of calls on one set of tensors, and a pure function of its number. So a failure is found
//! again by its number alone, and the inputs in `FOUND` are tried first ever after.

pub mod arguments;
mod buffer;
mod shapes;

use std::time::{Duration, Instant};

use self::arguments::Arguments;
use self::shapes::{FAMILIES, IMAGES, MANY_CHANNELS, NORMALISED, POOLED, STATISTICS};
use crate::abi::wick_last_error;
use crate::exports::all;
use crate::exports::tensor::{tensor_from_f32, tensor_from_f64, tensor_from_i64, tensor_from_u8, tensor_from_u32, tensor_full};
use crate::handles::live;
use crate::manifest::hash;
use crate::memory::{BUDGET_HERE, LARGEST_HERE};
use crate::ops::storage::force_composed;
use crate::random::Stream;

/// Inputs that failed once, with the export that they were aimed at, or nothing.
const FOUND: &[(u32, &str)] = &[];

/// Most inputs that are aimed at an export which never succeeded: one that takes four tensors of four kinds.
const AIMED: u32 = 10_000;

/// What a test runs where `WICK_FUZZ_INPUTS` asks for no other number.
const SHORT: u32 = 40_000;

/// The first two are for tests alone. Four tensors of four kinds hardly ever meet by chance. Drawn bytes are no picture;
/// edited pictures are tried from TypeScript. No library of MPI has a drawn name.
const NEVER: &[&str] = &[
    "wick_force_generic",
    "wick_panic_next",
    "metrics_accumulate",
    "picture_from_png",
    "picture_from_jpeg",
    "mpi_start",
    "mpi_gather",
];

const CALLS: usize = 8;
const SECOND: Duration = Duration::from_secs(1);
const BUDGET: usize = 4 << 20;

/// A tensor of one of the shapes, of any type, now and then a view.
fn tensor(from: &mut Arguments) -> f64 {
    let dims = from.shapes[from.below(from.shapes.len())];
    let count = dims.iter().product::<u32>() as usize;
    let (shape, rank) = (dims.as_ptr(), dims.len() as u32);
    let kind = match (dims, from.shapes) {
        (STATISTICS, _) => 2,
        // Tensors of one type fit together.
        (_, NORMALISED | IMAGES | MANY_CHANNELS | POOLED) if from.chance(85) => 8,
        _ => from.below(9),
    };
    match kind {
        0 => tensor_from_u8(vec![1; count].as_ptr(), count as u32, shape, rank, 0),
        1 => tensor_from_u32(vec![1; count].as_ptr(), count as u32, shape, rank, 0),
        2 => tensor_from_f64(vec![0.25; count].as_ptr(), count as u32, shape, rank, 0),
        3 => tensor_full(from.f64(), from.word() % 6, shape, rank, 0),
        4 => tensor_from_i64(vec![1; count].as_ptr(), count as u32, shape, rank, 0),
        _ => {
            let data: Vec<f32> = (0..count).map(|_| crate::random::unit(from.word()) - 0.5).collect();
            tensor_from_f32(data.as_ptr(), count as u32, shape, rank, 0)
        }
    }
}

fn last_error() -> String {
    let mut text = [0; 500];
    let length = wick_last_error(text.as_mut_ptr(), text.len() as u32) as usize;
    String::from_utf8_lossy(&text[..length.min(text.len())]).into_owned()
}

/// Runs one input, whose every other call is of the export that it is aimed at, and adds to how often each export
/// succeeded; an error is what no input may lead to.
fn run(input: u32, aim: &str, foreign: f64, successes: &mut [u32]) -> Result<(), String> {
    let rows: Vec<_> = all().collect();
    let stream = Stream { seed: 1, purpose: hash("fuzz"), epoch: 0, index: input };
    let mut arguments = Arguments::of(stream, foreign);
    arguments.small = arguments.chance(20);
    if arguments.chance(50) {
        arguments.shapes = FAMILIES[arguments.below(FAMILIES.len())];
    }
    let composed = arguments.small && arguments.chance(50);
    for _ in 0..6 {
        let handle = tensor(&mut arguments);
        arguments.handles.push(handle);
    }
    let failure = (0..CALLS).find_map(|call| {
        let aimed = if call % 2 == 0 { rows.iter().position(|row| row.name == aim) } else { None };
        let row = aimed.unwrap_or_else(|| arguments.below(rows.len()));
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
            return Some(format!(
                "input {input} {aim:?}, call {call}, {name}: took {} bytes beyond the budget",
                LARGEST_HERE.get()
            ));
        }
        let error = if outcome == 0.0 { last_error() } else { String::new() };
        let meant = if outcome == 0.0 { !error.is_empty() && !error.starts_with("Internal error") } else { outcome >= 1.0 };
        if !meant {
            return Some(format!("input {input} {aim:?}, call {call}, {name}: {outcome} {error}"));
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
        None if live() > 0 => Err(format!("input {input} {aim:?} left {} tensors behind", live())),
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
    let mut attempt = |input: u32, aim: &str, successes: &mut [u32]| {
        // An input that takes too long has to take too long again: the machine may have been busy.
        let mut time = Duration::MAX;
        for _ in 0..3 {
            let begun = Instant::now();
            failures.extend(run(input, aim, foreign, successes).err());
            time = time.min(begun.elapsed());
            if time < SECOND || cfg!(miri) {
                break;
            }
        }
        if time >= SECOND && !cfg!(miri) {
            failures.push(format!("input {input} {aim:?} takes {time:?}"));
        }
        slowest = slowest.max(time);
        failures.len() <= 20
    };
    let _ =
        FOUND.iter().copied().chain((0..inputs).map(|input| (input, ""))).all(|(input, aim)| attempt(input, aim, &mut successes));
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| inputs >= SHORT && !NEVER.contains(&row.name)) {
        let _ = (0..AIMED).all(|input| successes[place] > 0 || attempt(input, row.name, &mut successes));
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
    assert_eq!(never, NEVER, "these never succeeded");
}
