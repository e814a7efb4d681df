"""The Python side of the protocol in bench/README.md: a peer gives loops, this times them."""

import argparse
import json
import sys
import time

import numpy

TRAIN_IMAGES, TEST_IMAGES = 60_000, 10_000


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--variant", default="")
    parser.add_argument("--images", type=int, default=-1, help="only so many images of each part")
    return parser.parse_args()


def read_data(folder, part, most=-1):
    """Images `[n, 1, 28, 28]` in f32, 0 to 1, and labels `[n]` u8."""
    labels = numpy.fromfile(f"{folder}/{part}-labels.u8", numpy.uint8, most)
    images = numpy.fromfile(f"{folder}/{part}-images.u8", numpy.uint8, 784 * len(labels))
    return images.reshape(len(labels), 1, 28, 28).astype(numpy.float32) / 255, labels


def answer(value):
    print(json.dumps(value), flush=True)


class Loops:
    """Keeps what a peer has built; the first use of a loop is its warm-up and is not timed."""

    def __init__(self, peer):
        self.peer, self.made = peer, {}

    def get(self, kind, model, batch):
        key = (kind, model, batch)
        if key not in self.made:
            self.made[key] = getattr(self.peer, kind)(model, batch)
            # A compiler may want a few calls before it settles; a whole evaluation holds many.
            start, calls = time.perf_counter(), 0
            while calls < (1 if kind == "evaluate" else 3) or time.perf_counter() - start < 0.2:
                self.made[key]()
                calls += 1
        return self.made[key]


def timed(loop, seconds):
    """Calls `loop`, which says how many images it did, until `seconds` have passed."""
    images, start = 0, time.perf_counter()
    while True:
        images += loop()
        spent = time.perf_counter() - start
        if spent >= seconds:
            return {"images": images, "seconds": spent}


def serve(peer, version):
    """Answers commands until standard input ends. `peer` has `train`, `evaluate`, `infer`: each takes
    (model, batch) and gives a loop; `correct(model)` counts right answers on the test images."""
    loops = Loops(peer)
    answer({"ready": True, "version": version})
    for line in sys.stdin:
        command = json.loads(line)
        kind, model, batch = command["run"], command["model"], command.get("batch", 1)
        try:
            if kind == "first-step":
                getattr(peer, "first_step", peer.train)(model, batch)()
                answer({"images": batch, "seconds": 0})
            elif kind == "correct":
                answer({"correct": int(peer.correct(model)), "images": TEST_IMAGES})
            else:
                answer(timed(loops.get(kind, model, batch), command["seconds"]))
        except (NotImplementedError, RuntimeError, MemoryError) as error:
            answer({"error": f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"})
