/// The parts of a `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1).
struct MultipartForm: Sendable {
    /// One part.
    struct Part: Hashable, Sendable {
        /// What the part is called in the form.
        var name: String?
        /// The name of the file that it is, if it is one.
        var filename: String?
        /// The media type as written, nil when the part names none.
        var contentType: String?
        /// The content.
        var bytes: [UInt8]
    }

    /// Why a body is no form.
    struct Malformed: Error, Hashable, Sendable {
        let message: String
        /// Where in the body.
        let offset: Int
    }

    /// How many parts are taken.
    static let partLimit = 64

    /// The parts in the order of the body.
    let parts: [Part]

    /// The boundary that a content type names, nil when it is no multipart or names none.
    static func boundary(of contentType: String?) -> String? {
        guard let contentType else { return nil }
        let header = HeaderParameters(contentType)
        guard header.value.hasPrefix("multipart/"), let boundary = header.parameters["boundary"] else { return nil }
        return (1...200).contains(boundary.utf8.count) ? boundary : nil
    }

    /// Takes a body apart.
    ///
    /// What stands before the first and after the last boundary is passed over. Lines may end in LF alone.
    ///
    /// - Throws: ``Malformed`` with the byte offset.
    init(parsing body: [UInt8], boundary: String) throws(Malformed) {
        let delimiter = Array("--\(boundary)".utf8)
        guard var position = Self.delimiter(delimiter, in: body, from: 0) else {
            throw Malformed(message: "the boundary of the form does not occur", offset: 0)
        }
        var parts: [Part] = []
        while true {
            let after = position.end
            if body[after...].starts(with: "--".utf8) { break }
            guard parts.count < Self.partLimit else {
                throw Malformed(message: "the form has more than \(Self.partLimit) parts", offset: after)
            }
            guard let content = Self.endOfLine(in: body, from: after) else {
                throw Malformed(message: "the form ends behind a boundary", offset: after)
            }
            var (part, start) = try Self.headers(in: body, from: content)
            guard let next = Self.delimiter(delimiter, in: body, from: max(start - 2, content)) else {
                throw Malformed(message: "a part of the form has no end", offset: start)
            }
            // An empty part has the line break of its headers as that of the next boundary.
            part.bytes = Array(body[start..<max(start, next.start)])
            start = next.end
            parts.append(part)
            position = next
        }
        self.parts = parts
    }

    /// Finds a boundary at the start of a line: where the line break before it begins, and where it ends itself.
    private static func delimiter(
        _ delimiter: [UInt8],
        in body: [UInt8],
        from start: Int
    ) -> (start: Int, end: Int)? {
        var index = start
        while index + delimiter.count <= body.count {
            // Almost every byte fails the first comparison, so files of megabytes pass quickly.
            if body[index] == delimiter[0], index == 0 || body[index - 1] == UInt8(ascii: "\n"),
                body[index..<(index + delimiter.count)].elementsEqual(delimiter)
            {
                var begin = index
                if begin > start, body[begin - 1] == UInt8(ascii: "\n") { begin -= 1 }
                if begin > start, body[begin - 1] == UInt8(ascii: "\r") { begin -= 1 }
                return (begin, index + delimiter.count)
            }
            index += 1
        }
        return nil
    }

    private static func endOfLine(in body: [UInt8], from start: Int) -> Int? {
        body[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    private static func headers(in body: [UInt8], from start: Int) throws(Malformed) -> (Part, start: Int) {
        var part = Part(bytes: [])
        var position = start
        while true {
            guard position - start < 8192, let end = endOfLine(in: body, from: position) else {
                throw Malformed(message: "the headers of a part have no end", offset: start)
            }
            var line = body[position..<(end - 1)]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            if line.isEmpty { return (part, end) }
            guard let text = String(validating: line, as: UTF8.self), let colon = text.firstIndex(of: ":") else {
                throw Malformed(message: "a header of a part is none", offset: position)
            }
            let value = String(text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
            switch text[..<colon].lowercased() {
            case "content-disposition":
                let disposition = HeaderParameters(value)
                part.name = disposition.parameters["name"]
                part.filename = disposition.filename
            case "content-type": part.contentType = value
            default: break
            }
            position = end
        }
    }
}
