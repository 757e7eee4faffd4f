import CLibedit

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension EditingSession {
    func older(byPrefix: Bool) -> UInt8 {
        loadHistory()
        let draft = draft
        // A prefix is what somebody has typed and stopped in; a draft of many rows is no beginning of a line.
        let isPrefix = byPrefix && draft.cursor == draft.scalars.count && !draft.scalars.contains("\n")
        return replaceDraft(with: memory.history.older(than: draft.text, byPrefix: isPrefix))
    }

    func newer() -> UInt8 { replaceDraft(with: memory.history.newer(than: draft.text)) }

    private func replaceDraft(with entry: String?) -> UInt8 {
        guard let entry else { return UInt8(CC_ERROR) }
        replaceDraft(with: entry)
        return UInt8(CC_REFRESH)
    }

    func remember(_ line: String) {
        loadHistory()
        reportingFailure { () throws(LineEditorError) in
            if try memory.add(line) { tellEngine(line) }
        }
    }

    private func loadHistory() {
        reportingFailure { () throws(LineEditorError) in
            for entry in try memory.load() { tellEngine(entry) }
        }
    }

    /// The history does without its file then, and the person is told.
    private func reportingFailure(_ body: () throws(LineEditorError) -> Void) {
        do { try body() } catch { _ = mailbox.post(DisplayText.neutralised(error.message)) }
    }

    private func tellEngine(_ line: String) {
        cel_remember(engine, line.unicodeScalars.map { wchar_t(bitPattern: $0.value) } + [0])
    }

    // MARK: - Search

    /// ^R: reads a pattern and shows the newest entry that contains it.
    ///
    /// libedit's own search takes the low byte of a character for a key and ends on many letters that are not Latin.
    func searchHistory() -> UInt8 {
        loadHistory()
        let draft = draft
        search = HistorySearch(entries: memory.history.entries)
        var isAccepted = true
        reading: while var search {
            var key: wchar_t = 0
            guard el_wgetc(editLine, &key) == 1 else { break }
            switch UInt32(bitPattern: key) {
            case 0x12: search.older()
            case 0x08, 0x7f: search.eraseLast()
            case 0x03, 0x07:
                isAccepted = false
                break reading
            case 0x1b:
                break reading
            case 0x20..<0x7f, 0xa0...:
                guard let scalar = Unicode.Scalar(UInt32(bitPattern: key)) else { break }
                for typed in graphemes.unfolded(Draft(scalars: [scalar], cursor: 0)).scalars { search.type(typed) }
            default:
                // Any other key ends the search and then does what it always does.
                el_wpush(editLine, [key, 0])
                break reading
            }
            self.search = search
            replaceDraft(with: search.text ?? draft.text)
        }
        finishSearch(keepingMatch: isAccepted, from: draft)
        return UInt8(CC_REFRESH)
    }

    private func finishSearch(keepingMatch: Bool, from draft: Draft) {
        let match = keepingMatch ? search?.match : nil
        search = nil
        if match != nil {
            memory.history.jump(to: match, leaving: draft.text)
        } else {
            setLine(draft)
        }
    }
}
