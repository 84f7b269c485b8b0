# python3 terminal.py CMD: types the lines of standard input to a command at a terminal, each when a prompt shows, and
# prints what the command printed, without prompts and echoes. See pty(7).
import os, pty, re, select, sys

lines = sys.stdin.read().splitlines()
pid, master = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-c", sys.argv[1]])
banner = re.compile(r"\n\nBusyBox v[^\n]*\nEnter 'help'[^\n]*\n\n?")  # of a shell that begins
prompt = re.compile(r"(?:^|(?<=\n))[^\n]*[#$] $")
text, echoes = "", False
while True:
    if not select.select([master], [], [], 30)[0]:
        sys.exit(text + "\nterminal.py: nothing comes for 30 seconds")
    try:
        chunk = os.read(master, 65536)
    except OSError:  # EIO: the last one who had it open is gone
        break
    if not chunk:
        break
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text + chunk.decode())
    if echoes and "\n" in text:
        text, echoes = text.split("\n", 1)[1], False
    if not echoes and (found := prompt.search(text)):
        sys.stdout.write(banner.sub("", text[: found.start()]))
        text, echoes = "", True
        os.write(master, (lines.pop(0) + "\n").encode() if lines else b"\x04")
sys.stdout.write("" if echoes else text)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
