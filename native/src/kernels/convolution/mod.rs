//! 2-D convolution and its gradients: by its definition's own sums ([`direct`]), by minimal filtering where that is
//! cheaper ([`winograd`]), and the gradients of its weights ([`weight`]).

pub mod direct;
pub mod weight;
pub mod weight_winograd;
pub mod winograd;
