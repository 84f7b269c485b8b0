// A test that runs the real minic. The look at what is left comes in Dispose of the class, since xunit tells of that
// besides the test's own failure, and not in its stead.

namespace MiniContainer.Cli.Tests;

public abstract class MinicTest : IDisposable
{
    private MinicWorld? world;

    public void Dispose()
    {
        world?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The world of this test, or a skip that says what is missing.</summary>
    private protected MinicWorld Make() => world = MinicWorld.Make();
}
