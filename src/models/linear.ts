import { flatten, type Layer, linear as linearLayer, sequential } from "../nn/mod.ts";

/** Settings of the linear model. */
export interface LinearOptions {
  readonly inputs?: number;
  readonly classes?: number;
}

/** Multinomial logistic regression: 28 x 28 pixels to class scores, by one linear layer. */
export const linear = ({ inputs = 784, classes = 10 }: LinearOptions = {}): Layer =>
  sequential(flatten, linearLayer(inputs, classes));
