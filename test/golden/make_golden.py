"""Writes the golden numbers beside this file with PyTorch on the CPU.

python make_golden.py                         every operation, optimizer and schedule
python make_golden.py curves FOLDER NAME      200-step curves on the images in FOLDER (see README.md)
"""

import sys

import torch

import curves
import elementwise_cases
import operation_cases
import optimizer_cases

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

if sys.argv[1:2] == ["curves"]:
    curves.write_curves(*sys.argv[2:])
else:
    operation_cases.convolution()
    operation_cases.pooling()
    operation_cases.products()
    operation_cases.losses()
    elementwise_cases.activations()
    elementwise_cases.arithmetic()
    elementwise_cases.reductions()
    elementwise_cases.normalisation()
    elementwise_cases.movement()
    optimizer_cases.optimizers()
    optimizer_cases.schedules()
