import BotSchema

extension HandoffLint {
    /// HO101 to HO110 and HO218: how a handoff event is named, carried and addressed.
    static let eventChecks: [@Sendable (LintSubject) -> [HandoffFinding]] = [
        { subject in
            guard subject.activity.type == .event, subject.activity.name?.isEmpty ?? true else { return [] }
            return [subject.finding(.missingName, "$.name", "the event has no name")]
        },
        { subject in
            guard subject.activity.type == .event, let name = subject.activity.name,
                let meant = HandoffEventName.similar(to: name)
            else { return [] }
            return [subject.finding(.similarName, "$.name", "“\(name)” is not known; “\(meant)” is")]
        },
        { subject in
            guard subject.signal?.dialect == .providerEvent, let name = subject.activity.name,
                HandoffEventName.similar(to: name) == nil
            else { return [] }
            return [subject.finding(.providerEvent, "$.name", "“\(name)” is taken for a request by its words")]
        },
        { subject in
            guard subject.activity.type == .handoff else { return [] }
            return [subject.finding(.handoffActivity, "$.type", "channels should drop an activity of type handoff")]
        },
        { subject in
            guard let type = subject.activity.type, type != .event, type != .trace, let name = subject.activity.name,
                HandoffEventName.protocolNames.contains(name), OmnichannelCommand(subject.activity) == nil
            else { return [] }
            return [subject.finding(.wrongCarrier, "$.type", "\(name) comes as \(type.rawValue) and is not seen")]
        },
        { subject in
            guard let relation = subject.activity.relatesTo else { return [] }
            var findings: [HandoffFinding] = []
            if relation.json["channelId"]?.string?.isEmpty ?? true {
                findings.append(subject.finding(.incompleteRelation, "$.relatesTo.channelId", "the channel is missing"))
            }
            if relation.conversation?.id?.isEmpty ?? true {
                findings.append(
                    subject.finding(.incompleteRelation, "$.relatesTo.conversation.id", "the conversation is missing")
                )
            }
            return findings
        },
        { subject in
            guard let name = subject.eventName, subject.activity.conversation?.id?.isEmpty ?? true else { return [] }
            let severity: HandoffRule.Severity? = subject.origin == .post ? .information : nil
            return [
                subject.finding(
                    .missingHandoffConversation,
                    "$.conversation.id",
                    severity: severity,
                    "\(name) does not name its conversation"
                )
            ]
        },
        { subject in
            guard subject.initiation != nil, subject.activity.isFromUser else { return [] }
            return [subject.finding(.initiationFromUser, "$.from.role", "the request comes from the user")]
        },
    ]

    /// HO120 to HO131: what a report says.
    static let stateChecks: [@Sendable (LintSubject) -> [HandoffFinding]] = [
        { subject in subject.eventName == HandoffEventName.status ? statusFindings(subject) : [] },
        { subject in
            let isReport = [HandoffEventName.response, HandoffEventName.completed].contains(subject.eventName ?? "")
            return isReport ? codeFindings(subject) : []
        },
    ]

    private static func statusFindings(_ subject: LintSubject) -> [HandoffFinding] {
        let value = subject.activity.value
        guard value?.object != nil else {
            let found = value?.string == nil ? "missing or no object" : "text and no object"
            return [subject.finding(.statusWithoutObject, "$.value", "the value is \(found)")]
        }
        guard let state = value?["state"]?.string, !state.isEmpty else {
            return [subject.finding(.missingState, "$.value.state", "the state is missing or no text")]
        }
        if StateWords.codes.subtracting(["failed", "accepted"]).contains(state.lowercased()) {
            return [subject.finding(.oldCodeAsState, "$.value.state", "“\(state)” is a code of the older protocol")]
        }
        return wordFindings(subject, state, at: "$.value.state", known: StateWords.states)
    }

    private static func codeFindings(_ subject: LintSubject) -> [HandoffFinding] {
        let name = subject.eventName ?? ""
        let isCompletion = name == HandoffEventName.completed
        guard let value = subject.activity.value, !value.isNull, value != "" else {
            return [
                subject.finding(
                    .missingCode,
                    "$.value",
                    severity: isCompletion ? .warning : nil,
                    "\(name) has no value"
                )
            ]
        }
        var findings: [HandoffFinding] = []
        if value.string == nil {
            findings.append(subject.finding(.objectForCode, "$.value", "the value of \(name) is no bare code"))
        }
        guard let code = value.string ?? value["state"]?.string else { return findings }
        let path = value.string == nil ? "$.value.state" : "$.value"
        let (own, other) =
            isCompletion
            ? (StateWords.completions, StateWords.responses) : (StateWords.responses, StateWords.completions)
        if !own.contains(code.lowercased()), other.contains(code.lowercased()) {
            // The code of the first library sent completions so, and whoever asked by its name expects them so.
            if !isCompletion, subject.isAskedAsCoded { return findings }
            findings.append(subject.finding(.misplacedCode, path, "“\(code)” does not belong to \(name)"))
            return findings
        }
        return findings + wordFindings(subject, code, at: path, known: isCompletion ? StateWords.completions : own)
    }

    private static func wordFindings(
        _ subject: LintSubject,
        _ word: String,
        at path: String,
        known: Set<String>
    ) -> [HandoffFinding] {
        guard known.contains(word.lowercased()) else {
            return [subject.finding(.unknownState, path, "“\(word)” is not documented")]
        }
        guard !StateWords.spellings.contains(word) else { return [] }
        return [subject.finding(.stateCase, path, "“\(word)” is in other letter case than documented")]
    }
}

/// The documented words of reports, in lower case but for their spellings.
private enum StateWords {
    static let states: Set<String> = ["accepted", "failed", "completed"]
    static let responses: Set<String> = ["accepted", "failed", "timedout"]
    static let completions: Set<String> = ["endofconversation", "transferback", "failed"]
    static let codes = responses.union(completions)
    static let spellings: Set<String> = [
        "accepted", "failed", "completed", "timedOut", "endOfConversation", "transferBack",
    ]
}
