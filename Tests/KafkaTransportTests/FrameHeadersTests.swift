import FrameCore
import Testing

@testable import KafkaTransport

/// Headers are hostile input.
@Suite struct FrameHeadersTests {
  static let good: [(String, String)] = [
    ("frame-format-version", "1"), ("frame-run", "r"), ("frame-sequence", "7"), ("frame-width", "8"),
    ("frame-height", "4"), ("frame-pixel-format", "rgb8"), ("content-type", "application/octet-stream"),
    ("frame-scheduled-ns", "1"), ("frame-captured-ns", "2"), ("frame-encoded-ns", "3"),
    ("frame-sent-ns", "4"),
    ("frame-clock", "c"),
  ]

  private func parse(_ headers: [(String, String)]) -> Result<FrameDescription, RecordFailure> {
    var result = FrameHeaders()
    var texts = RepeatedTexts()
    for (name, value) in headers {
      let problem = Array(value.utf8).withUnsafeBytes { bytes in
        name.withCString { result.take($0, bytes, &texts) }
      }
      if let problem { return .failure(RecordFailure(text: problem)) }
    }
    do throws(HeaderProblem) {
      return .success(try result.frame(feed: "f", limits: FrameLimits(maximumPixels: 1_000_000)))
    } catch {
      return .failure(RecordFailure(text: error.description))
    }
  }

  struct RecordFailure: Error {
    let text: String
  }

  private func with(_ changes: (String, String)...) -> [(String, String)] { Self.good + changes }

  @Test func goodOnesAreRead() throws {
    let frame = try parse(
      with(
        ("frame-stride", "30"), ("content-encoding", "zstd, base64"), ("unknown", "x"), ("frame-color", "x"))
    ).get()
    #expect(frame.identity == FrameIdentity(feed: "f", run: "r", sequence: 7))
    #expect(frame.stamps == SourceStamps(scheduled: 1, captured: 2, encoded: 3, sent: 4))
    #expect(frame.format.content.layout.stride == 30 && frame.format.layers == [.zstd, .base64])
    // The last of one name wins.
    #expect(try parse(with(("frame-width", "5"))).get().format.content.layout.width == 5)
  }

  @Test(arguments: [
    ("frame-sequence", "-1", "decimal"), ("frame-sequence", "9223372036854775808", "decimal"),
    ("frame-sequence", "", "decimal"), ("frame-sequence", " 1", "decimal"),
    ("frame-sequence", "1e3", "decimal"),
    ("frame-width", "0", "at least 1"), ("frame-width", "9223372036854775807", "limit"),
    ("frame-width", "300000", "limit"), ("frame-stride", "3", "stride"),
    ("frame-stride", "9000000000", "stride"),
    ("frame-pixel-format", "rgb16", "known are rgb8"), ("content-type", "text/html", "known are image/jpeg"),
    ("content-encoding", "gzip", "known layers"),
    ("content-encoding", "zstd,zstd,zstd,zstd,zstd", "more than 4"),
    ("frame-run", String(repeating: "r", count: 1025), "longer than 1024 bytes"),
    ("frame-filter", "paeth", "subgreen-gradient"), ("frame-run", "", "frame-run is missing"),
  ])
  func badOnesAreNamed(_ name: String, _ value: String, _ says: String) throws {
    guard case .failure(let failure) = parse(with((name, value))) else {
      Issue.record("\(name)=\(value) was accepted")
      return
    }
    #expect(failure.text.contains(says))
  }

  @Test func eachIsNeeded() {
    for missing in Self.good.dropFirst() {
      guard case .failure(let failure) = parse(Self.good.filter { $0.0 != missing.0 }) else {
        Issue.record("\(missing.0) is not needed")
        continue
      }
      #expect(failure.text == "header \(missing.0) is missing")
    }
  }

  @Test func repeatedTextsStayFewAndRight() {
    var texts = RepeatedTexts()
    for number in 0..<500 {
      let text = "feed-\(number % 100)"
      #expect(Array(text.utf8).withUnsafeBytes { texts.text($0, limit: 100) } == text)
    }
    #expect(Array("abcdef".utf8).withUnsafeBytes { texts.text($0, limit: 3) } == "abc")
  }
}
