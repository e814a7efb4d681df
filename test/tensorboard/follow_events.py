"""Prints the epochs that an open TensorBoard shows of a run folder, now and after each line of input.

python3 follow_events.py RUN_FOLDER
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
while True:
    steps = [each.step for each in events.Reload().Scalars("train_loss")]
    print(json.dumps(steps), flush=True)
    if not sys.stdin.readline():
        break
