import ChatScreen
import LineEditing
import Synchronization

/// A screen whose colours can change while it is used.
final class ThemedOutput: ChatOutput {
    private let style: Style
    private let make: @Sendable (Style) -> ScreenOutput
    private let output: Mutex<ScreenOutput>

    /// A screen in a style; outputs are made anew for other colours.
    init(style: Style, make: @escaping @Sendable (Style) -> ScreenOutput) {
        self.style = style
        self.make = make
        output = Mutex(make(style))
    }

    /// Has these colours from now on.
    func adopt(_ theme: Theme) {
        var style = style
        style.theme = theme
        let themed = make(style)
        output.withLock { $0 = themed }
    }

    func text(of item: ChatItem, columns: Int) -> String {
        output.withLock { $0 }.text(of: item, columns: columns)
    }

    /// Without drawing nothing moves either: a screen reader would read each step of it.
    func prompt(_ prompt: ChatPrompt, columns: Int) -> Prompt {
        var prompt = prompt
        if !style.isDrawn { (prompt.preview, prompt.note) = (nil, "") }
        return output.withLock { $0 }.prompt(prompt, columns: columns)
    }
}
