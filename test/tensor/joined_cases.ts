import {
  ConvolutionGeometry,
  functional,
  PoolingGeometry,
  type Shape,
  Tensor,
} from "../../src/tensor/mod.ts";
import type { Draw } from "./draw.ts";
import type { Application, OperationCase } from "./operation_cases.ts";

/** A convolution that is joined with a neighbour: small weights keep its sums as large as its terms. */
interface Convolution {
  readonly x: Shape;
  readonly weight: Shape;
  readonly bias: Shape;
  readonly geometry: ConvolutionGeometry;
}

/** Direct ones, depthwise ones and those by tiles. */
function drawConvolution(draw: Draw): Convolution {
  const channels = draw.pick(2, 3, 8);
  const groups = draw.pick(1, channels);
  const kernel = draw.pick(1, 3, 3);
  const outputs = channels * draw.pick(1, 2);
  return {
    x: [draw.pick(1, 2, 9), channels, draw.whole(4, 6), draw.whole(4, 6)],
    weight: [outputs, channels / groups, kernel, kernel],
    bias: [outputs],
    geometry: new ConvolutionGeometry({ padding: draw.whole(0, kernel >> 1), groups }),
  };
}

const { gelu, silu, tanh, softplus } = functional.activations;

function drawActivation(draw: Draw): Application {
  const { x, weight, bias, geometry } = drawConvolution(draw);
  const activation = draw.pick(gelu, silu, tanh, softplus(2, 5));
  return {
    inputs: [{ shape: x }, { shape: weight }, { shape: bias }],
    apply: (x, w, b) => functional.conv2d(x, w.mul(0.2), b, geometry, { activation }),
  };
}

function drawAverage(draw: Draw): Application {
  const { x, weight, geometry } = drawConvolution(draw);
  const average = draw.pick(
    new PoolingGeometry(2),
    new PoolingGeometry([2, 1], { stride: [1, 2], padding: [1, 0] }),
  );
  const relu = draw.whole(0, 1) === 1;
  return {
    inputs: [{ shape: x }, { shape: weight }],
    apply: (x, w) => functional.conv2d(x, w.mul(0.2), undefined, geometry, { average, relu }),
  };
}

function drawPending(draw: Draw): Application {
  const { x, weight, bias, geometry } = drawConvolution(draw);
  const images = [x[0]! + 1, ...x.slice(1)];
  const parameters = [{ shape: [x[1]!] }, { shape: [x[1]!] }, { shape: weight }];
  const relu = draw.whole(0, 1) === 1;
  const single = weight.slice(1).every((length) => length === 1);
  if (single || draw.whole(0, 1) === 1) {
    return {
      inputs: [{ shape: images }, ...parameters, { shape: bias }],
      apply(x, scale, shift, w, b) {
        const pending = functional.pendingBatchNorm(x, scale, shift, 1e-3, undefined, { relu });
        return functional.conv2d(x, w.mul(0.2), b, geometry, { pending });
      },
    };
  }
  // Its statistics for the normalisation after it, too.
  return {
    inputs: [{ shape: images }, ...parameters],
    apply(x, scale, shift, w) {
      const pending = functional.pendingBatchNorm(x, scale, shift, 1e-3, undefined, { relu });
      const joined = functional.conv2dForBatchNorm(x, w.mul(0.2), undefined, geometry, { pending });
      using statistics = joined.statistics;
      const ones = Tensor.ones([weight[0]!], x);
      // Normalised numbers have a mean and a mean square, and these no gradient but rounding.
      return functional.batchNorm(joined.y, ones, ones, 1e-3, undefined, { statistics }).tanh();
    },
  };
}

/** Operations that are joined with their neighbours. */
export const joined: readonly OperationCase[] = [
  { name: "conv2d and an activation", draw: drawActivation },
  { name: "conv2d and avgPool2d", draw: drawAverage },
  { name: "conv2d of a pending batchNorm", draw: drawPending },
  {
    name: "linear and an activation",
    draw(draw) {
      const [batch, inputs, outputs] = [draw.whole(1, 9), draw.whole(1, 9), draw.whole(1, 17)];
      const activation = draw.pick(gelu, silu, tanh, softplus(2, 5));
      return {
        inputs: [{ shape: [batch, inputs] }, { shape: [outputs, inputs] }, { shape: [outputs] }],
        apply: (x, weight, bias) => functional.linear(x, weight, bias, { activation }),
      };
    },
  },
];
