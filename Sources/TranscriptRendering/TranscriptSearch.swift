public import BotSchema
import MessageContent

/// Looks for words in what people see of an activity, or in all that it holds.
public struct TranscriptSearch {
    /// Why an expression cannot be looked for.
    public struct InvalidExpression: Error, Hashable, Sendable {
        /// What is wrong with it, one sentence.
        public let reason: String
    }

    /// Where to look.
    public enum Scope: Hashable, Sendable {
        /// The words, cards and choices that people see, and the names of events.
        case words
        /// Every text and number of the activity, with its member's name.
        case everything
    }

    private enum Matcher {
        case expression(Regex<AnyRegexOutput>)
        case literal(String)
    }

    private let matcher: Matcher
    private let scope: Scope
    private let ignoresCase: Bool

    /// A search.
    ///
    /// - Parameters:
    ///   - pattern: What to look for.
    ///   - isExpression: Whether it is a regular expression.
    ///   - ignoresCase: Whether the case of letters does not matter.
    ///   - scope: Where to look.
    /// - Throws: ``InvalidExpression``.
    public init(
        _ pattern: String,
        isExpression: Bool = false,
        ignoresCase: Bool = false,
        scope: Scope = .words
    ) throws(InvalidExpression) {
        self.scope = scope
        self.ignoresCase = ignoresCase
        guard isExpression else {
            matcher = .literal(ignoresCase ? pattern.lowercased() : pattern)
            return
        }
        do {
            matcher = .expression(try Regex(pattern).ignoresCase(ignoresCase))
        } catch {
            throw InvalidExpression(reason: "‘\(pattern)’ is no regular expression: \(error)")
        }
    }

    /// The lines of an activity that hold what is looked for, made safe to print.
    public func matches(in activity: Activity) -> [String] {
        switch scope {
        case .words: return Self.words(of: activity).filter(isMatch)
        case .everything:
            var found: [String] = []
            collect(activity.jsonValue, at: "$", depth: 0, into: &found)
            return found
        }
    }

    private func collect(_ value: JSONValue, at path: String, depth: Int, into found: inout [String]) {
        switch value {
        case .object(let object):
            for entry in object.entries {
                collect(entry.value, at: "\(path).\(entry.key)", depth: depth + 1, into: &found)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                collect(element, at: "\(path)[\(index)]", depth: depth + 1, into: &found)
            }
        default:
            let text = value.string ?? value.compactText
            if isMatch(text) || isMatch(path) { found.append(PlainText.line("\(path): \(text)")) }
        }
    }

    private static func words(of activity: Activity) -> [String] {
        let content = MessageContent(of: activity, else: activity.isFromUser ? .plain : .markdown)
        return PlainLines.lines(of: content) + [activity.name].compactMap { $0.map(PlainText.line) }
    }

    private func isMatch(_ line: String) -> Bool {
        switch matcher {
        case .literal(let words): (ignoresCase ? line.lowercased() : line).contains(words)
        case .expression(let expression): (try? expression.firstMatch(in: line)) != nil
        }
    }
}
