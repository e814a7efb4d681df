"""Prints as JSON what TensorBoard's own reader finds in a run folder.

python3 read_events.py RUN_FOLDER PICTURE.png
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.backend.event_processing.io_wrapper import ListDirectoryAbsolute
from tensorboard.plugins.hparams import plugin_data_pb2

folder, picture = sys.argv[1:]
events = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "tensors": 0}).Reload()
tags = events.Tags()
images = {tag: events.Images(tag) for tag in tags["images"]}
for (image,) in images.values():
    with open(picture, "wb") as file:
        file.write(image.encoded_image_string)


def settings():
    content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    started = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
    return {
        name: getattr(value, value.WhichOneof("kind")) for name, value in started.hparams.items()
    }


def status():
    tag = "_hparams_/session_end_info"
    if tag not in events.summary_metadata:
        return None
    content = events.SummaryMetadata(tag).plugin_data.content
    return plugin_data_pb2.HParamsPluginData.FromString(content).session_end_info.status


json.dump(
    {
        "files": len([path for path in ListDirectoryAbsolute(folder) if "tfevents" in path]),
        "records": sum(
            len(list(LegacyEventFileLoader(path).Load()))
            for path in ListDirectoryAbsolute(folder)
            if "tfevents" in path
        ),
        "scalars": {
            tag: [[each.step, each.value] for each in events.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "times": [each.wall_time for each in events.Scalars("train_loss")],
        "images": {
            tag: [[each.step, each.width, each.height] for each in found]
            for tag, found in images.items()
        },
        "texts": {
            tag: [[each.step, each.tensor_proto.string_val[0].decode()] for each in events.Tensors(tag)]
            for tag in tags["tensors"]
            if events.SummaryMetadata(tag).plugin_data.plugin_name == "text"
        },
        "settings": settings(),
        "status": status(),
    },
    sys.stdout,
)
