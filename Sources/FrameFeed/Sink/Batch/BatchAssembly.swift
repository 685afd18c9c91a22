import KafkaTransport

/// Decides which batch each record goes into, which batch gets a tensor next, and which the model gets. A value type
/// without threads, locks or clocks; ``BatchLine`` owns it and executes its decisions.
///
/// Records keep the order of receipt. Batches get tensors in order, so that the first batch, which the model waits for,
/// never lacks one while a later batch has one.
struct BatchAssembly<Tensor: Sendable>: Sendable {
  typealias Batch = FrameBatch<Tensor>

  /// A slot that a decoder may fill.
  struct Place: Sendable, Hashable {
    let batch: Int
    let entry: Int
    let slot: Int
  }

  /// Whether a decoder may continue with its frame.
  enum Turn {
    case has(Tensor)
    /// The decoder gets a tensor from the pool and calls ``give(_:to:)``.
    case take
    /// Another decoder gets it, or earlier batches come first: ``Wakes`` will name the decoder.
    case wait
    case closed
  }

  /// The threads to wake.
  struct Wakes: Equatable {
    var isModel = false
    /// Decoders that waited for a tensor.
    var decoders: [Int] = []
  }

  enum Next {
    case batch(Batch)
    /// Nothing is ready. Wait until woken, at most until this time (monotonic, ns).
    case wait(until: Int64)
    /// No more batches will come.
    case end
  }

  /// The most records without a frame that share a batch.
  static var mostEntries: Int { 256 }
  /// The most batches that may wait before further records without a frame are not accepted.
  static var mostBatches: Int { 256 }

  private static var mostSpare: Int { 64 }

  /// Frames per batch.
  let size: Int
  /// How long a batch waits to become full, ns.
  let timeout: Int64
  /// Oldest first; only the last may be open.
  private(set) var batches: [Batch] = []
  private var firstNumber = 0
  /// The decoders that wait for a tensor.
  private(set) var waiting: [(decoder: Int, batch: Int)] = []
  private(set) var isClosed = false
  /// Arrays of answered batches, for reuse.
  private var spare: [[BatchEntry]] = []

  init(size: Int, timeout: Int64) {
    precondition(size > 0)
    self.size = size
    self.timeout = timeout
  }

  // MARK: filling

  /// Assigns the next slot to a frame.
  /// - Returns: `nil` after `close`.
  mutating func place(_ entry: BatchEntry, now: Int64) -> (place: Place, wakes: Wakes)? {
    guard !isClosed else { return nil }
    var wakes = Wakes()
    if batches.last.map({ $0.isClosed || $0.frames == 0 && $0.entries.count >= Self.mostEntries }) ?? true {
      open()
    }
    let last = batches.count - 1
    if batches[last].frames == 0 {
      batches[last].deadline = now + timeout
      // The model's wait has no deadline until the first frame is there.
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

  /// Adds a record without a frame, in order.
  /// - Returns: `nil` if there is no room.
  mutating func note(_ entry: BatchEntry) -> Wakes? {
    guard !isClosed else { return Wakes() }
    if let last = batches.indices.last, !batches[last].isClosed,
      batches[last].entries.count < Self.mostEntries
    {
      batches[last].entries.append(entry)
      // Nothing waits for a batch without a frame.
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

  /// Requests the batch's tensor for a decoder.
  /// - Parameter decoder: its number; ``Wakes`` names it when it is to ask again.
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

  /// Sets the tensor that a decoder got from the pool; `nil` when the pool is closed.
  mutating func give(_ tensor: Tensor?, to place: Place) -> Wakes {
    let at = place.batch - firstNumber
    guard let tensor, batches.indices.contains(at) else { return wakeAllWaiting() }
    precondition(batches[at].isClaimed && batches[at].tensor == nil, "a tensor that was not requested")
    batches[at].tensor = tensor
    // The decoders of this batch, and of the next batch without a tensor.
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

  /// Reports that a decoder has finished its slot.
  mutating func finish(_ place: Place, _ outcome: FrameOutcome) -> Wakes {
    let at = place.batch - firstNumber
    guard batches.indices.contains(at) else { return Wakes() }
    batches[at].entries[place.entry].frame?.outcome = outcome
    batches[at].unfinished -= 1
    precondition(batches[at].unfinished >= 0, "finished twice")
    return Wakes(isModel: at == 0 && batches[at].isClosed && batches[at].unfinished == 0)
  }

  // MARK: the model

  /// Returns the next batch if all its frames are finished.
  mutating func next(now: Int64) -> Next {
    guard let first = batches.first else { return isClosed ? .end : .wait(until: .max) }
    if !first.isClosed, first.frames > 0, now < first.deadline, !isClosed {
      return .wait(until: first.deadline)
    }
    // The batch is due, but its decoders have not finished.
    batches[0].isClosed = true
    guard first.unfinished == 0 else { return .wait(until: .max) }
    firstNumber += 1
    return .batch(batches.removeFirst())
  }

  /// Whether a closed batch has frames: a frame placed now would wait behind it.
  var hasFull: Bool { batches.contains { $0.isClosed && $0.frames > 0 } }

  /// Keeps the empty array of an answered batch for reuse.
  mutating func recycle(_ entries: [BatchEntry]) {
    if spare.count < Self.mostSpare { spare.append(entries) }
  }

  // MARK: the end

  /// Accepts no more records; those inside are still returned.
  mutating func close() -> Wakes {
    isClosed = true
    return wakeAllWaiting()
  }

  /// Accepts and returns nothing more: records inside stay unanswered.
  mutating func abandon() -> Wakes {
    firstNumber += batches.count
    batches = []
    return close()
  }
}
