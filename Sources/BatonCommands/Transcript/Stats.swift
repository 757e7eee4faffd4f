package import ArgumentParser
import BotSchema
import ChatScreen
import TranscriptRendering
import Transcripts

extension TranscriptCommand {
    /// `baton transcript stats`: turns, latencies, and what became of handoffs.
    package struct Stats: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Count turns, latencies and handoffs.",
            discussion: """
                Each conversation of a file is counted on its own; with several files the sum follows.

                  baton transcript stats *.transcript
                  baton transcript stats --json export.csv
                """
        )

        @OptionGroup var input: InputFiles

        @Flag(help: "Write one JSON object for each file, durations in milliseconds.")
        var json = false

        @Flag(help: "Print ASCII characters alone.")
        var plain = false

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var sum = TranscriptStatistics()
            var isComplete = true
            for file in input.files {
                var figures = TranscriptStatistics()
                do throws(TranscriptError) {
                    figures = try TranscriptInput.statistics(of: file)
                } catch {
                    TranscriptInput.fail(error.description)
                    isComplete = false
                    continue
                }
                sum.add(figures)
                report(figures, of: TranscriptInput.name(file))
            }
            if input.files.count > 1 { report(sum, of: nil) }
            if !isComplete { throw ExitStatus.failed.code }
        }

        private func report(_ figures: TranscriptStatistics, of name: String?) {
            if json {
                var object: JSONObject = name.map { ["file": .string($0)] } ?? ["sum": true]
                for entry in figures.json.entries { object[entry.key] = entry.value }
                StandardStream.output.writeLine(.object(object))
                return
            }
            if input.files.count > 1 { StandardStream.output.writeLine("== \(name ?? "together")") }
            let isDrawn = TranscriptOutput.isColored(plain: plain)
            for line in figures.lines(isDrawn: isDrawn) { StandardStream.output.writeLine(line) }
        }
    }
}
