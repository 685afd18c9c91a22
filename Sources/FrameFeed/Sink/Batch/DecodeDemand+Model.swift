package import FrameCodecs
package import FrameTensors

extension DecodeDemand {
  /// Creates the requirements of a model with this input.
  package init(_ input: TensorSpec) {
    self.init { input.sufficientSize(of: $0) }
    wantsColor = input.color != .gray
  }
}
