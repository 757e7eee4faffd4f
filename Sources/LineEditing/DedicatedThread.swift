#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a thread does, and all that belongs to it.
protocol ThreadBody: AnyObject {
    func run()
}

/// A thread of its own for work that blocks, which must stay off the cooperative pool.
enum DedicatedThread {
    /// Runs the body on a new, detached thread.
    static func start(_ body: sending any ThreadBody) throws(LineEditorError) {
        let argument = Unmanaged.passRetained(body as AnyObject)
        let result = startThread(argument.toOpaque())
        guard result == 0 else {
            argument.release()
            throw LineEditorError(.systemCall, "Cannot start a thread: \(String(cString: strerror(result)))")
        }
    }
}

// Free functions, because the compiler (6.3.1) crashes on a C function pointer formed in a static method here.

private func startThread(_ argument: UnsafeMutableRawPointer) -> Int32 {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    #if canImport(Glibc)
    var thread = pthread_t()
    #else
    var thread: pthread_t?
    #endif
    return pthread_create(&thread, &attributes, runThread, argument)
}

#if canImport(Glibc)
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { run(argument) }
    return nil
}
#else
private func runThread(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    run(argument)
    return nil
}
#endif

private func run(_ argument: UnsafeMutableRawPointer) {
    let body = Unmanaged<AnyObject>.fromOpaque(argument).takeRetainedValue()
    (body as? any ThreadBody)?.run()
}
