/// One thing that a sound handoff does, and the document that asks for it.
public struct HandoffRule: Hashable, Sendable, CustomStringConvertible {
    /// How much it matters that a rule is broken.
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        /// A document requires it.
        case error
        /// A document recommends it, or breaking it is very likely a fault.
        case warning
        /// It is worth knowing.
        case information
    }

    /// The rule's number, such as `HO203`.
    public let id: String
    /// What a break of it usually amounts to; a finding may be milder.
    public let severity: Severity
    /// What is expected, one sentence.
    public let words: String
    /// The document that requires it; `lifecycle` and `policy` are this program's own.
    public let document: String

    /// The number and the sentence.
    public var description: String { "\(id): \(words)" }
}

extension HandoffRule {
    /// Every rule, by number.
    public static let all: [HandoffRule] = [
        missingType, malformedJSON, missingConversation, missingChannel, missingSender, repeatedId, oddTimestamp,
        unknownReply, wrongKind, oversized, missingName, similarName, providerEvent, handoffActivity, wrongCarrier,
        mixedDialects, incompleteRelation, missingHandoffConversation, foreignConversation,
        differingConversationVariable, statusWithoutObject, objectForCode, unknownState, missingState, stateCase,
        missingCode, oldCodeAsState, misplacedCode, contextAsText, missingContext, variableKind, phraseSpelling,
        omnichannelLimit, transcriptName, severalTranscripts, transcriptAsText, attachmentLink, transcriptWithoutList,
        oneSpeaker, strangeEntries, longTranscript, noTranscript, activitiesForTranscript, entryWithoutType,
        notPlainUTF8, exportForms, truncatedFile, initiationWhileWaiting, initiationWhileLive, reportWithoutHandoff,
        repeatedReport, completionWithoutAcceptance, timeoutAfterAcceptance, signalAfterEnd, inferredAcceptance,
        unfinishedHandoff, agentWithoutHandoff, lateAgent, botWhileLive, botAfterEnd, silentBot, rejectedReport,
        slowAcknowledgement, initiationFromUser, privateWords,
    ]
}
