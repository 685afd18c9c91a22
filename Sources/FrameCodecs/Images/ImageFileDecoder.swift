import CJPEG
import FrameCore

/// Decodes JPEG and PNG files into tight pixels. For one thread.
struct ImageFileDecoder: ~Copyable {
  private let jpeg: JPEGDecompressor

  /// - Parameter libraryOnly: see ``FrameDecoder``.
  init(limits: FrameLimits, damaged: DamagedPictures, libraryOnly: Bool = false) {
    jpeg = JPEGDecompressor(
      engine: libraryOnly ? ffJPEGLibrary : ffJPEGFastest, mostScans: limits.maximumScans, damaged: damaged)
  }

  /// The findings about the JPEG file that was decoded last.
  var findings: PictureFindings { PictureFindings(oddities: jpeg.oddities, damage: jpeg.damage) }

  /// Reads a JPEG file to its end: see ``JPEGDecompressor``.
  func inspectJPEG(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, memory: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    try checkJPEG(file)
    try jpeg.inspect(file, layout, memory: memory)
  }

  /// - Parameters:
  ///   - content: the file's kind, and the size and format expected of it.
  ///   - reduction: of a JPEG file; see ``JPEGDecompressor``.
  ///   - target: `content.layout.byteCount` bytes; fewer for a reduced file.
  func decode(
    _ file: UnsafeRawBufferPointer, _ content: FrameContent, reduction: Int = 1,
    into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    switch content.kind {
    case .jpeg:
      try checkJPEG(file)
      try jpeg.decompress(file, content.layout, reduction: reduction, into: target)
    case .png:
      guard ImageHeader.isPNG(RawSpan(_unsafeBytes: file)) else {
        throw .payload("the bytes are not a PNG file")
      }
      try PNGDecoder.decode(file, content.layout, into: target)
    case .pixels: preconditionFailure("pixels are not a file")
    }
  }

  /// Decodes a JPEG file into planes: see ``JPEGDecompressor``.
  func jpegPlanes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: JPEGDecompressor.PlaneRequest,
    memory: (Int) -> UnsafeMutableRawBufferPointer, to receiver: some FrameReceiver
  ) throws(CodecError) -> Bool {
    try checkJPEG(file)
    return try jpeg.planes(file, layout, request, memory: memory, to: receiver)
  }

  func jpegWholePlanes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: JPEGDecompressor.PlaneRequest,
    memory: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> JPEGDecompressor.Planes? {
    try checkJPEG(file)
    return try jpeg.wholePlanes(file, layout, request, memory: memory)
  }

  func jpegStripedPlanes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: JPEGDecompressor.PlaneRequest,
    _ crew: DecodeCrew, _ stripes: StripedJPEG, threads: Int,
    memory: (Int) -> UnsafeMutableRawBufferPointer
  ) -> JPEGDecompressor.Planes? {
    guard ImageHeader.isJPEG(RawSpan(_unsafeBytes: file)) else { return nil }
    return jpeg.stripedPlanes(file, layout, request, crew, stripes, threads: threads, memory: memory)
  }

  /// Does work with a crew; see ``DecodeCrew``.
  func help(_ crew: DecodeCrew, _ work: CrewWork) { _ = crew.run(work, jpeg) }

  private func checkJPEG(_ file: UnsafeRawBufferPointer) throws(CodecError) {
    guard ImageHeader.isJPEG(RawSpan(_unsafeBytes: file)) else {
      throw .payload("the bytes are not a JPEG file")
    }
  }
}
