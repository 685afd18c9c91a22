#if SANITIZED
  import Glibc
  import Synchronization

  /// Delays threads at random at their locks and queues, so that rare interleavings become frequent. Only in builds for
  /// sanitizers, and there only with `FRAMEFEED_DISTURB=N`: one operation in N is delayed.
  @usableFromInline
  enum Disturbance {
    private static let rate = getenv("FRAMEFEED_DISTURB").flatMap { UInt64(String(cString: $0)) } ?? 0
    private static let count = Atomic<UInt64>(0)

    @usableFromInline
    static func delay() {
      guard rate > 0 else { return }
      // Relaxed, so that it adds no memory ordering: a data race must stay visible as one.
      let value = mix(count.add(1, ordering: .relaxed).newValue)
      guard value % rate == 0 else { return }
      let microseconds = value >> 40 & 0x1FF
      if microseconds < 64 { sched_yield() } else { usleep(UInt32(microseconds)) }
    }

    /// SplitMix64's finaliser (Steele, Lea and Flood 2014).
    private static func mix(_ count: UInt64) -> UInt64 {
      var z = count &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
#endif
