package import FrameCodecs
package import FrameTensors

extension DecodeDemand {
  /// What a model with this input needs of a frame.
  package init(_ input: TensorSpec) {
    self.init { input.sufficientSize(of: $0) }
    wantsColor = input.color != .gray
  }
}
