public import BotSchema
import Handoff

extension TranscriptStatistics {
    private var kinds: [(name: String, key: String, durations: Durations)] {
        [
            ("bot latency", "botLatency", botLatency), ("agent latency", "agentLatency", agentLatency),
            ("time in queue", "timeInQueue", timeInQueue), ("time to human", "timeToHuman", timeToHuman),
            ("handle time", "handleTime", handleTime),
        ]
    }

    private var handoffs: Int { outcomes.values.reduce(0, +) }

    /// The figures for reading, a line each, with a small plot of each kind of duration.
    ///
    /// - Parameter isDrawn: Whether to plot with block characters; else there are none but ASCII characters.
    /// - Returns: The lines.
    public func lines(isDrawn: Bool) -> [String] {
        var lines = [
            "activities     \(activities)",
            "turns          \(userTurns) of the user, \(botMessages) of the bot, \(agentMessages) of agents",
        ]
        if let span { lines.append("time           \(span.inWords)") }
        for (name, _, durations) in kinds {
            guard let median = durations.quantile(0.5), let high = durations.quantile(0.95),
                let most = durations.sorted.last
            else { continue }
            let figures =
                "median \(median.inWords), 95 % \(high.inWords), most \(most.inWords)"
            let plot = durations.sorted.count > 1 ? "  " + Self.plot(durations.sorted, isDrawn: isDrawn) : ""
            lines.append(Self.padded(name) + "\(durations.sorted.count) × \(figures)\(plot)")
        }
        lines.append("handoffs       \(handoffs)")
        for outcome in HandoffOutcome.allCases {
            guard let count = outcomes[outcome] else { continue }
            let bar = String(repeating: isDrawn ? "█" : "#", count: max(1, count * 20 / max(1, handoffs)))
            lines.append(Self.padded("  \(outcome.rawValue)") + "\(count) \(bar)")
        }
        return lines + traces.rows.map { Self.padded($0.label) + $0.text }
    }

    private static func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(1, 15 - name.count))
    }

    /// How many durations fall into each of twelve equal parts of the range, as a row of bars.
    private static func plot(_ sorted: [Duration], isDrawn: Bool) -> String {
        guard let most = sorted.last, most > .zero else { return "" }
        var counts = [Int](repeating: 0, count: 12)
        for duration in sorted { counts[min(11, Int(duration / most * 12))] += 1 }
        let bars = Array(isDrawn ? " ▁▂▃▄▅▆▇█" : " .:-=+*#@")
        let peak = counts.max() ?? 1
        let row = counts.map { bars[$0 == 0 ? 0 : max(1, $0 * 8 / peak)] }
        return "0 |" + String(row) + "| " + most.inWords
    }

    /// The figures as a JSON object, durations in milliseconds.
    public var json: JSONObject {
        var json: JSONObject = [
            "activities": .number(JSONNumber(activities)), "userTurns": .number(JSONNumber(userTurns)),
            "botMessages": .number(JSONNumber(botMessages)), "agentMessages": .number(JSONNumber(agentMessages)),
        ]
        if let span { json["span"] = Self.milliseconds(span) }
        for (_, key, durations) in kinds where !durations.sorted.isEmpty {
            json[key] = [
                "count": .number(JSONNumber(durations.sorted.count)),
                "median": durations.quantile(0.5).map(Self.milliseconds) ?? nil,
                "p95": durations.quantile(0.95).map(Self.milliseconds) ?? nil,
                "max": durations.sorted.last.map(Self.milliseconds) ?? nil,
            ]
        }
        json["handoffs"] = .number(JSONNumber(handoffs))
        json["outcomes"] = .object(
            JSONObject(
                entries: HandoffOutcome.allCases.compactMap { outcome in
                    outcomes[outcome].map { JSONObject.Entry(key: outcome.rawValue, value: .number(JSONNumber($0))) }
                }
            )
        )
        for entry in traces.json.entries { json[entry.key] = entry.value }
        return json
    }

    private static func milliseconds(_ duration: Duration) -> JSONValue {
        .number(JSONNumber(Int64(duration / .milliseconds(1))))
    }
}
