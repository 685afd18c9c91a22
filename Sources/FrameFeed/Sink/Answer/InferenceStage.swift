/// Passes batches to the model, in the order of receipt, on its own thread.
struct InferenceStage: Sendable {
  let line: BatchLine
  let answers: ModelAnswers

  /// Runs until the last batch is answered, or answering has failed.
  func run() {
    while let batch = line.next() {
      guard answers.ask(batch) else { return }
    }
    answers.finish()
  }
}
