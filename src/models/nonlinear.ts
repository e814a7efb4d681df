import { flatten, type Layer, linear, relu, sequential } from "../nn/mod.ts";

/** Settings of the nonlinear model. */
export interface NonlinearOptions {
  readonly inputs?: number;
  /** Width of the hidden layer. */
  readonly hidden?: number;
  readonly classes?: number;
}

/** A multilayer perceptron with one hidden layer of rectified units. */
export const nonlinear = (
  { inputs = 784, hidden = 128, classes = 10 }: NonlinearOptions = {},
): Layer => sequential(flatten, linear(inputs, hidden), relu, linear(hidden, classes));
