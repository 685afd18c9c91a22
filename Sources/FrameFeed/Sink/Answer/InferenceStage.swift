/// Gives the model one batch after the other, in the order of receipt, on a thread of its own.
struct InferenceStage: Sendable {
  let line: BatchLine
  let answers: ModelAnswers

  /// Runs until the last batch is answered, or nothing can be answered any more.
  func run() {
    while let batch = line.next() {
      guard answers.ask(batch) else { return }
    }
    answers.finish()
  }
}
