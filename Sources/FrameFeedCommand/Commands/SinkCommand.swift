import CommandArguments
import FoundationEssentials
import FrameCodecs
import FrameCore
import FrameFeed
import FrameModels
import FrameTensors
import KafkaTransport

/// `framefeed sink`: reads frames from Kafka into a model.
struct SinkCommand: Command {
  static let about = CommandText(
    "sink", "Read frames from Kafka into a model and measure every stage.",
    discussion: """
      Frames count as read when the model has answered and the answer is saved
      (at least once). Sinks of one group share the topic's partitions. Without
      --model frames are decoded to 640x640 tensors and dropped.
      """,
    examples: [
      "framefeed sink --model models/channel-statistics.json --results answers.jsonl",
      "framefeed sink --until-end --report sink.json",
      "framefeed sink --from latest --decoders 2 --results kafka:answers",
      "framefeed sink --policy latest --max-age 500 --model models/motion.json",
      "framefeed sink --dead-letter refused/ --until-end",
      "framefeed sink --from 2026-11-24T08:00:00Z --frames 1000",
      "framefeed sink --name rig-1",
      "framefeed sink --assign all",
    ])

  static let arguments: [Argument<SinkCommand>] = [
    .option(
      \.group, "group", allowed: .name, "Sinks of one group share the work; each group reads everything."),
    .option(
      \.start, "from", value: "where",
      "Where a new group begins: committed (the beginning), beginning, latest, or a time (ISO 8601 with its zone, or ms since 1970). A group that has read continues at its committed offsets."
    ).shorthand("from-beginning", for: "beginning"),
    .flag(
      \.rewind, "rewind",
      "Set the group's positions to --from first, though it has read; not while sinks of the group run."),
    .manifest(\.model, "model", "The model's manifest."),
    .flag(
      \.untilEnd, "until-end",
      "Stop when nothing is left to read and every run that was seen has ended, or no record comes for --idle-timeout (10 s then)."
    ),
    .frameLimit(\.frames),
    .option(
      \.idleTimeout, "idle-timeout", value: "seconds", allowed: .seconds,
      "Stop when no record came for this long."),
    .threads(\.decoders, "decoders", "Threads that decode."),
    .option(
      \.decode, "decode", value: "accurate|fast|full",
      "Decode JPEG files at the smallest sufficient scale, accurate or fast, or at full size."),
    .orientation(\.orientation, "Turn JPEG files as EXIF says, or leave them as stored."),
    .option(
      \.damaged, "damaged", value: "refuse|keep",
      "Refuse pictures of which samples are lost (cut off, bad codes), or keep what can be decoded of JPEG files, counted."
    ),
    .option(
      \.results, "results", value: "file|kafka:topic", completion: .files,
      "Save the model's answers: at the end of a file of JSON lines (- for standard output: the report then goes to standard error), or kafka:TOPIC."
    ),
    .option(
      \.policy, "policy", value: "every|latest",
      "With a slow model: answer every frame and fall behind, or only each feed's latest."),
    .option(
      \.maxAge, "max-age", value: "ms", allowed: .age,
      "Drop frames that were due longer ago, undecoded and counted."),
    .option(
      \.deadLetters, "dead-letter", value: "dir|kafka:topic", completion: .directories,
      "Keep records that are refused, unchanged and with the reason: a directory, or kafka:TOPIC."),
    .drainTimeout(
      \.drainTimeout,
      "How long to answer records in flight after Ctrl-C, or before another sink of the group gets the partition."
    ),
    .option(
      \.name, "name", allowed: .name,
      "This sink's name in its group, the same at each start: after a kill it gets its partitions again at once."
    ),
    .option(
      \.assign, "assign", value: "all|n,n",
      "Read all partitions, or these, without sharing: it waits for no other sink, and positions are still the group's. Not while sinks of the group run."
    ),
    .option(
      \.partitions, "partition", value: "n", allowed: .atLeast(0),
      "Read this partition alone, without sharing; repeatable."),
    .sync(\.sync, "Measure how far the clocks of sources on other hosts are from ours"),
    .maxPixels(\.maxPixels),
    .option(
      \.maxPayload, "max-payload", value: "n", allowed: .atLeast(1),
      "Largest payload to accept, in bytes, as sent and decoded."),
    .topic(\.topic),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var group = "framefeed"
  var start = ReadingStart.committed
  var rewind = false
  var model: String?
  var untilEnd = false
  var frames: Int?
  var idleTimeout: Double?
  var decoders = 1
  var decode = DecodeDemand.Exactness.accurate
  var orientation = FrameOrientation.Policy.exif
  var damaged = DecodedDamage.refuse
  var results: ResultDestination?
  var policy = SinkOptions.Policy.every
  var maxAge: Double?
  var deadLetters: DeadLetterDestination?
  var drainTimeout = 30.0
  var name: String?
  var assign: AssignedPartitions?
  var partitions: [Int32] = []
  var sync = false
  var maxPixels = FrameLimits.standard.maximumPixels
  var maxPayload = FrameLimits.standard.maximumPayload
  var topic = "frames"
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    let sink = try FeedSink(try sinkOptions())
    let outcome = try await FeedRunner.run(
      output, progress: { sink.snapshot().line("inferred") }, stop: { sink.stop() }
    ) { try sink.sink() }
    guard let outcome else {
      if sink.wasStopped { throw ExitCode.stopped }
      throw Failure(
        "topic \(topic) did not appear; create it: framefeed topic create \(topic) "
          + (try brokerOptions.kafka().broker.arguments), code: .failed)
    }
    // Standard output has the answers, one per line, and must have nothing else.
    try FeedRunner.finish(outcome, output, isAside: results == .file("-"))
  }

  private func sinkOptions() throws -> SinkOptions {
    var options = SinkOptions(
      model: try NamedModel.manifest(model), kafka: try brokerOptions.kafka(for: .reading(group: group)),
      log: output.log)
    options.topic = topic
    options.group = group
    options.partitions = try partitionChoice()
    options.name = try ownName(options.kafka)
    options.start = start
    options.rewinds = rewind
    options.untilEnd = untilEnd
    options.frames = frames
    options.idleTimeout = idleTimeout
    options.decoders = decoders
    options.exactness = decode
    options.orientation = orientation
    options.damaged = damaged.pictures
    options.limits.maximumPixels = maxPixels
    options.limits.maximumPayload = maxPayload
    options.policy = policy
    options.maximumAge = maxAge.map { Int64($0 * 1e6) }
    options.drainTimeout = drainTimeout
    options.deadLetters = deadLetters
    if options.deadLetters == .topic(options.topic) {
      throw Failure("--dead-letter kafka:\(options.topic) is the topic that is read; name another")
    }
    options.sync = sync
    options.results = results
    if case .topic(let name)? = results, options.deadLetters == .topic(name) {
      throw Failure(
        "--results and --dead-letter: both are kafka:\(name), where answers and refused records would be mixed; "
          + "name another for one of them")
    }
    if options.results == .topic(options.topic) {
      throw Failure("--results kafka:\(options.topic) is the topic that is read; name another")
    }
    return options
  }

  private func partitionChoice() throws -> PartitionChoice {
    let named: [Int32]
    switch assign {
    case nil: named = partitions
    case _? where !partitions.isEmpty:
      throw Failure("--assign and --partition both say what is read; give one of them")
    case .all: return .all
    case .these(let list): named = list
    }
    if let twice = named.first(where: { one in named.count { $0 == one } > 1 }) {
      throw Failure(
        "\(assign == nil ? "--partition" : "--assign:") \(twice) is given twice; name each partition once")
    }
    return named.isEmpty ? .shared : .these(named)
  }

  private func ownName(_ kafka: KafkaSettings) throws -> String? {
    guard let name else { return nil }
    if let other = kafka.value("group.instance.id"), other != name {
      throw Failure("--name \(name) and group.instance.id=\(other) are the same thing; give one of them")
    }
    guard assign == nil, partitions.isEmpty else {
      throw Failure(
        "--name is for sinks that share partitions; a sink with --assign or --partition has no place in the group: leave it out"
      )
    }
    return name
  }
}
