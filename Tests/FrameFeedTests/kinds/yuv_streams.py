"""y4m: every chroma sampling, depth and range. The pixels are computed from the planes with the formulas of BT.601 or
BT.709, chroma repeated; compared are means of blocks of 8x8, since how chroma is drawn out differs."""

import subprocess

import numpy as np

import picture

W, H = 221, 149
# Chroma that is halved again, and limited range that holds 219 steps for 255.
BLOCKS = (1.2, 8, "means of 8x8 pixels: chroma is halved again, and limited range has 219 steps for 255 levels")
SHIFTS = {"420": (1, 1), "422": (1, 0), "411": (2, 0), "440": (0, 1), "444": (0, 0), "mono": None}


def ffmpeg(frames, pixel_format, kind="yuv4mpegpipe", *options):
    size = f"{frames.shape[2]}x{frames.shape[1]}"
    return subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", "25",
         "-i", "pipe:0", *options, "-pix_fmt", pixel_format, "-strict", "-1", "-f", kind, "pipe:1"],
        input=frames.tobytes(), capture_output=True, check=True).stdout


def pixels(planes, count, width, height, sampling, depth=8, full=False, weights=(0.299, 0.114), alpha=False):
    """RGB of raw planes, frames one after the other."""
    # Of more than 8 bits the high ones.
    words = (np.frombuffer(planes, np.uint8 if depth == 8 else "<u2") >> (depth - 8)).astype(np.float64)
    words = words.reshape(count, -1)
    luma = words[:, :width * height].reshape(count, height, width)
    luma = luma / 255 if full else (luma - 16) / 219
    if sampling == "mono":
        rgb = np.repeat(luma[..., None], 3, 3)
    else:
        x, y = SHIFTS[sampling]
        wide, high = -(-width // (1 << x)), -(-height // (1 << y))
        chroma = words[:, width * height:width * height + 2 * wide * high].reshape(count, 2, high, wide)
        chroma = chroma.repeat(1 << x, 3).repeat(1 << y, 2)[..., :height, :width]
        blue, red = ((chroma[:, at] - 128) / (255 if full else 224) for at in (0, 1))
        of_red, of_blue = weights
        r, b = luma + 2 * (1 - of_red) * red, luma + 2 * (1 - of_blue) * blue
        rgb = np.stack([r, (luma - of_red * r - of_blue * b) / (1 - of_red - of_blue), b], 3)
    return np.clip(np.round(rgb * 255), 0, 255).astype(np.uint8)


def y4m(planes, count, width, height, chroma, extra=b""):
    size = len(planes) // count
    return b"YUV4MPEG2 W%d H%d F25:1 Ip A1:1 %s%s\n" % (width, height, chroma, extra) + b"".join(
        b"FRAME\n" + planes[at * size:(at + 1) * size] for at in range(count))


def jobs():
    frames = np.stack([picture.rgb(520 + at) for at in range(3)])
    count = len(frames)

    def job(name, data, rgb, **more):
        return {"name": f"{name}.y4m", "data": data, "pixels": rgb, "tolerance": BLOCKS, "compare": "blocks", **more}

    # As ffmpeg writes them.
    for pixel_format, sampling, depth, full in (
            ("yuv420p", "420", 8, False), ("yuvj420p", "420", 8, True), ("yuv422p", "422", 8, False),
            ("yuvj422p", "422", 8, True), ("yuv411p", "411", 8, False), ("yuv444p", "444", 8, False),
            ("yuvj444p", "444", 8, True), ("gray", "mono", 8, None), ("yuv420p9", "420", 9, False),
            ("yuv420p10", "420", 10, False), ("yuv422p10", "422", 10, False), ("yuv444p12", "444", 12, False),
            ("yuv420p14", "420", 14, False), ("yuv422p16", "422", 16, False), ("gray10", "mono", 10, None),
            ("gray16", "mono", 16, None)):
        # Of odd widths and more than 8 bits ffmpeg 5 and 6 write half a sample of chroma too little.
        even = frames if depth == 8 else np.ascontiguousarray(frames[:, :, :W - 1])
        width = even.shape[2]
        planes = ffmpeg(even, pixel_format, "rawvideo")
        data = ffmpeg(even, pixel_format)
        # Grey is full range to ffmpeg's scaler; a stream says so or is taken for limited.
        said = b"XCOLORRANGE=FULL" in data[:200] if full is None else full
        yield job(f"ffmpeg-{pixel_format}", data, pixels(planes, count, width, H, sampling, depth, said))
    yield job("pipe", ffmpeg(frames, "yuvj422p"), pixels(ffmpeg(frames, "yuvj422p", "rawvideo"), count, W, H, "422",
                                                         full=True), pipe=True)
    # As other programs write them.
    planes = ffmpeg(frames, "yuv420p", "rawvideo")
    rgb = pixels(planes, count, W, H, "420")
    for chroma in (b"", b"C420", b"C420jpeg", b"C420mpeg2", b"C420paldv"):
        name = chroma.decode() or "no-chroma-said"
        yield job(name, y4m(planes, count, W, H, chroma), rgb)
    yield job("limited-said", y4m(planes, count, W, H, b"C420jpeg", b" XCOLORRANGE=LIMITED"), rgb)
    planes = ffmpeg(frames, "yuv440p", "rawvideo")
    yield job("C440", y4m(planes, count, W, H, b"C440"), pixels(planes, count, W, H, "440"))
    planes = ffmpeg(frames, "yuv444p", "rawvideo")
    each = len(planes) // count
    transparent = b"".join(planes[at * each:(at + 1) * each] + bytes(W * H) for at in range(count))
    yield job("C444alpha", y4m(transparent, count, W, H, b"C444alpha"), pixels(planes, count, W, H, "444"))
    # 720 lines and nothing said: BT.709.
    large = np.stack([picture.rgb(530, 960, 720)])
    turn = ("-vf", "scale=out_color_matrix=bt709")
    planes = ffmpeg(large, "yuv420p", "rawvideo", *turn)
    weights = (0.2126, 0.0722)
    as_709 = pixels(planes, 1, 960, 720, "420", weights=weights)
    yield job("lines-720", y4m(planes, 1, 960, 720, b"C420jpeg"), as_709)
    yield job("lines-720-as-601", y4m(planes, 1, 960, 720, b"C420jpeg"), pixels(planes, 1, 960, 720, "420"),
              arguments=["--matrix", "bt601"])
    planes = ffmpeg(frames, "yuv420p", "rawvideo", *turn)
    yield job("said-709", y4m(planes, count, W, H, b"C420jpeg"), pixels(planes, count, W, H, "420", weights=weights),
              arguments=["--matrix", "bt709"])
    data = y4m(planes, count, W, H, b"C420jpeg")
    yield job("cut", data[:-4000], pixels(planes, count, W, H, "420")[:2], codes=[1, 2], says="cut|end|short")
