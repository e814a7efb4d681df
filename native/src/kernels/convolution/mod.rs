//! 2-D convolution and its gradients: by its definition's own sums ([`direct`], [`weight`]), and by minimal filtering
//! where that is cheaper ([`winograd`], [`weight_winograd`]).

pub mod direct;
mod lines;
mod patch;
mod six_points;
mod strip;
mod tiles;
pub mod weight;
pub mod weight_winograd;
pub mod winograd;
