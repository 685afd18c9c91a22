import Foundation
public import FrameLatency

/// A report of any command, loaded from its file.
public enum PlotReport: Sendable {
  case run(RunReport)
  case encodings(EncodingReport)
  case transports(TransportReport)
  case settings(SettingsReport)
  case tensors(TensorReport)
  case load(LoadReport)

  /// - Throws: ``BenchError`` when the file is not a report that can be drawn.
  public init(file: String) throws(BenchError) {
    struct Head: Decodable {
      let schema: String
    }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
      throw .unreadable(file, "the report cannot be read: no such file, or no permission")
    }
    do {
      let decoder = JSONDecoder()
      let head = try decoder.decode(Head.self, from: data)
      switch head.schema {
      case RunReport.currentSchema: self = .run(try decoder.decode(RunReport.self, from: data))
      case EncodingReport.currentSchema:
        self = .encodings(try decoder.decode(EncodingReport.self, from: data))
      case TransportReport.currentSchema:
        self = .transports(try decoder.decode(TransportReport.self, from: data))
      case SettingsReport.currentSchema: self = .settings(try decoder.decode(SettingsReport.self, from: data))
      case LoadReport.currentSchema: self = .load(try decoder.decode(LoadReport.self, from: data))
      case TensorReport.currentSchema: self = .tensors(try decoder.decode(TensorReport.self, from: data))
      default:
        throw BenchError.unreadable(
          file,
          "schema \"\(head.schema)\" cannot be drawn; expected \(RunReport.currentSchema) or a comparison's")
      }
    } catch let error as BenchError {
      throw error
    } catch {
      throw .unreadable(file, "is not a report: expected the JSON that --report writes")
    }
  }

  /// The text above the figures on the page.
  var heading: (title: String, facts: [String], table: String) {
    switch self {
    case .run(let report):
      (
        "\(report.command): \(report.feed ?? "all feeds")",
        Self.facts(report.started, report.host, report.versions, report.broker) + (report.notes ?? []),
        report.table()
      )
    case .encodings(let report):
      (
        "Encodings of \(report.source)",
        Self.facts(report.started, report.host, report.versions, report.broker) + (report.notes ?? []),
        report.table()
      )
    case .transports(let report):
      (
        "Transports of \(report.source)",
        Self.facts(report.started, report.host, report.versions, report.broker)
          + report.rows.map { "\($0.name): \($0.client)" } + (report.notes ?? []), report.table()
      )
    case .settings(let report):
      (
        "Kafka settings on \(report.source)",
        Self.facts(report.started, report.host, report.versions, report.broker) + (report.notes ?? []),
        report.table()
      )
    case .load(let report):
      (
        "Load of \(report.source)",
        Self.facts(report.started, report.host, report.versions, report.broker) + (report.notes ?? []),
        report.table()
      )
    case .tensors(let report):
      (
        "Tensors of \(report.source)",
        Self.facts(report.started, report.host, report.versions, nil) + (report.notes ?? []),
        report.table()
      )
    }
  }

  private static func facts(
    _ started: String, _ host: HostDescription, _ versions: [String: String], _ broker: String?
  ) -> [String] {
    let list = versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return ["\(started), \(host.cores) cores, \(host.cpu)", list] + (broker.map { ["broker \($0)"] } ?? [])
  }

  /// All figures of the report.
  public var figures: [Figure] {
    switch self {
    case .run(let report): report.figures
    case .encodings(let report): report.figures
    case .transports(let report): report.figures
    case .settings(let report): report.figures
    case .load(let report): report.figures
    case .tensors(let report): report.figures
    }
  }
}

/// One figure of a report.
public struct Figure: Sendable {
  /// A file name: lower-case letters and dashes.
  public let name: String
  public let title: String
  /// The description of the figure, one sentence.
  public let caption: String
  /// The element for a page that includes the figures' style.
  let inline: String
  /// The text of an SVG file.
  public let file: String

  init(_ name: String, _ title: String, _ caption: String, _ drawing: SVG) {
    self.name = name
    self.title = title
    self.caption = caption
    inline = drawing.inline(title: title)
    file = drawing.file(title: title)
  }
}
