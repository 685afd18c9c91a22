import Foundation
import Testing

/// y4m pipes, arrays and recorded times through the program, judged by the topic and the exit code.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct SequenceTests {
  private func stream(_ scratch: Scratch, _ arguments: String...) throws -> Finished {
    try RunningCommand(
      framefeed, ["stream"] + arguments + ["--topic", scratch.topic, "--codec", "raw", "--fps", "max"]
    ).wait()
  }

  /// The README's line for a webcam, with the pixel formats of a YUYV and of an MJPEG one: colours are those that OpenCV
  /// gives the camera's own bytes.
  @Test(
    .enabled(if: python != nil), arguments: ["rawvideo -pix_fmt yuyv422", "mjpeg -q:v 2 -pix_fmt yuvj422p"])
  func webcamsAreRead(_ camera: String) throws {
    let scratch = try Scratch(partitions: nil)
    let made = try run(
      "sh", "-c",
      """
      ffmpeg -loglevel error -f lavfi -i testsrc2=size=320x240:rate=30 -frames:v 4 \
      -f \(camera) \(scratch.file("camera"))
      """)
    #expect(made.code == 0, "\(made.errors)")
    let input = camera.hasPrefix("mjpeg") ? "mjpeg" : "rawvideo -pix_fmt yuyv422 -s 320x240"
    let readme = try String(contentsOfFile: "\(repository)/README.md", encoding: .utf8)
    let line = try #require(readme.split(separator: "\n").first { $0.contains("/dev/video0") })
    let pipe = line.replacing("-f v4l2 -i /dev/video0", with: "-f \(input) -i \(scratch.file("camera"))")
      .replacing(
        "framefeed stream - --codec zstd",
        with: "\(framefeed) stream - --codec raw --quiet --topic \(scratch.topic)")
    let sent = try run("sh", "-c", String(pipe))
    #expect(sent.code == 0 && sent.text.contains("sent 4  acknowledged 4"), "\(pipe): \(sent.errors)")
    let judged = try run(
      python!, "-c",
      """
      import sys, cv2, numpy as np
      from confluent_kafka import Consumer
      c = Consumer({"bootstrap.servers": "\(broker!)", "group.id": "\(scratch.topic)", "auto.offset.reset": "earliest"})
      c.subscribe(["\(scratch.topic)"])
      frames = []
      while True:
        r = c.poll(1)
        if r is None: continue
        h = {k: v.decode() for k, v in r.headers()}
        if "frame-end" in h: break
        assert h["frame-pixel-format"] == "rgb8", h
        frames.append(np.frombuffer(r.value(), np.uint8).reshape(240, 320, 3))
      data = open("\(scratch.file("camera"))", "rb").read()
      if data[:2] == b"\\xff\\xd8":
        cuts = data.split(b"\\xff\\xd8\\xff")[1:]
        theirs = [cv2.imdecode(np.frombuffer(b"\\xff\\xd8\\xff" + f, np.uint8), 1)[..., ::-1] for f in cuts]
      else:
        theirs = [cv2.cvtColor(f, cv2.COLOR_YUV2RGB_YUY2) for f in np.frombuffer(data, np.uint8).reshape(4, 240, 320, 2)]
      far = np.abs(np.stack(frames).astype(int) - np.stack(theirs))
      print(len(frames), far.mean(), far.max())
      # Packed pixels are the same bytes. OpenCV smooths the chroma of a JPEG file, which shows at the edges of this
      # scene's colours; and the frame passed through limited range.
      assert far.mean() < (2.5 if data[:2] == b"\\xff\\xd8" else 1e-9), (far.mean(), far.max())
      """)
    #expect(judged.code == 0 && judged.text.hasPrefix("4 "), "\(judged.text) \(judged.errors)")
  }

  /// 12 bytes lost in a frame of a clip, from a file: it alone is lost, counted, exit 2.
  @Test func aDamagedClipLosesOneFrame() throws {
    let scratch = try Scratch(partitions: nil)
    #expect(
      try run(
        "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120", "-frames:v", "60",
        "-pix_fmt",
        "yuv420p", scratch.file("a.y4m")
      ).code == 0)
    var clip = try Data(contentsOf: URL(filePath: scratch.file("a.y4m")))
    let at = clip.count / 2
    clip.removeSubrange(at..<at + 12)
    try clip.write(to: URL(filePath: scratch.file("a.y4m")))
    let sent = try stream(scratch, scratch.file("a.y4m"))
    #expect(sent.code == 2 && sent.text.contains("sent 59  acknowledged 59"), "\(sent.text)")
    #expect(
      sent.text.contains("rejected 1") && sent.errors.contains("expected a line FRAME"), "\(sent.errors)")
  }

  @Test(.enabled(if: python != nil)) func arraysAreReadOrRefused() throws {
    let scratch = try Scratch(partitions: nil)
    let made = try run(
      python!, "-c",
      """
      import os, numpy as np
      os.chdir("\(scratch.path)")
      np.save("ten.npy", np.zeros((10, 24, 32, 3), np.uint8)); np.save("four.npy", np.zeros((2, 24, 32, 4), np.uint8))
      d = open("ten.npy", "rb").read(); open("six.npy", "wb").write(d[:-4 * 24 * 32 * 3])
      np.save("one.npy", np.zeros((24, 32, 3), np.uint8))
      """)
    #expect(made.code == 0, "\(made.errors)")
    let cut = try stream(scratch, scratch.file("six.npy"))
    #expect(
      cut.code == 2 && cut.text.contains("sent 6") && cut.errors.contains("6 of the 10 frames"),
      "\(cut.errors)")
    let one = try stream(scratch, scratch.file("one.npy"))
    #expect(one.code == 0 && one.text.contains("sent 1 "), "\(one.text)")
    #expect(one.errors.contains("is read as one picture of 32x24"), "\(one.errors)")
    for format in ["bgr8", "mono8", "i420"] {
      let refused = try stream(scratch, scratch.file("four.npy"), "--pixel-format", format)
      #expect(refused.code == 64 && refused.errors.contains("(2, 24, 32, 4)"), "\(format): \(refused.errors)")
    }
  }

  /// EuRoC's own kind of file paces the frames; a file without a line is refused before anything is sent.
  @Test func recordedTimesPaceTheFeed() throws {
    let scratch = try Scratch(partitions: nil)
    let first = 1_403_636_579_763_555_584
    var lines = "#timestamp [ns],filename\r\n"
    for (number, offset) in [0, 40_000_000, 260_000_000].enumerated() {
      let name = "\(first + offset).jpg"
      try FileManager.default.copyItem(
        atPath: "\(repository)/samples/flight/frame00\(number + 1).jpg", toPath: scratch.file(name))
      lines += "\(first + offset),\(name)\r\n"
    }
    try Data(lines.utf8).write(to: URL(filePath: scratch.file("data.csv")))
    let sent = try RunningCommand(
      framefeed,
      [
        "stream", scratch.path, "--timestamps", scratch.file("data.csv"), "--topic", scratch.topic,
        "--report",
        scratch.file("r.json"),
      ]
    ).wait()
    #expect(sent.code == 0 && sent.text.contains("sent 3 "), "\(sent.errors)")
    #expect(sent.errors.contains("read as nanoseconds"), "\(sent.errors)")
    let short = try RunningCommand(
      framefeed,
      [
        "stream", scratch.file("\(first).jpg"), "samples/flight/frame004.jpg", "--timestamps",
        scratch.file("data.csv"),
        "--topic", scratch.topic, "--quiet",
      ]
    ).wait()
    #expect(short.code == 64 && short.errors.contains("frame004.jpg: has no line in"), "\(short.errors)")
  }
}
