public import FrameCore

/// Decodes payloads to pixels. For one thread; contexts and working memory are kept between frames.
///
/// Payloads are untrusted: sizes are checked against the format and the limits before memory is allocated.
public final class FrameDecoder: @unchecked Sendable {
  // Sound: owned and used by one decoder thread at a time.
  private let limits: FrameLimits
  private let demand: DecodeDemand
  private let crew: DecodeCrew?
  private let stripes: StripedJPEG
  private let shared = SharedFrame()
  private let images: ImageFileDecoder
  private let zstd = ZstdDecompressor()
  /// Layers are decoded from one into the other, in turn.
  private var first = ScratchMemory()
  private var second = ScratchMemory()
  /// The findings about the picture that was decoded last.
  public private(set) var findings = PictureFindings()

  /// - Parameter crew: helps with large JPEG files.
  public convenience init(
    limits: FrameLimits = .standard, demand: DecodeDemand = DecodeDemand(), crew: DecodeCrew? = nil
  ) {
    self.init(limits: limits, demand: demand, crew: crew, libraryOnly: false)
  }

  /// - Parameters:
  ///   - libraryOnly: decodes JPEG files with libjpeg-turbo alone, to measure its cost.
  ///   - stripesFrom: size from which the crew helps with a file, bytes.
  package init(
    limits: FrameLimits = .standard, demand: DecodeDemand, crew: DecodeCrew?, libraryOnly: Bool,
    stripesFrom: Int = StripedJPEG.leastBytes
  ) {
    stripes = StripedJPEG(from: stripesFrom)
    images = ImageFileDecoder(limits: limits, damaged: demand.damaged, libraryOnly: libraryOnly)
    self.limits = limits
    self.demand = demand
    self.crew = crew
  }

  /// Decodes one payload as far as the demand requires, and lends the samples to the receiver: luma and chroma planes
  /// of a JPEG file, else pixels. Raw pixels without layers are lent without a copy. After an error the receiver may
  /// have received a part of the frame.
  /// - Throws: ``CodecError/payload(_:)`` that states what was expected.
  public func decode(
    _ payload: RawSpan, format: PayloadFormat, to receiver: some FrameReceiver
  ) throws(CodecError) {
    let free = crew?.begin() ?? 0
    defer { crew?.end() }
    try peeled(payload, format) { (bytes) throws(CodecError) in
      if format.content.kind == .jpeg, demand.exactness != .full,
        try planes(bytes, format, free: free, to: receiver)
      {
        return
      }
      try content(bytes, format) { pixels, layout in receiver.receive(pixels, .pixels(layout)) }
    }
  }

  /// Decodes one payload into whole pixels and lends them to `body`.
  /// - Parameter body: receives the pixels and their layout: the one of `format`; for image files tight and never
  ///   planar.
  /// - Throws: ``CodecError/payload(_:)`` that states what was expected.
  public func decodePixels<R: ~Copyable>(
    _ payload: RawSpan, format: PayloadFormat, _ body: (RawSpan, PixelLayout) -> R
  ) throws(CodecError) -> R {
    try peeled(payload, format) { (bytes) throws(CodecError) -> R in try content(bytes, format, body) }
  }

  /// Decodes the layers and calls `body` with the content.
  private func peeled<R: ~Copyable>(
    _ payload: RawSpan, _ format: PayloadFormat,
    _ body: (UnsafeRawBufferPointer) throws(CodecError) -> R
  ) throws(CodecError) -> R {
    findings = PictureFindings()
    defer { if format.content.kind == .jpeg { findings = images.findings } }
    guard payload.byteCount <= limits.maximumPayload else {
      throw .payload("\(payload.byteCount) bytes are above the payload limit of \(limits.maximumPayload)")
    }
    guard format.layers.count <= 4 else { throw .payload("more than 4 layers of encoding") }
    return try payload.withUnsafeBytes { (bytes) throws(CodecError) -> R in
      var bytes = bytes
      for (depth, layer) in format.layers.enumerated().reversed() {
        bytes = try undo(layer, bytes, depth, format)
      }
      return try body(bytes)
    }
  }

  /// - Parameter free: threads of the crew that could help.
  /// - Returns: false for a JPEG file without luma and chroma planes.
  private func planes(
    _ bytes: UnsafeRawBufferPointer, _ format: PayloadFormat, free: Int, to receiver: some FrameReceiver
  ) throws(CodecError) -> Bool {
    try checkFile(format)
    let layout = format.content.layout
    let orientation = orientation(bytes, format.content)
    let request = JPEGDecompressor.PlaneRequest(
      reduction: demand.reduction(layout.size, orientation), fast: demand.exactness == .fast,
      wantsColor: demand.wantsColor)
    var decoded: JPEGDecompressor.Planes?
    if let crew, free > 0 {
      decoded = images.jpegStripedPlanes(
        bytes, layout, request, crew, stripes, threads: free + 1,
        memory: { takeScratch($0, notHolding: bytes) })
    }
    // Without stripes, rows are best sent as they are decoded, while they are in the processor's cache: decoding the
    // whole frame first and sharing it then takes longer.
    if decoded == nil, orientation == .upright {
      return try images.jpegPlanes(
        bytes, layout, request, memory: { takeScratch($0, notHolding: bytes) }, to: receiver)
    }
    if decoded == nil {
      decoded = try images.jpegWholePlanes(
        bytes, layout, request, memory: { takeScratch($0, notHolding: bytes) })
    }
    guard let decoded else { return false }
    let stored = UnsafeRawBufferPointer(decoded.samples)
    let isBig = bytes.count >= stripes.leastBytes
    guard orientation != .upright, let from = stored.baseAddress else {
      send(stored, .planes(decoded.layout), isBig, to: receiver)
      return true
    }
    let turned = takeScratch(stored.count, notHolding: stored)
    let upright = TurnedCopy.planes(
      orientation, from.assumingMemoryBound(to: UInt8.self), decoded.layout,
      into: turned.baseAddress!.assumingMemoryBound(to: UInt8.self))
    send(UnsafeRawBufferPointer(turned), .planes(upright), isBig, to: receiver)
    return true
  }

  /// Sends a whole frame to the receiver, a large one with the help of the crew's free threads.
  private func send(
    _ samples: UnsafeRawBufferPointer, _ layout: DecodedLayout, _ isBig: Bool, to receiver: some FrameReceiver
  ) {
    guard isBig, let crew, case let free = crew.free, free > 0 else {
      return receiver.receive(RawSpan(_unsafeBytes: samples), layout)
    }
    shared.share((samples, layout, receiver), parts: free + 1)
    images.help(crew, shared)
    shared.share(nil)
  }

  private func orientation(_ file: UnsafeRawBufferPointer, _ content: FrameContent) -> FrameOrientation {
    guard demand.orientation == .exif, content.kind == .jpeg else { return .upright }
    return FrameOrientation(jpeg: RawSpan(_unsafeBytes: file))
  }

  private func checkFile(_ format: PayloadFormat) throws(CodecError) {
    guard format.filter == nil else { throw .payload("frame-filter is for pixels, not for image files") }
  }

  /// - Parameter depth: number of layers below this one.
  private func undo(
    _ layer: PayloadLayer, _ bytes: UnsafeRawBufferPointer, _ depth: Int, _ format: PayloadFormat
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let size: Int
    switch layer {
    case .base64: size = try Base64.decodedCount(bytes)
    case .zstd: size = try ZstdDecompressor.declaredSize(bytes)
    }
    // Checked before memory is allocated: a small payload may declare a huge size.
    guard size <= limits.maximumPayload else {
      throw .payload(
        "the \(layer.rawValue) layer holds \(size) bytes, above the limit of \(limits.maximumPayload)")
    }
    if depth == 0 { try check(size, format) }
    let most = format.mostBytes(above: depth)
    guard size <= most else {
      throw .payload(
        "the \(layer.rawValue) layer holds \(size) bytes; \(format.content.layout) needs at most \(most)"
      )
    }
    let target = takeScratch(size, notHolding: bytes)
    let written: Int
    switch layer {
    case .base64: written = try Base64.decode(bytes, into: target)
    case .zstd: written = try zstd.decompress(bytes, into: target)
    }
    guard written == size else {
      throw .payload("the \(layer.rawValue) layer holds \(written) bytes, not \(size)")
    }
    return UnsafeRawBufferPointer(target)
  }

  private func check(_ size: Int, _ format: PayloadFormat) throws(CodecError) {
    guard format.content.kind == .pixels else { return }
    let expected = format.content.layout.byteCount
    guard size == expected else {
      throw .payload("\(size) bytes of pixels; \(format.content.layout) needs \(expected)")
    }
  }

  private func content<R: ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, _ format: PayloadFormat, _ body: (RawSpan, PixelLayout) -> R
  ) throws(CodecError) -> R {
    let layout = format.content.layout
    if format.content.kind == .pixels {
      try check(bytes.count, format)
      guard format.filter != nil else { return body(RawSpan(_unsafeBytes: bytes), layout) }
      return try unfiltered(bytes, layout, body)
    }
    try checkFile(format)
    // A file has no i420 planes; a request for them gets colours.
    let tight = layout.with(format: layout.format == .i420 ? .rgb8 : layout.format)
    let pixels = takeScratch(tight.byteCount, notHolding: bytes)
    try images.decode(bytes, FrameContent(format.content.kind, tight), into: pixels)
    let orientation = orientation(bytes, format.content)
    guard orientation != .upright else {
      return body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(pixels)), tight)
    }
    let upright = takeScratch(tight.byteCount, notHolding: UnsafeRawBufferPointer(pixels))
    TurnedCopy.pixels(orientation, UnsafeRawBufferPointer(pixels), tight, into: upright)
    return body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(upright)), tight.turned(orientation))
  }

  private func unfiltered<R: ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, _ layout: PixelLayout, _ body: (RawSpan, PixelLayout) -> R
  ) throws(CodecError) -> R {
    guard layout.isTight, GradientFilter.applies(to: layout.format) else {
      throw .payload("frame-filter is for tight rgb8, bgr8 or mono8, not for \(layout)")
    }
    // The filter works in place in its planes; a payload without layers must not be written to.
    let count = layout.byteCount
    let pixels = takeScratch(count, notHolding: bytes)
    let planes: UnsafeMutableRawBufferPointer
    if isScratch(bytes) {
      planes = UnsafeMutableRawBufferPointer(mutating: bytes)
    } else {
      planes = takeScratch(count, notHolding: UnsafeRawBufferPointer(pixels))
      planes.copyMemory(from: bytes)
    }
    guard let from = planes.baseAddress, let to = pixels.baseAddress else { throw .payload("no pixels") }
    GradientFilter.undo(
      from.assumingMemoryBound(to: UInt8.self), layout, into: to.assumingMemoryBound(to: UInt8.self))
    return body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(pixels)), layout)
  }

  /// Returns memory in the one of the two working memories that does not hold `bytes`.
  private func takeScratch(
    _ count: Int, notHolding bytes: UnsafeRawBufferPointer
  ) -> UnsafeMutableRawBufferPointer {
    first.holds(bytes) ? second.take(count) : first.take(count)
  }

  private func isScratch(_ bytes: UnsafeRawBufferPointer) -> Bool {
    first.holds(bytes) || second.holds(bytes)
  }
}
