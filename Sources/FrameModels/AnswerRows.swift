/// What a model says of the frames of a batch: for each frame in order one entry an output, or why there is none.
///
/// Memory: one run of numbers, in the order they are appended, so that a value that is used again allocates nothing.
public struct AnswerRows: Sendable {
  private var numbers: [Double] = []
  /// Where each entry ends in `numbers`; entries of a frame follow each other in the order of the model's outputs.
  private var ends: [Int] = []
  /// By frame.
  private var failures: [(frame: Int, reason: String)] = []
  private var outputs = 0
  /// Entries still to come of the frame that is being filled.
  private var open = 0
  /// Frames that were begun.
  public private(set) var count = 0

  public init() {}

  /// Makes it empty, but keeps its memory.
  public mutating func removeAll() {
    numbers.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    failures.removeAll(keepingCapacity: true)
    (outputs, open, count) = (0, 0, 0)
  }

  /// Begins the next frame's row; ``append(_:)`` follows once for each output of the model.
  /// - Parameter outputs: how many the model has, the same for every frame.
  public mutating func beginFrame(outputs: Int) {
    precondition(open == 0, "the frame before lacks \(open) outputs")
    precondition(count == 0 || outputs == self.outputs, "every frame has the same outputs")
    self.outputs = outputs
    open = outputs
    count += 1
  }

  /// Appends the next output of the frame that was begun. Not-a-number stands for "absent".
  public mutating func append(_ values: some Sequence<Double>) {
    precondition(open > 0, "no output is left; begin the next frame")
    numbers.append(contentsOf: values)
    ends.append(numbers.count)
    open -= 1
  }

  /// Says of the next frame that there is no answer, and why. The other frames of the batch are not touched by it.
  /// - Parameter outputs: how many the model has.
  public mutating func appendFailure(_ reason: String, outputs: Int) {
    beginFrame(outputs: outputs)
    failures.append((count - 1, reason))
    for _ in 0..<outputs { append(EmptyCollection()) }
  }

  /// Fills the rows of `frames` frames at a time, for models whose outputs have a fixed size.
  /// - Parameters:
  ///   - sizes: how many numbers each output has.
  ///   - fill: gets the numbers of all frames, row major, to overwrite.
  mutating func fill<E: Error>(
    frames: Int, sizes: [Int], _ fill: (inout [Double]) throws(E) -> Void
  ) throws(E) {
    precondition(open == 0 && count == 0, "rows are filled when they are empty")
    let row = sizes.reduce(0, +)
    if numbers.count != frames * row {
      numbers.removeAll(keepingCapacity: true)
      numbers.append(contentsOf: repeatElement(0, count: frames * row))
    }
    try fill(&numbers)
    var end = 0
    for _ in 0..<frames {
      for size in sizes {
        end += size
        ends.append(end)
      }
    }
    (outputs, count) = (sizes.count, frames)
  }

  /// The numbers of one output of a frame.
  public func numbers(frame: Int, output: Int) -> ArraySlice<Double> {
    precondition(frame < count && output < outputs, "no output \(output) of frame \(frame)")
    let entry = frame * outputs + output
    return numbers[(entry == 0 ? 0 : ends[entry - 1])..<ends[entry]]
  }

  /// Why a frame has no answer; `nil` where it has one.
  public func failure(frame: Int) -> String? {
    failures.isEmpty ? nil : failures.first { $0.frame == frame }?.reason
  }

  /// Whether these are rows for so many frames of a model with these outputs.
  /// - Returns: what is wrong with them, `nil` when nothing is.
  public func problem(frames: Int, outputs wanted: [ModelOutput]) -> String? {
    guard open == 0 else { return "the last frame's row lacks \(open) outputs" }
    guard count == frames else { return "\(count) rows for \(frames) frames" }
    guard count == 0 || outputs == wanted.count else {
      return "\(outputs) outputs a row; the model has \(wanted.count)"
    }
    guard numbers.count == ends.last ?? 0 else {
      return "\(numbers.count) numbers where the rows have \(ends.last ?? 0)"
    }
    for frame in 0..<count where failure(frame: frame) == nil {
      for (position, output) in wanted.enumerated() {
        let found = numbers(frame: frame, output: position).count
        guard output.isList ? found.isMultiple(of: output.count) : found == output.count else {
          let groups = output.isList ? "a multiple of \(output.count)" : "\(output.count)"
          return "output \"\(output.name)\" of frame \(frame) has \(found) numbers; it must have \(groups)"
        }
      }
    }
    return nil
  }
}
