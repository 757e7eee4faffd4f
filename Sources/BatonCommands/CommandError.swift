import ChatScreen
import DirectLineClient
import DirectLineServer

/// A failure of a command, as one sentence for the person who gave it.
struct CommandError: Error, CustomStringConvertible {
    /// The sentence.
    let description: String
    /// How the program ends for it.
    let status: ExitStatus

    /// A failure with a sentence.
    init(_ description: String, status: ExitStatus = .failed) {
        self.description = description
        self.status = status
    }
}

extension ExitStatus {
    /// How the program ends for an error.
    init(of error: any Error) { self = (error as? CommandError)?.status ?? .failed }
}

/// An error as one sentence for people.
func describe(_ error: any Error) -> String {
    switch error {
    case let error as ClientError: error.message
    case let error as ServerError: error.message
    case let error as CommandFailure: error.message
    default: String(describing: error)
    }
}
