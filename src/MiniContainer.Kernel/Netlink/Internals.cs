// The tests compare the bytes of messages, which nobody else needs to see.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MiniContainer.Kernel.Tests")]
