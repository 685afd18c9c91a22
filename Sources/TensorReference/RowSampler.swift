internal import FrameCore
import FrameTensors

/// Reads one source row, resized along x, as planes of floats in the tensor's channel order.
///
/// A gray tensor of a colour source is one plane; a colour tensor of a gray source too, which the writer
/// then stores three times.
struct RowSampler: ~Copyable {
  let layout: PixelLayout
  let axis: ResampleAxis
  /// Planes of a sampled row.
  let planes: Int

  private let bytesPerPixel: Int
  /// Byte of a pixel that each plane reads.
  private let components: [Int]
  /// Whether three planes are mixed into one at the end.
  private let mixesGray: Bool
  /// An `i420` row as RGB bytes.
  private let rgb: UnsafeMutablePointer<UInt8>?

  /// Floats that a sampled row needs, working space included.
  var rowCapacity: Int { axis.count * components.count }

  init(layout: PixelLayout, axis: ResampleAxis, color: TensorSpec.Color) {
    self.layout = layout
    self.axis = axis
    let isColor = layout.format != .mono8
    mixesGray = isColor && color == .gray
    if !isColor {
      components = [0]
    } else {
      // `bgr8` bytes to a BGR tensor are 0, 1, 2 again; gray is mixed from R, G, B in this order.
      components = (layout.format == .bgr8) == (color == .bgr) ? [0, 1, 2] : [2, 1, 0]
    }
    planes = isColor && color != .gray ? 3 : 1
    bytesPerPixel = layout.format == .i420 ? 3 : layout.format.bytesPerPixel
    rgb = layout.format == .i420 ? .allocate(capacity: 3 * layout.width) : nil
  }

  deinit { rgb?.deallocate() }

  /// Samples source row `y` of the frame at `pixels` into `row`: `planes` planes of `axis.count` floats.
  func sample(_ y: Int, of pixels: UnsafePointer<UInt8>, into row: UnsafeMutablePointer<Float>) {
    let bytes = sourceRow(y, of: pixels)
    let count = axis.count
    for (plane, component) in components.enumerated() {
      sample(bytes + component, into: row + plane * count)
    }
    guard mixesGray else { return }
    for x in 0..<count {
      row[x] = 0.299 * row[x] + 0.587 * row[x + count] + 0.114 * row[x + 2 * count]
    }
  }

  private func sourceRow(_ y: Int, of pixels: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    guard let rgb else { return pixels + y * layout.stride }
    let u = pixels + layout.width * layout.height
    let v = u + layout.chromaWidth * layout.chromaHeight
    let chroma = (y >> 1) * layout.chromaWidth
    I420Row.convert(
      luma: pixels + y * layout.width, u: u + chroma, v: v + chroma, width: layout.width, to: rgb)
    return UnsafePointer(rgb)
  }

  private func sample(_ bytes: UnsafePointer<UInt8>, into plane: UnsafeMutablePointer<Float>) {
    let step = bytesPerPixel
    let count = axis.count
    axis.first.withUnsafeBufferPointer { first in
      if axis.isCopy {
        for x in 0..<count { plane[x] = Float(bytes[first[x] &* step]) }
        return
      }
      axis.second.withUnsafeBufferPointer { second in
        axis.weight.withUnsafeBufferPointer { weight in
          for x in 0..<count {
            let a = Float(bytes[first[x] &* step])
            let b = Float(bytes[second[x] &* step])
            plane[x] = a + (b - a) * weight[x]
          }
        }
      }
    }
  }
}
