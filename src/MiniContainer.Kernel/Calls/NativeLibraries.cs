// Where Mono.Posix finds the C library. Left to itself the runtime tries some hundred paths for "libc". Of the calls
// that need its own native half, libMonoPosixHelper.so, minic makes none, so that minic is one file
// (docs/decisions/0023).

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

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == "libc" ? NativeLibrary.Load("libc.so.6") : 0;
}
