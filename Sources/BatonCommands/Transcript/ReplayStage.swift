import BotSchema
import DirectLineClient
import DirectLineServer
import LineEditing
import Synchronization
import TranscriptReplay
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where recordings are replayed: a service, or server, hub and bot in this process.
struct ReplayStage: Sendable {
    let target: ServiceOptions.Target
    let profile: Profile?
    let person: PersonOptions
    let hub: ReplayHubOptions
    let patience: ReplayStateMachine.Patience
    let comparison: ActivityComparison
    let compare: CompareOptions
    let authorities: [String]
    let allowsClearText: Bool

    /// Replays the conversations of a file one after the other.
    ///
    /// - Parameters:
    ///   - transcript: The recording.
    ///   - name: What the file is called.
    ///   - onProgress: Told where a conversation stands, with its name.
    /// - Returns: How each of them went; one that cannot be replayed does not hold up the others.
    /// - Throws: An error of one sentence when there is nothing to replay, or no place for it.
    func replay(
        _ transcript: Transcript,
        named name: String,
        onProgress: @escaping @Sendable (ReplayStateMachine.Progress, String) -> Void
    ) async throws -> [ReplayReport.Entry] {
        let comparison = compare.adapted(comparison, to: transcript)
        let parts = transcript.splitByConversation().map(\.transcript.activities)
        let scripts = parts.map { ReplayScript($0, comparison: comparison) }
        guard scripts.contains(where: \.hasLines) else {
            throw CommandError("the user says nothing in it, so there is nothing to replay")
        }
        let talks = zip(1..., scripts).filter(\.1.hasLines).map { number, script in
            (name: parts.count == 1 ? name : "\(name), conversation \(number)", script: script)
        }
        switch target {
        case .service(let endpoint, let credential):
            return await replay(talks, at: endpoint, with: credential, onProgress)
        case .embedded(let bot):
            let settings = hub.settings(of: transcript.activities)
            let secret = Secrets.random()
            // The replay answers at once what it answers, so that no agent need be patient.
            let agentHub = settings.makeHub(patience: .seconds(3))
            let adapter = agentHub.map { settings.adapter(to: $0) }
            var stack = EmbeddedStack(bot: bot, port: 0, secret: secret, adapter: adapter)
            stack.dialect = settings.dialect.dialect
            stack.botFaults = settings.botFaults
            return try await stack.withRunning { address in
                await replay(
                    talks,
                    at: try DirectLineEndpoint(address.directLineURL),
                    with: .secret(secret),
                    onProgress
                )
            }
        }
    }

    private func replay(
        _ talks: [(name: String, script: ReplayScript)],
        at endpoint: DirectLineEndpoint,
        with credential: DirectLineCredential,
        _ onProgress: @escaping @Sendable (ReplayStateMachine.Progress, String) -> Void
    ) async -> [ReplayReport.Entry] {
        var entries: [ReplayReport.Entry] = []
        for talk in talks {
            let start = ContinuousClock.now
            do {
                let client = try configuration(of: talk.script, at: endpoint, with: credential)
                let result = try await Replayer(talk.script, patience: patience).run(client) {
                    onProgress($0, talk.name)
                }
                entries.append(ReplayReport.Entry(name: talk.name, duration: .now - start, result: result))
            } catch {
                entries.append(ReplayReport.Entry(name: talk.name, error: describe(error)))
            }
        }
        return entries
    }

    /// The user is called as in the recording, which bots and agents mention, but is somebody new.
    private func configuration(
        of script: ReplayScript,
        at endpoint: DirectLineEndpoint,
        with credential: DirectLineCredential
    ) throws -> ClientConfiguration {
        let user = script.recorded.first { $0.isFromUser }
        var account = person.account(profile)
        if person.userName == nil, profile?["userName"] == nil { account.name = user?.from?.name ?? account.name }
        let isChosen = person.locale != nil || profile?["locale"] != nil
        let locale = isChosen ? nil : user?.locale
        var client = ClientConfiguration(
            endpoint: endpoint,
            credential: credential,
            user: account,
            locale: locale ?? person.resolvedLocale(profile)
        )
        client.startLimit = .seconds(60)
        client.proxies = try Secrets.proxies()
        client.trustedCertificates = authorities
        client.allowsClearText = allowsClearText
        return client
    }
}

/// One line on a terminal's standard error that tells how far a replay is, and is wiped.
final class ReplayProgress: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let hasLine = Mutex(false)

    /// Shows where a conversation stands.
    func show(_ progress: ReplayStateMachine.Progress, of name: String) {
        guard isShown else { return }
        let words = progress.words.map { ", “\($0.prefix(30))”" } ?? ""
        let rest = progress.missing == 0 ? "" : ", \(progress.missing) to come"
        let line = "\(name): \(progress.turn) of \(progress.count)\(words)\(rest)"
        let text = DisplayText.neutralised(line, keepingNewlines: false).prefix(TranscriptOutput.columns - 1)
        hasLine.withLock { hasLine in
            hasLine = true
            StandardStream.error.writeBytes(Array("\r\u{1B}[K\(text)".utf8))
        }
    }

    /// Wipes the line, so that others can be printed.
    func clear() {
        hasLine.withLock { hasLine in
            if hasLine { StandardStream.error.writeBytes(Array("\r\u{1B}[K".utf8)) }
            hasLine = false
        }
    }
}
