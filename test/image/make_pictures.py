"""Writes the picture files in pictures/: every kind of PNG (pypng), kinds of JPEG (Pillow, that is
libjpeg-turbo), and photographs of garments as people take them, with what must come out.

    python3 make_pictures.py  (numpy 2.4.6, pillow 13.0.0, pypng 0.20220715.0)
"""

import hashlib
import json
from pathlib import Path

import numpy
import png
from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "pictures"
RANDOM = numpy.random.default_rng(2017)


def luma(rgb):
    r, g, b = (rgb[..., i].astype(numpy.int64) for i in range(3))
    return (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16


def over_white(gray, alpha):
    alpha = alpha.astype(numpy.int64)
    return (gray.astype(numpy.int64) * alpha + 255 * (255 - alpha) + 127) // 255


def sha256(gray):
    return hashlib.sha256(gray.astype(numpy.uint8).tobytes()).hexdigest()


def png_files():
    """name -> the SHA-256 of the gray values that it holds, computed from what was encoded."""
    height, width = 13, 21
    expected = {}

    def write(name, samples, gray, **options):
        for interlace in (False, True):
            file = f"{name}{'-interlaced' if interlace else ''}.png"
            rows = samples.reshape(height, -1).tolist()
            with open(FOLDER / file, "wb") as out:
                png.Writer(width, height, interlace=interlace, **options).write(out, rows)
            expected[file] = {"width": width, "height": height, "sha256": sha256(gray)}

    def draw(channels, bits):
        shape = (height, width) if channels == 1 else (height, width, channels)
        return RANDOM.integers(0, 1 << bits, shape)

    for bits in (1, 2, 4, 8, 16):
        samples = draw(1, bits)
        gray = samples >> 8 if bits == 16 else samples * (255 // ((1 << bits) - 1))
        write(f"gray-{bits}", samples, gray, greyscale=True, bitdepth=bits)
        key = int(samples[3, 5])
        shown = numpy.where(samples == key, 255, gray)
        write(f"gray-{bits}-key", samples, shown, greyscale=True, bitdepth=bits, transparent=key)
    for bits in (8, 16):
        shift = bits - 8
        samples = draw(3, bits)
        gray = luma(samples >> shift)
        write(f"rgb-{bits}", samples, gray, greyscale=False, bitdepth=bits)
        key = tuple(int(value) for value in samples[3, 5])
        shown = numpy.where((samples == samples[3, 5]).all(-1), 255, gray)
        write(f"rgb-{bits}-key", samples, shown, greyscale=False, bitdepth=bits, transparent=key)
        samples = draw(2, bits)
        gray = over_white(samples[..., 0] >> shift, samples[..., 1] >> shift)
        write(f"gray-alpha-{bits}", samples, gray, greyscale=True, alpha=True, bitdepth=bits)
        samples = draw(4, bits)
        gray = over_white(luma(samples >> shift), samples[..., 3] >> shift)
        write(f"rgba-{bits}", samples, gray, greyscale=False, alpha=True, bitdepth=bits)
    for bits in (1, 2, 4, 8):
        samples = draw(1, bits)
        palette = RANDOM.integers(0, 256, (1 << bits, 4))
        opaque = [tuple(int(v) for v in colour[:3]) for colour in palette]
        write(f"palette-{bits}", samples, luma(palette[samples]), palette=opaque, bitdepth=bits)
        clear = [tuple(int(v) for v in colour) for colour in palette]
        shown = over_white(luma(palette[samples]), palette[samples][..., 3])
        write(f"palette-{bits}-alpha", samples, shown, palette=clear, bitdepth=bits)
    return expected


def jpeg_files():
    """Each JPEG's luma as libjpeg decodes it stands beside it as a gray PNG."""
    y, x = numpy.mgrid[0:43, 0:61]
    waves = [128 + 90 * numpy.sin(x / (4 + c) + c) * numpy.cos(y / (5 + c)) for c in range(4)]
    inks = numpy.stack(waves, -1).astype(numpy.uint8)
    rgb = Image.fromarray(inks[..., :3].copy())
    kinds = {
        "444": (rgb, dict(subsampling=0)),
        "422": (rgb, dict(subsampling=1)),
        "420": (rgb, dict(subsampling=2)),
        "gray": (rgb.convert("L"), {}),
        "progressive": (rgb, dict(progressive=True)),
        "progressive-gray": (rgb.convert("L"), dict(progressive=True)),
        "progressive-444": (rgb, dict(progressive=True, subsampling=0)),
        "restarts": (rgb, dict(restart_marker_blocks=3)),
        "progressive-restarts": (rgb, dict(progressive=True, restart_marker_rows=1)),
        "rgb": (rgb, dict(keep_rgb=True)),
        "cmyk": (Image.fromarray(inks, "CMYK"), {}),
    }
    expected = []
    for kind, (image, options) in kinds.items():
        file = FOLDER / f"jpeg-{kind}.jpg"
        image.save(file, quality=90, **options)
        decoded = Image.open(file)
        if kind not in ("rgb", "cmyk"):
            decoded.draft("L", decoded.size)
        gray = decoded if decoded.mode == "L" else decoded.convert("RGB").convert("L")
        gray.save(FOLDER / f"jpeg-{kind}.png")
        expected.append(f"jpeg-{kind}")
    return expected


# Garments on a square of 100 x 100: polygons with the part of the garment's own colour they have.
GARMENTS = {
    "t-shirt": [([(20, 12), (40, 8), (60, 8), (80, 12), (98, 38), (84, 46), (76, 36), (76, 94), (24, 94), (24, 36), (16, 46), (2, 38)], 1.0)],
    "trouser": [([(32, 4), (68, 4), (74, 96), (56, 96), (50, 34), (44, 96), (26, 96)], 1.0)],
    "dress": [([(38, 3), (62, 3), (60, 40), (80, 97), (20, 97), (40, 40)], 1.0)],
    "sneaker": [([(4, 62), (34, 54), (58, 32), (92, 28), (97, 66), (97, 76), (4, 76)], 1.0), ([(4, 70), (97, 68), (97, 76), (4, 76)], 0.6)],
    "ankle-boot": [([(3, 74), (40, 62), (50, 8), (90, 8), (94, 90), (82, 90), (80, 84), (3, 88)], 1.0), ([(3, 83), (80, 80), (80, 84), (3, 88)], 0.5)],
    "bag": [([(6, 38), (94, 38), (88, 92), (12, 92)], 1.0), ([(30, 38), (36, 12), (64, 12), (70, 38), (64, 38), (60, 18), (40, 18), (36, 38)], 0.8)],
}

# name: garment, width, height, place (x, y, size as parts of the shorter side), garment, ground, orientation, file type
PHOTOGRAPHS = {
    "t-shirt-navy-on-white": ("t-shirt", 150, 200, (0.1, 0.2, 0.8), (28, 38, 84), (250, 250, 248), 1, "jpg"),
    "t-shirt-white-on-black": ("t-shirt", 200, 150, (0.3, 0.1, 0.8), (235, 235, 230), (18, 18, 22), 1, "jpg"),
    "trouser-jeans-on-cream": ("trouser", 90, 160, (0.05, 0.5, 0.9), (62, 84, 130), (236, 226, 206), 6, "jpg"),
    "dress-red-on-gray": ("dress", 300, 240, (0.45, 0.2, 0.6), (190, 30, 40), (205, 205, 208), 8, "jpg"),
    "dress-yellow-on-green": ("dress", 120, 120, (0.02, 0.02, 0.75), (240, 210, 70), (20, 60, 35), 3, "jpg"),
    "bag-black-on-wood": ("bag", 320, 200, (0.1, 0.15, 0.7), (22, 20, 20), (196, 154, 108), 1, "jpg"),
    "bag-pale-on-blue": ("bag", 64, 48, (0.2, 0.1, 0.85), (225, 205, 190), (24, 32, 70), 5, "jpg"),
    "shirt-white-on-beige": ("t-shirt", 260, 260, (0.2, 0.3, 0.5), (252, 252, 250), (188, 172, 150), 1, "png"),
    "sneaker-green-cut-out": ("sneaker", 180, 120, (0.4, 0.2, 0.7), (40, 120, 70), None, 1, "png"),
    "sneaker-tiny": ("sneaker", 20, 16, (0.1, 0.0, 1.0), (60, 60, 60), (255, 255, 255), 1, "png"),
    **{
        f"ankle-boot-brown-orientation-{k}": ("ankle-boot", 140, 105, (0.25, 0.08, 0.8), (96, 58, 34), (240, 238, 232), k, "jpg")
        for k in range(1, 9)
    },
}

# Which of Pillow's transpositions stores a picture so that this orientation turns it upright.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def photograph(name, garment, width, height, place, colour, ground, orientation, kind):
    finer = 8
    left, top, size = (part * min(width, height) * finer for part in place)
    mask = Image.new("L", (width * finer, height * finer))
    shade = Image.new("L", mask.size, 255)
    for corners, tone in GARMENTS[garment]:
        points = [(left + x / 100 * size, top + y / 100 * size) for x, y in corners]
        ImageDraw.Draw(mask).polygon(points, fill=255)
        ImageDraw.Draw(shade).polygon(points, fill=round(255 * tone))
    coverage = numpy.asarray(mask.resize((width, height), Image.Resampling.BOX)) / 255
    tone = numpy.asarray(shade.resize((width, height), Image.Resampling.BOX)) / 255
    y, x = numpy.mgrid[0:height, 0:width]
    light = 1 - 0.04 * x / width - 0.03 * y / height
    cloth = numpy.array(colour) * (tone * (1 + 0.08 * numpy.sin(x / width * 25)))[..., None]
    if ground is None:
        image = Image.fromarray(numpy.dstack([cloth, 255 * coverage]).clip(0, 255).round().astype("u1"))
    else:
        scene = coverage[..., None] * cloth + (1 - coverage[..., None]) * numpy.array(ground)
        noise = RANDOM.normal(0, 2.5, (height, width, 1))
        image = Image.fromarray((scene * light[..., None] + noise).clip(0, 255).round().astype("u1"))
    if orientation in STORED:
        image = image.transpose(STORED[orientation])
    file = FOLDER / f"{name}.{kind}"
    if kind == "png":
        image.save(file)
    else:
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(file, quality=88, exif=exif)
    # What must come out: the garment alone, its longer side 28 pixels, in the middle.
    garment_only = mask.crop(mask.getbbox())
    scale = 28 / max(garment_only.size)
    wide, high = (max(1, int(side * scale + 0.5)) for side in garment_only.size)
    small = garment_only.resize((wide, high), Image.Resampling.BOX)
    wanted = Image.new("L", (28, 28))
    wanted.paste(small, ((28 - wide) // 2, (28 - high) // 2))
    wanted.save(FOLDER / f"{name}.mask.png")
    return file.name


def main():
    FOLDER.mkdir(exist_ok=True)
    expected = {
        "png": png_files(),
        "jpeg": jpeg_files(),
        "photographs": {name: photograph(name, *scene) for name, scene in PHOTOGRAPHS.items()},
    }
    (FOLDER / "pictures.json").write_text(json.dumps(expected, indent=2) + "\n")


main()
