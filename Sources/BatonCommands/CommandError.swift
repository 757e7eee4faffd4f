import ChatScreen
import DirectLineClient
import DirectLineServer

/// A failure of a command, as one sentence for the person who gave it.
struct CommandError: Error, CustomStringConvertible {
    /// The sentence.
    let description: String

    /// A failure with a sentence.
    init(_ description: String) { self.description = description }
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
