public import BotSchema
import Transcripts

/// What the traces of Copilot Studio tell of a conversation: how sessions ended, and what the bot did on the way.
public struct TraceFigures: Hashable, Sendable {
    /// The calls of one plugin.
    public struct Calls: Hashable, Sendable {
        /// How many there were.
        public internal(set) var all = 0
        /// How many did not succeed.
        public internal(set) var failed = 0
    }

    /// How many sessions had which outcome.
    public private(set) var outcomes: [String: Int] = [:]
    /// How often each topic was recognised, by its title.
    public private(set) var topics: [String: Int] = [:]
    /// How sure the bot was of its topics, in the order of the record.
    public private(set) var topicScores: [Double] = []
    /// Errors by their code.
    public private(set) var errors: [String: Int] = [:]
    /// How often each source of knowledge was cited.
    public private(set) var knowledgeSources: [String: Int] = [:]
    /// Calls by the name of the plugin.
    public private(set) var plugins: [String: Calls] = [:]
    /// How many tokens generated answers took and gave.
    public var tokens: (prompt: Int, completion: Int) { (promptTokens, completionTokens) }
    /// What users answered to the survey of their satisfaction, in the order of the record.
    public private(set) var satisfaction: [Double] = []

    private var promptTokens = 0
    private var completionTokens = 0

    /// No figures yet.
    public init() {}

    /// The figures of some activities.
    public init(of activities: [Activity]) {
        for activity in activities { take(activity) }
    }

    /// Counts what a trace tells; everything else tells nothing.
    mutating func take(_ trace: Activity) {
        guard trace.type == .trace else { return }
        if let outcome = SessionOutcome(trace) { return outcomes[outcome.outcome, default: 0] += 1 }
        let value = trace.value
        switch trace.valueType {
        case "IntentRecognition":
            if let title = value?["intentTitle"]?.string, !title.isEmpty { topics[title, default: 0] += 1 }
            if let score = value?["intentScore"]?.double { topicScores.append(score) }
        case "ErrorTraceData": errors[value?["errorCode"]?.string ?? "without a code", default: 0] += 1
        case "KnowledgeTraceData":
            for source in value?["citedKnowledgeSources"]?.array ?? [] {
                guard let name = source.string ?? source["name"]?.string else { continue }
                knowledgeSources[name, default: 0] += 1
            }
        case "PluginInvocationTraceData":
            let name = value?["pluginName"]?.string ?? "without a name"
            plugins[name, default: Calls()].all += 1
            if value?["isSuccess"]?.bool == false { plugins[name]?.failed += 1 }
        case "GenerativeAIResponseTraceData":
            promptTokens = Self.sum(promptTokens, value?["promptTokenCount"]?.int)
            completionTokens = Self.sum(completionTokens, value?["completionTokenCount"]?.int)
        case "CSATSurveyResponse": if let score = value?["score"]?.double { satisfaction.append(score) }
        default: break
        }
    }

    /// Adds the figures of another conversation.
    public mutating func add(_ other: TraceFigures) {
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        topics.merge(other.topics, uniquingKeysWith: +)
        topicScores += other.topicScores
        errors.merge(other.errors, uniquingKeysWith: +)
        knowledgeSources.merge(other.knowledgeSources, uniquingKeysWith: +)
        plugins.merge(other.plugins) { Calls(all: $0.all + $1.all, failed: $0.failed + $1.failed) }
        promptTokens = Self.sum(promptTokens, other.promptTokens)
        completionTokens = Self.sum(completionTokens, other.completionTokens)
        satisfaction += other.satisfaction
    }

    /// Files count what they like, and a sum may not be had.
    private static func sum(_ left: Int, _ right: Int?) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(max(0, right ?? 0))
        return overflow ? .max : sum
    }
}

extension TraceFigures {
    /// The figures for reading, a label and a text each; none where there are no such traces.
    var rows: [(label: String, text: String)] {
        var rows: [(String, String)] = []
        func add(_ label: String, _ counts: [String: Int], _ rest: String = "") {
            guard !counts.isEmpty else { return }
            rows.append((label, Self.words(counts) + rest))
        }
        add("sessions", outcomes)
        let middle = topicScores.isEmpty ? nil : topicScores.sorted()[topicScores.count / 2]
        add("topics", topics, middle.map { ", median score \(Self.rounded($0))" } ?? "")
        add("errors", errors)
        add("knowledge", knowledgeSources)
        if !plugins.isEmpty {
            let words = plugins.sorted { $0.key < $1.key }.map { name, calls in
                "\(PlainText.line(name)) \(calls.all)" + (calls.failed > 0 ? " (\(calls.failed) failed)" : "")
            }
            rows.append(("plugin calls", words.joined(separator: ", ")))
        }
        if promptTokens > 0 || completionTokens > 0 {
            rows.append(("tokens", "\(promptTokens) in prompts, \(completionTokens) in answers"))
        }
        if !satisfaction.isEmpty {
            let mean = satisfaction.reduce(0, +) / Double(satisfaction.count)
            let count = satisfaction.count == 1 ? "1 answer" : "\(satisfaction.count) answers"
            rows.append(("satisfaction", "\(Self.rounded(mean)) on average of \(count)"))
        }
        return rows
    }

    /// The most frequent first.
    private static func words(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(PlainText.line($0.key)) \($0.value)" }.joined(separator: ", ")
    }

    private static func rounded(_ number: Double) -> String {
        let hundredths = (number * 100).rounded()
        guard hundredths.magnitude < 1e12 else { return "\(number)" }
        let whole = Int64(hundredths)
        let rest = whole % 100
        guard rest != 0 else { return "\(whole / 100)" }
        let digits = rest.magnitude < 10 ? "0\(rest.magnitude)" : "\(rest.magnitude)"
        let sign = whole < 0 && whole > -100 ? "-" : ""
        return "\(sign)\(whole / 100)." + (digits.hasSuffix("0") ? String(digits.dropLast()) : digits)
    }

    /// The figures as members of a JSON object.
    var json: JSONObject {
        func object(_ counts: [String: Int]) -> JSONValue? {
            guard !counts.isEmpty else { return nil }
            let entries = counts.sorted { $0.key < $1.key }
                .map { JSONObject.Entry(key: $0.key, value: .number(JSONNumber($0.value))) }
            return .object(JSONObject(entries: entries))
        }
        var json = JSONObject()
        json["sessionOutcomes"] = object(outcomes)
        json["topics"] = object(topics)
        json["errors"] = object(errors)
        json["knowledgeSources"] = object(knowledgeSources)
        json["pluginCalls"] = object(plugins.mapValues(\.all))
        json["failedPluginCalls"] = object(plugins.mapValues(\.failed).filter { $0.value > 0 })
        if promptTokens > 0 || completionTokens > 0 {
            json["tokens"] = [
                "prompt": .number(JSONNumber(promptTokens)), "completion": .number(JSONNumber(completionTokens)),
            ]
        }
        if !satisfaction.isEmpty {
            json["satisfaction"] = .array(satisfaction.compactMap { JSONNumber($0).map(JSONValue.number) })
        }
        return json
    }
}
