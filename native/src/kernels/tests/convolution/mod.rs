mod direct;
mod joined;
mod weight;
mod weight_winograd;
mod winograd;
