import { native } from "../ffi/mod.ts";
import { sameShape, type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** Variants of the cross-entropy. */
export interface CrossEntropyOptions {
  /** Share of each target spread evenly over all classes (Szegedy et al., arXiv 1512.00567). */
  readonly labelSmoothing?: number;
  /** A weight for each class, `[classes]` of the logits' dtype; the mean is then weighted. */
  readonly classWeights?: Tensor;
}

const plain: CrossEntropyOptions = {};
const pair = new Float64Array(2);
const scalar: Shape = [];

/**
 * Mean negative log-likelihood of `labels` (u8 or u32, `[batch]`) under the softmax of `logits`
 * (`[batch, classes]`), as `torch.nn.functional.cross_entropy` has it.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { labelSmoothing = 0, classWeights }: CrossEntropyOptions = plain,
): Tensor {
  checkCrossEntropy(logits, labels, labelSmoothing, classWeights);
  const weights = classWeights?.handle ?? 0;
  native.cross_entropy(logits.handle, labels.handle, weights, labelSmoothing, pair);
  const loss = new Tensor(pair[0]!, logits.dtype, scalar);
  const probabilities = new Tensor(pair[1]!, logits.dtype);
  if (!isTracked(logits)) {
    probabilities.dispose();
    return loss;
  }
  return record(loss, [logits], (gradient) => [
    new Tensor(
      native.cross_entropy_gradient(
        probabilities.handle,
        labels.handle,
        classWeights?.handle ?? 0,
        labelSmoothing,
        gradient.handle,
      ),
      logits.dtype,
      logits.shape,
    ),
  ], [probabilities]);
}

function checkCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  smoothing: number,
  weights: Tensor | undefined,
): void {
  if (labels.dtype !== "u8" && labels.dtype !== "u32") {
    throw new TypeError(`Cannot compare with ${labels.dtype} labels: use u8 or u32`);
  }
  const shape = logits.shape;
  const count = labels.shape;
  if (shape.length !== 2 || count.length !== 1 || shape[0] !== count[0]) {
    throw new RangeError(
      `Cannot take the cross-entropy of logits ${shapeText(shape)} and labels ${
        shapeText(count)
      }: they have to be [batch, classes] and [batch]`,
    );
  }
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw new RangeError(`The label smoothing ${smoothing} is not in [0, 1]`);
  }
  if (weights === undefined) return;
  if (weights.rank !== 1 || weights.shape[0] !== shape[1] || weights.dtype !== logits.dtype) {
    throw new RangeError(
      `The class weights ${weights.dtype} ${shapeText(weights.shape)} have to be ${logits.dtype} [${
        shape[1]
      }]`,
    );
  }
}

/** Mean of the squared differences between two tensors of one shape. */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  if (!sameShape(prediction.shape, target.shape)) {
    throw new RangeError(
      `Cannot compare a prediction ${shapeText(prediction.shape)} with a target ${
        shapeText(target.shape)
      }: the shapes differ`,
    );
  }
  if (prediction.dtype !== target.dtype) {
    throw new TypeError(
      `Cannot compare ${prediction.dtype} with ${target.dtype}: cast one of them`,
    );
  }
  const difference = new Tensor(
    native.tensor_sub(prediction.handle, target.handle),
    prediction.dtype,
  );
  let loss: Tensor;
  try {
    using squares = new Tensor(native.tensor_square(difference.handle), prediction.dtype);
    loss = squares.mean();
  } catch (error) {
    difference.dispose();
    throw error;
  }
  if (!isTracked(prediction) && !isTracked(target)) {
    difference.dispose();
    return loss;
  }
  return record(loss, [prediction, target], (gradient, wanted) => {
    const scale = gradient.mul(2).div(prediction.size);
    const slope = new Tensor(native.tensor_mul(difference.handle, scale.handle), prediction.dtype);
    return [slope, wanted.wants(1) ? slope.neg() : undefined];
  }, [difference]);
}
