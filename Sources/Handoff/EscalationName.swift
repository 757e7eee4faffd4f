/// What the name of a vendor's own event tells of a request for an agent.
///
/// No document lists these names. A name counts as a request only when all of its words say so, such as
/// `TransferToAgent`, `escalation.requested` or `zendesk:requestLiveAgent`; a name that merely has such words among
/// others may as well tell of the end, such as `AgentTransferFailed`.
struct EscalationName {
    /// Whether the name as a whole asks for an agent.
    let isRequest: Bool
    /// Whether the name speaks of a handoff, whatever it says of it.
    let isAboutHandoff: Bool

    /// Longer names are read by nobody, and comparing them costs.
    private static let limit = 64

    private static let verbs: Set<String> = [
        "escalate", "transfer", "handoff", "handover", "connect", "switch", "forward", "talk", "speak",
    ]
    private static let people: Set<String> = [
        "agent", "agents", "human", "person", "operator", "representative", "advisor", "supervisor",
    ]
    private static let attributes: Set<String> = ["a", "an", "the", "live", "human", "real", "support"]
    private static let matters: Set<String> = people.union(["handoff", "handover", "escalation"])
    private static let asking: Set<String> = ["request", "start", "initiate", "trigger", "need", "want"]
    private static let asked: Set<String> = [
        "request", "requested", "required", "needed", "start", "started", "initiate", "initiated", "triggered",
    ]
    private static let movements: Set<String> = ["transfer", "request", "connect", "queue", "accept", "join", "assign"]
    private static let vendors: Set<String> = [
        "genesys", "salesforce", "servicenow", "zendesk", "liveperson", "livechat", "intercom", "freshchat", "chatwoot",
        "omnichannel", "dynamics", "twilio", "drift", "bot", "user", "customer", "chat", "conversation",
    ]

    /// Reads a name.
    init(_ name: String) {
        guard name.utf8.count <= Self.limit else {
            (isRequest, isAboutHandoff) = (false, false)
            return
        }
        let words = Self.words(of: name)
        let own = words.first.map(Self.vendors.contains) == true ? words.dropFirst() : words[...]
        // A name that only misses one of the protocol's is a slip, which nobody may take for something else (A5002).
        isRequest = HandoffEventName.similar(to: name) == nil && Self.asks(own)
        let isOfHandoff = words.contains { ["handoff", "handover"].contains($0) || $0.hasPrefix("escalat") }
        let isOfPeople = words.contains(where: Self.people.contains)
        isAboutHandoff =
            isOfHandoff || isOfPeople && words.contains { word in Self.movements.contains { word.hasPrefix($0) } }
    }

    private static func asks(_ words: ArraySlice<String>) -> Bool {
        guard let first = words.first, let last = words.last else { return false }
        if words.count == 1 { return first == "escalate" || first == "handover" || first == "handoff" }
        let middle = words.dropFirst().dropLast()
        // "transfer to a live agent", "escalate to human"
        if verbs.contains(first), words.dropFirst().first == "to", words.count > 2, people.contains(last),
            middle.dropFirst().allSatisfy(attributes.contains)
        {
            return true
        }
        // "request live agent", "start handover"
        if asking.contains(first), matters.contains(last), middle.allSatisfy(attributes.contains) { return true }
        // "live agent requested", "escalation initiated"
        let subject = words.dropLast()
        return asked.contains(last) && subject.last.map(matters.contains) == true
            && subject.dropLast().allSatisfy(attributes.contains)
    }

    /// The words of a name in any of the usual spellings, in lower case.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for character in name {
            if character.isUppercase && wasLower || !character.isLetter {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if character.isLetter { word += character.lowercased() }
            wasLower = character.isLowercase
        }
        if !word.isEmpty { words.append(word) }
        return joined(words)
    }

    /// "hand off" and its like as one word, however they were written.
    private static func joined(_ words: [String]) -> [String] {
        words.reduce(into: []) { joined, word in
            switch (joined.last, word) {
            case ("hand"?, "off"), ("hand"?, "over"): joined[joined.count - 1] += word
            default: joined.append(word)
            }
        }
    }
}
