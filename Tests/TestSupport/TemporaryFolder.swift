#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A folder that is gone with its owner.
package final class TemporaryFolder: Sendable {
    /// Where it is.
    package let path: String

    /// Makes a folder that nobody else uses.
    package init() throws {
        var template = Array("/tmp/baton-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemFailure(call: "mkdtemp", code: errno) }
        path = String(cString: made)
    }

    /// A call that the system refused.
    package struct SystemFailure: Error {
        let call: String
        let code: Int32
    }

    deinit { remove(path) }

    private func remove(_ path: String) {
        for name in Self.names(in: path) { remove(path + "/" + name) }
        unlink(path)
        rmdir(path)
    }

    /// What is in any folder, by name.
    package static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// What is in it, by name.
    package var names: [String] { Self.names(in: path) }

    /// Makes a folder within.
    package func makeFolder(_ name: String) throws {
        guard mkdir(file(name), 0o700) == 0 else { throw SystemFailure(call: "mkdir \(name)", code: errno) }
    }

    /// The path of a file within.
    package func file(_ name: String) -> String { path + "/" + name }

    /// The content of a file within.
    package func read(_ name: String) throws -> [UInt8] {
        guard let stream = fopen(file(name), "r") else { throw SystemFailure(call: "fopen \(name)", code: errno) }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    /// Writes a file within.
    package func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// Writes a file of these bytes.
    package func write(_ bytes: [UInt8], to name: String) throws {
        guard let stream = fopen(file(name), "w") else { throw SystemFailure(call: "fopen \(name)", code: errno) }
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
    }

    /// Writes a program within, for the shell to run.
    ///
    /// - Returns: Its path.
    package func writeProgram(_ script: String, to name: String) throws -> String {
        try write("#!/bin/sh\n" + script + "\n", to: name)
        guard chmod(file(name), 0o700) == 0 else { throw SystemFailure(call: "chmod \(name)", code: errno) }
        return file(name)
    }
}
