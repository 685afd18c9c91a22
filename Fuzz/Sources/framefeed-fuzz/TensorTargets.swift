import FrameCore
import FrameTensors

@testable import FrameCodecs

/// Files the whole way to a tensor, as a sink takes them: at every scale, decode mode, engine and number of threads.
extension FuzzTarget {
  /// An input is two bytes for the tensor's size, one for its kind, two for the decoder, and the file.
  static var tensor: Run {
    // Kept from input to input, as a sink keeps them.
    let crew = DecodeCrew(threads: 3)
    nonisolated(unsafe) var kept: [UInt16: FrameDecoder] = [:]
    return { bytes in
      guard bytes.count > 5 else { return }
      let file = UnsafeRawBufferPointer(rebasing: bytes[5...])
      let header = ImageHeader(RawSpan(_unsafeBytes: file))
      guard let content = try? header?.content(limits: limits) else { return }
      let spec = spec(bytes)
      let how = UInt16(bytes[3]) | UInt16(bytes[4] & 8) << 8 | (spec.color == .gray ? 1 << 8 : 0)
      func fresh() -> FrameDecoder { decoder(how, bytes[4] & 8 == 0 ? nil : crew, spec) }
      let known = kept[how] ?? fresh()
      kept[how] = known
      let alone = tensor(file, content, fresh(), spec)
      let after = tensor(file, content, known, spec)
      require(
        after == alone,
        "a decoder that has read other files \(after == nil ? "refuses" : "gives another tensor of") what one alone "
          + (alone == nil ? "refuses" : "reads"))
    }
  }

  private static func spec(_ bytes: UnsafeRawBufferPointer) -> TensorSpec {
    let kind = Int(bytes[2])
    var spec = TensorSpec(width: Int(bytes[0] & 63) + 1, height: Int(bytes[1] & 63) + 1)
    spec.layout = TensorSpec.Layout.allCases[kind & 1]
    spec.type = TensorSpec.Element.allCases[(kind >> 1 & 3) % 3]
    spec.color = TensorSpec.Color.allCases[(kind >> 3 & 3) % 3]
    spec.fit = TensorSpec.Fit.allCases[(kind >> 5 & 3) % 3]
    return spec
  }

  private static func decoder(_ how: UInt16, _ crew: DecodeCrew?, _ spec: TensorSpec) -> FrameDecoder {
    let least = Int(how >> 4 & 7)
    var demand = DecodeDemand { size in
      // Of every scale, whatever the tensor's size.
      FrameSize(width: max(1, size.width >> least), height: max(1, size.height >> least)) ?? size
    }
    demand.exactness = DecodeDemand.Exactness.allCases[Int(how & 3) % 3]
    demand.orientation = how & 4 == 0 ? .exif : .stored
    demand.damaged = how & 8 == 0 ? .refuse : .keep
    demand.wantsColor = spec.color != .gray
    return FrameDecoder(
      limits: limits, demand: demand, crew: crew, libraryOnly: how & 128 != 0, stripesFrom: 0)
  }

  /// - Returns: `nil` for a file that is refused.
  private static func tensor(
    _ file: UnsafeRawBufferPointer, _ content: FrameContent, _ decoder: FrameDecoder, _ spec: TensorSpec
  ) -> [UInt8]? {
    // Exactly as large as the tensor, so that a value beyond is seen.
    let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: spec.bytesPerFrame, alignment: 64)
    defer { slot.deallocate() }
    for at in slot.indices { slot[at] = 0 }
    let writer = TensorWriter(spec: spec)
    writer.aim(at: slot)
    do throws(CodecError) {
      try decoder.decode(RawSpan(_unsafeBytes: file), format: PayloadFormat(content: content), to: writer)
    } catch {
      return nil
    }
    return Array(slot)
  }
}
