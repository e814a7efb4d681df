"""Writes tensorboard_events.json beside this file: records as TensorBoard itself writes them.

python tensorboard_events.py
"""

import base64
import io
import json
import pathlib

import google.protobuf
import tensorboard
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.text.metadata import create_summary_metadata
from tensorboard.summary.writer.record_writer import RecordWriter

TIME = 1767225600.25
PICTURE = bytes(range(256))


def records(*events):
    file = io.BytesIO()
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
    return base64.b64encode(file.getvalue()).decode()


def summary(step, *values):
    return Event(wall_time=TIME, step=step, summary=Summary(value=values))


def scalars(step, **figures):
    return summary(step, *(Summary.Value(tag=tag, simple_value=v) for tag, v in figures.items()))


def hyperparameters(name, **content):
    data = plugin_data_pb2.HParamsPluginData(**content).SerializeToString(deterministic=True)
    plugin = SummaryMetadata.PluginData(plugin_name="hparams", content=data)
    return summary(
        0, Summary.Value(tag=f"_hparams_/{name}", metadata=SummaryMetadata(plugin_data=plugin))
    )


started = plugin_data_pb2.SessionStartInfo(start_time_secs=TIME)
started.hparams["batch_size"].number_value = 32
started.hparams["lr"].number_value = 0.1
started.hparams["model"].string_value = "größe"
started.hparams["nesterov"].bool_value = False
started.hparams["hflip"].bool_value = True
started.hparams["weight_decay"].number_value = 0
ended = plugin_data_pb2.SessionEndInfo(status="STATUS_SUCCESS", end_time_secs=TIME)
image = Summary.Value(
    tag="picture",
    image=Summary.Image(height=300, width=70000, colorspace=3, encoded_image_string=PICTURE),
)
text = Summary.Value(
    tag="some/text",
    tensor=TensorProto(dtype="DT_STRING", tensor_shape=TensorShapeProto(), string_val=["| größe |".encode()]),
    metadata=create_summary_metadata(display_name="", description=""),
)
cases = {
    "beginning": records(
        Event(wall_time=TIME, file_version="brain.Event:2"),
        hyperparameters("session_start_info", session_start_info=started),
    ),
    "epoch": records(scalars(7, lr=0.1, train_loss=0.0, train_acc=1.0, val_loss=1e-30)),
    "late epoch": records(scalars(100000, lr=5e-324, train_loss=3.5, train_acc=0.125)),
    "image": records(summary(300, image)),
    "text": records(summary(300, text)),
    "ending": records(hyperparameters("session_end_info", session_end_info=ended)),
}
content = {
    "made_by": {
        "tensorboard": tensorboard.__version__,
        "protobuf": google.protobuf.__version__,
    },
    "cases": [{"name": name, "base64": text} for name, text in cases.items()],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(content, indent=2) + "\n")
