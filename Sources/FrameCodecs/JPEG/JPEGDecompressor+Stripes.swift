import CJPEG
import FrameCore

/// Decoding in stripes, which several threads share: see ``StripedJPEG``.
extension JPEGDecompressor {
  /// Decodes a JPEG file into its own luma and chroma planes in stripes, by a crew; all rows are kept.
  /// - Parameter threads: number of free threads, the calling one included.
  /// - Returns: `nil` for a file that cannot be split, and for a damaged one: decoding it as a whole gives the best
  ///   error message, and the same one each time.
  func stripedPlanes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: PlaneRequest, _ crew: DecodeCrew,
    _ stripes: StripedJPEG, threads: Int, memory: (Int) -> UnsafeMutableRawBufferPointer
  ) -> Planes? {
    guard stripes.mayCut(file), let info = try? open(file, layout, request), info.planeCount > 0,
      stripes.cut(file, info, threads: threads)
    else { return nil }
    let planes = JPEGPlanes(info, request, layout.size, mcuRows: nil)
    let samples = memory(planes.byteCount)
    guard let base = samples.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    stripes.prepare(file, planes, base, request)
    guard crew.run(stripes, self) else { return nil }
    ff_jpeg_decoder_add_oddities(decoder, stripes.oddities.rawValue)
    return (samples, planes.layout)
  }

  /// Decodes one stripe of a file.
  /// - Returns: false when it is damaged.
  func stripe(
    _ header: UnsafeBufferPointer<UInt8>, _ data: UnsafeRawBufferPointer, firstRestart: Int,
    _ request: PlaneRequest, _ planes: JPEGPlanes, mcuRow: Int, into base: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let end: [2 of UInt8] = [0xFF, 0xD9]
    return end.span.withUnsafeBufferPointer { end in
      let parts: [3 of ff_jpeg_part] = [
        ff_jpeg_part(bytes: header.baseAddress, count: header.count),
        ff_jpeg_part(bytes: data.baseAddress?.assumingMemoryBound(to: UInt8.self), count: data.count),
        ff_jpeg_part(bytes: end.baseAddress, count: end.count),
      ]
      var info = ff_jpeg_info()
      let isOpen = parts.span.withUnsafeBufferPointer { parts in
        ff_jpeg_decoder_open(
          decoder, parts.baseAddress, 3, Int32(firstRestart), Int32(request.reduction),
          request.fast ? 1 : 0, &info) == 0
      }
      return isOpen && decode(planes, from: mcuRow, base)
    }
  }
}
