import FoundationEssentials

/// The memory of this machine.
enum HostMemory {
  /// What new programs can have without swapping, bytes: `MemAvailable` of `/proc/meminfo`; 4 GB if unknown.
  static var available: Int {
    let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
    for line in lines where line.hasPrefix("MemAvailable:") {
      if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        return kilobytes * 1024
      }
    }
    return 4 << 30
  }
}
