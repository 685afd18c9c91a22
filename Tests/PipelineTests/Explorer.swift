/// A small world that is run through all that may happen in it.
protocol ExploredWorld {
  associatedtype Step
  /// What may happen now.
  var steps: [Step] { get }
  mutating func take(_ step: Step)
  /// Told of every state; of one in which nothing more can happen too.
  var whatIsWrong: String? { get }
  /// Tells states apart.
  var key: String { get }
}

/// What came of running a world through every order of its steps.
struct Exploration: CustomStringConvertible {
  var states = 0
  var steps = 0
  /// States in which nothing more can happen.
  var ends = 0
  /// The first fault, with the shortest way to it.
  var fault: String?

  var description: String { "\(states) states, \(steps) steps, \(ends) ends" }

  /// - Parameter limit: states after which it stops.
  static func of<World: ExploredWorld>(_ world: World, limit: Int = 200_000) -> Exploration {
    var result = Exploration()
    var seen: Set<String> = [world.key]
    // How each was reached, for the way to a fault.
    var reached: [(world: World, before: Int, step: World.Step?)] = [(world, -1, nil)]
    var at = 0
    func fault(_ text: String, _ at: Int, _ step: World.Step?) -> String {
      var way: [String] = step.map { ["\($0)"] } ?? []
      var at = at
      while at >= 0 {
        if let step = reached[at].step { way.append("\(step)") }
        at = reached[at].before
      }
      return "\(text): \(way.reversed().joined(separator: ", "))"
    }
    while at < reached.count, reached.count < limit {
      let world = reached[at].world
      let steps = world.steps
      if steps.isEmpty { result.ends += 1 }
      for step in steps {
        var after = world
        after.take(step)
        result.steps += 1
        if let wrong = after.whatIsWrong {
          result.fault = fault(wrong, at, step)
          result.states = reached.count
          return result
        }
        if seen.insert(after.key).inserted { reached.append((after, at, step)) }
      }
      at += 1
    }
    result.states = reached.count
    return result
  }
}
