"""A seccomp filter: the kernel refuses the system calls that no answer needs.

The namespaces of bubblewrap leave gaps: a user's keyrings, which could carry answers from
one submission to the next; shared memory, which the limit on memory does not count; and ptrace,
by which an answer could change the process that started it, where both have the same user.
"""

import ctypes
import os
import platform
import struct

__all__ = ["forbid_tracing", "refuse_system_calls"]

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
X32_BIT = 0x40000000  # the x32 interface of x86_64 has a second number for each call
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # the latter: "operation not permitted"
SET_DUMPABLE, SET_SECCOMP, FILTER, SET_NO_NEW_PRIVILEGES = 4, 22, 2, 38


def forbid_tracing():
    """Deny other processes of the same user access to the memory and the files of this one."""
    _prctl(SET_DUMPABLE, 0)


def refuse_system_calls():
    """Refuse these calls in this process and in its children; return True if the filter is set.

    Returns False on a system or processor whose numbers of calls are not listed here.
    """
    if platform.machine() not in MACHINES or os.uname().sysname != "Linux":
        return False
    architecture, calls = MACHINES[platform.machine()]
    # Each instruction: code, instructions to skip if true, instructions to skip if false, operand.
    refuse = len(calls) + 5  # the index of the last instruction
    program = [
        (LOAD, 0, 0, 4),  # the architecture
        (EQUAL, 0, refuse - 2, architecture),
        (LOAD, 0, 0, 0),  # the call
        (AT_LEAST, refuse - 4, 0, X32_BIT),
        *((EQUAL, refuse - 5 - i, 0, number) for i, number in enumerate(calls)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    fprog = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    _prctl(SET_NO_NEW_PRIVILEGES, 1)
    return _prctl(SET_SECCOMP, FILTER, ctypes.create_string_buffer(fprog, len(fprog)))


def _prctl(option, *arguments):
    libc = ctypes.CDLL(None)
    values = [a if isinstance(a, ctypes.Array) else ctypes.c_ulong(a) for a in arguments]
    values += [ctypes.c_ulong(0)] * (4 - len(values))
    return hasattr(libc, "prctl") and libc.prctl(ctypes.c_int(option), *values) == 0
