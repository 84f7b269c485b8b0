// The tests compare the bytes of messages, which no other code needs to see.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MiniContainer.Kernel.Tests")]
