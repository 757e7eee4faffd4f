/// The history and its file, which is read when it is first needed: nothing of it delays the first prompt.
struct LineMemory {
    var history = History()
    private let file: HistoryFile?
    private let remembers: @Sendable (String) -> Bool
    private var isLoaded = false
    private var hasFailed = false

    init(file: HistoryFile?, remembers: @escaping @Sendable (String) -> Bool) {
        self.file = file
        self.remembers = remembers
    }

    /// Reads the file, the first time only.
    ///
    /// Answers what was read.
    mutating func load() throws(LineEditorError) -> [String] {
        guard !isLoaded else { return [] }
        isLoaded = true
        guard let file else { return [] }
        let older = try file.load(keeping: History.capacity)
        history.prepend(older)
        return older
    }

    /// Keeps a line that was never entered for this session's arrow keys, unless it must not be remembered.
    mutating func keep(cleared line: String) {
        history.returnToDraft()
        if remembers(line) { history.add(line) }
    }

    /// Adds an entered line to history and file, unless it must not be remembered.
    ///
    /// Answers whether it was added.
    ///
    /// - Throws: when the file cannot be written, the first time only; the line is in the history then.
    mutating func add(_ line: String) throws(LineEditorError) -> Bool {
        guard remembers(line), history.add(line) else {
            history.returnToDraft()
            return false
        }
        if let file, !hasFailed {
            hasFailed = true
            try file.append(line)
            hasFailed = false
        }
        return true
    }
}
