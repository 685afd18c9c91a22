/// The weights of red, green and blue in luma.
public enum ColorMatrix: String, Sendable, Equatable, CaseIterable {
  /// ITU-R BT.601: standard definition, JPEG, most webcams.
  case bt601
  /// ITU-R BT.709: high definition.
  case bt709
  /// ITU-R BT.2020, with non-constant luminance.
  case bt2020

  /// The weight of red in luma.
  var red: Double {
    switch self {
    case .bt601: 0.299
    case .bt709: 0.2126
    case .bt2020: 0.2627
    }
  }

  /// The weight of blue in luma.
  var blue: Double {
    switch self {
    case .bt601: 0.114
    case .bt709: 0.0722
    case .bt2020: 0.0593
    }
  }

  /// Returns the likely matrix of a stream that states none: BT.709 from 720 lines on. Full range comes from JPEG,
  /// which has only BT.601.
  package static func likely(height: Int, isFullRange: Bool) -> ColorMatrix {
    height >= 720 && !isFullRange ? .bt709 : .bt601
  }
}

/// The factors of normalised Cb and Cr in red, green and blue; the factor of Y is 1.
struct YUVMatrix {
  let redOfRed, greenOfRed, greenOfBlue, blueOfBlue: Double

  init(_ matrix: ColorMatrix) {
    let (red, blue) = (matrix.red, matrix.blue)
    let green = 1 - red - blue
    redOfRed = 2 * (1 - red)
    blueOfBlue = 2 * (1 - blue)
    greenOfRed = -2 * red * (1 - red) / green
    greenOfBlue = -2 * blue * (1 - blue) / green
  }
}
