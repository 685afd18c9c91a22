// swift-tools-version: 6.2
import PackageDescription

// A package of its own: the sanitizers and the fuzzer's runtime stay out of every other build. `make fuzz`.
let package = Package(
  name: "framefeed-fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "framefeed", path: "..")],
  targets: [
    .executableTarget(
      name: "framefeed-fuzz",
      dependencies: [
        .product(name: "FrameFeed", package: "framefeed"),
        .product(name: "FramePictures", package: "framefeed"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableExperimentalFeature("Lifetimes"),
      ])
  ]
)
