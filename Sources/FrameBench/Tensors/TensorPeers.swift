import Foundation
import FrameTensors

/// Other libraries' ways from frames to tensors: a program that is told which to go and says how long it took.
public final class TensorPeers {
  /// What cannot run here, and why.
  let missing: [String]
  let versions: [String: String]
  func contenders(_ job: TensorReport.Job) -> [any TensorContender] { [] }
  init() { missing = []; versions = [:] }
}
