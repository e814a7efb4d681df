"""JAX: many steps in one lax.scan, or one jitted call a step (--variant step); NHWC, XLA's favourite."""

import os

from models import MODELS
from worker import arguments, read_data, serve

options = arguments()
if options.threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax  # noqa: E402 (reads XLA_FLAGS when it is imported)
import jax.numpy as jnp  # noqa: E402
import numpy  # noqa: E402
from jax import lax  # noqa: E402

CHUNK = {"linear": 1875, "nonlinear": 1875, "cnn": 50, "wide": 25, "vgg-48": 5}


def initial(name):
    random, weights = numpy.random.default_rng(0), []
    for kind, inputs, outputs in [layer for layer in MODELS[name]["layers"] if len(layer) > 1]:
        shape = (inputs, outputs) if kind == "linear" else (3, 3, inputs, outputs)
        bound = 1 / numpy.sqrt(numpy.prod(shape[:-1]))
        weights.append([jnp.asarray(random.uniform(-bound, bound, size), jnp.float32) for size in (shape, outputs)])
    return weights


def forward(name, weights, x):
    weights = iter(weights)
    for kind, *_ in MODELS[name]["layers"]:
        if kind == "relu":
            x = jax.nn.relu(x)
        elif kind == "max_pool2d":
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif kind == "conv2d":
            kernel, bias = next(weights)
            x = lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias
        else:
            kernel, bias = next(weights)
            x = x @ kernel + bias
    return x


class Jax:
    def __init__(self):
        self.images, self.labels = arrays("train")
        self.test_images, self.test_labels = arrays("test")
        self.state = {}

    def weights(self, name):
        if name not in self.state:
            start = initial(name)
            self.state[name] = (start, jax.tree.map(jnp.zeros_like, start))
        return self.state[name][0]

    def first_step(self, name, batch):
        return self.train(name, batch, 1)

    def train(self, name, batch, chunk=None):
        self.weights(name)
        lr, momentum = MODELS[name]["lr"], MODELS[name]["momentum"]
        steps = len(self.labels) // batch
        # Chosen so that a call takes a second at most; for the small models it is a whole epoch.
        chunk = chunk or (1 if options.variant == "step" else min(steps, max(1, CHUNK[name] * 32 // batch)))
        place = 0

        def loss(weights, x, y):
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(forward(name, weights, x)), y[:, None], 1))

        def step(state, index):
            weights, momenta = state
            x = lax.dynamic_slice_in_dim(self.images, index * batch, batch)
            y = lax.dynamic_slice_in_dim(self.labels, index * batch, batch)
            gradients = jax.grad(loss)(weights, x, y)
            momenta = jax.tree.map(lambda m, g: momentum * m + g, momenta, gradients)
            return (jax.tree.map(lambda w, m: w - lr * m, weights, momenta), momenta), None

        if chunk == 1:
            run = jax.jit(lambda state, first: step(state, first)[0], donate_argnums=0)
        else:
            run = jax.jit(lambda state, first: lax.scan(step, state, first + jnp.arange(chunk))[0], donate_argnums=0)

        def advance():
            nonlocal place
            if place + chunk > steps:
                place = 0
            self.state[name] = jax.block_until_ready(run(self.state[name], place))
            place += chunk
            return chunk * batch

        return advance

    def predict(self, name):
        return jax.jit(lambda weights, x: jnp.argmax(forward(name, weights, x), 1))

    def evaluate(self, name, batch):
        predict, count = self.predict(name), len(self.test_labels)

        def whole():
            for start in range(0, count, batch):
                found = predict(self.weights(name), self.test_images[start:start + batch])
            found.block_until_ready()
            return count

        return whole

    def infer(self, name, _batch):
        predict, image = self.predict(name), self.test_images[:1]

        def one():
            predict(self.weights(name), image).block_until_ready()
            return 1

        return one

    def correct(self, name):
        predict = self.predict(name)
        found = [predict(self.weights(name), part) for part in jnp.split(self.test_images, 10)]
        return (jnp.concatenate(found) == self.test_labels).sum()


def arrays(part):
    images, labels = read_data(options.data, part)
    return jnp.asarray(images.transpose(0, 2, 3, 1)), jnp.asarray(labels, jnp.int32)


serve(Jax(), jax.__version__)
