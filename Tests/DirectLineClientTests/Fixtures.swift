import BotSchema
import TestSupport

@testable import DirectLineClient

extension ClientConfiguration {
    /// What most tests start from.
    static func test(
        _ service: FakeService,
        credential: DirectLineCredential = .token("start-token"),
        transport: Transport = .automatic
    ) throws -> ClientConfiguration {
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint(service.base),
            credential: credential,
            user: ChannelAccount(id: "user-1", name: "Ada"),
            locale: "en-GB",
            transport: transport
        )
        configuration.clock = FastClock(speed: 100)
        configuration.requestTimeout = .seconds(600)
        configuration.randomSeed = 7
        configuration.now = { Timestamp(milliseconds: 0) }
        return configuration
    }
}

extension ClientEvents.AsyncIterator {
    /// The next activity's text, connection changes passed over.
    mutating func nextText() async -> String? {
        while let event = await next() {
            if case .activity(let activity, _) = event { return activity.text }
        }
        return nil
    }

    /// The next change of the connection.
    mutating func nextState() async -> ConnectionState? {
        while let event = await next() {
            if case .connection(let state) = event { return state }
        }
        return nil
    }

    /// Reads until the connection is in a state.
    mutating func wait(for state: ConnectionState) async {
        while let next = await nextState(), next != state {}
    }
}
