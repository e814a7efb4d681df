//! Normalisation: `y = (x - mean) / deviation weight + bias` with deviation = sqrt(variance + epsilon), and its gradients.
//!
//! Values that are normalised together are a set; a set's terms lie side by side in memory. In two passes over memory a
//! kernel first gathers sums over each set's blocks, then writes ([`passes`]). Sums over a block are sixteen partials in
//! the tensor's type; blocks are joined in ascending order in f64 ([`moments`]). What is computed once for a set or a
//! channel is computed in f64 and rounded once.
//!
//! A set's mean is kept as the nearest number `centre` of the tensor's type and the f64 rest: `x - centre` rounds little
//! even where the mean is 10,000 deviations, and the rest is part of a shift.

mod channels;
mod channels_backward;
mod columns;
mod following;
mod forward;
mod groups;
mod groups_backward;
mod incoming;
mod inference;
mod masked;
mod moments;
mod passes;
mod pending;
mod pixels;
mod pixels_backward;
mod pooled;
mod rows;

pub use self::channels::{Affine, Channels};
pub use self::channels_backward::{Backward, backward as channels_backward};
pub use self::columns::backward as columns_backward;
pub use self::following::{statistics, with_statistics};
pub use self::forward::{By, forward};
pub use self::groups::forward as groups_forward;
pub use self::groups_backward::{GroupsBackward, backward as groups_backward};
pub use self::incoming::Incoming;
pub use self::inference::{apply, scale_and_shift};
pub use self::moments::Statistics;
pub use self::pending::{Pending, Reading};
pub use self::pixels::forward as pixels_forward;
pub use self::pixels_backward::backward as pixels_backward;
pub use self::pooled::{Halves, Windows, forward_pooled};
pub use self::rows::{RowAffine, Rows, backward as rows_backward};
