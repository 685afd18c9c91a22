import CommandArguments
import FrameCodecs
import FrameCore
import FrameFeed
import FrameModels
import FrameSources
import FrameTensors
import KafkaTransport

/// `framefeed stream`: sends a source as a live feed.
struct StreamCommand: Command {
  static let about = CommandText(
    "stream", "Send frames to Kafka as a live feed.",
    discussion: """
      SOURCE is a directory or list of image files (JPEG, PNG, TIFF, WebP, BMP, PNM;
      natural order), a video (.mp4 .mov .mkv .avi .webm .ts .m4v .mpg, by ffmpeg),
      x.y4m, x.npy, x.mjpeg, x.rgb .bgr .gray .yuv (with --size),
      - (y4m or mjpeg from a pipe), or synthetic:WIDTHxHEIGHT.

      CODEC is raw, jpeg, zstd or base64, with parameters after a colon and layers
      joined by +:
        jpeg:quality=70,subsampling=444   zstd:level=3,filter=none
        raw+base64   raw+zstd+base64
      `jpeg` without parameters sends JPEG files as they are.
      """,
    examples: [
      "framefeed stream samples/flight --feed drone-1 --loop forever",
      "framefeed stream clip.mp4",
      "framefeed stream clip.mkv --seek 1:30 --duration 10 --loop forever",
      "framefeed stream clip.y4m --codec zstd --fps source",
      "framefeed stream rig/ --timestamps rig/times.txt",
      "framefeed stream photos/ --fit models/channel-statistics.json",
      "framefeed stream synthetic:1920x1080 --fps 60 --when-full drop-oldest",
      "ffmpeg -i rtsp://camera/1 -f yuv4mpegpipe - | framefeed stream -",
    ])

  static let arguments: [Argument<StreamCommand>] = [
    .source(\.source),
    .option(\.feed, "feed", allowed: .feedName, "The feed's name: the key of its records."),
    .codec(\.codec),
    .option(
      \.fps, "fps", value: "n|source|max",
      "Frames a second, `source` for its own rate, `max` for as fast as they go (default: its own, else 30; from a pipe as they arrive)."
    ),
    .option(
      \.timestamps, "timestamps", value: "file", completion: .files,
      "Pace by recorded times: a time and a file name a line, as EuRoC and ROS export them (s, ms, us or ns)."
    ),
    .option(\.loop, "loop", value: "n|forever", "How often to read the source."),
    .option(\.seek, "seek", value: "time", "Begin a video there: seconds, or [hh:]mm:ss."),
    .option(\.duration, "duration", value: "time", "Read this much of a video."),
    .frameLimit(\.frames),
    .option(\.resize, "resize", value: "WxH", "Resize frames before encoding."),
    .manifest(\.fit, "fit", "Shrink frames to what this model needs before encoding; none is enlarged."),
    .orientation(
      \.orientation,
      "Turn videos, and JPEG files that are decoded, as their metadata says, or leave them as stored."),
    .option(
      \.damaged, "damaged", value: "refuse|keep|pass",
      "Refuse pictures of which samples are lost (cut off, bad codes); keep what can be decoded of JPEG files and videos, counted; or pass JPEG files unread, which is faster: the sink then detects damage."
    ),
    .option(\.whenFull, "when-full", value: "policy", "What a full queue does."),
    .option(\.acks, "acks", "Replicas that must acknowledge a record (default: all)."),
    .threads(\.encoders, "encoders", "Threads that encode."),
    .option(
      \.size, "size", value: "WxH", "Frame size of a raw dump, or of an array that can be read in two ways."),
    .option(\.pixelFormat, "pixel-format", value: "format", "Pixel format of a raw dump or array."),
    .option(
      \.matrix, "matrix", value: "auto|bt601|bt709",
      "Colour matrix of y4m and video that do not name it; auto: bt709 from 720 lines on, unless in full range."
    ),
    .maxPixels(\.maxPixels),
    .sync(\.sync, "Answer sinks on other hosts that measure how far our clock is from theirs"),
    .flag(\.noCreate, "no-create", "Fail when the topic does not exist."),
    .drainTimeout(
      \.drainTimeout,
      "How long a stopped feed may take to send what it captured and get the broker's answers; one that ends by itself sends all and waits so long for the last answers."
    ),
    .topic(\.topic),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var feed = "camera-1"
  var codec = "jpeg"
  var fps: StreamOptions.Pace?
  var timestamps: String?
  var loop = LoopCount.times(1)
  var seek: PlayTime?
  var duration: PlayTime?
  var frames: Int?
  var resize: FrameSize?
  var fit: String?
  var orientation = FrameOrientation.Policy.exif
  var damaged = DamagedPictures.refuse
  var whenFull = QueuePolicy.block
  var acks: Acknowledgements?
  var encoders = 1
  var size: FrameSize?
  var pixelFormat: PixelFormat?
  var matrix = MatrixChoice.auto
  var maxPixels = FrameLimits.standard.maximumPixels
  var sync = false
  var noCreate = false
  var drainTimeout = 30.0
  var topic = "frames"
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    let options = try streamOptions()
    let streamer = try open(options)
    let outcome = try await FeedRunner.run(
      output, progress: { streamer.snapshot().line(streamer.isConfirmed ? "acknowledged" : "sent") },
      stop: { streamer.stop() }
    ) { try streamer.stream() }
    try FeedRunner.finish(outcome, output)
  }

  func open(_ options: StreamOptions) throws -> FeedStreamer {
    do throws(SourceError) {
      let times = try timestamps.map { path throws(SourceError) in try FrameTimestamps.load(path) }
      var wanted = SourceOptions(
        size: size, pixelFormat: pixelFormat, timestamps: times, matrix: matrix.matrix,
        limits: options.limits, pictures: pictureFormats)
      wanted.orientation = orientation
      wanted.seek = seek?.seconds ?? 0
      wanted.duration = duration?.seconds
      wanted.isReadAgain = loop.count != 1
      wanted.keepsDamaged = damaged == .keep
      var options = options
      if times != nil, fps == nil { options.pace = .source }
      let frames = try SourceOpener.open(source, options: wanted)
      // Checked before anything is read.
      guard !frames.isLive || options.loops == 1 else {
        throw .option("\(frames.name) is a pipe: it can be read only once; leave out --loop")
      }
      return FeedStreamer(frames, options)
    } catch {
      if case .option = error { throw Failure(error, code: .usage) }
      throw Failure(error)
    }
  }

  private func streamOptions() throws -> StreamOptions {
    let codec: Codec
    do throws(CodecError) { codec = try Codec(self.codec) } catch { throw Failure(error, code: .usage) }
    var kafka = try brokerOptions.kafka(for: .sending)
    if let acks { kafka.set("acks", acks.argument) }
    var options = StreamOptions(feed: feed, codec: codec, kafka: kafka, log: output.log)
    options.topic = topic
    options.pace = fps
    options.loops = loop.count
    options.frames = frames
    options.resizing = try resizing()
    options.orientation = orientation
    options.damaged = damaged
    options.whenFull = whenFull
    options.encoders = encoders
    options.limits.maximumPixels = maxPixels
    options.sync = sync
    if noCreate { options.createTopic = nil }
    options.drainTimeout = drainTimeout
    return options
  }

  private func resizing() throws -> FrameResizing? {
    guard resize == nil || fit == nil else { throw Failure("--resize and --fit: give one of them") }
    if let fit { return try NamedModel.fitting(fit) }
    guard let resize else { return nil }
    let limits = FrameLimits(maximumPixels: maxPixels)
    do throws(LayoutError) {
      _ = try PixelLayout(width: resize.width, height: resize.height, format: .rgb8, limits: limits)
    } catch {
      throw Failure("--resize \(resize): \(error)")
    }
    return .to(resize)
  }
}
