import AsyncHTTPClient
import BotSchema
import Bots
import DirectLineServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import WebSocketTransport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server with a bot that says again what it hears, in its own process or in another, for ``ServerLoad`` to measure.
enum EchoServer {
    private struct EchoBot: Bot {
        func onTurn(
            _ activity: Activity,
            in conversation: any ConversationChannel
        ) async throws -> InvokeResponse? {
            guard activity.type == .message else { return nil }
            var answer = Activity.message("echo " + (activity.text ?? ""))
            answer.replyToId = activity.id
            try await conversation.send(answer)
            return nil
        }
    }

    /// Starts one in a process of its own.
    ///
    /// - Parameter endpoint: Where its bot is, nil for one inside the process.
    /// - Returns: The process, and the base of calls.
    /// - Throws: When the process does not start.
    static func start(endpoint: String? = nil) throws -> (PipedProgram, base: String) {
        let arguments = [CommandLine.arguments[0], "serve-echo"] + [endpoint].compactMap(\.self)
        let server = try PipedProgram(arguments, environment: Environment.quiet)
        try server.wait(for: "/v3/directline\n")
        return (server, String(server.output.prefix { !$0.isWhitespace }))
    }

    /// Serves until the process is killed; the first line printed is the address.
    ///
    /// - Parameter endpoint: Where the bot is, nil for one inside the process.
    /// - Throws: When the server cannot listen.
    static func run(endpoint: String?) async throws {
        guard let endpoint else { return try await run(EchoBot()) }
        try await RemoteBot.withBot(at: endpoint) { try await run($0) }
    }

    private static func run(_ bot: some Bot) async throws {
        var configuration = ServerConfiguration()
        configuration.limits.conversations = 20_000
        try await EmbeddedServer(configuration: configuration, bot: bot).run { address in
            print(address.directLineURL)
            fflush(nil)
        }
    }
}

/// Round trips from a client's POST over the bot to the client's socket, with many conversations open.
///
/// Client, server and bot are processes of one machine and share its cores.
struct ServerLoad {
    /// Where the bot is.
    enum BotPlace {
        case inServer, inOwnProcess
    }

    /// How many conversations are open, each with a socket.
    let conversations: Int
    var bot = BotPlace.inServer
    /// How many round trips are made, and how many at the same time.
    var roundTrips = 20_000
    var concurrency = 64

    func report() async throws {
        OpenFiles.allow(1 << 20)
        let program = bot == .inOwnProcess ? try EchoBotProgram.start() : nil
        let (server, base) = try EchoServer.start(endpoint: program?.endpoint)
        var configuration = HTTPClient.Configuration()
        // A client that is short of connections would measure itself.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let idle = Memory.residentKilobytes(of: server.process)
        let talks = Talks()
        try await withThrowingDiscardingTaskGroup { group in
            for first in stride(from: 0, to: conversations, by: 32) {
                let opened = try await open(min(32, conversations - first), at: base, with: client)
                for (id, channel) in opened {
                    talks.add(id)
                    group.addTask { await talks.follow(id, channel) }
                }
            }
            let open = Memory.residentKilobytes(of: server.process)
            fflush(nil)
            let busyBefore = (server: ProcessorTime.seconds(of: server), bot: ProcessorTime.seconds(of: program?.0))
            let start = ContinuousClock.now
            let times = try await talk(with: client, at: base, talks)
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            let each = { (before: Double, process: PipedProgram?) in
                Figure.rounded((ProcessorTime.seconds(of: process) - before) / Double(times.count) * 1e6)
            }
            let cost = "\(each(busyBefore.server, server)) µs of CPU each in the server, "
            let botCost = program.map { "\(each(busyBefore.bot, $0.0)) in the bot, " } ?? ""
            print(
                "\(conversations) conversations with a socket each, the bot \(bot == .inServer ? "in the server" : "in a process of its own"):"
            )
            Figure.print("  POST to the bot's answer", times, unit: "ms")
            let sorted = times.sorted()
            print(
                "  p99 \(Figure.rounded(sorted[sorted.count * 99 / 100])) ms, "
                    + "\(Figure.rounded(Double(times.count) / elapsed)) round trips a second, " + cost + botCost
                    + "\(Figure.rounded(Double(open - idle) / Double(conversations))) KB a conversation, "
                    + "\(open / 1024) MB in all"
            )
            fflush(nil)
            // With it go the sockets, all at once; each would wait for its goodbye otherwise.
            server.signal(SIGKILL)
            group.cancelAll()
        }
        try await client.shutdown()
    }

    private func open(
        _ count: Int,
        at base: String,
        with client: HTTPClient
    ) async throws -> [(String, WebSocketChannel)] {
        try await withThrowingTaskGroup(of: (String, WebSocketChannel).self) { group in
            for _ in 0..<count {
                group.addTask {
                    var request = HTTPClientRequest(url: base + "/conversations")
                    request.method = .POST
                    let json = try await client.json(request)
                    guard let id = json["conversationId"]?.string, let url = json["streamUrl"]?.string,
                        case .upgraded(let channel, _) = try await WebSocketConnector.connect(url: url)
                    else { throw Failure() }
                    return (id, channel)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func talk(with client: HTTPClient, at base: String, _ talks: Talks) async throws -> [Double] {
        let ids = talks.ids
        let lanes = min(concurrency, ids.count)
        return try await withThrowingTaskGroup(of: [Double].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var times: [Double] = []
                    for turn in 0..<(roundTrips / lanes) {
                        // Each lane has conversations of its own, so that one has one turn at a time.
                        let id = ids[(lane + turn * lanes) % (ids.count / lanes * lanes)]
                        let start = ContinuousClock.now
                        async let answer: Void = talks.answer(in: id)
                        var request = HTTPClientRequest(url: "\(base)/conversations/\(id)/activities")
                        request.method = .POST
                        request.headers.add(name: "Content-Type", value: "application/json")
                        let text = #"{"type":"message","from":{"id":"u"},"text":"line \#(turn) of lane \#(lane)"}"#
                        request.body = .bytes(ByteBuffer(string: text))
                        let response = try await client.execute(request, timeout: .seconds(30))
                        _ = try await response.body.collect(upTo: 1 << 20)
                        await answer
                        times.append((ContinuousClock.now - start) / .milliseconds(1))
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private struct Failure: Error {}
}

extension HTTPClient {
    /// Makes a call and reads its answer.
    func json(_ request: HTTPClientRequest) async throws -> JSONValue {
        let response = try await execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return try JSONValue(parsing: Array(body.readableBytesView))
    }
}

/// The conversations under load, and who waits for the bot's next answer in each.
private final class Talks: Sendable {
    private struct State {
        var ids: [String] = []
        var waiting: [String: CheckedContinuation<Void, Never>] = [:]
        var early: Set<String> = []
    }

    private let state = Mutex(State())

    var ids: [String] { state.withLock { $0.ids } }

    /// A conversation has begun.
    func add(_ id: String) { state.withLock { $0.ids.append(id) } }

    /// Reads a socket until the task is cancelled.
    func follow(_ id: String, _ channel: WebSocketChannel) async {
        _ = try? await WebSocketConnection.run(channel, role: .client) { inbound, _ in
            for await message in inbound {
                guard case .text(let text) = message, text.contains("\"text\":\"echo ") else { continue }
                let waiting = self.state.withLock { state in
                    let waiting = state.waiting.removeValue(forKey: id)
                    if waiting == nil { state.early.insert(id) }
                    return waiting
                }
                waiting?.resume()
            }
        }
    }

    /// Waits for the bot's next answer.
    func answer(in id: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.early.remove(id) != nil { return true }
                state.waiting[id] = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

/// How long a process has kept the processors busy.
enum ProcessorTime {
    /// User and system time, 0 without a process.
    static func seconds(of program: PipedProgram?) -> Double { program.map { seconds(of: $0.process) } ?? 0 }

    /// User and system time, 0 where `/proc` is missing.
    static func seconds(of process: Int32) -> Double {
        guard let file = fopen("/proc/\(process)/stat", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        guard fgets(&line, 1024, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The name of the program, in parentheses, may hold blanks.
        let fields = text.drop { $0 != ")" }.split(separator: " ").compactMap { Double($0) }
        guard fields.count > 12 else { return 0 }
        return (fields[10] + fields[11]) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
