import AgentHub
import ArgumentParser
import BotSchema
import Bots
import DirectLineServer
import Handoff
import LineEditing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The words of `--log`.
enum LogOption: String, ExpressibleByArgument, CaseIterable {
    case text, json, none
}

/// What `baton serve` prints: where it listens, then a line for each event.
///
/// Printing never waits for whoever reads it: a terminal that is stopped stops no route.
struct ServeLog: Sendable {
    private let format: LogOption
    private let lines: LineLog
    private let closed: AsyncStream<Void>

    /// How long the last lines may take at the end.
    private static let patience = Duration.seconds(1)

    /// A log on standard output.
    init(_ format: LogOption) {
        let (closed, closing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.format = format
        self.closed = closed
        lines = LineLog(
            notice: { count in
                let text = "… \(count) \(count == 1 ? "line was" : "lines were") dropped"
                return Self.line(text, ["event": "linesDropped", "lines": .number(JSONNumber(count))], as: format)
            },
            write: { StandardStream.output.write($0) },
            onClosed: { closing.yield() }
        )
        // A quiet server has nothing to write that would tell.
        StandardStream.watchOutput { closing.yield() }
    }

    /// Notes an event of the server for users, or of the one for agents' desks.
    func note(_ event: ServerEvent, atDesks: Bool = false) {
        guard format != .none else { return }
        lines.append(
            Self.line(
                (atDesks ? "desk " : "") + Self.text(of: event),
                atDesks ? Self.json(of: event).adding("server", "desks") : Self.json(of: event),
                as: format
            )
        )
    }

    /// An event as a line; a report of a handoff with its reason, and a rejected one in the words that user and record
    /// have for it.
    static func text(of event: ServerEvent) -> String {
        if case .botFailed(let id, _, _) = event, let rejection = rejection(in: event) {
            return "\(id) \(rejection.words)"
        }
        guard let (name, report) = report(in: event) else { return event.description }
        return "\(event) \(name) “\(report.state)”" + (report.message.map { ": \($0)" } ?? "")
    }

    /// An event as an object, with what a report of a handoff says and the rule that a rejected one breaks.
    static func json(of event: ServerEvent) -> JSONObject {
        var object = event.json
        if let rejection = rejection(in: event) {
            object["reason"] = .string(rejection.words)
            object["rule"] = "HO215"
        } else if let (name, report) = report(in: event) {
            object["name"] = .string(name)
            object["report"] = .string(report.state)
            object["reason"] = report.message.map(JSONValue.string)
        }
        return object
    }

    /// A report that a hub outside this program posts, by its name.
    private static func report(in event: ServerEvent) -> (name: String, report: StatusReport)? {
        switch event {
        case .userActivity(_, let activity), .botActivity(_, let activity):
            StatusReport(reportIn: activity).map { (activity.name ?? "", $0) }
        default: nil
        }
    }

    private static func rejection(in event: ServerEvent) -> RejectedReport? {
        guard case .botFailed(_, let error, let activity) = event, error.code == .refused else { return nil }
        return RejectedReport(of: activity, status: error.status)
    }

    /// Notes a step of a handoff.
    func note(_ step: HandoffStep) {
        guard format != .none else { return }
        lines.append(Self.line(step.description, step.json, as: format))
    }

    /// Tells where the server listens, in lines for people or as an object.
    func announce(_ text: [String], _ json: JSONObject) {
        guard format != .json else { return lines.append(Self.line("", json, as: .json)) }
        for line in text { lines.append(DisplayText.neutralised(line, keepingNewlines: false)) }
    }

    /// Waits until somebody stops the program.
    ///
    /// - Throws: ``CommandError`` when nobody will read the log any more.
    func waitForStop() async throws {
        let isClosed = await withTaskGroup(of: Bool.self) { [closed] group in
            group.addTask {
                await ProcessSignals.waitForStop()
                return false
            }
            group.addTask {
                for await _ in closed { return true }
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        if isClosed { throw CommandError("output closed (broken pipe)") }
    }

    /// Lets what was noted be printed, if somebody reads it.
    func finish() async { await lines.drain(atMost: Self.patience) }

    private static func line(
        _ text: @autoclosure () -> String,
        _ json: @autoclosure () -> JSONObject,
        as format: LogOption
    ) -> String {
        let time = Timestamp.now.text
        guard format == .json else { return DisplayText.neutralised("\(time)  \(text())", keepingNewlines: false) }
        var object: JSONObject = ["time": .string(time)]
        object.entries += json().entries
        return DisplayText.escapedJSON(JSONValue.object(object).compactText)
    }
}

extension JSONObject {
    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}

extension StandardStream {
    /// Writes bytes, waiting for the reader.
    fileprivate func write(_ bytes: [UInt8]) -> LineLog.Outcome {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { libraryWrite(rawValue, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Another program has made the terminal that we share non-blocking.
                var state = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&state, 1, -1)
            case EPIPE: return .closed
            default: return .failed(after: written)
            }
        }
        return .written
    }
}

private func libraryWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
