import ArgumentParser

/// How long the first answer to a line may take, and the silence that ends a turn: in scripts and replays alike.
struct AnswerOptions: ParsableArguments {
    @Option(help: .detail("In scripts: milliseconds of silence after which a turn is finished.", valueName: "ms"))
    var settle: Int = 500

    @Option(help: .detail("In scripts: seconds in which the first answer to a line has to come.", valueName: "s"))
    var answerWithin: Double = 15

    func validate() throws {
        if settle < 1 { throw ValidationError("--settle takes milliseconds from 1.") }
        if !(0...3600).contains(answerWithin) { throw ValidationError("--answer-within takes seconds from 0 to 3600.") }
    }

    /// The time for a first answer.
    var within: Duration { .milliseconds(Int64(answerWithin * 1000)) }

    /// The silence that ends a turn.
    var silence: Duration { .milliseconds(settle) }
}
