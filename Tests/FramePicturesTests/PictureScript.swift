/// Writes image files of every kind into the working directory, with what they hold.
///
/// A JSON object a line: `name` of the file, and of each picture in it `width`, `height`, `channels` (1 or 3) and the
/// samples in base64 (`pixels`), `tolerance` where a kind is not lossless; no pictures where the file must be refused,
/// with what is to be said (`says`). OpenCV and Pillow read those that are named with `by` and must agree.
let pictureScript = #"""
  import base64, json, struct
  import cv2
  import numpy as np
  from PIL import Image

  rng = np.random.default_rng(11)
  W, H = 37, 23
  SMOOTH = (np.add.outer(np.arange(H) * 5, np.arange(W) * 3)[..., None] * [1, 2, 3] % 256).astype(np.uint8)
  RGB = rng.integers(0, 256, (H, W, 3)).astype(np.uint8)
  RGBA = rng.integers(0, 256, (H, W, 4)).astype(np.uint8)
  GRAY = RGB[..., 0].copy()
  G16 = rng.integers(0, 65536, (H, W)).astype(np.uint16)
  C16 = rng.integers(0, 65536, (H, W, 3)).astype(np.uint16)

  def check(name, want, by, tolerance):
      color = want if want.ndim == 3 else np.repeat(want[..., None], 3, 2)
      if "opencv" in by:
          read = cv2.imread(name, cv2.IMREAD_COLOR)
          assert read is not None, f"OpenCV refuses {name}"
          worst = np.abs(read[..., ::-1].astype(int) - color).max()
          assert worst <= tolerance, f"OpenCV, {name}: {worst}"
      if "pillow" in by:
          worst = np.abs(np.asarray(Image.open(name).convert("RGB")).astype(int) - color).max()
          assert worst <= tolerance, f"Pillow, {name}: {worst}"

  def tell(name, *pictures, data=None, by=("opencv", "pillow"), tolerance=0, says=None):
      if data is not None: open(name, "wb").write(data)
      if pictures: check(name, pictures[0], by, tolerance)
      print(json.dumps({"name": name, "tolerance": tolerance, "says": says, "pictures": [
          {"width": p.shape[1], "height": p.shape[0], "channels": 1 if p.ndim == 2 else 3,
           "pixels": base64.b64encode(np.ascontiguousarray(p).tobytes()).decode()} for p in pictures]}))

  # PNM. OpenCV leaves binary samples of another white as they are and Pillow cuts 16-bit grey off: there Pillow's
  # colours are the referee, which are scaled like ours.
  for white in [1, 7, 100, 255, 1023, 4095, 65535]:
      gray = rng.integers(0, white + 1, (H, W)); color = rng.integers(0, white + 1, (H, W, 3))
      scale = lambda a: ((a >> 8) if white == 65535 else (a * 255 + white // 2) // white).astype(np.uint8)
      text = lambda a: b" ".join(b"%d" % v for v in a.ravel()) + b"\n"
      data = lambda a: a.astype(">u2" if white > 255 else np.uint8).tobytes()
      head = lambda kind: b"P%d # a comment\n%d\t%d # and one\n%d\n" % (kind, W, H, white)
      both = ("opencv", "pillow") if white == 255 else ("opencv",) if white == 65535 else ()
      # Pillow rounds halves to even.
      tell(f"p5-{white}.pgm", scale(gray), data=head(5) + data(gray), by=both)
      tell(f"p2-{white}.pgm", scale(gray), data=head(2) + text(gray), by=both)
      both = both or ("pillow",)
      rounding = 1 if white == 100 else 0
      tell(f"p6-{white}.ppm", scale(color), data=head(6) + data(color), by=both, tolerance=rounding)
      tell(f"p3-{white}.ppm", scale(color), data=head(3) + text(color), by=both, tolerance=rounding)
  bits = rng.integers(0, 2, (H, W)).astype(np.uint8)
  tell("p4.pbm", 255 - 255 * bits, data=b"P4 %d %d\n" % (W, H) + b"".join(np.packbits(r).tobytes() for r in bits))
  tell("p1.pbm", 255 - 255 * bits, data=b"P1\n%d %d\n" % (W, H) + b"".join(b"%d " % v for v in bits.ravel()))
  tell("p1-tight.pbm", 255 - 255 * bits, by=("pillow",),
      data=b"P1\n%d %d\n" % (W, H) + b"".join(b"%d" % v for v in bits.ravel()))
  one = lambda a: (b"P6 %d %d 255\n" if a.ndim == 3 else b"P5 %d %d 255\n") % (a.shape[1], a.shape[0]) + a.tobytes()
  tell("several.ppm", RGB, SMOOTH[:5, :4], GRAY, data=one(RGB) + one(SMOOTH[:5, :4]) + b"\n" + one(GRAY))
  tell("trailing.pgm", GRAY, data=one(GRAY) + b"and more")

  # BMP
  def bmp(w, h, bits, compression, data, palette=b"", masks=b"", size=40, more=b"", colors=0):
      head = struct.pack("<IiiHHIIiiII", size, w, h, 1, bits, compression, len(data), 2835, 2835, colors, 0)
      if size == 12: head = struct.pack("<IHHHH", 12, w, h, 1, bits)
      head = (head + more).ljust(size, b"\0") + masks
      start = 14 + len(head) + len(palette)
      return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + palette + data
  def rows(a, up=True):
      return b"".join(r.tobytes() + b"\0" * (-len(r.tobytes()) % 4) for r in (a[::-1] if up else a))
  palette = rng.integers(0, 256, (256, 4)).astype(np.uint8)
  grays = np.repeat(np.arange(256, dtype=np.uint8)[::-1, None], 4, 1)
  colors = palette[:, 2::-1]
  I8 = rng.integers(0, 256, (H, W)).astype(np.uint8)
  I4 = I8 & 15
  def nibbles(row): return np.append(row, [0] * (len(row) % 2)).astype(np.uint8).reshape(-1, 2) @ np.uint8([16, 1])
  tell("b24.bmp", RGB, data=bmp(W, H, 24, 0, rows(RGB[..., ::-1].copy())))
  tell("b24-top.bmp", RGB, data=bmp(W, -H, 24, 0, rows(RGB[..., ::-1].copy(), False)))
  tell("b24-core.bmp", RGB, data=bmp(W, H, 24, 0, rows(RGB[..., ::-1].copy()), size=12))
  tell("b24-v4.bmp", RGB, data=bmp(W, H, 24, 0, rows(RGB[..., ::-1].copy()), size=108))
  tell("b24-v5.bmp", RGB, data=bmp(W, H, 24, 0, rows(RGB[..., ::-1].copy()), size=124))
  tell("b32.bmp", RGBA[..., :3], data=bmp(W, H, 32, 0, RGBA[::-1, :, [2, 1, 0, 3]].tobytes()))
  tell("b8.bmp", colors[I8], data=bmp(W, H, 8, 0, rows(I8), palette.tobytes()))
  tell("b8-top.bmp", colors[I8], data=bmp(W, -H, 8, 0, rows(I8, False), palette.tobytes()))
  tell("b8-core.bmp", colors[I8], data=bmp(W, H, 8, 0, rows(I8), palette[:, :3].tobytes(), size=12))
  tell("b8-gray.bmp", grays[I8][..., 0], data=bmp(W, H, 8, 0, rows(I8), grays.tobytes()))
  tell("b8-few.bmp", colors[I4], data=bmp(W, H, 8, 0, rows(I4), palette[:16].tobytes(), colors=16))
  tell("b4.bmp", colors[I4], data=bmp(W, H, 4, 0, rows(np.array([nibbles(r) for r in I4])), palette[:16].tobytes()))
  tell("b1.bmp", 255 * bits, data=bmp(W, H, 1, 0, rows(np.packbits(bits, 1)), b"\0\0\0\0\xff\xff\xff\0"))
  tell("b1-color.bmp", colors[bits], data=bmp(W, H, 1, 0, rows(np.packbits(bits, 1)), palette[:2].tobytes()))
  V = rng.integers(0, 65536, (H, W)).astype("<u2")
  five = lambda s, n=31: ((V.astype(int) >> s & n) * 255 // n).astype(np.uint8)
  x555 = np.dstack([five(10), five(5), five(0)])
  x565 = np.dstack([five(11), five(5, 63), five(0)])
  # OpenCV leaves the low bits 0.
  tell("b555.bmp", x555, data=bmp(W, H, 16, 0, rows(V)), by=("pillow",))
  tell("b565.bmp", x565, data=bmp(W, H, 16, 3, rows(V), masks=struct.pack("<III", 0xF800, 0x7E0, 31)), by=("pillow",))
  tell("b565-v5.bmp", x565, by=("pillow",), data=bmp(
      W, H, 16, 3, rows(V), size=124, more=struct.pack("<IIII", 0xF800, 0x7E0, 31, 0)))
  tell("b32-fields.bmp", RGBA[..., :3], data=bmp(W, H, 32, 3, RGBA[::-1, :, [3, 0, 1, 2]].tobytes(), size=108,
      more=struct.pack("<IIII", 0xFF00, 0xFF0000, 0xFF000000, 0xFF)), by=())
  def runs(a, narrow):
      out = b""
      for n, row in enumerate(a[::-1]):
          x = 0
          while x < len(row):
              if n % 2 and len(row) - x >= 5:  # as they are
                  part = row[x:x + 5]
                  packed = nibbles(part).tobytes() if narrow else part.tobytes()
                  out += bytes([0, 5]) + packed + b"\0" * (len(packed) % 2); x += 5
              else:
                  same = 1
                  while x + same < len(row) and row[x + same] == row[x] and same < 255: same += 1
                  out += bytes([same, row[x] * 17 if narrow else row[x]]); x += same
          out += b"\0\0"
      return out + b"\0\1"
  stripes = np.repeat(I4[:, ::6], 6, 1)[:, :W]
  tell("rle8.bmp", colors[stripes], data=bmp(W, H, 8, 1, runs(stripes, False), palette.tobytes()))
  tell("rle4.bmp", colors[stripes], data=bmp(W, H, 4, 2, runs(stripes, True), palette[:16].tobytes()))
  skipping = np.zeros((H, W), int); skipping[H - 1, :3] = 5; skipping[H - 3, 4] = 1
  tell("rle8-skips.bmp", colors[skipping], by=(), data=bmp(
      W, H, 8, 1, b"\3\5\0\2\1\2\1\1\0\1", palette.tobytes()))
  OS = struct.pack("<IiiHHI", 64, 1, 1, 1, 1, 3).ljust(64, b"\0")
  for name, data, says in [
      ("cut.bmp", bmp(W, H, 24, 0, rows(RGB)[:-100]), "is cut off"),
      ("cut-runs.bmp", bmp(W, H, 8, 1, runs(stripes, False)[:200], palette.tobytes()), "is cut off"),
      ("huge.bmp", bmp(2**31 - 1, 2**31 - 1, 24, 0, b"abc"), "above the limit"),
      ("lowest.bmp", bmp(1, -2**31, 1, 0, b"abc", b"\0" * 8), "above the limit"),
      ("negative.bmp", bmp(-5, 5, 24, 0, b"abc"), "at least 1 px"),
      ("none.bmp", bmp(0, 0, 24, 0, b"abc"), "at least 1 px"),
      ("depth.bmp", bmp(4, 4, 2, 0, b"abc"), "2 bits a pixel"),
      ("jpeg.bmp", bmp(4, 4, 0, 4, b"abc"), "0 bits a pixel"),
      ("os2.bmp", b"BM" + struct.pack("<IHHI", 90, 0, 0, 86) + OS + b"\0" * 8 + b"data", "compression 3"),
      ("header.bmp", b"BM" + bytes(12) + struct.pack("<I", 40) + b"ab", "cut off"),
      ("start.bmp", bmp(4, 4, 24, 0, b"")[:10] + struct.pack("<I", 2**32 - 1) + bmp(4, 4, 24, 0, b"x" * 48)[14:], "header"),
      ("cut.ppm", one(RGB)[:-1], "is cut off"), ("cut-text.pgm", b"P2 3 3 255 123 123 123 123 x ....", "sample 4 of 9"),
      ("above.pgm", b"P2 2 1 7 1 8\n", "sample 1 of 2"), ("white.pgm", b"P5 2 2 0\nabcd", "header"),
      ("white.ppm", b"P6 2 2 65536\nabcd", "header"), ("large.ppm", b"P6 2147483648 2 255\nab", "header"),
      ("wide.ppm", b"P6 999999999 999999999 255\nab", "above the limit"), ("flat.pgm", b"P5 0 3 255\n", "at least 1 px"),
      ("text.pgm", b"P5 three 3 255\n", "header"), ("bits.pbm", b"P1 2 2 0 1 2 1", "sample 2 of 4"),
      ("ends.pgm", b"P5 3 2 255", "header"), ("empty.bmp", b"", "is empty"), ("gif.png", b"GIF89a" + bytes(20), "is a GIF file"),
      ("page.jpg", b"<!DOCTYPE html><p>404", "is an HTML page"), ("cut.png", b"\x89PNG\r\n\x1a\n\0\0", "the PNG file is cut off"),
  ]: tell(name, data=data, says=says)

  # TIFF
  def tiff(name, image, *pictures, by=("opencv", "pillow"), tolerance=0, **options):
      image.save(name, **options)
      tell(name, *pictures, by=by, tolerance=tolerance)
  for kind in ["raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "zstd", "lzma"]:
      # OpenCV's libtiff has fewer kinds of compression.
      by = ("pillow",) if kind in ("zstd", "lzma") else ("opencv", "pillow")
      tiff(f"rgb-{kind}.tif", Image.fromarray(RGB), RGB, compression=kind, by=by)
      tiff(f"smooth-{kind}.tif", Image.fromarray(SMOOTH), SMOOTH, compression=kind, by=by)
      tiff(f"gray-{kind}.tif", Image.fromarray(GRAY), GRAY, compression=kind, by=by)
  # OpenCV lays alpha on black; what is stored is what Pillow gives.
  tiff("rgba.tif", Image.fromarray(RGBA), RGBA[..., :3], by=("pillow",))
  tiff("la.tif", Image.fromarray(RGBA[..., :2].copy(), "LA"), RGBA[..., 0], by=("pillow",))
  tiff("palette.tif", Image.fromarray(RGB).quantize(16), np.asarray(Image.fromarray(RGB).quantize(16).convert("RGB")))
  for kind in ["raw", "group3", "group4", "packbits"]:
      tiff(f"bits-{kind}.tif", Image.fromarray(bits.astype(bool)), 255 * bits, compression=kind)
  Image.fromarray(SMOOTH).save("jpeg.tif", compression="jpeg", quality=90)
  tell("jpeg.tif", cv2.imread("jpeg.tif")[..., ::-1])
  Image.fromarray(SMOOTH).convert("YCbCr").save("ycc.tif", compression="jpeg")
  tell("ycc.tif", cv2.imread("ycc.tif")[..., ::-1])
  # libtiff converts CMYK and plain YCbCr; Pillow rounds otherwise.
  Image.fromarray(RGBA, "CMYK").save("cmyk.tif")
  tell("cmyk.tif", cv2.imread("cmyk.tif")[..., ::-1], tolerance=1)
  cv2.imwrite("g16.tif", G16); tell("g16.tif", (G16 >> 8).astype(np.uint8), by=("opencv",))
  # Of 16-bit colours OpenCV rounds, of grey it takes the high byte; Pillow takes it of both.
  cv2.imwrite("c16.tif", C16[..., ::-1]); tell("c16.tif", (C16 >> 8).astype(np.uint8), by=("pillow",))
  Image.fromarray(G16).save("i16.tif"); tell("i16.tif", (G16 >> 8).astype(np.uint8), by=("opencv",))
  Image.fromarray(RGB).save("pages.tif", save_all=True, append_images=[Image.fromarray(GRAY), Image.fromarray(SMOOTH[:9, :8])])
  tell("pages.tif", RGB, GRAY, SMOOTH[:9, :8])

  def directory(entries, at, next_at, order, big):
      """One IFD with the values that do not fit behind it."""
      kinds = {1: "B", 3: "H", 4: "I", 16: "Q"}
      entry, count, offset = (20, "Q", "Q") if big else (12, "H", "I")
      room = 8 if big else 4
      out = struct.pack(order + count, len(entries))
      extra_at = at + len(out) + entry * len(entries) + struct.calcsize(offset)
      extra = b""
      for tag, kind, values in sorted(entries):
          data = struct.pack(order + kinds[kind] * len(values), *values)
          out += struct.pack(order + "HH" + offset, tag, kind, len(values))
          if len(data) <= room: out += data.ljust(room, b"\0")
          else: out += struct.pack(order + offset, extra_at + len(extra)); extra += data
      return out + struct.pack(order + offset, next_at(extra_at + len(extra))) + extra

  def hand(blocks, width, height, bits, samples, photometric, tile=None, rows_a_strip=None, planar=1, order="<", big=False,
           more=(), loop=False, pages=1):
      """A TIFF file of one kind of page, by hand: `blocks` are its strips or tiles."""
      data = b"".join(blocks)
      start = 16 if big else 8
      offsets = [start + sum(map(len, blocks[:i])) for i in range(len(blocks))]
      first = start + len(data) + len(data) % 2
      magic = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
      out = magic + (struct.pack(order + "HHQ", 8, 0, first) if big else struct.pack(order + "I", first))
      out += data + b"\0" * (len(data) % 2)
      entries = [(256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * samples), (259, 3, [1]), (262, 3, [photometric]),
                 (277, 3, [samples]), (284, 3, [planar])] + list(more)
      if tile: entries += [(322, 4, [tile[0]]), (323, 4, [tile[1]]), (324, 4, offsets), (325, 4, [len(b) for b in blocks])]
      else: entries += [(273, 4, offsets), (278, 4, [rows_a_strip or height]), (279, 4, [len(b) for b in blocks])]
      for page in range(pages):
          at = len(out)
          last = page == pages - 1
          out += directory(entries, at, lambda end: (first if loop else 0) if last else end, order, big)
      return out
  def pieces(a, w, h):
      for y in range(0, a.shape[0], h):
          for x in range(0, a.shape[1], w):
              tile = np.zeros((h, w) + a.shape[2:], a.dtype); part = a[y:y + h, x:x + w]
              tile[:part.shape[0], :part.shape[1]] = part
              yield tile.tobytes()
  for order in "<>":
      for big in [False, True]:
          name = {"<": "little", ">": "big"}[order] + ("-bigtiff" if big else "")
          options = dict(order=order, big=big)
          # Pillow does not open big-endian BigTIFF.
          pillow = () if big and order == ">" else ("pillow",)
          tell(f"strips-{name}.tif", RGB, data=hand([RGB[y:y + 5].tobytes() for y in range(0, H, 5)], W, H, 8, 3, 2,
              rows_a_strip=5, **options), by=("opencv",) + pillow)
          tell(f"tiles-{name}.tif", RGB, data=hand(list(pieces(RGB, 16, 16)), W, H, 8, 3, 2, tile=(16, 16), **options),
              by=("opencv",) + pillow)
          tell(f"planes-{name}.tif", RGB, data=hand([RGB[..., c].tobytes() for c in range(3)], W, H, 8, 3, 2, planar=2,
              **options), by=("opencv",) + pillow)
          tell(f"sixteen-{name}.tif", (C16 >> 8).astype(np.uint8), data=hand([C16.astype(order + "u2").tobytes()], W, H, 16, 3,
              2, **options), by=pillow)
          tell(f"sixteen-gray-{name}.tif", (G16 >> 8).astype(np.uint8), data=hand([G16.astype(order + "u2").tobytes()], W, H,
              16, 1, 1, **options), by=("opencv",))
  tell("tiles-planes.tif", RGB, by=("opencv",), data=hand(
      [t for c in range(3) for t in pieces(RGB[..., c], 16, 16)], W, H, 8, 3, 2, tile=(16, 16), planar=2))
  tell("white.tif", 255 - GRAY, data=hand([GRAY.tobytes()], W, H, 8, 1, 0))
  four = np.array([nibbles(r) for r in I4])
  tell("four.tif", (I4 * 17).astype(np.uint8), data=hand([four.tobytes()], W, H, 4, 1, 1), by=("pillow",))
  I12 = rng.integers(0, 4096, (H, W))
  twelve = b"".join(np.packbits((r[:, None] >> np.arange(11, -1, -1)) & 1).tobytes() for r in I12)
  tell("twelve.tif", (I12 >> 4).astype(np.uint8), data=hand([twelve], W, H, 12, 1, 1), by=())
  assert (np.asarray(Image.open("twelve.tif")) == I12).all()
  tell("extra.tif", RGBA[..., :3], data=hand([RGBA.tobytes()], W, H, 8, 4, 2, more=[(338, 3, [0])]), by=("pillow",))
  tell("turned.tif", RGB, data=hand([RGB.tobytes()], W, H, 8, 3, 2, more=[(274, 3, [3])]), by=())
  tell("looped.tif", RGB, RGB, RGB, data=hand([RGB.tobytes()], W, H, 8, 3, 2, pages=3, loop=True), by=("opencv",))
  copies = hand([RGB.tobytes()], W, H, 8, 3, 2, pages=3, more=[(254, 4, [1])])
  tell("copies.tif", RGB, data=copies)
  cut = hand([RGB.tobytes()], W, H, 8, 3, 2)
  Image.fromarray(SMOOTH).save("lzw.tif", compression="tiff_lzw")
  tell("lzw.tif", SMOOTH)
  lzw = bytearray(open("lzw.tif", "rb").read()); lzw[60:70] = b"\xff" * 10
  many = hand([b"ab"], 2**31 - 1, 2**31 - 1, 8, 3, 2)
  for name, data, says in [
      ("cut.tif", cut[:-30], "TIFF"), ("huge.tif", many, "cannot be read"), ("damaged.tif", bytes(lzw), "is damaged"),
      ("missing.tif", hand([RGB.tobytes()[:900]], W, H, 8, 3, 2), "is damaged"),
      ("zero.tif", hand([b"ab"], 0, 5, 8, 1, 1), "TIFF"), ("tile.tif", hand([b"ab"], 5, 5, 8, 1, 1, tile=(1 << 20, 1 << 20)), "do not fit"),
      ("float.tif", hand([bytes(4 * W * H)], W, H, 32, 1, 1, more=[(339, 3, [3])]), "floating-point"),
      ("signed.tif", hand([GRAY.tobytes()], W, H, 8, 1, 1, more=[(339, 3, [2])]), "signed"),
      ("raw.tif", hand([G16.tobytes()], W, H, 16, 1, 32803), "photometric interpretation 32803"),
      ("bands.tif", hand([bytes(W * H * 5)], W, H, 8, 5, 1), "5 samples"), ("compression.tif", hand([b"ab"], 5, 5, 8, 1, 1).replace(
          struct.pack("<HHII", 259, 3, 1, 1), struct.pack("<HHII", 259, 3, 1, 77)), "its compression (77)"),
      ("wide.tif", hand([b"ab"], 99999, 99999, 8, 1, 1), "above the limit"), ("short.tif", b"II*\0\x08\0\0\0", "TIFF"),
      ("none.tif", b"II*\0\0\0\0\0", "TIFF"),
  ]: tell(name, data=data, says=says)

  # WebP
  Image.fromarray(RGB).save("lossless.webp", lossless=True); tell("lossless.webp", RGB)
  Image.fromarray(RGBA).save("alpha.webp", lossless=True, exact=True); tell("alpha.webp", RGBA[..., :3])
  for name, image in [("lossy.webp", Image.fromarray(SMOOTH)), ("lossy-alpha.webp", Image.fromarray(np.dstack([SMOOTH, GRAY])))]:
      image.save(name, quality=80); tell(name, cv2.imread(name)[..., ::-1])
  Image.fromarray(RGB).save("called.jpg", "WEBP", lossless=True); tell("called.jpg", RGB)
  Image.fromarray(RGB).save("called.png", "BMP"); tell("called.png", RGB)
  still = open("lossless.webp", "rb").read()
  Image.fromarray(RGB).save("moving.webp", save_all=True, append_images=[Image.fromarray(SMOOTH)])
  tell("moving.webp", says="animated")
  tell("cut.webp", data=still[:-200], says="cut off"); tell("short.webp", data=still[:20], says="cut off")
  bad = bytearray(open("lossy.webp", "rb").read()); bad[23:26] = b"abc"
  tell("bad.webp", data=bytes(bad), says="WebP file is damaged")
  """#
