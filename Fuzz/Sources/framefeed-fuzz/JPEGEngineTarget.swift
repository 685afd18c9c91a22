import CJPEG

/// The project's own JPEG decoders beside libjpeg-turbo's: all read a file, or all refuse it.
extension FuzzTarget {
  /// An input is one byte for the reduction and what planes are wanted, and the file.
  static func jpegEngines(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let file = UnsafeRawBufferPointer(rebasing: bytes[1...])
    let reduction = CInt(1 << (first & 3))
    var refusal = ""
    let expected = planes(file, ffJPEGLibrary, reduction, isColor: first & 4 == 0, &refusal)
    // Too many bytes that no block needs: near the limit the two count them differently (stuffed ones, and those that
    // libjpeg holds in its 64 bits just then).
    if refusal.contains("extraneous bytes before marker") { return }
    for engine in [ffJPEGPortable, ffJPEGFastest] {
      let found = planes(file, engine, reduction, isColor: first & 4 == 0, &refusal)
      // A run of zeros beyond its block is damage, which libjpeg overlooks.
      if found == nil, refusal.contains("bad Huffman code") { continue }
      // Samples are not compared: a damaged file's coefficients go beyond what 8-bit pictures give, where libjpeg's
      // 16-bit sums wrap and ours do not. JPEGEngineTests compares those of pictures, to the last bit.
      require(
        (found == nil) == (expected == nil),
        "engine \(engine.rawValue) \(found == nil ? "refuses" : "reads") it: \(refusal)")
      require(
        (found ?? []).map(\.count) == (expected ?? []).map(\.count), "engine \(engine.rawValue): other planes"
      )
    }
  }

  /// All planes of a file; `nil` when it is refused.
  private static func planes(
    _ file: UnsafeRawBufferPointer, _ engine: ff_jpeg_engine, _ reduction: CInt, isColor: Bool,
    _ refusal: inout String
  ) -> [[UInt8]]? {
    let decoder = ff_jpeg_decoder_new(engine)
    defer { ff_jpeg_decoder_free(decoder) }
    var part = ff_jpeg_part(bytes: file.baseAddress?.assumingMemoryBound(to: UInt8.self), count: file.count)
    var info = ff_jpeg_info()
    guard ff_jpeg_decoder_open(decoder, &part, 1, 0, reduction, 0, &info) == 0, info.planeCount > 0,
      Int(info.width) * Int(info.height) <= limits.maximumPixels
    else { return nil }
    let shapes = [info.planes.0, info.planes.1, info.planes.2].prefix(isColor ? Int(info.planeCount) : 1)
    // Exactly as large as the interface says, so that a sample beyond is seen.
    let memory = shapes.map {
      UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Int($0.paddedWidth * $0.paddedHeight))
    }
    defer { for plane in memory { plane.deallocate() } }
    guard ff_jpeg_planes_begin(decoder, CInt(shapes.count)) == 0 else { return nil }
    var row = 0
    while true {
      let starts = zip(memory, shapes).map { plane, shape in
        plane.baseAddress.map { $0 + row * Int(shape.rowsPerMCU * shape.paddedWidth) }
      }
      let more = ff_jpeg_planes_read(decoder, starts, shapes.map { Int($0.paddedWidth) })
      if more < 0 {
        refusal = String(cString: ff_jpeg_decoder_message(decoder))
        return nil
      }
      if more == 0 { break }
      row += 1
    }
    // What lies beyond the image is padding, which libjpeg need not write.
    return zip(memory, shapes).map { plane, shape in
      var samples: [UInt8] = []
      for y in 0..<Int(shape.height) {
        samples += plane[(y * Int(shape.paddedWidth))...].prefix(Int(shape.width))
      }
      return samples
    }
  }
}
