import BotSchema
import TestSupport
import Testing

@testable import Pictures

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(20)))
struct PictureDrawingTests {
    /// Eight by four pixels, one half red and one half blue.
    private static let flag: [UInt8] =
        Base64.decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAIAAAA8r+mnAAAAFElEQVR42mP4z8AAR0jM/wzUkwAAOn4f4diWpaUAAAAASUVORK5CYII="
        ) ?? []

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func drawing(_ format: PictureFormat, program: String = "chafa") -> PictureDrawing {
        PictureDrawing(format: format, program: program, environment: environment)
    }

    @Test(arguments: PictureFormat.allCases)
    func `a picture is drawn`(format: PictureFormat) async throws {
        let picture = await Self.drawing(format).draw(Self.flag, columns: 40)
        let text = try #require(picture?.text)
        #expect(text.contains("\u{1b}"))
        #expect(text.count { $0 == "\n" } <= PictureDrawing.rowLimit)
    }

    @Test func `what is no picture, too large, or has no program that draws is left out`() async throws {
        let drawing = Self.drawing(.symbols)
        #expect(await drawing.draw(Array("no picture".utf8), columns: 40) == nil)
        #expect(await drawing.draw([], columns: 40) == nil)
        #expect(await drawing.draw([UInt8](repeating: 0, count: PictureDrawing.sizeLimit + 1), columns: 40) == nil)
        #expect(
            await Self.drawing(.symbols, program: "no-such-program").draw(Self.flag, columns: 40) == nil
        )
    }

    @Test func `a program that writes more than a picture is not believed`() async throws {
        let folder = try TemporaryFolder()
        for (script, isPicture) in [(#"printf '\033[31mred'"#, true), (#"printf '\033]0;title\007'"#, false)] {
            let program = try folder.writeProgram(script, to: "draws")
            let picture = await Self.drawing(.symbols, program: program).draw(Self.flag, columns: 40)
            #expect((picture != nil) == isPicture)
        }
    }

    @Test func `a program that ends before it has read, never ends its words or fails is survived`() async throws {
        let folder = try TemporaryFolder()
        let large = [UInt8](repeating: 0x41, count: 1 << 20)
        for script in ["exit 0", "exit 3", "kill -9 $$", "yes", "exec <&-; printf x; exit 1"] {
            let program = try folder.writeProgram(script, to: "odd")
            for _ in 0..<5 { #expect(await Self.drawing(.symbols, program: program).draw(large, columns: 40) == nil) }
        }
    }

    @Test func `a drawing that nobody waits for any more ends with its program`() async throws {
        let folder = try TemporaryFolder()
        let mark = folder.file("started")
        let program = try folder.writeProgram("echo x >> '\(mark)'; exec sleep 1000", to: "slow")
        for _ in 0..<10 {
            let picture = await withTaskGroup(of: DrawnPicture?.self) { group in
                group.addTask { await Self.drawing(.symbols, program: program).draw(Self.flag, columns: 40) }
                while access(mark, F_OK) != 0 { await Task.yield() }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(picture == nil)
            unlink(mark)
        }
    }

    @Test func `no secret of ours reaches the program`() async throws {
        let folder = try TemporaryFolder()
        let program = try folder.writeProgram("env", to: "tells")
        let variables = ["PATH": Self.environment("PATH") ?? "", "DIRECTLINE_SECRET": "s3cr3t"]
        let drawing = PictureDrawing(format: .symbols, program: program, environment: { variables[$0] })
        let told = try #require(await drawing.draw(Self.flag, columns: 40)).text
        #expect(told.contains("PATH="))
        #expect(!told.contains("s3cr3t"))
    }
}
