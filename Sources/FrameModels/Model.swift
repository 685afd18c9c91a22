public import FrameCore
public import FrameTensors

/// One named group of numbers that a model gives for every frame.
public struct ModelOutput: Sendable, Equatable {
  public let name: String
  /// Numbers in the group.
  public let count: Int

  public init(name: String, count: Int) {
    self.name = name
    self.count = count
  }
}

/// What reads the tensors. Called from one thread.
public protocol Model: AnyObject, Sendable {
  var manifest: ModelManifest { get }
  /// What a row of results holds, in order.
  var outputs: [ModelOutput] { get }

  /// Computes one row of results per frame.
  /// - Parameters:
  ///   - batch: its first `batch.count` slots hold frames.
  ///   - frames: which frames those are, `batch.count` of them.
  ///   - values: becomes `batch.count` rows of `rowCount` numbers, row major. Not-a-number stands for "absent".
  func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError)
}

extension Model {
  /// Numbers in one row of results.
  public var rowCount: Int { outputs.reduce(0) { $0 + $1.count } }

  /// Checks what every model relies on and gives `values` its size. Keeps its memory from batch to batch.
  func prepare(_ batch: BatchTensor, _ frames: [FrameIdentity], _ values: inout [Double]) throws(ModelError) {
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
