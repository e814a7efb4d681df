//! Pooling over windows of `[channel, row, column, image]`, images innermost.
//!
//! Maximum: the first largest number of a window in the order (ky, kx) takes the whole gradient; NaN passes on. Its
//! place in the window, ky * kernel columns + kx, is the window's argmax, kept as a number of the tensor's type.
//! `dx[i] = sum over the windows whose maximum is i of dy`, a chain over the places (ky, kx) in ascending order.
//! Average: `y = (chain over (ky, kx) of x) / (kernel area)`; padding counts as zeros.

mod backward;
mod following;
mod forward;
mod runs;
mod windows;

pub use self::backward::{Share, backward};
pub use self::following::{with_average, with_maximum};
pub use self::forward::{average_forward, larger, max_forward};
pub use self::windows::Windows;
