import FoveaCPU
import FoveaData
import FoveaFormats

/// The versions of everything that contributes to a result.
enum Versions {
    /// Name and version of each library; Fovea's own is added by the run folder.
    static var libraries: [(name: String, version: String)] {
        [("oneDNN", Processor.libraryVersion), ("zlib", ZlibLibrary.version)] + ImageFile.libraries
            + [("swift", swift)]
    }

    /// The Swift version that built this.
    static var swift: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
