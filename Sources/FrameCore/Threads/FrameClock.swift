import Glibc

/// The clocks of a feed: wall time for timestamps that cross processes, monotonic time for waiting.
public enum FrameClock {
  /// Wall time, ns since the Unix epoch.
  public static func now() -> Int64 { read(CLOCK_REALTIME) }

  /// Monotonic time, ns since some start; only differences mean anything.
  public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  /// Processor time this process has used, ns.
  public static func processorTime() -> Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Returns a duration in ns, limited to 126 years so that its sum with a current time does not overflow.
  /// - Parameter seconds: NaN and negative values count as 0.
  public static func nanoseconds(_ seconds: Double) -> Int64 {
    seconds > 0 ? Int64(min(seconds * 1e9, 4e18)) : 0
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The name of the clock of this host, its boot id. Timestamps of the same domain may be subtracted: two processes
  /// with the same domain share one wall clock. Without a boot id each process has a name of its own, because one name
  /// for all such hosts would declare their clocks to be the same.
  public static let domain: String = bootID ?? ownName(process: getpid())

  private static var bootID: String? {
    guard let bytes = try? SmallFile.beginning(of: "/proc/sys/kernel/random/boot_id", 64) else { return nil }
    let text = String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
    return text.isEmpty ? nil : text
  }

  /// Returns a name that no other process has.
  static func ownName(process: Int32) -> String {
    "process-\(process)-\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }
}
