import Glibc

/// The resources that this process has used since its start.
public struct ProcessUsage: Codable, Sendable, Equatable {
  /// User and system time of all threads, seconds.
  public var cpuSeconds: Double
  /// The peak resident memory, bytes.
  public var peakResidentBytes: Int

  public init(cpuSeconds: Double, peakResidentBytes: Int) {
    self.cpuSeconds = cpuSeconds
    self.peakResidentBytes = peakResidentBytes
  }

  public static func current() -> ProcessUsage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    // Linux counts in KiB.
    let peak = Int(usage.ru_maxrss) * 1024
    return ProcessUsage(
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakResidentBytes: peak)
  }
}
