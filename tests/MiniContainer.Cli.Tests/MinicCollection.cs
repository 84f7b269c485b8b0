namespace MiniContainer.Cli.Tests;

/// <summary>Tests that run the real minic: one after the other, for the machine's sake.</summary>
[CollectionDefinition("minic")]
public sealed class MinicCollection;
