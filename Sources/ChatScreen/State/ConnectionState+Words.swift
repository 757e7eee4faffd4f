import DirectLineClient
import LineEditing

extension ConnectionState {
    /// Whether a post can be tried: a stream that is being resumed does not hinder one, nor does the bot's end of the
    /// conversation (C40).
    var canSend: Bool {
        switch self {
        case .online, .reconnecting, .polling, .ended: true
        default: false
        }
    }

    /// Whether what the other side says arrives at present.
    var isDelivering: Bool {
        switch self {
        case .online, .polling: true
        default: false
        }
    }

    /// Whether nothing arrives any more, unless something is said.
    var isOver: Bool {
        switch self {
        case .ended, .failed: true
        default: false
        }
    }

    /// Whether nothing can be said in this conversation any more.
    var hasFailed: Bool { if case .failed = self { true } else { false } }

    /// What is wrong with the connection, in a few words for the prompt; empty when nothing is.
    var trouble: String {
        switch self {
        case .reconnecting: "reconnecting…"
        case .polling: "polling"
        case .expired: "token expired"
        default: ""
        }
    }

    /// The state as one word for machines.
    var name: String {
        switch self {
        case .connecting: "connecting"
        case .online: "online"
        case .reconnecting: "reconnecting"
        case .polling: "polling"
        case .expired: "expired"
        case .ended: "ended"
        case .failed: "failed"
        }
    }

    /// More about the state, where there is more to say.
    var detail: String? {
        switch self {
        case .reconnecting(_, _, let reason): DisplayText.neutralised(reason, keepingNewlines: false)
        case .ended(let reason): DisplayText.neutralised(reason, keepingNewlines: false)
        case .failed(let error): DisplayText.neutralised(error.message, keepingNewlines: false)
        default: nil
        }
    }

    /// The state for `/status`.
    var summary: String { detail.map { "\(name): \($0)" } ?? name }

    /// A sentence when a person should hear of the state at once, nil when the prompt says enough.
    var announcement: String? {
        switch self {
        case .connecting, .online: nil
        case .reconnecting(let attempt, _, _): attempt == 1 ? "Resuming the connection (\(detail ?? ""))." : nil
        case .polling: "No stream is open; the service is asked for news every second."
        case .expired: "The token has expired and cannot be renewed. /new starts another conversation."
        case .ended: "The conversation is over\(detail.map { " (\($0))" } ?? ""). /new starts another."
        case .failed: detail
        }
    }
}
