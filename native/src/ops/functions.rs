//! The functions of single elements, by name: what both of their forms are told.

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
/// Of which activation.
pub enum Gradient {
    Relu,
    Tanh,
    Sigmoid,
    Gelu,
    Silu,
}
