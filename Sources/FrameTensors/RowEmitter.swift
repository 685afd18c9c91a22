import CFrameKernels

/// Normalises rows of samples and writes them to a slot in its layout; fills letterbox bars.
final class RowEmitter {
  /// The matrix of JFIF's full-range BT.601 to RGB (ITU-T T.871, 7), for samples in fixed point.
  private static let matrix: ff_matrix = {
    let unit = 1 / Float(1 << ffSampleBits)
    let (red, greenBlue, greenRed, blue): (Float, Float, Float, Float) = (1.402, -0.344136, -0.714136, 1.772)
    return ff_matrix(
      luma: unit, redFromV: red * unit, greenFromU: greenBlue * unit, greenFromV: greenRed * unit,
      blueFromU: blue * unit, redOffset: -128 * red, greenOffset: -128 * (greenBlue + greenRed),
      blueOffset: -128 * blue, ceiling: 255)
  }()

  /// Tensor frames of this many bytes or more exceed a core's share of the last-level cache.
  private static let pastCaches = 8 << 20

  private let spec: TensorSpec
  private let kernels: ff_kernels
  private let element: ff_element
  /// The normalisation as one step per channel: `value = pixel * gain + bias`.
  private let gain: [Float]
  private let bias: [Float]
  /// The same for red, green and blue, whatever the tensor's channel order.
  private var normalisation = ff_normalisation()
  /// The channels of red, green and blue in the tensor.
  private let channels: (red: Int, green: Int, blue: Int)
  /// Rows of one channel, before they are interleaved.
  private let parts: UnsafeMutableRawPointer
  /// A bar row for each channel; interleaved for NHWC.
  private let bars: UnsafeMutableRawPointer

  /// Whether elements are written past the caches: they would not stay there until a model reads them.
  private let past: Int32

  private var rowBytes: Int { spec.width * spec.bytesPerElement }

  init(_ spec: TensorSpec, _ kernels: ff_kernels) {
    self.spec = spec
    self.kernels = kernels
    element =
      switch spec.type {
      case .float32: ffFloat32
      case .float16: ffFloat16
      case .uint8: ffUInt8
      }
    gain = spec.std.map { Float(spec.scale / $0) }
    bias = zip(spec.mean, spec.std).map { Float(-$0 / $1) }
    past = spec.layout == .nchw && spec.bytesPerFrame >= Self.pastCaches ? 1 : 0
    channels = spec.color == .bgr ? (2, 1, 0) : (0, 1, 2)
    if spec.channels == 3 {
      normalisation.gain = (gain[channels.red], gain[channels.green], gain[channels.blue])
      normalisation.bias = (bias[channels.red], bias[channels.green], bias[channels.blue])
    }
    let bytes = spec.channels * spec.width * spec.bytesPerElement
    parts = .allocate(byteCount: bytes, alignment: 64)
    bars = .allocate(byteCount: bytes, alignment: 64)
    fillBars()
  }

  deinit {
    parts.deallocate()
    bars.deallocate()
  }

  private func fillBars() {
    let row = [UInt8](repeating: 0, count: spec.width)
    let interleaves = spec.layout == .nhwc && spec.channels == 3
    for channel in 0..<spec.channels {
      let value = Float(spec.pad[channel]) * gain[channel] + bias[channel]
      kernels.emitBytes(
        row, 0, value, (interleaves ? parts : bars) + channel * rowBytes, element, 0, spec.width)
    }
    guard interleaves else { return }
    kernels.interleave3(parts, parts + rowBytes, parts + 2 * rowBytes, bars, element, spec.width)
  }

  // MARK: rows

  /// Writes rows of red, green and blue to a tensor with these three channels.
  func color(
    red: UnsafePointer<Float>, green: UnsafePointer<Float>, blue: UnsafePointer<Float>, _ place: Place
  ) {
    let unit = 1 / Float(1 << ffSampleBits)
    let out = targets(place)
    kernels.emit(red, gain[channels.red] * unit, bias[channels.red], out.red, element, past, place.count)
    kernels.emit(
      green, gain[channels.green] * unit, bias[channels.green], out.green, element, past, place.count)
    kernels.emit(blue, gain[channels.blue] * unit, bias[channels.blue], out.blue, element, past, place.count)
    interleave(place)
  }

  /// The same for bytes, which need no resampling.
  func color(
    red: UnsafePointer<UInt8>, green: UnsafePointer<UInt8>, blue: UnsafePointer<UInt8>, _ place: Place
  ) {
    let out = targets(place)
    kernels.emitBytes(red, gain[channels.red], bias[channels.red], out.red, element, past, place.count)
    kernels.emitBytes(
      green, gain[channels.green], bias[channels.green], out.green, element, past, place.count)
    kernels.emitBytes(blue, gain[channels.blue], bias[channels.blue], out.blue, element, past, place.count)
    interleave(place)
  }

  /// Writes rows of luma and chroma.
  func color(
    luma: UnsafePointer<Float>, chromaBlue: UnsafePointer<Float>, chromaRed: UnsafePointer<Float>,
    _ place: Place
  ) {
    let out = targets(place)
    withUnsafePointer(to: Self.matrix) { matrix in
      withUnsafePointer(to: normalisation) { normalisation in
        kernels.emitColor(
          luma, chromaBlue, chromaRed, matrix, normalisation, out.red, out.green, out.blue, element,
          past, place.count)
      }
    }
    interleave(place)
  }

  /// Writes a row of grey: to the one channel, or to all three.
  func gray(_ row: UnsafePointer<Float>, _ place: Place) {
    guard spec.channels == 1 else { return color(red: row, green: row, blue: row, place) }
    let unit = 1 / Float(1 << ffSampleBits)
    kernels.emit(row, gain[0] * unit, bias[0], address(place, channel: 0), element, past, place.count)
  }

  func gray(_ row: UnsafePointer<UInt8>, _ place: Place) {
    guard spec.channels == 1 else { return color(red: row, green: row, blue: row, place) }
    kernels.emitBytes(row, gain[0], bias[0], address(place, channel: 0), element, past, place.count)
  }

  /// Fills pixels of a row with the bars' colour.
  func bar(_ place: Place) {
    guard place.count > 0 else { return }
    let pixelBytes = spec.pixelStride * spec.bytesPerElement
    for channel in 0..<(spec.pixelStride == 1 ? spec.channels : 1) {
      address(place, channel: channel).copyMemory(
        from: bars + channel * rowBytes, byteCount: place.count * pixelBytes)
    }
  }

  // MARK: places

  /// Pixels of one row of a slot.
  struct Place {
    let slot: UnsafeMutableRawPointer
    let row: Int
    let column: Int
    let count: Int
  }

  private func address(_ place: Place, channel: Int) -> UnsafeMutableRawPointer {
    let element = channel * spec.channelStride + place.row * spec.rowStride + place.column * spec.pixelStride
    return place.slot + element * spec.bytesPerElement
  }

  /// Returns the addresses for rows of red, green and blue: in the slot's planes, or in the rows to interleave.
  private func targets(
    _ place: Place
  ) -> (red: UnsafeMutableRawPointer, green: UnsafeMutableRawPointer, blue: UnsafeMutableRawPointer) {
    let all = channels
    guard spec.layout == .nhwc else {
      return (
        address(place, channel: all.red), address(place, channel: all.green),
        address(place, channel: all.blue)
      )
    }
    return (parts + all.red * rowBytes, parts + all.green * rowBytes, parts + all.blue * rowBytes)
  }

  private func interleave(_ place: Place) {
    guard spec.layout == .nhwc else { return }
    kernels.interleave3(
      parts, parts + rowBytes, parts + 2 * rowBytes, address(place, channel: 0), element, place.count)
  }
}
