"""Reads statement files, each in a process of its own that may be killed; see the kill drill.

A line of standard input has the number of a file and, perhaps, after how many seconds its reader
is killed; the status with which it ended goes out. Django is loaded once: the readers are forked.
"""

import os
import signal
import sys
import time


def main() -> None:
    import django

    django.setup()

    from donations.models import StatementFile
    from donations.services import importing

    print("ready", flush=True)
    for line in sys.stdin:
        file_id, *kill_after = line.split()
        child = os.fork()
        if child == 0:
            importing.read_file(file=StatementFile.objects.get(pk=int(file_id)))
            os._exit(0)
        if kill_after:
            time.sleep(float(kill_after[0]))
            os.kill(child, signal.SIGKILL)  # the number is the child's until it is waited for
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
