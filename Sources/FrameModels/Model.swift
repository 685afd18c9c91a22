public import FrameCore
public import FrameTensors

/// One named group of numbers that a model returns for every frame.
public struct ModelOutput: Sendable, Equatable {
  public let name: String
  /// The numbers in a group.
  public let count: Int
  /// Whether a frame has any number of such groups, such as one for each detected object.
  public let isList: Bool

  /// - Parameters:
  ///   - count: the numbers in a group, 1 or more.
  ///   - isList: whether a frame has any number of groups.
  public init(name: String, count: Int, isList: Bool = false) {
    precondition(count > 0, "an output has one number or more")
    self.name = name
    self.count = count
    self.isList = isList
  }
}

/// A model that reads tensors and returns answers.
///
/// Batches come one after the other, from one thread. The model may answer a batch before ``take(_:)`` returns, or
/// later, from any thread and in any order. At most ``ModelRuntime/maximumInFlight`` batches are in flight. A model
/// that answers at once is a ``DirectModel``.
public protocol Model: AnyObject, Sendable {
  var manifest: ModelManifest { get }
  /// The outputs in a row of results, in order.
  var outputs: [ModelOutput] { get }

  /// Receives a batch, to be answered now or later.
  func take(_ batch: consuming PendingBatch)
}

/// A model that answers before ``take(_:)`` returns, with a fixed count of numbers per frame.
public protocol DirectModel: Model {
  /// Computes one row of results per frame.
  /// - Parameters:
  ///   - batch: frames are in its first `batch.count` slots.
  ///   - frames: the identities of these frames, `batch.count` of them.
  ///   - values: `batch.count` rows of `rowCount` numbers to overwrite, row major. Not-a-number means "absent".
  func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError)
}

extension DirectModel {
  /// The count of numbers in one row of results.
  public var rowCount: Int { outputs.reduce(0) { $0 + $1.count } }

  public func take(_ batch: consuming PendingBatch) {
    var rows = batch.takeRows()
    do throws(ModelError) {
      try rows.fill(frames: batch.frames.count, sizes: outputs.map(\.count)) { (values) throws(ModelError) in
        try infer(batch.tensor, frames: batch.frames, values: &values)
      }
    } catch {
      return batch.fail(error)
    }
    batch.answer(rows)
  }

  /// Checks the batch and resizes `values`, which keeps its memory from batch to batch.
  public func prepare(
    _ batch: BatchTensor, _ frames: [FrameIdentity], _ values: inout [Double]
  ) throws(ModelError) {
    guard frames.count == batch.count, batch.count <= batch.spec.batch else {
      throw .inference(
        model: manifest.name,
        reason: "the batch has \(batch.count) frames, but \(frames.count) are named; they must match")
    }
    guard batch.spec == manifest.input else {
      throw .inference(
        model: manifest.name,
        reason:
          "the batch was made for an input that differs from the manifest's; make its pool with manifest.input"
      )
    }
    let count = batch.count * rowCount
    if values.count != count {
      values.removeAll(keepingCapacity: true)
      values.append(contentsOf: repeatElement(0, count: count))
    }
  }
}
