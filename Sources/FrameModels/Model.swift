public import FrameCore
public import FrameTensors

/// One named group of numbers that a model gives for every frame.
public struct ModelOutput: Sendable, Equatable {
  public let name: String
  /// Numbers in the group; of a list, in each of its entries.
  public let count: Int
  /// Whether there are any number of such groups a frame, such as one for each thing that was detected.
  public let isList: Bool

  /// - Parameters:
  ///   - count: numbers in the group, 1 or more.
  ///   - isList: whether there are any number of groups a frame.
  public init(name: String, count: Int, isList: Bool = false) {
    precondition(count > 0, "an output has one number or more")
    self.name = name
    self.count = count
    self.isList = isList
  }
}

/// What reads the tensors.
///
/// Batches come one after the other, from one thread. The model may answer each before ``take(_:)`` returns, or later,
/// from any thread and in any order: as many batches are with it at a time as ``ModelRuntime/maximumInFlight`` says. A
/// model that answers at once is a ``DirectModel``.
public protocol Model: AnyObject, Sendable {
  var manifest: ModelManifest { get }
  /// What a row of results holds, in order.
  var outputs: [ModelOutput] { get }

  /// Takes a batch over, to answer it now or later.
  func take(_ batch: consuming PendingBatch)
}

/// A model that answers while it is asked, with a fixed number of numbers a frame.
public protocol DirectModel: Model {
  /// Computes one row of results per frame.
  /// - Parameters:
  ///   - batch: its first `batch.count` slots hold frames.
  ///   - frames: which frames those are, `batch.count` of them.
  ///   - values: `batch.count` rows of `rowCount` numbers to overwrite, row major. Not-a-number stands for "absent".
  func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError)
}

extension DirectModel {
  /// Numbers in one row of results.
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

  /// Checks what every model relies on and gives `values` its size. Keeps its memory from batch to batch.
  public func prepare(
    _ batch: BatchTensor, _ frames: [FrameIdentity], _ values: inout [Double]
  ) throws(ModelError) {
    guard frames.count == batch.count, batch.count <= batch.spec.batch else {
      throw .inference(
        model: manifest.name,
        reason: "the batch says \(batch.count) frames, but \(frames.count) are named; they must match")
    }
    guard batch.spec == manifest.input else {
      throw .inference(
        model: manifest.name,
        reason: "the batch was made for another input than the manifest's; make its pool with manifest.input")
    }
    let count = batch.count * rowCount
    if values.count != count {
      values.removeAll(keepingCapacity: true)
      values.append(contentsOf: repeatElement(0, count: count))
    }
  }
}
