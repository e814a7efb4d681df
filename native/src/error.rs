//! One error type: a sentence for the person who called.

use std::fmt;

#[derive(Debug)]
pub struct Error(pub String);

pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// candle's errors carry a backtrace where `RUST_BACKTRACE` is set; a user's message must not.
impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        match error {
            candle_core::Error::WithBacktrace { inner, .. } => Self::from(*inner),
            candle_core::Error::Context { inner, context } => Self(format!("{context}: {}", Self::from(*inner))),
            other => Self(other.to_string()),
        }
    }
}

/// `fail!("Cannot reshape {from:?} to {to:?}")` returns that sentence as an error.
#[macro_export]
macro_rules! fail {
    ($($arguments:tt)*) => {
        return Err($crate::error::Error(format!($($arguments)*)))
    };
}
