import FrameCore

/// The reason why librdkafka does not start a client, naming the file or setting at fault: its own messages are
/// OpenSSL's ("error:05880002:x509 certificate routines::system lib").
enum StartFailure {
  /// - Parameters:
  ///   - reason: librdkafka's message.
  ///   - value: returns the value of a setting.
  static func error(_ reason: String, value: (String) -> String?) -> TransportError {
    for key in ["ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location"] {
      guard reason.contains(key), reason.contains("failed"), let path = value(key), !path.isEmpty else {
        continue
      }
      return .setting(key: key, reason: "\(path) \(fault(of: path, key, reason))")
    }
    // librdkafka's wheels are built without Kerberos.
    let isWithout = reason.contains("No provider for SASL mechanism GSSAPI")
    if isWithout || reason.contains("sasl.kerberos"), value("sasl.mechanism") == "GSSAPI" {
      return .client(
        reason: "sasl.mechanism is GSSAPI (Kerberos) unless set"
          + (isWithout
            ? ", and this librdkafka is built without it (the system's may have it: make build LIBRDKAFKA=system)"
            : "") + "; with a name and a password it is "
          + "-X sasl.mechanism=PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
    }
    return .client(reason: reason)
  }

  /// Returns the error of an OAUTHBEARER login that has no source for a token, or for the next one.
  static func withoutToken(
    in version: LibraryVersion = .inUse, _ value: (String) -> String?
  ) -> TransportError? {
    guard value("security.protocol")?.hasPrefix("sasl_") == true, value("sasl.mechanism") == "OAUTHBEARER",
      value("sasl.oauthbearer.method") != "oidc"
    else { return nil }
    let unsigned = "enable.sasl.oauthbearer.unsecure.jwt"
    guard value(unsigned) == "true" else {
      return .setting(
        key: "sasl.mechanism",
        reason: "OAUTHBEARER has no source for a token: set -X sasl.oauthbearer.method=oidc, "
          + "sasl.oauthbearer.token.endpoint.url, sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret "
          + "(=@env:NAME); or, for a test broker that accepts unsigned tokens, "
          + "-X \(unsigned)=true -X sasl.oauthbearer.config=principal=NAME")
    }
    let ability = LibraryAbility.renewingUnsignedTokens
    if ability.isThere(in: version) { return nil }
    return .setting(
      key: unsigned,
      reason: "librdkafka \(version) cannot \(ability.action), and would end the program when it tries; "
        + "\(ability.since) or newer can (make deps installs one)")
  }

  private static func fault(of path: String, _ key: String, _ reason: String) -> String {
    do throws(SmallFile.Failure) {
      _ = try SmallFile.read(path)
    } catch {
      return error.ofSettings
    }
    if reason.contains("key values mismatch") { return "is not the key of ssl.certificate.location" }
    switch key {
    case "ssl.key.location":
      return "is not a private key in PEM, or is encrypted and ssl.key.password is not its password"
    case "ssl.keystore.location":
      return "is not a PKCS#12 file, or ssl.keystore.password is not its password"
    default: return "is not a file of certificates in PEM"
    }
  }
}
