/// Notices when nothing moves though something should, and when it goes on; says when to look for the cause, and which
/// of what was found is to be told. A value; time is passed in.
public struct StandstillWatch: Sendable {
  public enum Event: Sendable, Equatable {
    /// Nothing moved for long: look for the cause, then call ``found(_:_:)``.
    case look
    /// It moves again, after so many seconds.
    case goesOn(seconds: Int)
  }

  /// So long standing still is nothing special, ns: a leader's successor is often found in less.
  static let patience: Int64 = 5_000_000_000
  /// How often the cause is looked for, ns.
  static let interval: Int64 = 5_000_000_000
  /// How often the same is told again, ns.
  static let repetition: Int64 = 30_000_000_000

  private let patience: Int64
  private var moved = 0
  /// Since when nothing moved, monotonic ns.
  private var since: Int64?
  private var nextLook: Int64 = 0
  /// What was told last, and when.
  private var told: (key: String, at: Int64)?
  /// What was found last, and since when it is so.
  private var cause: (key: String, since: Int64)?

  /// - Parameter patience: how long standing still is nothing special, ns.
  public init(patience: Int64) { self.patience = patience }

  public init() { self.init(patience: Self.patience) }

  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - isWaiting: whether something should move.
  ///   - moved: how much has moved ever.
  public mutating func look(_ now: Int64, isWaiting: Bool, moved: Int) -> Event? {
    let goesOn = moved != self.moved
    self.moved = moved
    if goesOn || !isWaiting {
      let event: Event? = goesOn && told != nil ? .goesOn(seconds: seconds(now)) : nil
      if goesOn { (told, cause) = (nil, nil) }
      nextLook = 0
      // What ended without moving is still no going on.
      if told == nil { since = isWaiting ? now : nil }
      return event
    }
    guard let since else {
      self.since = now
      return nil
    }
    guard now - since >= patience, now >= nextLook else { return nil }
    nextLook = now + Self.interval
    return .look
  }

  /// What is to be done about a cause.
  public struct Verdict: Sendable, Equatable {
    /// For how many seconds nothing has moved, if that and the cause are to be told: what is new at once, what was told
    /// each half minute.
    public var tell: Int?
    /// Whether waiting is over: the cause does not pass.
    public var isOver: Bool
  }

  /// The cause as it is now.
  public mutating func found(_ standstill: Standstill, _ now: Int64) -> Verdict {
    let key = standstill.key
    if cause?.key != key { cause = (key, now) }
    let lasted = now - (cause?.since ?? now)
    let isOver = standstill.patience.map { lasted >= $0 } ?? false
    let isTold = told.map { $0.key == key && now - $0.at < Self.repetition } ?? false
    if !isTold { told = (key, now) }
    return Verdict(tell: isTold ? nil : seconds(now), isOver: isOver)
  }

  /// Whether nothing has moved for long.
  public var isOn: Bool { nextLook > 0 }

  /// Since when the cause is this one.
  func since(key: String) -> Int64? { cause?.key == key ? cause?.since : nil }

  private func seconds(_ now: Int64) -> Int { Int((now - (since ?? now)) / 1_000_000_000) }
}
