import Foundation
import FrameCodecs
import FrameCore

/// Encoded frames as files in a temporary directory, for peers to send. Deleted with this object.
public final class PayloadFiles {
  let directory: String
  let count: Int
  /// Mean size, bytes.
  let meanBytes: Int
  let largest: Int
  /// Whether they are JPEG files as they are.
  let areJPEGFiles: Bool

  /// - Parameter codec: with `jpeg`, JPEG files pass unchanged.
  public init(_ frames: SampleFrames, codec: String) throws(BenchError) {
    let codec = try SampleFrames.codec(codec)
    let encoder = FrameEncoder(codec: codec)
    let pool = FramePool(buffers: 4)
    let takesFiles = codec.isPassthroughJPEG && frames.areJPEGFiles
    areJPEGFiles = takesFiles
    directory = NSTemporaryDirectory() + "framefeed-payloads." + UUID().uuidString
    var sizes: [Int] = []
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      for (at, sample) in frames.samples.enumerated() {
        let form = takesFiles ? sample.file : sample.pixels
        guard let frame = form.captured(sample.origin, pool) else { continue }
        let encoded = try encoder.encode(frame, into: pool)
        let bytes = encoded.payload.bytes.withUnsafeBytes { Data($0) }
        // The order of names is that of the frames.
        let digits = String(at)
        let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        try bytes.write(to: URL(fileURLWithPath: directory + "/" + name))
        sizes.append(bytes.count)
      }
    } catch let error as CodecError {
      throw .codec(error)
    } catch {
      throw .failed("\(directory): payloads cannot be written: \(error.localizedDescription)")
    }
    count = sizes.count
    meanBytes = sizes.reduce(0, +) / max(sizes.count, 1)
    largest = sizes.max() ?? 0
  }

  /// Returns how many records are so many bytes, 200 to 3000.
  public func records(of bytes: Int) -> Int { min(3000, max(200, bytes / max(meanBytes, 1))) }

  deinit { try? FileManager.default.removeItem(atPath: directory) }
}
