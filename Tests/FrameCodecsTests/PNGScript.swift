/// Writes PNG files of every kind and says what OpenCV and Pillow read from them.
///
/// A JSON object a line: `name`, `width`, `height`, `file`, and the samples `rgb` (as stored), `rgba`, `gray` (Pillow's),
/// all base64; `opencv` and `pillow`: largest difference between what each reads as RGB and `rgb`, where it reads it.
let pngScript = #"""
  import base64, io, json, struct, zlib
  import cv2
  import numpy as np
  from PIL import Image, ImageCms

  rng = np.random.default_rng(7)
  COLORS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
  W, H = 29, 23

  def chunk(name, data):
      return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

  def packed(samples, depth):
      """Rows of samples (height x width x channels) as the file has them, each behind its filter byte."""
      out = b""
      for row in samples.reshape(samples.shape[0], -1):
          if depth == 16: data = row.astype(">u2").tobytes()
          elif depth == 8: data = row.astype(np.uint8).tobytes()
          else:
              bits = ((row[:, None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8)
              data = np.packbits(bits.ravel()).tobytes()
          out += b"\0" + data
      return out

  ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]

  def png(samples, color, depth, interlaced, extra=b"", behind=b""):
      height, width, _ = samples.shape
      header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
      passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
      data = zlib.compress(b"".join(packed(p, depth) for p in passes if p.size))
      return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
          + chunk(b"IDAT", data[:100]) + chunk(b"IDAT", data[100:]) + behind + chunk(b"IEND", b""))

  def gray(rgb): return np.asarray(Image.fromarray(rgb).convert("L"))

  def worst(a, b): return int(np.abs(a.astype(int) - b.astype(int)).max())

  def tell(name, file, rgb, alpha, pillow=True):
      line = {"name": name, "width": rgb.shape[1], "height": rgb.shape[0]}
      for key, value in [("file", file), ("rgb", rgb.tobytes()), ("rgba", np.dstack([rgb, alpha]).tobytes()),
                         ("gray", gray(rgb).tobytes())]:
          line[key] = base64.b64encode(value).decode()
      read = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
      if read is not None: line["opencv"] = worst(read[..., ::-1], rgb)
      image = Image.open(io.BytesIO(file)) if pillow else None
      # Of 16-bit grey Pillow's convert cuts off what is above 255.
      if image and not image.mode.startswith("I"): line["pillow"] = worst(np.asarray(image.convert("RGB")), rgb)
      print(json.dumps(line))

  profile = zlib.compress(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
  ABOUT_COLOR = {
      "": b"",
      "gAMA": chunk(b"gAMA", struct.pack(">I", 22000)),
      "linear": chunk(b"gAMA", struct.pack(">I", 100000)),
      "sRGB": chunk(b"sRGB", b"\0"),
      "cHRM": chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
          + chunk(b"gAMA", struct.pack(">I", 100000)),
      "iCCP": chunk(b"iCCP", b"p\0\0" + profile),
  }
  for color, depths in [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])]:
      for depth in depths:
          for interlaced in [False, True]:
              for about, chunks in ABOUT_COLOR.items():
                  # The chunks matter alike everywhere; not all of them with each kind.
                  if about and (interlaced or depth not in (8, 16)): continue
                  for transparent in [False, True]:
                      if transparent and color >= 4: continue
                      samples = rng.integers(0, 1 << depth, (H, W, COLORS[color]))
                      top = (1 << depth) - 1
                      eight = samples >> 8 if depth == 16 else samples if color == 3 else samples * 255 // top
                      alpha = np.full((H, W), 255)
                      extra = chunks
                      if color == 3:
                          palette = rng.integers(0, 256, (1 << depth, 3)).astype(np.uint8)
                          extra += chunk(b"PLTE", palette.tobytes())
                          rgb = palette[samples[..., 0]]
                          if transparent:
                              see = rng.integers(0, 256, (1 << depth) // 2 + 1).astype(np.uint8)
                              extra += chunk(b"tRNS", see.tobytes())
                              alpha = np.append(see, np.full(256, 255))[samples[..., 0]]
                      elif color in (0, 4):
                          rgb = np.repeat(eight[..., :1], 3, 2)
                          if color == 4: alpha = eight[..., 1]
                          if transparent:
                              extra += chunk(b"tRNS", struct.pack(">H", samples[0, 0, 0]))
                              alpha = np.where(samples[..., 0] == samples[0, 0, 0], 0, 255)
                      else:
                          rgb = eight[..., :3]
                          if color == 6: alpha = eight[..., 3]
                          if transparent:
                              extra += chunk(b"tRNS", struct.pack(">3H", *samples[0, 0]))
                              alpha = np.where((samples == samples[0, 0]).all(2), 0, 255)
                      name = f"color {color} depth {depth} {about}" + " interlaced" * interlaced + " tRNS" * transparent
                      tell(name, png(samples, color, depth, interlaced, extra), rgb.astype(np.uint8),
                          alpha.astype(np.uint8))
  # A checksum that is wrong where the chunk is not needed.
  samples = rng.integers(0, 256, (H, W, 3))
  text = bytearray(chunk(b"tEXt", b"Comment\0text") + chunk(b"gAMA", struct.pack(">I", 22000)))
  text[-1] ^= 1
  text[len(text) - 17] ^= 1
  tell("bad checksum of text", png(samples, 2, 8, False, bytes(text), bytes(text)), samples.astype(np.uint8),
      np.full((H, W), 255, np.uint8), pillow=False)  # which refuses it
  # With Pillow's filters.
  for x, size in enumerate([(1, 1), (300, 200), (7, 3)]):
      rgb = (np.add.outer(np.arange(size[1]) * 3, np.arange(size[0]))[..., None] * [1, 2, 3] % 256).astype(np.uint8)
      file = io.BytesIO(); Image.fromarray(rgb).save(file, "PNG")
      tell(f"Pillow's {size}", file.getvalue(), rgb, np.full(rgb.shape[:2], 255, np.uint8))
  """#
