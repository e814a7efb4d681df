"""Runs a command on a terminal of its own, and hangs up when the command says HANG UP."""

import os
import pty
import sys

process, terminal = pty.fork()
if process == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while b"HANG UP" not in said:
    said += os.read(terminal, 1000)
os.close(terminal)
_, status = os.waitpid(process, 0)
print(os.waitstatus_to_exitcode(status))
