import Foundation
import FrameCore

/// The reason why a peer cannot run.
struct SkipReason: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

/// The interpreter for the Python peers: `$FRAMEFEED_PYTHON`, that of `.venv`, or the system's.
struct Python {
  let interpreter: String?

  init() {
    let named = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]
    let local = ".venv/bin/python"
    let hasLocal = FileManager.default.isExecutableFile(atPath: local)
    interpreter = named ?? (hasLocal ? local : Executables.find("python3"))
  }

  func program(_ file: String, modules: [String]) -> Result<[String], SkipReason> {
    guard let interpreter else { return .failure(SkipReason("there is no python3")) }
    let missing = modules.filter { module in
      // Finds the module without importing it, which takes seconds for some.
      !Executables.succeeds([
        interpreter, "-c",
        "import importlib.util, sys; sys.exit(importlib.util.find_spec('\(module)') is None)",
      ])
    }
    guard missing.isEmpty else {
      let list = missing.joined(separator: ", ")
      return .failure(
        SkipReason(
          "\(interpreter) has no \(list): \(interpreter) -m pip install -r samples/peers/requirements.txt"))
    }
    return .success([interpreter, file])
  }
}

enum Executables {
  /// The Java that `scripts/broker.py` takes too: of `JAVA_HOME`, else from `PATH`.
  static var java: String? {
    ProcessInfo.processInfo.environment["JAVA_HOME"].flatMap { $0.isEmpty ? nil : $0 + "/bin/java" }
      ?? find("java")
  }

  /// Returns the path of a program from `PATH`.
  static func find(_ name: String) -> String? {
    let places = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return places.split(separator: ":").map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  static func succeeds(_ command: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// Runs a program to its end and returns its standard output.
  /// - Parameter name: for messages.
  /// - Parameter environment: variables in addition to those of this process.
  static func output(
    _ command: [String], named name: String, environment: [String: String] = [:]
  ) throws(BenchError) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do { try process.runUnblocked() } catch {
      throw .peer(name: name, reason: "\(command[0]) cannot be started: \(error.localizedDescription)")
    }
    let said = Lock(Data())
    let reader = PipelineThread("peer-errors") { [handle = errors.fileHandleForReading] in
      let data = handle.readDataToEndOfFile()
      said.withLock { $0 = data }
    }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    reader.join()
    guard process.terminationStatus == 0 else {
      let lines = String(decoding: said.withLock { $0 }, as: UTF8.self).split(separator: "\n")
      throw .peer(
        name: name, reason: lines.last.map(String.init) ?? "ended with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
