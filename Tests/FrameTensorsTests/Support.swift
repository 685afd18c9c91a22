import FrameCore
import FrameTensors
import TensorReference

/// Bytes of a frame that no resize can mistake for another: a gradient with noise of a fixed seed.
func testPixels(_ layout: PixelLayout, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<layout.byteCount).map { index in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: index &* 3 &+ Int(state >> 60) &* 9)
  }
}

/// One frame through the writer: the values of its slot in memory order.
/// - Parameter variant: of the loops; `nil` for the fastest.
func tensor(
  _ spec: TensorSpec, _ layout: PixelLayout, _ pixels: [UInt8], slot: Int = 0, variant: Int? = nil
) -> [Float] {
  tensor(spec, .pixels(layout), pixels, slot: slot, variant: variant)
}

func tensor(
  _ spec: TensorSpec, _ layout: DecodedLayout, _ samples: [UInt8], slot: Int = 0, variant: Int? = nil
) -> [Float] {
  let batch = TensorPool(spec: spec, batches: 1).take()!
  let writer = TensorWriter(spec: spec, variant: variant)
  writer.aim(at: batch.slotBytes(slot))
  writer.receive(samples.span.bytes, layout)
  return batch.floats(slot: slot)
}

/// The same by the plain writer that everything is held against.
func reference(_ spec: TensorSpec, _ layout: PixelLayout, _ pixels: [UInt8]) -> [Float] {
  let batch = TensorPool(spec: spec, batches: 1).take()!
  let writer = ReferenceTensorWriter(spec: spec)
  batch.withSlot(0) { writer.write(pixels.span.bytes, layout: layout, into: $0) }
  return batch.floats(slot: 0)
}

/// Values in memory order as channel, row, column.
func planar(_ values: [Float], _ spec: TensorSpec) -> [Float] {
  var result = [Float]()
  for channel in 0..<spec.channels {
    for pixel in 0..<(spec.width * spec.height) {
      result.append(values[channel * spec.channelStride + pixel * spec.pixelStride])
    }
  }
  return result
}

/// No normalisation: values are pixel values.
func plain(
  _ width: Int, _ height: Int, _ color: TensorSpec.Color = .rgb, fit: TensorSpec.Fit = .stretch,
  layout: TensorSpec.Layout = .nchw, type: TensorSpec.Element = .float32, batch: Int = 1
) -> TensorSpec {
  TensorSpec(
    width: width, height: height, layout: layout, type: type, color: color, fit: fit, scale: 1, batch: batch)
}
