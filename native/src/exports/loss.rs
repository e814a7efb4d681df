//! Losses and running totals.

use super::arguments::put_all;
use crate::exports;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::loss as ops;

exports! { EXPORTS:
    /// Writes two handles: the mean softmax cross-entropy `[]` and the probabilities `[batch, classes]`.
    fn cross_entropy(logits: Handle, labels: Handle, weights: Handle, smoothing: f64, out: &mut [f64]) -> Status {
        let (loss, probabilities) = ops::cross_entropy(&get(logits)?, &get(labels)?, get_optional(weights)?.as_ref(), smoothing)?;
        put_all([loss, probabilities], out)
    }
    /// The gradient for the logits.
    fn cross_entropy_gradient(probabilities: Handle, labels: Handle, weights: Handle, smoothing: f64, dloss: Handle) -> Handle {
        put(ops::cross_entropy_gradient(&get(probabilities)?, &get(labels)?, get_optional(weights)?.as_ref(), smoothing, &get(dloss)?)?)
    }
    /// Adds a batch to `totals` f64 `[3]` = (sum of losses, right answers, images), in place.
    fn metrics_accumulate(totals: Handle, loss: Handle, logits: Handle, labels: Handle) -> Status {
        ops::accumulate(&get(totals)?, &get(loss)?, &get(logits)?, &get(labels)?)
    }
}
