import BotSchema
import DirectLineClient
import Dispatch
import LineEditing
import Pictures
import Transcripts

// MARK: - Files and pictures

extension ChatLoop {
    // File calls block, with `fsync` for long: they have a thread of their own and not one of the cooperative pool.
    func write(
        _ transcript: Transcript,
        to path: String,
        isForced: Bool = false,
        replacingAnything: Bool = false
    ) async -> Result<Int, TranscriptError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(TranscriptError) {
                    if replacingAnything {
                        try written.replace(path, with: transcript)
                    } else {
                        try written.write(transcript, to: path, isForced: isForced)
                    }
                    continuation.resume(returning: .success(transcript.activities.count))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }

    func upload(
        _ paths: [String],
        _ activity: Activity,
        _ requests: ConversationRequests
    ) async -> Result<String?, ClientError> {
        var files: [OutgoingFile] = []
        for path in paths {
            switch await bytes(of: path) {
            case .success(let bytes): files.append(OutgoingFile(name: path, bytes: bytes))
            case .failure(let error): return .failure(ClientError(.rejected, error.description))
            }
        }
        return await requests.upload(files, activity)
    }

    func bytes(of path: String) async -> Result<[UInt8], TranscriptError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(TranscriptError) {
                    continuation.resume(returning: .success(try TranscriptFile.bytes(of: path)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }

    func download(
        _ attachment: Attachment,
        to path: String?,
        _ requests: ConversationRequests
    ) async -> Result<(path: String, bytes: Int), CommandFailure> {
        do {
            let file = try await requests.download(attachment)
            return await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: NewFile.write(file, to: path)) }
            }
        } catch {
            return .failure(CommandFailure((error as? ClientError)?.message ?? "the chat was left"))
        }
    }

    /// Draws pictures one after the other; what cannot be had or drawn is named in its message.
    func drawn(_ attachments: [Attachment], _ requests: ConversationRequests) async -> [String: DrawnPicture] {
        guard let pictures else { return [:] }
        var drawn: [String: DrawnPicture] = [:]
        // Within a card, between the bar and the edge.
        let columns = MessageLayout(style: .full, columns: console.columns).bodyColumns - 2
        for attachment in attachments {
            guard let address = attachment.contentURL, let file = await requests.picture(attachment),
                let picture = await pictures.draw(file.bytes, columns: columns)
            else { continue }
            drawn[address] = picture
        }
        return drawn
    }

    func fetch(_ link: String, _ requests: ConversationRequests) async -> Result<Transcript, TranscriptError> {
        do {
            let attachment = Attachment(json: ["contentUrl": .string(link)])
            let bytes = try await requests.download(attachment).bytes
            return Result { () throws(TranscriptError) in try Transcript(parsing: bytes, name: "the linked transcript")
            }
        } catch {
            let words = (error as? ClientError)?.message ?? "the chat was left"
            return .failure(TranscriptError(.inputOutput, file: "the linked transcript", reason: words))
        }
    }

    func read(_ path: String) async -> Result<Transcript, TranscriptError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(TranscriptError) {
                    continuation.resume(returning: .success(try TranscriptFile.read(path)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }
}
