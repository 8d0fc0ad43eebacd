"""Makes the small HEIC files from the drawn small.png: python3 make_small.py FOLDER. Needs PyPI's pillow-heif 1.8."""
import sys

import pillow_heif
from PIL import Image

folder = sys.argv[1]
drawn = Image.open(f"{folder}/small.png").convert("RGB")
pillow_heif.options.QUALITY = 40


def save(picture, name, **how):
    heif = pillow_heif.from_bytes(picture.mode if "mode" not in how else how.pop("mode"), picture.size, how.pop("data", None) or picture.tobytes())
    heif.save(f"{folder}/{name}.heic", **how)


save(drawn, "small", chroma=420)
wide = b"".join((level * 257).to_bytes(2, "little") for level in drawn.tobytes())
pillow_heif.options.SAVE_HDR_TO_12_BIT = False
save(drawn, "small-10-bit", mode="RGB;16", data=wide, chroma=420)
slope = Image.new("L", drawn.size)
slope.putdata([x * 255 // 95 for _ in range(64) for x in range(96)])
save(slope, "small-grey")
