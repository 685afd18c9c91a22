import CRDKafka
import FrameCore
import Glibc

/// A header that is missing or wrong.
struct HeaderProblem: Error, CustomStringConvertible {
  let description: String
}

/// The headers of one record as found; the last of the same name counts.
struct FrameHeaders {
  var version: Int64?
  var run: String?
  var sequence: Int64?
  var width: Int64?
  var height: Int64?
  var pixelFormat: String?
  var stride: Int64?
  var contentType: String?
  var contentEncoding: String?
  var filter: String?
  var scheduled: Int64?
  var captured: Int64?
  var encoded: Int64?
  var sent: Int64?
  var clock: String?
  var dropped: Int64?
  var end: Int64?

  /// Stores one header if its name is known.
  /// - Returns: what is wrong with it, or `nil`.
  mutating func take(
    _ name: UnsafePointer<CChar>, _ value: UnsafeRawBufferPointer, _ texts: inout RepeatedTexts
  ) -> String? {
    let length = strlen(name)
    // Lengths nearly always differ: most comparisons end there.
    func matches(_ own: StaticString) -> Bool {
      length == own.utf8CodeUnitCount && memcmp(name, own.utf8Start, length) == 0
    }
    func number(_ own: StaticString, _ field: inout Int64?) -> String? {
      field = Self.number(value)
      return field == nil ? "header \(own) is not a decimal number of 0...\(Int64.max)" : nil
    }
    func word(_ own: StaticString, _ field: inout String?) -> String? {
      guard value.count <= RecordReader.maximumText else {
        return "header \(own) is longer than \(RecordReader.maximumText) bytes"
      }
      field = texts.text(value, limit: RecordReader.maximumText)
      return nil
    }
    if matches(HeaderName.version) { return number(HeaderName.version, &version) }
    if matches(HeaderName.run) { return word(HeaderName.run, &run) }
    if matches(HeaderName.sequence) { return number(HeaderName.sequence, &sequence) }
    if matches(HeaderName.width) { return number(HeaderName.width, &width) }
    if matches(HeaderName.height) { return number(HeaderName.height, &height) }
    if matches(HeaderName.pixelFormat) { return word(HeaderName.pixelFormat, &pixelFormat) }
    if matches(HeaderName.stride) { return number(HeaderName.stride, &stride) }
    if matches(HeaderName.contentType) { return word(HeaderName.contentType, &contentType) }
    if matches(HeaderName.contentEncoding) { return word(HeaderName.contentEncoding, &contentEncoding) }
    if matches(HeaderName.filter) { return word(HeaderName.filter, &filter) }
    if matches(HeaderName.scheduled) { return number(HeaderName.scheduled, &scheduled) }
    if matches(HeaderName.captured) { return number(HeaderName.captured, &captured) }
    if matches(HeaderName.encoded) { return number(HeaderName.encoded, &encoded) }
    if matches(HeaderName.sent) { return number(HeaderName.sent, &sent) }
    if matches(HeaderName.clock) { return word(HeaderName.clock, &clock) }
    if matches(HeaderName.dropped) { return number(HeaderName.dropped, &dropped) }
    if matches(HeaderName.end) { return number(HeaderName.end, &end) }
    return nil
  }

  /// Parses plain decimal digits within `Int64`, nothing else.
  static func number(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard (1...19).contains(bytes.count) else { return nil }
    var result: Int64 = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (tens, overflow) = result.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      result = sum
    }
    return result
  }

  /// Returns the identity of the frame, if the headers contain it.
  func identity(feed: String) -> FrameIdentity? {
    guard let run, let sequence else { return nil }
    return FrameIdentity(feed: feed, run: run, sequence: Int(sequence))
  }

  /// Returns the frame that these headers describe.
  func frame(feed: String, limits: FrameLimits) throws(HeaderProblem) -> FrameDescription {
    guard let run, !run.isEmpty else { throw Self.missing(HeaderName.run) }
    guard let sequence else { throw Self.missing(HeaderName.sequence) }
    guard let scheduled else { throw Self.missing(HeaderName.scheduled) }
    guard let captured else { throw Self.missing(HeaderName.captured) }
    guard let encoded else { throw Self.missing(HeaderName.encoded) }
    guard let sent else { throw Self.missing(HeaderName.sent) }
    guard let clock else { throw Self.missing(HeaderName.clock) }
    return FrameDescription(
      identity: FrameIdentity(feed: feed, run: run, sequence: Int(sequence)),
      format: try format(limits: limits),
      stamps: SourceStamps(scheduled: scheduled, captured: captured, encoded: encoded, sent: sent),
      clock: clock, dropped: Int(dropped ?? 0))
  }

  private func format(limits: FrameLimits) throws(HeaderProblem) -> PayloadFormat {
    let content = try content(limits: limits)
    var layers: [PayloadLayer] = []
    if let names = contentEncoding, !names.isEmpty {
      let names = names.split(separator: ",", omittingEmptySubsequences: false)
      guard names.count <= 4 else {
        throw HeaderProblem(description: "header content-encoding names more than 4 layers")
      }
      for name in names {
        let name = name.drop { $0 == " " }
        guard let layer = PayloadLayer(rawValue: String(name)) else {
          throw HeaderProblem(
            description: "header content-encoding names \"\(name)\"; known layers are zstd and base64")
        }
        layers.append(layer)
      }
    }
    guard let filter else { return PayloadFormat(content: content, layers: layers) }
    guard let known = PixelFilter(rawValue: filter) else {
      throw HeaderProblem(description: "header frame-filter names \"\(filter)\"; known is subgreen-gradient")
    }
    return PayloadFormat(content: content, filter: known, layers: layers)
  }

  private func content(limits: FrameLimits) throws(HeaderProblem) -> FrameContent {
    guard let width else { throw Self.missing(HeaderName.width) }
    guard let height else { throw Self.missing(HeaderName.height) }
    guard let name = pixelFormat else { throw Self.missing(HeaderName.pixelFormat) }
    guard let pixels = PixelFormat(rawValue: name) else {
      let known = PixelFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw HeaderProblem(description: "header frame-pixel-format is \"\(name)\"; known are \(known)")
    }
    let kind: FrameContent.Kind
    switch contentType {
    case "application/octet-stream": kind = .pixels
    case "image/jpeg": kind = .jpeg
    case "image/png": kind = .png
    case let other?:
      throw HeaderProblem(
        description: "header content-type is \"\(other)\"; known are image/jpeg, image/png and "
          + "application/octet-stream")
    case nil: throw Self.missing(HeaderName.contentType)
    }
    do throws(LayoutError) {
      return FrameContent(
        kind,
        try PixelLayout(
          width: Int(width), height: Int(height), format: pixels,
          stride: kind == .pixels ? stride.map { Int($0) } : nil, limits: limits))
    } catch {
      throw HeaderProblem(description: error.description)
    }
  }

  private static func missing(_ name: StaticString) -> HeaderProblem {
    HeaderProblem(description: "header \(name) is missing")
  }
}
