"""Seeds of the `tensor` target, too many to keep: every set of sampling factors that libjpeg writes, in one scan and
in several, sequential and progressive. sampling-seeds.py DIRECTORY"""
import itertools
import pathlib
import subprocess
import sys

target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
W, H = 40, 36
picture = b"P6 %d %d 255\n" % (W, H) + bytes((x * 5 + y * 3 + c * 40) % 256 for y in range(H) for x in range(W) for c in range(3))
scans = {"separate": "0; 1; 2;", "separate-progressive": "0: 0-0, 0, 0; 1: 0-0, 0, 0; 2: 0-0, 0, 0; 0: 1-63, 0, 0;"}
for name, script in scans.items():
    (target / name).write_text(script)
sides = [1, 2, 3, 4]
for number, factors in enumerate(itertools.product(itertools.product(sides, sides), repeat=3)):
    if any(max(f[axis] for f in factors) % f[axis] for f in factors for axis in (0, 1)):
        continue  # samples between pixels: libjpeg writes none
    ways = {"separate": ["-scans", target / "separate"], "separate-progressive": ["-scans", target / "separate-progressive"]}
    if sum(h * v for h, v in factors) <= 10:
        ways |= {"baseline": ["-restart", "1"], "progressive": ["-progressive"]}
    text = ",".join(f"{h}x{v}" for h, v in factors)
    for at, (way, options) in enumerate(ways.items()):
        file = subprocess.run(["cjpeg", "-quality", "40", "-optimize", "-sample", text, *options],
                              input=picture, capture_output=True, check=True).stdout
        # Modes in turn: neighbours share them.
        how = (number * 5 + at * 37) & 255
        seed = bytes([number % 64, (number * 7) % 64, number * 3 & 255, how, 8 * (at & 1)])
        (target / f"{text}-{way}").write_bytes(seed + file)
for name in scans:
    (target / name).unlink()
