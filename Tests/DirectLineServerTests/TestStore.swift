import BotSchema
@testable import DirectLineServer
import Synchronization

/// Remembers changes in memory, as a store would on disk, and settles them when it is told to.
final class TestStore: ConversationStore {
    private struct Row {
        let conversation: String
        let change: ConversationChange
    }

    private struct State {
        var rows: [Row] = []
        var uploads: [String: StoredUpload] = [:]
        var key: ServerKey?
        var isHeld = false
        var held: [@Sendable () -> Void] = []
        var failure: StoreError?
        var unreadable: StoreError?
        var damage: StoreError?
        var unreadableRows: Set<Int64> = []
        var sweeps: [Set<String>] = []
    }

    private let state = Mutex(State())

    /// How many changes were recorded.
    var count: Int { state.withLock { $0.rows.count } }

    /// The conversations that each sweep was told to keep.
    var sweeps: [Set<String>] { state.withLock { $0.sweeps } }

    /// Who answers for the files.
    var owners: [String] { state.withLock { $0.uploads.values.map(\.owner) } }

    /// Forgets the key, as if it were the store of another server with the same conversations.
    func forgetKey() { state.withLock { $0.key = nil } }

    /// Settles nothing until ``release()``.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Settles what waits, in order, and everything from now on at once.
    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for settle in held { settle() }
    }

    /// Refuses writes with an error; nil takes them again.
    func fail(_ error: StoreError?) { state.withLock { $0.failure = error } }

    /// What was found wrong when the store was opened.
    var damage: StoreError? {
        get { state.withLock { $0.damage } }
        set { state.withLock { $0.damage = newValue } }
    }

    /// Gives nothing back.
    func beUnreadable(_ error: StoreError?) { state.withLock { $0.unreadable = error } }

    /// Gives the content of one row no more back; rows count from 1.
    func damage(row: Int64) { state.withLock { _ = $0.unreadableRows.insert(row) } }

    func key(orKeep new: ServerKey) async throws(StoreError) -> ServerKey {
        state.withLock { state in
            state.key = state.key ?? new
            return state.key ?? new
        }
    }

    func record(
        _ change: ConversationChange,
        in conversation: String,
        settled: @escaping @Sendable (Result<Int64, StoreError>) -> Void
    ) {
        let settle: (@Sendable () -> Void)? = state.withLock { state in
            var outcome = Result<Int64, StoreError>.success(0)
            if let failure = state.failure {
                outcome = .failure(failure)
            } else {
                state.rows.append(Row(conversation: conversation, change: change))
                outcome = .success(Int64(state.rows.count))
            }
            let settle: @Sendable () -> Void = { [outcome] in settled(outcome) }
            guard state.isHeld else { return settle }
            state.held.append(settle)
            return nil
        }
        settle?()
    }

    func outline(of conversation: String, after row: Int64) async throws(StoreError) -> [StoredChange] {
        let (rows, error) = state.withLock { ($0.rows, $0.unreadable) }
        if let error { throw error }
        // A few at a time, as from a disk.
        return rows.enumerated().dropFirst(Int(row)).filter { $0.element.conversation == conversation }.prefix(3).map {
            let number = Int64($0.offset + 1)
            return switch $0.element.change {
            case .user(let account): StoredChange(row: number, kind: .user(account), id: "", time: nil, size: 0)
            case .kept(let activity): StoredChange(row: number, .kept, activity)
            case .replaced(let activity): StoredChange(row: number, .replaced, activity)
            case .deleted(let notice): StoredChange(row: number, .deleted, notice)
            }
        }
    }

    func content(of row: Int64) async throws(StoreError) -> [UInt8] {
        let (change, error) = state.withLock { state in
            let damage = StoreError(.damaged, "row \(row) is damaged")
            return (
                state.rows[Int(row) - 1].change, state.unreadable ?? (state.unreadableRows.contains(row) ? damage : nil)
            )
        }
        if let error { throw error }
        switch change {
        case .user: return []
        case .kept(let activity), .replaced(let activity), .deleted(let activity): return activity.json
        }
    }

    func keep(_ upload: StoredUpload, within limits: UploadLimits, now: Timestamp) async throws(StoreError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        state.withLock { $0.uploads[upload.id] = upload }
    }

    func upload(_ id: String) async throws(StoreError) -> StoredUpload? { state.withLock { $0.uploads[id] } }

    func check() async throws(StoreError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func sweep(_ limits: StoreLimits, keeping inUse: Set<String>, now: Timestamp) async throws(StoreError) {
        state.withLock { $0.sweeps.append(inUse) }
    }
}

extension StoredChange {
    fileprivate init(row: Int64, _ kind: Kind, _ activity: SerializedActivity) {
        self.init(row: row, kind: kind, id: activity.id, time: activity.time, size: activity.json.count)
    }
}
