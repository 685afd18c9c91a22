import Foundation

/// A certificate for brokers on this machine, made by openssl in a temporary directory and deleted with this object.
final class BrokerCertificate {
  private let directory = NSTemporaryDirectory() + "framefeed-certificate." + UUID().uuidString

  /// The certificate, which is its own authority.
  var authority: String { directory + "/certificate.pem" }
  /// Certificate and key in one file, as Kafka reads PEM.
  var pair: String { directory + "/pair.pem" }

  init() throws(BenchError) {
    guard let openssl = Executables.find("openssl") else {
      throw .failed("there is no openssl, which makes the certificate of the broker with TLS: install it")
    }
    let key = directory + "/key.pem"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      guard
        Executables.succeeds([
          openssl, "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
          "-keyout", key, "-out", authority, "-days", "2", "-subj", "/CN=localhost",
          "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ])
      else { throw BenchError.failed("openssl made no certificate in \(directory)") }
      let both = try [authority, key].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
      try both.write(toFile: pair, atomically: true, encoding: .utf8)
    } catch let error as BenchError {
      throw error
    } catch {
      throw .failed("\(directory): a certificate cannot be written: \(error.localizedDescription)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }
}
