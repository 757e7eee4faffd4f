import AsyncHTTPClient
import NIOSSL
import Testing

@testable import Bots

struct RemoteBotSettingsTests {
    @Test func `a bot is reached by no TLS before 1.2`() {
        #expect(RemoteBot.configuration.tlsConfiguration?.minimumTLSVersion == .tlsv12)
    }
}
