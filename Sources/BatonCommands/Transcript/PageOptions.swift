import ArgumentParser
import TranscriptRendering
import Transcripts

/// How files for people tell titles, times and pictures.
struct PageOptions: ParsableArguments {
    @Option(help: .detail("Forms for people: the title; by default the file's name.", valueName: "text"))
    var title: String?

    @Option(help: .detail("Forms for people: where times are told; local is that of TZ.", valueName: "zone"))
    var times: TimesOption = .utc

    @Flag(
        inversion: .prefixedNo,
        help: .detail("html: show the pictures that messages hold themselves; nothing is fetched.")
    )
    var images = true

    @Flag(help: .detail("html in a folder: write index.html as well, which leads to all pages."))
    var index = false

    /// Refuses what a form has no place for.
    func check(_ form: TargetForm, isFolder: Bool) throws {
        guard form.isForPeople else {
            if title != nil { throw ValidationError("--title is for html, markdown, text and cast.") }
            if times != .utc { throw ValidationError("--times is for html, markdown, text and cast.") }
            if index { throw ValidationError("--index is for html in a folder.") }
            return
        }
        if index, form != .html || !isFolder { throw ValidationError("--index is for html in a folder.") }
    }

    /// The options for a file of a name; a title that is given is that of the index where there is one.
    func rendering(titled name: String, isIndex: Bool = false) -> RenderingOptions {
        RenderingOptions(
            title: index && !isIndex ? name : title ?? name,
            zone: times == .local ? .local : .utc,
            showsPictures: images
        )
    }
}

/// The words of `--times`.
enum TimesOption: String, ExpressibleByArgument, CaseIterable {
    case utc, local
}
