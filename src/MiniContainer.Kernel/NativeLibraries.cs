// Where Mono.Posix finds its native half. Left to itself the runtime tries some hundred paths for "MonoPosixHelper" before
// it thinks of "lib" and the program's own directory: that is a tenth of the time that a whole container takes.

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace MiniContainer.Kernel;

internal static class NativeLibraries
{
#pragma warning disable CA2255 // It must be in place before the first call, whichever that is.
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(Syscall).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) => name switch
    {
        "libc" => NativeLibrary.Load("libc.so.6"),
        "MonoPosixHelper" when NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "libMonoPosixHelper.so"), out var handle) => handle,
        _ => 0,
    };
}
