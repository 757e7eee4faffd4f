/// Knows which of vi's modes the engine is in, which it tells nobody.
///
/// After a key that may have changed the mode the engine is given a key of ours, which is bound to another function in
/// each of its maps. Not while a command waits for an argument: that would be taken for it.
struct ViModeWatch {
    /// vi's modes, as far as they show.
    enum Mode: Equatable {
        case insertion, command
    }

    /// The mode, as far as it is known.
    private(set) var mode = Mode.insertion
    /// Whether the engine should be asked before it gets another key.
    private(set) var isDoubtful = false
    /// Whether the last command takes the next key as its argument.
    private(set) var awaitsArgument = false
    /// Whether keys are the pattern of vi's search.
    private(set) var isInSearch = false

    /// Takes notice of a key that goes to the engine.
    mutating func passed(_ key: UInt32) {
        guard mode == .command else {
            isDoubtful = key == 0x1b
            return
        }
        if isInSearch {
            let ends = [0x0d, 0x0a, 0x1b].contains(key)
            isInSearch = !ends
            isDoubtful = ends
        } else if awaitsArgument {
            awaitsArgument = false
            isDoubtful = true
        } else {
            switch Unicode.Scalar(key) {
            case "f", "F", "t", "T", "r", "@": awaitsArgument = true
            case "/", "?": isInSearch = true
            default: isDoubtful = true
            }
        }
    }

    /// Takes the engine's answer.
    mutating func found(_ mode: Mode) {
        self.mode = mode
        isDoubtful = false
        awaitsArgument = false
        isInSearch = false
    }

    /// The engine has begun another line, which it does in insert mode.
    mutating func lineBegan() { self = ViModeWatch() }
}
