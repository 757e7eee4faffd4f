/// One way in which bots and agent hubs spell a handoff on the wire.
///
/// An open set: the raw value is the one word for it, on the screen, in JSON and as an option. Dialects may be mixed
/// within one conversation, so each ``HandoffSignal`` carries its own; a handoff has that of its request.
public struct HandoffDialect: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The short name.
    public let rawValue: String

    /// The dialect of a short name, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The events `HandoffInitiation`, `HandoffResponse` and `HandoffCompleted` with bare string codes: the text of the
    /// Bot Framework handoff library of January 2020.
    public static let threeEvents = HandoffDialect(rawValue: "three-events")

    /// What the code beside that text did: `InitiateHandoff`, and completions under `HandoffResponse` too.
    public static let threeEventsAsCoded = HandoffDialect(rawValue: "three-events-as-coded")

    /// The events `handoff.initiate` and `handoff.status`: Bot Framework SDK 4.8 and later, Microsoft 365 Agents SDK.
    public static let sdk = HandoffDialect(rawValue: "sdk")

    /// `handoff.initiate` with `va_*` variables: Power Virtual Agents and Copilot Studio.
    public static let copilotStudio = HandoffDialect(rawValue: "copilot-studio")

    /// Activities of type `handoff`, which the activity specification keeps off the wire (A6200).
    public static let activityType = HandoffDialect(rawValue: "handoff")

    /// Events that a provider's bot names itself, such as `GenesysHandoff` or `TransferToAgent`: recognised by their
    /// ending, or by words that ask for an agent and for nothing else.
    public static let providerEvent = HandoffDialect(rawValue: "provider-event")

    /// The first library of 2019: the body of its REST call, `{handoffContext, transcript}`, as a value, and an activity
    /// of type `handoff` without one when the agent is done.
    public static let rest = HandoffDialect(rawValue: "rest")

    /// Omnichannel for Customer Service: commands in `channelData.tags` of a message, as JSON text.
    public static let omnichannel = HandoffDialect(rawValue: "omnichannel")

    /// LivePerson's bot as agent: `channelData.action` or `channelData.metadata` of a message.
    public static let livePerson = HandoffDialect(rawValue: "liveperson")

    /// LivePerson's proxy: the final protocol with a state `typing` of its own.
    public static let livePersonProxy = HandoffDialect(rawValue: "liveperson-proxy")

    /// Voice: `handoff.initiate` that names the telephone number to which the call goes.
    public static let telephony = HandoffDialect(rawValue: "telephony")

    /// A bot and its skill, whose answers to `startConversation` and `endConversation` end no conversation of a user.
    ///
    /// Each answer is an `endOfConversation` activity of the call's name; it concerns the call alone, so it is no signal.
    public static let skill = HandoffDialect(rawValue: "skill")

    /// The invoke `handoff/action`, with which Copilot goes on in another agent; no human is meant, so it is no signal.
    public static let agentAction = HandoffDialect(rawValue: "agent-action")

    /// Traces such as `EscalationRequested` in exports: notes about a handoff, never signals.
    public static let trace = HandoffDialect(rawValue: "trace")

    /// Private events of this program's own adapter, such as the place in the queue.
    public static let baton = HandoffDialect(rawValue: "baton")

    /// How a hub reports to whoever asked in this dialect.
    public var ofReports: HandoffDialect {
        [.threeEvents, .threeEventsAsCoded].contains(self) ? self : .sdk
    }

    /// The word for how it is spelt: what Copilot Studio sends is spelt as the SDK spells it.
    package var word: String { (self == .copilotStudio ? .sdk : self).rawValue }

    /// The short name.
    public var description: String { rawValue }
}
