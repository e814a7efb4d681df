mod direct;
mod weight;
mod weight_winograd;
mod winograd;
