"""Answers POST /v1/predict with FastAPI and uvicorn: a picture in, classes and probabilities out.

    fastapi_service.py --port N --workers N --threads N --model model.py|model.onnx --classes JSON
                       [--form batched|async|def]

The model is what `deno task export --uint8 --probabilities` wrote. `batched` joins what waits into a
batch in a thread of its own, while the event loop goes on reading; `async` predicts in an async
endpoint; `def` is a plain endpoint, which FastAPI calls in a pool of threads.
"""

import argparse
import asyncio
import hashlib
import io
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy
from fastapi import Depends, FastAPI, Request, Response
from PIL import Image

MOST = 64  # images of a batch


def torch_predictor(path, threads):
    import importlib.util

    import torch

    torch.set_num_threads(threads)
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load().eval()

    def predict(images):
        with torch.inference_mode():
            return model(torch.from_numpy(images)).numpy()

    return predict


def onnx_predictor(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {"images": images})[0]


def decoded(data):
    return numpy.array(Image.open(io.BytesIO(data)).convert("L"))[None]  # one that may be written, for PyTorch


def service(model, threads, classes, form):
    predictor = onnx_predictor if model.endswith(".onnx") else torch_predictor
    predict = predictor(model, threads)
    with open(model, "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    pool = ThreadPoolExecutor(1)
    waiting = asyncio.Queue()

    def reply(probabilities, start):
        label = int(probabilities.argmax())
        prediction = {
            "class": classes[label],
            "label": label,
            "probability": float(probabilities[label]),
            "probabilities": dict(zip(classes, probabilities.tolist())),
        }
        told = {
            "model": "cnn",
            "sha256": sha256,
            "milliseconds": round(1000 * (time.perf_counter() - start), 3),
            "predictions": [prediction],
        }
        return Response(json.dumps(told), media_type="application/json")

    async def batches():
        loop = asyncio.get_running_loop()
        while True:
            jobs = [await waiting.get()]
            while len(jobs) < MOST and not waiting.empty():
                jobs.append(waiting.get_nowait())
            images = numpy.stack([image for image, _ in jobs])
            try:
                found = await loop.run_in_executor(pool, predict, images)
            except Exception as error:  # one for all that wait for it
                for _, future in jobs:
                    future.set_exception(error)
                continue
            for (_, future), probabilities in zip(jobs, found):
                if not future.done():
                    future.set_result(probabilities)

    @asynccontextmanager
    async def lifespan(_app):
        task = asyncio.create_task(batches())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)

    if form == "batched":

        @app.post("/v1/predict")
        async def predicted(request: Request):
            start = time.perf_counter()
            image = decoded(await request.body())
            future = asyncio.get_running_loop().create_future()
            waiting.put_nowait((image, future))
            return reply(await future, start)

    elif form == "async":

        @app.post("/v1/predict")
        async def predicted(request: Request):
            start = time.perf_counter()
            return reply(predict(decoded(await request.body())[None])[0], start)

    else:

        async def body(request: Request):
            return await request.body()

        @app.post("/v1/predict")
        def predicted(data: bytes = Depends(body)):
            start = time.perf_counter()
            return reply(predict(decoded(data)[None])[0], start)

    return app


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--workers", type=int, default=1)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--model", required=True)
parser.add_argument("--classes", type=json.loads, required=True)
parser.add_argument("--form", choices=["batched", "async", "def"], default="batched")


def app():
    """What each of uvicorn's workers makes for itself."""
    given = parser.parse_args(json.loads(os.environ["WICK_SERVICE"]))
    return service(given.model, given.threads, given.classes, given.form)


if __name__ == "__main__":
    import uvicorn

    given = parser.parse_args()
    os.environ["WICK_SERVICE"] = json.dumps(sys.argv[1:])
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    uvicorn.run(
        "fastapi_service:app",
        factory=True,
        host="127.0.0.1",
        port=given.port,
        workers=given.workers,
        loop="uvloop",
        http="httptools",
        timeout_worker_healthcheck=3600,  # a bench stops the supervisor and its workers for a while
        log_level="warning",
        access_log=False,
    )
