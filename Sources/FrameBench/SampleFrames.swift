import FrameCodecs
import FrameCore
public import FrameSources

/// The first frames of a source, kept in memory so that the disk is not measured: as they are in the source, and as
/// pixels.
public final class SampleFrames {
  /// One frame in one of its two forms.
  struct Form {
    let content: FrameContent
    let bytes: [UInt8]

    init(content: FrameContent, bytes: [UInt8]) {
      self.content = content
      self.bytes = bytes
    }

    init(_ frame: borrowing CapturedFrame) {
      self.init(content: frame.content, bytes: frame.buffer.bytes.withUnsafeBytes { [UInt8]($0) })
    }

    /// Returns a copy, as a source would deliver it.
    func captured(_ origin: FrameOrigin, _ pool: FramePool) -> CapturedFrame? {
      guard var buffer = pool.take(bytes.count) else { return nil }
      buffer.append(copying: bytes.span.bytes)
      return CapturedFrame(content: content, buffer: buffer, origin: origin)
    }
  }

  struct Sample {
    let origin: FrameOrigin
    let file: Form
    /// Interleaved: planar pixels are converted.
    let pixels: Form
  }

  let name: String
  let samples: [Sample]

  /// - Parameter limit: most frames to read.
  /// - Throws: ``BenchError`` when the source cannot be read, or has no good frame.
  public init(_ source: any FrameSource, limit: Int) throws(BenchError) {
    let pool = FramePool(buffers: 8)
    let decoding = try FrameEncoder(codec: Self.codec("raw"))
    let decoder = FrameDecoder()
    var samples: [Sample] = []
    reading: while samples.count < limit {
      let reading: SourceReading
      do throws(SourceError) { reading = try source.next(into: pool) } catch { throw .source(error) }
      switch consume reading {
      case .end: break reading
      case .rejected(let error): throw .source(error)
      case .frame(let frame):
        let origin = frame.origin
        let file = Form(frame)
        do throws(CodecError) {
          let encoded = try decoding.encode(frame, into: pool)
          let pixels = try decoder.decodePixels(encoded.payload.bytes, format: encoded.format) {
            pixels, layout in
            PixelConversion.interleaved(pixels, layout)
          }
          samples.append(Sample(origin: origin, file: file, pixels: pixels))
        } catch {
          throw .codec(error)
        }
      }
    }
    guard !samples.isEmpty else { throw .failed("\(source.name) has no frames") }
    name = source.name
    self.samples = samples
  }

  /// Whether frames are JPEG files, so that they can pass unchanged.
  public var areJPEGFiles: Bool { samples.allSatisfy { $0.file.content.kind == .jpeg } }

  static func codec(_ text: String) throws(BenchError) -> Codec {
    do throws(CodecError) { return try Codec(text) } catch { throw .codec(error) }
  }
}
