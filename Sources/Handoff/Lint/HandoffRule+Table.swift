// The numbers are those under which testers know the rules; gaps in them are free.

extension HandoffRule {
    static let missingType = HandoffRule(
        id: "HO001",
        severity: .error,
        words: "An activity has a type, which is text.",
        document: "activity A2010"
    )
    static let malformedJSON = HandoffRule(
        id: "HO002",
        severity: .error,
        words: "An activity is valid JSON and names no member twice.",
        document: "activity A2001, transcript T2000"
    )
    static let missingConversation = HandoffRule(
        id: "HO003",
        severity: .error,
        words: "A received activity names its conversation by an id.",
        document: "activity A2080"
    )
    static let missingChannel = HandoffRule(
        id: "HO004",
        severity: .error,
        words: "A received activity names its channel.",
        document: "activity A2020, transcript T2310"
    )
    static let missingSender = HandoffRule(
        id: "HO005",
        severity: .error,
        words: "A received activity names its sender by an id.",
        document: "activity A2060, A2061"
    )
    static let repeatedId = HandoffRule(
        id: "HO006",
        severity: .information,
        words: "An id belongs to one activity.",
        document: "activity A2033"
    )
    static let oddTimestamp = HandoffRule(
        id: "HO007",
        severity: .information,
        words: "Timestamps have a zone, do not decrease and are not in the future.",
        document: "activity A2042, A2043"
    )
    static let unknownReply = HandoffRule(
        id: "HO008",
        severity: .information,
        words: "A reply names an activity that is there.",
        document: "activity A2090, A2091"
    )
    static let wrongKind = HandoffRule(
        id: "HO010",
        severity: .error,
        words: "A known member has the kind of value that belongs to it.",
        document: "activity A2003, A2007"
    )
    static let oversized = HandoffRule(
        id: "HO011",
        severity: .warning,
        words: "An activity is no larger than the service takes, 262144 bytes.",
        document: "Direct Line limits"
    )
    static let missingName = HandoffRule(
        id: "HO101",
        severity: .error,
        words: "An event has a name.",
        document: "activity A5001"
    )
    static let similarName = HandoffRule(
        id: "HO102",
        severity: .warning,
        words: "The name of a handoff event is spelt exactly.",
        document: "handoff protocol, activity A5002"
    )
    static let providerEvent = HandoffRule(
        id: "HO103",
        severity: .information,
        words: "The name of a handoff event is one of the protocol's.",
        document: "Copilot Studio exports"
    )
    static let handoffActivity = HandoffRule(
        id: "HO104",
        severity: .information,
        words: "Activities of type handoff stay within a bot.",
        document: "activity A6200"
    )
    static let wrongCarrier = HandoffRule(
        id: "HO105",
        severity: .warning,
        words: "A handoff signal is an event.",
        document: "Bot Service: transition to human"
    )
    static let mixedDialects = HandoffRule(
        id: "HO106",
        severity: .information,
        words: "A session keeps to one naming of its events.",
        document: "handoff protocol"
    )
    static let incompleteRelation = HandoffRule(
        id: "HO107",
        severity: .error,
        words: "The conversation to which an activity relates has a channel and an id.",
        document: "activity A7550"
    )
    static let missingHandoffConversation = HandoffRule(
        id: "HO110",
        severity: .error,
        words: "A handoff event names its conversation by an id.",
        document: "handoff protocol"
    )
    static let foreignConversation = HandoffRule(
        id: "HO111",
        severity: .error,
        words: "A report names the conversation of its initiation.",
        document: "handoff protocol"
    )
    static let differingConversationVariable = HandoffRule(
        id: "HO112",
        severity: .warning,
        words: "va_ConversationId is the id of the conversation.",
        document: "Copilot Studio sample"
    )
    static let statusWithoutObject = HandoffRule(
        id: "HO120",
        severity: .error,
        words: "The value of handoff.status is an object.",
        document: "handoff protocol of February 2020"
    )
    static let objectForCode = HandoffRule(
        id: "HO121",
        severity: .warning,
        words: "The value of HandoffResponse and HandoffCompleted is a bare code.",
        document: "handoff protocol of January 2020"
    )
    static let unknownState = HandoffRule(
        id: "HO122",
        severity: .warning,
        words: "A state is one of the documented ones.",
        document: "handoff protocol"
    )
    static let missingState = HandoffRule(
        id: "HO123",
        severity: .error,
        words: "The value of handoff.status has a state, which is text.",
        document: "handoff protocol of February 2020"
    )
    static let stateCase = HandoffRule(
        id: "HO124",
        severity: .information,
        words: "A state is spelt exactly.",
        document: "handoff protocol"
    )
    static let missingCode = HandoffRule(
        id: "HO125",
        severity: .error,
        words: "HandoffResponse and HandoffCompleted have a value.",
        document: "handoff protocol of January 2020"
    )
    static let oldCodeAsState = HandoffRule(
        id: "HO130",
        severity: .warning,
        words: "The codes of the three events are no states of handoff.status.",
        document: "handoff protocol of February 2020"
    )
    static let misplacedCode = HandoffRule(
        id: "HO131",
        severity: .warning,
        words: "Codes of a completion come with HandoffCompleted, those of a response with HandoffResponse.",
        document: "handoff protocol of January 2020"
    )
    static let contextAsText = HandoffRule(
        id: "HO140",
        severity: .warning,
        words: "The context of an initiation is an object.",
        document: "handoff protocol"
    )
    static let missingContext = HandoffRule(
        id: "HO141",
        severity: .warning,
        words: "An initiation of the three events has a value.",
        document: "handoff protocol of January 2020"
    )
    static let variableKind = HandoffRule(
        id: "HO142",
        severity: .warning,
        words: "A va_ variable has the kind of value that the product gives it.",
        document: "Copilot Studio sample"
    )
    static let phraseSpelling = HandoffRule(
        id: "HO143",
        severity: .information,
        words: "The last phrase is named va_LastPhrase.",
        document: "Copilot Studio documentation and sample"
    )
    static let omnichannelLimit = HandoffRule(
        id: "HO144",
        severity: .information,
        words: "Omnichannel takes names to 100 and values to 4000 characters, text or whole numbers.",
        document: "Omnichannel documentation"
    )
    static let transcriptName = HandoffRule(
        id: "HO150",
        severity: .information,
        words: "The attachment is named Transcript.",
        document: "handoff protocol"
    )
    static let severalTranscripts = HandoffRule(
        id: "HO151",
        severity: .warning,
        words: "A handoff event carries one transcript under its name.",
        document: "handoff protocol"
    )
    static let transcriptAsText = HandoffRule(
        id: "HO152",
        severity: .warning,
        words: "The content of an attachment is no bare text.",
        document: "activity A7110"
    )
    static let attachmentLink = HandoffRule(
        id: "HO153",
        severity: .warning,
        words: "An attachment has content or a link, by https or as data.",
        document: "activity A7100, A7120 to A7123"
    )
    static let transcriptWithoutList = HandoffRule(
        id: "HO155",
        severity: .error,
        words: "The content of a transcript has a list of activities.",
        document: "Copilot Studio sample, transcript T2100"
    )
    static let oneSpeaker = HandoffRule(
        id: "HO156",
        severity: .information,
        words: "A transcript tells the user from the bot.",
        document: "handoff library of 2019"
    )
    static let strangeEntries = HandoffRule(
        id: "HO157",
        severity: .information,
        words: "A transcript holds what was said before the handoff in this conversation.",
        document: "Copilot Studio sample"
    )
    static let longTranscript = HandoffRule(
        id: "HO158",
        severity: .warning,
        words: "An inline transcript stays below 100000 bytes, so that its event fits.",
        document: "Direct Line limits"
    )
    static let noTranscript = HandoffRule(
        id: "HO160",
        severity: .error,
        words: "A file holds a list of activities or an object with one.",
        document: "transcript T2100"
    )
    static let activitiesForTranscript = HandoffRule(
        id: "HO161",
        severity: .warning,
        words: "The object in a .transcript file names its list transcript.",
        document: "transcript T2100"
    )
    static let entryWithoutType = HandoffRule(
        id: "HO162",
        severity: .error,
        words: "An entry of a transcript has a type; readers skip those without.",
        document: "transcript T2001, T2008"
    )
    static let notPlainUTF8 = HandoffRule(
        id: "HO163",
        severity: .warning,
        words: "A file is UTF-8 without a byte order mark.",
        document: "transcript T2102"
    )
    static let exportForms = HandoffRule(
        id: "HO164",
        severity: .information,
        words: "Roles are words and timestamps ISO 8601, not numbers as in Dataverse exports.",
        document: "Dataverse export"
    )
    static let truncatedFile = HandoffRule(
        id: "HO165",
        severity: .error,
        words: "A file is whole.",
        document: "transcript T2000"
    )
    static let initiationWhileWaiting = HandoffRule(
        id: "HO201",
        severity: .warning,
        words: "No second initiation comes while one is open.",
        document: "lifecycle"
    )
    static let initiationWhileLive = HandoffRule(
        id: "HO202",
        severity: .warning,
        words: "No initiation comes while an agent is there.",
        document: "lifecycle"
    )
    static let reportWithoutHandoff = HandoffRule(
        id: "HO203",
        severity: .warning,
        words: "A response or completion follows an initiation.",
        document: "handoff protocol"
    )
    static let repeatedReport = HandoffRule(
        id: "HO204",
        severity: .warning,
        words: "A response or completion comes once.",
        document: "handoff protocol"
    )
    static let completionWithoutAcceptance = HandoffRule(
        id: "HO205",
        severity: .information,
        words: "A completion usually follows an acceptance, which is optional.",
        document: "handoff protocol"
    )
    static let timeoutAfterAcceptance = HandoffRule(
        id: "HO206",
        severity: .warning,
        words: "A handoff that was accepted does not time out.",
        document: "handoff protocol"
    )
    static let signalAfterEnd = HandoffRule(
        id: "HO207",
        severity: .warning,
        words: "Nothing about a handoff follows the end of the conversation.",
        document: "activity specification"
    )
    static let inferredAcceptance = HandoffRule(
        id: "HO208",
        severity: .information,
        words: "An acceptance is usually reported before the agent speaks.",
        document: "handoff protocol"
    )
    static let unfinishedHandoff = HandoffRule(
        id: "HO209",
        severity: .information,
        words: "A handoff usually ends before the record does.",
        document: "handoff protocol"
    )
    static let agentWithoutHandoff = HandoffRule(
        id: "HO210",
        severity: .information,
        words: "An agent speaks in a handoff.",
        document: "lifecycle"
    )
    static let lateAgent = HandoffRule(
        id: "HO211",
        severity: .warning,
        words: "An agent does not speak after the completion.",
        document: "lifecycle"
    )
    static let botWhileLive = HandoffRule(
        id: "HO212",
        severity: .warning,
        words: "The bot is silent while an agent is there.",
        document: "generic handoff flow"
    )
    static let botAfterEnd = HandoffRule(
        id: "HO213",
        severity: .information,
        words: "The bot does not go on by itself after endOfConversation.",
        document: "handoff protocol"
    )
    static let silentBot = HandoffRule(
        id: "HO214",
        severity: .information,
        words: "The bot goes on or asks again when an agent is lost.",
        document: "handoff protocol"
    )
    static let rejectedReport = HandoffRule(
        id: "HO215",
        severity: .error,
        words: "A bot does not answer a report with an error.",
        document: "handoff protocol"
    )
    static let slowAcknowledgement = HandoffRule(
        id: "HO216",
        severity: .information,
        words: "A request is acknowledged soon.",
        document: "policy"
    )
    static let initiationFromUser = HandoffRule(
        id: "HO218",
        severity: .warning,
        words: "An initiation comes from the bot.",
        document: "handoff protocol"
    )
    static let privateWords = HandoffRule(
        id: "HO219",
        severity: .information,
        words: "What is private stays out of the user's sight and out of files.",
        document: "lifecycle"
    )
}
