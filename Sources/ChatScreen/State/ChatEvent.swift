package import BotSchema
package import DirectLineClient
package import Handoff
package import LineEditing
package import Pictures
package import Transcripts

/// Everything that can happen to a chat: one kind of value for keys, network, files and time.
package enum ChatEvent: Sendable {
    /// The person, or the pipe, handed something in.
    case input(LineInput)
    /// A conversation was opened; what arrives from now on belongs to it.
    ///
    /// `userId` is what the user is called, as far as it is known before anything was said. `trusting` is whose
    /// reports of a handoff count.
    case opened(conversationId: String, userId: String? = nil, trusting: ReportTrust = .otherSide)
    /// The conversation that was opened is an earlier one, of which this is known.
    case resumed(EarlierConversation)
    /// The conversation brought something.
    case client(ClientEvent)
    /// The post of a number ended: the id that the service gave, or the failure.
    case posted(number: Int, Result<String?, ClientError>)
    /// The bot answered an invoke, which comes before the end of its post.
    case invokeAnswered(Activity, InvokeAnswer)
    /// A file was written, or not.
    case saved(path: String, Result<Int, TranscriptError>)
    /// A file was read, or not.
    case loaded(path: String, Result<Transcript, TranscriptError>)
    /// The transcript behind a link was fetched, or not.
    case fetched(link: String, Result<Transcript, TranscriptError>)
    /// A file of the conversation was written to disk, or not: its path and size, or one sentence.
    case downloaded(Result<(path: String, bytes: Int), CommandFailure>)
    /// The pictures of a message were drawn, by address; those that cannot be had or drawn are left out.
    case drawn(number: Int, [String: DrawnPicture])
    /// What was asked about faults of the embedded server.
    case faultsListed(Result<[ChatItem.Row], CommandFailure>)
    /// Something went over the wire while the person wanted to see it.
    case traced(TraceEntry)
    /// A setting was kept, or why not.
    case settingKept(Result<String, CommandFailure>)
    /// A timer ran out.
    case timer(ChatTimer)
    /// The start of a conversation failed and is tried again after a while.
    case startDelayed(ClientError, Duration)
    /// The bot could not be told that the user is there, for a reason in a sentence.
    case welcomeFailed(String, isUnreachable: Bool)
    /// No conversation could be opened.
    case failedToOpen(ClientError)
}

/// What the chat waits for in time.
package enum ChatTimer: Equatable, Sendable {
    /// Silence after the last arrival; timers of an older generation are void.
    case settle(generation: Int)
    /// A second of the wait for another start has passed.
    case countdown
    /// The end of a sign that somebody is composing; later signs of it make older timers void.
    case typing(generation: Int)
    /// The end of patience with an answer that grows no more; parts that come later make older timers void.
    case stream(generation: Int)
    /// The end of the wait of a message for its pictures.
    case pictures(number: Int)
    /// The end of counting how often a rule is broken in the same way.
    case remarks
    /// The time during which it need not be told again that the person is composing.
    case composing
    /// The bound on waiting for a turn of a number.
    case linger(turn: Int)
    /// The time for the first answer to the line of a turn of a number.
    case answer(turn: Int)
    /// The time in which a hub signs an agent in.
    case signIn
    /// The bound on waiting for lines that are on their way when the person leaves.
    case leave
}

/// What the chat is to do, in order.
package enum ChatAction: Sendable {
    /// Show something to the person, or write its JSON line.
    case show(ChatItem)
    /// Say in the prompt who listens.
    case setPrompt(ChatPrompt)
    /// Send an activity; answer with ``ChatEvent/posted(number:_:)`` of the same number.
    case post(Activity, number: Int)
    /// Upload files with an activity; answer with ``ChatEvent/posted(number:_:)`` of the same number.
    case upload([String], Activity, number: Int)
    /// Fetch a file and write it, under its own name when there is no path; answer with ``ChatEvent/downloaded(_:)``.
    case download(Attachment, path: String?)
    /// Draw those pictures that can be had without telling anybody; answer with ``ChatEvent/drawn(number:_:)``.
    case draw([Attachment], number: Int)
    /// Follow a wish about the embedded server's faults; answer with ``ChatEvent/faultsListed(_:)``.
    case changeFaults(String)
    /// Show what goes over the wire, or no longer.
    case setTrace(Bool)
    /// Keep a step of filling in a card, so that a chat that is cut off can be resumed there.
    case keepCardStep(CardStep)
    /// Send what is of this moment only; nothing answers, and a failure is no news.
    case signal(Activity)
    /// Call the person, who may look elsewhere.
    case ring
    /// Open a text in the person's editor, for the line.
    case edit(String)
    /// Call the person for words of an agent, or of a user at a desk.
    case call(AttentionCall)
    /// Look and behave by these settings from now on.
    case adopt(Settings)
    /// Keep a setting for the next chat, nil for none; answer with ``ChatEvent/settingKept(_:)``.
    case keepSetting(String, value: String?)
    /// Edit the line of somebody else, and keep a line for each.
    case setDrafts(DraftSlots)
    /// Let the person act as the other side of the conversation.
    case switchSide(Side)
    /// Offer these commands and words for completion from now on.
    case setCommands(CommandSet)
    /// Ask the service for what has not arrived; answer with ``ClientEvent/caughtUp(_:isCertain:)`` of the generation.
    case catchUp(generation: Int)
    /// Drop the stream and resume it.
    case reconnect
    /// Open the conversation of a side that had none yet.
    case openSide
    /// Leave this conversation and open another.
    case startConversation
    /// Write a file, over another one only where that is forced; answer with ``ChatEvent/saved(path:_:)``.
    case save(Transcript, path: String, isForced: Bool)
    /// Fetch a transcript behind a link; answer with ``ChatEvent/fetched(link:_:)``.
    case fetch(link: String)
    /// Read a file; answer with ``ChatEvent/loaded(path:_:)``.
    case load(path: String)
    /// Wait; answer with ``ChatEvent/timer(_:)``.
    case startTimer(ChatTimer, Duration)
    /// End the chat.
    case leave(exitCode: Int32)
}

/// Why a command was not done, as one sentence for the person who gave it.
package struct CommandFailure: Error, Hashable, Sendable {
    /// The sentence.
    package let message: String

    /// A failure with a sentence.
    package init(_ message: String) { self.message = message }
}
