/// A model's answers for the frames of a batch: for each frame, in order, one entry per output, or the reason why there
/// is none.
///
/// All numbers are in one array in the order appended, so reusing a value allocates nothing.
public struct AnswerRows: Sendable {
  private var numbers: [Double] = []
  /// The end of each entry in `numbers`. The entries of a frame are adjacent, in the order of the model's outputs.
  private var ends: [Int] = []
  /// By frame.
  private var failures: [(frame: Int, reason: String)] = []
  private var outputs = 0
  /// Entries of the current frame that were not appended yet.
  private var open = 0
  /// Frames begun.
  public private(set) var count = 0

  public init() {}

  /// Removes all rows and keeps the memory.
  public mutating func removeAll() {
    numbers.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    failures.removeAll(keepingCapacity: true)
    (outputs, open, count) = (0, 0, 0)
  }

  /// Begins the next frame's row; ``append(_:)`` follows once for each output of the model.
  /// - Parameter outputs: the model's number of outputs, the same for every frame.
  public mutating func beginFrame(outputs: Int) {
    precondition(open == 0, "the frame before lacks \(open) outputs")
    precondition(count == 0 || outputs == self.outputs, "every frame has the same outputs")
    self.outputs = outputs
    open = outputs
    count += 1
  }

  /// Appends the next output of the current frame. Not-a-number means "absent".
  public mutating func append(_ values: some Sequence<Double>) {
    precondition(open > 0, "no output is left; begin the next frame")
    numbers.append(contentsOf: values)
    ends.append(numbers.count)
    open -= 1
  }

  /// Appends the next frame as one without an answer, and the reason. The batch's other frames are unaffected.
  /// - Parameter outputs: the model's number of outputs.
  public mutating func appendFailure(_ reason: String, outputs: Int) {
    beginFrame(outputs: outputs)
    failures.append((count - 1, reason))
    for _ in 0..<outputs { append(EmptyCollection()) }
  }

  /// Fills the rows of `frames` frames at once, for models whose outputs have a fixed size.
  /// - Parameters:
  ///   - sizes: the count of numbers in each output.
  ///   - fill: overwrites the numbers of all frames, row major.
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

  /// Returns the numbers of one output of a frame.
  public func numbers(frame: Int, output: Int) -> ArraySlice<Double> {
    precondition(frame < count && output < outputs, "no output \(output) of frame \(frame)")
    let entry = frame * outputs + output
    return numbers[(entry == 0 ? 0 : ends[entry - 1])..<ends[entry]]
  }

  /// Returns why a frame has no answer; `nil` if it has one.
  public func failure(frame: Int) -> String? {
    failures.isEmpty ? nil : failures.first { $0.frame == frame }?.reason
  }

  /// Checks that these are rows for this number of frames of a model with these outputs.
  /// - Returns: the first error; `nil` if there is none.
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
