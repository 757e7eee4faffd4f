import ArgumentParser
import BotSchema
import Transcripts

/// How much of two activities has to be the same.
struct CompareOptions: ParsableArguments {
    @Option(
        help: .detail(
            "What counts: every member, those that the file has, or texts alone (default: exact for what Baton "
                + "recorded, else expected).",
            valueName: "extent"
        )
    )
    var compare: CompareOption?

    /// A comparison with what is expected, in which that counts which it can tell.
    func adapted(_ comparison: ActivityComparison, to expected: Transcript) -> ActivityComparison {
        let isOurs = HubSettings(recordedIn: expected.activities) != nil
        var adapted = comparison
        adapted.extent = compare?.extent ?? (isOurs ? .exact : .expected)
        adapted.comparesNames = expected.form != .chat
        return adapted
    }
}

/// The words of `--compare`.
enum CompareOption: String, ExpressibleByArgument, CaseIterable {
    case exact, expected, text

    var extent: ActivityComparison.Extent {
        switch self {
        case .exact: .exact
        case .expected: .expected
        case .text: .text
        }
    }
}
