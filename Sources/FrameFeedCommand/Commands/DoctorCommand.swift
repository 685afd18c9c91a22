import CommandArguments
import FrameCodecs
import FrameCore
import FrameFeed

/// `framefeed doctor`: checks whether frames of a size will pass, before the first is sent.
struct DoctorCommand: Command {
  static let about = CommandText(
    "doctor", "Check a broker, a topic and the settings for a frame size.",
    discussion: """
      Reports what does not fit (fails) or costs latency or safety (hurts), each
      with the command that repairs it, then every setting that matters: the
      default of librdkafka, those of kafka-python and Java where they differ,
      the value of FrameFeed's preset, and the one in effect with -X. Exit code
      1 when frames do not fit. Without --bytes a JPEG is assumed to need one
      byte a pixel at most, and zstd the bytes of the pixels.
      """,
    examples: [
      "framefeed doctor --size 1920x1080 --codec raw --fps 30 --feeds 4",
      "framefeed doctor --topic frames --bytes 1302245",
      "framefeed doctor --broker kafka1:9092 -X linger.ms=5",
    ])

  static let arguments: [Argument<DoctorCommand>] = [
    .topic(\.topic),
    .option(\.size, "size", value: "WxH", "The frames' size."),
    .codec(\.codec),
    .option(
      \.bytes, "bytes", value: "n", allowed: .atLeast(1), "The largest payload, instead of an estimate."),
    .rate(\.fps, "Frames a second of each feed."),
    .option(\.feeds, "feeds", value: "n", allowed: .atLeast(1), "Feeds that share the topic."),
    .group(\.brokerOptions),
    .flag(\.json, "json", "Print JSON."),
  ]

  var topic = "frames"
  var size = FrameSize(checkedWidth: 1920, height: 1080)
  var codec = "jpeg"
  var bytes: Int?
  var fps = 30.0
  var feeds = 1
  var brokerOptions = BrokerOptions()
  var json = false

  func run() async throws {
    let doctor = Doctor(
      topic: topic, payloadBytes: try bytes ?? estimate(), fps: fps, feeds: feeds,
      kafka: try brokerOptions.kafka())
    let report = try doctor.examine()
    print(json ? try report.json() : report.text())
    if !report.fits { throw ExitCode.failed }
  }

  /// Returns the largest size of a payload.
  private func estimate() throws -> Int {
    let codec: Codec
    do throws(CodecError) { codec = try Codec(self.codec) } catch { throw Failure(error, code: .usage) }
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    guard !overflow, pixels <= 1_000_000_000 else { throw Failure("--size \(size): is too large") }
    let isRaw = if case .raw = codec.content { true } else { false }
    let content = isRaw ? pixels * 3 : pixels
    return codec.layers.contains(.base64) ? (content + 2) / 3 * 4 : content
  }
}
