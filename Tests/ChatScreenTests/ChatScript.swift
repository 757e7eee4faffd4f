import BotSchema
import DirectLineClient
import Handoff
import LineEditing
import Transcripts

@testable import ChatScreen

/// Drives the chat's state machine and writes down what it answers, one word or two an action.
struct ChatScript {
    private(set) var machine: ChatStateMachine
    private var clock = Timestamp(milliseconds: 0)
    /// What stood beside the prompt.
    private(set) var notes: [String] = []
    /// What was to be posted.
    private(set) var posted: [Activity] = []
    /// The newest silence that is waited for.
    private(set) var lastSettle = 0
    /// What was last to be saved.
    private(set) var savedActivities: [Activity]?

    init(isInteractive: Bool = true, dialect: HandoffDialect? = .sdk, drawsPictures: Bool = false) {
        machine = ChatStateMachine(
            configuration: ChatStateMachine.Configuration(
                isInteractive: isInteractive,
                settle: .milliseconds(500),
                linger: .seconds(60),
                style: .plain,
                dialect: dialect,
                drawsPictures: drawsPictures
            )
        )
    }

    /// Lets time pass and takes an event.
    mutating func take(_ event: ChatEvent, after duration: Duration = .milliseconds(100)) -> [String] {
        clock.milliseconds += Int64(duration / .milliseconds(1))
        let actions = machine.handle(event, at: clock)
        for action in actions {
            if case .save(let transcript, _, _) = action { savedActivities = transcript.activities }
            if case .post(let activity, _) = action { posted.append(activity) }
            if case .startTimer(.settle(let generation), _) = action { lastSettle = generation }
            if case .setPrompt(let prompt) = action { notes.append(prompt.note) }
        }
        return actions.map(Self.words)
    }

    /// Lets the silence of a generation pass, after which the service has no more.
    mutating func settle(_ generation: Int) -> [String] {
        let said = take(.timer(.settle(generation: generation)))
        guard said.contains("catch up \(generation)") else { return said }
        return said.filter { !$0.hasPrefix("catch up") }
            + take(.client(.caughtUp(generation, isCertain: true)))
    }

    mutating func open() -> [String] {
        take(.opened(conversationId: "c-1")) + take(.client(.connection(Fixture.online)))
    }

    mutating func enter(_ line: String) -> [String] { take(.input(.line(line))) }

    mutating func arrive(
        _ json: String,
        isEcho: Bool = false,
        after duration: Duration = .milliseconds(100)
    ) -> [String] {
        guard let value = try? JSONValue(parsing: json), let activity = Activity(value) else {
            return ["no JSON: \(json)"]
        }
        return take(.client(.activity(activity, isEcho: isEcho)), after: duration)
    }

    static func words(_ action: ChatAction) -> String {
        switch action {
        case .show(let item):
            ScreenOutput(
                style: .plain,
                activities: ActivityRenderer(style: .plain, clockTime: { _ in "" }),
                now: { "" }
            ).text(of: item, columns: 200)
        case .setPrompt(let prompt):
            "prompt \(prompt.listener)" + (prompt.preview.map { ", \($0.speaker.label): \($0.text)" } ?? "")
        case .post(let activity, let number):
            "post \(number) \(activity.text ?? activity.name ?? activity.type?.rawValue ?? "")"
        case .keepCardStep(let step): "card step \(step.input)"
        case .signal(let activity): "signal \(activity.type?.rawValue ?? "")"
        case .ring: "ring"
        case .edit(let text): "edit \(text)"
        case .call(let call): "call \(call.title): \(call.text)"
        case .adopt(let settings): "adopt \(settings.theme)"
        case .keepSetting(let name, let value): "keep \(name) \(value ?? "nothing")"
        case .switchSide(let side): "switch to \(side)"
        case .setCommands: "commands"
        // Looked at where they matter.
        case .setDrafts: ""
        case .openSide: "open"
        case .catchUp(let generation): "catch up \(generation)"
        case .reconnect: "reconnect"
        case .startConversation: "start"
        case .save(let transcript, let path, let isForced):
            "save \(transcript.activities.count) to \(path)" + (isForced ? " by force" : "")
        case .upload(let files, _, let number): "upload \(number) \(files.joined(separator: " "))"
        case .download(let file, let path): "download \(file.name ?? "") to \(path ?? "its name")"
        case .draw(let pictures, _): "draw \(pictures.compactMap(\.contentURL).joined(separator: " "))"
        case .changeFaults(let wish): "faults \(wish)"
        case .setTrace(let isOn): "trace \(isOn)"
        case .fetch(let link): "fetch \(link)"
        case .load(let path): "load \(path)"
        case .startTimer(.settle(let generation), _): "settle \(generation)"
        case .startTimer(.linger(let turn), _): "linger \(turn)"
        case .startTimer(.answer(let turn), _): "answer \(turn)"
        case .startTimer(.pictures(let number), _): "pictures \(number)"
        case .startTimer(.typing(let generation), _): "typing \(generation)"
        case .startTimer(.countdown, _): "countdown"
        case .startTimer(.composing, _): "composing"
        case .startTimer(.stream(let generation), _): "stream \(generation)"
        case .startTimer(.remarks, _): "remarks"
        case .startTimer(.signIn, _): "sign in"
        case .startTimer(.leave, _): "leave soon"
        case .leave(let code): "leave \(code)"
        }
    }
}

/// Wire samples of our own.
enum Fixture {
    static let answer = #"{"type":"message","text":"An answer","from":{"id":"bot","role":"bot"}}"#
    static let initiate = """
        {"type":"event","name":"handoff.initiate","id":"c-1|0000004","from":{"id":"bot","role":"bot"},\
        "conversation":{"id":"c-1"},"value":{"Skill":"credit cards","va_LastTopic":"cards"},"attachments":[{"name":\
        "Transcript","contentType":"application/json","content":{"activities":[{"type":"message","text":"hi"},\
        {"type":"message","text":"hello"}]}}]}
        """
    static let queued = """
        {"type":"event","name":"baton.queue","from":{"id":"bot","role":"bot"},"value":{"position":2}}
        """
    static let accepted = """
        {"type":"event","name":"handoff.status","conversation":{"id":"c-1"},"value":{"state":"accepted"},"from":\
        {"id":"agent-ana","name":"Ana","role":"bot"},"channelData":{"baton":{"author":"agent","agentId":"ana"}}}
        """
    static let agentSays = """
        {"type":"message","text":"Good morning","from":{"id":"agent-ana","name":"Ana","role":"bot"},"channelData":\
        {"baton":{"author":"agent","agentId":"ana"}}}
        """
    static let transferredBack = """
        {"type":"event","name":"HandoffCompleted","conversation":{"id":"c-1"},"value":"transferBack"}
        """
}

extension Fixture {
    static let online = ConnectionState.online
}
