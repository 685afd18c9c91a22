/// The independent reference: OpenCV's resize and NumPy's normalisation. Run as
/// `python -c SCRIPT FOLDER`; reads `cases.txt` and `N.pixels`, writes `N.float` and `N.byte`: float32,
/// channel, row, column. `float` resizes in float32, `byte` in OpenCV's 8-bit fixed point.
let referenceScript = """
  import sys, numpy as np, cv2
  folder = sys.argv[1]

  def bgr_or_gray(raw, w, h, fmt, stride):
      if fmt == "i420":
          if w % 2 or h % 2:  # OpenCV takes even sizes only: repeat the edge, whose chroma is the same sample
              cw, ch = (w + 1) // 2, (h + 1) // 2
              y = np.pad(raw[:w * h].reshape(h, w), ((0, h % 2), (0, w % 2)), mode="edge")
              raw = np.concatenate([y.ravel(), raw[w * h:]])
              return cv2.cvtColor(raw.reshape(ch * 3, cw * 2), cv2.COLOR_YUV2BGR_I420)[:h, :w].copy()
          return cv2.cvtColor(raw.reshape(h * 3 // 2, w), cv2.COLOR_YUV2BGR_I420)
      n = {"mono8": 1, "rgb8": 3, "bgr8": 3, "rgba8": 4}[fmt]
      image = raw.reshape(h, stride)[:, :w * n].reshape(h, w, n)
      if fmt == "mono8": return np.repeat(image, 3, axis=2)
      if fmt == "rgb8": return np.ascontiguousarray(image[:, :, ::-1])
      if fmt == "rgba8": return np.ascontiguousarray(image[:, :, 2::-1])
      return np.ascontiguousarray(image)

  def fitted(image, W, H, fit, pad):
      h, w = image.shape[:2]
      resize = lambda a, b: cv2.resize(image, (a, b), interpolation=cv2.INTER_LINEAR) if (a, b) != (w, h) else image
      if fit == "stretch": return resize(W, H), np.zeros((H, W), bool)
      if fit == "letterbox":
          r = min(H / h, W / w)
          nw, nh = max(1, round(w * r)), max(1, round(h * r))
          top, left = max(0, round((H - nh) / 2 - 0.1)), max(0, round((W - nw) / 2 - 0.1))
          out = np.zeros((H, W, 3), image.dtype); bars = np.ones((H, W), bool)
          out[top:top + nh, left:left + nw] = resize(nw, nh); bars[top:top + nh, left:left + nw] = False
          return out, bars
      r = max(H / h, W / w)  # crop: the cases are chosen so that these are whole numbers
      nw, nh = round(w * r), round(h * r)
      assert abs(nw - w * r) < 1e-9 and abs(nh - h * r) < 1e-9 and (nw - W) % 2 == 0 and (nh - H) % 2 == 0
      top, left = (nh - H) // 2, (nw - W) // 2
      return resize(nw, nh)[top:top + H, left:left + W], np.zeros((H, W), bool)

  for number, line in enumerate(open(folder + "/cases.txt")):
      w, h, fmt, stride, W, H, color, fit, pad, scale, mean, std = line.split()
      w, h, stride, W, H = int(w), int(h), int(stride), int(W), int(H)
      numbers = lambda text: np.array([float(x) for x in text.split(",")])
      pad, mean, std, scale = numbers(pad), numbers(mean), numbers(std), float(scale)
      image = bgr_or_gray(np.fromfile(f"{folder}/{number}.pixels", np.uint8), w, h, fmt, stride)
      for kind, source in (("float", image.astype(np.float32)), ("byte", image)):
          pixels, bars = fitted(source, W, H, fit, pad)
          pixels = pixels.astype(np.float64)
          if color == "gray": pixels = (pixels @ np.array([0.114, 0.587, 0.299]))[:, :, None]
          elif color == "rgb": pixels = pixels[:, :, ::-1].copy()
          pixels[bars] = pad
          values = (pixels * scale - mean) / std
          values.transpose(2, 0, 1).astype(np.float32).tofile(f"{folder}/{number}.{kind}")
  """
