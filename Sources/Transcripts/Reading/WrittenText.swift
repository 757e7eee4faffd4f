/// Text files as people write them, whatever their editor has made of them.
package enum WrittenText {
    /// A text as UTF-8: from UTF-8 or UTF-16, with or without a byte order mark.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - name: The file's name, for the error.
    /// - Returns: The same text in UTF-8, without a mark.
    /// - Throws: ``TranscriptError`` for what is no text, since it holds NUL characters.
    package static func utf8(of bytes: [UInt8], named name: String) throws(TranscriptError) -> [UInt8] {
        let text = SourceText(bytes).bytes
        guard !text.contains(0) else {
            throw TranscriptError(.malformed, file: name, reason: "it is no text file: there are NUL characters in it")
        }
        return text
    }
}
