import AgentHub
import ArgumentParser

/// The hub's times and rules that a desk of real people may want otherwise.
struct HubRuleOptions: ParsableArguments {
    @Option(help: .detail("Warn when nobody has spoken for so long; 0 for never.", valueName: "s"))
    var idleWarning: Int = 1500

    @Option(help: .detail("End when nobody has spoken for so long; 0 for never.", valueName: "s"))
    var idleEnd: Int = 1800

    @Option(help: .detail("How long a user may be away before the place is lost.", valueName: "s"))
    var customerGrace: Int = 180

    @Option(help: .detail("Characters in one message to an agent; longer ones come in parts.", valueName: "n"))
    var messageLimit: Int?

    @Flag(help: .detail("Give a user the agent of last time where that agent is free."))
    var sameAgent = false

    @Flag(
        inversion: .prefixedNo,
        help: .detail("Users get a message when an agent comes and when it is over; Web Chat shows no events.")
    )
    var announce = true

    func validate() throws {
        if !(0...86_400).contains(idleWarning) {
            throw ValidationError("--idle-warning takes seconds from 0 to 86400.")
        }
        if !(0...86_400).contains(idleEnd) { throw ValidationError("--idle-end takes seconds from 0 to 86400.") }
        // A conversation that nobody streams may leave memory after ten minutes where there is a store.
        if !(0...540).contains(customerGrace) { throw ValidationError("--customer-grace takes seconds from 0 to 540.") }
        if let messageLimit, !(1...1_000_000).contains(messageLimit) {
            throw ValidationError("--message-limit takes 1 to 1000000 characters.")
        }
    }

    /// Has a policy say what the options say.
    func apply(to policy: inout HubPolicy) {
        policy.idleWarning = idleWarning == 0 ? nil : .seconds(idleWarning)
        policy.idleEnd = idleEnd == 0 ? nil : .seconds(idleEnd)
        policy.customerGrace = .seconds(customerGrace)
        policy.messageLimit = messageLimit
        policy.prefersPreviousAgent = sameAgent
    }
}
