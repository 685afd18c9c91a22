import FrameCore
import Glibc

/// The host on which a report was measured.
public struct HostDescription: Codable, Sendable, Equatable {
  /// The online processors of the host.
  public var cores: Int
  /// The processor's model name; `unknown` if the system does not report it.
  public var cpu: String

  public init(cores: Int, cpu: String) {
    self.cores = cores
    self.cpu = cpu
  }

  /// The online processors of the host.
  public static let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  public static func current() -> HostDescription {
    HostDescription(cores: processors, cpu: processorModel() ?? "unknown")
  }

  private static func processorModel() -> String? {
    // The first processor's block is enough.
    guard let bytes = try? SmallFile.beginning(of: "/proc/cpuinfo", 8192) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("model name") }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }
}
