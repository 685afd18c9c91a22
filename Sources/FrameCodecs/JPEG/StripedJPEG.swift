import CJPEG
import FrameCore
import Synchronization

/// A JPEG file split at its restart markers: every stripe becomes a file of its own, with a header that states its
/// height and its part of the entropy-coded data, and is decoded into its rows of the same planes.
///
/// For one decoder, reused for every frame: allocates nothing once its arrays have reached their size.
final class StripedJPEG: CrewWork, @unchecked Sendable {
  // Sound: written by the decoder before the crew gets it, and only read after that. Each stripe writes rows of its
  // own.

  /// Rows of MCUs that are decoded together.
  struct Stripe {
    /// The first of its rows among the frame's MCU rows.
    var firstRow: Int
    /// Height, px.
    var height: Int
    /// The number (0...7) of the first restart marker in its data.
    var firstRestart: Int
    /// Entropy-coded data: a range of bytes of the file.
    var data: Range<Int>
  }

  /// Smaller files are decoded before other threads could start.
  static let leastBytes = 100_000
  let leastBytes: Int
  /// Stripes per thread, so that a late thread costs little.
  private static let perThread = 8

  private(set) var stripes: [Stripe] = []
  private var header = JPEGHeader()
  private var headers: [[UInt8]] = []
  private var file = UnsafeRawBufferPointer(start: nil, count: 0)
  private var samples: UnsafeMutablePointer<UInt8>?
  private var planes: JPEGPlanes?
  private var request = JPEGDecompressor.PlaneRequest()
  private var isTrailing = false
  private let found = Atomic<UInt32>(0)

  /// The irregularities of the stripes that were decoded.
  var oddities: PictureOddities { PictureOddities(rawValue: found.load(ordering: .acquiring)) }

  init(from leastBytes: Int) { self.leastBytes = leastBytes }

  /// Whether the file may be worth splitting: it is large, and its header announces restart markers.
  func mayCut(_ file: UnsafeRawBufferPointer) -> Bool {
    guard file.count >= leastBytes else { return false }
    var segments = JPEGSegments(RawSpan(_unsafeBytes: file))
    while let segment = segments.next() {
      // DRI
      if segment.marker == 0xDD { return true }
    }
    return false
  }

  /// Finds the positions at which to split the file.
  /// - Parameter threads: the number of threads to make stripes for.
  /// - Returns: whether there are at least two stripes.
  func cut(_ file: UnsafeRawBufferPointer, _ info: ff_jpeg_info, threads: Int) -> Bool {
    guard file.count >= leastBytes, info.restartInterval > 0, info.isProgressive == 0,
      header.read(file, info)
    else { return false }
    let perRow = Int(info.MCUsPerRow)
    let interval = Int(info.restartInterval)
    let rowHeight = Int(info.rowsPerMCU)
    let rows = (Int(info.height) + rowHeight - 1) / rowHeight
    let wanted = min(rows, threads * Self.perThread)
    stripes.removeAll(keepingCapacity: true)
    // Stripes may start only at rows whose first MCU follows a marker.
    var firstRow = 0
    var from = header.dataStart
    var scanner = RestartScanner(file, at: from)
    while firstRow < rows {
      var next = min(rows, (stripes.count + 1) * rows / wanted)
      while next < rows, next * perRow % interval != 0 { next += 1 }
      let end: Int
      if next < rows {
        guard let marker = scanner.find(next * perRow / interval) else { return false }
        end = marker
      } else {
        guard let last = scanner.end() else { return false }
        end = last
        isTrailing = last + 2 < file.count
      }
      let height = min(Int(info.height), next * rowHeight) - firstRow * rowHeight
      stripes.append(
        Stripe(
          firstRow: firstRow, height: height, firstRestart: firstRow * perRow / interval & 7, data: from..<end
        ))
      firstRow = next
      from = end + 2
    }
    return stripes.count > 1
  }

  /// Sets the file, and the planes that the stripes are decoded into.
  func prepare(
    _ file: UnsafeRawBufferPointer, _ planes: JPEGPlanes, _ samples: UnsafeMutablePointer<UInt8>,
    _ request: JPEGDecompressor.PlaneRequest
  ) {
    self.file = file
    self.planes = planes
    self.samples = samples
    self.request = request
    found.store(isTrailing ? PictureOddities.trailingBytes.rawValue : 0, ordering: .relaxed)
    while headers.count < stripes.count { headers.append([]) }
    for at in stripes.indices { header.write(height: stripes[at].height, into: &headers[at]) }
  }

  override var parts: Int { stripes.count }

  override func run(_ index: Int, _ decoder: borrowing JPEGDecompressor) -> Bool {
    guard let planes, let samples else { return false }
    let stripe = stripes[index]
    let isGood = headers[index].withUnsafeBufferPointer { header in
      decoder.stripe(
        header, UnsafeRawBufferPointer(rebasing: file[stripe.data]), firstRestart: stripe.firstRestart,
        request, planes, mcuRow: stripe.firstRow, into: samples)
    }
    found.bitwiseOr(decoder.oddities.rawValue, ordering: .releasing)
    return isGood
  }
}
