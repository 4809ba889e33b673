"""A fence inside the box: system calls that no answer needs, refused by the kernel (seccomp).

The namespaces of bubblewrap do not cover a user's keyrings, which could carry answers from one
submission to the next; nor do limits of memory count what is shared; nor is the process that
started an answer safe from one of the same user.
"""

import ctypes
import os
import platform
import struct

__all__ = ["build_fence", "hide"]

# The numbers of ptrace, shmget, msgget, add_key, request_key, keyctl, perf_event_open,
# process_vm_readv, process_vm_writev, bpf, userfaultfd, io_uring_setup, pidfd_open, pidfd_getfd.
MACHINES = {
    "x86_64": (
        0xC000003E,
        (101, 29, 68, 248, 249, 250, 298, 310, 311, 321, 323, 425, 434, 438),
    ),
    "aarch64": (
        0xC00000B7,
        (117, 194, 186, 217, 218, 219, 241, 270, 271, 280, 282, 425, 434, 438),
    ),
}
OTHER_NUMBERING = 0x40000000  # x86_64 knows each call by a second number from here on
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # the latter: "operation not permitted"
SET_DUMPABLE, SET_SECCOMP, FILTER, SET_NO_NEW_PRIVILEGES = 4, 22, 2, 38


def hide():
    """Let no other process of the same user look into this one, or take its files."""
    _control(SET_DUMPABLE, 0)


def build_fence():
    """Refuse these calls in this process and all that it starts; False where that is unknown."""
    if platform.machine() not in MACHINES or os.uname().sysname != "Linux":
        return False
    architecture, calls = MACHINES[platform.machine()]
    # Each line: what, how many lines to skip if so, how many if not, and with which number.
    refuse = len(calls) + 5  # the place of the last line, to which the others skip
    program = [
        (LOAD, 0, 0, 4),  # the architecture
        (EQUAL, 0, refuse - 2, architecture),
        (LOAD, 0, 0, 0),  # the call
        (AT_LEAST, refuse - 4, 0, OTHER_NUMBERING),
        *((EQUAL, refuse - 5 - i, 0, number) for i, number in enumerate(calls)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    code = b"".join(struct.pack("=HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_of = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    _control(SET_NO_NEW_PRIVILEGES, 1)
    return _control(SET_SECCOMP, FILTER, ctypes.create_string_buffer(filter_of, len(filter_of)))


def _control(what, *arguments):
    libc = ctypes.CDLL(None)
    words = [a if isinstance(a, ctypes.Array) else ctypes.c_ulong(a) for a in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    return hasattr(libc, "prctl") and libc.prctl(ctypes.c_int(what), *words) == 0
