//! The library itself.

use super::arguments::set;
use crate::abi::panic_next;
use crate::cores;
use crate::exports;
use crate::fail;
use crate::handles::live;
use crate::kernels::math::{cos_f64, exp_f64, ln_f64, powi, tanh_f64};
use crate::kernels::vector::check_instruction_set;
use crate::memory::check_budget;
use crate::ops::storage::force_composed;
use crate::parallel;

exports! { EXPORTS:
    /// Chooses the number of threads (0: one for each core) before the first operation; returns the number that
    /// runs, no more than CPUs.
    fn wick_configure(threads: u32) -> Count {
        check_instruction_set()?;
        check_budget()?;
        if threads > 1024 {
            fail!("At most 1024 threads are supported, not {threads}");
        }
        Ok(parallel::configure(threads as usize) as f64)
    }

    /// Divides work among at most so many of the threads from now on (0: all of them); returns among how many.
    fn wick_divide_among(threads: u32) -> Count {
        Ok(parallel::divide_among(threads as usize) as f64)
    }

    /// How many physical cores this process may use.
    fn wick_cores() -> Count {
        Ok(cores::usable() as f64)
    }

    /// Routes every operation through its form composed of candle's operations (1) or back (0): for tests.
    fn wick_force_generic(on: u32) -> Status {
        force_composed(on != 0);
        Ok(())
    }

    /// Writes a JSON object that describes the library; returns its length in bytes.
    fn wick_info(out: &mut [u8]) -> Count {
        let text = format!(
            "{{\"version\":\"{}\",\"candle\":\"0.11.1\",\"instructionSet\":\"{}\",\"threads\":{},\"cuda\":{}}}",
            env!("CARGO_PKG_VERSION"),
            check_instruction_set()?.name(),
            parallel::running(),
            cfg!(feature = "cuda"),
        );
        if out.len() < text.len() {
            fail!("Room for {} bytes is needed, not {}", text.len(), out.len());
        }
        out[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len() as f64)
    }

    /// Makes the next export panic: tests show that a panic becomes an exception.
    fn wick_panic_next() -> Status {
        panic_next();
        Ok(())
    }

    /// How many tensors this thread holds.
    fn tensor_live(out: &mut [u32]) -> Status {
        set(out, live() as u32)
    }

    /// A function of one number in f64, with the same bits on every machine: 0 exp, 1 ln, 2 cos (radians), 3 tanh.
    fn scalar_math(kind: u32, x: f64, out: &mut [f64]) -> Status {
        set(out, match kind {
            0 => exp_f64(x),
            1 => ln_f64(x),
            2 => cos_f64(x),
            3 => tanh_f64(x),
            _ => fail!("{kind} is not the number of a function"),
        })
    }

    /// base^exponent by squaring.
    fn scalar_powi(base: f64, exponent: u32, out: &mut [f64]) -> Status {
        set(out, powi(base, exponent))
    }
}
