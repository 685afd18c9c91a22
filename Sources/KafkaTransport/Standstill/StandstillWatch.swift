/// Detects when nothing makes progress though something should, and when progress resumes; decides when to look for the
/// cause, and which causes to report. A value; time is passed in.
public struct StandstillWatch: Sendable {
  public enum Event: Sendable, Equatable {
    /// No progress for long: look for the cause, then call ``found(_:_:)``.
    case look
    /// Progress resumes, after this many seconds.
    case resumed(seconds: Int)
  }

  /// How long a lack of progress is normal, ns: a new leader is often elected in less.
  static let timeout: Int64 = 5_000_000_000
  /// How often the cause is looked for, ns.
  static let interval: Int64 = 5_000_000_000
  /// How often the same cause is reported again, ns.
  static let repetition: Int64 = 30_000_000_000

  private let timeout: Int64
  private var moved = 0
  /// When progress stopped, monotonic ns.
  private var since: Int64?
  private var nextLook: Int64 = 0
  /// The cause reported last, and when.
  private var logged: (key: String, at: Int64)?
  /// The cause found last, and since when.
  private var cause: (key: String, since: Int64)?

  /// - Parameter timeout: how long a lack of progress is normal, ns.
  public init(timeout: Int64) { self.timeout = timeout }

  public init() { self.init(timeout: Self.timeout) }

  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - isWaiting: whether there should be progress.
  ///   - moved: the total progress so far.
  public mutating func look(_ now: Int64, isWaiting: Bool, moved: Int) -> Event? {
    let hasMoved = moved != self.moved
    self.moved = moved
    if hasMoved || !isWaiting {
      let event: Event? = hasMoved && logged != nil ? .resumed(seconds: seconds(now)) : nil
      if hasMoved { (logged, cause) = (nil, nil) }
      nextLook = 0
      // A wait that ended without progress is not reported as resumed progress.
      if logged == nil { since = isWaiting ? now : nil }
      return event
    }
    guard let since else {
      self.since = now
      return nil
    }
    guard now - since >= timeout, now >= nextLook else { return nil }
    nextLook = now + Self.interval
    return .look
  }

  /// What to do about a cause.
  public struct Verdict: Sendable, Equatable {
    /// The seconds without progress, if they and the cause are to be reported: a new cause at once, the same one each
    /// half minute.
    public var tell: Int?
    /// Whether to stop waiting: the cause does not pass.
    public var isOver: Bool
  }

  /// Processes the present cause.
  public mutating func found(_ standstill: Standstill, _ now: Int64) -> Verdict {
    let key = standstill.key
    if cause?.key != key { cause = (key, now) }
    let lasted = now - (cause?.since ?? now)
    let isOver = standstill.timeout.map { lasted >= $0 } ?? false
    let isLogged = logged.map { $0.key == key && now - $0.at < Self.repetition } ?? false
    if !isLogged { logged = (key, now) }
    return Verdict(tell: isLogged ? nil : seconds(now), isOver: isOver)
  }

  /// Whether there has been no progress for long.
  public var isOn: Bool { nextLook > 0 }

  /// When the cause became this one; `nil` if it is another.
  func since(key: String) -> Int64? { cause?.key == key ? cause?.since : nil }

  private func seconds(_ now: Int64) -> Int { Int((now - (since ?? now)) / 1_000_000_000) }
}
