import Foundation
import FrameCore
import Testing

@testable import FrameSources

/// Multipart streams in files, and the times that cameras give.
@Suite struct MultipartTests {
  private func frames(_ scratch: Scratch) throws -> [[UInt8]] { try LiveStreamTests.frames(scratch) }

  /// As ffmpeg writes it, and as `curl -i` of common servers gives it.
  @Test func headersAreNoFrames() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "image2", "-i", "%d.jpg", "-c:v", "copy", "-f", "mpjpeg",
      "a.mjpeg")
    #expect(try readAll("\(scratch.path)/a.mjpeg").map(\.bytes) == frames)
    let starts = [
      "", "--b\r\n",
      "HTTP/1.0 200 OK\r\nServer: S/1\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=\"b\"\r\nConnection: close\r\n\r\n--b\r\n",
      "This is a text for readers of mail.\r\nIt is skipped.\r\n--b\r\n",
    ]
    for (number, start) in starts.enumerated() {
      // The boundary as it was announced, with dashes and without.
      let boundary = number == 2 ? "b" : "--b"
      var bytes = Array(start.utf8)
      for frame in frames {
        bytes += Array("Content-type: image/jpeg\r\nContent-length: \(frame.count)\r\n\r\n".utf8) + frame
        bytes += Array("\r\n\(boundary)\r\n".utf8)
      }
      bytes += Array("--b--\r\n".utf8)
      let readings = try readAll(try scratch.write("b.mjpg", bytes))
      #expect(readings.map(\.bytes) == frames, "\(start): \(readings.compactMap(\.problem))")
    }
  }

  /// What a part has behind its picture is left out: the video of a motion photo, and, once a part has ended where its
  /// length said, the other pictures of an MPO file.
  @Test func whatLiesBehindAPictureInItsPartIsLeftOut() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    func stream(_ behind: (Int) -> [UInt8]) -> [UInt8] {
      var bytes: [UInt8] = []
      for (number, frame) in frames.enumerated() {
        let rest = behind(number)
        bytes += Array("--b\r\nContent-Length: \(frame.count + rest.count)\r\n\r\n".utf8) + frame + rest
        bytes += Array("\r\n".utf8)
      }
      return bytes + Array("--b--\r\n".utf8)
    }
    var generator = SeededGenerator(3)
    let video = (0..<300_000).map { _ in UInt8.random(in: 1...254, using: &generator) }
    let readings = try readAll(try scratch.write("a.mjpeg", stream { _ in video }))
    #expect(readings.map(\.bytes) == frames, "\(readings.compactMap(\.problem))")
    // The first part's length is not known to be right.
    let several = try readAll(try scratch.write("b.mjpeg", stream { _ in frames[1] + frames[2] }))
    #expect(several.map(\.bytes) == [frames[0], frames[1], frames[2]] + frames[1...])
  }

  /// The first picture of an MPO file is the frame, from the first part on, with a length and without.
  @Test func ofAnMPOFileTheFirstPictureIsSent() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    let index: [UInt8] = [0xFF, 0xE2, 0, 8] + Array("MPF\0".utf8) + [0, 0]
    let files = frames.map { Array($0[..<2]) + index + Array($0[2...]) }
    for withLength in [true, false] {
      var bytes: [UInt8] = []
      for (number, file) in files.enumerated() {
        // Three pictures, padding between them; the last part has no header.
        let all = file + [0, 0, 0] + files[5 - number] + frames[0]
        if number < 5 { bytes += Array("--b\r\nContent-Type: image/jpeg\r\n".utf8) }
        if number < 5, withLength { bytes += Array("Content-Length: \(all.count)\r\n".utf8) }
        bytes += Array((number < 5 ? "\r\n" : "--?\r\nlost\r\n").utf8) + all + Array("\r\n".utf8)
      }
      let readings = try readAll(try scratch.write("a.mjpeg", bytes))
      // What may have been a header is told, and what follows it is no part of the one before.
      #expect(readings.compactMap(\.bytes) == files, "\(readings.compactMap(\.problem))")
      #expect(readings.compactMap(\.problem).count == 1)
      // A picture that is cut off hides the next header.
      let cut =
        Array(
          "--b\r\n\r\n".utf8) + files[0] + files[1].dropLast(40) + Array("--b\r\nX-Y: 1\r\n\r\n".utf8)
        + files[2]
      #expect(
        try readAll(try scratch.write("b.mjpeg", cut)).compactMap(\.bytes)
          == [files[0], files[2]])
    }
    // One behind the other they are frames, each.
    let plain = try readAll(try scratch.write("c.mjpeg", files[0] + files[1]))
    #expect(plain.map(\.bytes) == [files[0], files[1]])
  }

  /// A stream that is joined in the middle of its first part: boundaries come behind the picture.
  @Test func theFirstHeaderMayBeMissing() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    var bytes: [UInt8] = []
    for (number, frame) in frames.enumerated() {
      if number > 0 { bytes += Array("\r\n--xyz\r\nContent-Type: image/jpeg\r\n\r\n".utf8) }
      bytes += frame
    }
    let readings = try readAll(try scratch.write("a.mjpeg", bytes))
    #expect(readings.map(\.bytes) == frames, "\(readings.compactMap(\.problem))")
  }

  /// A picture that is cut off does not take the headers of the next one for its data.
  @Test func aCutPartIsOneFrame() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    for withLength in [false, true] {
      var bytes: [UInt8] = []
      for (number, frame) in frames.enumerated() {
        bytes += Array("--fence\r\nContent-Type: image/jpeg\r\n".utf8)
        if withLength { bytes += Array("Content-Length: \(frame.count)\r\n".utf8) }
        bytes += Array("X-Timestamp: \(100 + number).5\r\n\r\n".utf8)
        bytes += (number == 2 ? Array(frame.dropLast(40)) : frame) + Array("\r\n".utf8)
      }
      let source = try SourceOpener.open([try scratch.write("a.mjpeg", bytes)])
      let pool = FramePool(buffers: 4)
      var seen: [[UInt8]] = []
      var times: [Int64?] = []
      while case .frame(let frame) = try source.next(into: pool) {
        seen.append(frame.buffer.bytes.withUnsafeBytes { Array($0) })
        times.append(frame.presentation)
      }
      var expected = frames
      expected[2].removeLast(40)
      #expect(seen == expected)
      #expect(times == (0..<6).map { $0 * 1_000_000_000 })
    }
  }

  @Test func bytesBehindAPictureAreItsPartsIfTheLengthIsRight() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    for isRight in [true, false] {
      var bytes: [UInt8] = []
      for frame in frames {
        let length = frame.count + (isRight ? 20 : 15)
        bytes += Array("--b\r\nContent-Length: \(length)\r\n\r\n".utf8) + frame
        bytes += [UInt8](repeating: 200, count: 20) + Array("\r\n".utf8)
      }
      let readings = try readAll(try scratch.write("a.mjpeg", bytes))
      #expect(readings.compactMap(\.bytes) == frames)
      #expect(readings.compactMap(\.problem).count == (isRight ? 0 : frames.count))
    }
  }

  /// Text that is no header is told, as are headers in a stream that has none.
  @Test func onlyHeadersAreSkippedSilently() throws {
    let scratch = try Scratch()
    let frame = try LiveStreamTests.frames(scratch, 1)[0]
    let cases: [(String, String, Int)] = [
      ("", "hello\n", 5), ("", "--b\n", 3), ("--b\r\n\r\n", "hello\r\n", 6), ("hello\n", "", 5),
      ("--b\n\n", "X: " + String(repeating: "y", count: 5000) + "\n", 5003),
      ("--b\n\n", String(repeating: "A: b\n", count: 70), 24),
    ]
    for (before, between, count) in cases {
      let bytes = Array(before.utf8) + frame + Array(between.utf8) + frame
      let readings = try readAll(try scratch.write("a.mjpeg", bytes))
      #expect(readings.compactMap(\.bytes) == [frame, frame])
      let problems = readings.compactMap(\.problem)
      #expect(
        problems.count == 1 && problems[0].contains(": \(count) bytes"),
        "\(before) \(between.prefix(10)): \(problems) \(count)")
    }
  }

  @Test func fieldsAreReadInAnyCase() {
    func header(_ lines: String...) -> MultipartHeader {
      var header = MultipartHeader()
      for line in lines {
        _ = Array(line.utf8).withUnsafeBytes { header.take($0, isFirst: true) }
      }
      return header
    }
    #expect(
      header("--b", "CONTENT-LENGTH:  12 \r", "x-TimeStamp: 5.25").part
        == .init(length: 12, time: 5_250_000_000))
    #expect(header("X-Timestamp: 1700000000.123456789123").part.time == 1_700_000_000_123_456_789)
    #expect(header("X-Timestamp: 0.000001").part.time == 1000)
    for bad in ["", "-1.5", "1.5.5", "1e9", "soon", ".", "99999999999", "99999999999999999999999"] {
      #expect(header("X-Timestamp: \(bad)").part.time == nil, "\(bad)")
    }
    for bad in ["", "0", "-4", "12a", "9999999999999"] {
      #expect(header("--b", "Content-Length: \(bad)").part.length == nil, "\(bad)")
    }
    // A boundary begins another part.
    #expect(header("--b", "Content-Length: 12", "--b").part == .init())
    #expect(header("--b", "--b--").boundary == Array("--b".utf8))
  }

  /// A recording is paced by the times in it, which go on when it is read again.
  @Test func timesOfARecordingArePresentationTimes() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    func file(_ times: [String?]) throws -> any FrameSource {
      var bytes: [UInt8] = []
      for (frame, time) in zip(frames, times) {
        bytes += Array("--b\r\nContent-Type: image/jpeg\r\n".utf8)
        if let time { bytes += Array("X-Timestamp: \(time)\r\n".utf8) }
        bytes += Array("\r\n".utf8) + frame + Array("\r\n".utf8)
      }
      return try SourceOpener.open([try scratch.write("a.mjpeg", bytes)])
    }
    func times(_ source: any FrameSource) throws -> [Int64?] {
      let pool = FramePool(buffers: 4)
      var times: [Int64?] = []
      while case .frame(let frame) = try source.next(into: pool) {
        #expect(frame.captured == 0)
        times.append(frame.presentation.map { $0 / 1_000_000 })
      }
      return times
    }
    let source = try file([
      "1700000000.5", "1700000000.75", "1700000001", "1700000003", "1700000003", "1700000003.1",
    ])
    #expect(source.hasPresentationTimes)
    #expect(try times(source) == [0, 250, 500, 2500, 2500, 2600])
    try source.rewind()
    #expect(try times(source) == [2700, 2950, 3200, 5200, 5200, 5300])
    // A clock that was set, either way, and a frame without a time: an interval as before.
    let set = try file(["10", "10.5", "1700000000", "1700000000.2", nil, "3"])
    #expect(try times(set) == [0, 500, 1000, 1200, 1400, 1600])
    let none = try file([nil, "1", "2", "3", "4", "5"])
    #expect(!none.hasPresentationTimes)
    #expect(try times(none) == [nil, nil, nil, nil, nil, nil])
  }

  @Test func camerasClocksBecomeCaptureTimes() {
    let (second, now) = (Int64(1_000_000_000), Int64(1_700_000_000_000_000_000))
    var wall = CameraClock()
    #expect(wall.captured(now - 3 * second, now: now, monotonic: 50) == now - 3 * second)
    // Ahead of ours; beyond belief; missing.
    #expect(wall.captured(now + 2 * second, now: now, monotonic: 60) == now)
    #expect(wall.captured(5 * second, now: now, monotonic: 70) == now)
    #expect(wall.captured(nil, now: now, monotonic: 80) == now)
    #expect(wall.kind == .wall)

    var own = CameraClock()
    #expect(own.captured(30 * second, now: now, monotonic: 1000 * second) == now)
    #expect(own.kind == .own)
    // Read 0.25 s late, while our wall clock was set an hour back.
    let set = now - 3600 * second
    #expect(own.captured(31 * second, now: set, monotonic: 1001 * second + second / 4) == set - second / 4)
    // Faster than ours: never later than it was read, and on from there.
    #expect(own.captured(35 * second, now: now, monotonic: 1002 * second) == now)
    #expect(own.captured(36 * second, now: now, monotonic: 1004 * second) == now - second)
    // Switched on again.
    #expect(own.captured(1 * second, now: now, monotonic: 1010 * second) == now)
    #expect(own.captured(2 * second, now: now, monotonic: 1012 * second) == now - second)
  }

  /// On a live pipe: the capture time is the camera's, and what was made of it is said.
  @Test func liveTimesAreTheCameras() throws {
    let scratch = try Scratch()
    let frames = try frames(scratch)
    let pipe = try LivePipe(scratch, "live.mjpeg")
    let start = FrameClock.now() / 1_000_000_000 - 100
    for (number, frame) in frames.enumerated() {
      pipe.write(
        Array("--b\r\nX-Timestamp: \(start + Int64(number)).250000\r\n\r\n".utf8) + frame + Array("\r\n".utf8)
      )
      #expect(pipe.next()?.captured == (start + Int64(number)) * 1_000_000_000 + 250_000_000)
    }
    #expect(pipe.source.notes == ["capture times are those of the camera (X-Timestamp)"])
    let boot = try LivePipe(scratch, "boot.mjpeg")
    var captured: [Int64] = []
    for (number, frame) in frames.enumerated() {
      let before = FrameClock.now()
      boot.write(Array("X-Timestamp: 0.\(number)\r\n\r\n".utf8) + frame + Array("\r\n".utf8))
      captured.append(try #require(boot.next()).captured)
      #expect(captured[number] <= FrameClock.now() && (number > 0 || captured[0] >= before))
      usleep(150_000)
    }
    // Sent every 0.15 s or later, taken every 0.1 s.
    for pair in zip(captured, captured.dropFirst()) {
      #expect(abs(pair.1 - pair.0 - 100_000_000) < 1_000_000)
    }
    #expect(boot.source.notes.first?.contains("not a time of day") == true)
  }
}
