public import ArgumentParser
import FrameCodecs
public import FrameCore
import FrameFeed
import FrameModels
import FrameSources
import FrameTensors
import KafkaTransport

/// `framefeed stream`: a source as a live feed.
struct StreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Send frames to Kafka as a live feed.",
    discussion: """
      SOURCE is a directory or list of JPEG, PNG, PPM or PGM files (natural order),
      x.y4m, x.npy, x.mjpeg, x.rgb .bgr .gray .yuv (with --size), - (y4m or mjpeg
      from a pipe), or synthetic:WIDTHxHEIGHT.

      CODEC is raw, jpeg, zstd or base64, with parameters after a colon and layers
      joined by +:
        jpeg:quality=70,subsampling=444   zstd:level=3,filter=none
        raw+base64   raw+zstd+base64
      `jpeg` without parameters sends JPEG files as they are.

      EXAMPLES
        framefeed stream samples/flight --feed drone-1 --loop forever
        framefeed stream clip.y4m --codec zstd --fps source
        framefeed stream rig/ --timestamps rig/times.txt
        framefeed stream photos/ --fit models/channel-statistics.json
        framefeed stream synthetic:1920x1080 --fps 60 --when-full drop-oldest
        ffmpeg -i rtsp://camera/1 -f yuv4mpegpipe - | framefeed stream -
      """)

  @Argument(help: ArgumentHelp("Where the frames come from.", valueName: "source"))
  var source: [String]

  @Option(help: "The feed's name: the key of its records.")
  var feed = "camera-1"

  @Option(help: "How frames are encoded.")
  var codec = "jpeg"

  @Option(
    help: ArgumentHelp(
      "Frames a second, `source` for its own rate, `max` for as fast as they go (default: its own, else 30; from a pipe as they come).",
      valueName: "n|source|max"))
  var fps: String?

  @Option(help: ArgumentHelp("Pace by recorded times: one `seconds name` a line.", valueName: "file"))
  var timestamps: String?

  @Option(help: ArgumentHelp("How often to read the source.", valueName: "n|forever"))
  var loop = "1"

  @Option(help: ArgumentHelp("Stop after so many frames.", valueName: "n"))
  var frames: Int?

  @Option(help: ArgumentHelp("Resize frames before encoding.", valueName: "WxH"))
  var resize: String?

  @Option(
    help: ArgumentHelp(
      "Shrink frames to what this model takes before encoding; none grows.", valueName: "models/NAME.json"))
  var fit: String?

  @Option(
    help: ArgumentHelp(
      "Turn JPEG files that are decoded as EXIF says, or leave them as stored.", valueName: "exif|stored"))
  var orientation = FrameOrientation.Policy.exif

  @Option(
    help: ArgumentHelp("What a full queue does: block, drop-newest or drop-oldest.", valueName: "policy"))
  var whenFull = QueuePolicy.block

  @Option(
    help: ArgumentHelp("Who must have a record before it counts as sent: 0, 1 or all.", valueName: "acks"))
  var acks: String?

  @Option(help: ArgumentHelp("Threads that encode.", valueName: "n"))
  var encoders = 1

  @Option(help: ArgumentHelp("Frame size of a raw dump.", valueName: "WxH"))
  var size: String?

  @Option(
    help: ArgumentHelp("Pixel format of a raw dump: rgb8, bgr8, rgba8, mono8 or i420.", valueName: "format"))
  var pixelFormat: PixelFormat?

  @Option(help: ArgumentHelp("Largest frame to take, in pixels.", valueName: "n"))
  var maxPixels = FrameLimits.standard.maximumPixels

  @Flag(help: "Answer sinks on other hosts that ask how far our clock is from theirs (they too need --sync).")
  var sync = false

  @Flag(help: "Fail when the topic does not exist.")
  var noCreate = false

  @Option(help: ArgumentHelp("How long to wait for the broker's last answers.", valueName: "seconds"))
  var drainTimeout = 30.0

  @OptionGroup var topicOptions: FrameTopicOptions
  @OptionGroup var brokerOptions: BrokerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await reportingFailures {
      let options = try streamOptions()
      let streamer = try open(options)
      let outcome = try await FeedRunner.run(
        output, progress: { streamer.progress.line("acknowledged") }, stop: { streamer.stop() }
      ) { try streamer.stream() }
      try FeedRunner.finish(outcome, output)
    }
  }

  func open(_ options: StreamOptions) throws -> FeedStreamer {
    do throws(SourceError) {
      let times = try timestamps.map { path throws(SourceError) in try FrameTimestamps.load(path) }
      let wanted = SourceOptions(
        size: try size.map(Self.size), pixelFormat: pixelFormat, timestamps: times, limits: options.limits)
      var options = options
      if let times, fps == nil { options.pace = .timestamps(times) }
      return FeedStreamer(try SourceOpener.open(source, options: wanted), options)
    } catch {
      if case .option = error { throw Failure(error, code: .usage) }
      throw Failure(error)
    }
  }

  private static func size(_ text: String) throws(SourceError) -> FrameSize {
    guard let size = FrameSize(text) else {
      throw .option("\"\(text)\" is no size; expected WIDTHxHEIGHT, as in 1280x720")
    }
    return size
  }

  private func streamOptions() throws -> StreamOptions {
    let codec: Codec
    do throws(CodecError) { codec = try Codec(self.codec) } catch { throw Failure(error, code: .usage) }
    var kafka = try brokerOptions.kafka()
    if let acks {
      guard ["0", "1", "all", "-1"].contains(acks) else {
        throw Failure("--acks \(acks): expected 0, 1 or all")
      }
      kafka.set("acks", acks)
    }
    guard !feed.isEmpty, feed.utf8.count <= 255 else {
      throw Failure("--feed: expected a name of 1 to 255 bytes")
    }
    var options = StreamOptions(feed: feed, codec: codec, kafka: kafka, logger: output.logger())
    options.topic = topicOptions.topic
    options.pace = try pace()
    options.loops = try loops()
    guard frames.map({ $0 > 0 }) ?? true else { throw Failure("--frames: expected 1 or more") }
    options.frames = frames
    options.resizing = try resizing()
    options.orientation = orientation
    options.whenFull = whenFull
    guard (1...64).contains(encoders) else { throw Failure("--encoders \(encoders): expected 1...64") }
    options.encoders = encoders
    options.limits.maximumPixels = maxPixels
    options.sync = sync
    if noCreate { options.createTopic = nil }
    options.drainTimeout = drainTimeout
    return options
  }

  /// Shrinks frames to what the model of a manifest takes.
  static func fitting(_ manifest: String) throws -> FrameResizing {
    let spec = try SinkCommand.manifest(manifest).input
    return .sufficient { spec.sufficientSize(of: $0) }
  }

  private func resizing() throws -> FrameResizing? {
    guard resize == nil || fit == nil else { throw Failure("--resize and --fit: give one of them") }
    if let fit { return try Self.fitting(fit) }
    do throws(SourceError) {
      return try resize.map { text throws(SourceError) in .to(try Self.size(text)) }
    } catch {
      throw Failure(error, code: .usage)
    }
  }

  private func pace() throws -> StreamOptions.Pace? {
    switch fps {
    case nil: return nil
    case "source": return .source
    case "max": return .asFastAsPossible
    case let text?:
      guard let rate = Double(text), rate > 0, rate <= 100_000 else {
        throw Failure("--fps \(text): expected a number above 0, source or max")
      }
      return .rate(rate)
    }
  }

  private func loops() throws -> Int? {
    if loop == "forever" { return nil }
    guard let count = Int(loop), count > 0 else {
      throw Failure("--loop \(loop): expected a number from 1, or forever")
    }
    return count
  }
}

extension QueuePolicy: ExpressibleByArgument {}
extension PixelFormat: ExpressibleByArgument {}
extension FrameOrientation.Policy: ExpressibleByArgument {}
