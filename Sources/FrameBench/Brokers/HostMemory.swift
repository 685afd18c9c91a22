import FoundationEssentials

/// The memory of this machine.
enum HostMemory {
  /// What new programs can have, bytes: without swapping, and within the limit of this container.
  static var available: Int { min(ofHost, ofContainer ?? .max) }

  /// The rest of the limit of the control group (version 2); `nil` without one.
  private static var ofContainer: Int? {
    func number(_ file: String) -> Int? {
      (try? String(contentsOfFile: "/sys/fs/cgroup/memory.\(file)", encoding: .utf8))
        .flatMap { Int($0.split(separator: "\n").first ?? "") }
    }
    return number("max").map { max(0, $0 - (number("current") ?? 0)) }
  }

  /// `MemAvailable` of `/proc/meminfo`; 4 GB if unknown.
  private static var ofHost: Int {
    let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
    for line in lines where line.hasPrefix("MemAvailable:") {
      if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        return kilobytes * 1024
      }
    }
    return 4 << 30
  }
}
