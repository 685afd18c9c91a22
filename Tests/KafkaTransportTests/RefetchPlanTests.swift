import Testing

@testable import KafkaTransport

@Suite struct RefetchPlanTests {
  @Test func aDamagedRecordIsFetchedAgainAndThenGivenUp() {
    var plan = RefetchPlan()
    plan.begin(0, at: 5)
    #expect(plan.takes(0, 5) == true)
    #expect(plan.takes(0, 6) == true)
    // What the client says of the offset may be read from pixels: where reading stands is known better.
    for _ in 0..<RefetchPlan.tries { #expect(plan.damaged(0, 1 << 60) == .again(from: 7)) }
    #expect(plan.damaged(0, 7) == .skip(7))
    #expect(plan.damaged(0, 7) == .again(from: 8))
    #expect(plan.takes(0, 8) == true)
    #expect(plan.damaged(0, 9) == .again(from: 9))
  }

  @Test func partitionsAreApartAndBeginAnew() {
    var plan = RefetchPlan()
    plan.begin(0, at: 5)
    plan.begin(1, at: nil)
    #expect(plan.damaged(1, 40) == .again(from: 40))
    #expect(plan.damaged(0, 99) == .again(from: 5))
    plan.begin(0, at: 2)
    for _ in 0..<RefetchPlan.tries { #expect(plan.damaged(0, 2) == .again(from: 2)) }
    #expect(plan.damaged(0, 2) == .skip(2))
    #expect(plan.damaged(2, -1001) == .again(from: 0))
  }

  @Test func aResetGoesOnWhereReadingStands() {
    var plan = RefetchPlan()
    plan.begin(0, at: 5)
    #expect(plan.takes(0, 9) == true)
    // The client went back to the beginning by itself.
    #expect(plan.takes(0, 0) == false)
    #expect(plan.takes(0, 9) == false)
    #expect(plan.resume(0, kept: 0...20) == 10)
    #expect(plan.resume(0, kept: 0...10) == 10)
    #expect(plan.takes(0, 10) == true)
    // The topic was made anew and is shorter.
    #expect(plan.resume(0, kept: 2...7) == 2)
    #expect(plan.takes(0, 2) == true)
    #expect(plan.resume(3, kept: 4...7) == 4)
  }

  /// Where the client could not be sent back, it reads on past the record that reading stands at.
  @Test func nothingIsPassedOverAfterASeekThatFailed() {
    var plan = RefetchPlan()
    plan.begin(0, at: 5)
    plan.begin(1, at: 5)
    #expect(plan.damaged(0, 5) == .again(from: 5))
    plan.seekFailed(0)
    #expect(plan.takes(0, 6) == false)
    #expect(plan.takes(1, 5) == true)
    #expect(plan.resume(0, kept: 0...20) == 5)
    plan.seekFailed(0)
    #expect(plan.takes(0, 7) == false)
    #expect(plan.resume(0, kept: 0...20) == 5)
    #expect(plan.takes(0, 5) == true)
    // Taken away and given back: the client begins anew.
    plan.seekFailed(0)
    plan.begin(0, at: 9)
    #expect(plan.takes(0, 9) == true)
  }
}
