"""Hand a listening socket to a program as systemd does (sd_listen_fds(3)): descriptor 3.

``python -I activation.py DESCRIPTOR COMMAND ARGUMENT…`` replaces itself by the command.
"""

import os
import sys

FIRST = 3

if __name__ == "__main__":
    descriptor = int(sys.argv[1])
    if descriptor != FIRST:
        os.dup2(descriptor, FIRST)
        os.close(descriptor)
    os.set_inheritable(FIRST, True)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    os.execvp(sys.argv[2], sys.argv[2:])
