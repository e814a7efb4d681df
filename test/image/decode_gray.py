"""Decodes each JPEG of a folder to its luma with Pillow, that is libjpeg-turbo: N.jpg to N.gray."""

import sys
from pathlib import Path

from PIL import Image

for file in Path(sys.argv[1]).glob("*.jpg"):
    picture = Image.open(file)
    picture.draft("L", picture.size)
    assert picture.mode == "L", f"{file} is {picture.mode}"
    file.with_suffix(".gray").write_bytes(picture.tobytes())
