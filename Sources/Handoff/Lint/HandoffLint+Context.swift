import BotSchema

extension HandoffLint {
    /// HO112 and HO140 to HO144: what an initiation tells the hub.
    static let contextChecks: [@Sendable (LintSubject) -> [HandoffFinding]] = [
        { subject in
            guard let context = subject.initiation?.context, let named = context.json["va_ConversationId"]?.string,
                let actual = subject.activity.conversation?.id, named != actual, !named.isEmpty
            else { return [] }
            // Later documentation calls it a GUID of the product's own.
            let severity: HandoffRule.Severity? = isGUID(named) ? .information : nil
            return [
                subject.finding(
                    .differingConversationVariable,
                    "$.value.va_ConversationId",
                    severity: severity,
                    "va_ConversationId is not the id of the conversation"
                )
            ]
        },
        { subject in
            guard let initiation = subject.initiation, let text = subject.activity.value?.string, !text.isEmpty
            else { return [] }
            let isJSON = initiation.context.plainValue == nil
            return [
                subject.finding(
                    .contextAsText,
                    "$.value",
                    severity: isJSON ? nil : .information,
                    isJSON ? "the context is JSON within text" : "the context is a plain text"
                )
            ]
        },
        { subject in
            let names = [HandoffEventName.handoffInitiation, HandoffEventName.initiateHandoff]
            guard let name = subject.eventName, names.contains(name), subject.activity.value?.isNull ?? true else {
                return []
            }
            return [subject.finding(.missingContext, "$.value", "the request says nothing to route by")]
        },
        { subject in
            guard let variables = subject.initiation?.context.json else { return [] }
            return variables.entries.compactMap { entry in
                guard let isList = variableIsList[entry.key], !entry.value.isNull else { return nil }
                let texts = isList ? entry.value.array ?? [nil] : [entry.value]
                guard !texts.allSatisfy({ $0.string != nil }) else { return nil }
                let expected = isList ? "a list of texts" : "text"
                return subject.finding(.variableKind, "$.value.\(entry.key)", "\(entry.key) is not \(expected)")
            }
        },
        { subject in
            guard let variables = subject.initiation?.context.json, variables.contains("va_LastPhrases")
            else { return [] }
            let words =
                variables.contains("va_LastPhrase")
                ? "both spellings of the last phrase are there"
                : "the name is the documentation's; products write another"
            return [subject.finding(.phraseSpelling, "$.value.va_LastPhrases", words)]
        },
        { subject in
            guard subject.signal?.dialect == .omnichannel, let variables = subject.initiation?.context.json
            else { return [] }
            return variables.entries.compactMap { entry in
                omnichannelProblem(of: entry).map {
                    subject.finding(.omnichannelLimit, "$.channelData.tags.context.\(entry.key.prefix(100))", $0)
                }
            }
        },
    ]

    private static let variableIsList = [
        "va_Scope": false, "va_LastTopic": false, "va_Topics": true, "va_LastPhrase": false, "va_LastPhrases": false,
        "va_Phrases": true, "va_ConversationId": false, "va_AgentMessage": false, "va_BotId": false,
        "va_BotName": false, "va_Language": false,
    ]

    private static func omnichannelProblem(of entry: JSONObject.Entry) -> String? {
        if entry.key.count > 100 { return "the name has \(entry.key.count) characters" }
        if let text = entry.value.string { return text.count > 4000 ? "the value has \(text.count) characters" : nil }
        return entry.value.int == nil ? "the value is neither text nor a whole number" : nil
    }

    private static func isGUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
