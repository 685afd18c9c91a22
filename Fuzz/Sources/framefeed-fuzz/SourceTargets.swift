import Glibc
import FrameCodecs
import FrameCore
import FrameTIFF
import FrameWebP

@testable import FrameSources

/// Files that frames are read from.
extension FuzzTarget {
  /// An input is the file; that of a raw dump follows two bytes for the frame's size.
  static func source(_ kind: String) -> Run {
    let pool = FramePool(buffers: 8)
    let encoder = (try? Codec("raw")).map { FrameEncoder(codec: $0, limits: limits) }
    return { bytes in
      var options = SourceOptions(limits: limits, pictures: [TIFFFormat(), WebPFormat()])
      var file = bytes
      if kind == "rgb" {
        guard bytes.count >= 2 else { return }
        options.size = FrameSize(width: Int(bytes[0]), height: Int(bytes[1]))
        file = UnsafeRawBufferPointer(rebasing: bytes[2...])
      }
      let path = write(file, kind)
      defer { unlink(path) }
      guard let source = try? SourceOpener.open([path], options: options) else { return }
      readAll(source, pool, encoder)
    }
  }

  /// Writes an input to a file of its kind, in memory where the system has such a place.
  /// - Returns: its path, the same for every input.
  static func write(_ file: UnsafeRawBufferPointer, _ kind: String) -> String {
    let directory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let path = "\(directory)/framefeed-fuzz-\(getpid()).\(kind)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    require(systemWrite(descriptor, file) == file.count, "\(path) can be written")
    close(descriptor)
    return path
  }

  private static func readAll(_ source: any FrameSource, _ pool: FramePool, _ encoder: FrameEncoder?) {
    do {
      while true {
        switch try source.next(into: pool) {
        case .frame(let frame):
          let layout = frame.content.layout
          require(layout.width * layout.height <= limits.maximumPixels, "\(layout) is within the limits")
          if frame.content.kind == .pixels {
            require(frame.buffer.count == layout.byteCount, "\(frame.buffer.count) bytes of \(layout)")
          }
          _ = try? encoder?.encode(frame, into: pool)
        case .rejected: break
        case .end: return
        }
      }
    } catch {}
  }

  static func timestamps(_ bytes: UnsafeRawBufferPointer) {
    guard let times = try? FrameTimestamps.parse(Array(bytes)[...], file: "t") else { return }
    require(times.offsets == times.offsets.sorted() && times.count == times.offsets.count, "\(times)")
    require(times.period >= times.offsets.last ?? 0, "\(times)")
  }
}

/// The system's `write`, out of reach of the function of that name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
