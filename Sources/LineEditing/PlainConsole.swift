#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Synchronization

/// The console of pipes, files and terminals that cannot draw: lines in, lines out, no prompt.
///
/// One thread reads and writes, so that neither `show` nor the consumer of `inputs` ever waits for a pipe. The last
/// line of the input counts also without its newline. When nobody reads the output any more, ``losses`` tells it and the
/// input ends too. It makes the process ignore SIGPIPE.
package final class PlainConsole: Console {
    /// What comes in.
    ///
    /// While 64 lines wait for the consumer, the input is not read further.
    package let inputs: AsyncStream<LineInput>

    /// Tells when nobody reads the output any more, be it long after the end of the input.
    package let losses: AsyncStream<Void>

    /// Why the output took no more; nil while it takes everything.
    package var loss: OutputLoss? { known.loss.withLock { $0 } }

    /// What the thread has found out.
    private final class Known: Sendable {
        let loss = Mutex<OutputLoss?>(nil)
    }

    private let known: Known
    private let mailbox: EditorMailbox
    private let output: Int32

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - input: the descriptor lines are read from; it stays open at the end.
    ///   - output: the descriptor text is written to; it stays open at the end.
    /// - Throws: `LineEditorError` when the system refuses a pipe or a thread.
    package init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) throws {
        signal(SIGPIPE, SIG_IGN)
        let (inputs, continuation) = AsyncStream.makeStream(
            of: LineInput.self,
            bufferingPolicy: .bufferingOldest(PlainSession.mostWaitingLines)
        )
        self.inputs = inputs
        self.output = output
        mailbox = EditorMailbox(wakePipe: try WakePipe(), prompt: Prompt(text: ""))
        let (losses, loss) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.losses = losses
        let known = Known()
        self.known = known
        let session = PlainSession(mailbox: mailbox, inputs: continuation, loss: loss, input: input, output: output) {
            lost in known.loss.withLock { $0 = lost }
        }
        try DedicatedThread.start(session)
    }

    deinit { mailbox.requestClose() }

    /// Writes lines to the output.
    package func show(_ lines: String) {
        if mailbox.post(lines) { return }
        var buffer = OutputBuffer(descriptor: output)
        buffer.append(lines.hasSuffix("\n") ? lines : lines + "\n")
        buffer.flush()
    }

    /// Does nothing: there is nobody to prompt.
    package func setPrompt(_ prompt: Prompt) {}

    /// Waits while the reader of the output is far behind.
    package func settled() async { await mailbox.settled() }

    /// Ends the input; returns when the output has taken everything, or is broken.
    package func close() async {
        mailbox.requestClose()
        await mailbox.ended()
    }

    /// The width of the terminal behind the output, or no bound at all.
    ///
    /// A pipe or a file takes lines of any length: whoever reads it wants each sentence on one line.
    package var columns: Int { TerminalSize(descriptor: output)?.columns ?? Int(Int32.max) }
}
