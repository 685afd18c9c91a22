import FrameCore

/// A decoded frame that several threads hand to its receiver, each a part of it. For one decoder, frame after frame.
final class SharedFrame: CrewWork, @unchecked Sendable {
  // Sound: written by the decoder before the crew has it, and only read then.

  private var count = 0
  private var samples = UnsafeRawBufferPointer(start: nil, count: 0)
  private var layout: DecodedLayout?
  private var receiver: (any FrameReceiver)?

  /// The frame that comes next, until it is taken back with `nil`.
  func share(
    _ frame: (samples: UnsafeRawBufferPointer, layout: DecodedLayout, to: any FrameReceiver)?,
    parts: Int = 0
  ) {
    count = parts
    samples = frame?.samples ?? UnsafeRawBufferPointer(start: nil, count: 0)
    layout = frame?.layout
    receiver = frame?.to
  }

  override var parts: Int { count }

  override func run(_ part: Int, _ decoder: borrowing JPEGDecompressor) -> Bool {
    guard let layout, let receiver else { return false }
    receiver.receive(RawSpan(_unsafeBytes: samples), layout, part: part, of: count)
    return true
  }
}
