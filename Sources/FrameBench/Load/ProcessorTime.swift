import Glibc

/// The processor time of processes.
enum ProcessorTime {
  /// The user and system time of all child processes that have ended, ns.
  static var ofChildren: Int64 {
    var usage = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Int64($1.tv_sec) * 1_000_000_000 + Int64($1.tv_usec) * 1000
    }
  }

  /// The user and system time of all threads of these processes so far, ns; a process that has ended counts 0.
  static func sum(of processes: [Int32]) -> Int64 {
    processes.reduce(0) { sum, process in
      var (clock, time) = (clockid_t(), timespec())
      guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return sum }
      return sum + Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
  }
}
