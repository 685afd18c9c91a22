import KafkaTransport

/// Which batch each record goes into, which batch gets a tensor next, and which the model may have: a value without
/// threads, locks or clocks. ``BatchLine`` owns it and does what it says.
///
/// Records keep the order of receipt. Batches get tensors in their order, so that the first, which the model waits for,
/// is never without one while later ones have them.
struct BatchAssembly<Tensor: Sendable>: Sendable {
  typealias Batch = FrameBatch<Tensor>

  /// A slot that a decoder may fill.
  struct Place: Sendable, Hashable {
    let batch: Int
    let entry: Int
    let slot: Int
  }

  /// Whether a decoder may go on with its frame.
  enum Turn {
    case has(Tensor)
    /// The decoder is to take a tensor from the pool, and ``give(_:to:)`` it.
    case take
    /// Another does, or earlier batches come first: the decoder is told.
    case wait
    case closed
  }

  /// Who has something to do now.
  struct Wakes: Equatable {
    var isModel = false
    /// Decoders that wait for a tensor.
    var decoders: [Int] = []
  }

  enum Next {
    case batch(Batch)
    /// Nothing is ready; until then at most (monotonic ns), if nothing is told before.
    case wait(until: Int64)
    /// Nothing more will come.
    case end
  }

  /// Records without a frame that share a batch, at most.
  static var mostEntries: Int { 256 }
  /// Batches that wait at a time, at most, before records without a frame are taken no more.
  static var mostBatches: Int { 256 }

  private static var mostSpare: Int { 64 }

  /// Frames of a batch.
  let size: Int
  /// How long a batch waits to become full, ns.
  let timeout: Int64
  /// Oldest first; the last may be open.
  private(set) var batches: [Batch] = []
  private var firstNumber = 0
  /// Decoders that wait for a tensor.
  private(set) var waiting: [(decoder: Int, batch: Int)] = []
  private(set) var isClosed = false
  /// Memory of batches that were answered.
  private var spare: [[BatchEntry]] = []

  init(size: Int, timeout: Int64) {
    precondition(size > 0)
    self.size = size
    self.timeout = timeout
  }

  // MARK: filling

  /// Gives a frame the next slot.
  /// - Returns: `nil` once it is closed.
  mutating func place(_ entry: BatchEntry, now: Int64) -> (place: Place, wakes: Wakes)? {
    guard !isClosed else { return nil }
    var wakes = Wakes()
    if batches.last.map({ $0.isClosed || $0.frames == 0 && $0.entries.count >= Self.mostEntries }) ?? true {
      open()
    }
    let last = batches.count - 1
    if batches[last].frames == 0 {
      batches[last].deadline = now + timeout
      // The model waits for nothing until the first frame is there.
      wakes.isModel = last == 0 && size > 1
    }
    let place = Place(
      batch: batches[last].number, entry: batches[last].entries.count, slot: batches[last].frames)
    batches[last].entries.append(entry)
    batches[last].frames += 1
    batches[last].unfinished += 1
    if batches[last].frames == size { batches[last].isClosed = true }
    return (place, wakes)
  }

  /// Keeps a record without a frame in its place in the order.
  /// - Returns: `nil` when there is no room.
  mutating func note(_ entry: BatchEntry) -> Wakes? {
    guard !isClosed else { return Wakes() }
    if let last = batches.indices.last, !batches[last].isClosed,
      batches[last].entries.count < Self.mostEntries
    {
      batches[last].entries.append(entry)
      // A batch without a frame waits for none.
      return Wakes()
    }
    guard batches.count < Self.mostBatches else { return nil }
    open()
    batches[batches.count - 1].entries.append(entry)
    return Wakes(isModel: batches.count == 1)
  }

  private mutating func open() {
    if let last = batches.indices.last { batches[last].isClosed = true }
    var batch = Batch(number: firstNumber + batches.count)
    if let entries = spare.popLast() { batch.entries = entries }
    batches.append(batch)
  }

  // MARK: tensors

  /// A decoder asks for its batch's tensor.
  /// - Parameter decoder: is told in ``Wakes`` when it is to ask again.
  mutating func turn(_ place: Place, decoder: Int) -> Turn {
    let at = place.batch - firstNumber
    guard batches.indices.contains(at), !isClosed else { return .closed }
    if let tensor = batches[at].tensor { return .has(tensor) }
    let isFirst = !batches[..<at].contains { $0.frames > 0 && $0.tensor == nil }
    guard isFirst, !batches[at].isClaimed else {
      waiting.append((decoder, place.batch))
      return .wait
    }
    batches[at].isClaimed = true
    return .take
  }

  /// The tensor that a decoder was to take; `nil` when there are no more.
  mutating func give(_ tensor: Tensor?, to place: Place) -> Wakes {
    let at = place.batch - firstNumber
    guard let tensor, batches.indices.contains(at) else { return wakeAllWaiting() }
    precondition(batches[at].isClaimed && batches[at].tensor == nil, "a tensor nobody asked for")
    batches[at].tensor = tensor
    // Those of this batch, and of the one whose turn it is now.
    let next = batches[at...].first { $0.frames > 0 && $0.tensor == nil }?.number
    var wakes = Wakes()
    waiting.removeAll { waiter in
      guard waiter.batch == place.batch || waiter.batch == next else { return false }
      wakes.decoders.append(waiter.decoder)
      return true
    }
    return wakes
  }

  private mutating func wakeAllWaiting() -> Wakes {
    defer { waiting = [] }
    return Wakes(isModel: true, decoders: waiting.map(\.decoder))
  }

  /// A decoder has finished with its slot.
  mutating func finish(_ place: Place, _ outcome: FrameOutcome) -> Wakes {
    let at = place.batch - firstNumber
    guard batches.indices.contains(at) else { return Wakes() }
    batches[at].entries[place.entry].frame?.outcome = outcome
    batches[at].unfinished -= 1
    precondition(batches[at].unfinished >= 0, "finished twice")
    return Wakes(isModel: at == 0 && batches[at].isClosed && batches[at].unfinished == 0)
  }

  // MARK: the model

  /// The next batch whose frames are all there.
  mutating func next(now: Int64) -> Next {
    guard let first = batches.first else { return isClosed ? .end : .wait(until: .max) }
    if !first.isClosed, first.frames > 0, now < first.deadline, !isClosed {
      return .wait(until: first.deadline)
    }
    // Its decoders are waited for, not the time that is over.
    batches[0].isClosed = true
    guard first.unfinished == 0 else { return .wait(until: .max) }
    firstNumber += 1
    return .batch(batches.removeFirst())
  }

  /// Whether frames wait in a batch that takes no more: one that is placed now would wait behind it.
  var hasFull: Bool { batches.contains { $0.isClosed && $0.frames > 0 } }

  /// The memory of a batch that was answered, empty.
  mutating func recycle(_ entries: [BatchEntry]) {
    if spare.count < Self.mostSpare { spare.append(entries) }
  }

  // MARK: the end

  /// No more records will come; those that are here are still handed out.
  mutating func close() -> Wakes {
    isClosed = true
    return wakeAllWaiting()
  }

  /// Hands out nothing more: what is here will not be answered.
  mutating func abandon() -> Wakes {
    firstNumber += batches.count
    batches = []
    return close()
  }
}
