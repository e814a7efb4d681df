//! The functions of single elements, by name. Both forms of an operation take the name.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    Negate,
    Absolute,
    Square,
    SquareRoot,
    Exponential,
    Logarithm,
    Tanh,
    Sigmoid,
    Relu,
    Gelu,
    Silu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
/// The gradient of an activation, by the activation's name.
pub enum Gradient {
    Relu,
    Tanh,
    Sigmoid,
    Gelu,
    Silu,
}
