//! The boundary, declared once: `exports!` turns a Rust function into an `extern "C"` one and into a row
//! of the manifest from which `src/ffi/symbols.ts` is generated.
//!
//! Every export returns a double: a handle or another positive number, 0 for failure. The sentence that
//! says what failed waits in a thread-local and is fetched by `wick_last_error`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, Result};

pub struct Export {
    pub name: &'static str,
    pub documentation: &'static str,
    /// `(name, type)`, the type as TypeScript's generator knows it: `handle`, `u32`, `f64`, `[u32]`, `mut [f32]` ...
    pub arguments: &'static [(&'static str, &'static str)],
    /// `handle`, `status` or `count`.
    pub result: &'static str,
    /// Calls it with arguments that are drawn one by one.
    #[cfg(test)]
    pub call: fn(&mut crate::fuzz::arguments::Arguments) -> f64,
}

thread_local! {
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
    static PANIC_PLACE: RefCell<String> = const { RefCell::new(String::new()) };
    static PANIC_NEXT: Cell<bool> = const { Cell::new(false) };
}

/// Makes the next export panic: the tests' way to show that a panic becomes an exception.
pub fn panic_next() {
    PANIC_NEXT.set(true);
}

/// What an export's body may return, as the double that crosses the boundary.
pub trait Crossing {
    fn cross(self) -> f64;
}
impl Crossing for f64 {
    fn cross(self) -> f64 {
        self
    }
}
impl Crossing for () {
    fn cross(self) -> f64 {
        1.0
    }
}

fn describe(panic: Box<dyn Any + Send>) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    format!("{text} {}", PANIC_PLACE.take())
}

fn remember_panics_place() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(|place| format!("({}:{})", place.file(), place.line()));
            PANIC_PLACE.replace(place.unwrap_or_default());
            if cfg!(test) {
                eprintln!("{info}");
            }
        }));
    });
}

/// Runs an export's body: an error or a panic becomes 0 and a sentence.
pub fn guard<T: Crossing>(name: &'static str, body: impl FnOnce() -> Result<T>) -> f64 {
    remember_panics_place();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        if PANIC_NEXT.take() {
            std::panic::resume_unwind(Box::new(format!("a panic was asked for in {name}")));
        }
        body()
    }));
    let message = match outcome {
        Ok(Ok(value)) => return value.cross(),
        Ok(Err(error)) => error.0,
        Err(panic) => format!("Internal error in {name}: {}", describe(panic)),
    };
    LAST_ERROR.replace(message);
    0.0
}

/// # Errors
/// Where TypeScript hands over a null buffer with a length.
///
/// # Safety
/// `pointer` must be valid for `length` elements for as long as the export runs: Deno guarantees it.
pub unsafe fn slice<'a, T>(pointer: *const T, length: u32) -> Result<&'a [T]> {
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Error("A buffer is detached or misaligned".to_owned()));
    }
    // SAFETY: the caller's promise; null and alignment were checked above.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length as usize) })
}

/// # Errors
/// As [`slice`].
///
/// # Safety
/// As [`slice`], and nobody else may use the buffer meanwhile: exports are called synchronously.
pub unsafe fn slice_mut<'a, T>(pointer: *mut T, length: u32) -> Result<&'a mut [T]> {
    if length == 0 {
        return Ok(&mut []);
    }
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Error("A buffer is detached or misaligned".to_owned()));
    }
    // SAFETY: the caller's promise; null and alignment were checked above.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer, length as usize) })
}

/// Declares exports. A slice argument `&[T]` or `&mut [T]` crosses as a pointer and a length.
#[macro_export]
macro_rules! exports {
    ($manifest:ident: $( $(#[doc = $doc:literal])* fn $name:ident($($arguments:tt)*) -> $result:ident $body:block )*) => {
        $( $crate::exports!(@function $name $result $body [] [] $($arguments)* ,); )*

        pub const $manifest: &[$crate::abi::Export] = &[
            $( $crate::abi::Export {
                name: stringify!($name),
                documentation: concat!($($doc, "\n",)*),
                arguments: $crate::exports!(@rows [] $($arguments)* ,),
                result: stringify!($result),
                #[cfg(test)]
                call: |_arguments| $crate::exports!(@call _arguments $name [] $($arguments)* ,),
            }, )*
        ];
    };

    (@rows [$($rows:tt)*] $(,)?) => { &[$($rows)*] };
    (@rows [$($rows:tt)*] $argument:ident: &mut [$element:ident], $($rest:tt)*) => {
        $crate::exports!(@rows [$($rows)* (stringify!($argument), concat!("mut [", stringify!($element), "]")),] $($rest)*)
    };
    (@rows [$($rows:tt)*] $argument:ident: &[$element:ident], $($rest:tt)*) => {
        $crate::exports!(@rows [$($rows)* (stringify!($argument), concat!("[", stringify!($element), "]")),] $($rest)*)
    };
    (@rows [$($rows:tt)*] $argument:ident: $scalar:ident, $($rest:tt)*) => {
        $crate::exports!(@rows [$($rows)* (stringify!($argument), stringify!($scalar)),] $($rest)*)
    };

    (@call $from:ident $name:ident [$($given:tt)*] $(,)?) => { $name($($given)*) };
    (@call $from:ident $name:ident [$($given:tt)*] $argument:ident: &mut [$element:ident], $($rest:tt)*) => {{
        let mut $argument = $from.output::<$element>();
        let outcome = $crate::exports!(@call $from $name [$($given)* $argument.pointer(), $argument.length(),] $($rest)*);
        $from.keep_handles(outcome, $argument);
        outcome
    }};
    (@call $from:ident $name:ident [$($given:tt)*] $argument:ident: &[$element:ident], $($rest:tt)*) => {{
        let mut $argument = $from.input::<$element>(stringify!($argument));
        $crate::exports!(@call $from $name [$($given)* $argument.pointer(), $argument.length(),] $($rest)*)
    }};
    (@call $from:ident $name:ident [$($given:tt)*] $argument:ident: $scalar:ident, $($rest:tt)*) => {{
        let $argument = $from.$scalar();
        $crate::exports!(@call $from $name [$($given)* $argument,] $($rest)*)
    }};

    (@function $name:ident $result:ident $body:block [$($parameters:tt)*] [$($slices:tt)*] $(,)?) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($parameters)*) -> f64 {
            $crate::abi::guard(stringify!($name), move || {
                $($slices)*
                $body
            })
        }
    };
    (@function $name:ident $result:ident $body:block [$($parameters:tt)*] [$($slices:tt)*] $argument:ident: &mut [$element:ident], $($rest:tt)*) => {
        $crate::exports!(@function $name $result $body [$($parameters)* $argument: *mut $element, length: u32,]
            // SAFETY: Deno passes a buffer's address together with its length.
            [$($slices)* let $argument = unsafe { $crate::abi::slice_mut($argument, length) }?;] $($rest)*);
    };
    (@function $name:ident $result:ident $body:block [$($parameters:tt)*] [$($slices:tt)*] $argument:ident: &[$element:ident], $($rest:tt)*) => {
        $crate::exports!(@function $name $result $body [$($parameters)* $argument: *const $element, length: u32,]
            // SAFETY: Deno passes a buffer's address together with its length.
            [$($slices)* let $argument = unsafe { $crate::abi::slice($argument, length) }?;] $($rest)*);
    };
    (@function $name:ident $result:ident $body:block [$($parameters:tt)*] [$($slices:tt)*] $argument:ident: $scalar:ident, $($rest:tt)*) => {
        $crate::exports!(@function $name $result $body [$($parameters)* $argument: $scalar,] [$($slices)*] $($rest)*);
    };
}

/// Copies as much of a text out as there is room for and returns its length in bytes.
pub fn copy_out(text: &str, out: *mut u8, capacity: u32) -> u32 {
    // SAFETY: Deno passes a buffer's address together with its length.
    if let Ok(out) = unsafe { slice_mut(out, capacity) } {
        let length = out.len().min(text.len());
        out[..length].copy_from_slice(&text.as_bytes()[..length]);
    }
    text.len() as u32
}

/// Copies the last failure's sentence out and returns its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn wick_last_error(out: *mut u8, capacity: u32) -> u32 {
    LAST_ERROR.with_borrow(|message| copy_out(message, out, capacity))
}
