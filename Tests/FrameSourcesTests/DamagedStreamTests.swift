import Foundation
import FrameCore
import FrameSources
import Testing

/// Streams of JPEG files with a fault: the frames beside it are found at their own start, and the fault is told.
@Suite(.enabled(if: python != nil)) struct DamagedStreamTests {
  /// Files with an EXIF thumbnail each, as cameras write them; progressive ones; ones with restarts.
  private func files(_ scratch: Scratch) throws -> [[UInt8]] {
    try scratch.run(
      python!, "-c",
      """
      import io, numpy as np
      from PIL import Image
      y, x = np.mgrid[0:90, 0:120]
      for n in range(6):
          im = Image.fromarray((np.stack([x * 2 + n * 9, y * 2, (x * y) >> 5], 2) % 256).astype(np.uint8))
          small = io.BytesIO(); im.resize((16, 12)).save(small, "JPEG")
          thumb = small.getvalue()
          # TIFF: IFD0 with no entries, IFD1 that names the thumbnail.
          ifd1 = 14
          entries = [(0x0103, 3, 6), (0x0201, 4, ifd1 + 2 + 36 + 4), (0x0202, 4, len(thumb))]
          tiff = b"II*\\0" + (8).to_bytes(4, "little") + b"\\0\\0" + ifd1.to_bytes(4, "little") + bytes([3, 0])
          for tag, kind, value in entries:
              tiff += tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + (1).to_bytes(4, "little")
              tiff += value.to_bytes(4, "little")
          exif = b"Exif\\0\\0" + tiff + bytes(4) + thumb
          im.save(f"{n}.jpg", "JPEG", quality=90, exif=exif, progressive=n == 3, restart_marker_rows=n == 4)
          open(f"{n}.thumb", "wb").write(thumb)
      """)
    return try (0..<6).map { try scratch.file("\($0).jpg") }
  }

  @Test func thumbnailsAreNoFrames() throws {
    let scratch = try Scratch()
    let files = try files(scratch)
    for number in 0..<6 {
      let thumb = try scratch.file("\(number).thumb")
      #expect(Data(files[number]).range(of: Data(thumb)) != nil)
    }
    let readings = try readAll(try scratch.write("a.mjpeg", files.flatMap { $0 }))
    #expect(readings.map(\.bytes) == files)
  }

  /// A file cut off at any place, in its data and in its headers, its thumbnail too: it is one frame for the decoder
  /// to refuse or one rejection, and all others are read to the byte.
  @Test func aCutFileTakesNoOtherWithIt() throws {
    let scratch = try Scratch()
    let files = try files(scratch)
    let size = files[2].count
    // Behind APP0, which Pillow writes first.
    let exif = 22 + Int(files[2][22]) << 8 + Int(files[2][23])
    let cuts = [
      2, 3, 5, 20, 80, 200, 500, exif, exif + 4, exif + 30, exif + 100, exif + 300, size - 2, size - 1,
    ]
    for cut in cuts + Array(stride(from: 7, to: size - 1, by: 61)) + Array(size - 45..<size - 36) {
      // Where the cut segment seems to end a marker of the next file begins: the two cannot be told apart.
      if cut > 24, cut < exif, files[3][exif - cut] == 0xFF { continue }
      let stream = files[0] + files[1] + files[2].prefix(cut) + files[3] + files[4]
      let readings = try readAll(try scratch.write("a.mjpeg", Array(stream)))
      let good = readings.compactMap(\.bytes).filter { files.contains($0) }
      #expect(
        good.map { files.firstIndex(of: $0)! } == [0, 1, 3, 4],
        "cut after \(cut) of \(size) bytes: \(readings.map { $0.problem ?? "\($0.bytes!.count)" }) exif \(exif)"
      )
      let rest = readings.filter { $0.bytes.map { !files.contains($0) } ?? true }
      #expect(rest.count <= 2 && !rest.isEmpty, "cut after \(cut) bytes: \(rest.map(\.problem))")
      // No thumbnail of any file.
      #expect(rest.allSatisfy { $0.layout.map { $0.width == 120 } ?? true }, "cut after \(cut) bytes")
    }
  }

  @Test func whatLiesBehindTheLastFrameIsTold() throws {
    let scratch = try Scratch()
    let files = try files(scratch)
    var generator = SeededGenerator(8)
    let rubbish = (0..<21_000).map { _ in UInt8.random(in: 1...200, using: &generator) }
    let told = try readAll(try scratch.write("a.mjpeg", files[0] + files[1] + rubbish))
    #expect(told.count == 3 && told[1].bytes == files[1])
    // Line ends in it count as padding.
    #expect(told[2].problem?.contains("frame 2: 20") == true, "\(told[2].problem ?? "")")
    #expect(told[2].problem?.contains("bytes after the last frame are not a JPEG file") == true)
    let text = try readAll(try scratch.write("b.mjpeg", files[0] + Array("hello: world\nX-Y: 1\n--\n".utf8)))
    #expect(text.count == 2 && text[1].problem?.contains("20 bytes after") == true)
    let padded =
      files[0] + [0, 0, 0, 0xFF, 0xFF, 13, 10] + files[1] + [UInt8](repeating: 0, count: 5000) + [10]
    #expect(try readAll(try scratch.write("c.mjpeg", padded)).map(\.bytes) == [files[0], files[1]])
  }

  /// What libjpeg reads over: fill bytes, stray bytes between segments and before markers, a marker with a length
  /// that damage made in the data.
  @Test func oddBytesEndNoFile() throws {
    let scratch = try Scratch()
    let files = try files(scratch)
    var odd: [[UInt8]] = []
    for file in files {
      let scan = scanStart(file)
      let headers = Array(file[2..<scan])
      odd.append([0xFF, 0xD8, 0xFF, 0xFF] + headers + file[scan...])
      odd.append(file[..<scan] + [1, 2, 3, 0, 0xFF, 0] + file[scan...])
      odd.append(file.dropLast(2) + [0xFF, 0xFF, 0xFF, 0xD9])
      odd.append(file.dropLast(2) + [7, 0, 1, 0xFF, 0xD9])
      var damaged = file
      let middle = (scan + file.count) / 2
      damaged.replaceSubrange(middle..<(middle + 4), with: [0xFF, 0xE3, 0x70, 0x00])
      odd.append(damaged)
      damaged.replaceSubrange(middle..<(middle + 4), with: [0xFF, 0xC4, 0x04, 0x00])
      odd.append(damaged)
    }
    let readings = try readAll(try scratch.write("a.mjpeg", odd.flatMap { $0 + files[0] }))
    let expected = odd.flatMap { [$0, files[0]] }
    #expect(readings.count == expected.count)
    for (reading, file) in zip(readings, expected) {
      #expect(reading.bytes == file, "\(reading.problem ?? "")")
    }
  }

  /// Any damage, at any place: what is not touched is read to the byte, but for the neighbour of a damaged end.
  @Test func damageStaysWhereItIs() throws {
    let scratch = try Scratch()
    let files = try files(scratch)
    var generator = SeededGenerator(9)
    let begin = files[0].count + files[1].count
    for round in 0..<200 {
      var stream = files.flatMap { $0 }
      // Each byte of the first segments, then any.
      let at =
        round < 30 ? begin + round : Int.random(in: begin..<begin + files[2].count, using: &generator)
      stream[at] = UInt8.random(in: 0...255, using: &generator)
      let good = try readAll(try scratch.write("a.mjpeg", stream)).compactMap(\.bytes)
      for other in [0, 1, 3, 4, 5] {
        #expect(good.contains(files[other]), "byte \(at - begin): file \(other)")
      }
      #expect(
        good.allSatisfy { $0.count > 1000 },
        "byte \(at - begin) \(stream[at]) \(good.map(\.count)) \(files.map(\.count))")
    }
  }

  /// Offset of the first start-of-scan marker.
  private func scanStart(_ file: [UInt8]) -> Int {
    var at = 2
    while file[at + 1] != 0xDA { at += 2 + Int(file[at + 2]) << 8 + Int(file[at + 3]) }
    return at
  }
}
