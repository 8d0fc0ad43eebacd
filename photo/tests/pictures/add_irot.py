"""Adds an `irot` (three quarter turns anticlockwise) to the only picture of a HEIC that heif-enc wrote."""
import struct, sys

data = bytearray(open(sys.argv[1], "rb").read())
IROT = struct.pack(">I4sB", 9, b"irot", 3)

def grow(at, by):
    data[at:at + 4] = struct.pack(">I", struct.unpack(">I", data[at:at + 4])[0] + by)

def find(name, start=0):
    return data.index(name, start) - 4

meta, iprp, ipco, ipma = (find(n) for n in (b"meta", b"iprp", b"ipco", b"ipma"))
# The properties so far, to number the new one.
count, at = 0, ipco + 8
while at < ipco + struct.unpack(">I", data[ipco:ipco + 4])[0]:
    at += struct.unpack(">I", data[at:at + 4])[0]
    count += 1
# The first entry of ipma: item id (2), number of associations (1), one byte each.
entry = ipma + 8 + 4 + 4
associations = data[entry + 2]
data[entry + 2] += 1
data.insert(entry + 3 + associations, 0x80 | (count + 1))
data[at:at] = IROT
moved = len(IROT) + 1
for box, by in ((ipma + len(IROT), 1), (ipco, len(IROT)), (iprp, moved), (meta, moved)):
    grow(box, by)
# Offsets of items in the file: iloc version 0 or 1, 4-byte offsets, no base.
iloc = find(b"iloc")
version, sizes, items = data[iloc + 8], data[iloc + 12], struct.unpack(">H", data[iloc + 14:iloc + 16])[0]
assert sizes == 0x44 and version in (0, 1), (version, hex(sizes))
base_size = data[iloc + 13] >> 4
at = iloc + 16
for _ in range(items):
    at += 2 + (2 if version == 1 else 0) + 2 + base_size
    extents = struct.unpack(">H", data[at:at + 2])[0]
    at += 2
    for _ in range(extents):
        grow(at, moved)
        at += 8
open(sys.argv[2], "wb").write(data)
