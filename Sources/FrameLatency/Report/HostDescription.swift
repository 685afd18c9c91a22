import Glibc

/// What the figures of a report were measured on.
public struct HostDescription: Codable, Sendable, Equatable {
  /// Processors this process may use.
  public var cores: Int
  /// The processor's model name, `unknown` where the system does not tell.
  public var cpu: String

  public init(cores: Int, cpu: String) {
    self.cores = cores
    self.cpu = cpu
  }

  /// Processors this process may use.
  public static let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  public static func current() -> HostDescription {
    HostDescription(cores: processors, cpu: processorModel() ?? "unknown")
  }

  private static func processorModel() -> String? {
    guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
    defer { fclose(file) }
    // The first processor's block is enough and comes first.
    let bytes = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
      count = fread(buffer.baseAddress, 1, buffer.count, file)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("model name") }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }
}
