import ChatScreen

extension ChatLoop {
    /// Runs a script's chat; a signal to stop leaves it in order, so that its record is written.
    ///
    /// - Returns: The exit code.
    func runUntilStopped() async -> Int32 {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await run() }
            group.addTask {
                await ProcessSignals.waitForStop()
                return nil
            }
            defer { group.cancelAll() }
            if let finished = await group.next(), let exitCode = finished { return exitCode }
            group.cancelAll()
            return await group.next().flatMap(\.self) ?? 1
        }
    }
}
