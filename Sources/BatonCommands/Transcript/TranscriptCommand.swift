package import ArgumentParser

/// `baton transcript`: what can be done with recorded conversations.
package struct TranscriptCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "transcript",
        abstract: "Work with recorded conversations.",
        // The list of commands says it, and takes all rows of a screen.
        usage: "",
        discussion: HelpScreen.discussion(
            "",
            more: """
                Reads .transcript files, ActivitySets, transcript attachments, handoff events, JSON lines, exports of \
                Dataverse (JSON and CSV) and .chat files with what lies beside them, in UTF-8 or UTF-16; damaged files \
                as far as they are whole. What had to be mended is told on standard error. - stands for standard input.

                Also reads, and writes in any form of convert: a browser's network log (.har) with the answers and \
                stream of Direct Line, the annotations of Omnichannel's bulk export, Botium's .convo.txt files, and \
                test sets of Copilot Studio (CSV).

                What baton itself prints with --json or writes with --trace is read too, and an Adaptive Card by itself \
                as a message that holds it. A file may be a named pipe; what is no transcript is refused.
                """
        ),
        subcommands: [
            Check.self, Show.self, List.self, Recover.self, Stats.self, Grep.self, Convert.self, Diff.self, Merge.self,
            Split.self, Fetch.self, Replay.self, Play.self, Restore.self,
        ]
    )

    /// A command with nothing set.
    package init() {}
}
