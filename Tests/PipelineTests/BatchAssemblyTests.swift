import FrameCore
import KafkaTransport
import Testing

@testable import FrameFeed

/// Decoders, a pool of tensors and a model around a ``BatchAssembly``.
private struct AssemblyWorld: ExploredWorld {
  typealias Assembly = BatchAssembly<Int>

  enum Step {
    case receive(Int), ask(Int), give(Int), finish(Int)
    case look, answer, timePasses, close, abandon
  }

  enum Decoder {
    case idle, ended
    case placed(Assembly.Place), waits(Assembly.Place), takes(Assembly.Place), fills(Assembly.Place)
  }

  enum Model {
    case looks
    case waits(Int64)
    case has(Assembly.Batch)
    case ended
  }

  /// `true` is a frame, `false` a record without one.
  let records: [Bool]
  var received = 0
  var assembly: Assembly
  var decoders: [Decoder]
  var free: [Int]
  var model = Model.looks
  var now: Int64 = 0
  var answered: [Int] = []
  var isClosed = false
  var mayAbandon: Bool
  var isAbandoned = false
  let tensors: Int
  var wrong: String?

  static let timeout: Int64 = 10

  init(_ records: String, size: Int, decoders: Int, tensors: Int, mayAbandon: Bool = false) {
    self.records = records.map { $0 == "f" }
    assembly = Assembly(size: size, timeout: Self.timeout)
    self.decoders = Array(repeating: .idle, count: decoders)
    self.tensors = tensors
    free = Array(0..<tensors)
    self.mayAbandon = mayAbandon
  }

  var steps: [Step] {
    var steps: [Step] = []
    for (number, decoder) in decoders.enumerated() {
      switch decoder {
      case .idle: if received < records.count, !isClosed { steps.append(.receive(number)) }
      case .placed: steps.append(.ask(number))
      case .takes: if isClosed || !free.isEmpty { steps.append(.give(number)) }
      case .fills: steps.append(.finish(number))
      case .waits, .ended: break
      }
    }
    switch model {
    case .looks: steps.append(.look)
    case .waits(let until): if until < .max, now < until { steps.append(.timePasses) }
    case .has: steps.append(.answer)
    case .ended: break
    }
    let areIdle = decoders.allSatisfy { if case .idle = $0 { true } else { false } }
    if !isClosed, received == records.count, areIdle { steps.append(.close) }
    if mayAbandon, !isAbandoned { steps.append(.abandon) }
    return steps
  }

  private mutating func wake(_ wakes: Assembly.Wakes) {
    if wakes.isModel, case .waits = model { model = .looks }
    for number in wakes.decoders {
      if case .waits(let place) = decoders[number] { decoders[number] = .placed(place) }
    }
  }

  mutating func take(_ step: Step) {
    switch step {
    case .receive(let number):
      let place = RecordPlace(partition: 0, offset: Int64(received), assignment: 1, generation: 0)
      if records[received] {
        let frame = PlacedFrame(description: Self.description, received: 0)
        if let (slot, wakes) = assembly.place(BatchEntry(place: place, frame: frame), now: now) {
          decoders[number] = .placed(slot)
          wake(wakes)
        } else {
          decoders[number] = .ended
        }
      } else {
        guard let wakes = assembly.note(BatchEntry(place: place, frame: nil)) else { return }
        wake(wakes)
      }
      received += 1
    case .ask(let number):
      guard case .placed(let place) = decoders[number] else { return }
      switch assembly.turn(place, decoder: number) {
      case .has: decoders[number] = .fills(place)
      case .take: decoders[number] = .takes(place)
      case .wait: decoders[number] = .waits(place)
      case .closed: decoders[number] = .ended
      }
    case .give(let number):
      guard case .takes(let place) = decoders[number] else { return }
      let tensor = isClosed ? nil : free.removeFirst()
      decoders[number] = tensor == nil ? .ended : .fills(place)
      wake(assembly.give(tensor, to: place))
    case .finish(let number):
      guard case .fills(let place) = decoders[number] else { return }
      decoders[number] = .idle
      wake(assembly.finish(place, .rejected))
    case .look:
      switch assembly.next(now: now) {
      case .batch(let batch):
        if batch.frames > assembly.size { wrong = "a batch of \(batch.frames) frames" }
        if batch.frames > 0, batch.tensor == nil { wrong = "frames without a tensor" }
        model = .has(batch)
      case .wait(let until): model = .waits(until)
      case .end: model = .ended
      }
    case .answer:
      guard case .has(let batch) = model else { return }
      answered += batch.entries.map { Int($0.place.offset) }
      if let tensor = batch.tensor { free.append(tensor) }
      free.sort()
      model = .looks
    case .timePasses:
      guard case .waits(let until) = model else { return }
      now = until
      model = .looks
    case .close:
      isClosed = true
      wake(assembly.close())
    case .abandon:
      (isAbandoned, isClosed) = (true, true)
      wake(assembly.abandon())
    }
  }

  var whatIsWrong: String? {
    if let wrong { return wrong }
    if answered != Array(0..<answered.count) { return "answered \(answered)" }
    guard steps.isEmpty else { return nil }
    if case .ended = model {} else { return "stuck: the model waits" }
    for decoder in decoders {
      switch decoder {
      case .idle, .ended: break
      default: return "stuck: a decoder waits"
      }
    }
    if !isAbandoned, answered.count != records.count { return "lost: answered \(answered)" }
    return nil
  }

  var key: String {
    let batches = assembly.batches.map { batch in
      let entries = batch.entries.map { "\($0.place.offset)\($0.frame.map { "\($0.outcome)" } ?? "")" }
      return
        "\(batch.number) \(entries) \(batch.tensor ?? -1) \(batch.frames) \(batch.unfinished) \(batch.isClosed) \(batch.isClaimed) \(batch.deadline)"
    }
    let held: String = if case .has(let batch) = model { "has \(batch.number)" } else { "\(model)" }
    return
      "\(received) \(decoders) \(free) \(held) \(now) \(answered.count) \(isClosed) \(isAbandoned) \(assembly.waiting) \(batches)"
  }

  private static let description = SampleFrame.description(0)
}

@Suite struct BatchAssemblyTests {
  /// Every order of what two to four decoders, a pool and a model can do.
  @Test(arguments: [
    ("ffff", 1, 2, 1), ("ffff", 1, 2, 2), ("ffff", 1, 3, 2), ("fff", 1, 4, 1), ("ffff", 2, 2, 1),
    ("ffff", 2, 3, 2), ("fnffn", 2, 2, 1), ("nfnf", 1, 2, 1), ("fffff", 3, 2, 1), ("fnf", 3, 3, 1),
    ("nn", 2, 2, 1),
  ]) func everyOrder(records: String, size: Int, decoders: Int, tensors: Int) {
    let all = Exploration.of(AssemblyWorld(records, size: size, decoders: decoders, tensors: tensors))
    #expect(all.fault == nil)
    #expect(all.ends > 0)
    print("batches of \(size), \(decoders) decoders, \(tensors) tensors, \(records): \(all)")
  }

  /// Abandoned at any point: nobody waits for ever, nothing is answered out of order.
  @Test(arguments: [("fff", 1, 2, 1), ("fff", 2, 2, 1), ("fnf", 2, 3, 1)])
  func abandonedAnywhere(records: String, size: Int, decoders: Int, tensors: Int) {
    let all = Exploration.of(
      AssemblyWorld(records, size: size, decoders: decoders, tensors: tensors, mayAbandon: true))
    #expect(all.fault == nil)
    #expect(all.ends > 0)
  }

  private func entry(_ offset: Int64) -> BatchEntry {
    BatchEntry(place: RecordPlace(partition: 0, offset: offset, assignment: 1, generation: 0), frame: nil)
  }

  /// REVIEW B9: a batch whose time is over goes to the model when its decoders have finished; until then the model is
  /// told to wait for them, and not for a time that has passed.
  @Test func aBatchWhoseTimeIsOverIsWaitedForWithoutSpinning() {
    var assembly = BatchAssembly<Int>(size: 3, timeout: 10)
    let frame = PlacedFrame(description: SampleFrame.description(0), received: 0)
    guard let (place, wakes) = assembly.place(BatchEntry(place: SampleFrame.place(0), frame: frame), now: 100)
    else {
      Issue.record("no place")
      return
    }
    #expect(wakes.isModel, "it waits for something else")
    func next(_ now: Int64) -> String {
      switch assembly.next(now: now) {
      case .batch(let batch): "batch of \(batch.frames)"
      case .wait(let until): until == .max ? "wait" : "wait until \(until)"
      case .end: "end"
      }
    }
    #expect([next(105), next(110), next(111), next(500)] == ["wait until 110", "wait", "wait", "wait"])
    guard case .take = assembly.turn(place, decoder: 0) else {
      Issue.record("no turn")
      return
    }
    _ = assembly.give(7, to: place)
    #expect(assembly.finish(place, .rejected).isModel)
    #expect(next(501) == "batch of 1")
  }

  /// Records that are no frames share batches, and are taken no more when too many wait.
  @Test func recordsWithoutFramesAreBounded() {
    var assembly = BatchAssembly<Int>(size: 1, timeout: 10)
    var taken: Int64 = 0
    while assembly.note(entry(taken)) != nil { taken += 1 }
    #expect(taken == Int64(BatchAssembly<Int>.mostBatches * BatchAssembly<Int>.mostEntries))
    var next: Int64 = 0
    while case .batch(let batch) = assembly.next(now: 0) {
      for entry in batch.entries {
        #expect(entry.place.offset == next)
        next += 1
      }
    }
    #expect(next == taken)
  }
}
