import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Puts files into a transcript that a `.chat` file names beside itself, as chatdown does.
///
/// A file that somebody else wrote must not make a private one of this machine part of a transcript: what is not in the
/// folder of the `.chat` file or in one below, be it by a link, stays a name.
struct ChatAttachments {
    /// How many bytes a file may have.
    private static let fileLimit = 4 << 20
    /// How many bytes all files of a transcript may have.
    private static let totalLimit = 32 << 20

    private let folder: String
    private var left = totalLimit
    /// What was not put in, and why.
    private(set) var remarks: [(place: String, text: String)] = []

    /// The files beside a file; nil when that cannot be found.
    init?(beside path: String) {
        guard let place = TranscriptFile.place(of: path), let slash = place.lastIndex(of: "/") else { return nil }
        folder = String(place[...slash])
    }

    /// An activity with the files that its attachments name.
    mutating func filled(_ activity: Activity) -> Activity {
        guard activity.attachments.contains(where: Self.isNamed) else { return activity }
        var activity = activity
        activity.attachments = activity.attachments.map { Self.isNamed($0) ? filled($0) : $0 }
        return activity
    }

    private static func isNamed(_ attachment: Attachment) -> Bool {
        guard let name = attachment.contentURL, !name.isEmpty, attachment.content == nil else { return false }
        // A scheme is longer than the letter of a drive.
        return !name.contains("://") && !name.lowercased().hasPrefix("data:")
    }

    private mutating func filled(_ attachment: Attachment) -> Attachment {
        let name = attachment.contentURL ?? ""
        guard let bytes = bytes(of: name) else { return attachment }
        left -= bytes.count
        var attachment = attachment
        let type = attachment.contentType ?? MediaTypes.type(ofFile: name)
        if Attachment.CardType.all.contains(type) {
            guard let card = try? JSONValue(parsing: SourceText(bytes).bytes), card.object != nil else {
                remarks.append((name, "expected a card in JSON; its name alone is kept"))
                return attachment
            }
            attachment.contentURL = nil
            attachment.content = card
            return attachment
        }
        attachment.contentURL = "data:\(type);base64,\(EmbeddedData.encoded(bytes))"
        attachment.name = attachment.name ?? name.split(separator: "/").last.map(String.init)
        return attachment
    }

    private mutating func bytes(of name: String) -> [UInt8]? {
        guard !name.hasPrefix("/"), let place = TranscriptFile.place(of: folder + name), place.hasPrefix(folder) else {
            let isThere = !name.hasPrefix("/") && TranscriptFile.place(of: folder + name) == nil
            remarks.append(
                (name, isThere ? "no such file; its name alone is kept" : "not beside the file; its name alone is kept")
            )
            return nil
        }
        guard let size = TranscriptFile.size(of: place), size <= min(Self.fileLimit, left) else {
            remarks.append((name, "no file of at most \(Self.fileLimit >> 20) MB; its name alone is kept"))
            return nil
        }
        do throws(TranscriptError) {
            return try TranscriptFile.bytes(of: place)
        } catch {
            remarks.append((name, error.reason + "; its name alone is kept"))
            return nil
        }
    }
}

extension Transcript {
    /// Puts in the files that the attachments of a `.chat` file name.
    mutating func addFiles(beside path: String) {
        guard form == .chat, var files = ChatAttachments(beside: path) else { return }
        activities = activities.map { files.filled($0) }
        repairs += files.remarks.map { TranscriptRepair(place: $0.place, text: $0.text) }
        if let source { self.source = TranscriptSource(text: source.text, activities: activities) }
    }
}
