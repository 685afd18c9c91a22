public import FrameCore
public import FrameTensors

/// The mean and population standard deviation of each channel's tensor values: `mean[C]`, `std[C]`.
///
/// Summed in `Double`, row by row, in two passes (mean first, then squared distances): the same tensor gives
/// the same bits on every host, in either layout.
public final class ChannelStatistics: DirectModel {
  static let name = "channel-statistics"
  static let summary = "mean and standard deviation of each channel, bit-reproducible"

  public let manifest: ModelManifest
  public let outputs: [ModelOutput]

  public init(_ manifest: ModelManifest) {
    self.manifest = manifest
    let channels = manifest.input.channels
    outputs = [ModelOutput(name: "mean", count: channels), ModelOutput(name: "std", count: channels)]
  }

  public func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError) {
    try prepare(batch, frames, &values)
    for slot in 0..<batch.count {
      batch.withSlot(slot) { bytes in
        switch manifest.input.type {
        case .float32: measure(bytes.bindMemory(to: Float.self), slot, &values) { Double($0) }
        case .float16: measure(bytes.bindMemory(to: Float16.self), slot, &values) { Double($0) }
        case .uint8: measure(bytes.bindMemory(to: UInt8.self), slot, &values) { Double($0) }
        }
      }
    }
  }

  @inline(__always)
  private func measure<T>(
    _ elements: UnsafeMutableBufferPointer<T>, _ slot: Int, _ values: inout [Double],
    _ double: (T) -> Double
  ) {
    let spec = manifest.input
    let pixels = spec.width * spec.height
    // Rows are adjacent without padding in both layouts, so a channel is one strided sequence.
    let step = spec.pixelStride
    for channel in 0..<spec.channels {
      let first = channel * spec.channelStride
      var sum = 0.0
      for i in 0..<pixels { sum += double(elements[first &+ i &* step]) }
      let mean = sum / Double(pixels)
      var squares = 0.0
      for i in 0..<pixels {
        let distance = double(elements[first &+ i &* step]) - mean
        squares += distance * distance
      }
      let row = slot * 2 * spec.channels
      values[row + channel] = mean
      values[row + spec.channels + channel] = (squares / Double(pixels)).squareRoot()
    }
  }
}
