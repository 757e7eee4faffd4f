import ArgumentParser

/// How a conversation of a chat begins and how a script goes through it.
struct TalkOptions: ParsableArguments {
    @Flag(help: "Go on with the last conversation, or that of the id.")
    var resume = false

    @Option(
        help: .detail("A PEM file of an authority to be trusted besides the system's.", valueName: "file"),
        completion: .file()
    )
    var ca: [String] = []

    @OptionGroup var answer: AnswerOptions

    @Option(help: .detail("Show a saved conversation first.", valueName: "file"), completion: .file())
    var load: String?

    @Option(
        name: .customLong("as"),
        help: .detail("With --load: /next says the user's lines again, one by one.", valueName: "use")
    )
    var loadUse: LoadUse?
}
