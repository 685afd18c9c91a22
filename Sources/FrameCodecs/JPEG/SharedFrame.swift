import FrameCore

/// A decoded frame that several threads send to its receiver, each a part of it. For one decoder, reused for every
/// frame.
final class SharedFrame: CrewWork, @unchecked Sendable {
  // Sound: written by the decoder before the crew gets it, and only read after that.

  private var count = 0
  private var samples = UnsafeRawBufferPointer(start: nil, count: 0)
  private var layout: DecodedLayout?
  private var receiver: (any FrameReceiver)?

  /// Sets the frame to send next; `nil` removes it.
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
