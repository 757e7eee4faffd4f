import AgentHub
import ArgumentParser
import BotSchema
import ChatScreen
import DirectLineClient
import Testing

@testable import BatonCommands

/// Every option of chat reaches what it is about.
struct ChatOptionTests {
    /// An option, and whether what it sets has another value with it than without.
    struct Case: CustomTestStringConvertible, Sendable {
        let arguments: [String]
        let value: @Sendable (ChatCommand) throws -> String

        init(_ arguments: String..., value: @escaping @Sendable (ChatCommand) throws -> String) {
            (self.arguments, self.value) = (arguments, value)
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static func client(_ command: ChatCommand) throws -> ClientConfiguration {
        command.clientConfiguration(
            at: try DirectLineEndpoint("http://127.0.0.1:1"),
            with: .none,
            as: command.person.account(nil),
            locale: command.person.resolvedLocale(nil)
        )
    }

    private static func chat(_ command: ChatCommand) -> ChatStateMachine.Configuration {
        command.chatConfiguration(isInteractive: false, style: .plain, drawsPictures: false)
    }

    private static func policy(_ command: ChatCommand) -> HubPolicy {
        var policy = HubPolicy()
        command.hub.settings.apply(to: &policy)
        return policy
    }

    private static let cases = [
        Case("--settle", "71") { "\(chat($0).settle)" },
        Case("--linger", "72") { "\(chat($0).linger)" },
        Case("--answer-within", "73") { "\(chat($0).answerWithin)" },
        Case("--bot", "http://127.0.0.1:2/api/messages") { "\(chat($0).answersWithinTurn)" },
        Case("--dialect", "three-events") { "\(String(describing: chat($0).dialect))" },
        Case("--load", "a.json") { chat($0).load?.path ?? "" },
        Case("--load", "a.json", "--as", "context") { "\(chat($0).load?.isContext ?? false)" },
        Case("--transport", "polling") { "\(try client($0).transport)" },
        Case("--ca", "a.pem") { "\(try client($0).trustedCertificates)" },
        Case("--allow-http") { "\(try client($0).allowsClearText)" },
        Case("--user-id", "kim") { (try client($0).user.id ?? "").hasPrefix("user-") ? "made up" : "kim" },
        Case("--user-name", "Kim") { try client($0).user.name ?? "" },
        Case("--locale", "is-IS") { String(describing: try client($0).locale) },
        Case("--agent", "none") { "\($0.hub.makeHub(patience: .zero) == nil)" },
        Case("--agent-pace", "74") { "\($0.hub.settings.pace)" },
        Case("--agent-grace", "75") { "\(policy($0).connectionGrace)" },
        Case("--agent-loss", "bot") { "\(policy($0).agentLoss)" },
        Case("--skill-gap", "fail") { "\(policy($0))" },
        Case("--max-wait", "76") { "\(policy($0))" },
        Case("--queue-limit", "77") { "\(policy($0))" },
        Case("--seed", "78") { $0.hub.settings.seed == 78 ? "78" : "made up" },
        Case("--fault", "hub-down") { "\($0.hub.settings.faults)" },
        Case("--fault", "socket-drop") { "\($0.hub.serverFaults)" },
        Case("--fault", "bot-ends") { "\($0.hub.botFaults)" },
    ]

    @Test(arguments: cases) func `an option has its effect`(option: Case) throws {
        let without = try option.value(try ChatCommand.parse([]))
        let with = try option.value(try ChatCommand.parse(option.arguments))
        #expect(with != without)
        if let number = option.arguments.last.flatMap({ Int($0) }) {
            let isThere = with.contains("\(number)") || with.contains("0.0\(number)")
            #expect(isThere, "\(with)")
        }
    }
}
