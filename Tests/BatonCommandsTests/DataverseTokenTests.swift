import TestSupport
import Testing

@testable import BatonCommands

/// What a command prints as a token.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct DataverseTokenTests {
    @Test(arguments: [
        "echo t0ken", "printf 't0ken'", "echo '  t0ken  '", "echo 'Bearer t0ken'", #"echo '"t0ken"'"#,
        #"echo '{"accessToken": "t0ken", "expiresOn": "2026-01-01"}'"#, #"echo '{"access_token":"t0ken"}'"#,
        "echo warning >&2; echo t0ken",
    ])
    func `the token is what any of the usual programs prints`(command: String) async throws {
        #expect(try await DataverseToken(command: command).text() == "t0ken")
    }

    @Test(arguments: [
        ("true", "nothing in it"), ("echo two t0kens", "blanks"), ("echo t0ken; exit 4", "exit status 4"),
        ("printf 't0ken\\nX-Header: 1'", "blanks"), ("kill -9 $$", "signal 9"),
        ("yes t0ken", "prints more than a token"),
        ("no-such-program-of-ours", "exit status 127"),
        (#"echo '{"error":"t0ken"}'"#, "the token command printed no token: it is JSON without accessToken"),
        (#"echo '{"token":{"value":"t0ken"}}'"#, "printed no token"), (#"echo '["t0ken"]'"#, "printed no token"),
        (#"echo '{"error":"t0ken"'"#, "printed no token"),
        (#"echo '{"token":"t0ken"}{"token":1}'"#, "printed no token"),
        ("echo null", "printed no token"), ("echo true", "printed no token"),
    ])
    func `a command that gives none is told of, and never what it printed`(command: String, words: String) async {
        let error = await #expect(throws: CommandError.self) { try await DataverseToken(command: command).text() }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("t0ken") == false)
    }
}
