import Handoff

extension HandoffDialect {
    /// The word for it in JSON output: `sdk`, `three-events` and `three-events-as-coded` are what `--dialect` takes.
    ///
    /// What Copilot Studio sends is spelt as the SDK spells it. The others are `handoff`, `provider-event`, `rest`,
    /// `omnichannel`, `liveperson`, `liveperson-proxy`, `telephony`, `skill`, `agent-action`, `trace` and `baton`.
    package var word: String {
        switch self {
        case .sdk, .copilotStudio: "sdk"
        case .threeEvents: "three-events"
        case .threeEventsAsCoded: "three-events-as-coded"
        case .agentAction: "agent-action"
        default: rawValue
        }
    }
}
