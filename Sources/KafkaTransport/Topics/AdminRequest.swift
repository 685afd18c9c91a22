import CRDKafka
import FrameCore

/// Owns the response to an admin request.
struct AdminAnswer: ~Copyable {
  let event: OpaquePointer

  deinit { rd_kafka_event_destroy(event) }
}

extension KafkaClient {
  /// Sends an admin request and waits for its response, as long as one may come.
  /// - Parameter send: sends the request, with the options and the queue for the response.
  func request(
    _ action: GuardedAction, _ operation: rd_kafka_admin_op_t, milliseconds: Int32 = 15_000,
    _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer) -> Void
  ) throws(TransportError) -> AdminAnswer {
    guard let queue = rd_kafka_queue_new(handle) else { throw .stopped }
    defer { rd_kafka_queue_destroy(queue) }
    let options = rd_kafka_AdminOptions_new(handle, operation)
    defer { rd_kafka_AdminOptions_destroy(options) }
    rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
    send(options, queue)
    // A little longer than the request itself may take, so that its own error comes first.
    let deadline = FrameClock.monotonic() + Int64(milliseconds + 2000) * 1_000_000
    var watch = ConnectionWatch(self)
    var answered = rd_kafka_queue_poll(queue, 100)
    while answered == nil, FrameClock.monotonic() < deadline, !watch.isPointless() {
      answered = rd_kafka_queue_poll(queue, 100)
    }
    guard let event = answered else { throw failure(action, .timedOut) }
    let answer = AdminAnswer(event: event)
    let code = KafkaCode(rd_kafka_event_error(event))
    guard code == .none else {
      throw failure(action, code, detail: rd_kafka_event_error_string(event).map { String(cString: $0) })
    }
    return answer
  }

  /// Sends an admin request about one object and reads its result.
  /// - Parameters:
  ///   - object: what the operation is about, of the type that it takes.
  ///   - read: reads the result, which is valid during the call; `nil` if the response has none.
  func request<Value>(
    _ action: GuardedAction, _ operation: AdminOperation, of object: OpaquePointer,
    _ read: (_ result: OpaquePointer?) throws(TransportError) -> Value
  ) throws(TransportError) -> Value {
    let answer = try request(action, operation.code) { options, queue in
      var objects: [OpaquePointer?] = [object]
      operation.send(handle, &objects, 1, options, queue)
    }
    var count = 0
    let results = operation.results(answer.event, &count)
    return try read(count > 0 ? results?[0] : nil)
  }
}
