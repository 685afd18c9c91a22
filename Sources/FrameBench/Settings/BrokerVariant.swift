import KafkaTransport

/// One change to a broker of Apache Kafka, to its JVM, to the topic, or to how many brokers store a record.
public struct BrokerVariant: Sendable {
  /// The brokers that a variant is compared with.
  enum Group: String, Sendable, CaseIterable {
    /// One broker, as `bin/kafka-server-start.sh` starts it.
    case one = "one broker, defaults"
    /// Three brokers, three replicas, `acks=all`, `min.insync.replicas=2`.
    case three = "three brokers, 3 replicas, acks=all"

    var nodes: Int { self == .one ? 1 : 3 }
    var replication: Int { nodes }
  }

  /// Kafka's name; for the JVM its option.
  let setting: String
  let value: String
  /// Kafka's default, of version 4.3 (https://kafka.apache.org/documentation/#configuration); `nil` where there is none.
  let defaultValue: String?
  let group: Group
  /// What changes: in the broker's properties, the topic's configuration, the client's settings, and the replicas.
  var recipe: BrokerRecipe
  var topic: [String: String] = [:]
  var client: [String] = []
  var replication: Int
  /// Whether clients use the listener with TLS.
  var isSecure = false

  private init(_ setting: String, _ value: String, default defaultValue: String?, _ group: Group = .one) {
    self.setting = setting
    self.value = value
    self.defaultValue = defaultValue
    self.group = group
    recipe = BrokerRecipe(nodes: group.nodes)
    replication = group.replication
  }

  /// The variant without a change.
  static func baseline(_ group: Group) -> Self { Self(group.rawValue, "", default: nil, group) }

  /// Another one without a change: its ratio is the effect of chance.
  static func control(_ group: Group) -> Self { Self("the defaults once more", "", default: nil, group) }

  /// Memory that its brokers may need, bytes: heap, and 300 MB of code, stacks and buffers each.
  var memory: Int {
    let unit = recipe.heap.hasSuffix("g") ? 1 << 30 : 1 << 20
    return recipe.nodes * ((Int(recipe.heap.dropLast()) ?? 1) * unit + 300_000_000)
  }

  /// A line of `server.properties`.
  private static func broker(
    _ setting: String, _ value: String, default defaultValue: String?, _ group: Group = .one
  ) -> Self {
    var variant = Self(setting, value, default: defaultValue, group)
    variant.recipe.settings = ["\(setting)=\(value)"]
    return variant
  }

  private static func topic(_ setting: String, _ value: String, default defaultValue: String?) -> Self {
    var variant = Self("topic:\(setting)", value, default: defaultValue)
    variant.topic = [setting: value]
    return variant
  }

  private static func collector(_ name: String, _ options: [String]) -> Self {
    var variant = Self("JVM collector", name, default: "G1")
    variant.recipe.java = options
    return variant
  }

  private static func heap(_ size: String) -> Self {
    var variant = Self("JVM heap", size, default: BrokerRecipe.defaultHeap)
    variant.recipe.heap = size
    return variant
  }

  private static func regions(_ size: String) -> Self {
    // 1 MB by the JVM's own choice with a heap of 1 GB: a request of half a region and more is a humongous object.
    var variant = Self("G1HeapRegionSize", size, default: "1m")
    variant.recipe.java.append("-XX:G1HeapRegionSize=\(size)")
    return variant
  }

  /// Clients that connect by TLS.
  private static var secure: Self {
    var variant = Self("TLS", "on", default: "off")
    variant.isSecure = true
    return variant
  }

  private static func acks(_ value: String, _ group: Group) -> Self {
    var variant = Self("acks", value, default: "all", group)
    variant.client = ["enable.idempotence=false", "acks=\(value)"]
    return variant
  }

  private static var unreplicated: Self {
    var variant = Self("replication.factor", "1", default: "3", .three)
    variant.replication = 1
    return variant
  }

  /// Parses one `key=value`: of `server.properties`, with `topic:` before it of the topic, or an option of the JVM.
  /// Those of replicas are for three brokers.
  init(argument: String) throws(BenchError) {
    if argument.hasPrefix("-") {
      self.init("JVM", argument, default: nil)
      // A JVM has one collector.
      let isCollector = argument.hasPrefix("-XX:+Use") && argument.hasSuffix("GC")
      recipe.java = (isCollector ? [] : recipe.java) + [argument]
      return
    }
    let isTopic = argument.hasPrefix("topic:")
    guard let (key, value) = KafkaSettings.split(isTopic ? String(argument.dropFirst(6)) : argument) else {
      let got = KafkaSettings.nameable(argument)
      throw .option(
        "--setting: expected key=value of the broker, topic:key=value, or an option of the JVM, as in --setting num.io.threads=2; got \"\(got)\""
      )
    }
    // What replicas do takes several brokers.
    let group: Group = key.contains("replica") ? .three : .one
    self = isTopic ? Self.topic(key, value, default: nil) : Self.broker(key, value, default: nil, group)
  }

  /// The settings of the original test's list, and those that one would suspect beside them.
  public static let standard: [BrokerVariant] = alone + replicated

  private static let alone: [BrokerVariant] =
    // 102400 by default; -1 is the system's.
    ["socket.receive.buffer.bytes", "socket.send.buffer.bytes"].flatMap { name in
      ["1048576", "4194304", "-1"].map { broker(name, $0, default: "102400") }
    }
    + ["1", "8"].map { broker("num.network.threads", $0, default: "3") }
    + ["1", "16"].map { broker("num.io.threads", $0, default: "8") }
    + [
      topic("flush.messages", "1", default: "never"),
      broker("log.flush.interval.messages", "10", default: "never"),
      broker("fetch.purgatory.purge.interval.requests", "1", default: "1000"),
      broker("producer.purgatory.purge.interval.requests", "1", default: "1000"),
      topic("compression.type", "lz4", default: "producer"),
      topic("compression.type", "zstd", default: "producer"),
      secure,
      collector("Parallel", ["-XX:+UseParallelGC"]),
      collector("Serial", ["-XX:+UseSerialGC"]),
      collector("Z", ["-XX:+UseZGC"]),
      heap("256m"), heap("4g"),
      regions("4m"), regions("16m"),
    ]

  private static let replicated: [BrokerVariant] = [
    unreplicated,
    acks("1", .three),
    broker("num.replica.fetchers", "4", default: "1", .three),
    broker("replica.fetch.max.bytes", "10485760", default: "1048576", .three),
    broker("replica.fetch.wait.max.ms", "10", default: "500", .three),
    broker("replica.fetch.wait.max.ms", "100", default: "500", .three),
  ]
}
