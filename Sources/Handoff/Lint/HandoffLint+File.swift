import BotSchema

extension HandoffLint {
    /// What is wrong with a file as a whole, HO160 to HO165 and HO002.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: Its name; for `.transcript` the specification fixes the shape.
    ///   - isReadable: Whether a reader of transcripts found activities, which several documents in a row may hold too.
    /// - Returns: The findings; those in its activities are ``findings(in:echoes:)``.
    public static func findings(inFile bytes: [UInt8], named name: String, isReadable: Bool) -> [HandoffFinding] {
        var findings: [HandoffFinding] = []
        var text = bytes[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            text = text.dropFirst(3)
            findings.append(HandoffFinding(.notPlainUTF8, message: "the file begins with a byte order mark"))
        } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return [HandoffFinding(.notPlainUTF8, message: "the file is UTF-16")]
        } else if String(validating: bytes, as: UTF8.self) == nil {
            findings.append(HandoffFinding(.notPlainUTF8, message: "the file is not UTF-8"))
        }
        do throws(JSONParseError) {
            let document = try JSONValue(parsing: Array(text))
            return findings
                + shapeFindings(document, isTranscript: name.lowercased().hasSuffix(".transcript"), isReadable)
        } catch {
            guard !isReadable else { return findings }
            let offset = error.offset + text.startIndex
            let rule: HandoffRule = error.code == .truncated ? .truncatedFile : .malformedJSON
            return findings + [HandoffFinding(rule, message: "byte \(offset): \(error.expectation)")]
        }
    }

    /// What is wrong with the text of a file that is too large for being looked at as a whole.
    ///
    /// - Parameters:
    ///   - start: Its first bytes.
    ///   - isUTF8: Whether all of it is UTF-8.
    /// - Returns: HO162, if it is broken.
    package static func findings(inTextFrom start: [UInt8], isUTF8: Bool) -> [HandoffFinding] {
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            return [HandoffFinding(.notPlainUTF8, message: "the file is UTF-16")]
        }
        if start.starts(with: [0xEF, 0xBB, 0xBF]) {
            return [HandoffFinding(.notPlainUTF8, message: "the file begins with a byte order mark")]
        }
        return isUTF8 ? [] : [HandoffFinding(.notPlainUTF8, message: "the file is not UTF-8")]
    }

    /// The finding for a file that ends before its content does, HO165.
    ///
    /// - Parameter words: Where it ends and what is missing.
    /// - Returns: An error, however much could be read.
    package static func truncation(_ words: String) -> HandoffFinding { HandoffFinding(.truncatedFile, message: words) }

    private static func shapeFindings(
        _ document: JSONValue,
        isTranscript: Bool,
        _ isReadable: Bool
    ) -> [HandoffFinding] {
        guard isReadable else {
            return [HandoffFinding(.noTranscript, message: "the file holds no activities in any known form")]
        }
        let names = ["activities", "transcript", "watermark"].filter { document[$0] != nil }
        return isTranscript ? findings(inShapeOf: names, named: ".transcript") : []
    }

    /// HO161, by the members of the object that holds the activities.
    ///
    /// - Parameters:
    ///   - members: Their names.
    ///   - name: The file's; for `.transcript` the specification fixes the shape.
    /// - Returns: The finding, if there is one.
    package static func findings(inShapeOf members: [String], named name: String) -> [HandoffFinding] {
        // An ActivitySet, told by its watermark, is what a service sent and claims to be no transcript.
        guard name.lowercased().hasSuffix(".transcript"), members.contains("activities"),
            !members.contains("transcript"), !members.contains("watermark")
        else { return [] }
        let words = "the list is named activities, as in an attachment"
        return [HandoffFinding(.activitiesForTranscript, path: "$.activities", message: words)]
    }
}
