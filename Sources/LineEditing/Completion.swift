/// The line at the moment the person asked for completion.
package struct CompletionRequest: Sendable, Equatable {
    /// The whole line.
    package var line: String
    /// How many characters of the line stand before the cursor.
    package var cursor: Int

    /// Creates a request.
    package init(line: String, cursor: Int) {
        self.line = line
        self.cursor = cursor
    }
}

/// What could stand in a part of the line.
///
/// The editor inserts what all candidates have in common, or lists them above the prompt when that is nothing new.
package struct Completion: Sendable, Equatable {
    /// One text that could stand there.
    package struct Candidate: Sendable, Equatable {
        /// What is inserted, quoted as the line needs it.
        package var text: String
        /// What the list shows in place of the text, such as the last part of a path.
        package var label: String
        /// A few words about it, shown in the list.
        package var summary: String

        /// Creates a candidate; the label is the text when none is given.
        package init(_ text: String, label: String? = nil, summary: String = "") {
            self.text = text
            self.label = label ?? text
            self.summary = summary
        }
    }

    /// The part of the line, as offsets in characters, in whose place a candidate goes.
    package var replacing: Range<Int>
    /// What could stand there, in the order of the list.
    package var candidates: [Candidate]
    /// What follows a candidate that is the only one, such as a blank.
    package var suffix: String

    /// Nothing to complete.
    package static let none = Completion(replacing: 0..<0, candidates: [])

    /// Creates a completion.
    package init(replacing: Range<Int>, candidates: [Candidate], suffix: String = "") {
        self.replacing = replacing
        self.candidates = candidates
        self.suffix = suffix
    }
}

extension Completion {
    /// What the editor does for one press of the key.
    enum Step: Equatable {
        case nothing
        case replace(Range<Int>, with: String)
        case list
    }

    func step(in request: CompletionRequest) -> Step {
        let line = Array(request.line)
        let range = replacing.clamped(to: 0..<line.count)
        guard var common = candidates.first?.text else { return .nothing }
        for candidate in candidates.dropFirst() { common = Self.commonPrefix(common, candidate.text) }
        if candidates.count == 1 { common += suffix }
        let present = String(line[range])
        // Never shorter than what is there: that would take typed text away.
        if common != present, common.count >= present.count { return .replace(range, with: common) }
        return candidates.count > 1 ? .list : .nothing
    }

    /// The candidates as lines for the screen: in columns, or one a line with its summary.
    func listing(columns: Int) -> [String] {
        let most = 100
        let shown = candidates.prefix(most)
        let labels = shown.map { DisplayText.neutralised($0.label, keepingNewlines: false) }
        let widest = labels.map { DisplayText.columns($0) }.max() ?? 0
        let rest = candidates.count > most ? ["… and \(candidates.count - most) more"] : []
        if shown.contains(where: { !$0.summary.isEmpty }) {
            return zip(labels, shown).map { label, candidate in
                // An absolute move, because terminals measure some characters differently.
                label + "\u{1b}[\(widest + 3)G" + DisplayText.neutralised(candidate.summary, keepingNewlines: false)
            } + rest
        }
        let perLine = max(1, columns / (widest + 2))
        return stride(from: 0, to: labels.count, by: perLine).map { start in
            labels[start..<min(start + perLine, labels.count)].enumerated().map { offset, label in
                offset == 0 ? label : "\u{1b}[\(offset * (widest + 2) + 1)G" + label
            }.joined()
        } + rest
    }

    private static func commonPrefix(_ one: String, _ other: String) -> String {
        String(zip(one, other).prefix { $0 == $1 }.map(\.0))
    }
}
