import Glibc
import FrameCore

@testable import FrameSources

/// What comes from ffmpeg, which may be another program than it says.
extension FuzzTarget {
  /// An input is the stream of a video: planes of 4:2:0, or Motion JPEG after a first byte that is odd.
  static func nut(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let format: VideoFormat = first & 1 == 1 ? .jpeg : .planes(YUVFormat(.yuv420, matrix: .bt709))
    let path = write(UnsafeRawBufferPointer(rebasing: bytes[1...]), "nut")
    defer { unlink(path) }
    let pool = FramePool(buffers: 4)
    do {
      let stream = try ByteStream(SourceFile(path: path))
      guard let reader = try NUTReader(stream) else { return }
      let header = reader.header
      let pictures = try VideoPictures(format, width: header.width, height: header.height, limits)
      var clock = VideoClock(rate: 25)
      var last: Int64 = 0
      while let frame = try reader.next() {
        let time = clock.time(frame.time)
        require(time >= last, "\(time) is not before \(last)")
        last = time
        guard let reading = try pictures.read(frame, stream, FrameOrigin(file: path), pool) else { return }
        if case .frame(let frame) = reading, frame.content.kind == .pixels {
          require(frame.buffer.count == frame.content.layout.byteCount, "a whole frame")
        }
      }
    } catch {}
  }

  /// An input is what ffmpeg says on its standard error.
  static func ffmpegLog(_ bytes: UnsafeRawBufferPointer) {
    let log = DecoderLog(codec: "h264", path: "a\nb")
    let verdicts = FrameVerdicts(path: "a\nb")
    for line in bytes.split(separator: 0x0A) {
      let memory = UnsafeRawBufferPointer(rebasing: line)
      let span = memory.bindMemory(to: UInt8.self).span
      log.take(span)
      verdicts.take(span)
    }
    _ = log.lastError
    for time in [0, 40_000_000, Int64.max] { _ = verdicts.verdict(time, until: 0) }
  }
}
