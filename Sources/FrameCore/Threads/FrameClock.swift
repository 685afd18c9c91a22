import Glibc

/// The two clocks a feed needs: wall time for stamps that cross processes, monotonic time for waiting.
public enum FrameClock {
  /// Wall time, ns since the Unix epoch.
  public static func now() -> Int64 { read(CLOCK_REALTIME) }

  /// Monotonic time, ns since some start; only differences mean anything.
  public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  /// Processor time this process has used, ns.
  public static func processorTime() -> Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// A length of time in ns, bounded so that no sum with a time of today overflows: 126 years at most.
  /// - Parameter seconds: what is no number counts as 0.
  public static func nanoseconds(_ seconds: Double) -> Int64 {
    seconds > 0 ? Int64(min(seconds * 1e9, 4e18)) : 0
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Names the clock whose stamps may be subtracted from each other: the boot id of this host. Two processes
  /// with the same domain share one wall clock. Where there is no boot id to be had each process has a name of its own:
  /// one for all such hosts would make their clocks one.
  public static let domain: String = bootID ?? ownName(process: getpid())

  private static var bootID: String? {
    guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return nil }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
      count = fread(buffer.baseAddress, 1, buffer.count, file)
    }
    let text = String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
    return text.isEmpty ? nil : text
  }

  /// A name that no other process has.
  static func ownName(process: Int32) -> String {
    "process-\(process)-\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }
}
