"""Give up, for good and from inside, everything that decoding a picture does not need."""

import contextlib
import ctypes
import os
import resource
import struct
import sys

MEBIBYTE = 1024 * 1024

MEMORY_BYTES = 768 * MEBIBYTE
LIMITS = {
    "RLIMIT_AS": MEMORY_BYTES,
    "RLIMIT_CPU": 10,  # seconds
    # Standard input, output and error are open already: no other file, pipe or socket can be.
    "RLIMIT_NOFILE": 3,
    "RLIMIT_FSIZE": 32 * MEBIBYTE,
    "RLIMIT_CORE": 0,  # a core file would hold the photo
}

# Linux system calls that reach a file, a network, a program or another process, by number, for
# each machine (asm/unistd.h); the first entry is AUDIT_ARCH_* of linux/audit.h. Decoding needs
# none of them. Threads are allowed: HEIF decoders start one.
DENIED_CALLS = {
    "x86_64": (
        0xC000003E,
        # open, openat, openat2, creat, socket, socketpair, fork, vfork, execve, execveat
        (2, 257, 437, 85, 41, 53, 57, 58, 59, 322)
        # unlink, unlinkat, rmdir, rename, renameat, renameat2, link, linkat, symlink, symlinkat
        + (87, 263, 84, 82, 264, 316, 86, 265, 88, 266)
        # mkdir, mkdirat, truncate, chmod, fchmodat, fchmodat2, chown, lchown, fchownat
        + (83, 258, 76, 90, 268, 452, 92, 94, 260)
        # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_open, pidfd_send_signal
        + (62, 200, 234, 129, 297, 434, 424)
        # ptrace, process_vm_readv, process_vm_writev, prlimit64, io_uring_setup, unshare, setns
        + (101, 310, 311, 302, 425, 272, 308)
        # mount, bpf, keyctl
        + (165, 321, 250),
    ),
    "aarch64": (
        0xC00000B7,
        # openat, openat2, socket, socketpair, execve, execveat
        (56, 437, 198, 199, 221, 281)
        # unlinkat, renameat, renameat2, linkat, symlinkat
        + (35, 38, 276, 37, 36)
        # mkdirat, truncate, fchmodat, fchmodat2, fchownat
        + (34, 45, 53, 452, 54)
        # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_open, pidfd_send_signal
        + (129, 130, 131, 138, 240, 434, 424)
        # ptrace, process_vm_readv, process_vm_writev, prlimit64, io_uring_setup, unshare, setns
        + (117, 270, 271, 261, 425, 97, 268)
        # mount, bpf, keyctl
        + (40, 280, 219),
    ),
}
CLONE_CALL = {"x86_64": 56, "aarch64": 220}
CLONE3_CALL = 435  # on every machine


def confine() -> None:
    """Give up, for good, what decoding does not need.

    In this order: the network and the parent's privileges (a user and a network namespace of its
    own), memory, processor time, new files, and, on Linux, every system call in DENIED_CALLS.
    Containers and some distributions forbid namespaces, and only Linux knows the call filter:
    without one of them the process carries on with the others. The limits themselves are
    mandatory on Linux. There is none on the number of processes (RLIMIT_NPROC): it counts all those
    of the user and does not bind root, so the call filter refuses new processes instead.
    """
    if hasattr(os, "unshare"):
        with contextlib.suppress(OSError):
            os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
    for name, value in LIMITS.items():
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (OSError, ValueError):
            if sys.platform == "linux":
                raise
    if sys.platform == "linux" and os.uname().machine in DENIED_CALLS:
        filter_calls(os.uname().machine)


class FilterProgram(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def filter_calls(machine: str) -> None:
    """Have the kernel refuse DENIED_CALLS with EPERM (seccomp(2), filter mode)."""
    pr_set_no_new_privs, pr_set_seccomp, seccomp_mode_filter = 38, 22, 2
    code = b"".join(call_filter(machine))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    prctl(pr_set_no_new_privs, 1, 0, 0, 0)
    prctl(pr_set_seccomp, seccomp_mode_filter, ctypes.addressof(program), 0, 0)


# Classic BPF (linux/filter.h, linux/bpf_common.h): load a word, compare and jump, answer.
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
# What a filter may answer (linux/seccomp.h): yes, EPERM, ENOSYS, end the process.
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
# Where things stand in struct seccomp_data (linux/seccomp.h).
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
CLONE_THREAD = 0x00010000  # linux/sched.h


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Pack one struct sock_filter; the jumps count the instructions to skip."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def call_filter(machine: str) -> list[bytes]:
    """Return the instructions that tell allowed system calls from refused ones."""
    architecture, denied = DENIED_CALLS[machine]
    lines = [
        instruction(LOAD, ARCHITECTURE),
        instruction(IF_EQUAL, architecture, if_true=1),
        instruction(ANSWER, KILL),
        instruction(LOAD, NUMBER),
        # x86's second numbering (x32) starts here; nothing of ours uses it.
        instruction(IF_AT_LEAST, 0x40000000, if_false=1),
        instruction(ANSWER, REFUSE),
        # clone3 hides its flags behind a pointer: said to be unknown, so that the C library falls
        # back on clone, whose flags tell a thread from a process.
        instruction(IF_EQUAL, CLONE3_CALL, if_false=1),
        instruction(ANSWER, UNKNOWN),
        instruction(IF_EQUAL, CLONE_CALL[machine], if_false=4),
        instruction(LOAD, FIRST_ARGUMENT),
        instruction(IF_ANY_BIT, CLONE_THREAD, if_false=1),
        instruction(ANSWER, ALLOW),
        instruction(ANSWER, REFUSE),
    ]
    for call in denied:
        lines += [instruction(IF_EQUAL, call, if_false=1), instruction(ANSWER, REFUSE)]
    return [*lines, instruction(ANSWER, ALLOW)]
