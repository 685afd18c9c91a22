import ArgumentParser
import FrameCodecs
import FrameCore
import FrameFeed

/// `framefeed doctor`: whether frames of a size will fit and flow, before the first is sent.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check a broker, a topic and the settings for a frame size.",
    discussion: """
      Tells what will not fit (fails) or will hurt, each with the command that \
      mends it, then every setting that matters: the default of librdkafka, \
      those of kafka-python and Java where they differ, what FrameFeed's preset \
      makes of it, and what is in effect with -X. Exit code 1 when frames will \
      not fit. Without --bytes a JPEG is taken to need one byte a pixel at \
      most, and zstd what the pixels take.

      EXAMPLES
        framefeed doctor --size 1920x1080 --codec raw --fps 30 --feeds 4
        framefeed doctor --topic frames --bytes 1302245
        framefeed doctor --broker kafka1:9092 -X linger.ms=5
      """)

  @OptionGroup var target: FrameTopicOptions

  @Option(help: ArgumentHelp("The frames' size.", valueName: "WxH"))
  var size = "1920x1080"

  @Option(help: "How frames are encoded.")
  var codec = "jpeg"

  @Option(help: ArgumentHelp("The largest payload, instead of an estimate.", valueName: "n"))
  var bytes: Int?

  @Option(help: ArgumentHelp("Frames a second of each feed.", valueName: "n"))
  var fps = 30.0

  @Option(help: ArgumentHelp("Feeds that share the topic.", valueName: "n"))
  var feeds = 1

  @OptionGroup var brokerOptions: BrokerOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    try await reportingFailures {
      guard fps > 0, feeds > 0, bytes.map({ $0 > 0 }) ?? true else {
        throw Failure("--fps, --feeds and --bytes: expected numbers above 0")
      }
      let doctor = Doctor(
        topic: target.topic, payloadBytes: try bytes ?? estimate(), fps: fps, feeds: feeds,
        kafka: try brokerOptions.kafka())
      let report = try doctor.examine()
      print(json ? try report.json() : report.text())
      if !report.fits { throw ExitCode(1) }
    }
  }

  /// What a frame takes at most.
  private func estimate() throws -> Int {
    let codec: Codec
    do throws(CodecError) { codec = try Codec(self.codec) } catch { throw Failure(error, code: .usage) }
    guard let size = FrameSize(self.size) else {
      throw Failure("--size \(self.size): expected WIDTHxHEIGHT, as in 1280x720")
    }
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    guard !overflow, pixels <= 1_000_000_000 else { throw Failure("--size \(size): is too large") }
    let isRaw = if case .raw = codec.content { true } else { false }
    let content = isRaw ? pixels * 3 : pixels
    return codec.layers.contains(.base64) ? (content + 2) / 3 * 4 : content
  }
}
