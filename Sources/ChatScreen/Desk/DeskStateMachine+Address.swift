import BotSchema
import Desk
import DirectLineClient

/// Whether there is a hub at all where the desk is: people mix up the two addresses of `baton serve`.
extension DeskStateMachine {
    /// The hub signs an agent in at once; a bot does not know what is meant.
    var awaitSignIn: ChatAction { .startTimer(.signIn, .seconds(10)) }

    func isSigningIn(_ activity: Activity) -> Bool {
        guard case .signIn? = try? DeskCommand(activity) else { return false }
        return true
    }

    mutating func signInPosted(_ result: Result<String?, ClientError>) -> [ChatAction] {
        switch result {
        case .success: return isSignedIn ? [] : [awaitSignIn]
        // A bot fails on it, and a server for users takes no event of this name.
        case .failure(let error) where !isSignedIn && [.botFailed, .rejected].contains(error.code):
            return tellOfAddress()
        case .failure(let error):
            hasFailed = true
            return [.show(.failure("“signing in” did not reach the hub: \(error.message)"))]
        }
    }

    /// Says that somebody else answers, and leaves.
    mutating func tellOfAddress() -> [ChatAction] {
        guard !isToldOfAddress else { return [] }
        isToldOfAddress = true
        let words =
            "No hub signs you in here: this is an address for users. Agents take the one that `baton serve` prints "
            + "behind --hub."
        return [.show(.failure(words)), .leave(exitCode: ExitStatus.failed.rawValue)]
    }
}
