import LineEditing
import Markup
import MessageContent

/// Dresses running text.
///
/// Where there is no colour the marks of the source stay, since what was stressed is part of what was said.
struct InlineRenderer {
    let style: Style

    /// The text of some parts, not wrapped; line ends of the source stay line ends.
    func text(of inlines: [MarkupInline], _ inks: [Style.Ink] = []) -> String {
        inlines.map { text(of: $0, inks) }.joined()
    }

    private func text(of inline: MarkupInline, _ inks: [Style.Ink]) -> String {
        switch inline {
        case .text(let words): style.paint(clean(words), inks)
        case .code(let words): style.isColored ? style.paint(clean(words), inks + [.code]) : "`\(clean(words))`"
        case .softBreak, .hardBreak: "\n"
        case .emphasis(let content): marked(content, "*", inks, .emphasis)
        case .strong(let content): marked(content, "**", inks, .strong)
        case .strikethrough(let content): marked(content, "~~", inks, .struck)
        case .link(let target, _, let content): link(to: target, content, inks)
        case .image(let source, let content):
            style.paint("[image: \(clean(content.plainText))]", .faint) + " " + Hyperlink(source).text(in: style)
        case .html(let tag): tag.isLineBreak ? "\n" : style.paint(clean(tag), inks)
        }
    }

    private func marked(_ content: [MarkupInline], _ mark: String, _ inks: [Style.Ink], _ ink: Style.Ink) -> String {
        style.isColored ? text(of: content, inks + [ink]) : mark + text(of: content) + mark
    }

    private func link(to target: String, _ content: [MarkupInline], _ inks: [Style.Ink]) -> String {
        let words = clean(content.plainText)
        // A picture or a break inside keeps its own look; the address then stands behind it.
        let isPlain = content.allSatisfy { if case .text = $0 { true } else { false } }
        if isPlain { return Hyperlink(target).text(for: words, in: style, inks) }
        let label = words.looksLikeAddress ? " (really " : " ("
        return text(of: content, inks + [.link]) + label + Hyperlink(target).text(in: style) + ")"
    }

    private func clean(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }
}

extension String {
    /// The one tag that bots use inside Markdown for what it means.
    fileprivate var isLineBreak: Bool {
        lowercased().filter { $0 != " " } == "<br>" || lowercased().filter { $0 != " " } == "<br/>"
    }
}
