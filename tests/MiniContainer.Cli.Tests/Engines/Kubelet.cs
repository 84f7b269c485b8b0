// What a kubelet says to containerd, and nothing more: CRI by gRPC on a UNIX socket.

using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using MiniContainer.Cli.Tests.Engines.Cri;

namespace MiniContainer.Cli.Tests.Engines;

internal sealed class Kubelet : IDisposable
{
    private readonly GrpcChannel channel;
    private readonly PodSandboxConfig pod;

    /// <param name="socket">Where containerd listens.</param>
    /// <param name="pod">The pod that this kubelet has.</param>
    public Kubelet(string socket, PodSandboxConfig pod)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(unix, ownsSocket: true);
            },
        };
        channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
        });
        this.pod = pod;
        Runtime = new RuntimeService.RuntimeServiceClient(channel);
    }

    public RuntimeService.RuntimeServiceClient Runtime { get; }

    /// <summary>Waits until containerd answers.</summary>
    public async Task Ready(Task<string> engine)
    {
        while (!engine.IsCompleted)
        {
            try
            {
                await Runtime.VersionAsync(new Nothing());
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException($"containerd ended: {await engine}");
    }

    public async Task<string> RunPod(string handler) =>
        (await Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = pod, RuntimeHandler = handler })).Id;

    public async Task<string> Start(string sandbox, ContainerConfig container)
    {
        var made = await Runtime.CreateContainerAsync(new CreateContainerRequest
        {
            PodSandboxId = sandbox,
            Config = container,
            SandboxConfig = pod,
        });
        await Runtime.StartContainerAsync(made);
        return made.Id;
    }

    /// <summary>What a command in a container says, and its exit code.</summary>
    public async Task<string> Exec(string container, string script)
    {
        var answer = await Runtime.ExecSyncAsync(new ExecSyncRequest
        {
            ContainerId = container,
            Cmd = { "sh", "-c", script },
            Timeout = 20,
        });
        return $"{answer.Stdout.ToStringUtf8()}{answer.Stderr.ToStringUtf8()}{answer.ExitCode}";
    }

    /// <summary>Waits until a container has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Ended(string container)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var status = (await Runtime.ContainerStatusAsync(new ContainerId { Id = container })).Status;
            if (status.State == State.Exited)
                return status.ExitCode;
            await Task.Delay(50);
        }

        throw new TimeoutException($"{container} does not end");
    }

    public void Dispose() => channel.Dispose();
}
