import CJPEG
import FrameCore

/// The memory layout of the planes that a JPEG file is decoded to.
struct JPEGPlanes {
  let layout: PlanarLayout
  /// 1, or 3 with chroma.
  let count: Int
  /// Bytes of all planes.
  let byteCount: Int
  let strides: [3 of Int]
  /// Rows of each plane in a row of MCUs.
  private let rowsPerMCU: (luma: Int, blue: Int, red: Int)

  /// - Parameter mcuRows: rows of MCUs kept at a time; `nil` for all.
  init(
    _ info: ff_jpeg_info, _ request: JPEGDecompressor.PlaneRequest, _ size: FrameSize, mcuRows: Int?
  ) {
    var end = 0
    func plane(_ info: ff_jpeg_plane) -> SamplePlane {
      // Rows start on a cache line.
      let stride = (Int(info.paddedWidth) + 63) / 64 * 64
      var plane = SamplePlane(
        offset: end, stride: stride, width: Int(info.width), height: Int(info.height),
        spacingX: Int(info.spacingX), spacingY: Int(info.spacingY))
      let rows = min(Int(info.paddedHeight), (mcuRows.map { $0 * Int(info.rowsPerMCU) } ?? .max))
      if rows < plane.height { plane.rowsKept = rows }
      end += stride * rows
      return plane
    }
    let luma = plane(info.planes.0)
    var chroma: PlanarLayout.Chroma?
    if info.planeCount == 3, request.wantsColor {
      let blue = plane(info.planes.1)
      chroma = PlanarLayout.Chroma(blue: blue, red: plane(info.planes.2))
    }
    layout = PlanarLayout(size: size, luma: luma, chroma: chroma)
    count = chroma == nil ? 1 : 3
    byteCount = end
    strides = [luma.stride, chroma?.blue.stride ?? 0, chroma?.red.stride ?? 0]
    rowsPerMCU = (
      Int(info.planes.0.rowsPerMCU), Int(info.planes.1.rowsPerMCU), Int(info.planes.2.rowsPerMCU)
    )
  }

  /// Returns the offsets at which the rows of a row of MCUs start, bytes; 0 for planes that are not decoded.
  func starts(_ mcuRow: Int) -> (luma: Int, blue: Int, red: Int) {
    (
      layout.luma.start(mcuRow * rowsPerMCU.luma),
      layout.chroma?.blue.start(mcuRow * rowsPerMCU.blue) ?? 0,
      layout.chroma?.red.start(mcuRow * rowsPerMCU.red) ?? 0
    )
  }

  /// Returns the rows of the planes in the first `mcuRows` rows of MCUs.
  func rows(after mcuRows: Int) -> (luma: Int, chroma: Int) {
    (
      min(layout.luma.height, mcuRows * rowsPerMCU.luma),
      min(layout.chroma?.blue.height ?? 0, mcuRows * rowsPerMCU.blue)
    )
  }
}
