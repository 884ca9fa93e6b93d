"""Run a command as an ordinary user without leaving root's files behind.

``python -I user_namespace.py COMMAND ARGUMENT…`` replaces itself by COMMAND inside a new user
namespace (user_namespaces(7)) where root is called user 1000. PostgreSQL, which refuses to run as
root, then runs; on the disk everything still belongs to root. Ends with exit code 125 and the
system's reason where the machine permits no user namespaces, as many containers do not.

A program of its own rather than a function called between fork and exec, which is not safe in a
process that has threads.
"""

import os
import sys
from pathlib import Path

ORDINARY_UID = 1000
REFUSED = 125


def enter() -> None:
    """Move this process into a namespace where its user has ORDINARY_UID. Raises OSError."""
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    # The kernel wants setgroups denied before a process may map its own group.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{ORDINARY_UID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{ORDINARY_UID} {group} 1")


if __name__ == "__main__":
    try:
        enter()
    except (OSError, AttributeError) as error:  # AttributeError: not Linux
        sys.stderr.write(f"{error}\n")
        sys.exit(REFUSED)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606
