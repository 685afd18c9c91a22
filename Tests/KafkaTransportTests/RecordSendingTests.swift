import Testing

@testable import KafkaTransport

/// What a producer has under way, through all that may happen: answers in any order, clients that come to an end, topics
/// that are away, renewals that fail, whoever stops it and when.
@Suite struct RecordSendingTests {
  /// Every order of steps, each state led to its end.
  @Test(arguments: 1...3) func everyInterleaving(capacity: Int) {
    var world = SendingWorld(capacity: capacity)
    world.adds = capacity == 1 ? 2 : 3
    world.losses = capacity == 3 ? 1 : 2
    world.closes = capacity == 2 ? 1 : 0
    world.abandons = capacity == 2 ? 0 : 1
    world.refusals = capacity == 1 ? 1 : 0
    var layer: [SendingWorld: [SendingWorld.Step]] = [world: []]
    var seen: Set<SendingWorld> = [world]
    var transitions = 0
    var wrong: [String] = []
    while !layer.isEmpty, wrong.isEmpty, seen.count < 300_000 {
      var next: [SendingWorld: [SendingWorld.Step]] = [:]
      for (world, path) in layer {
        for step in world.steps {
          var after = world
          after.take(step)
          transitions += 1
          if !seen.insert(after).inserted { continue }
          next[after] = path + [step]
          var settled = after
          settled.settle()
          if let fault = settled.whatIsWrong { wrong.append("\(fault): \(path + [step])") }
        }
      }
      layer = next
    }
    #expect(wrong.isEmpty, "\(wrong.first ?? "")")
    print("capacity \(capacity): \(seen.count) states, \(transitions) transitions, complete \(layer.isEmpty)")
  }

  /// Long walks, by chance.
  @Test(arguments: 0..<200) func longWalks(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    var world = SendingWorld(capacity: 4, bytes: 3)
    world.adds = 30
    world.losses = 6
    world.failures = 4
    world.absences = 5
    world.refusals = seed % 3 == 0 ? 1 : 0
    world.abandons = seed % 4 == 0 ? 1 : 0
    world.closes = seed % 5 == 0 ? 1 : 0
    world.renewalFailures = seed % 7 == 0 ? 1 : 0
    var walk: [SendingWorld.Step] = []
    for _ in 0..<150 {
      guard let step = world.steps.randomElement(using: &random) else { break }
      walk.append(step)
      world.take(step)
    }
    world.settle()
    #expect(world.whatIsWrong == nil, "\(world.whatIsWrong ?? ""): \(walk)")
  }

  @Test func theBoundIsOfRecordsAndBytes() {
    var sending = RecordSending(records: 3, bytes: 100)
    // A larger one may be alone.
    #expect(sending.hasRoom(for: 500))
    let large = sending.add(bytes: 500)
    #expect(!sending.hasRoom(for: 0))
    #expect(sending.answered(large, .acknowledged) == true)
    // Its bytes are there until it has been told.
    #expect(!sending.hasRoom(for: 60) && sending.inFlight == 1)
    sending.noteReported(large)
    let first = sending.add(bytes: 60)
    #expect(!sending.hasRoom(for: 41) && sending.hasRoom(for: 40))
    _ = sending.add(bytes: 40)
    #expect(sending.hasRoom(for: 0) && sending.oldest == 1)
    #expect(sending.answered(first, .failed) == true)
    sending.noteReported(first)
    #expect(sending.oldest == 2 && sending.tickets == 3)
  }

  @Test func clientsInARowMayFailThreeTimes() {
    var sending = RecordSending(records: 2, bytes: 100)
    _ = sending.add(bytes: 1)
    _ = sending.add(bytes: 1)
    #expect(sending.answered(1, .returned(.lostProducerState)) == false)
    // Not before all have come back.
    #expect(sending.nextStep() == .purge(inFlight: false))
    #expect(!sending.hasRoom(for: 1))
    #expect(sending.answered(0, .returned(.lostProducerState)) == false)
    for _ in 0..<RecordSending.maximumFailures {
      #expect(sending.nextStep() == .renew(.lostProducerState))
      #expect(sending.renewed() == true)
      // In their order, whatever order they came back in.
      let again = [sending.nextAgain(), sending.nextAgain(), sending.nextAgain()]
      #expect(again == [0, 1, nil])
      #expect(sending.phase == .healthy)
      let ends = [
        sending.answered(1, .returned(.lostProducerState)),
        sending.answered(0, .returned(.lostProducerState)),
      ]
      #expect(ends == [false, false])
    }
    #expect(sending.nextStep() == .end(0))
    #expect(sending.phase == .givenUp)
    sending.noteReported(0)
    #expect(sending.nextStep() == .end(1))
    sending.noteReported(1)
    #expect(sending.nextStep() == nil)
    #expect(sending.renewals == 3 && sending.isOver)
    sending.close()
    #expect(sending.nextStep() == .stop)
  }
}
