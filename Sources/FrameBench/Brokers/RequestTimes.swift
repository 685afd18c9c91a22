import Foundation

/// Where the time of requests goes inside a broker of Apache Kafka, by its own metrics
/// (`kafka.network:type=RequestMetrics`), read by its own JmxTool.
///
/// Kafka rounds each phase of each request to whole milliseconds, so a phase that always takes less than 0.5 ms is 0.
public struct RequestTimes: Sendable, Equatable {
  public enum Request: String, Sendable, Codable, CaseIterable {
    case produce = "Produce"
    case fetch = "FetchConsumer"
  }

  /// The phases of a request, in order.
  public enum Phase: String, Sendable, Codable, CaseIterable {
    /// Waiting for a thread that processes requests.
    case requestQueue = "RequestQueueTimeMs"
    /// Processing by the leader: appending to the log, or reading from it.
    case local = "LocalTimeMs"
    /// Waiting: for replicas with `acks=all`, for records in a fetch.
    case remote = "RemoteTimeMs"
    /// Waiting for the thread of the connection.
    case responseQueue = "ResponseQueueTimeMs"
    case responseSend = "ResponseSendTimeMs"
  }

  /// Requests so far, and the sum of their times, ms.
  struct Sum: Sendable, Equatable {
    var requests = 0.0
    var milliseconds = 0.0
  }

  private(set) var sums: [Request: [Phase: Sum]] = [:]

  /// Parses the properties that JmxTool prints.
  init(properties: String) {
    for request in Request.allCases {
      for phase in Phase.allCases {
        let name = "kafka.network:type=RequestMetrics,name=\(phase.rawValue),request=\(request.rawValue):"
        func value(_ attribute: String) -> Double? {
          properties.split(separator: "\n").first { $0.hasPrefix(name + attribute + "=") }
            .flatMap { Double($0.dropFirst(name.count + attribute.count + 1)) }
        }
        guard let count = value("Count"), let mean = value("Mean") else { continue }
        sums[request, default: [:]][phase] = Sum(requests: count, milliseconds: count * mean)
      }
    }
  }

  /// Returns the mean times of the requests since an earlier reading, ms; `nil` where there was none.
  func means(since before: RequestTimes, of request: Request) -> Means? {
    guard let now = sums[request], let then = before.sums[request],
      let requests = now[.local].map({ $0.requests - (then[.local]?.requests ?? 0) }), requests > 0
    else { return nil }
    func mean(_ phase: Phase) -> Double {
      let (a, b) = (now[phase] ?? Sum(), then[phase] ?? Sum())
      return a.requests > b.requests ? (a.milliseconds - b.milliseconds) / (a.requests - b.requests) : 0
    }
    return Means(
      requests: Int(requests), requestQueue: mean(.requestQueue), local: mean(.local), remote: mean(.remote),
      responseQueue: mean(.responseQueue), responseSend: mean(.responseSend))
  }

  /// Mean times of some requests, ms.
  public struct Means: Codable, Sendable, Equatable {
    public var requests: Int
    public var requestQueue: Double
    public var local: Double
    public var remote: Double
    public var responseQueue: Double
    public var responseSend: Double
  }
}
