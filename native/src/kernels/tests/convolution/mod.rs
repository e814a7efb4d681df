mod direct;
mod weight;
mod winograd;
