/// Settings of Java's Kafka clients that librdkafka does not have, and their equivalents here: settings files are often
/// Java's. Values are not shown, as some are secrets.
///
/// Names are those of kafka-clients 4.3.0, `ProducerConfig`, `ConsumerConfig`, `SaslConfigs` and `SslConfigs`.
enum JavaSettings {
  /// Returns what to do instead of a setting; `nil` for one that is not Java's, or that librdkafka has too.
  static func counterpart(of key: String) -> String? {
    if let known = counterparts[key] { return known }
    if let name = renamed[key] { return "a setting of Java's clients; librdkafka's is \(name)" }
    if needless.contains(key) || prefixes.contains(where: key.hasPrefix) {
      return "a setting of Java's clients that librdkafka does not need; leave it out"
    }
    return nil
  }

  /// Returns the equivalent of a value that only Java's clients accept; `nil` if it is unknown.
  static func counterpart(of key: String, value: String) -> String? {
    switch key {
    case "partition.assignment.strategy" where value.contains("org.apache.kafka"):
      "names classes of Java's clients; librdkafka's are range, roundrobin and cooperative-sticky"
    case "ssl.endpoint.identification.algorithm" where value.isEmpty:
      "Java's empty value is written as none here: ssl.endpoint.identification.algorithm=none"
    default: nil
    }
  }

  private static let counterparts = [
    "sasl.jaas.config":
      "a setting of Java's clients; give its username and password as sasl.username and sasl.password "
      + "(=@file:PATH or =@env:NAME hides them), for Kerberos its principal and keyTab as "
      + "sasl.kerberos.principal and sasl.kerberos.keytab",
    "ssl.truststore.location":
      "a setting of Java's clients; librdkafka's is ssl.ca.location, a PEM file: "
      + "keytool -exportcert -rfc -keystore TRUSTSTORE -alias NAME -file ca.pem",
    "ssl.truststore.password":
      "a setting of Java's clients; ssl.ca.location is a PEM file and has no password",
    "ssl.truststore.type": "a setting of Java's clients; ssl.ca.location is always a PEM file: leave it out",
    "ssl.truststore.certificates": "a setting of Java's clients; librdkafka's is ssl.ca.pem",
    "ssl.keystore.type":
      "a setting of Java's clients; ssl.keystore.location is always a PKCS#12 file here. Convert a JKS file: "
      + "keytool -importkeystore -srckeystore KEYSTORE -destkeystore client.p12 -deststoretype PKCS12",
    "ssl.keystore.key": "a setting of Java's clients; librdkafka's is ssl.key.pem",
    "ssl.keystore.certificate.chain": "a setting of Java's clients; librdkafka's is ssl.certificate.pem",
    "buffer.memory": "a setting of Java's clients; librdkafka's is queue.buffering.max.kbytes, in KiB",
    "config.providers":
      "a setting of Java's clients; a value that is stored elsewhere is written @file:PATH or @env:NAME here",
    "sasl.login.callback.handler.class":
      "a setting of Java's clients; with OAUTHBEARER librdkafka requests tokens itself: "
      + "sasl.oauthbearer.method=oidc and sasl.oauthbearer.token.endpoint.url",
    "partitioner.class":
      "a setting of Java's clients; leave it out: a feed's key decides its partition, as in Java",
  ]

  private static let renamed = [
    "max.request.size": "message.max.bytes",
    "fetch.max.wait.ms": "fetch.wait.max.ms",
    "send.buffer.bytes": "socket.send.buffer.bytes",
    "receive.buffer.bytes": "socket.receive.buffer.bytes",
    "sasl.kerberos.kinit.cmd.path": "sasl.kerberos.kinit.cmd",
    "sasl.oauthbearer.client.credentials.client.id": "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.credentials.client.secret": "sasl.oauthbearer.client.secret",
  ]

  private static let needless: Set = [
    "key.serializer", "value.serializer", "key.deserializer", "value.deserializer", "max.poll.records",
    "default.api.timeout.ms", "retry.backoff.max.ms", "max.block.ms", "client.dns.lookup", "ssl.protocol",
    "ssl.enabled.protocols", "ssl.provider",
    "ssl.trustmanager.algorithm", "ssl.keymanager.algorithm", "ssl.secure.random.implementation",
    "ssl.engine.factory.class", "security.providers", "exclude.internal.topics", "interceptor.classes",
    "auto.include.jmx.reporter", "partitioner.ignore.keys", "partitioner.availability.timeout.ms",
    "transaction.two.phase.commit.enable", "group.remote.assignor", "group.protocol", "enable.metrics.push",
    "metadata.recovery.strategy", "metadata.recovery.rebootstrap.trigger.ms", "metadata.max.idle.ms",
    "socket.connection.setup.timeout.max.ms", "sasl.client.callback.handler.class", "sasl.login.class",
    "sasl.kerberos.ticket.renew.jitter", "sasl.kerberos.ticket.renew.window.factor",
  ]

  private static let prefixes = [
    "metric.", "metrics.", "sasl.login.", "compression.gzip.", "compression.zstd.", "compression.lz4.",
  ]
}
