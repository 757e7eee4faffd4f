import ArgumentParser

/// How long the first answer to a line may take, in scripts and replays alike.
struct AnswerOptions: ParsableArguments {
    @Option(help: .detail("In scripts: seconds in which the first answer to a line has to come.", valueName: "s"))
    var answerWithin: Double = 15

    func validate() throws {
        if !(0...3600).contains(answerWithin) { throw ValidationError("--answer-within takes seconds from 0 to 3600.") }
    }

    /// The time as a duration.
    var within: Duration { .milliseconds(Int64(answerWithin * 1000)) }
}
