import BotSchema

/// Decides which message answers the line of a turn.
///
/// A bot that names the activity it answers (`replyToId`) is believed: what answers an earlier line does not answer
/// this one. A message that names an activity nobody here knows, such as a greeting, or a reply whose ids a relay has
/// changed, may be the answer; it counts for one once this bot is known to name nothing that we know.
struct AnswerWatch: Sendable {
    /// What is known of the answer.
    enum Finding: Hashable, Sendable {
        case none
        /// Something came that may be the answer.
        case perhaps
        case answered
    }

    private(set) var finding = Finding.none
    /// What the line is called at the service.
    private var lineIds: Set<String> = []
    private var earlierIds = Set<String>()
    /// What the messages of this turn named.
    private var named: Set<String> = []
    /// Whether this bot names our lines; nil while that is not known.
    private var namesLines: Bool?

    /// Another line is said.
    mutating func lineBegan() {
        if finding == .perhaps, namesLines == nil { namesLines = false }
        earlierIds.formUnion(lineIds)
        (lineIds, named, finding) = ([], [], .none)
    }

    /// The service has given the line an id.
    mutating func lineHasId(_ id: String?) {
        guard let id, !id.isEmpty else { return }
        lineIds.insert(id)
        if named.contains(id) { foundName() }
    }

    /// A message came that names what it answers, or nothing.
    mutating func messageCame(naming id: String?) {
        guard let id, !id.isEmpty, namesLines != false else {
            finding = .answered
            return
        }
        if lineIds.contains(id) { return foundName() }
        guard !earlierIds.contains(id) else { return }
        named.insert(id)
        if finding == .none { finding = .perhaps }
    }

    /// Something came that answers without a doubt, such as the end of the conversation.
    mutating func answerCame() { finding = .answered }

    private mutating func foundName() {
        finding = .answered
        namesLines = true
    }
}
